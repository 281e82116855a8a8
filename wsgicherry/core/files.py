"""Files that the server sends by itself, without a copy in Python (`wsgi.file_wrapper`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from errno import ECONNRESET
from io import BytesIO, FileIO
from typing import Any

from .bodies import CHUNK_BYTES, FileChunks, count_bytes
from .current import Serving, enter, leave
from .sending import end_stream, find_length

MAX_READ_BYTES = 256 * 1024
"""waitress asks for as much as the socket may take, 2.5 MiB and more, and sends part of it."""


def can_send(body: Any, environ: dict[str, Any]) -> bool:
    """Tell whether `body` is a plain file that nothing has read, and the server takes those."""
    if type(body) is not FileChunks or body.is_begun or "wsgi.file_wrapper" not in environ:
        return False
    rest, wanted = body.count_rest(), body.left_bytes or 0
    return rest is not None and 0 < wanted <= rest


def send_file(chunks: FileChunks, serving: Serving) -> Iterable[bytes]:
    """Return the file of `chunks` in the server's own wrapper, nothing around that: a server
    knows it by its class (SERVERS R26).
    """
    plain = chunks.find_plain()
    assert plain is not None
    wrapper = serving.request.environ["wsgi.file_wrapper"]
    wrapped: Iterable[bytes] = wrapper(SentFile(plain, serving), CHUNK_BYTES)
    return wrapped


class SentFile:
    """An open file in the hands of a server; its `close()` ends the request and closes it.

    A file that becomes shorter while it is sent breaks off with an OSError, by which a server
    closes the connection: else the next response would be taken for the rest of this one.
    """

    def __init__(self, plain: FileIO | BytesIO, serving: Serving) -> None:
        self.serving = serving
        self.plain = plain
        self.tell: Callable[[], int] = plain.tell
        self.seek: Callable[..., int] = plain.seek
        self.end = plain.tell() + (find_length(serving) or 0)
        self.is_closed = self.is_broken = False

    def fileno(self) -> int:
        """Return the file's descriptor; UnsupportedOperation, an OSError, if it has none."""
        return self.plain.fileno()

    def seekable(self) -> bool:
        """Tell that `seek` works."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, MAX_READ_BYTES at most, none after the Content-Length that
        was sent; without a size all of them.
        """
        left = max(0, self.end - self.tell())
        wanted = left if size is None or size < 0 else min(size, left, MAX_READ_BYTES)
        data = self.plain.read(wanted)
        if wanted and not data:
            raise self._break_off()
        return data

    def _break_off(self) -> OSError:
        self.is_broken = True
        what = "the file became shorter while it was sent."
        token = enter(self.serving)
        try:
            self.serving.request.report_error_id(what)
        finally:
            leave(token)
        # Servers take this one for a connection that is gone, and close it without a traceback.
        return OSError(ECONNRESET, what)

    def close(self) -> None:
        """End the request and close the file, once."""
        if self.is_closed:
            return
        self.is_closed = True
        # Who sends by the descriptor (os.sendfile) does not notice where the file ends.
        is_short = not self.is_broken and count_bytes(self.plain) < self.end
        end_stream(self.serving)
        if is_short:
            raise self._break_off()
