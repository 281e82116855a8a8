"""Sessions in the memory of this process: the quickest store, and gone with the process."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ...process.forks import renew_after_fork
from .locks import KeyedLock, KeyedLocks
from .plaincopy import ATOMS, copy_plain, is_same
from .records import Record
from .stores import UNSAVED_SECONDS, SessionStore, Stored, StoreLock

# A dict makes itself anew when it is full, in one go: 1,000,000 entries take 28 ms and hold up
# every thread; a 256th of them takes 0.2 ms.
SHARDS = 256

_NO_ID: tuple[str, ...] = ()


class RamStore(SessionStore):
    """Sessions as objects of this process, each isolated from the requests that use it.

    `load` and `save` copy the plain containers of the data (see `copy_plain`); any other
    object is kept as it is. An empty session takes 300 bytes; one of strings and numbers only
    is no object of the garbage collector.
    """

    keeps_objects = True
    is_shared = False

    def __init__(self) -> None:
        self.locks = KeyedLocks()
        self._shards = tuple(_Shard() for _ in range(SHARDS))
        self._versions = itertools.count()  # next() is one step, also among threads
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Make the locks anew; the child begins with a copy of the sessions."""
        for shard in self._shards:
            shard.lock = threading.Lock()

    def _shard(self, key: str) -> _Shard:
        return self._shards[hash(key) % SHARDS]

    def load(self, id: str, lock: StoreLock | None = None) -> Stored | None:
        """Return a copy of what is kept under `id`; None if that is nothing, or has expired."""
        kept = self._shards[hash(id) % SHARDS].sessions.get(id)
        if kept is None or kept[_EXPIRES] <= time.time():
            return None
        middle = (_DATA + len(kept)) // 2
        data = dict(zip(kept[_DATA:middle], kept[middle:], strict=True))
        if not ATOMS.issuperset(map(type, data.values())):
            data = copy_plain(data)
        # PERF: tuple.__new__ takes 0.15 us where the classes take 0.35 each.
        record = tuple.__new__(Record, (data, kept[_CREATED], kept[_USER]))
        stored: Stored = tuple.__new__(Stored, (record, kept[_VERSION], kept[_EXPIRES]))
        return stored

    def save(self, id: str, content: Record, expires: float, version: int | None) -> bool:
        """Keep a copy of `content` if `version` is still the one there (None: nothing is)."""
        data = content.data
        if not ATOMS.issuperset(map(type, data.values())):
            data = copy_plain(data)
        number = next(self._versions)
        kept = (expires, number, content.created, content.user, *data, *data.values())
        shard = self._shards[hash(id) % SHARDS]
        sessions = shard.sessions
        with shard.lock:
            # PERF: `version_of`, without the call of it: 0.2 us.
            present = sessions.get(id)
            if present is None or present[_EXPIRES] <= time.time():
                if version is not None:
                    return False
            elif present[_VERSION] != version:
                return False
            sessions[id] = kept
        return True

    def touch(self, id: str, expires: float, stored: Stored) -> None:
        """Keep what is there until `expires`; do nothing if that is nothing."""
        shard = self._shard(id)
        with shard.lock:
            if shard.version_of(id) is not None:
                shard.sessions[id] = (expires, *shard.sessions[id][_EXPIRES + 1 :])

    def delete(self, id: str) -> None:
        """Forget the session."""
        shard = self._shard(id)
        with shard.lock:
            shard.sessions.pop(id, None)

    def lock(self, id: str, timeout_seconds: float | None) -> KeyedLock:
        """Wait for the lock of `id` and return it, held; LockTimeout after that long."""
        return self.locks.acquire(id, timeout_seconds)

    def set_aside(self, id: str, content: Record) -> None:
        """Forget the session, if it still holds `content`. Objects are never damaged."""
        stored = self.load(id)
        if stored is None or not is_same(stored.content.data, content.data):
            return
        shard = self._shard(id)
        with shard.lock:
            if shard.version_of(id) == stored.version:
                del shard.sessions[id]

    def clean_up(self) -> None:
        """Remove what has expired, and the notes of users' sessions that have ended.

        A shard at a time: other threads wait for the interpreter a millisecond at most.
        """
        now = time.time()
        for shard in self._shards:
            shard.remove_expired(now)
            time.sleep(0)  # let others run, threads or greenlets
        for shard in self._shards:
            shard.remove_ended(now - UNSAVED_SECONDS, self)
            time.sleep(0)

    def clear(self) -> None:
        """Forget all sessions; the locks that are held stay held."""
        for shard in self._shards:
            with shard.lock:
                shard.sessions.clear()
                shard.users.clear()

    def __contains__(self, id: str) -> bool:
        kept = self._shard(id).sessions.get(id)
        return kept is not None and kept[_EXPIRES] > time.time()

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the sessions there are, while others come and go."""
        for shard in self._shards:
            now = time.time()
            yield from [id for id, kept in list(shard.sessions.items()) if kept[_EXPIRES] > now]

    def __len__(self) -> int:
        """Return how many sessions there are, those that expired since the clean-up too."""
        return sum(len(shard.sessions) for shard in self._shards)

    # -- the sessions of a user --------------------------------------------------------

    def add_id(self, user: str, id: str) -> None:
        """Note that the session `id` is one of `user`'s."""
        shard = self._shard(user)
        with shard.lock:
            shard.users.setdefault(user, {}).setdefault(id, time.time())

    def remove_id(self, user: str, id: str) -> None:
        """Note that the session `id` is none of `user`'s any more."""
        shard = self._shard(user)
        with shard.lock:
            shard.forget(user, [id])

    def ids_of(self, user: str) -> Iterable[str]:
        """Return the ids noted for `user`, oldest first."""
        return list(self._shard(user).users.get(user, _NO_ID))


# What is kept of a session: when it expires, its version, when it was made, its user, then the
# keys of its data, then their values.
#
# PERF: one flat tuple, as the garbage collector stops looking at a tuple that holds nothing but
# strings and numbers, and never at one with a dict in it. 1,000,000 sessions of three values: a
# full collection takes 5 ms, the first one after many saves 90, against 112 and 150 with a dict
# in each; and a session 310 bytes against 480 (tests/benchmarks/ramsessions.py).
_Kept = tuple[Any, ...]
_EXPIRES, _VERSION, _CREATED, _USER, _DATA = range(5)


class _Shard:
    """A part of the sessions, and a part of the users; changed under its lock only."""

    __slots__ = ("lock", "sessions", "users")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sessions: dict[str, _Kept] = {}
        self.users: dict[str, dict[str, float]] = {}  # the ids, and when each was noted

    def version_of(self, id: str) -> int | None:
        """Return the version of what is kept; None if that is nothing, or has expired."""
        kept = self.sessions.get(id)
        if kept is None or kept[_EXPIRES] <= time.time():
            return None
        version: int = kept[_VERSION]
        return version

    def remove_expired(self, now: float) -> None:
        """Remove the sessions that expired before `now`."""
        expired = [id for id, kept in list(self.sessions.items()) if kept[_EXPIRES] <= now]
        with self.lock:
            for id in expired:
                kept = self.sessions.get(id)
                if kept is not None and kept[_EXPIRES] <= now:  # nobody saved it meanwhile
                    del self.sessions[id]

    def remove_ended(self, noted_before: float, store: RamStore) -> None:
        """Remove the ids that were noted long ago, and whose sessions are not there."""
        for user, ids in list(self.users.items()):
            ended = [
                id
                for id, noted in list(ids.items())
                if noted <= noted_before and id not in store
            ]
            if ended:
                with self.lock:
                    self.forget(user, ended)

    def forget(self, user: str, ids: Iterable[str]) -> None:
        """Remove ids of a user, and the user with the last of them; under the lock."""
        noted = self.users.get(user)
        if noted is None:
            return
        for id in ids:
            noted.pop(id, None)
        if not noted:
            del self.users[user]
