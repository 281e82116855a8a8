"""Several parts of a file in one body: multipart/byteranges (RFC 9110 section 14.6)."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from typing import Any

from ...core.bodies import CHUNK_BYTES, DerivedBody


class ByteRanges(DerivedBody):
    """The slices (start, stop) of an open file, one after the other, each under a head.

    `base` is where the representation begins in the file. `close()` closes it. Layout:
    CherryPy's (BEHAVIOUR 8.2).
    """

    def __init__(
        self,
        file: Any,
        slices: Sequence[tuple[int, int]],
        size: int,
        content_type: str,
        base: int = 0,
    ) -> None:
        self.file, self.base = file, base
        # 128 random bits stand in no file but by intent, and nobody knows them before.
        self.boundary = os.urandom(16).hex()
        self._tail = f"--{self.boundary}--\r\n".encode()
        self._parts = [
            (make_head(self.boundary, content_type, start, stop, size), start, stop)
            for start, stop in slices
        ]
        self.length = 2 + len(self._tail)
        self.length += sum(len(head) + stop - start + 2 for head, start, stop in self._parts)
        super().__init__(file, self._make())

    def _make(self) -> Generator[bytes, None, None]:
        yield b"\r\n"
        for head, start, stop in self._parts:
            yield head
            self.file.seek(self.base + start)
            left = stop - start
            while left:
                chunk: bytes = self.file.read(min(left, CHUNK_BYTES))
                if not chunk:
                    return  # it became shorter; who sends this breaks off
                left -= len(chunk)
                yield chunk
            yield b"\r\n"
        yield self._tail


def make_head(boundary: str, content_type: str, start: int, stop: int, size: int) -> bytes:
    """Return the head of one part."""
    return (
        f"--{boundary}\r\nContent-type: {content_type}\r\n"
        f"Content-range: bytes {start}-{stop - 1}/{size}\r\n\r\n"
    ).encode("latin-1", "replace")
