"""What a store promises of its locks."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ...lib.sessions.errors import LockTimeout
from ...lib.sessions.stores import SessionStore
from .maker import PATIENCE_SECONDS, StoreMaker, get, make_content, new_id, put, value_of

SHORT_SECONDS = 0.1


def is_locked(store: SessionStore, id: str) -> bool:
    """Tell whether somebody holds the lock of `id`."""
    try:
        store.lock(id, SHORT_SECONDS).release()
    except LockTimeout:
        return True
    return False


class LockContract(StoreMaker):
    """Lock, LockTimeout and release."""

    def test_lock_excludes(self, store: SessionStore) -> None:
        """Nobody gets a lock that is held; everybody does when it is released."""
        id = new_id()
        lock = store.lock(id, PATIENCE_SECONDS)
        assert is_locked(store, id), "lock() gave out the lock of an id a second time."
        lock.release()
        assert not is_locked(store, id), "A lock was still held after its release()."

    def test_other_ids_are_free(self, store: SessionStore) -> None:
        """Who holds the lock of one session keeps nobody from 50 others."""
        lock = store.lock(new_id(), PATIENCE_SECONDS)
        try:
            assert not any(is_locked(store, new_id()) for _ in range(50)), (
                "The lock of one id kept out another id."
            )
        finally:
            lock.release()

    @pytest.mark.parametrize("seconds", [0, 0.2])
    def test_lock_timeout(self, store: SessionStore, seconds: float) -> None:
        """LockTimeout comes after the time that was given, 0 included, not much later."""
        id = new_id()
        lock = store.lock(id, PATIENCE_SECONDS)
        start = time.monotonic()
        try:
            with pytest.raises(LockTimeout):
                store.lock(id, seconds)
        finally:
            lock.release()
        waited = time.monotonic() - start
        assert seconds * 0.9 <= waited < seconds + 1, (
            f"lock(id, {seconds}) of a held lock raised LockTimeout after {waited:.2f} s."
        )
        store.lock(id, seconds).release()

    @pytest.mark.parametrize("seconds", [None, PATIENCE_SECONDS])
    def test_waiting_for_a_lock(self, store: SessionStore, seconds: float | None) -> None:
        """Who waits gets the lock soon after its release, by whichever thread."""
        id = new_id()
        lock = store.lock(id, PATIENCE_SECONDS)
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(store.lock, id, seconds)
            time.sleep(SHORT_SECONDS)  # a lock that is free already would show by now
            assert not waiting.done(), "A held lock was given out."
            lock.release()
            waiting.result(timeout=2).release()

    def test_release_by_another_thread(self, store: SessionStore) -> None:
        """A lock is of no thread: a streamed response may end in another one."""
        id = new_id()
        lock = store.lock(id, PATIENCE_SECONDS)
        thread = threading.Thread(target=lock.release)
        thread.start()
        thread.join()
        assert not is_locked(store, id), "release() by another thread did not release."

    def test_release_twice(self, store: SessionStore) -> None:
        """A second release() does nothing: it does not free the lock of the next holder."""
        id = new_id()
        first = store.lock(id, PATIENCE_SECONDS)
        first.release()
        second = store.lock(id, PATIENCE_SECONDS)
        first.release()
        assert is_locked(store, id), "The second release() freed the lock of somebody else."
        second.release()
        second.release()
        assert not is_locked(store, id)

    def test_nothing_is_left_behind(self, store: SessionStore) -> None:
        """Locks of unknown ids, tried, held and released, leave nothing behind."""
        held = store.lock(new_id(), PATIENCE_SECONDS)
        held.release()
        before = self.count_leftovers(store)
        if before is None:
            return  # nothing here can tell
        for _ in range(50):
            id = new_id()
            lock = store.lock(id, PATIENCE_SECONDS)
            with pytest.raises(LockTimeout):
                store.lock(id, 0)
            store.load(id, lock)
            lock.release()
        after = self.count_leftovers(store)
        assert after == before, (
            f"50 locks of unknown ids: {before} things before, {after} after."
        )

    def test_lock_makes_no_session(self, store: SessionStore) -> None:
        """Under a lock nothing is stored that was not before."""
        id = new_id()
        lock = store.lock(id, PATIENCE_SECONDS)
        try:
            assert store.load(id, lock) is None
        finally:
            lock.release()
        assert store.load(id) is None

    def test_load_and_save_under_a_lock(self, store: SessionStore) -> None:
        """load(id, lock) returns what load(id) does, save() and touch() keep the lock."""
        id = new_id()
        put(store, id, b"old")
        before = get(store, id)
        lock = store.lock(id, PATIENCE_SECONDS)
        stored = store.load(id, lock)
        assert stored is not None
        assert stored[:2] == before[:2]
        store.touch(id, stored.expires + 1, stored)
        touched = get(store, id)
        assert store.save(id, make_content(store, b"new"), stored.expires, touched.version)
        assert is_locked(store, id), "save() or touch() released the lock."
        lock.release()
        assert not is_locked(store, id)
        assert value_of(store, id) == b"new"

    def test_delete_under_a_lock(self, store: SessionStore) -> None:
        """The lock of a session that was deleted is held until it is released."""
        id = new_id()
        put(store, id, b"value")
        lock = store.lock(id, PATIENCE_SECONDS)
        store.delete(id)
        assert is_locked(store, id), "delete() released the lock."
        lock.release()
        assert not is_locked(store, id)

    def test_reading_needs_no_lock(self, store: SessionStore) -> None:
        """load() and save() do not wait for a lock: with 'merge' nobody takes one."""
        id = new_id()
        put(store, id, b"old")
        lock = store.lock(id, PATIENCE_SECONDS)
        start = time.monotonic()
        try:
            stored = get(store, id)
            assert store.save(id, make_content(store, b"new"), stored.expires, stored.version)
        finally:
            lock.release()
        assert time.monotonic() - start < 1, "load() or save() waited for the lock of the id."
