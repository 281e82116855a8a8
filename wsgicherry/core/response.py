"""Response: a WebOb response that speaks CherryPy's words, and the one place where it becomes
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http.cookies import SimpleCookie
from time import time
from types import GeneratorType
from typing import Any

from webob import Response as WebObResponse

from ..wire.status import REASONS, has_no_body, status_line, valid_status
from .bodies import CHUNK_BYTES, FileChunks, as_bytes, join_chunks, prepare_body
from .current import find_serving, serving_now
from .errors import HTTPError
from .headers import (
    HTML_UTF8,
    JSON,
    NOT_ON_STATUS,
    PLAIN_HTML,
    SETTLED,
    Pairs,
    cookie_headers,
    settle_headers,
)
from .hints import Hint, send_hints
from .responseheaders import ResponseHeaders
from .responsewords import ResponseWords
from .sending import close_quietly

MAX_LENGTH_DIGITS = 18
"""More would be over 888 PiB; and Python takes 4300 digits for an attack."""

# PERF: what most answers but 200 have: 0.1 us, not 0.4.
LINES_OF_ERRORS = {code: status_line(code) for code in REASONS if code >= 400}


class Response(ResponseWords):
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
    _settled: Pairs | None = None
    _cookie: SimpleCookie | None = None
    _replaced: tuple[Any, ...] = ()
    """Bodies that others took the place of; all are closed with the last one."""

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

    def show_settled(self, pairs: Pairs) -> None:
        """Make `pairs` the headers: made by `settle_headers` before, and no Content-Length.

        Unless somebody changes them, they need no second look when they are sent.
        """
        self._headerlist, self._headers = list(pairs), None
        self._settled = pairs

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
        if type(self._app_iter) is not list and value is not self._app_iter:
            self._replace_body(value)
        elif type(value) is list and len(value) == 1 and type(value[0]) is bytes:
            self._app_iter = value  # PERF: what tools.encode hands over
        elif type(value) is bytes:
            self._app_iter = [value] if value else []
        elif isinstance(value, WebObResponse):
            self.adopt(value)
        else:
            self._app_iter = prepare_body(value)

    @body.deleter
    def body(self) -> None:
        self.discard_body()

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

    def _replace_body(self, value: Any) -> None:
        """Make `value` the body in place of one that is made while it is sent.

        That one is closed with the request, for `value` may go on reading it; at once if
        `value` is complete. A `value` with a `close()` of its own closes what it wraps.
        """
        if value is self:
            return
        old = self._app_iter
        self._app_iter = []
        try:
            self.body = value
        except BaseException:
            self._app_iter = old
            raise
        new = self._app_iter
        if isinstance(new, (GeneratorType, FileChunks)) or not hasattr(new, "close"):
            self._replaced = (old, *self._replaced)
        if type(new) is list:
            self._close_bodies()

    def discard_body(self) -> None:
        """Close the body, which an error page or a redirect is to replace."""
        if type(self._app_iter) is not list:
            self._close_bodies()
        self._app_iter = []

    def _close_bodies(self) -> None:
        """Close the body and those that it replaced, once each. Errors are logged."""
        bodies = {id(body): body for body in (self._app_iter, *self._replaced)}
        self._replaced = ()
        for body in bodies.values():
            close_quietly(body)

    @property
    def has_body(self) -> bool:
        """Whether there is a body that is not known to be empty."""
        body = self._app_iter
        return any(body) if isinstance(body, (list, tuple)) else body is not None

    def collapse_body(self) -> bytes:
        """Read the whole body, make it one block, and return that. TypeError or ValueError for
        a chunk that is not bytes.
        """
        body = self._app_iter
        try:
            data = join_chunks(body)
        finally:
            self.discard_body()
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

    def md5_etag(self, body: Any = None, set_content_md5: bool = False) -> None:
        """Set ETag to a digest of the body (WebOb's rule)."""
        self._plain().md5_etag(self.collapse_body() if body is None else body, set_content_md5)

    # -- ahead of it -------------------------------------------------------------------

    def early_hints(self, hints: Iterable[Hint]) -> None:
        """Send the client a 103 Early Hints (RFC 8297) now, ahead of this response.

        A hint is the text of a Link header ('</style.css>; rel=preload; as=style') or a
        (name, value) pair. Nothing happens where the server or the client knows no hints.
        ValueError for a header name that is none.
        """
        send_hints(serving_now().request, hints)

    # -- the end -----------------------------------------------------------------------

    def finalize(self) -> None:
        """Settle status line, headers and body length.

        HTTPError 500 for a status that is none, ValueError for a header name that is none.
        Source: CherryPy's rule (BEHAVIOUR 2.12).
        """
        headerlist, body = self._headerlist, self._app_iter
        if (
            len(headerlist) == 1
            and (headerlist[0] is HTML_UTF8 or headerlist[0] is JSON)
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
        # PERF: headers that stand in our own code, and those of a file or a page that was sent
        # before, need no second look: 0.2 us, not 1.5.
        if tuple(headerlist) == self._settled or tuple(map(id, headerlist)) in SETTLED:
            pairs = headerlist[:]
        else:
            pairs, length = settle_headers(headerlist)
        status, may_have_body = self.status, True
        if status is None:
            self.output_status = self.status = "200 OK"
        elif type(status) is int and status in LINES_OF_ERRORS:
            self.output_status = self.status = LINES_OF_ERRORS[status]
        elif self._settle_status():
            pairs, length = self._without_body(pairs), None
            may_have_body = self.status[:3] == "205"  # which says how long nothing is
        if length is not None:
            length = self._check_length(pairs, length)
        if length is None and may_have_body:
            body = self._app_iter
            if type(body) is list and len(body) == 1 and type(body[0]) is bytes:
                length = None if self.stream else str(len(body[0]))
            else:
                length = self._measure()
            if length is not None:
                pair = ("Content-Length", length)
                pairs.append(pair)
                headerlist.append(pair)
        if self._cookie is not None:
            pairs += cookie_headers(self._cookie)
        self.header_list = pairs

    def _measure(self) -> str | None:
        """Return the length of the body; None for a stream whose end nobody knows."""
        body = self._app_iter
        if type(body) is FileChunks:
            rest = body.count_rest()
            # A short one is read: what a file of /proc or /sys tells of its size is not true.
            if rest is not None and rest > CHUNK_BYTES:
                body.left_bytes = rest
                return str(rest)
        if not self.stream:
            return str(len(self.collapse_body()))
        if type(body) is list:
            self._app_iter = [as_bytes(chunk) for chunk in body]
        return None

    def _settle_status(self) -> bool:
        """Settle the status line; return whether it is one of a response without a body."""
        try:
            line = self.output_status = self.status = status_line(self.status)
        except ValueError as error:
            raise HTTPError(500, str(error)) from None
        return has_no_body(int(line[:3]))

    def _without_body(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Drop the body, and return `pairs` without what describes it."""
        self.discard_body()
        if "Content-Length" in dict(pairs):
            del self.headers["Content-Length"]
        dropped = NOT_ON_STATUS.get(self.status[:3], ("Content-Length",))
        return [pair for pair in pairs if pair[0] not in dropped]

    def _check_length(self, pairs: list[tuple[str, str]], length: str) -> str | None:
        """Return the Content-Length that somebody has set, if the body can be that long.

        Else it is removed, and the log told: of a body in memory and of a file it is known,
        others are watched while they are sent.
        """
        is_number = length.isascii() and length.isdigit() and len(length) <= MAX_LENGTH_DIGITS
        if is_number and self._can_be(int(length)):
            return length
        del self.headers["Content-Length"]
        pairs[:] = [pair for pair in pairs if pair[0] != "Content-Length"]
        serving = find_serving()
        if serving is not None:
            what = f"Content-Length {length!r} is not that of the body; it was dropped."
            serving.request.log(what, "HTTP", 30)
        return None

    def _can_be(self, length_bytes: int) -> bool:
        """Tell whether the body can have that length; a file is sent no further than that."""
        body = self._app_iter
        if type(body) is list:
            known = len(self.collapse_body())
            return known == length_bytes or (known == 0 and is_head())
        if type(body) is not FileChunks:
            return True
        rest = body.count_rest()
        if rest is None or length_bytes <= rest:
            body.left_bytes = length_bytes
        return rest is None or length_bytes <= rest


def is_head() -> bool:
    """Tell whether a HEAD is being answered, for which a handler may leave out the body."""
    serving = find_serving()
    return serving is not None and serving.request.environ["REQUEST_METHOD"] == "HEAD"
