"""Our stores keep the contract of session stores."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

import pytest
from sqlitestore import SqliteStore

from wsgicherry.lib.sessions.file import FileStore
from wsgicherry.lib.sessions.memcached import MemcachedStore
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.lib.sessions.redis import RedisStore
from wsgicherry.testing.stores import StoreContract


class TestRamStore(StoreContract):
    """Sessions in the memory of one process."""

    store_class = RamStore

    def count_leftovers(self, store):
        return len(store.locks)


class TestFileStore(StoreContract):
    """Sessions in files of one machine."""

    store_class = FileStore

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.path = tmp_path

    def settings(self, name):
        return {"storage_path": str(self.path / name)}

    def count_leftovers(self, store):
        # One lock file for all sessions, whoever locks what.
        return len(list(Path(store.storage_path).glob("*lock*"))[1:])


class TestMemcachedStore(StoreContract):
    """Sessions in a real memcached."""

    store_class = MemcachedStore
    resolution_seconds = 2.0  # its clock ticks in seconds
    max_content_bytes = 1000 * 1000

    @pytest.fixture(autouse=True)
    def daemon(self, memcached):
        self.daemon = memcached

    def settings(self, name):
        return {"servers": [self.daemon.address], "key_prefix": f"{name}:", "store_timeout": 5}


class TestRedisStore(StoreContract):
    """Sessions in a real Redis."""

    store_class = RedisStore

    @pytest.fixture(autouse=True)
    def daemon(self, redis_daemon):
        self.daemon = redis_daemon

    def settings(self, name):
        return {"url": self.daemon.url, "key_prefix": f"{name}:", "store_timeout": 5}


class TestStoreOfSomebodyElse(StoreContract):
    """Sessions in a SQLite file: the contract is of use to others, in other processes too."""

    store_class = SqliteStore

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.path = tmp_path

    def settings(self, name):
        return {"path": str(self.path / name)}

    def count_leftovers(self, store):
        return store.count_locks()


class Overwriting(RamStore):
    """A store that saves whatever the version."""

    def save(self, id, content, expires, version):
        self.delete(id)
        return super().save(id, content, expires, None)


class Lockless(RamStore):
    """A store whose locks lock nothing."""

    def lock(self, id, timeout_seconds):
        return super().lock(token_hex(), timeout_seconds)


class Immortal(RamStore):
    """A store in which nothing expires."""

    def save(self, id, content, expires, version):
        return super().save(id, content, expires + 1e6, version)


FAULTS = [
    (Overwriting, "test_save_with_an_old_version"),
    (Overwriting, "test_save_what_is_gone"),
    (Overwriting, "test_threads_count_by_version"),
    (Lockless, "test_lock_excludes"),
    (Lockless, "test_lock_timeout[0.2]"),
    (Immortal, "test_expired_session"),
    (Immortal, "test_load_returns_what_was_saved"),
]


@pytest.mark.parametrize("store_class, name", FAULTS)
def test_contract_sees_a_fault(store_class, name):
    """A store that breaks a promise fails the test of that promise, with a sentence."""
    contract = type("Contract", (StoreContract,), {"store_class": store_class})()
    name, _, seconds = name.partition("[")
    arguments = [float(seconds[:-1])] if seconds else []
    with pytest.raises((AssertionError, pytest.fail.Exception)) as failure:
        getattr(contract, name)(contract.make_store("t0"), *arguments)
    assert " " in str(failure.value)
