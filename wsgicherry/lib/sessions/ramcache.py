"""`RamSession.cache`: CherryPy's dict of all sessions, as a view of the store."""

from __future__ import annotations

import time
from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from datetime import datetime
from typing import Any

from .ram import RamStore
from .records import Record

Entry = tuple[dict[str, Any], datetime]


class RamCache(MutableMapping[str, Entry]):
    """The sessions of a RamStore as {id: (data, when it expires)} (BEHAVIOUR 7.4).

    The time is naive and local, as CherryPy has it. The data are copies: to change a session,
    assign a new pair. Sessions that have expired are not there, though `len` may still count
    some. It may change while somebody goes through it.
    """

    def __init__(self, store: RamStore) -> None:
        self._store = store

    def __getitem__(self, id: str) -> Entry:
        stored = self._store.load(id)
        if stored is None:
            raise KeyError(id)
        return stored.content.data, datetime.fromtimestamp(stored.expires)

    def __setitem__(self, id: str, entry: Entry) -> None:
        data, expiration = entry
        is_saved = False
        while not is_saved:  # others may save it meanwhile: the last one wins
            stored = self._store.load(id)
            old = stored.content if stored else Record({}, time.time(), None)
            version = stored.version if stored else None
            record = Record(data, old.created, old.user)
            is_saved = self._store.save(id, record, expiration.timestamp(), version)

    def __delitem__(self, id: str) -> None:
        if id not in self._store:
            raise KeyError(id)
        self._store.delete(id)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and id in self._store

    def __iter__(self) -> Iterator[str]:
        return iter(self._store)

    def __len__(self) -> int:
        return len(self._store)

    def items(self) -> ItemsView[str, Entry]:
        return _Items(self)

    def values(self) -> ValuesView[Entry]:
        return _Values(self)

    def copy(self) -> dict[str, Entry]:
        return dict(self.items())

    def clear(self) -> None:
        self._store.clear()

    def __repr__(self) -> str:
        return f"<RamCache: {len(self)} sessions>"


class _Items(ItemsView[str, Entry]):
    """Pairs of id and entry, without those that end while somebody goes through them."""

    _mapping: RamCache

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        for id in self._mapping:
            if (entry := self._mapping.get(id)) is not None:
                yield id, entry


class _Values(ValuesView[Entry]):
    """The entries, without those that end while somebody goes through them."""

    _mapping: RamCache

    def __iter__(self) -> Iterator[Entry]:
        return (entry for _, entry in _Items(self._mapping))
