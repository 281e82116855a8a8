"""The entity of a request: read with a limit, and parsed by the processor of its type."""

from __future__ import annotations

import io
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from typing import Any, BinaryIO
from weakref import ref

from ..wire.headers import HeaderElement, parse_header
from ..wire.params import TooManyParams, UndecodableParams, add_param, parse_urlencoded
from .errors import HTTPError
from .multiparts import MAX_FILE_BYTES_IN_MEMORY, SpoolFile, read_parts, undecodable
from .requestheaders import RequestHeaders

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

SEEKABLE = "webob.is_body_seekable"  # WebOb's mark of an input that can be read again

BROKEN_OFF = "The request's body broke off."


class CountedInput(io.RawIOBase):
    """At most `length` bytes of `source` (None: to its end).

    More than `limit` bytes are refused: HTTPError 413.
    """

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
        """Fill `buffer`. HTTPError 413 over the limit, 400 when the body breaks off."""
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
            raise HTTPError(400, BROKEN_OFF) from None
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
            entity.read(),
            charsets,
            separators=entity.separators,
            max_fields=entity.max_fields,
        )
    except TooManyParams as error:
        raise HTTPError(413, str(error)) from None
    except UndecodableParams:
        raise HTTPError(400, undecodable(charsets)) from None
    entity.add_params(params)


def process_multipart_form_data(entity: RequestBody) -> None:
    """Read a multipart/form-data body into `entity.params`: text as str, files as parts.

    Parts without a name are left in `entity.parts`.
    """
    boundary = entity.content_type.params.get("boundary", "")
    params: dict[str, Any] = {}
    for part in read_parts(entity.read, boundary, entity.max_fields):
        if part.charset is not None:
            part.charset = known_charset(part.charset)
        if part.name is None:
            entity.parts.append(part)
        else:
            add_param(params, part.name, part.fullvalue() if part.filename is None else part)
    entity.add_params(params)


class RequestBody:
    """The body of a request. Unparsed types stay in the stream for the handler to read.

    `processors` maps a media type, or its part before the slash, to a function that is called
    with this entity; `default_proc` is called for all others. Source: CherryPy's rule
    (BEHAVIOUR 2.8).
    """

    processors: Any = {  # noqa: RUF012 - copied by each entity
        "application/x-www-form-urlencoded": process_urlencoded,
        "multipart/form-data": process_multipart_form_data,
    }
    charset: str | None = None
    default_content_type = ""
    maxbytes: int | None = None
    is_processed = False
    is_spent = False
    """Whether all of the body has been read at once."""

    _reader: io.BufferedReader | None = None

    def __init__(self, request: Any) -> None:
        # PERF: weak, for a circle would leave each request to the garbage collector: 0.6 us.
        self._request = ref(request)
        self._environ = environ = request.environ
        self.params: dict[str, Any] = {}
        self.parts: list[Any] = []
        self.attempt_charsets: list[str] = ["utf-8"]
        self.separators: str = request.query_string_separator
        self.max_fields: int = request.max_params
        self.processors = self.processors.copy()
        self.length = content_length(environ)
        self._input: Any = environ["wsgi.input"]
        if environ.get(SEEKABLE):
            self._input.seek(0)  # a middleware may have read it, and WebOb does not go back
        if request.app is not None:
            self.maxbytes = request.app.site.max_body_bytes
            if request.plan.body_attributes:
                self._configure(request.plan.body_attributes)

    def _configure(self, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            # What stands in config is every request's: each has a copy of its own.
            setattr(self, name, copy(value) if isinstance(value, (list, dict)) else value)

    @property
    def headers(self) -> Any:
        """The headers of the request."""
        request = self._request()
        return RequestHeaders(self._environ) if request is None else request.headers

    @property
    def content_type(self) -> HeaderElement:
        """The Content-Type, with its `.params`."""
        raw: str = self._environ.get("CONTENT_TYPE") or self.default_content_type
        return HeaderElement.from_str(raw[:MAX_CONTENT_TYPE_BYTES])

    def add_params(self, params: dict[str, Any]) -> None:
        """Add what a processor found to `params`."""
        if self.params:
            merge_params(self.params, params)
        else:
            self.params = params

    # -- reading -----------------------------------------------------------------------

    def check_length(self) -> None:
        """Raise HTTPError 413 when the Content-Length is over the limit."""
        if self.maxbytes and self.length and self.length > self.maxbytes:
            raise HTTPError(413, f"The request's body is larger than {self.maxbytes} bytes.")

    @property
    def is_begun(self) -> bool:
        """Whether some of the body may have been read."""
        return self.is_spent or self._reader is not None

    @property
    def reader(self) -> io.BufferedReader:
        """The stream, counted and limited. HTTPError 413 for a length over the limit."""
        if self._reader is None:
            self.check_length()
            length = 0 if self.is_spent else self.length
            counted = CountedInput(self._input, length, self.maxbytes or None)
            self._reader = io.BufferedReader(counted, CHUNK_BYTES)
        return self._reader

    @property
    def fp(self) -> Any:
        """CherryPy's name for `reader`; another stream may be put in its place."""
        return self.reader

    @fp.setter
    def fp(self, stream: Any) -> None:
        self._input = stream
        self.is_spent, self._reader = False, None

    def read(self, size: int | None = None, fp_out: BinaryIO | None = None) -> bytes:
        """Return up to `size` bytes of the body, None for all of it.

        With `fp_out` all of it is written there, and b'' returned.
        """
        if fp_out is not None:
            while chunk := self.reader.read(CHUNK_BYTES):
                fp_out.write(chunk)
            return b""
        length = self.length
        # PERF: a small body needs no buffer, which takes 20 us to make.
        if (
            self._reader is None
            and length is not None
            and length <= CHUNK_BYTES
            and (size is None or size < 0 or size >= length)
        ):
            return self._read_at_once(length)
        return self.reader.read(-1 if size is None else size)

    def _read_at_once(self, length: int) -> bytes:
        if self.is_spent:
            return b""
        if self.maxbytes and length > self.maxbytes:
            self.check_length()
        self.is_spent = True
        try:
            data: bytes = self._input.read(length) if length else b""
        except OSError:
            raise HTTPError(400, BROKEN_OFF) from None
        if len(data) < length:
            # Some inputs give what has arrived, as sockets do.
            data += CountedInput(self._input, length - len(data), None).readall()
        return data

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line of the body."""
        return self.reader.readline(-1 if size is None else size)

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Return the lines of the body."""
        return self.reader.readlines(-1 if sizehint is None else sizehint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.reader)

    def rewind(self) -> None:
        """Put what is left of the body into the environ as a file that WebOb can read."""
        environ = self._environ
        if environ.get(SEEKABLE):
            environ["wsgi.input"].seek(0)
        else:
            environ["wsgi.input"], length = self._take_rest()
            environ["CONTENT_LENGTH"] = str(length)
            environ[SEEKABLE] = True
            self.length = length
        self._input = environ["wsgi.input"]
        self.is_spent, self._reader = False, None

    def _take_rest(self) -> tuple[Any, int]:
        rest: Any = SpoolFile(max_size=MAX_FILE_BYTES_IN_MEMORY)
        self.read(fp_out=rest)
        length = rest.tell()
        rest.seek(0)
        return rest, length

    # -- parsing -----------------------------------------------------------------------

    def process(self) -> None:
        """Run the processor of the content type; add what it found to the request's params.

        HTTPError 411 without Content-Length and Transfer-Encoding, 501 for a coding other than
        chunked, 413 for a body over `maxbytes`, 415 for a charset that is not allowed.
        """
        environ = self._environ
        if "HTTP_TRANSFER_ENCODING" in environ:
            coding = environ["HTTP_TRANSFER_ENCODING"].strip().lower()
            if coding not in ("chunked", "identity", ""):
                raise HTTPError(501, f"The transfer coding {coding!r} is not understood here.")
        elif not environ.get("CONTENT_LENGTH"):
            raise HTTPError(411)
        self.parse()
        request = self._request()
        if self.params and request is not None:
            merge_params(request.params, self.params)

    def parse(self) -> None:
        """Run the processor of the content type, which fills `params` and `parts`."""
        self.is_processed = True
        raw = self._environ.get("CONTENT_TYPE") or self.default_content_type
        media_type, major_type, charset = describe_type(raw[:MAX_CONTENT_TYPE_BYTES])
        if charset is not None:
            charset = known_charset(charset)
            if charset not in self.attempt_charsets:
                self.attempt_charsets = [charset, *self.attempt_charsets]
        processors = self.processors
        processor = processors.get(media_type) or processors.get(major_type)
        if processor is None:
            self.check_length()
            self.default_proc()
        else:
            processor(self)

    def default_proc(self) -> None:
        """Leave a body of an unknown type in the stream, for the handler."""


def merge_params(params: dict[str, Any], found: dict[str, Any]) -> None:
    """Add `found` to `params`; names that both have get a list."""
    if not params:
        params.update(found)
    else:
        for name, value in found.items():
            add_param(params, name, value)


@lru_cache(maxsize=64)  # PERF: clients of a site send few different types
def describe_type(raw: str) -> tuple[str, str, str | None]:
    """Return media type, its part before the slash (both in lower case) and the charset."""
    value, params = parse_header(raw)
    media_type = value.lower()
    return media_type, media_type.partition("/")[0], params.get("charset")


def known_charset(named: str) -> str:
    """Return the charset that a client means by `named`; HTTPError 415 unless in CHARSETS."""
    charset = CHARSETS.get(named.strip("\"'").lower())
    if charset is None:
        raise HTTPError(
            415, f"The charset {named[:40]!r} is not understood here; use utf-8 or iso-8859-1."
        )
    return charset


def content_length(environ: dict[str, Any]) -> int | None:
    """Return the length of the body in bytes; None when its end is what the server says.

    A Transfer-Encoding overrules Content-Length (RFC 9112 section 6.3). Without a length the
    end is known only where the server promises one (SERVERS R15). HTTPError 400 for one that is
    not a number.
    """
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if coding and "chunked" in coding.lower():
        return None if environ.get("wsgi.input_terminated") else 0
    text: str = environ.get("CONTENT_LENGTH") or "0"
    if not (text.isdigit() and text.isascii() and len(text) <= MAX_LENGTH_DIGITS):
        raise HTTPError(400, "The Content-Length is not a number.")
    return int(text)
