"""The entity that comes with a request: read with a limit, and parsed by the processor of its type."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from ..wire.headers import HeaderElement
from ..wire.params import TooManyParams, UndecodableParams, add_param, parse_urlencoded
from .errors import HTTPError

if TYPE_CHECKING:
    from .request import Request

DEFAULT_MAX_BODY_BYTES = 100 * 1024 * 1024  # as CherryPy's server allowed
MAX_CONTENT_TYPE_BYTES = 1024

# Codec names are never taken from a client as they come: 'zlib' and 'rot13' are codecs too.
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "us-ascii",
    "ascii": "us-ascii",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
}

CHUNK_BYTES = 64 * 1024


class CountedInput(io.RawIOBase):
    """At most `length` bytes of `source` (None: to its end); more than `limit` bytes are refused with 413."""

    def __init__(self, source: BinaryIO, length: int | None, limit: int | None) -> None:
        self.source = source
        self.left = length
        self.limit = limit
        self.bytes_read = 0

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the source. HTTPError 413 over the limit, 400 when the body breaks off."""
        wanted = len(buffer) if self.left is None else min(len(buffer), self.left)
        if not wanted:
            return 0
        try:
            data = self.source.read(wanted)
        except OSError:
            # The client went away in the middle (webob's DisconnectionError is an OSError too).
            raise HTTPError(400, "The request's body broke off.") from None
        size = len(data)
        self.bytes_read += size
        if self.limit is not None and self.bytes_read > self.limit:
            raise HTTPError(413, f"The request's body is larger than {self.limit} bytes.")
        if self.left is not None:
            self.left -= size
            if not size:
                raise HTTPError(400, "The request's body is shorter than its Content-Length.")
        buffer[:size] = data
        return size


def process_urlencoded(entity: RequestBody) -> None:
    """Read a form of type application/x-www-form-urlencoded into `entity.params`."""
    charsets = entity.attempt_charsets
    try:
        params, entity.charset = parse_urlencoded(
            entity.read(), charsets, separators=entity.separators, max_fields=entity.max_fields
        )
    except TooManyParams as error:
        raise HTTPError(413, str(error)) from None
    except UndecodableParams:
        raise HTTPError(
            400,
            "The request entity could not be decoded. The following charsets were attempted: "
            f"{list(charsets)!r}",
        ) from None
    for name, value in params.items():
        add_param(entity.params, name, value)


class RequestBody:
    """The body of a request. Unparsed types stay in the stream for the handler to read.

    `processors` maps a media type, or its part before the slash, to a function that is called with this
    entity; `default_proc` is called for all others. Source: CherryPy's rule (BEHAVIOUR 2.8).
    """

    maxbytes: int | None = DEFAULT_MAX_BODY_BYTES
    max_fields = 1000
    separators = "&"
    charset: str | None = None
    default_content_type = ""
    processors: dict[str, Callable[[Any], Any]] = {
        "application/x-www-form-urlencoded": process_urlencoded,
    }

    def __init__(
        self,
        fp: BinaryIO,
        headers: Any,
        params: dict[str, Any] | None = None,
        request_params: dict[str, Any] | None = None,
    ) -> None:
        self.headers = headers
        self.params = {} if params is None else params
        self.request_params = {} if request_params is None else request_params
        self.parts: list[Any] = []
        self.processors = dict(self.processors)
        raw_type = headers.get("Content-Type") or self.default_content_type
        self.content_type = HeaderElement.from_str(raw_type[:MAX_CONTENT_TYPE_BYTES])
        self.attempt_charsets = ["utf-8"]
        self.length = content_length(headers)
        self.has_length = "Content-Length" in headers or "Transfer-Encoding" in headers
        self.fp: Any = fp
        self._reader: io.BufferedReader | None = None

    @classmethod
    def of(cls, request: Request) -> RequestBody:
        """Return the body of `request`, with what its config says of bodies (`request.body.*`)."""
        environ = request.environ
        source = environ["wsgi.input"]
        body = cls(source, request.headers, request_params=request.params)
        body.separators = request.query_string_separator
        if body.length is None and not (
            "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated")
        ):
            # Without a length the end is known only where the server promises one (SERVERS R15).
            body.length = 0
        if request.app is not None:
            body.maxbytes = request.app.max_body_bytes
            for name, value in request.plan.body_attributes.items():
                setattr(body, name, value)
        return body

    @property
    def reader(self) -> io.BufferedReader:
        """The stream, counted and limited. HTTPError 413 when the Content-Length is over the limit."""
        if self._reader is None:
            if self.maxbytes and (self.length or 0) > self.maxbytes:
                raise HTTPError(413, f"The request's body is larger than {self.maxbytes} bytes.")
            counted = CountedInput(self.fp, self.length, self.maxbytes or None)
            self._reader = io.BufferedReader(counted, CHUNK_BYTES)
        return self._reader

    def read(self, size: int | None = None, fp_out: BinaryIO | None = None) -> bytes | None:
        """Return up to `size` bytes of the body, or write them all into `fp_out` and return None."""
        if fp_out is None:
            return self.reader.read(-1 if size is None else size)
        while chunk := self.reader.read(CHUNK_BYTES):
            fp_out.write(chunk)
        return None

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line of the body."""
        return self.reader.readline(-1 if size is None else size)

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Return the lines of the body."""
        return self.reader.readlines(-1 if sizehint is None else sizehint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.reader)

    def process(self) -> None:
        """Run the processor of the content type, then add what it found to the request's parameters.

        HTTPError 411 without Content-Length and Transfer-Encoding, 501 for a coding other than chunked, 413
        for a body over `maxbytes`, 415 for a charset that is not allowed.
        """
        if not self.has_length:
            raise HTTPError(411)
        coding = self.headers.get("Transfer-Encoding", "chunked")
        if coding.strip().lower() not in ("chunked", "identity", ""):
            raise HTTPError(501, f"The transfer coding {coding!r} is not understood here.")
        self._allow_charset()
        media_type = self.content_type.value.lower()
        processor = self.processors.get(media_type) or self.processors.get(
            media_type.partition("/")[0]
        )
        self.reader  # noqa: B018 - refuses an oversized body before anything reads it
        if processor is None:
            self.default_proc()
        else:
            processor(self)
        for name, value in self.params.items():
            add_param(self.request_params, name, value)

    def default_proc(self) -> None:
        """Leave a body of an unknown type in the stream, for the handler."""

    def _allow_charset(self) -> None:
        named = self.content_type.params.get("charset")
        if named is None:
            return
        charset = CHARSETS.get(named.strip("\"'").lower())
        if charset is None:
            raise HTTPError(
                415, f"The charset {named[:40]!r} is not understood here; use utf-8 or iso-8859-1."
            )
        if charset not in self.attempt_charsets:
            self.attempt_charsets = [charset, *self.attempt_charsets]


def content_length(headers: Any) -> int | None:
    """Return Content-Length, None when there is none or Transfer-Encoding rules (RFC 9112 section 6.3).

    HTTPError 400 for one that is not a number.
    """
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return None
    text = headers.get("Content-Length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise HTTPError(400, "The Content-Length is not a number.")
    return int(text)
