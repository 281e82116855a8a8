"""What a store promises of single sessions: load, save, touch, delete, expiry."""

from __future__ import annotations

import secrets
import time

import pytest

from ...lib.sessions.stores import SessionStore
from .maker import (
    StoreMaker,
    get,
    later,
    make_content,
    new_id,
    put,
    read_content,
    value_of,
    wait_until,
)

KINDS_OF_BYTES = {
    "empty": b"",
    "text": b"a value",
    "zeros": bytes(100),
    "all bytes": bytes(range(256)),
    "line ends": b"\r\nEND\r\n\n",
    "invalid UTF-8": b"\xff\xfe\x80",
    "looks like a number": b"42",
    "looks like a pickle": b"\x80\x05K\x01.",
}
SIZES = (1, 4095, 65_536, 1_000_000, 2 * 1024 * 1024)


class RecordContract(StoreMaker):
    """Load, save, touch, delete, set_aside, clean_up and len."""

    def test_unknown_id(self, store: SessionStore) -> None:
        """Under an id that was never saved there is nothing."""
        assert store.load(new_id()) is None, "load() of an unknown id must return None."

    def test_load_returns_what_was_saved(self, store: SessionStore) -> None:
        """load() returns the content and, within the resolution, when it expires."""
        id, expires = new_id(), later()
        put(store, id, b"saved", expires)
        stored = get(store, id)
        assert read_content(store, stored.content) == b"saved"
        assert abs(stored.expires - expires) <= self.resolution_seconds, (
            f"Saved until {expires}, loaded with expires={stored.expires}: more than "
            f"resolution_seconds = {self.resolution_seconds} off."
        )
        assert stored.version is not None, "None is the version of what is not there."

    @pytest.mark.parametrize("value", KINDS_OF_BYTES.values(), ids=KINDS_OF_BYTES)
    def test_bytes_of_any_kind(self, store: SessionStore, value: bytes) -> None:
        """Content comes back as it was, whatever bytes it is."""
        id = new_id()
        put(store, id, value)
        assert value_of(store, id) == value

    @pytest.mark.parametrize("size", SIZES)
    def test_content_of_any_size(self, store: SessionStore, size: int) -> None:
        """Content comes back whole, up to `max_content_bytes`."""
        if size > self.max_content_bytes:
            return  # more than the store promises to keep
        id, value = new_id(), secrets.token_bytes(size)
        put(store, id, value)
        assert value_of(store, id) == value, f"{size} bytes did not come back as they were."

    def test_ids_that_differ_in_one_place(self, store: SessionStore) -> None:
        """Ids that differ in the first or in the last digit are different sessions."""
        id = "0" * 40
        ids = [id, "1" + id[1:], id[:-1] + "1"]
        for each in ids:
            put(store, each, each.encode())
        assert [value_of(store, each) for each in ids] == [each.encode() for each in ids]

    # -- versions -------------------------------------------------------------------------

    def test_save_with_the_version_that_was_loaded(self, store: SessionStore) -> None:
        """With the version that is there, save() replaces what is there."""
        id = new_id()
        put(store, id, b"old")
        is_saved = store.save(id, make_content(store, b"new"), later(), get(store, id).version)
        assert is_saved is True, f"save() with the current version returned {is_saved!r}."
        assert value_of(store, id) == b"new"

    def test_version_changes_with_every_save(self, store: SessionStore) -> None:
        """Each save() makes a version that was never there, also for the same content."""
        id, versions = new_id(), []
        put(store, id, b"same")
        for _ in range(5):
            versions.append(get(store, id).version)
            assert store.save(id, make_content(store, b"same"), later(), versions[-1])
        assert all(one not in versions[:i] for i, one in enumerate(versions)), (
            f"A version came twice: {versions!r}."
        )

    def test_save_with_an_old_version(self, store: SessionStore) -> None:
        """If somebody saved since, save() returns False and changes nothing."""
        id = new_id()
        put(store, id, b"first")
        old = get(store, id).version
        assert store.save(id, make_content(store, b"second"), later(), old)
        before = get(store, id)
        is_saved = store.save(id, make_content(store, b"third"), later(), old)
        assert is_saved is False, f"save() with an old version returned {is_saved!r}."
        assert get(store, id)[:2] == before[:2], "A refused save() must change nothing."

    def test_save_as_new_what_is_there(self, store: SessionStore) -> None:
        """With version None, save() returns False and changes nothing if something is there."""
        id = new_id()
        put(store, id, b"first")
        is_saved = store.save(id, make_content(store, b"second"), later(), None)
        assert is_saved is False, f"save() over another session returned {is_saved!r}."
        assert value_of(store, id) == b"first", "A refused save() must change nothing."

    def test_save_what_is_gone(self, store: SessionStore) -> None:
        """A session that was deleted meanwhile is not brought back."""
        id = new_id()
        put(store, id, b"value")
        version = get(store, id).version
        store.delete(id)
        is_saved = store.save(id, make_content(store, b"again"), later(), version)
        assert is_saved is False, f"save() of a deleted session returned {is_saved!r}."
        assert store.load(id) is None, "A session that was deleted is back."

    def test_versions_are_not_used_again(self, store: SessionStore) -> None:
        """The version of a deleted session fits no later session of that id."""
        id = new_id()
        put(store, id, b"value")
        old = get(store, id).version
        store.delete(id)
        put(store, id, b"value")
        assert store.save(id, make_content(store, b"lost"), later(), old) is False, (
            "The version of a session that was deleted was taken for that of the next one."
        )

    # -- expiry ---------------------------------------------------------------------------

    def test_expired_session(self, store: SessionStore) -> None:
        """What was saved until a time that has passed is not there."""
        id = new_id()
        store.save(id, make_content(store, b"value"), time.time() - 10, None)
        self.wait_until_gone(store, id)

    def test_session_expires_by_itself(self, store: SessionStore) -> None:
        """A session ends at its time, without anybody cleaning up."""
        id, seconds = new_id(), 0.1 + self.resolution_seconds
        put(store, id, b"value", time.time() + seconds)
        assert store.load(id) is not None, "The session ended before its time."
        wait_until(
            lambda: store.load(id) is None,
            seconds + self.resolution_seconds + 1,
            f"The session did not end within {self.resolution_seconds} s after its time.",
        )

    def wait_until_gone(self, store: SessionStore, id: str) -> None:
        """Wait for the end of a session whose time has passed, as long as the clock needs."""
        wait_until(
            lambda: store.load(id) is None,
            self.resolution_seconds + 1,
            "load() returned a session that has expired.",
        )

    def test_expired_id_can_be_saved_as_new(self, store: SessionStore) -> None:
        """Where a session has expired there is nothing: version None fits, its own does not."""
        id = new_id()
        put(store, id, b"old")
        old = get(store, id)
        store.touch(id, time.time() - 10, old)
        assert store.save(id, make_content(store, b"again"), later(), old.version) is False, (
            "save() with the version of an expired session must return False."
        )
        put(store, id, b"new")
        assert value_of(store, id) == b"new"

    # -- touch and delete -----------------------------------------------------------------

    def test_touch(self, store: SessionStore) -> None:
        """touch() moves the expiry, and not the content."""
        id, expires = new_id(), later() + 600
        put(store, id, b"value")
        before = get(store, id)
        store.touch(id, expires, before)
        after = get(store, id)
        assert after.content == before.content
        assert abs(after.expires - expires) <= self.resolution_seconds, (
            f"After touch(id, {expires}), load() said expires={after.expires}."
        )

    def test_touch_after_a_save(self, store: SessionStore) -> None:
        """touch() with what was stored before somebody's save leaves what was saved there."""
        id = new_id()
        put(store, id, b"old")
        before = get(store, id)
        store.save(id, make_content(store, b"new"), later(), before.version)
        store.touch(id, later() + 600, before)
        assert value_of(store, id) == b"new", "touch() brought an old record back."

    def test_touch_nothing(self, store: SessionStore) -> None:
        """touch() of what was deleted, or has expired since it was loaded, does nothing."""
        deleted, expired = new_id(), new_id()
        put(store, deleted, b"value")
        put(store, expired, b"value")
        loaded = {id: get(store, id) for id in (deleted, expired)}
        store.delete(deleted)
        store.touch(expired, time.time() - 10, loaded[expired])
        self.wait_until_gone(store, expired)
        for id, stored in loaded.items():
            store.touch(id, later(), stored)
            assert store.load(id) is None, "touch() made a session."

    def test_delete(self, store: SessionStore) -> None:
        """After delete() nothing is there, and other sessions are as they were."""
        id, other = new_id(), new_id()
        put(store, id, b"value")
        put(store, other, b"other")
        store.delete(id)
        assert store.load(id) is None, "load() returned a session that was deleted."
        assert value_of(store, other) == b"other"

    def test_delete_nothing(self, store: SessionStore) -> None:
        """delete() of an unknown id, or a second time, does nothing."""
        id = new_id()
        store.delete(id)
        put(store, id, b"value")
        store.delete(id)
        store.delete(id)
        assert store.load(id) is None

    # -- damaged records, clean-up, number ---------------------------------------------------

    def test_set_aside(self, store: SessionStore) -> None:
        """What was set aside is not there any more, and its id can be used."""
        id = new_id()
        put(store, id, b"damaged")
        store.set_aside(id, get(store, id).content)
        assert store.load(id) is None, "load() returned a record that was set aside."
        put(store, id, b"fresh")
        assert value_of(store, id) == b"fresh"

    def test_set_aside_what_is_not_there(self, store: SessionStore) -> None:
        """If somebody has saved since, or nothing is there, set_aside() does nothing."""
        id = new_id()
        store.set_aside(id, make_content(store, b"damaged"))
        put(store, id, b"good")
        store.set_aside(id, make_content(store, b"damaged"))
        assert value_of(store, id) == b"good", "set_aside() took another record."

    def test_set_aside_is_bounded(self, store: SessionStore) -> None:
        """A flood of damaged records does not fill the store."""
        if self.count_set_aside(store) is None:
            return  # nothing here can tell
        for _ in range(self.max_set_aside + 20):
            id = new_id()
            put(store, id, b"damaged")
            store.set_aside(id, get(store, id).content)
        count = self.count_set_aside(store)
        assert count is not None and 0 < count <= self.max_set_aside, (
            f"{count} records are kept aside, max_set_aside is {self.max_set_aside}."
        )

    def test_clean_up(self, store: SessionStore) -> None:
        """clean_up() removes what has expired, and nothing else."""
        live, expired = [new_id() for _ in range(5)], [new_id() for _ in range(5)]
        for id in (*live, *expired):
            put(store, id, id.encode())
        for id in expired:
            store.touch(id, time.time() - 10, get(store, id))
        store.clean_up()
        assert [value_of(store, id) for id in live] == [id.encode() for id in live], (
            "clean_up() removed sessions that had not expired."
        )
        assert [store.load(id) for id in expired] == [None] * 5
        assert self._count(store) in (5, None), "clean_up() left expired sessions in len()."

    def test_len(self, store: SessionStore) -> None:
        """len() is the number of sessions, if the store can tell it."""
        ids = [new_id() for _ in range(3)]
        for id in ids:
            put(store, id, b"value")
        if self._count(store) is None:
            return  # len() raises NotImplementedError, as it may
        assert len(store) == 3
        store.delete(ids[0])
        assert len(store) == 2, "len() counts a session that was deleted."

    def _count(self, store: SessionStore) -> int | None:
        try:
            return len(store)
        except NotImplementedError:
            return None

    def test_two_places(self, store: SessionStore, place: str) -> None:
        """Stores of two places do not see each other's sessions and users."""
        other = self.make_store(f"{place}b")
        try:
            id = new_id()
            put(store, id, b"here")
            store.add_id("ann", id)
            assert other.load(id) is None, "A session of one store was seen in another one."
            assert id not in list(other.ids_of("ann"))
            put(other, id, b"there")
            assert value_of(store, id) == b"here"
            other.delete(id)
        finally:
            self.close_store(other)
