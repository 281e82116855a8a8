"""RedisStore on a real server: its promises, its faults, and what it costs."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from unittest.mock import ANY

import pytest

from wsgicherry.lib.sessions import redis as redis_module
from wsgicherry.lib.sessions import redisserver
from wsgicherry.lib.sessions.errors import LockTimeout, StoreUnavailable
from wsgicherry.lib.sessions.redis import RedisStore

redis = pytest.importorskip("redis")

ROOT = Path(__file__).resolve().parents[3]
STORE_TIMEOUT = 0.25  # the default
SOON_SECONDS = 0.6  # a time-out, and as much again for a loaded machine


def in_a_minute():
    return time.time() + 60


def put(store, id, content, version=None):
    assert store.save(id, content, in_a_minute(), version)


def took_less_than(seconds, action):
    """Return what `action()` returns or raises; fail if it takes longer than `seconds`."""
    began_at = time.perf_counter()
    try:
        return action()
    except Exception as error:
        return error
    finally:
        assert time.perf_counter() - began_at < seconds


def run_together(count, action):
    """Run `action(number)` in `count` threads that start at once; return what they return."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return action(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


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
def make_store(redis_daemon):
    """Give a function that makes stores of the test's server."""
    stores = []

    def make(**settings):
        if "client" not in settings:
            settings = {"url": redis_daemon.url, **settings}
        stores.append(RedisStore(**settings))
        return stores[-1]

    yield make
    for store in stores:
        for made in store._server._client._made:
            made.client.close()


@pytest.fixture
def store(make_store):
    """A store with its defaults; its server is empty."""
    return make_store()


# -- records ---------------------------------------------------------------------------


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
    assert "session:list" not in caught.value.reason


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
def test_two_stores_in_one_process(make_store, redis_daemon, other):
    """Stores of other prefixes or databases do not meet, in records, locks and users."""
    if "url" in other:
        other = {"url": redis_daemon.url.removesuffix("/0") + other["url"]}
    one, two = make_store(), make_store(**other)
    put(one, "x", b"1")
    put(two, "x", b"2")
    one.add_id("ann", "x")
    held = [one.lock("x", 0), two.lock("x", 0)]
    assert (one.load("x").content, two.load("x").content) == (b"1", b"2")
    assert (one.ids_of("ann"), two.ids_of("ann")) == (["x"], [])
    for lock in held:
        lock.release()


# -- users -----------------------------------------------------------------------------


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
    limit = redis_module.MAX_SESSIONS_OF_USER
    for number in range(limit + 5):
        store.add_id("ann", f"{number}")
    assert store.ids_of("ann") == [f"{number}" for number in range(5, limit + 5)]


# -- locks -----------------------------------------------------------------------------


def test_lock_excludes_threads_and_processes(make_store):
    """A held lock is waited for by threads (same store) and processes (another store)."""
    one, two = make_store(), make_store()
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


def test_wake_ups_end(make_store, redis_daemon):
    """What releases leave for those who waited, but do not any more, is gone in a second."""
    one, two = make_store(), make_store()
    for _ in range(3):
        held = one.lock("a", 1)
        with pytest.raises(LockTimeout):
            two.lock("a", 0)
        held.release()
    (key,) = redis_daemon.client.keys("*")
    assert redis_daemon.client.llen(key) == 1
    assert 0 < redis_daemon.client.pttl(key) <= 1000


def test_waiters_of_other_processes_are_woken(make_store, redis_daemon, monkeypatch):
    """Five processes that want one lock have it in turn; each release wakes the next."""
    # If only one wake-up were lost, this would take as long.
    monkeypatch.setattr(redis_module, "WAIT_SECONDS", 4)
    stores = [make_store(store_timeout=8) for _ in range(5)]
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


def test_lock_of_a_dead_holder_ends(make_store):
    """Nobody waits for a holder who has died longer than `lock_seconds`."""
    one, two = make_store(lock_seconds=0.3), make_store()
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


@pytest.mark.parametrize("how", ["lock", "compare"])
def test_no_update_of_threads_is_lost(store, how):
    """Fifty threads count to a thousand together."""
    bump = {"lock": bump_locked, "compare": bump_compared}[how]
    run_together(50, lambda number: [bump(store, "n") for _ in range(20)])
    assert store.load("n").content == b"1000"


def bump_locked(store, id):
    lock = store.lock(id, 60)
    stored = store.load(id, lock)
    assert bump(store, id, stored)
    lock.release()


def bump_compared(store, id):
    while not bump(store, id, store.load(id)):
        pass


def bump(store, id, stored):
    count, version = (int(stored.content), stored.version) if stored else (0, None)
    return store.save(id, b"%d" % (count + 1), time.time() + 60, version)


def run_python(text, *arguments):
    """Start a program of its own that has the bumps above; its output is captured."""
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(Path(__file__).parent)]!r}\n{text}"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("how", ["locked", "compared"])
def test_no_update_of_processes_is_lost(store, redis_daemon, how):
    """Four processes count to a thousand together."""
    text = f"""
import test_redis_store as tests
store = tests.RedisStore(url=sys.argv[1])
for _ in range(250):
    tests.bump_{how}(store, "n")
"""
    processes = [run_python(text, redis_daemon.url) for _ in range(4)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert store.load("n").content == b"1000"


# -- the server's faults ---------------------------------------------------------------


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
        assert f"127.0.0.1:{redis_daemon.port}" in error.reason
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


def test_connection_that_breaks_during_a_call(make_store, redis_daemon):
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
    store = make_store(url=f"redis://127.0.0.1:{listener.getsockname()[1]}")
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


def test_locks_of_a_hung_server(make_store, redis_daemon):
    """A lock that could not be released, or came too late, is freed when the server goes on."""
    one, two = make_store(), make_store()
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
def test_refusals(make_store, line, reason):
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
        store = make_store(url=f"redis://:secret@127.0.0.1:{listener.getsockname()[1]}")
        error = took_less_than(SOON_SECONDS, lambda: store.delete("a"))
        listener.shutdown(socket.SHUT_RDWR)
    assert isinstance(error, StoreUnavailable)
    assert reason in error.reason
    assert "secret" not in error.reason


def test_password(make_store, redis_daemon):
    """The URL holds user and password; without them, or with wrong ones, the log says so."""
    redis_daemon.client.config_set("requirepass", "right")
    port = redis_daemon.port
    try:
        make_store(url=f"redis://:right@127.0.0.1:{port}").delete("a")
        for url in (redis_daemon.url, f"redis://:wrong@127.0.0.1:{port}"):
            with pytest.raises(StoreUnavailable, match="Give user and password in the URL"):
                make_store(url=url).delete("a")
    finally:
        redis_daemon.client.config_set("requirepass", "")


# -- what it costs ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["implicit", "read", "merge", "early, nothing there"])
def test_round_trips(make_store, redis_daemon, mode):
    """A request with a lock makes at most four round trips, one without two."""
    relay = CountingRelay(redis_daemon.port)
    store = make_store(url=f"redis://127.0.0.1:{relay.port}")
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


# -- clients, processes, settings ------------------------------------------------------


def test_nothing_is_opened_before_the_first_use(monkeypatch):
    """A store that nobody uses imports no client, and asks for no server."""
    monkeypatch.setattr(redisserver, "import_module", None)
    RedisStore(url="redis://nowhere.invalid")


def test_missing_package(monkeypatch):
    """Without the package redis, the error says what to install."""
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r"pip install 'wsgicherry\[redis\]'"):
        RedisStore().load("a")


@pytest.mark.parametrize("url", ["http://:secret@host", "localhost:6379", ""])
def test_url_of_another_kind(url):
    """Another scheme is refused when the site is configured; the password is not repeated."""
    with pytest.raises(ValueError, match="it must be one of redis://, rediss://") as caught:
        RedisStore(url=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected", "where"),
    [
        ("valkey://u:p@h:1/2", "redis://u:p@h:1/2", "h:1"),
        ("valkeys://h", "rediss://h", "h"),
        ("rediss://h:2", "rediss://h:2", "h:2"),
        ("unix:///run/r.sock?db=1", "unix:///run/r.sock?db=1", "/run/r.sock"),
    ],
)
def test_urls(url, expected, where):
    """Valkey's schemes mean what Redis' do; what is logged has no password."""
    server = redisserver.RedisServer(url, None, 1)
    assert (server._url, server._where) == (expected, where)


def test_socket_file(make_store, redis_daemon, tmp_path):
    """A server on this machine may be reached by its socket file."""
    path = tmp_path / "redis.sock"
    redis_daemon.restart("--unixsocket", str(path))
    store = make_store(url=f"unix://{path}")
    put(store, "a", b"1")
    assert store.load("a").content == b"1"


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("kind", ["client", "factory", "derived"])
def test_clients_of_the_user(make_store, redis_daemon, kind, protocol):
    """A client object is used as it is; so is what a function makes, in each process."""

    from redis.backoff import NoBackoff  # an optional dependency
    from redis.retry import Retry

    class Derived(redis.Redis):
        pass

    known = Derived if kind == "derived" else redis.Redis
    made = []

    def make():
        settings = {"socket_timeout": STORE_TIMEOUT, "retry": Retry(NoBackoff(), 0)}
        made.append(known(port=redis_daemon.port, protocol=protocol, **settings))
        return made[-1]

    store = make_store(client=make if kind == "factory" else make())
    put(store, "a", b"1")
    with pytest.raises(LockTimeout):
        held = store.lock("a", 1)
        make_store(client=made[0]).lock("a", 0.2)
    held.release()
    assert store.load("a").content == b"1"
    assert len(made) == 1
    redis_daemon.kill()
    error = took_less_than(SOON_SECONDS, lambda: store.load("a"))
    assert isinstance(error, StoreUnavailable)
    assert "tools.sessions.client" in error.reason


def test_client_that_decodes(make_store, redis_daemon):
    """A client that makes text of all answers is refused, with the remedy."""
    client = redis.Redis(port=redis_daemon.port, decode_responses=True)
    with pytest.raises(ValueError, match="made without"):
        make_store(client=client).load("a")


def test_valkey_client(make_store, redis_daemon):
    """A client of valkey-py does what redis-py's does, errors included."""
    valkey = pytest.importorskip("valkey")
    client = valkey.Valkey(port=redis_daemon.port, socket_timeout=STORE_TIMEOUT)
    store = make_store(client=client)
    bump_locked(store, "a")
    redis_daemon.client.script_flush()
    bump_locked(store, "a")
    assert store.load("a").content == b"2"
    redis_daemon.kill()
    with pytest.raises(StoreUnavailable):
        store.load("a")


FORK = """
import os, threading
import test_redis_store as tests
store = tests.RedisStore(url=sys.argv[1])
tests.put(store, "a", b"1")
held = store.lock("parent's", 1)
server = store._server._client
mine = server.get().client
child = os.fork()
for number in range(300):
    id = f"{child == 0}{number}"
    tests.put(store, id, id.encode())
    assert store.load(id).content == id.encode()
if child == 0:
    assert server.get().client is not mine
    try:
        store.lock("parent's", 0.05)
    except tests.LockTimeout:
        os._exit(0)
    os._exit(1)
assert os.waitpid(child, 0)[1] == 0
held.release()
store.lock("parent's", 0).release()
"""


def test_fork(redis_daemon):
    """A child has connections of its own; it does not have the locks of its parent."""
    process = run_python(FORK, redis_daemon.url)
    process.communicate(timeout=30)
    assert process.returncode == 0


GEVENT = """
from gevent import monkey
monkey.patch_all()
import test_redis_store as tests
store = tests.RedisStore(url=sys.argv[1])
tests.run_together(20, lambda number: [tests.bump_locked(store, "n") for _ in range(10)])
print(store.load("n").content.decode())
"""


def test_gevent(redis_daemon):
    """Greenlets wait for locks and answers without stopping the others."""
    pytest.importorskip("gevent")
    process = run_python(GEVENT, redis_daemon.url)
    assert process.communicate(timeout=30)[0] == "200\n"
    assert process.returncode == 0
