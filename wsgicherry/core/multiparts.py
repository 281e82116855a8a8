"""Parts of a multipart/form-data body: fields in memory, files on disk, all within limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import Any

from ..wire.headers import HeaderElement, HeaderMap
from .errors import HTTPError

CHUNK_BYTES = 64 * 1024

# The numbers of SECURITY goal 8. Of the headers the library counts each line, we their sum.
MAX_PART_HEADERS = 16
MAX_PART_HEADER_BYTES = 8 * 1024
MAX_FIELD_BYTES = 500 * 1024  # of all fields together: they stay in memory

# So that a body of 100 MB cannot open more than 400 files.
MAX_FILE_BYTES_IN_MEMORY = 256 * 1024

_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")  # as CherryPy; RFC 2046 section 5.1.1 allows 70


class SpoolFile(SpooledTemporaryFile[bytes]):
    """A file in memory, or nameless on disk when it is large; it goes when nobody holds it."""

    def __del__(self) -> None:
        self.close()


class Part:
    """One part of a form: `value` holds the bytes of a field, `file` those of an upload.

    Like CherryPy's: a file input that was left empty has `filename` '' and no `file`.
    """

    file: Any = None
    value: bytes | None = None

    def __init__(
        self, name: str | None, filename: str | None, headers: list[tuple[str, str]]
    ) -> None:
        self.name = name
        self.filename = filename
        self.headers = HeaderMap(headers)
        self.content_type = HeaderElement.from_str(
            self.headers.get("Content-Type", "text/plain")
        )
        self.charset: str | None = self.content_type.params.get("charset")
        if filename:
            self.file = SpoolFile(max_size=MAX_FILE_BYTES_IN_MEMORY)
        else:
            self.value = b""

    def read_all(self) -> bytes:
        """Return the content, wherever it is; the file is at its beginning then."""
        if self.file is None:
            return self.value or b""
        self.file.seek(0)
        content: bytes = self.file.read()
        self.file.seek(0)
        return content

    def fullvalue(self) -> str:
        """Return the content as text. HTTPError 400 when it is not in its charset, or UTF-8."""
        charsets = ["us-ascii", "utf-8"] if self.charset is None else [self.charset]
        try:
            return self.read_all().decode(charsets[-1])
        except UnicodeDecodeError:
            raise HTTPError(400, undecodable(charsets)) from None

    def __repr__(self) -> str:
        return f"Part({self.name!r}, filename={self.filename!r})"


def undecodable(charsets: Sequence[str]) -> str:
    """Return the message for content that is in none of `charsets` (CherryPy's words)."""
    return (
        "The request entity could not be decoded. The following charsets were attempted: "
        f"{list(charsets)!r}"
    )


def read_parts(read: Callable[[int], bytes], boundary: str, max_parts: int) -> Iterator[Part]:
    """Yield the parts of the multipart/form-data body that `read(size)` gives.

    HTTPError 400 for a body that is not well-formed or ends early, 413 for more than
    `max_parts` parts, or more than the limits above in headers or fields.
    """
    # The library takes 2 ms to import, and many a program never sees a multipart body.
    from multipart import (  # type: ignore[import-untyped]
        MultipartError,
        ParserLimitReached,
        PushMultipartParser,
    )

    if not _BOUNDARY.fullmatch(boundary):
        raise HTTPError(400, "The boundary of the multipart body is missing or malformed.")
    parser = PushMultipartParser(
        boundary,
        max_header_size=MAX_PART_HEADER_BYTES,
        max_header_count=MAX_PART_HEADERS,
        max_segment_count=max_parts,
    )
    try:
        with parser:
            chunks = iter(lambda: read(CHUNK_BYTES), b"")
            yield from collect(event for chunk in chunks for event in parser.parse(chunk))
    except ParserLimitReached as error:
        raise HTTPError(413, f"The multipart body is over a limit: {error}") from None
    except MultipartError as error:
        raise HTTPError(400, f"The multipart body is malformed: {error}") from None


def collect(events: Iterable[Any]) -> Iterator[Part]:
    """Yield the parts that the parser's `events` make up: for each a head, chunks, None."""
    field_bytes = 0
    part: Part | None = None
    chunks: list[bytes] = []
    for event in events:
        if event is None:
            assert part is not None
            if part.file is None:
                part.value = b"".join(chunks)
            else:
                part.file.seek(0)
            yield part
        elif not isinstance(event, bytes):
            part = make_part(event)
            chunks = []
        elif part is not None and part.file is not None:
            part.file.write(event)
        else:
            field_bytes += len(event)
            if field_bytes > MAX_FIELD_BYTES:
                raise HTTPError(
                    413, f"The fields of the form are larger than {MAX_FIELD_BYTES} bytes."
                )
            chunks.append(event)


def make_part(segment: Any) -> Part:
    """Return the part that `segment` begins. HTTPError 413 for too many bytes of headers."""
    headers = segment.headerlist
    if sum(len(name) + len(value) for name, value in headers) > MAX_PART_HEADER_BYTES:
        raise HTTPError(
            413, f"The headers of a part are larger than {MAX_PART_HEADER_BYTES} bytes."
        )
    # The library says '' where there is no name, which is a part that no parameter can hold.
    return Part(segment.name or None, segment.filename, headers)
