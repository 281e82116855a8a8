"""The locks of RedisStore, for threads and processes: no update is lost, no key is left."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from wsgicherry.lib.sessions import redis as redis_module
from wsgicherry.lib.sessions.errors import LockTimeout

redis = pytest.importorskip("redis")


@pytest.fixture
def store(make_redis_store):
    """A store with its defaults; its server is empty."""
    return make_redis_store()


def test_lock_excludes_threads_and_processes(make_redis_store):
    """A held lock is waited for by threads (same store) and processes (another store)."""
    one, two = make_redis_store(), make_redis_store()
    held = one.lock("a", None)
    for store in (one, two):
        began_at = time.monotonic()
        with pytest.raises(LockTimeout):
            store.lock("a", 0.15)
        assert 0.1 < time.monotonic() - began_at < 1
        store.lock("b", 0).release()
    held.release()
    held.release()
    two.lock("a", 0).release()


def test_nothing_is_left_behind(store, redis_daemon):
    """A thousand unknown ids, locked, looked up and released, leave no key and no lock."""
    for number in range(1000):
        lock = store.lock(f"{number}", 1)
        assert store.load(f"{number}", lock) is None
        lock.release()
    assert redis_daemon.client.dbsize() == 0
    assert len(store._locks) == 0


def test_wake_ups_end(make_redis_store, redis_daemon):
    """What releases leave for those who waited, but do not any more, is gone in a second."""
    one, two = make_redis_store(), make_redis_store()
    for _ in range(3):
        held = one.lock("a", 1)
        with pytest.raises(LockTimeout):
            two.lock("a", 0)
        held.release()
    (key,) = redis_daemon.client.keys("*")
    assert redis_daemon.client.llen(key) == 1
    assert 0 < redis_daemon.client.pttl(key) <= 1000


def test_waiters_of_other_processes_are_woken(make_redis_store, redis_daemon, monkeypatch):
    """Five processes that want one lock have it in turn; each release wakes the next."""
    # If only one wake-up were lost, this would take as long.
    monkeypatch.setattr(redis_module, "WAIT_SECONDS", 4)
    stores = [make_redis_store(store_timeout=8) for _ in range(5)]
    held = stores[0].lock("a", 1)
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(store.lock, "a", 8) for store in stores[1:]]
        while redis_daemon.client.info("clients")["blocked_clients"] < 4:
            time.sleep(0.001)
        began_at = time.perf_counter()
        held.release()
        for _ in range(4):
            (done,), waiting = split_done(waiting)
            done.result().release()
        assert time.perf_counter() - began_at < 2


def split_done(futures):
    """Wait for the first of `futures`; return (those that are done, the others)."""
    done, others = wait(futures, return_when=FIRST_COMPLETED)
    assert len(done) == 1  # one holder at a time
    return list(done), list(others)


def test_lock_of_a_dead_holder_ends(make_redis_store):
    """Nobody waits for a holder who has died longer than `lock_seconds`."""
    one, two = make_redis_store(lock_seconds=0.3), make_redis_store()
    dead = one.lock("a", 1)
    began_at = time.monotonic()
    alive = two.lock("a", None)
    assert 0.1 < time.monotonic() - began_at < 1
    dead.release()
    with pytest.raises(LockTimeout):
        one.lock("a", 0)
    alive.release()


def test_lock_sent_twice(store):
    """A lock whose answer was lost is had at the second try, not waited for."""
    client = store._server._client.get().client
    real = client.evalsha
    store.lock("warm", 1).release()
    failures = [redis.ConnectionError("Connection closed by server.")]

    def evalsha(*arguments):
        answer = real(*arguments)
        if failures:
            raise failures.pop()
        return answer

    client.evalsha = evalsha
    store.lock("a", 0).release()
