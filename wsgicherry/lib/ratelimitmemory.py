"""Where rate limits count: the stores of the package `limits`, and a bounded one in memory."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import OrderedDict
from importlib import import_module
from threading import Lock
from typing import Any

from limits.storage import MovingWindowSupport, Storage, storage_from_string

MAX_COUNTERS = 100_000
"""Counts, or times of requests, that are kept in memory: some 40 MB. The oldest go first."""


def open_storage(storage: Any, timeout_seconds: float) -> Any:
    """Return the store that `storage` names, or is; nothing is connected yet.

    ValueError, or ConfigurationError of `limits`, for a name that cannot be; TypeError for what
    is neither name nor store.
    """
    if isinstance(storage, Storage):
        return storage
    if not isinstance(storage, str):
        raise TypeError(f"{storage!r} is no store")
    scheme = storage.partition(":")[0]
    if scheme == "memory":
        return BoundedMemory()
    options: dict[str, Any] = {}
    if scheme == "memcached":
        options = {"connect_timeout": timeout_seconds, "timeout": timeout_seconds}
    elif scheme.startswith(("redis", "valkey")):
        options = {
            "socket_connect_timeout": timeout_seconds,
            "socket_timeout": timeout_seconds,
        }
        if "+" not in scheme or scheme.endswith("+unix"):
            options["retry"] = make_no_retry(scheme)
    return storage_from_string(storage, **options)


def make_no_retry(scheme: str) -> Any:
    """Return what tells the client of Redis or Valkey to try once: by default it waits longer
    than a request may.
    """
    package = "valkey" if scheme.startswith("valkey") else "redis"
    try:
        retry, backoff = (import_module(f"{package}.{name}") for name in ("retry", "backoff"))
    except ImportError as error:
        raise ValueError(f"the package {package} is not installed") from error
    return retry.Retry(backoff.NoBackoff(), 0)


class BoundedMemory(Storage, MovingWindowSupport):
    """Counters in the memory of this process, at most MAX_COUNTERS of them, without a thread.

    In place of the storage in `limits`, which has no bound, and looks at all of them every 10
    milliseconds.
    """

    STORAGE_SCHEME = None

    def __init__(self, max_counters: int = MAX_COUNTERS) -> None:
        super().__init__()
        self._max = max_counters
        self._lock = Lock()
        # Oldest first; each count with the time at which it ends.
        # PERF: OrderedDict: the first of a dict of which many are gone takes 70 us to find.
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()
        # When the requests of a client were, the oldest first; who asked last is last.
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        self._held = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a store of this kind may raise."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to the count of `key`, which ends `expiry` seconds after its beginning."""
        now = time.time()
        with self._lock:
            count, end = self._counts.get(key, (0, now))
            if end <= now:
                self._counts.pop(key, None)  # to be the newest again
                count, end = 0, now + expiry
            self._counts[key] = count + amount, end
            while len(self._counts) > self._max:
                self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """Return the count of `key`."""
        count, end = self._counts.get(key, (0, 0.0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the count of `key` ends; now, if there is none."""
        return self._counts.get(key, (0, time.time()))[1]

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note a request; return False, and note nothing, if that made more than `limit`."""
        now = time.time()
        with self._lock:
            times = self._take(key, now - expiry)
            is_free = len(times) + amount <= limit
            if is_free:
                times += [now] * amount
            self._times[key] = times
            self._held += len(times)
            while self._held > self._max:
                self._held -= len(self._times.popitem(last=False)[1])
        return is_free

    def _take(self, key: str, since: float) -> list[float]:
        """Take out the times of `key`, but for those before `since`."""
        times = self._times.pop(key, None) or []
        self._held -= len(times)
        del times[: bisect_right(times, since)]
        return times

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest request that counts was, and how many do."""
        now = time.time()
        with self._lock:
            times = self._times.get(key, [])
            start = bisect_right(times, now - expiry)
            return (times[start] if start < len(times) else now), len(times) - start

    def check(self) -> bool:
        """Tell whether the store works."""
        return True

    def reset(self) -> int | None:
        """Forget everything; return how much that was."""
        with self._lock:
            count = len(self._counts) + len(self._times)
            self._counts.clear()
            self._times.clear()
            self._held = 0
        return count

    def clear(self, key: str) -> None:
        """Forget `key`."""
        with self._lock:
            self._counts.pop(key, None)
            self._take(key, 0.0)
