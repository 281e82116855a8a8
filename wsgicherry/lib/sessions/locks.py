"""Locks by name, for the threads of one process."""

from __future__ import annotations

import threading

from ...process.forks import renew_after_fork
from .errors import LockTimeout
from .stores import StoreLock


class KeyedLocks:
    """Locks by name; each is there only while somebody holds it or waits for it.

    Who waits is woken by who releases.
    """

    def __init__(self) -> None:
        self.after_fork_in_child()
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Forget the locks: who held them is not in this process."""
        self._guard = threading.Lock()
        self._locks: dict[str, _Counted] = {}

    def acquire(self, key: str, timeout_seconds: float | None) -> KeyedLock:
        """Wait for the lock `key` and return it, held; LockTimeout after `timeout_seconds`."""
        with self._guard:
            counted = self._locks.get(key)
            if counted is None:
                counted = self._locks[key] = _Counted()
            counted.users += 1
        if counted.lock.acquire(blocking=False):
            return KeyedLock(self, key, counted)
        wait = -1 if timeout_seconds is None else min(timeout_seconds, threading.TIMEOUT_MAX)
        try:
            is_held = counted.lock.acquire(timeout=wait)
        except BaseException:  # a signal while it waited
            self._leave(key, counted)
            raise
        if not is_held:
            self._leave(key, counted)
            raise LockTimeout(timeout_seconds)
        return KeyedLock(self, key, counted)

    def _leave(self, key: str, counted: _Counted) -> None:
        with self._guard:
            counted.users -= 1
            if not counted.users and self._locks.get(key) is counted:
                del self._locks[key]

    def __contains__(self, key: object) -> bool:
        return key in self._locks

    def __len__(self) -> int:
        return len(self._locks)


class _Counted:
    """A lock, and how many hold it or wait for it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0


class KeyedLock(StoreLock):
    """One of the `locks`, held."""

    __slots__ = ("_counted", "_is_held", "_key", "_locks")

    def __init__(self, locks: KeyedLocks, key: str, counted: _Counted) -> None:
        self._locks, self._key, self._counted = locks, key, counted
        self._is_held = True

    def release(self) -> None:
        """Let the next one have it; a second call does nothing."""
        if self._is_held:
            self._is_held = False
            self._counted.lock.release()
            self._locks._leave(self._key, self._counted)
