"""Entity: content with a type, which can be read, decoded and parsed. A body is one, and each
part of it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from tempfile import TemporaryFile
from typing import Any

from ..wire.disposition import parse_disposition
from ..wire.headers import HeaderElement, MalformedHeader, parse_header
from ..wire.params import merge_params
from .charsets import decode_text, find_charset, unknown_charset
from .errors import HTTPError
from .forms import process_urlencoded
from .inputs import CHUNK_BYTES, PieceReader
from .multiparts import FormState, process_multipart_form_data, process_other_multipart

MAX_CONTENT_TYPE_BYTES = 1024

Processor = Callable[[Any], None]


class Entity:
    """Content of a type: `headers` describe it, `fp` is the stream that it comes from.

    `process()` has the processor of its type read it into `params` and `parts`; a type that has
    none is left to `default_proc()`. Source: CherryPy's rule (BEHAVIOUR 2.8).
    """

    attempt_charsets: Any = ("utf-8",)
    """The charsets to try for text, the best first; each entity has a list of its own."""

    default_content_type = "application/x-www-form-urlencoded"
    processors: Any = {  # noqa: RUF012 - copied by each entity
        "application/x-www-form-urlencoded": process_urlencoded,
        "multipart/form-data": process_multipart_form_data,
        "multipart": process_other_multipart,
    }
    part_class: Any = None
    """Makes the parts of a multipart body: `Part`, or a subclass of it."""

    bufsize = CHUNK_BYTES
    """Bytes that are read ahead where lines are asked for."""

    # The limits are those of SECURITY goal 8; more is answered 413.
    separators = "&"
    max_fields = 1000
    max_field_bytes = 500 * 1024
    max_parts = 1000
    max_part_headers = 16
    max_part_header_bytes = 8 * 1024

    on_part: Callable[[Any], Any] | None = None
    """Called with each part before it is read: may raise to refuse it, or return a file to
    write it into.
    """

    charset: str | None = None
    """The charset that the content was decoded with."""
    name: str | None = None
    filename: str | None = None
    file: Any = None
    value: bytes | None = None
    length: int | None = None
    unknown_charset: str | None = None
    """A charset that the client named and that is not on the list."""

    _reader: io.BufferedReader | None = None

    def __init__(
        self,
        fp: Any,
        headers: Mapping[str, Any],
        params: dict[str, Any] | None = None,
        parts: list[Any] | None = None,
    ) -> None:
        self._input = fp
        self.headers = headers
        self.params: dict[str, Any] = {} if params is None else params
        self.parts: list[Any] = [] if parts is None else parts
        self.attempt_charsets = list(self.attempt_charsets)
        self.processors = dict(self.processors)
        # PERF: names are Title-Case already, which a HeaderMap would make them once more.
        find = partial(dict.get, headers) if isinstance(headers, dict) else headers.get
        self._raw_type: str = find("Content-Type") or self.default_content_type
        if "charset" in self._raw_type.lower():
            self.heed_charset(self.content_type.params.get("charset"))
        if find("Content-Length") is not None:
            self.length = read_length(headers)
        disposition = find("Content-Disposition")
        if disposition is not None:
            try:
                self.name, self.filename = parse_disposition(disposition)
            except MalformedHeader as error:
                raise HTTPError(400, str(error)) from None

    @cached_property
    def content_type(self) -> HeaderElement:
        """The Content-Type, with its `.params`."""
        return HeaderElement.from_str(self._raw_type[:MAX_CONTENT_TYPE_BYTES])

    @cached_property
    def form(self) -> FormState:
        """What all parts below this entity share: limits, and the place for uploads."""
        return FormState(self)

    # -- reading -----------------------------------------------------------------------

    @property
    def source(self) -> Any:
        """What the content is read from, before any buffer."""
        return self._input

    def replace_source(self, stream: Any) -> None:
        """Read from `stream` from now on."""
        self._input, self._reader = stream, None

    @property
    def fp(self) -> Any:
        """The content as a stream with lines; another stream may be put in its place."""
        if self._reader is not None:
            return self._reader
        source = self.source
        if isinstance(source, PieceReader):
            self._reader = io.BufferedReader(source, self.bufsize)
            return self._reader
        return source

    @fp.setter
    def fp(self, stream: Any) -> None:
        self.replace_source(stream)

    def pieces(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Yield what is left of the content in pieces of up to `size` bytes."""
        source = self.source if self._reader is None else None
        # PERF: past the buffer, which would copy each piece.
        read = source.gather if isinstance(source, PieceReader) else self.fp.read
        while piece := read(size):
            yield piece

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes:
        """Return up to `size` bytes, None for all. With `fp_out` all is written there, and b''
        returned.
        """
        if fp_out is not None:
            for piece in self.pieces():
                fp_out.write(piece)
            return b""
        data: bytes = self.fp.read(-1 if size is None else size)
        return data

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line."""
        line: bytes = self.fp.readline(-1 if size is None else size)
        return line

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Return the lines."""
        lines: list[bytes] = self.fp.readlines(-1 if sizehint is None else sizehint)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def make_file(self) -> Any:
        """Return a file, open for writing and reading, for content that is kept."""
        return TemporaryFile()

    def read_into_file(self, fp_out: Any = None) -> Any:
        """Read the content into `fp_out` (None: what `make_file` gives); return that file."""
        file = self.make_file() if fp_out is None else fp_out
        for piece in self.pieces():
            file.write(piece)
        return file

    # -- text --------------------------------------------------------------------------

    def heed_charset(self, named: str | None) -> None:
        """Try the charset that the client named first; note one that is not on the list."""
        if named is None:
            return
        charset = find_charset(named)
        if charset is None:
            self.unknown_charset = named
        elif charset not in self.attempt_charsets:
            self.attempt_charsets = [charset, *self.attempt_charsets]

    def check_charset(self) -> None:
        """Raise HTTPError 415 when the client named a charset that is not on the list, unless
        `attempt_charsets` has it all the same.
        """
        named = self.unknown_charset
        if named is not None and named.lower() not in map(str.lower, self.attempt_charsets):
            raise unknown_charset(named)

    def decode_entity(self, value: bytes) -> str:
        """Return `value` as text; `charset` says then which of `attempt_charsets` it is in.

        HTTPError 400 when it is in none of them, 415 when the client named an unknown one.
        """
        if self.unknown_charset is not None:
            self.check_charset()
        text, self.charset = decode_text(value, self.attempt_charsets)
        return text

    def content(self) -> bytes:
        """Return all of the content, wherever it is; a file is at its beginning then."""
        if self.file is None:
            return self.read() if self.value is None else self.value
        self.file.seek(0)
        data: bytes = self.file.read()
        self.file.seek(0)
        return data

    def fullvalue(self) -> str:
        """Return all of the content as text; raises what `decode_entity` raises."""
        return self.decode_entity(self.content())

    # -- parsing -----------------------------------------------------------------------

    def process(self) -> None:
        """Have the processor of the content type read this entity, else `default_proc`.

        What a processor raises passes; ours raise HTTPError 400, 413 and 415.
        """
        media_type, _ = describe_type(self._raw_type[:MAX_CONTENT_TYPE_BYTES])
        processor = self.find_processor(media_type)
        if processor is None:
            self.default_proc()
        else:
            self.check_charset()
            processor(self)

    def find_processor(self, media_type: str) -> Processor | None:
        """Return the processor of a media type (in lower case), or of its part before the
        slash.
        """
        find = self.processors.get
        found: Processor | None = find(media_type) or find(media_type.partition("/")[0])
        return found

    def default_proc(self) -> None:
        """Leave content of an unknown type in the stream."""

    def add_params(self, params: dict[str, Any]) -> None:
        """Add what a processor found to `params`."""
        if self.params:
            merge_params(self.params, params)
        else:
            self.params = params


def read_length(headers: Mapping[str, Any]) -> int | None:
    """Return the Content-Length among `headers`; None when there is none, or chunks overrule
    it.
    """
    text = str(headers.get("Content-Length", ""))
    if "chunked" in str(headers.get("Transfer-Encoding", "")).lower():
        return None
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 20 else None


@lru_cache(maxsize=64)  # PERF: clients of a site send few different types
def describe_type(raw: str) -> tuple[str, str | None]:
    """Return the media type, in lower case, and the charset."""
    value, params = parse_header(raw)
    return value.lower(), params.get("charset")
