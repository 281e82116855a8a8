"""Small tools: slashes, parameters, response headers, what is logged of an error."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..core.current import serving_now
from ..core.errors import HTTPError, HTTPRedirect, NotFound
from ..core.handler import MethodNotAllowed
from ..core.links import url
from ..core.logs import redact_headers
from .conditional import validate_etags as validate_etags
from .conditional import validate_since as validate_since
from .sessionauthtool import session_auth as session_auth

if TYPE_CHECKING:
    from .sessionauth import SessionAuth as SessionAuth


def __getattr__(name: str) -> Any:
    """Return `SessionAuth`, which CherryPy's programs look for here."""
    if name == "SessionAuth":
        # PERF: see lib/sessionauthtool.py.
        from .sessionauth import SessionAuth

        return SessionAuth
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
    raise HTTPRedirect(url(wanted, request.query_string), status or 301)


def convert_params(
    exception: type[BaseException] | tuple[type[BaseException], ...] = ValueError,
    error: int | str = 400,
    segments: bool = False,
) -> None:
    """Convert the parameters that the page annotates; answer `error` when one does not fit.

    `error`: the status when one does not fit. `exception`: what a type of the program's own
    raises for a value that it refuses. `segments`: convert the path's segments too; one that
    does not fit is 404. The message names every bad parameter, and so do the `errors` of a
    problem document (RFC 9457 section 3). TypeError for an annotation that nothing can be
    converted to. Source: BEHAVIOUR 6.3.
    """
    # With decimal, inspect and uuid: milliseconds that a start without this tool need not pay.
    from .annotations import convert_named, convert_segments

    request = serving_now().request
    page = find_page(request.handler)
    if page is None:
        return
    if segments:
        args = convert_segments(page, request.args, exception)
        if args is None:
            raise NotFound()
        request.args = args
    # Without parameters, too: an annotation that cannot be used shows at the first request.
    faults = convert_named(page, request.params, exception)
    if faults:
        raise describe_faults(faults, error)


def describe_faults(faults: Mapping[str, str], status: int | str) -> HTTPError:
    """Return the error that tells {name: what is wrong} as text, and as members in JSON."""
    text = " ".join(f"The parameter {name!r} {fault}." for name, fault in faults.items())
    error = HTTPError(status, text)
    error.members = {
        "errors": [
            {"detail": fault, "pointer": f"#/{quote(name)}"} for name, fault in faults.items()
        ]
    }
    return error


def find_page(handler: Any) -> Any:
    """Return what a page handler calls; None for a 404, a 405 or a request that is answered.

    TypeError for a handler that hides it: to convert nothing in silence would open a door.
    """
    if handler is None or isinstance(handler, (Exception, MethodNotAllowed)):
        return None
    try:
        return handler.callable
    except AttributeError:
        raise TypeError(
            f"tools.params finds no page in the handler {handler!r}. Let it run before the "
            "tools that wrap the page (tools.params.priority), or turn it off for this path."
        ) from None


def response_headers(
    headers: Iterable[tuple[str, str]] | None = None, debug: bool = False
) -> None:
    """Set headers on the response, which the page may still change.

    `headers`: (name, value) pairs.
    """
    serving = serving_now()
    if debug:
        serving.request.log(f"setting response headers: {headers!r}", "TOOLS.RESPONSE_HEADERS")
    for name, value in headers or ():
        serving.response.headers[name] = value


response_headers.failsafe = True  # type: ignore[attr-defined]


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:
    """Write the traceback of an unexpected error to the error log, with the id on its page.

    `severity`: of the log line, a number of the module logging.
    """
    serving_now().request.report_error_id("unexpected error", severity, traceback=True)


def log_request_headers(debug: bool = False) -> None:
    """Write the request's headers to the error log; what they hold of secrets is left out."""
    request = serving_now().request
    lines = [f"  {name}: {value}" for name, value in redact_headers(request.headers.items())]
    request.log("\nRequest Headers:\n" + "\n".join(lines), "HTTP")
