"""What a store promises to many threads at once."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ...lib.sessions.stores import SessionStore
from .maker import (
    PATIENCE_SECONDS,
    StoreMaker,
    add_by_version,
    add_under_lock,
    get,
    new_id,
    put,
    value_of,
)

THREADS, TIMES = 50, 20
TURN_SECONDS = 1e-5


def in_threads(count: int, action: Callable[[int], object]) -> None:
    """Do `action(number)` in so many threads, begun together; raise what one of them raised.

    Threads take turns every 10 us, not every 5 ms: in a store in memory nothing is quick enough
    to be done in one turn by luck.
    """
    interval = sys.getswitchinterval()
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait(PATIENCE_SECONDS)
        action(number)

    sys.setswitchinterval(TURN_SECONDS)
    try:
        with ThreadPoolExecutor(count) as threads:
            for done in [threads.submit(run, number) for number in range(count)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)


class ThreadContract(StoreMaker):
    """No update is lost, and clean_up stands in nobody's way."""

    def test_threads_count_under_the_lock(self, store: SessionStore) -> None:
        """50 threads add 1 to one session 20 times under its lock: none of 1,000 is lost."""
        id = new_id()
        in_threads(THREADS, lambda _: add_under_lock(store, id, TIMES))
        assert value_of(store, id) == b"1000", "Updates were lost under the lock."

    def test_threads_count_by_version(self, store: SessionStore) -> None:
        """50 threads add 1, and again if save() says False: none of 1,000 is lost."""
        id = new_id()
        in_threads(THREADS, lambda _: add_by_version(store, id, TIMES))
        assert value_of(store, id) == b"1000", "save() is no atomic compare-and-set."

    def test_one_of_many_makes_a_session(self, store: SessionStore) -> None:
        """When 20 threads save one new id at once, exactly one save() returns True."""
        id, winners = new_id(), []

        def make(number: int) -> None:
            try:
                put(store, id, b"%d" % number)
            except AssertionError:
                return
            winners.append(b"%d" % number)

        in_threads(20, make)
        assert winners == [value_of(store, id)], f"Of 20 threads {len(winners)} saved a new id."

    def test_clean_up_among_writers(self, store: SessionStore) -> None:
        """clean_up() takes no session from threads that use theirs meanwhile."""
        for _ in range(100):
            put_expired(store)
        is_done = threading.Event()

        def write(number: int) -> None:
            if not number:
                try:
                    for _ in range(3):
                        store.clean_up()
                finally:
                    is_done.set()
                return
            while not is_done.is_set():
                id = new_id()
                add_under_lock(store, id, 3)
                assert value_of(store, id) == b"3", "clean_up() removed a session in use."
                put_expired(store)

        in_threads(5, write)

    def test_threads_note_ids(self, store: SessionStore) -> None:
        """20 threads note sessions of one user at once: none is lost."""
        ids = [new_id() for _ in range(20)]
        in_threads(20, lambda number: store.add_id("ann", ids[number]))
        noted = list(store.ids_of("ann"))
        assert sorted(noted) == sorted(ids), f"Of 20 ids added at once {len(noted)} were noted."


def put_expired(store: SessionStore) -> None:
    """Save a session and let it expire."""
    id = new_id()
    put(store, id, b"value")
    store.touch(id, time.time() - 10, get(store, id))
