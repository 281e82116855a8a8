"""RedisStore when its server is dead, hangs, comes back, is full, or refuses."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from unittest.mock import ANY

import pytest
from redis_helpers import SOON_SECONDS, in_a_minute, put, run_together, took_less_than

from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions import redis as redis_module

pytest.importorskip("redis")


@pytest.fixture
def store(make_redis_store):
    """A store with its defaults; its server is empty."""
    return make_redis_store()


def test_killed_server(store, redis_daemon):
    """Without a server each call fails at once; the log learns where it should be."""
    held = store.lock("a", 1)
    redis_daemon.kill()
    calls = [
        lambda: store.load("a"),
        lambda: store.save("a", b"1", in_a_minute(), None),
        lambda: store.touch("a", in_a_minute(), ANY),
        lambda: store.delete("a"),
        lambda: store.lock("b", 5),
        lambda: store.set_aside("a", b"1"),
        lambda: store.add_id("ann", "a"),
        lambda: store.ids_of("ann"),
    ]
    for call in calls:
        error = took_less_than(SOON_SECONDS, call)
        assert isinstance(error, StoreUnavailable)
        assert f"127.0.0.1:{redis_daemon.port}" in error.explanation
    assert took_less_than(SOON_SECONDS, held.release) is None
    assert len(store._locks) == 0


def test_restarted_server(store, redis_daemon):
    """The first call after a restart is answered, though all pooled connections are dead."""
    run_together(8, lambda number: store.lock(f"{number}", 1).release())
    redis_daemon.restart()
    answers = took_less_than(
        1, lambda: run_together(8, lambda number: store.save("a", b"", in_a_minute(), None))
    )
    assert answers.count(True) == 1  # and no exception


def test_connection_that_breaks_during_a_call(make_redis_store, redis_daemon):
    """A call whose connection is closed while it waits for the answer is made once more."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked = []

    def close_each():
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                asked.append(connection.recv(1000))
                connection.close()

    threading.Thread(target=close_each, daemon=True).start()
    store = make_redis_store(url=f"redis://127.0.0.1:{listener.getsockname()[1]}")
    with pytest.raises(StoreUnavailable, match="ConnectionError"):
        store.load("a")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    assert len(asked) >= 2


def test_hung_server(store, redis_daemon):
    """Eight requests fail together after one time-out, of one session or of many."""
    put(store, "kept", b"1")
    redis_daemon.hang()
    calls = [
        lambda number: store.load(f"{number}"),
        lambda number: store.lock(f"{number}", 5),
        lambda number: store.lock("same", 5),
    ]
    for call in calls:
        answers = run_together(
            8, lambda number, call=call: took_less_than(SOON_SECONDS, lambda: call(number))
        )
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)
    redis_daemon.go_on()
    assert took_less_than(1, lambda: store.load("kept")).content == b"1"
    assert len(store._locks) == 0


def test_locks_of_a_hung_server(make_redis_store, redis_daemon):
    """A lock that could not be released, or came too late, is freed when the server goes on."""
    one, two = make_redis_store(), make_redis_store()
    held = one.lock("held", 1)
    redis_daemon.hang()
    with pytest.raises(StoreUnavailable):
        one.lock("late", 1)
    assert took_less_than(0.1, held.release) is None  # told not to wait a second time
    redis_daemon.go_on()
    one.load("anything")
    for id in ("held", "late"):
        took_less_than(1, two.lock(id, 1).release)
    assert not one._noted


def test_noted_locks_are_bounded(store, redis_daemon, monkeypatch):
    """A long failure does not fill the memory with locks to release."""
    monkeypatch.setattr(redis_module, "MAX_LOCKS_NOTED", 3)
    held = [store.lock(f"{number}", 1) for number in range(5)]
    redis_daemon.kill()
    for lock in held:
        lock.release()
    assert len(store._noted) == 3


def test_full_server(store, redis_daemon):
    """A server without room says so; what it holds is unharmed, and can be read and touched."""
    put(store, "a", b"old")
    version = store.load("a").version
    held = store.lock("a", 1)
    redis_daemon.client.config_set("maxmemory", 1)
    for call in (
        lambda: store.save("a", b"new", in_a_minute(), version),
        lambda: store.lock("b", 1),
    ):
        with pytest.raises(StoreUnavailable, match="no room left: raise maxmemory"):
            call()
    store.touch("a", in_a_minute(), ANY)
    assert store.load("a").content == b"old"
    held.release()
    redis_daemon.client.config_set("maxmemory", 0)
    store.lock("a", 0).release()
    put(store, "a", b"new", version)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"-LOADING Redis is loading the dataset in memory", "reading its data after a start"),
        (b"-READONLY You can't write against a read only replica.", "must name the primary"),
        (b"-NOAUTH Authentication required.", "Give user and password in the URL"),
        (b"-NOPERM this user has no permissions", "Its ACL must allow"),
        (b"-MISCONF Errors writing to disk", "MISCONF Errors writing to disk"),
        (b"no Redis at all", "InvalidResponse"),
    ],
)
def test_refusals(make_redis_store, line, reason):
    """What a server says instead of an answer is in the log, with what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse():
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        while connection.recv(10_000):
                            connection.sendall(line + b"\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        store = make_redis_store(url=f"redis://:secret@127.0.0.1:{listener.getsockname()[1]}")
        error = took_less_than(SOON_SECONDS, lambda: store.delete("a"))
        listener.shutdown(socket.SHUT_RDWR)
    assert isinstance(error, StoreUnavailable)
    assert reason in error.explanation
    assert "secret" not in error.explanation


def test_password(make_redis_store, redis_daemon):
    """The URL holds user and password; without them, or with wrong ones, the log says so."""
    redis_daemon.client.config_set("requirepass", "right")
    port = redis_daemon.port
    try:
        make_redis_store(url=f"redis://:right@127.0.0.1:{port}").delete("a")
        for url in (redis_daemon.url, f"redis://:wrong@127.0.0.1:{port}"):
            with pytest.raises(StoreUnavailable, match="Give user and password in the URL"):
                make_redis_store(url=url).delete("a")
    finally:
        redis_daemon.client.config_set("requirepass", "")
