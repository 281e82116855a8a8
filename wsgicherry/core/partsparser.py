"""The push parser of the `multipart` package, for parts of every kind of multipart body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    ParserError,
    ParserLimitReached,
    PushMultipartParser,
)

from .errors import HTTPError

if TYPE_CHECKING:
    from .multiparts import FormState


MAX_FOLDS = 100
"""How many lines of one body may go on with a header: each is joined to it anew."""

# A reader that takes one of them for an end sees other headers (RFC 9110 section 5.5).
_ENDS = re.compile(rb"[\0\r\n]")


class Head(list[tuple[str, str]]):
    """The headers of a part; the parser notes here how far it has come."""

    bytes_received = 0
    complete = False


class PartsParser(PushMultipartParser):  # type: ignore[misc]
    """Yields for each part its `Head`, then bytes, then None.

    The package's own wants each part to be form-data; it asks subclasses to allow others in
    `_create_segment`.
    """

    def __init__(self, boundary: str, form: FormState) -> None:
        super().__init__(
            boundary,
            max_header_size=form.max_part_header_bytes,
            max_header_count=form.max_part_headers,
            max_segment_count=form.max_parts - form.part_count,
            header_charset="latin-1",  # names are UTF-8 mostly: `parse_disposition` tells
        )
        self.form = form

    def _on_segment_headerline(self, line: bytes) -> None:
        if line[:1] in (b" ", b"\t"):
            self.form.fold_count += 1
            if self.form.fold_count > MAX_FOLDS:
                raise ParserLimitReached(f"More than {MAX_FOLDS} folded lines in headers")
        if _ENDS.search(line):
            raise ParserError("NUL, CR or LF in a segment header")
        super()._on_segment_headerline(line)

    def _create_segment(self, headerlist: list[tuple[str, str]]) -> Head:
        self.form.part_count += 1
        # It limits each header, we their sum.
        size = 0
        for name, value in headerlist:
            size += len(name) + len(value)
        if size > self.max_header_size:
            raise ParserLimitReached(f"More than {self.max_header_size} bytes of headers")
        return Head(headerlist)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the parser says within the block into HTTPError: 400 for a body that is not
    well-formed or ends early, 413 for one over a limit.
    """
    try:
        yield
    except ParserLimitReached as error:
        raise HTTPError(413, f"The multipart body is over a limit: {error}") from None
    except MultipartError as error:
        raise HTTPError(400, f"The multipart body is malformed: {error}") from None
