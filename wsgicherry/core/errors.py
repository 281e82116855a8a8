"""What a handler may raise to end a request: HTTPError, NotFound, HTTPRedirect,
InternalRedirect.
"""

from __future__ import annotations

import html
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..wire.status import REASONS, valid_status
from ..wire.urls import quote_location, relative_url, resolve, resolve_url, without_host
from . import errorpages
from .current import find_serving, serving_now
from .headers import add_settled, keep_on_304

# Raised by a handler or a hook, these are its own business: a stray sys.exit() must not stop a
# worker, far less all of them (SECURITY section 7).
UNEXPECTED = (Exception, SystemExit, KeyboardInterrupt)


class CherryPyException(Exception):
    """The base of what the toolkit itself raises."""


class InternalRedirect(CherryPyException):
    """Go on with the handler of another path of the same application, as a GET, without telling
    the client.

    `path` may hold a query string; it is resolved against the current path. Source: BEHAVIOUR
    2.11.
    """

    def __init__(self, path: str, query_string: str = "") -> None:
        self.request = serving_now().request
        self.query_string = query_string
        if "?" in path:
            path, self.query_string = path.split("?", 1)
        self.path = resolve(self.request.path_info, path)
        super().__init__(self.path, self.query_string)


# What an error page must not inherit from the response it replaces (BEHAVIOUR 2.9).
_NOT_ON_ERRORS = frozenset(
    (
        "accept-ranges",
        "age",
        "etag",
        "location",
        "retry-after",
        "vary",
        "content-encoding",
        "content-length",
        "content-range",
        "expires",
        "content-location",
        "content-md5",
        "last-modified",
    )
)

_REDIRECT_PHRASES = {
    300: "This resource can be found at ",
    301: "This resource has permanently moved to ",
    302: "This resource resides temporarily at ",
    303: "This resource can be found at ",
    307: "This resource has moved temporarily to ",
    308: "This resource has been moved to ",
}


class HTTPRedirect(CherryPyException):
    """Send the client elsewhere.

    `urls`: one address or several; each is made absolute: 'x' relative to the current URL, '/x'
    to the server's root (not the application's: use `url()` for that). An application with
    `relative_urls` makes it relative. `status`: 300 to 399; default 303, or 302 for an HTTP/1.0
    client. ValueError for another status. Source: BEHAVIOUR 2.10.
    """

    def __init__(
        self,
        urls: str | bytes | Iterable[str | bytes],
        status: int | str | None = None,
        encoding: str | None = None,
    ) -> None:
        if isinstance(urls, (str, bytes)):
            urls = [urls]
        texts = [u.decode(encoding or "utf-8") if isinstance(u, bytes) else u for u in urls]
        serving = find_serving()
        self.urls = [find_target(serving.request, u) for u in texts] if serving else texts
        if status is None:
            status = 303 if serving is None or serving.request.protocol >= (1, 1) else 302
        code = int(status)
        if not 300 <= code <= 399:
            raise ValueError("status must be between 300 and 399.")
        self.status = code
        super().__init__(self.urls, code)

    def set_response(self) -> None:
        """Make the current response this redirect. ValueError for a status that has no such
        form.
        """
        response = serving_now().response
        response.discard_body()
        response.status = self.status
        headers = response.headers
        if self.status in _REDIRECT_PHRASES:
            urls = [quote_location(url) for url in self.urls]
            headers["Content-Type"] = "text/html;charset=utf-8"
            headers["Location"] = urls[0]
            phrase = _REDIRECT_PHRASES[self.status]
            lines = [
                f'{phrase}<a href="{html.escape(url)}">{html.escape(url, quote=False)}</a>.'
                for url in urls
            ]
            response.body = "<br />\n".join(lines).encode()
            headers.pop("Content-Length", None)
        elif self.status == 304:
            response.headers = keep_on_304(response._headerlist)
            response.body = None
        elif self.status == 305:
            headers["Location"] = quote_location(self.urls[0])
            response.body = None
            headers.pop("Content-Length", None)
        else:
            raise ValueError(f"The {self.status} status code is unknown.")

    def __call__(self) -> None:
        """Raise this redirect, so that it can stand as a request's handler."""
        raise self


def find_target(request: Any, reference: str) -> str:
    """Return where `reference` leads from the current page: an absolute address.

    With `relative_urls` it names no host: from the server's root on ('server', and what begins
    there), or relative to the page, as what `url()` returns then (True).
    """
    relative = request.app.relative_urls
    if not relative:
        return resolve_url(request.here(), reference)
    here = request.script_name + request.current_path()
    target = without_host(resolve_url(here, reference))
    is_rooted = relative == "server" or reference.startswith("/")
    return target if is_rooted or not target.startswith("/") else relative_url(here, target)


class HTTPError(CherryPyException):
    """Answer with an error page.

    `status`: 400 to 599 as an int, '404' or '404 Reason'; ValueError for another one, and a 500
    in its place for one that is no status at all. `message`: shown on the page, escaped;
    default is the status's standard description. Source: BEHAVIOUR 2.9.
    """

    members: Mapping[str, Any] = {}
    """More members of the page as a problem document (RFC 9457 section 3.2)."""

    explanation = ""
    """More for the error log; the client is told nothing of it."""

    def __init__(self, status: Any = 500, message: str | None = None) -> None:
        self.status = status
        try:
            self.code, self.reason, standard = valid_status(status)
        except ValueError as error:
            raise type(self)(500, str(error)) from None
        if not 400 <= self.code <= 599:
            raise ValueError("status must be between 400 and 599.")
        self._message = message or standard
        super().__init__(status, message)

    def set_response(self) -> None:
        """Make the current response this error's page."""
        serving = serving_now()
        request, response = serving.request, serving.response
        if type(response._app_iter) is not list:
            response.discard_body()
        if len(response._headerlist) > 1:
            clean_headers(self.code)
        response.status = self.status
        if self.code >= 500:
            told = self.explanation or self._message
            request.report_error_id(f"{self.code} {self.reason}: {told}")
        page = errorpages.ErrorPage(
            f"{self.code} {self.reason}",
            self._message,
            format_exc() if request.show_tracebacks else "",
            request.error_id if self.code >= 500 else "",
            members=self.members,
        )
        response.body = render(page, self.code)

    def __call__(self) -> None:
        """Raise this error, so that it can stand as a request's handler."""
        raise self

    @classmethod
    @contextmanager
    def handle(
        cls,
        exception: type[Exception] | tuple[type[Exception], ...],
        status: Any = 500,
        message: str = "",
    ) -> Iterator[None]:
        """Turn `exception`, raised within the block, into an HTTPError with `status`."""
        try:
            yield
        except exception as error:
            raise cls(status, message or str(error)) from error


class NotFound(HTTPError):
    """404: "The path '...' was not found.", for `path` or that of the current request."""

    code = status = 404
    reason = REASONS[404][0]

    def __init__(self, path: str | None = None) -> None:
        if path is None:
            serving = find_serving()
            path = serving.request.script_name + serving.request.path_info if serving else ""
        self._message = f"The path {path!r} was not found."
        self.args = (404, self._message)


def clean_headers(status: int) -> None:
    """Remove the headers that belonged to the body which an error page replaces."""
    response = serving_now().response
    # A 416 says which ranges there are (RFC 9110 section 15.5.17).
    response.headers = [
        (name, value)
        for name, value in response._headerlist
        if (low := str(name).lower()) not in _NOT_ON_ERRORS
        or (low == "content-range" and status == 416)
    ]


def format_exc(exc: BaseException | None = None) -> str:
    """Return the traceback of `exc` (default: the exception being handled) as text, '' without
    one.
    """
    error = exc if exc is not None else sys.exc_info()[1]
    return "".join(traceback.format_exception(error)) if error is not None else ""


def get_error_page(status: Any, **kwargs: Any) -> Any:
    """Return the body of the page for `status` and set its headers.

    Uses the page that config names in `error_page.<code>` or `error_page.default` (a file or a
    callable); one that fails is logged and replaced by ours, which is HTML, RFC 9457 JSON or
    text as the client asks.
    """
    code, reason, standard = valid_status(status)
    page = errorpages.ErrorPage(
        f"{code} {reason}".rstrip(),
        kwargs.get("message") or standard,
        kwargs.get("traceback") or "",
        serving_now().request.error_id if code >= 500 else "",
    )
    return render(page, code)


def render(page: errorpages.ErrorPage, code: int) -> Any:
    """Return the body of `page`, by the page that config names for `code` or by ours; set its
    headers.
    """
    request = serving_now().request
    pages = request.plan.error_pages if request._error_page is None else request._error_page
    custom = pages.get(code) or pages.get("default") if pages else None
    if custom:
        try:
            return render_custom(custom, page)
        except Exception:
            request.log(f"The custom error page {custom!r} failed.", "HTTP", 40, traceback=True)
            page = page._replace(
                message=page.message + " In addition, the custom error page failed."
            )
    return render_default(page)


def render_custom(custom: str | Callable[..., Any], page: errorpages.ErrorPage) -> Any:
    """Return what the user's own error page makes of `page`. A callable sets its headers
    itself.
    """
    if not callable(custom):
        with open(custom, encoding="utf-8", newline="") as template:
            body = errorpages.interpolate(template.read(), page)
        serving_now().response.headers["Content-Type"] = "text/html;charset=utf-8"
        return body
    result = custom(**errorpages.escape_values(page))
    if isinstance(result, str):
        return result.encode("utf-8")
    if isinstance(result, bytes):
        return result
    if isinstance(result, list) and all(type(chunk) is bytes for chunk in result):
        return result  # as serve_file() returns a small one
    if hasattr(result, "__next__"):
        return (chunk.encode("utf-8") if isinstance(chunk, str) else chunk for chunk in result)
    raise ValueError(
        f"The error page function {custom!r} returned {result!r}: it must return str, bytes, a "
        "list of bytes or an iterator."
    )


def render_default(page: errorpages.ErrorPage) -> bytes:
    """Return our own page in the form that the client prefers, and set its headers."""
    serving = serving_now()
    response = serving.response
    request = serving.request
    render_as, content_type = errorpages.choose(
        request.environ.get("HTTP_ACCEPT"), request.max_accept_bytes, request.error_format
    )
    mine = PAGE_HEADERS[content_type]
    kept = response._headerlist
    if len(kept) > 1:
        replaced = {name.lower() for name, _ in mine}
        response.headers = [*mine, *(p for p in kept if str(p[0]).lower() not in replaced)]
        if varies := [str(value) for name, value in kept if str(name).lower() == "vary"]:
            response.headers["Vary"] = ", ".join([*varies, "Accept"])
    else:
        # PERF: nothing is lost but the Content-Type of the page that was not to be.
        response._headerlist, response._headers = list(mine), None
    return render_as(page)


PAGE_HEADERS = {
    content_type: add_settled(("Content-Type", content_type), *errorpages.HEADERS)
    for content_type in (errorpages.HTML_TYPE, errorpages.JSON_TYPE, errorpages.TEXT_TYPE)
}


Answer = tuple[str, list[tuple[str, str]], list[bytes]]
"""Status line, headers and body."""


def bare_error(extra: str | None = None) -> Answer:
    """Return (status, headers, body) of the answer that needs nothing to work but itself."""
    body = "Unrecoverable error in the server.\n" + (extra or "")
    data = body.encode("ascii", "backslashreplace")
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(data)))]
    return f"500 {REASONS[500][0]}", headers, [data]
