"""Locks by name, for the threads of all processes that use the same lock file.

One byte of the file stands for each name, at an offset that is the name's hash; the file stays
empty, as a byte need not exist to be locked. So one file, ever, serves any number of names, and
no two of them share a lock: with a pool of files a request would wait for strangers, and two
that hold one lock and want another (a session that changes its id) could block each other.

The threads of a process take turns by a lock in memory; who has the turn asks the system for
the byte. The system frees what a process held when that ends, however it ends.
"""

from __future__ import annotations

import inspect
import math
import os
import struct
import sys
import threading
import time
import weakref
from collections.abc import Callable
from hashlib import blake2b

from ...process.forks import renew_after_fork
from .errors import LockTimeout
from .locks import KeyedLock, KeyedLocks
from .stores import StoreLock

# For greenlets, who must ask again and again; pauses double from the first to the last.
FIRST_PAUSE_SECONDS = 0.001
LAST_PAUSE_SECONDS = 0.05

if sys.platform == "linux":
    import fcntl

    # struct flock: type, whence, start, length, process.
    FLOCK = struct.Struct("hhqqi0q")

    # Locks of an open file, not of the process (fcntl(2), "Open file description locks"): they
    # hold between two stores of one process too, and closing some other descriptor of the file
    # does not free them. flock(2) would have that, but knows no bytes.
    def lock_byte(descriptor: int, byte: int, waits: bool) -> bool:
        """Lock a byte for this open file; tell whether it is locked now."""
        command = fcntl.F_OFD_SETLKW if waits else fcntl.F_OFD_SETLK
        try:
            fcntl.fcntl(descriptor, command, FLOCK.pack(fcntl.F_WRLCK, 0, byte, 1, 0))
        except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, says POSIX
            return False
        return True

    def unlock_byte(descriptor: int, byte: int) -> None:
        """Free a byte that this open file has locked."""
        command = FLOCK.pack(fcntl.F_UNLCK, 0, byte, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, command)

elif sys.platform != "win32":  # pragma: no cover  (macOS, BSD)
    import fcntl

    # Locks of the process: two stores on one folder in one process do not exclude each other.
    def lock_byte(descriptor: int, byte: int, waits: bool) -> bool:
        """Lock a byte for this process; tell whether it is locked now."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB), 1, byte)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def unlock_byte(descriptor: int, byte: int) -> None:
        """Free a byte that this process has locked."""
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)

else:  # pragma: no cover  (Windows: only the threads of one process exclude each other)

    def lock_byte(descriptor: int, byte: int, waits: bool) -> bool:
        """Return True."""
        return True

    def unlock_byte(descriptor: int, byte: int) -> None:
        """Do nothing."""


class FileLocks:
    """Locks by name, by the lock file that `open_file` opens (for writing; made if need be).

    Nothing is opened before the first use, and anew after a fork: a child holds none of its
    parent's locks. Raises OSError if the file cannot be opened or locked.
    """

    def __init__(self, open_file: Callable[[], int]) -> None:
        self._open_file = open_file
        self._turns = KeyedLocks()
        self._file: _LockFile | None = None
        self._guard = threading.Lock()
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Close the parent's file, without freeing what the parent holds."""
        self._guard = threading.Lock()
        if self._file is not None:
            self._file.close()
            self._file = None

    def acquire(self, name: str, timeout_seconds: float | None) -> FileLock:
        """Wait for the lock `name` and return it, held; LockTimeout after `timeout_seconds`."""
        started = time.monotonic()
        lock = FileLock(self._turns.acquire(name, timeout_seconds), _byte_of(name))
        try:
            for _ in range(2):
                lock.file = self._opened()
                if not lock.file.lock(lock.byte, waits=False):
                    _wait(lock, timeout_seconds, started)
                if not lock.file.is_gone():
                    break
                self._forget(lock.file)
        except BaseException:
            if not lock.is_awaited:
                lock.release()
            raise
        return lock

    def _opened(self) -> _LockFile:
        with self._guard:
            if self._file is None:
                self._file = _LockFile(self._open_file())
            return self._file

    def _forget(self, file: _LockFile) -> None:
        # Somebody has removed it (a cleaner of old files): other processes lock a new one.
        with self._guard:
            if self._file is file:
                self._file = None


class _LockFile:
    """An open lock file; closed when nobody refers to it, so as long as a lock is held it is
    open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._closing = weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Close the descriptor; what another process has locked by its copy stays locked."""
        self._closing()

    def lock(self, byte: int, waits: bool) -> bool:
        """Lock a byte; tell whether it is locked now."""
        return lock_byte(self._descriptor, byte, waits)

    def unlock(self, byte: int) -> None:
        """Free a byte, by word: closing does not, while a forked child has the file open."""
        if self._closing.alive:
            unlock_byte(self._descriptor, byte)

    def is_gone(self) -> bool:
        """Tell whether the file has no name any more."""
        return os.fstat(self._descriptor).st_nlink == 0


class FileLock(StoreLock):
    """A lock of FileLocks, held.

    `is_awaited`: its owner has given up, and the thread that waits for it will release it.
    """

    __slots__ = ("_turn", "byte", "file", "is_awaited")

    def __init__(self, turn: KeyedLock, byte: int) -> None:
        self._turn, self.byte = turn, byte
        self.file: _LockFile | None = None
        self.is_awaited = False

    def release(self) -> None:
        """Let the next one have it; a second call does nothing, nor does one after a fork."""
        file, self.file = self.file, None
        try:
            if file is not None:
                file.unlock(self.byte)
        finally:
            self._turn.release()


def _wait(lock: FileLock, timeout_seconds: float | None, started: float) -> None:
    """Wait until the byte of `lock` is locked; LockTimeout if that takes too long."""
    assert lock.file
    give_up_at = math.inf if timeout_seconds is None else started + timeout_seconds
    if not inspect.isbuiltin(time.sleep):
        # Greenlets in place of threads (gevent, eventlet have put in a sleep of their own):
        # waiting in the system would stop them all.
        pause = FIRST_PAUSE_SECONDS
        while not lock.file.lock(lock.byte, waits=False):
            if time.monotonic() + pause > give_up_at:
                raise LockTimeout(timeout_seconds)
            time.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE_SECONDS)
    elif timeout_seconds is None:
        lock.file.lock(lock.byte, waits=True)
    elif time.monotonic() >= give_up_at or not _Wait(lock).ends_before(give_up_at):
        raise LockTimeout(timeout_seconds)


class _Wait:
    """A thread that waits in the system, which knows no time-out, in place of a lock's owner.

    One at a time for each name: it keeps the turn until it has had the lock, so that whoever
    comes meanwhile waits in memory.
    """

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._error: OSError | None = None
        threading.Thread(target=self._run, name="Session lock", daemon=True).start()

    def ends_before(self, give_up_at: float) -> bool:
        """Tell whether the lock is held, at `give_up_at` at the latest; OSError if it fails.

        If not, or if a signal ends the wait, the thread releases it when it gets it.
        """
        try:
            seconds = give_up_at - time.monotonic()
            self._ended.wait(max(0.0, min(seconds, threading.TIMEOUT_MAX)))
        finally:
            with self._guard:
                self._lock.is_awaited = not self._ended.is_set()
        if self._error is not None:
            raise self._error
        return not self._lock.is_awaited

    def _run(self) -> None:
        assert self._lock.file
        try:
            self._lock.file.lock(self._lock.byte, waits=True)
        except OSError as error:
            self._error = error
        with self._guard:
            self._ended.set()
            if not self._lock.is_awaited:
                return
        self._lock.release()


def _byte_of(name: str) -> int:
    # 62 bits: the offset of the byte, and of the next one, must be positive.
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 2
