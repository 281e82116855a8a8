"""What a handler returned, as an iterable of bytes."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from io import SEEK_END, BufferedRandom, BufferedReader, BytesIO, FileIO
from os import fstat
from stat import S_ISREG
from types import CoroutineType
from typing import Any

from .current import find_serving

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
    if isinstance(value, dict):
        warn_of_dict()
    if not hasattr(value, "__iter__"):
        hint = ""
        if hasattr(value, "__aiter__"):
            hint = " An asynchronous generator is none of these: write 'def', not 'async def'."
        elif isinstance(value, Exception):
            hint = " Raise it, do not return it."
        raise TypeError(
            f"A page handler returned {value!r}: it must return bytes, str, an iterable of "
            f"them, a file or None.{hint}"
        )
    body: Iterable[bytes] = value
    return body


def warn_of_dict() -> None:
    """Tell the log of a page that returned a dict, whose keys are sent: CherryPy's rule, and
    hardly what is meant.
    """
    serving = find_serving()
    if serving is not None:
        serving.request.log(
            "A page handler returned a dict, and only its keys are sent. For JSON turn on "
            "tools.json_out for this path.",
            "HTTP",
            severity=30,
        )


def as_bytes(chunk: Any) -> bytes:
    """Return one chunk of a body as bytes; ValueError for str, TypeError for anything else."""
    if type(chunk) is bytes:
        return chunk
    if isinstance(chunk, str):
        raise ValueError(_NOT_BYTES)
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    raise TypeError(f"A body held {chunk!r}: its chunks must be bytes.")


def join_chunks(body: Iterable[Any]) -> bytes:
    """Return a body in one piece; as `as_bytes` does, raise for a chunk that is not bytes."""
    try:
        return b"".join(body)
    except TypeError:
        for chunk in body if isinstance(body, (list, tuple)) else ():
            as_bytes(chunk)  # which names the one that is wrong
        raise


class FileChunks:
    """The content of an open file from where it stands, in chunks of `chunk_bytes` or less.

    `input` is the file; it is closed at its end, by `close()`, and when nobody holds the chunks
    any more (CherryPy's rule, BEHAVIOUR 12.2).
    """

    is_closed = True

    left_bytes: int | None = None
    """How many bytes to send at most; None for all that the file has."""

    is_begun = False
    """Whether something has been taken already."""

    def __init__(self, file: Any, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.input = file
        self.chunk_bytes = chunk_bytes
        self.is_closed = False

    def __iter__(self) -> FileChunks:
        return self

    def __next__(self) -> bytes:
        self.is_begun = True
        chunk: bytes = b"" if self.is_closed else self.input.read(self._next_bytes())
        if not chunk:
            self.close()
            raise StopIteration
        if self.left_bytes is not None:
            self.left_bytes -= len(chunk)
        return chunk

    def _next_bytes(self) -> int:
        left = self.left_bytes
        return self.chunk_bytes if left is None else min(self.chunk_bytes, left)

    def close(self) -> None:
        """Close the file, once."""
        if self.is_closed:
            return
        self.is_closed = True
        if hasattr(self.input, "close"):
            self.input.close()

    def __del__(self) -> None:
        self.close()

    def find_plain(self) -> FileIO | BytesIO | None:
        """Return what is read, as the function of that name does."""
        return find_plain(self.input)

    def count_rest(self) -> int | None:
        """Return how many bytes a plain file has left, None for what is no plain file."""
        plain = self.find_plain()
        return None if plain is None else max(0, count_bytes(plain) - plain.tell())


def find_plain(file: Any) -> FileIO | BytesIO | None:
    """Return what the open `file` reads, at the place where reading goes on, if it is a file on
    disk or a BytesIO.

    None for anything else: the descriptor of a GzipFile, or a pipe's, gives other bytes than
    its read(), or no length.
    """
    if type(file) is BytesIO:
        return None if file.closed else file
    if type(file).__module__ == "tempfile":
        file = getattr(file, "file", file)
    is_buffered = type(file) in (BufferedReader, BufferedRandom)
    raw = file.raw if is_buffered else file
    if type(raw) is not FileIO or raw.closed or not S_ISREG(fstat(raw.fileno()).st_mode):
        return None
    try:
        if is_buffered:
            # The buffer has read ahead of where the handler stands; this empties it.
            position = file.tell()
            file.seek(0, SEEK_END)
            file.seek(position)
    except OSError:
        return None  # most files of /proc have no end to go to
    return raw


def count_bytes(plain: FileIO | BytesIO) -> int:
    """Return the size of a plain file, as it is now."""
    if isinstance(plain, BytesIO):
        return plain.getbuffer().nbytes
    return fstat(plain.fileno()).st_size


class DerivedBody:
    """The chunks that a generator makes of a body, or a file; closing it closes both.

    The generator by itself could not close the source before its first chunk is taken.
    """

    def __init__(self, source: Iterable[Any], chunks: Generator[bytes, None, None]) -> None:
        self.source, self.chunks = source, chunks

    def __iter__(self) -> DerivedBody:
        return self

    def __next__(self) -> bytes:
        return next(self.chunks)

    def close(self) -> None:
        """Close the source."""
        self.chunks.close()
        close_body(self.source)


def close_body(body: Any) -> None:
    """Close an iterable that can be closed."""
    close = getattr(body, "close", None)
    if callable(close):
        close()
