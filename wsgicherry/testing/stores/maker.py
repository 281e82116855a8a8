"""How the contract makes a store, and what it must know of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from ...lib.sessions.records import Record
from ...lib.sessions.stores import SessionStore, Stored

PATIENCE_SECONDS = 30.0  # what takes longer hangs
LATER_SECONDS = 600.0


class StoreMaker:
    """The peculiarities of a store: what a subclass of StoreContract sets and overrides."""

    store_class: ClassVar[type[SessionStore]]
    """The store; other processes import it by its name, so it is in no function."""

    resolution_seconds: float = 0.05
    """How late a session may end, and by how much `Stored.expires` may be off."""

    max_content_bytes: int = 2 * 1024 * 1024
    """The largest content that the store keeps."""

    max_set_aside: int = 100
    """How many damaged records the store keeps aside at most (see `count_set_aside`)."""

    def settings(self, name: str) -> dict[str, Any]:
        """Return the arguments for a store at the place `name` (a letter, then hex digits).

        Stores of one name share their sessions, if they are shared; other names are other
        places. The values are pickled for other processes.
        """
        return {}

    def make_store(self, name: str) -> SessionStore:
        """Return a new store object for the place `name`."""
        return self.store_class(**self.settings(name))

    def close_store(self, store: SessionStore) -> None:
        """Give back what a store holds, at the end of a test."""

    def count_leftovers(self, store: SessionStore) -> int | None:
        """Return how many locks, lock files or keys of locks there are; None: unknown."""
        return None

    def count_set_aside(self, store: SessionStore) -> int | None:
        """Return how many damaged records the store keeps aside; None: unknown."""
        return None

    # -- what the tests use --------------------------------------------------------------

    @pytest.fixture
    def place(self) -> str:
        """The name of a place that no other test knows."""
        return f"t{secrets.token_hex(8)}"

    @pytest.fixture
    def store(self, place: str, request: pytest.FixtureRequest) -> SessionStore:
        """An empty store at the place."""
        store = self.make_store(place)
        request.addfinalizer(lambda: self.close_store(store))
        return store


def new_id() -> str:
    """Return an id as sessions have it: 40 hexadecimal digits."""
    return secrets.token_hex(20)


def later() -> float:
    """Return a time in the future."""
    return time.time() + LATER_SECONDS


def make_content(store: SessionStore, value: bytes) -> Any:
    """Return a content that the store takes: bytes, or a Record."""
    return Record({"value": value}, 0.0, None) if store.keeps_objects else value


def read_content(store: SessionStore, content: Any) -> bytes:
    """Return the value of a content made by `make_content`."""
    value: bytes = content.data["value"] if store.keeps_objects else content
    return value


def put(store: SessionStore, id: str, value: bytes, expires: float | None = None) -> None:
    """Save a new session; fail if the store says that there is one."""
    content = make_content(store, value)
    is_saved = store.save(id, content, later() if expires is None else expires, None)
    assert is_saved is True, (
        f"save() of a new id with version None returned {is_saved!r}, not True."
    )


def get(store: SessionStore, id: str) -> Stored:
    """Return what is stored; fail if that is nothing."""
    stored = store.load(id)
    assert stored is not None, f"load({id!r}) returned None for a session that was saved."
    assert isinstance(stored, Stored), f"load() returned {stored!r}, not a Stored."
    return stored


def value_of(store: SessionStore, id: str) -> bytes | None:
    """Return the value stored under `id`, None if there is none."""
    stored = store.load(id)
    return None if stored is None else read_content(store, stored.content)


def add_one(store: SessionStore, id: str, stored: Stored | None) -> bool:
    """Save a count that is one more than what was loaded; tell whether it was saved."""
    count = int(read_content(store, stored.content)) + 1 if stored else 1
    version = stored.version if stored else None
    time.sleep(0)  # others have their turn here, as while a handler runs
    return store.save(id, make_content(store, b"%d" % count), later(), version)


def add_under_lock(store: SessionStore, id: str, times: int) -> None:
    """Count up as a request with `locking = 'implicit'` does."""
    for _ in range(times):
        lock = store.lock(id, PATIENCE_SECONDS)
        try:
            is_saved = add_one(store, id, store.load(id, lock))
        finally:
            lock.release()
        assert is_saved, "save() returned False although the lock was held since load()."


def add_by_version(store: SessionStore, id: str, times: int) -> None:
    """Count up as a request with `locking = 'merge'` does: try again until it is saved."""
    give_up_at = time.monotonic() + 4 * PATIENCE_SECONDS
    for _ in range(times):
        while not add_one(store, id, store.load(id)):
            assert time.monotonic() < give_up_at, "save() returned False for ever."


def wait_until(is_true: Callable[[], bool], seconds: float, message: str) -> None:
    """Return when something has become true; fail with `message` if it does not in time."""
    give_up_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up_at, message
        time.sleep(0.005)
