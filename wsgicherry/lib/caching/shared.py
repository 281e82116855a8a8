"""What caches in another process have in common: one that is dead or slow is an empty one."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from hashlib import sha256
from math import ceil
from os import urandom
from time import monotonic
from typing import Any

from ...core.current import find_serving
from ...process.forks import renew_after_fork
from .entries import Entry, Record, dump, load
from .keys import Key
from .stored import TAG_SECONDS, StoredCache, tag_key

PAUSE_SECONDS = 1.0
"""As long a store that did not answer is not asked again: each question costs a time-out."""

LOG_SECONDS = 60.0
"""A dead store is one line in the log as often."""

PURGE_SECONDS = 3600
"""As long a purge is remembered, for pages being made then: no handler takes longer."""

ANY_PAGE: Key = ("purge",)
"""The key of the last purge that was not of one URL."""

EVERYTHING = ""
"""The tag that all responses have: `clear` ends it."""


class SharedCache(StoredCache):
    """A cache that several processes and machines share.

    A store that fails, hangs or is full is a miss: a line in the log each minute, no error and
    no wait above a quarter of a second. Records are JSON and bytes; what is none of ours is a
    miss too.

    `prefix`: what the keys in memcached or Redis begin with: programs with different pages at
    one address differ here. `timeout`: seconds that memcached or Redis has to answer.
    `client`: a client object to use in place of `servers` or `url`.
    """

    prefix: str = "wsgicherry:cache:"
    timeout: float = 0.2
    client: Any = None
    is_shared = True

    def __init__(self) -> None:
        super().__init__()
        self._failed_at = float("-inf")
        self._told_at = float("-inf")
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Forget whose pages the parent is making."""
        self.flights.after_fork_in_child()

    @abstractmethod
    def fetch(self, names: list[str]) -> list[bytes | None]:
        """Return the values of `names`. May raise anything."""

    @abstractmethod
    def store(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` for `seconds`; return whether it is there. May raise anything."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Forget the value of `name`. May raise anything."""

    @abstractmethod
    def add(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` if there is none yet; return whether it is so. May raise anything."""

    def claim(self, key: Key) -> bool:
        """Tell other processes that this one makes the page at `key`; return False if another
        one does. True if the store does not answer.
        """
        seconds = ceil(self.antistampede_timeout or 1)
        return self._try(self.add, self.name_of(("run", key)), b"1", seconds) is not False

    def unclaim(self, key: Key) -> None:
        """Take that back: the page is stored, or will not be."""
        self._try(self.remove, self.name_of(("run", key)))

    def look_up(self, target: Key, environ: Mapping[str, Any]) -> tuple[Key, Entry | None]:
        """Return the key and the response that fits, None if there is none."""
        key, entry = super().look_up(target, environ)
        # Without tags nobody has asked whether it was cleared.
        return key, entry if entry is not None and EVERYTHING in entry.tags else None

    def keep(
        self, target: Key, environ: Mapping[str, Any], entry: Entry, tags: Iterable[str] = ()
    ) -> bool:
        """Store `entry`; return whether that was possible."""
        return super().keep(target, environ, entry, [EVERYTHING, *tags])

    def forget(self, target: Key) -> None:
        """Forget all that is stored of a URL, and let no process store what it is making."""
        self._remember_purge(purge_key(target))
        super().forget(target)

    def forget_tag(self, tag: str) -> None:
        """Forget all responses that have `tag`, and let no process store what it is making."""
        self._remember_purge(ANY_PAGE)
        super().forget_tag(tag)

    def clear(self) -> None:
        """Forget everything, in all processes."""
        self._remember_purge(ANY_PAGE)
        self.flights.spoil()
        self.write(tag_key(EVERYTHING), urandom(8).hex(), TAG_SECONDS)

    def _remember_purge(self, key: Key) -> None:
        record = dump(urandom(8).hex())
        if self._try(self.store, self.name_of(key), record, PURGE_SECONDS, is_urgent=True):
            self._failed_at = float("-inf")

    def last_purges(self, target: Key) -> list[Record | None]:
        """Return what marks the last purges of `target`, by whichever process."""
        return self.read([purge_key(target), ANY_PAGE])

    def read(self, keys: list[Key]) -> list[Record | None]:
        """Return the records at `keys`; None for all if the store does not answer."""
        found = self._try(self.fetch, [self.name_of(key) for key in keys])
        if found is None:
            return [None] * len(keys)
        return [None if data is None else load(data) for data in found]

    def write(self, key: Key, record: Record, seconds: float) -> bool:
        """Keep `record`; return whether the store took it."""
        done = self._try(self.store, self.name_of(key), dump(record), max(1, int(seconds + 1)))
        return done is True

    def drop(self, key: Key) -> None:
        """Forget the record at `key`."""
        self._try(self.remove, self.name_of(key))

    def name_of(self, key: Key) -> str:
        """Return what the record at `key` is called in the store: a fixed length, no text of a
        client's.
        """
        return self.prefix + sha256(json.dumps(key).encode("ascii")).hexdigest()

    def _try(self, action: Any, *arguments: Any, is_urgent: bool = False) -> Any:
        """Return `action(*arguments)`; None if it fails, or if the store has just failed.

        `is_urgent`: what is not purged stays wrong until it expires. So that is tried, though
        not several times for one request.
        """
        if monotonic() < self._failed_at + (self.timeout if is_urgent else PAUSE_SECONDS):
            return None
        try:
            return action(*arguments)
        except Exception as error:  # a client library may raise anything
            self._note(error)
            return None

    def _note(self, error: Exception) -> None:
        self._failed_at = now = monotonic()
        serving = find_serving()
        if serving is not None and now - self._told_at >= LOG_SECONDS:
            self._told_at = now
            told = f"The cache does not answer; pages are made anew. {error}"
            serving.request.log(told, "TOOLS.CACHING", 30)


def purge_key(target: Key) -> Key:
    """Return the key of the last purge of the URL `target`."""
    return ("purge", target)
