"""A cache on records found by keys: variants by Vary, tags, and what CherryPy's count."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from os import urandom
from typing import Any

from ...core.current import serving_now
from .base import Cache
from .coalescing import Flights
from .entries import Entry, Record, Variants
from .keys import Key, find_target, pick_values
from .policy import find_lifetime, find_vary

MAX_TAGS = 64
"""A response with more is refused: each is looked up."""

TAG_SECONDS = 366 * 24 * 3600
"""How long a tag's version is kept in a shared store; without it its responses are gone too."""


class StoredCache(Cache):
    """A cache that keeps `Record` objects by keys; a subclass says where.

    At the key of a URL stands its response, or, if that depends on request headers, which they
    are; the responses are then at longer keys with their values. A tag is a record too: with
    the version that its responses were stored with. Whatever of this is missing is a miss.

    `maxobj_size`: bytes of the largest body that is stored.
    `antistampede_timeout`: seconds that a client waits for a page which is made for another;
    None: not at all.
    """

    maxobj_size: float = 100_000
    antistampede_timeout: float | None = 5

    is_shared = False
    """Whether other processes see the same responses."""

    tot_puts = tot_gets = tot_hist = tot_expires = tot_non_modified = 0

    def __init__(self) -> None:
        self.flights = Flights()

    @abstractmethod
    def read(self, keys: list[Key]) -> list[Record | None]:
        """Return the records at `keys`; never raises, never waits long."""

    @abstractmethod
    def write(self, key: Key, record: Record, seconds: float) -> bool:
        """Keep `record` at `key`, for `seconds` at least if there is room; return whether it
        is there.
        """

    @abstractmethod
    def drop(self, key: Key) -> None:
        """Forget the record at `key`, if there is one."""

    # -- what the tool asks for --------------------------------------------------------

    def look_up(self, target: Key, environ: Mapping[str, Any]) -> tuple[Key, Entry | None]:
        """Return the key under which the response is found that fits the request's headers,
        and that response, None if there is none.
        """
        key = target
        (record,) = self.read([key])
        if type(record) is Variants:
            key = variant_key(target, record, environ)
            (record,) = self.read([key])
        if type(record) is not Entry:
            return key, None
        if record.tags and not self._are_current(record.tags):
            return key, None
        return key, record

    def _are_current(self, tags: Mapping[str, str]) -> bool:
        return self.read([tag_key(tag) for tag in tags]) == list(tags.values())

    def keep(
        self, target: Key, environ: Mapping[str, Any], entry: Entry, tags: Iterable[str] = ()
    ) -> bool:
        """Store `entry`, which fits requests like that of `environ`; return whether that was
        possible.
        """
        seconds = entry.lifetime.kept
        entry.tags = self._find_versions(tags)
        key, names = target, find_vary(entry.headers)
        (record,) = self.read([target])
        if names or type(record) is Variants:
            # Once a URL has depended on a header it goes on to: a response that does not say
            # so would be taken for everybody's.
            if type(record) is not Variants or not set(names) <= set(record.names):
                old = record.names if type(record) is Variants else ()
                record = Variants(tuple(sorted({*names, *old})), urandom(8).hex())
                if not self.write(target, record, TAG_SECONDS):
                    return False
            key = variant_key(target, record, environ)
        is_kept = self.write(key, entry, seconds)
        self.tot_puts += is_kept
        return is_kept

    def _find_versions(self, tags: Iterable[str]) -> dict[str, str]:
        names = list(dict.fromkeys(tags))
        found = self.read(list(map(tag_key, names))) if names else []
        versions = {}
        for name, version in zip(names, found, strict=True):
            if not isinstance(version, str):
                version = urandom(8).hex()
                self.write(tag_key(name), version, TAG_SECONDS)
            versions[name] = version
        return versions

    def forget(self, target: Key) -> None:
        """Forget all that is stored of a URL, and let nothing be stored that is being made."""
        self.flights.spoil(target)
        self.drop(target)

    def forget_tag(self, tag: str) -> None:
        """Forget all responses that have `tag`."""
        self.flights.spoil()
        self.drop(tag_key(tag))

    def take_back(self, target: Key, environ: Mapping[str, Any]) -> None:
        """Forget the response to a request like that of `environ`, and leave those alone who
        make another.
        """
        self.drop(self.look_up(target, environ)[0])

    # -- CherryPy's methods ------------------------------------------------------------

    def get(self) -> Any:
        """Return (status, headers, body, time) for the current request, None if there is
        nothing.
        """
        request = serving_now().request
        self.tot_gets += 1
        _, entry = self.look_up(find_target(request), request.environ)
        if entry is None:
            return None
        self.tot_hist += 1
        return entry.status, dict(entry.headers), entry.body, entry.created

    def put(self, obj: Any, size: int) -> None:
        """Store (status, headers, body, time) for the current request."""
        status, headers, body, created = obj
        pairs = tuple((str(name), str(value)) for name, value in dict(headers).items())
        lifetime = find_lifetime(pairs, created, self.delay)
        request = serving_now().request
        if size <= self.maxobj_size:
            entry = Entry(str(status), pairs, body, created, lifetime)
            self.keep(find_target(request), request.environ, entry)

    def delete(self) -> None:
        """Forget all that is stored of the current URL."""
        self.forget(find_target(serving_now().request))


def variant_key(target: Key, variants: Variants, environ: Mapping[str, Any]) -> Key:
    """Return the key of the response at `target` for the request headers in `environ`."""
    return (target, variants.version, pick_values(environ, variants.names))


def tag_key(tag: str) -> Key:
    """Return the key of a tag's version; no URL has such a one."""
    return ("tag", tag)
