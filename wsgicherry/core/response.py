"""Response: a WebOb response that speaks CherryPy's words, and the one place where it becomes
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from http.cookies import SimpleCookie
from time import time
from typing import Any

from webob import Response as WebObResponse
from webob.headers import ResponseHeaders as WebObHeaders

from ..wire.headers import HeaderElement, HeaderMap, header_elements
from ..wire.status import REASONS, has_no_body, status_line, valid_status
from .bodies import close_body, prepare_body
from .current import serving_now
from .errors import HTTPError
from .headers import (
    HTML_UTF8,
    NOT_WITHOUT_BODY,
    PLAIN_HTML,
    SETTLED,
    cookie_headers,
    settle_headers,
)

# PERF: what most answers but 200 have: 0.1 us, not 0.4.
LINES_OF_ERRORS = {code: status_line(code) for code in REASONS if code >= 400}


class ResponseHeaders(WebObHeaders):
    """The response's headers: names in Title-Case, looked up in any case; a view of the header
    list.

    Values keep their type until they are sent.
    """

    _items: list[tuple[str, Any]]

    def __setitem__(self, name: Any, value: Any) -> None:
        title = _title(name)
        places = [at for at, (known, _) in enumerate(self._items) if _title(known) == title]
        if not places:
            self._items.append((title, value))
            return
        self._items[places[0]] = (title, value)
        for at in reversed(places[1:]):
            del self._items[at]

    def __iter__(self) -> Iterator[str]:
        return iter([_title(name) for name, _ in self._items])

    def keys(self) -> list[str]:  # type: ignore[override]
        """Return the names."""
        return list(self)

    def items(self) -> list[tuple[str, Any]]:  # type: ignore[override]
        """Return (name, value) pairs."""
        return [(_title(name), value) for name, value in self._items]

    def values(self, key: str | None = None) -> list[Any]:  # type: ignore[override]
        """Return all values; with `key` the values of that header's elements (CherryPy's
        meaning).
        """
        if key is None:
            return [value for _, value in self._items]
        return [element.value for element in self.elements(key)]

    def elements(self, key: str) -> list[HeaderElement]:
        """Return the elements of header `key`, most preferred first."""
        return header_elements(_title(key), self.get(key))

    def output(self) -> list[tuple[bytes, bytes]]:
        """Return what would be sent, as pairs of bytes."""
        return list(HeaderMap.encode_header_items(self._items))

    def setdefault(self, name: Any, default: Any = None) -> Any:
        """Return header `name`, set to `default` if it is not there."""
        return super().setdefault(_title(name), default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set each of the headers given."""
        MutableMapping.update(self, *args, **kwargs)

    def copy(self) -> dict[str, Any]:  # type: ignore[override]
        """Return the headers as a dict of their own."""
        return dict(self.items())


def _title(name: Any) -> str:
    return str(name).title()


class Response(WebObResponse):
    """One response: all of WebOb's attributes, and CherryPy's, whose meaning wins where both
    claim a word.

    `status` is what the handler put there (int, '404', '404 Reason', None for 200) until
    `finalize`; `body` is an iterable of bytes and takes bytes, iterables of bytes, files and
    None.
    """

    status: Any = None
    stream = False
    header_list: list[tuple[str, str]] | None = None
    output_status: str | None = None
    conditional_response = False

    _headers: Any = None
    _cookie: SimpleCookie | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self.time = time()
        if not args and not options:
            # PERF: what WebOb's __init__ would do takes 1.5 us; a new response needs these.
            self._headerlist = [PLAIN_HTML]
            self._app_iter: Any = []
            self.status = self._cookie = None
            self.stream = False
            return
        body = args[0] if args else options.get("body")
        if isinstance(body, str):
            options.setdefault("charset", self.default_charset)
        super().__init__(*args, **options)

    # -- status ------------------------------------------------------------------------

    @property
    def _status(self) -> str:
        """What WebOb's own methods read: the status as a line."""
        return status_line(self.status)

    @_status.setter
    def _status(self, value: str) -> None:
        self.status = value

    @property
    def status_code(self) -> int:
        """The status as a number."""
        return valid_status(self.status)[0]

    @status_code.setter
    def status_code(self, code: int) -> None:
        self.status = status_line(code)

    status_int = status_code

    # -- headers -----------------------------------------------------------------------

    @property  # type: ignore[override]
    def headers(self) -> ResponseHeaders:
        """The headers: Title-Case names, looked up in any case; assigning replaces them all."""
        if self._headers is None:
            self._headers = ResponseHeaders.view_list(self._headerlist)
        headers: ResponseHeaders = self._headers
        return headers

    @headers.setter
    def headers(self, value: Any) -> None:
        self._headers = None
        self._headerlist = list(value.items() if hasattr(value, "items") else value)

    def set_headers(self, pairs: list[tuple[str, Any]]) -> None:
        """Set each of `pairs`, names in Title-Case and all different."""
        if len(self._headerlist) == 1 and "Content-Type" not in dict(pairs):
            self._headerlist += pairs  # PERF: nothing there that they could replace
        else:
            self.headers.update(pairs)

    @property
    def cookie(self) -> SimpleCookie:
        """The cookies to send; set one by `cookie['name'] = 'value'`, then its attributes."""
        if self._cookie is None:
            self._cookie = SimpleCookie()
        return self._cookie

    @cookie.setter
    def cookie(self, value: SimpleCookie) -> None:
        self._cookie = value

    # -- body --------------------------------------------------------------------------

    @property
    def body(self) -> Any:
        """The body: an iterable of bytes. ValueError for str: the encode tool turns it into
        bytes.
        """
        return self._app_iter

    @body.setter
    def body(self, value: Any) -> None:
        if type(value) is list and len(value) == 1 and type(value[0]) is bytes:
            self._app_iter = value  # PERF: what tools.encode hands over
        elif type(value) is bytes:
            self._app_iter = [value] if value else []
        elif isinstance(value, WebObResponse):
            self.adopt(value)
        else:
            self._app_iter = prepare_body(value)

    @body.deleter
    def body(self) -> None:
        self._app_iter = []

    def adopt(self, other: WebObResponse) -> None:
        """Take over status, headers and body of `other`, a WebOb response, which stays as it
        is.

        Headers that were set here stay unless `other` has them too.
        """
        if other is self:
            return
        found: list[Any] = []
        # A HEAD is answered like a GET here: its body is dropped when its length is known.
        environ = serving_now().request.environ
        if environ["REQUEST_METHOD"] == "HEAD":
            environ = {**environ, "REQUEST_METHOD": "GET"}
        body = other(environ, lambda *args: found.extend(args))  # type: ignore[arg-type]
        status, headers = found[:2]
        names = {name.lower() for name, _ in headers}
        mine = [
            pair
            for pair in self._headerlist
            if pair is not PLAIN_HTML and pair[0].lower() not in names
        ]
        self.headers = [*headers, *mine]
        self.status = status
        self._app_iter = body

    def discard_body(self) -> None:
        """Close the body, which an error page or a redirect is to replace."""
        if type(self._app_iter) is not list:
            close_body(self._app_iter)
        self._app_iter = []

    @property
    def has_body(self) -> bool:
        """Whether there is a body that is not known to be empty."""
        body = self._app_iter
        return any(body) if isinstance(body, (list, tuple)) else body is not None

    def collapse_body(self) -> bytes:
        """Read the whole body, make it one block, and return that. TypeError for a chunk that
        is not bytes.
        """
        body = self._app_iter
        try:
            data = b"".join(body)
        finally:
            close_body(body)
        self._app_iter = [data] if data else []
        return data

    @property
    def text(self) -> str:
        """The body decoded by its charset; setting it encodes it."""
        return self.collapse_body().decode(self.charset or self.default_body_encoding)

    @text.setter
    def text(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"response.text wants str, not {type(value).__name__}.")
        self._set_bytes(value.encode(self.charset or self.default_body_encoding))

    @text.deleter
    def text(self) -> None:
        self._set_bytes(b"")

    def _set_bytes(self, data: bytes) -> None:
        self.body = data
        self.headers["Content-Length"] = str(len(data))

    ubody = unicode_body = text

    @property
    def json(self) -> Any:
        """The body parsed as JSON; setting it makes the body that JSON."""
        return json.loads(self.collapse_body().decode("utf-8"))

    @json.setter
    def json(self, value: Any) -> None:
        self._set_bytes(json.dumps(value, separators=(",", ":")).encode("utf-8"))

    @json.deleter
    def json(self) -> None:
        self._set_bytes(b"")

    json_body = json

    def write(self, data: str | bytes) -> int:
        """Append `data` to the body and return its length in bytes (WebOb's rule)."""
        if isinstance(data, str):
            data = data.encode(self.charset or self.default_body_encoding)
        if not isinstance(self._app_iter, list):
            self.collapse_body()
        self._app_iter.append(data)
        length = self.headers.get("Content-Length")
        if length is not None:
            self.headers["Content-Length"] = str(int(length) + len(data))
        return len(data)

    # -- WebOb's own methods, on a response of WebOb's own kind ------------------------

    def _plain(self) -> WebObResponse:
        """Return a plain WebOb response with this one's status, headers and body."""
        plain = WebObResponse(
            status=self._status, headerlist=self._headerlist, app_iter=self._app_iter
        )
        plain.conditional_response = self.conditional_response
        return plain

    def md5_etag(self, body: Any = None, set_content_md5: bool = False) -> None:
        """Set ETag to a digest of the body (WebOb's rule)."""
        self._plain().md5_etag(self.collapse_body() if body is None else body, set_content_md5)

    def decode_content(self) -> None:
        """Undo the Content-Encoding (WebOb's rule)."""
        plain = self._plain()
        plain.decode_content()
        self._headerlist, self._headers = plain.headerlist, None
        self._app_iter = plain.app_iter

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as a WSGI application (WebOb's rule)."""
        return self._plain()(environ, start_response)

    def conditional_response_app(self, environ: Any, start_response: Any) -> Any:
        """Answer as a WSGI application that heeds conditional requests (WebOb's rule)."""
        return self._plain().conditional_response_app(environ, start_response)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._status}>"

    def __str__(self, skip_body: bool = False) -> str:
        return self._plain().__str__(skip_body)

    # -- the end -----------------------------------------------------------------------

    def finalize(self) -> None:
        """Settle status line, headers and body length.

        HTTPError 500 for a status that is none, ValueError for a header name that is none.
        Source: CherryPy's rule (BEHAVIOUR 2.12).
        """
        headerlist, body = self._headerlist, self._app_iter
        if (
            len(headerlist) == 1
            and headerlist[0] is HTML_UTF8
            and self.status is None
            and type(body) is list
            and len(body) == 1
            and type(body[0]) is bytes
            and self._cookie is None
            and not self.stream
        ):
            # PERF: nearly every page: 0.5 us, not 0.8.
            headerlist.append(("Content-Length", str(len(body[0]))))
            self.output_status = self.status = "200 OK"
            self.header_list = headerlist[:]
            return
        self._finalize_other()

    def _finalize_other(self) -> None:
        """Settle a response that is not the usual page."""
        headerlist = self._headerlist
        length = None
        # PERF: headers that stand in our own code need no second look: 0.2 us, not 1.5.
        if tuple(map(id, headerlist)) in SETTLED:
            pairs = headerlist[:]
        else:
            pairs, length = settle_headers(headerlist)
        status = self.status
        if status is None:
            self.output_status = self.status = "200 OK"
        elif type(status) is int and status in LINES_OF_ERRORS:
            self.output_status = self.status = LINES_OF_ERRORS[status]
        elif self._settle_status():
            pairs, length = self._without_body(pairs)
        body = self._app_iter
        if length is None and not self.stream:
            if type(body) is not list or len(body) != 1 or type(body[0]) is not bytes:
                length = str(len(self.collapse_body()))
            else:
                length = str(len(body[0]))
            pair = ("Content-Length", length)
            pairs.append(pair)
            headerlist.append(pair)
        if self._cookie is not None:
            pairs += cookie_headers(self._cookie)
        self.header_list = pairs

    def _settle_status(self) -> bool:
        """Settle the status line; return whether it is one of a response without a body."""
        try:
            line = self.output_status = self.status = status_line(self.status)
        except ValueError as error:
            raise HTTPError(500, str(error)) from None
        return has_no_body(int(line[:3]))

    def _without_body(
        self, pairs: list[tuple[str, str]]
    ) -> tuple[list[tuple[str, str]], str | None]:
        """Drop the body and what describes it: a 205 says how long that is, others do not."""
        self.discard_body()
        self.headers.pop("Content-Length", None)
        code = self.status[:3]
        dropped = NOT_WITHOUT_BODY if code in ("204", "304") else ("Content-Length",)
        kept = [pair for pair in pairs if pair[0] not in dropped]
        return kept, None if code == "205" else ""
