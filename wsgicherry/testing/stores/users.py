"""What a store promises of the sessions of a user."""

from __future__ import annotations

import pytest

from ...lib.sessions.stores import SessionStore
from .maker import StoreMaker, new_id, put, value_of

ODD_NAMES = {
    "empty": "",
    "space": "ann lee",
    "address": "ann@example.org",
    "path": "../../etc/passwd",
    "slash": "a/b\\c",
    "line end": "ann\r\nset x",
    "zero": "a\x00b",
    "not ASCII": "Zoë 李 \N{PARTY POPPER}",
    "long": "x" * 1000,
    "star": "*",
}


class UserContract(StoreMaker):
    """add_id, remove_id and ids_of."""

    def test_unknown_user(self, store: SessionStore) -> None:
        """A user of whom nothing was noted has no sessions."""
        assert list(store.ids_of("nobody")) == []
        store.remove_id("nobody", new_id())
        assert list(store.ids_of("nobody")) == []

    def test_ids_in_order(self, store: SessionStore) -> None:
        """The ids of a user come oldest first."""
        ids = [new_id() for _ in range(20)]
        for id in ids:
            store.add_id("ann", id)
        assert list(store.ids_of("ann")) == ids, "ids_of() must return the oldest first."

    def test_id_added_twice(self, store: SessionStore) -> None:
        """An id that is noted twice is there once."""
        id = new_id()
        store.add_id("ann", id)
        store.add_id("ann", id)
        assert list(store.ids_of("ann")) == [id]
        store.remove_id("ann", id)
        assert list(store.ids_of("ann")) == []

    def test_remove_id(self, store: SessionStore) -> None:
        """An id that was removed is not there any more; the others are, in their order."""
        ids = [new_id() for _ in range(3)]
        for id in ids:
            store.add_id("ann", id)
        store.remove_id("ann", ids[1])
        store.remove_id("ann", new_id())
        assert list(store.ids_of("ann")) == [ids[0], ids[2]]

    def test_users_apart(self, store: SessionStore) -> None:
        """The ids of one user are not those of another, whose name differs by case alone."""
        ids = {user: new_id() for user in ("ann", "Ann", "an", "anna")}
        for user, id in ids.items():
            store.add_id(user, id)
        store.remove_id("an", ids["an"])
        assert {user: list(store.ids_of(user)) for user in ids} == {
            "ann": [ids["ann"]],
            "Ann": [ids["Ann"]],
            "an": [],
            "anna": [ids["anna"]],
        }

    @pytest.mark.parametrize("user", ODD_NAMES.values(), ids=ODD_NAMES)
    def test_odd_names(self, store: SessionStore, user: str) -> None:
        """A user may have any name."""
        id = new_id()
        store.add_id(user, id)
        assert list(store.ids_of(user)) == [id]
        store.remove_id(user, id)
        assert list(store.ids_of(user)) == []

    def test_user_named_like_an_id(self, store: SessionStore) -> None:
        """A user whose name is the id of a session does not touch that session."""
        id, other = new_id(), new_id()
        put(store, id, b"value")
        store.add_id(id, other)
        assert value_of(store, id) == b"value"
        assert list(store.ids_of(id)) == [other]

    def test_clean_up_keeps_ids_of_live_sessions(self, store: SessionStore) -> None:
        """clean_up() forgets no session that is there, nor one that is about to be saved."""
        saved, noted = new_id(), new_id()
        put(store, saved, b"value")
        store.add_id("ann", saved)
        store.add_id("ann", noted)
        store.clean_up()
        assert list(store.ids_of("ann")) == [saved, noted]
