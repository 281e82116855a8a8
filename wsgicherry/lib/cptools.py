"""Small tools: slashes, response headers, what is logged of an error."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ..core.current import serving_now
from ..core.errors import HTTPRedirect
from ..core.links import url
from ..core.logs import redact_headers


def trailing_slash(
    missing: bool = True, extra: bool = False, status: int | None = None, debug: bool = False
) -> None:
    """Redirect an index page to its address with a slash (`missing`), other pages to theirs
    without (`extra`).

    `status`: of the redirect, default 301. The query string is kept. Source: BEHAVIOUR 3.9.
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
    raise HTTPRedirect(url(wanted, request.query_string), status or 301)


def response_headers(
    headers: Iterable[tuple[str, str]] | None = None, debug: bool = False
) -> None:
    """Set each of `headers`, (name, value) pairs, on the response. The handler may still change
    them.
    """
    serving = serving_now()
    if debug:
        serving.request.log(f"setting response headers: {headers!r}", "TOOLS.RESPONSE_HEADERS")
    for name, value in headers or ():
        serving.response.headers[name] = value


response_headers.failsafe = True  # type: ignore[attr-defined]


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:
    """Write the traceback of an unexpected error to the error log, with the error id of its
    page.
    """
    serving_now().request.report_error_id("unexpected error", severity, traceback=True)


def log_request_headers(debug: bool = False) -> None:
    """Write the request's headers to the error log; what they hold of secrets is left out."""
    request = serving_now().request
    lines = [f"  {name}: {value}" for name, value in redact_headers(request.headers.items())]
    request.log("\nRequest Headers:\n" + "\n".join(lines), "HTTP")
