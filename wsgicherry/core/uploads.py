"""Where the uploads of one request are kept: in memory, or in one nameless file on disk."""

from __future__ import annotations

import io
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

MAX_BYTES_IN_MEMORY = 1024 * 1024
"""What all uploads of one request may take of memory; more of them go to disk."""

# A thousand empty uploads make a thousand of these.
BUFFER_BYTES = 8 * 1024


class UploadSpool:
    """The content of all uploads of a request, one behind the other.

    One file on disk serves all of them, so that no client decides how many are open.
    """

    def __init__(self) -> None:
        self.store: Any = io.BytesIO()
        self.size = 0
        self.is_on_disk = False
        # A program may read two uploads in two threads.
        self._lock = Lock()

    def append(self, data: Any) -> None:
        """Add `data` at the end. OSError when the disk is full."""
        with self._lock:
            if not self.is_on_disk and self.size + len(data) > MAX_BYTES_IN_MEMORY:
                self._move_to_disk()
            self.store.seek(self.size)
            self.store.write(data)
            self.size += len(data)

    def _move_to_disk(self) -> None:
        file = TemporaryFile()  # noqa: SIM115 - closed when nobody holds the spool
        try:
            file.write(self.store.getbuffer())
        except BaseException:
            file.close()
            raise
        self.store, self.is_on_disk = file, True

    def read_at(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes from `position` on."""
        with self._lock:
            self.store.seek(position)
            data: bytes = self.store.read(size)
        return data

    def __del__(self) -> None:
        self.store.close()


class Region(io.RawIOBase):
    """One upload: the part of a spool that was written through this object.

    It gets a file of its own when somebody needs one: asks for its `fileno()`, or changes what
    was written.
    """

    def __init__(self, spool: UploadSpool) -> None:
        self._spool = spool
        self._start = spool.size
        self._length = 0
        self._position = 0
        self._own: Any = None

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def writable(self) -> bool:
        """Say that this can be written."""
        return True

    def seekable(self) -> bool:
        """Say that this knows positions."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` and return how much was put there."""
        if self._own is not None:
            count: int = self._own.readinto(buffer)
            return count
        left = max(0, self._length - self._position)
        data = self._spool.read_at(self._start + self._position, min(len(buffer), left))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def write(self, data: Any) -> int:
        """Write `data` at the current position. OSError when the disk is full."""
        if self._spool.store.closed:
            # An upload that was given up is flushed when it goes, perhaps after its spool.
            return len(data)
        end = self._start + self._length
        if self._own is None and (self._position, end) == (self._length, self._spool.size):
            self._spool.append(data)
            self._length += len(data)
            self._position += len(data)
            return len(data)
        own = self._detach()
        count: int = own.write(data)
        own.flush()  # for who reads by the descriptor
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position and return it. ValueError for one before the beginning."""
        if self._own is not None:
            position: int = self._own.seek(offset, whence)
            return position
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError(f"There is no position {base + offset} in a file.")
        self._position = base + offset
        return self._position

    def truncate(self, size: int | None = None) -> int:
        """Cut the file at `size` bytes, or at the current position."""
        length: int = self._detach().truncate(size)
        return length

    def fileno(self) -> int:
        """Return the descriptor of a file that holds this upload alone."""
        number: int = self._detach().fileno()
        return number

    def _detach(self) -> Any:
        if self._own is None:
            own = self._own = TemporaryFile()  # noqa: SIM115 - `close` closes it
            for start in range(0, self._length, MAX_BYTES_IN_MEMORY):
                size = min(MAX_BYTES_IN_MEMORY, self._length - start)
                own.write(self._spool.read_at(self._start + start, size))
            own.flush()
            own.seek(self._position)
        return self._own

    def close(self) -> None:
        """Close the file of its own, if it has one."""
        own = self.__dict__.get("_own")
        if own is not None:
            own.close()
        super().close()


def open_upload(spool: UploadSpool) -> io.BufferedRandom:
    """Return a new file, to write and to read, whose content `spool` keeps."""
    return io.BufferedRandom(Region(spool), BUFFER_BYTES)
