"""What a handler returned, as an iterable of bytes."""

from __future__ import annotations

from collections.abc import Iterable
from types import CoroutineType
from typing import Any

CHUNK_BYTES = 64 * 1024

_NOT_BYTES = "Page handlers MUST return bytes. Use tools.encode if you wish to return unicode."


def prepare_body(value: Any) -> Iterable[bytes]:
    """Return `value` as an iterable of bytes. Source: CherryPy's rule (BEHAVIOUR 2.12)."""
    if value is None:
        return []
    if isinstance(value, str) or (
        isinstance(value, list) and any(isinstance(chunk, str) for chunk in value)
    ):
        raise ValueError(_NOT_BYTES)
    if isinstance(value, bytes):
        return [value] if value else []
    if isinstance(value, (bytearray, memoryview)):
        return [bytes(value)]
    if hasattr(value, "read"):
        return FileChunks(value)
    if isinstance(value, CoroutineType):
        value.close()
        raise TypeError(
            "A page handler is 'async def': nothing here awaits it. Write 'def', or run the "
            "coroutine in the handler with asyncio.run(...)."
        )
    if not hasattr(value, "__iter__"):
        raise TypeError(
            f"A page handler returned {value!r}: it must return bytes, str, an iterable of "
            "them, a file or None."
        )
    body: Iterable[bytes] = value
    return body


class FileChunks:
    """The content of an open file, in chunks; the file is closed at its end or by `close()`."""

    def __init__(self, file: Any, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.input = file
        self.chunk_bytes = chunk_bytes
        self.is_closed = False

    def __iter__(self) -> FileChunks:
        return self

    def __next__(self) -> bytes:
        chunk: bytes = b"" if self.is_closed else self.input.read(self.chunk_bytes)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """Close the file."""
        self.is_closed = True
        if hasattr(self.input, "close"):
            self.input.close()


def close_body(body: Any) -> None:
    """Close an iterable that can be closed."""
    close = getattr(body, "close", None)
    if callable(close):
        close()
