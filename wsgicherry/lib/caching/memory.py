"""Responses in the memory of this process, bounded in bytes, the least used forgotten first."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ...core.current import find_serving
from ...process.forks import renew_after_fork
from .entries import OVERHEAD_BYTES, Entry, Record
from .keys import Key
from .stored import StoredCache

IN_EACH_WORKER = (
    "Each worker process keeps pages in its own memory: a POST, purge(), purge_tag() and "
    "clear() end those of one worker. Set tools.caching.cache_class to 'memcached' or 'redis', "
    "for one cache of them all."
)


class MemoryCache(StoredCache):
    """A cache in memory, of this process and application alone.

    `maxobjects`: pages in memory at most, and one more for each tag and for each URL with
    variants. `maxsize`: bytes in memory at most, keys and headers counted (CherryPy counted
    bodies alone). `expire_freq`: without a meaning, as nothing sweeps: what is stale goes when
    its room is needed.
    """

    maxobjects: int = 1000
    maxsize: float = 10_000_000
    expire_freq: float = 0.1

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._records: OrderedDict[Key, tuple[Record, int]] = OrderedDict()
        self.cursize = 0
        self._has_told = False
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Go on with a copy of what the parent has stored."""
        self._lock = threading.Lock()
        self.flights.after_fork_in_child()

    def clear(self) -> None:
        """Forget everything, counters too (CherryPy's rule)."""
        self._tell_of_workers()
        self.flights.spoil()
        with self._lock:
            self._records.clear()
            self.cursize = 0
        self.tot_puts = self.tot_gets = self.tot_hist = 0
        self.tot_expires = self.tot_non_modified = 0

    def forget(self, target: Key) -> None:
        """Forget all that is stored of a URL, and let nothing be stored that is being made."""
        self._tell_of_workers()
        super().forget(target)

    def forget_tag(self, tag: str) -> None:
        """Forget all responses that have `tag`."""
        self._tell_of_workers()
        super().forget_tag(tag)

    def _tell_of_workers(self) -> None:
        """Say in the log, once, that other processes of the server forget nothing."""
        serving = find_serving()
        if (
            not self._has_told
            and serving is not None
            and serving.request.environ.get("wsgi.multiprocess")
        ):
            self._has_told = True
            serving.request.log(IN_EACH_WORKER, "TOOLS.CACHING", logging.WARNING)

    def __len__(self) -> int:
        return len(self._records)

    def look_up(self, target: Key, environ: Mapping[str, Any]) -> tuple[Key, Entry | None]:
        """Return the key and the response that fits, None if there is none."""
        # PERF: nearly every page has neither variants nor tags: 0.3 us, not 1.2.
        with self._lock:
            found = self._records.get(target)
            if found is not None and type(found[0]) is Entry and not found[0].tags:
                self._records.move_to_end(target)
                return target, found[0]
        return super().look_up(target, environ)

    def read(self, keys: list[Key]) -> list[Record | None]:
        """Return the records at `keys`."""
        found: list[Record | None] = []
        with self._lock:
            for key in keys:
                record = self._records.get(key)
                if record is not None:
                    self._records.move_to_end(key)
                found.append(None if record is None else record[0])
        return found

    def write(self, key: Key, record: Record, seconds: float) -> bool:
        """Keep `record` at `key`, in the room of the least used; return whether it has room."""
        size = OVERHEAD_BYTES if isinstance(record, str) else record.count_bytes()
        size += count_chars(key)
        with self._lock:
            self._take(key)
            if size > self.maxsize or self.maxobjects < 1:
                return False
            while self._records and (
                self.cursize + size > self.maxsize or len(self._records) >= self.maxobjects
            ):
                self._take(next(iter(self._records)))
            self._records[key] = (record, size)
            self.cursize += size
        return True

    def drop(self, key: Key) -> None:
        """Forget the record at `key`."""
        with self._lock:
            self._take(key)

    def _take(self, key: Key) -> None:
        found = self._records.pop(key, None)
        if found is not None:
            self.cursize -= found[1]


def count_chars(key: Any) -> int:
    """Return how many characters the texts of a key have."""
    if isinstance(key, tuple):
        return sum(map(count_chars, key))
    return len(key) if isinstance(key, str) else 0
