"""Caches in CherryPy's manner, which know the current request alone, behind our interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...core.current import find_serving
from ...wire.headers import HeaderMap
from .base import Cache
from .coalescing import Flights
from .entries import Entry
from .keys import Key, find_target
from .policy import Lifetime
from .stored import StoredCache

CHERRYPY_METHODS = ("get", "put", "delete")


def is_foreign(cache: Any) -> bool:
    """Tell whether a cache has its own way to get, put or delete."""
    kind = type(cache)
    return not isinstance(cache, StoredCache) or any(
        getattr(kind, name) is not getattr(StoredCache, name) for name in CHERRYPY_METHODS
    )


class ForeignCache(Cache):
    """What the tool does with a cache of a program's own: `get()`, `put()` and `delete()`."""

    is_shared = False  # nothing is known of it

    # A cache of a program's own counts for itself.
    tot_gets = tot_hist = tot_non_modified = tot_expires = 0

    def __init__(self, cache: Any) -> None:
        self.cache = cache
        self.flights = Flights()

    @property
    def maxobj_size(self) -> float:
        """Bytes of the largest body that is handed over."""
        return float(getattr(self.cache, "maxobj_size", StoredCache.maxobj_size))

    @property
    def antistampede_timeout(self) -> float | None:
        """Seconds that a client waits for a page which is made for another."""
        seconds: float | None = getattr(
            self.cache, "antistampede_timeout", StoredCache.antistampede_timeout
        )
        return seconds

    def look_up(self, target: Key, environ: Mapping[str, Any]) -> tuple[Key, Entry | None]:
        """Return `target` and what the cache has for the current request."""
        found = self.cache.get()
        if not found:
            return target, None
        status, headers, body, created = found
        data = body if isinstance(body, bytes) else b"".join(body)
        pairs = tuple((str(name), str(value)) for name, value in dict(headers).items())
        lifetime = Lifetime(float(getattr(self.cache, "delay", Cache.delay)))
        return target, Entry(str(status), pairs, data, created, lifetime)

    def keep(
        self, target: Key, environ: Mapping[str, Any], entry: Entry, tags: Iterable[str] = ()
    ) -> bool:
        """Hand `entry` to the cache, as the variant of the current request."""
        variant = (entry.status, HeaderMap(entry.headers), entry.body, entry.created)
        self.cache.put(variant, len(entry.body))
        return True

    def forget(self, target: Key) -> None:
        """Have the cache forget the page of the current request; of others it does not know."""
        self.flights.spoil(target)
        self.take_back(target, {})

    def take_back(self, target: Key, environ: Mapping[str, Any]) -> None:
        """Have the cache forget the page of the current request, if that is `target`."""
        serving = find_serving()
        if serving is not None and target == find_target(serving.request):
            self.cache.delete()

    def forget_tag(self, tag: str) -> None:
        """Forget everything: it knows no tags."""
        self.clear()

    def clear(self) -> None:
        """Have the cache forget everything."""
        self.flights.spoil()
        self.cache.clear()
