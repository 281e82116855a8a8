"""Our stores keep the contract of session stores."""

from __future__ import annotations

from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.testing.stores import StoreContract


class TestRamStore(StoreContract):
    """Sessions in the memory of one process."""

    store_class = RamStore

    def count_leftovers(self, store):
        return len(store.locks)

