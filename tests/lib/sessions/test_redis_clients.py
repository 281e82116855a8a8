"""How RedisStore gets at its server: URLs, clients, forks, greenlets."""

from __future__ import annotations

import sys

import pytest
from redis_helpers import (
    SOON_SECONDS,
    STORE_TIMEOUT,
    bump_locked,
    put,
    run_python,
    took_less_than,
)

from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.keyvalue import redisserver
from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.sessions.redis import RedisStore

redis = pytest.importorskip("redis")


@pytest.fixture
def store(make_redis_store):
    """A store with its defaults; its server is empty."""
    return make_redis_store()


def test_nothing_is_opened_before_the_first_use(monkeypatch):
    """A store that nobody uses imports no client, and asks for no server."""
    monkeypatch.setattr(redisserver, "import_module", None)
    RedisStore(url="redis://nowhere.invalid")


def test_missing_package(monkeypatch):
    """Without the package redis, the error says what to install."""
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r"pip install 'wsgicherry\[redis\]'"):
        RedisStore().load("a")


@pytest.mark.parametrize(
    ("storage", "package"), [("redis", "redis"), ("memcached", "pymemcache.client.base")]
)
def test_missing_package_is_told_at_mount(monkeypatch, site, storage, package):
    """A site whose sessions need a package that is not there does not start."""
    monkeypatch.setitem(sys.modules, package, None)
    sessions = {"tools.sessions.on": True, "tools.sessions.storage_class": storage}
    with pytest.raises(
        ConfigError, match=rf"storage_class: .*pip install 'wsgicherry\[{storage}"
    ):
        site.tree.mount(None, "", {"/": sessions})
    # A client of the program's own may be of another package.
    site.tree.mount(None, "", {"/": {**sessions, "tools.sessions.client": object()}})


@pytest.mark.parametrize("url", ["http://:secret@host", "localhost:6379", ""])
def test_url_of_another_kind(url):
    """Another scheme is refused when the site is configured; the password is not repeated."""
    with pytest.raises(ValueError, match="it must be one of redis://, rediss://") as caught:
        RedisStore(url=url)
    assert "secret" not in str(caught.value)


def test_socket_file(make_redis_store, redis_daemon, tmp_path):
    """A server on this machine may be reached by its socket file."""
    path = tmp_path / "redis.sock"
    redis_daemon.restart("--unixsocket", str(path))
    store = make_redis_store(url=f"unix://{path}")
    put(store, "a", b"1")
    assert store.load("a").content == b"1"


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("kind", ["client", "factory", "derived"])
def test_clients_of_the_user(make_redis_store, redis_daemon, kind, protocol):
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

    store = make_redis_store(client=make if kind == "factory" else make())
    put(store, "a", b"1")
    with pytest.raises(LockTimeout):
        held = store.lock("a", 1)
        make_redis_store(client=made[0]).lock("a", 0.2)
    held.release()
    assert store.load("a").content == b"1"
    assert len(made) == 1
    redis_daemon.kill()
    error = took_less_than(SOON_SECONDS, lambda: store.load("a"))
    assert isinstance(error, StoreUnavailable)
    assert "tools.sessions.client" in error.explanation


def test_client_that_decodes(make_redis_store, redis_daemon):
    """A client that makes text of all answers is refused, with the remedy."""
    client = redis.Redis(port=redis_daemon.port, decode_responses=True)
    with pytest.raises(ValueError, match="made without"):
        make_redis_store(client=client).load("a")


def test_valkey_client(make_redis_store, redis_daemon):
    """A client of valkey-py does what redis-py's does, errors included."""
    valkey = pytest.importorskip("valkey")
    client = valkey.Valkey(port=redis_daemon.port, socket_timeout=STORE_TIMEOUT)
    store = make_redis_store(client=client)
    bump_locked(store, "a")
    redis_daemon.client.script_flush()
    bump_locked(store, "a")
    assert store.load("a").content == b"2"
    redis_daemon.kill()
    with pytest.raises(StoreUnavailable):
        store.load("a")


FORK = """
import os, threading
import redis_helpers as tests
from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.sessions.redis import RedisStore
store = RedisStore(url=sys.argv[1])
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
    except LockTimeout:
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
import redis_helpers as tests
from wsgicherry.lib.sessions.redis import RedisStore
store = RedisStore(url=sys.argv[1])
tests.run_together(20, lambda number: [tests.bump_locked(store, "n") for _ in range(10)])
print(store.load("n").content.decode())
"""


def test_gevent(redis_daemon):
    """Greenlets wait for locks and answers without stopping the others."""
    pytest.importorskip("gevent")
    process = run_python(GEVENT, redis_daemon.url)
    assert process.communicate(timeout=30)[0] == "200\n"
    assert process.returncode == 0
