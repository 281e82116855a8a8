"""Streams that are read piece by piece: the server's input, counted and limited."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from .current import find_serving
from .errors import HTTPError

CHUNK_BYTES = 64 * 1024
MAX_LENGTH_DIGITS = 18
MAX_LOGGED_CHARS = 200


class PieceReader(io.RawIOBase):
    """A stream whose content comes from `take`. `io.BufferedReader` makes lines of it."""

    def take(self, size: int) -> bytes:
        """Return up to `size` bytes, b'' at the end only."""
        raise NotImplementedError

    def gather(self, size: int) -> bytes:
        """Return `size` bytes, fewer at the end only: what comes in drops makes one piece."""
        data = self.take(size)
        if not data or len(data) == size:
            return data
        # Not a list: a client that sends drops would make it large (80 bytes for each).
        gathered = bytearray(data)
        while len(gathered) < size and (data := self.take(size - len(gathered))):
            gathered += data
        return bytes(gathered)

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readall(self) -> bytes:
        """Return all that is left; raises what `take` raises."""
        everything = self.take(CHUNK_BYTES)
        if piece := self.take(CHUNK_BYTES):
            gathered = bytearray(everything)
            while piece:
                gathered += piece
                piece = self.take(CHUNK_BYTES)
            everything = bytes(gathered)
        return everything

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` and return how much was put there; raises what `take` raises."""
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class CountedInput(PieceReader):
    """At most `length` bytes of `source` (None: to its end); `limit` is how many there may be.

    `bytes_read` says how many have been read.
    """

    def __init__(self, source: BinaryIO, length: int | None, limit: int | None) -> None:
        self.source = source
        self.left = length
        self.limit = limit
        self.bytes_read = 0

    def take(self, size: int) -> bytes:
        """Return up to `size` bytes. HTTPError 413 over the limit, 400 when the body breaks
        off.
        """
        wanted = size if self.left is None else min(size, self.left)
        if not wanted:
            return b""
        try:
            data = self.source.read(wanted)
        except Exception as error:
            raise reading_failed(error) from None
        size = len(data)
        self.bytes_read += size
        if self.limit is not None and self.bytes_read > self.limit:
            raise HTTPError(413, f"The request's body is larger than {self.limit} bytes.")
        if self.left is not None:
            self.left -= size
            if not size:
                raise HTTPError(400, "The request's body is shorter than its Content-Length.")
        return data


def reading_failed(error: Exception) -> HTTPError:
    """Return what a client is told when reading its body failed with `error`.

    Servers have errors of their own for chunks that are malformed or break off, which are no
    OSErrors (SERVERS R24), and one for a body over the limit, by the name of which CherryPy
    knows it (BEHAVIOUR 2.8). An HTTPError is some middleware's, and stays. What is no OSError
    may be a program's own stream that failed, so the log tells of it.
    """
    if isinstance(error, HTTPError):
        return error
    if type(error).__name__ == "MaxSizeExceeded":
        return HTTPError(413)
    serving = find_serving()
    if serving is not None and not isinstance(error, OSError):
        met = repr(error)[:MAX_LOGGED_CHARS]
        serving.request.log(f"The request's body could not be read: {met}", "HTTP")
    return HTTPError(400, "The request's body broke off, or is malformed.")


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
