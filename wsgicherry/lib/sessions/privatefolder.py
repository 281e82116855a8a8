"""A folder that nobody else may look into, made when it is first needed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Opening must neither wait for the other end of a FIFO nor follow a link (Windows: no such).
CAUTIOUS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PrivateFolder:
    """The folder `path`, in which files are 0600 whatever the umask.

    A folder that others can look into, as the names in it are secrets, is closed to them if all
    that is in it is `is_ours`; else `warn` is told, once.
    """

    def __init__(
        self, path: str, is_ours: Callable[[str], bool], warn: Callable[[str], None]
    ) -> None:
        self.path = path
        self._is_ours, self._warn = is_ours, warn
        self._is_checked = False

    def join(self, name: str) -> str:
        """Return the path of the file `name`."""
        return os.path.join(self.path, name)

    def open(self, name: str, flags: int) -> int:
        """Return a descriptor of the file `name`; OSError as os.open's.

        With O_CREAT the folder is made too, and those above it, if they are not there.
        """
        flags |= CAUTIOUS
        if not flags & os.O_CREAT:
            return os.open(self.join(name), flags)
        try:
            descriptor = os.open(self.join(name), flags, 0o600)
        except FileNotFoundError:
            self.make()
            descriptor = os.open(self.join(name), flags, 0o600)
        if not self._is_checked:
            self._is_checked = True
            self._check()
        return descriptor

    def make(self) -> None:
        """Make the folder, and those above it, if they are not there."""
        _make_private(self.path)

    def _check(self) -> None:
        status = os.stat(self.path)
        if os.name == "nt" or not status.st_mode & OTHERS:  # modes mean nothing there
            return
        if status.st_uid == os.geteuid() and all(map(self._is_ours, os.listdir(self.path))):
            os.chmod(self.path, 0o700)
            return
        mode = stat.S_IMODE(status.st_mode)
        self._warn(
            f"Others may look into {self.path!r} (mode {mode:04o}), and "
            "the names of the files there are session ids. Make it 0700, or let "
            "tools.sessions.storage_path name a folder that holds nothing else."
        )


@contextmanager
def write_all(
    folder: PrivateFolder, name: str, flags: int
) -> Iterator[Callable[[bytes], None]]:
    """Give a function that writes into the file `name`; at the end all is on the disk.

    OSError if the disk is full (any time, at the end too).
    """
    descriptor = folder.open(name, flags)

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    try:
        yield write
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_private(path: str) -> None:
    parent = os.path.dirname(path)
    if not os.path.lexists(parent):
        _make_private(parent)
    with suppress(FileExistsError):  # another process was faster
        os.mkdir(path, 0o700)
