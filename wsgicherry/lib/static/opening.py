"""Files on the disk: only regular ones are opened, and nobody waits for one."""

from __future__ import annotations

import errno
import os
import stat

from ...core.errors import HTTPError, NotFound

# Without O_NONBLOCK a FIFO would hold the thread until somebody writes into it. O_NOFOLLOW:
# what is opened has been resolved, so that a link there has come since (Windows has neither).
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_NOT_THROUGH_LINKS = _FLAGS | getattr(os, "O_NOFOLLOW", 0)

# What a request can meet by its path alone: for the client there is no such file. A socket is
# ENXIO.
_NOT_THERE = frozenset(
    (
        *(errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP),
        *(errno.ENAMETOOLONG, errno.EISDIR, errno.ENXIO, errno.ENODEV, errno.EINVAL),
        errno.EILSEQ,
    )
)
# What passes by itself when other requests have ended.
_BUSY = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))


def find_status(path: str) -> os.stat_result | None:
    """Return what the system says of the file at `path`, links followed; None if it is not
    there.
    """
    try:
        return os.stat(path)
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise
    except ValueError:  # NUL, or a name that the system's encoding does not have
        return None


def find_file(path: str) -> os.stat_result | None:
    """Return what the system says of the regular file at `path`, None if there is none."""
    status = find_status(path)
    return status if status is not None and stat.S_ISREG(status.st_mode) else None


def open_file(path: str, *, through_links: bool) -> tuple[int, os.stat_result]:
    """Return a descriptor of the regular file at `path`, and what the system says of it.

    NotFound for what is not there, is not to be read, or is no regular file, and without
    `through_links` for what a link leads to; 503 when too many files are open. The caller
    closes the descriptor.
    """
    try:
        descriptor = os.open(path, _FLAGS if through_links else _NOT_THROUGH_LINKS)
    except OSError as error:
        raise as_answer(error) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or not (through_links or is_at(descriptor, path)):
        os.close(descriptor)
        raise NotFound()
    return descriptor, status


def is_at(descriptor: int, path: str) -> bool:
    """Tell whether the file that was opened stands at the resolved `path` itself.

    One of the directories may have become a link since it was resolved, which O_NOFOLLOW does
    not look at. Linux tells of the open file itself, so nothing can come between; 1.8 us.
    """
    try:
        found = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return os.path.realpath(path) == path
    # What another file has replaced in this moment is still the file that was found.
    return found == path or found.removesuffix(" (deleted)") == path


def as_answer(error: OSError) -> Exception:
    """Return what to raise for an `error` of opening a file; itself if nobody foresaw it."""
    if error.errno in _NOT_THERE:
        return NotFound()
    if error.errno in _BUSY:
        answer = HTTPError(503)
        answer.explanation = (
            f"{error}. A file could not be opened: raise the limit of open files (ulimit -n), "
            "or run fewer threads."
        )
        return answer
    return error
