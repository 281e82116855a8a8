"""Locks by name are fair, wake who waits, and are there only while they are held."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.sessions.locks import KeyedLocks

PATIENCE_SECONDS = 20


@pytest.fixture
def locks():
    return KeyedLocks()


def wait_for_queue(locks, key, length):
    """Wait until so many wait for the lock `key`."""
    deadline = threading.Event()
    for _ in range(PATIENCE_SECONDS * 1000):
        if len(locks._held[key].queue or ()) == length:
            return
        deadline.wait(0.001)
    raise AssertionError(f"{length} waiters did not come.")


def test_nothing_is_left(locks):
    """A lock is there while it is held; releasing it twice does nothing."""
    lock = locks.acquire("a", None)
    assert "a" in locks
    assert len(locks) == 1
    lock.release()
    assert len(locks) == 0
    other = locks.acquire("a", None)
    lock.release()
    assert "a" in locks
    other.release()
    assert len(locks) == 0


def test_names_are_apart(locks):
    """Who holds one name keeps nobody from another."""
    one, two = locks.acquire("a", 0), locks.acquire("b", 0)
    one.release()
    two.release()
    assert len(locks) == 0


@pytest.mark.parametrize("seconds", [0, 0.05])
def test_timeout(locks, seconds):
    """Who waits too long is told so, and waits no more."""
    held = locks.acquire("a", None)
    with pytest.raises(LockTimeout):
        locks.acquire("a", seconds)
    assert not held.queue
    held.release()
    assert len(locks) == 0


def test_first_come_first_served(locks):
    """The lock goes to who has waited longest, one at a time."""
    held, order = locks.acquire("a", None), []

    def take(number):
        lock = locks.acquire("a", PATIENCE_SECONDS)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        wait_for_queue(locks, "a", number + 1)
    held.release()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert order == [0, 1, 2, 3, 4]
    assert len(locks) == 0


def test_another_thread_releases(locks):
    """A lock is of no thread."""
    held = locks.acquire("a", None)
    thread = threading.Thread(target=held.release)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    locks.acquire("a", 0).release()
    assert len(locks) == 0


def test_handed_over_as_the_time_ends(locks):
    """A lock that is handed over just as its waiter gives up is his, and is not lost."""
    held = locks.acquire("a", None)
    waiting = []

    def take():
        waiting.append(locks.acquire("a", PATIENCE_SECONDS))

    thread = threading.Thread(target=take)
    thread.start()
    wait_for_queue(locks, "a", 1)
    heir = held.queue[0]
    held.release()
    thread.join(PATIENCE_SECONDS)
    assert waiting == [heir]
    assert locks._is_handed_over(heir)
    heir.release()
    assert len(locks) == 0


class Interrupted(BaseException):
    """What a signal handler may raise."""


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_interrupted_while_waiting(locks, is_handed_over, monkeypatch):
    """A signal while a thread waits leaves no lock behind, even if it has just got it."""
    held = locks.acquire("a", None)

    class Gate:
        """A gate at which a signal arrives."""

        def acquire(self, timeout=None):
            if timeout is None:
                return True
            if is_handed_over:
                held.release()
            raise Interrupted

        def release(self):
            """Open it."""

    monkeypatch.setattr("wsgicherry.lib.sessions.locks.threading.Lock", Gate)
    with pytest.raises(Interrupted):
        locks.acquire("a", None)
    assert ("a" in locks) is not is_handed_over
    held.release()
    assert len(locks) == 0


def test_fifty_threads(locks):
    """Of fifty threads that count under one lock none loses a count."""
    count = 0

    def add(_):
        nonlocal count
        for _ in range(100):
            lock = locks.acquire("a", PATIENCE_SECONDS)
            seen = count
            count = seen + 1
            lock.release()

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(add, range(50)))
    assert count == 5000
    assert len(locks) == 0


def test_forked(locks):
    """In a child process the locks that others held are free."""
    held = locks.acquire("a", None)
    locks.after_fork_in_child()
    mine = locks.acquire("a", 0)
    held.release()
    assert "a" in locks
    mine.release()
    assert len(locks) == 0
