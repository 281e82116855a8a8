"""RedisStore on a real server: records and users, and what a request costs."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from unittest.mock import ANY

import pytest
from redis_helpers import in_a_minute, put

from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions import redis as redis_module

redis = pytest.importorskip("redis")


class CountingRelay:
    """Between client and server: it counts how often the direction changes, which is a trip."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server_port, self.round_trips, self.sockets = port, 0, [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
                self.sockets += client, server
                threading.Thread(target=self._relay, args=(client, server), daemon=True).start()

    def _relay(self, client, server):
        """One question, one answer, in turn; they are small enough to come in one piece."""
        with suppress(OSError):
            while question := client.recv(2**16):
                self.round_trips += 1
                server.sendall(question)
                client.sendall(server.recv(2**16))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        for each in self.sockets:
            each.close()


@pytest.fixture
def store(make_redis_store):
    """A store with its defaults; its server is empty."""
    return make_redis_store()


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n$-1\r\n", b"x" * 2_000_000])
def test_content_comes_back_as_it_was(store, content):
    """Any bytes are stored, and come back with the time at which they end."""
    expires = time.time() + 100
    assert store.load("a") is None
    assert store.save("a", content, expires, None)
    stored = store.load("a")
    assert stored.content == content
    assert stored.expires == pytest.approx(expires, abs=0.05)


def test_save_over_a_change_is_refused(store):
    """Who has read an older version, or nothing, cannot overwrite a newer one."""
    put(store, "a", b"1")
    first = store.load("a").version
    put(store, "a", b"2", first)
    assert not store.save("a", b"3", in_a_minute(), first)
    assert not store.save("a", b"3", in_a_minute(), None)
    assert store.load("a").content == b"2"


def test_save_over_what_has_gone_is_refused(store):
    """What was deleted meanwhile is not brought back."""
    put(store, "a", b"1")
    version = store.load("a").version
    store.delete("a")
    assert not store.save("a", b"2", in_a_minute(), version)
    assert store.load("a") is None


def test_same_content_is_a_new_version(store):
    """Each save has a version of its own, even of what was there before."""
    put(store, "a", b"1")
    first = store.load("a").version
    put(store, "a", b"1", first)
    assert store.load("a").version != first


def test_touch_moves_the_end_alone(store):
    """A touched session lives longer; its version and content stay."""
    put(store, "a", b"1")
    before = store.load("a")
    store.touch("a", time.time() + 1000, ANY)
    after = store.load("a")
    assert after[:2] == before[:2]
    assert after.expires == pytest.approx(time.time() + 1000, abs=0.5)


def test_touch_of_nothing(store, redis_daemon):
    """To touch or to delete what is not there does nothing."""
    store.touch("a", in_a_minute(), ANY)
    store.delete("a")
    assert redis_daemon.client.dbsize() == 0


@pytest.mark.parametrize("how", ["save", "touch"])
def test_past_end(store, how):
    """What is kept until a moment in the past is gone."""
    put(store, "a", b"1")
    version = store.load("a").version
    if how == "save":
        assert store.save("a", b"2", time.time() - 5, version)
    else:
        store.touch("a", time.time() - 5, ANY)
    time.sleep(0.005)  # Redis' shortest life is a millisecond
    assert store.load("a") is None


def test_expired_session_is_gone(store):
    """The server forgets a session when its time has come; then its place is free."""
    assert store.save("a", b"1", time.time() + 0.03, None)
    time.sleep(0.05)
    assert store.load("a") is None
    put(store, "a", b"2")


def test_save_whose_answer_was_lost(store, redis_daemon):
    """A save that is sent again, as its answer did not arrive, is no conflict with itself."""
    put(store, "a", b"1")
    real = store._server._client.get().client.evalsha
    calls = []

    def evalsha(*arguments):
        answer = real(*arguments)
        calls.append(answer)
        if len(calls) == 1:
            raise redis.ConnectionError("Connection closed by server.")
        return answer

    client = store._server._client.get().client
    client.evalsha = evalsha
    assert store.save("a", b"2", in_a_minute(), store.load("a").version)
    assert len(calls) == 2
    assert store.load("a").content == b"2"


def test_foreign_values(store, redis_daemon):
    """Values that others wrote under our keys are content, however short, or an error."""
    redis_daemon.client.set("session:short", b"abc")
    redis_daemon.client.set("session:long", b"v" * 16 + b"content", px=60_000)
    redis_daemon.client.lpush("session:list", 1)
    assert store.load("short").content == b""
    assert store.load("short").expires <= time.time()
    assert store.load("long").content == b"content"
    with pytest.raises(StoreUnavailable, match="WRONGTYPE") as caught:
        store.load("list")
    assert "session:list" not in caught.value.explanation


def test_set_aside(store, redis_daemon):
    """A damaged record is kept for a day under another name; its id is free again."""
    put(store, "a", b"damaged")
    store.set_aside("a", b"damaged")
    assert store.load("a") is None
    assert redis_daemon.client.get("session:bad:a").endswith(b"damaged")
    assert 86_000 < redis_daemon.client.ttl("session:bad:a") <= 86_400


def test_set_aside_of_what_has_changed(store, redis_daemon):
    """A record that somebody has replaced meanwhile is left where it is."""
    put(store, "a", b"sound")
    store.set_aside("a", b"damaged")
    store.set_aside("b", b"damaged")
    assert redis_daemon.client.keys("*") == [b"session:a"]


def test_clean_up_and_count(store):
    """The server cleans up by itself, and does not count: the error says how to."""
    store.clean_up()
    with pytest.raises(NotImplementedError, match=r"redis-cli --scan --pattern 'session:"):
        len(store)


def test_script_flush(store, redis_daemon):
    """The server may forget our scripts at any time."""
    put(store, "a", b"1")
    redis_daemon.client.script_flush()
    put(store, "a", b"2", store.load("a").version)
    with_lock = store.lock("a", 1)
    redis_daemon.client.script_flush()
    with_lock.release()
    assert redis_daemon.client.exists("session:lock:a") == 0


@pytest.mark.parametrize("other", [{"key_prefix": "b:"}, {"url": "/1"}])
def test_two_stores_in_one_process(make_redis_store, redis_daemon, other):
    """Stores of other prefixes or databases do not meet, in records, locks and users."""
    if "url" in other:
        other = {"url": redis_daemon.url.removesuffix("/0") + other["url"]}
    one, two = make_redis_store(), make_redis_store(**other)
    put(one, "x", b"1")
    put(two, "x", b"2")
    one.add_id("ann", "x")
    held = [one.lock("x", 0), two.lock("x", 0)]
    assert (one.load("x").content, two.load("x").content) == (b"1", b"2")
    assert (one.ids_of("ann"), two.ids_of("ann")) == (["x"], [])
    for lock in held:
        lock.release()


def test_ids_of_a_user(store, redis_daemon):
    """The sessions of a user are found, oldest first; the name itself is in no key."""
    for id in ("a", "b", "c"):
        store.add_id("ann \N{SNOWMAN}\udc80", id)
    store.remove_id("ann \N{SNOWMAN}\udc80", "b")
    store.remove_id("bob", "b")
    assert store.ids_of("ann \N{SNOWMAN}\udc80") == ["a", "c"]
    assert store.ids_of("bob") == []
    (key,) = redis_daemon.client.keys("*")
    assert b"ann" not in key
    assert redis_daemon.client.ttl(key) >= 30 * 86_400


def test_ended_sessions_leave_the_index(store, redis_daemon):
    """At each login those that ended are forgotten; the newest may not be saved yet."""
    put(store, "alive", b"1")
    for id in ("alive", "ended", "unsaved"):
        store.add_id("ann", id)
    (key,) = redis_daemon.client.keys("session:user:*")
    long_ago = time.time() - redis_module.UNSAVED_SECONDS - 1
    redis_daemon.client.zadd(key, {"alive": long_ago, "ended": long_ago})
    store.add_id("ann", "new")
    assert store.ids_of("ann") == ["alive", "unsaved", "new"]


def test_index_is_bounded(store):
    """A user who logs in again and again has no more ids than the limit."""
    limit = redis_module.MAX_IDS_OF_USER
    for number in range(limit + 5):
        store.add_id("ann", f"{number}")
    assert store.ids_of("ann") == [f"{number}" for number in range(5, limit + 5)]


@pytest.mark.parametrize("mode", ["implicit", "read", "merge", "early, nothing there"])
def test_round_trips(make_redis_store, redis_daemon, mode):
    """A request with a lock makes at most four round trips, one without two."""
    relay = CountingRelay(redis_daemon.port)
    store = make_redis_store(url=f"redis://127.0.0.1:{relay.port}")
    put(store, "a", b"1")  # the connection is open
    for each in ("a", "b"):
        store.lock(each, 1).release()  # and the scripts are known
    before = relay.round_trips
    lock = None if mode == "merge" else store.lock("a", 1)
    stored = store.load("b" if mode == "early, nothing there" else "a", lock)
    if mode == "read":
        store.touch("a", in_a_minute(), ANY)
    elif stored:
        put(store, "a", b"2", stored.version)
    if lock:
        lock.release()
    expected = {"implicit": 4, "read": 4, "merge": 2, "early, nothing there": 3}
    assert relay.round_trips - before == expected[mode]
    relay.close()


def test_commands_of_a_request(store, redis_daemon):
    """A request with a lock is five commands, of which two are sent together."""
    put(store, "a", b"1")
    store.lock("a", 1).release()
    redis_daemon.client.config_resetstat()
    lock = store.lock("a", 1)
    put(store, "a", b"2", store.load("a", lock).version)
    lock.release()
    counts = redis_daemon.command_counts()
    in_scripts = {"set": 2, "getrange": 1, "del": 1}
    sent = {"evalsha": 3, "pttl": 1}
    assert counts.pop("get") == 1 + 2  # one sent, two in the scripts of the lock
    assert {name: counts[name] for name in in_scripts | sent} == in_scripts | sent
