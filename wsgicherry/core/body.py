"""The entity that comes with a request: read with a limit, and parsed by the processor of its type."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from ..wire.headers import HeaderElement
from ..wire.params import TooManyParams, UndecodableParams, add_param, parse_urlencoded
from .errors import HTTPError

if TYPE_CHECKING:
    from .request import Request

MAX_CONTENT_TYPE_BYTES = 1024
MAX_LENGTH_DIGITS = 18

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

    def readall(self) -> bytes:
        """Return all that is left; see `readinto` for what it raises."""
        chunks = []
        while chunk := self._take(CHUNK_BYTES):
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the source. HTTPError 413 over the limit, 400 when the body breaks off."""
        data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        wanted = size if self.left is None else min(size, self.left)
        if not wanted:
            return b""
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
        return data


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
    if entity.params:
        for name, value in params.items():
            add_param(entity.params, name, value)
    else:
        entity.params = params


class RequestBody:
    """The body of a request. Unparsed types stay in the stream for the handler to read.

    `processors` maps a media type, or its part before the slash, to a function that is called with this
    entity; `default_proc` is called for all others. Source: CherryPy's rule (BEHAVIOUR 2.8).
    """

    max_fields = 1000
    charset: str | None = None
    default_content_type = ""
    processors: Any = {  # noqa: RUF012 - copied by each entity
        "application/x-www-form-urlencoded": process_urlencoded,
    }

    def __init__(self, request: Request) -> None:
        environ = request.environ
        self._request = request
        self.params: dict[str, Any] = {}
        self.parts: list[Any] = []
        self.processors = self.processors.copy()
        self.attempt_charsets: list[str] = ["utf-8"]
        self.separators = request.query_string_separator
        self.fp: Any = environ["wsgi.input"]
        self.length = content_length(environ)
        self._reader: io.BufferedReader | None = None
        if request.app is not None:
            self.maxbytes: int | None = request.app.site.max_body_bytes
            for name, value in request.plan.body_attributes.items():
                setattr(self, name, value)

    @property
    def headers(self) -> Any:
        """The headers of the request."""
        return self._request.headers

    @property
    def content_type(self) -> HeaderElement:
        """The Content-Type, with its `.params`."""
        return HeaderElement(*parse_type(self._raw_type()))

    def _raw_type(self) -> str:
        raw = self._request.environ.get("CONTENT_TYPE") or self.default_content_type
        return raw[:MAX_CONTENT_TYPE_BYTES]

    def _counted(self) -> CountedInput:
        limit = self.maxbytes or None
        if limit is not None and (self.length or 0) > limit:
            raise HTTPError(413, f"The request's body is larger than {limit} bytes.")
        return CountedInput(self.fp, self.length, limit)

    @property
    def reader(self) -> io.BufferedReader:
        """The stream, counted and limited. HTTPError 413 when the Content-Length is over the limit."""
        if self._reader is None:
            self._reader = io.BufferedReader(self._counted(), CHUNK_BYTES)
        return self._reader

    def read(self, size: int | None = None, fp_out: BinaryIO | None = None) -> bytes:
        """Return up to `size` bytes of the body (None: all of it), or write it into `fp_out` and return b''."""
        if fp_out is not None:
            while chunk := self.reader.read(CHUNK_BYTES):
                fp_out.write(chunk)
            return b""
        if self._reader is None and self.length is not None and self.length <= CHUNK_BYTES:
            # PERF: a small body needs no buffer, which takes 20 us to make.
            if size is None or size < 0 or size >= self.length:
                data = self._counted().readall()
                self.length, self.fp = 0, io.BytesIO()
                return data
        return self.reader.read(-1 if size is None else size)

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
        environ = self._request.environ
        if "HTTP_TRANSFER_ENCODING" in environ:
            coding = environ["HTTP_TRANSFER_ENCODING"].strip().lower()
            if coding not in ("chunked", "identity", ""):
                raise HTTPError(501, f"The transfer coding {coding!r} is not understood here.")
        elif not environ.get("CONTENT_LENGTH"):
            raise HTTPError(411)
        if self.maxbytes and (self.length or 0) > self.maxbytes:
            raise HTTPError(413, f"The request's body is larger than {self.maxbytes} bytes.")
        media_type, type_params = parse_type(self._raw_type())
        if "charset" in type_params:
            self._allow_charset(type_params["charset"])
        media_type = media_type.lower()
        processor = self.processors.get(media_type) or self.processors.get(
            media_type.partition("/")[0]
        )
        if processor is None:
            self.default_proc()
        else:
            processor(self)
        request_params = self._request.params
        for name, value in self.params.items():
            add_param(request_params, name, value)

    def default_proc(self) -> None:
        """Leave a body of an unknown type in the stream, for the handler."""

    def _allow_charset(self, named: str) -> None:
        charset = CHARSETS.get(named.strip("\"'").lower())
        if charset is None:
            raise HTTPError(
                415, f"The charset {named[:40]!r} is not understood here; use utf-8 or iso-8859-1."
            )
        if charset not in self.attempt_charsets:
            self.attempt_charsets = [charset, *self.attempt_charsets]


# PERF: clients of a site send few different types.
parse_type = lru_cache(maxsize=64)(HeaderElement.parse)


def content_length(environ: dict[str, Any]) -> int | None:
    """Return the length of the body in bytes; None when its end is what the server says.

    A Transfer-Encoding overrules Content-Length (RFC 9112 section 6.3). Without a length the end is known
    only where the server promises one (SERVERS R15). HTTPError 400 for one that is not a number.
    """
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return None if environ.get("wsgi.input_terminated") else 0
    text: str = environ.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_LENGTH_DIGITS):
        raise HTTPError(400, "The Content-Length is not a number.")
    return int(text)
