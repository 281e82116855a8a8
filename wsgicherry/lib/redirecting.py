"""`trailing_slash`, `redirect` and `err_redirect`: go on at another address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPRedirect, InternalRedirect
from ..core.links import url as make_url
from ..core.loaded import ConfigError

REDIRECTS = (300, 301, 302, 303, 307, 308)


def trailing_slash(
    missing: bool = True, extra: bool = False, status: int | None = None, debug: bool = False
) -> None:
    """Redirect a page to its address with, or without, a slash at the end.

    `missing`: redirect an index page whose address has none. `extra`: redirect any other page
    whose address has one. `status`: of the redirect, None is 301. The query string is kept.
    Source: BEHAVIOUR 3.9.
    """
    request = serving_now().request
    path = request.path_info
    if request.is_index is True:
        if not missing or path[-1:] == "/":
            return
        wanted = path + "/"
    elif request.is_index is False and extra and path[-1:] == "/" and path != "/":
        wanted = path[:-1]
    else:
        return
    if debug:
        request.log(f"redirecting {path!r} to {wanted!r}", "TOOLS.TRAILING_SLASH")
    raise HTTPRedirect(make_url(wanted, request.query_string), status or 301)


def prepare_trailing_slash(status: int | None = None, **settings: Any) -> Callable[[], None]:
    """Return what `trailing_slash` does with these settings; ConfigError for a status that is
    no redirect.
    """
    if status is not None:
        if status not in REDIRECTS:
            message = f"It is {status!r}; a redirect is {', '.join(map(str, REDIRECTS))}."
            raise ConfigError(message, key="tools.trailing_slash.status")
        settings["status"] = status
    # Without settings the tool's own function, which programs look for among the hooks.
    return partial(trailing_slash, **settings) if settings else trailing_slash


def redirect(url: str, internal: bool = True, debug: bool = False) -> None:
    """Go on at another address; as `err_redirect`, after an unexpected error.

    `url`: where to, relative to this page. `internal`: go on with that page of this application
    as a GET, without telling the client. Source: CherryPy's rule (BEHAVIOUR 6.3).
    """
    if debug:
        kind = "internally" if internal else "externally"
        serving_now().request.log(f"redirecting {kind} to {url!r}", "TOOLS.REDIRECT")
    if internal:
        raise InternalRedirect(url)
    raise HTTPRedirect(url)
