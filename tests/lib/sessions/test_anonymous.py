"""10,000 requests of people without a session leave nothing behind (SECURITY 1.4 item 26)."""

from __future__ import annotations

import secrets
import stat

import pytest
from asking import build_environ, call_app

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.lib.sessions import FileSession, RamSession
from wsgicherry.lib.sessions.stored import StoredSession

REQUESTS = 10_000
LOCKINGS = ("implicit", "early", "explicit", "merge")


class Root:
    """Pages that look into the session, and one that writes to it."""

    @expose
    def index(self):
        return "hello"

    @expose
    def look(self):
        return repr(serving_now().session.get("user"))

    @expose
    def has(self):
        return repr("user" in serving_now().session)

    @expose
    def clear(self):
        serving_now().session.clear()
        return "cleared"

    @expose
    def write(self):
        serving_now().session["user"] = "eva"
        return "written"

    @expose
    def lock(self):
        serving_now().session.acquire_lock()
        return "locked"


class Ram:
    """Sessions in RAM, and what is there."""

    settings = {"storage_class": "ram"}

    def __init__(self):
        self.store = RamSession.find_store({})
        self.before = len(self.store)

    def list_left(self):
        return [*range(self.before, len(self.store)), *range(len(self.store.locks))]


class Files:
    """Sessions in files, and which files there are beside the one for all locks."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = {"storage_class": "file", "storage_path": str(folder)}

    def list_left(self):
        store = FileSession.find_store({"storage_path": str(self.folder)})
        assert len(store._locks._turns) == 0
        if not self.folder.exists():
            return []
        assert stat.S_IMODE(self.folder.stat().st_mode) == 0o700
        left = {path.name: path.stat().st_size for path in self.folder.iterdir()}
        assert left.pop("locks", 0) == 0  # one file for all, and empty
        return list(left)


class Memcached:
    """Sessions in a memcached, and its keys.

    Not its counter of items, in which the last one that expired stays until there is another.
    """

    def __init__(self, daemon):
        self.daemon = daemon
        self.settings = {"storage_class": "memcached", "servers": daemon.address}

    def list_left(self):
        lines = self.daemon.ask("lru_crawler metadump all", "END\r\n").splitlines()
        return [line for line in lines if line != "END"]


class Redis:
    """Sessions in a Redis, and its keys."""

    def __init__(self, daemon):
        self.client = daemon.client
        self.settings = {"storage_class": "redis", "url": daemon.url}

    def list_left(self):
        return self.client.keys("*")


def find_place(kind, request):
    """Return where the sessions of a test are."""
    if kind == "file":
        return Files(request.getfixturevalue("tmp_path") / "sessions")
    if kind == "memcached":
        return Memcached(request.getfixturevalue("memcached"))
    if kind == "redis":
        return Redis(request.getfixturevalue("redis_daemon"))
    return Ram()


@pytest.fixture(params=["ram", "file", "memcached", "redis"])
def place(request):
    """A store that nobody has used."""
    known = set(StoredSession.stores)
    yield find_place(request.param, request)
    for key in set(StoredSession.stores) - known:
        store = StoredSession.stores.pop(key)
        if request.param == "redis":
            for made in store._server._client._made:
                made.client.close()


@pytest.fixture
def ask(site):
    """Mount the pages, once for each way of locking, and give a function that asks for one."""

    def mount(settings):
        for locking in LOCKINGS:
            config = {"on": True, "locking": locking, **settings}
            site.tree.mount(
                Root(),
                f"/{locking}",
                {"/": {f"tools.sessions.{name}": value for name, value in config.items()}},
            )
        return call

    def call(path, cookie=None):
        environ = build_environ(path, HTTP_COOKIE=cookie)
        answer = call_app(site.tree, environ, validate=False)
        assert answer.code == 200, answer.body
        return answer.all("Set-Cookie")

    return mount


PAGES = ("", "look", "has", "clear", "lock")
COOKIES = (
    lambda: None,
    lambda: "theme=dark",
    lambda: f"session_id={secrets.token_hex(20)}",  # made up, and well made
    lambda: f"session_id={secrets.token_hex(19)}.lock",
    lambda: "session_id=../x",
)


def test_nothing_is_left_of_people_who_only_look(place, ask):
    """Whatever id they made up: 0 files but the one for all locks, 0 locks, 0 keys, 0 cookies.

    And then one who writes leaves one.
    """
    call = ask(place.settings)
    kinds = [
        (f"/{locking}/{page}", cookie)
        for locking in LOCKINGS
        for page in PAGES
        for cookie in COOKIES
    ]
    cookies = []
    for number in range(REQUESTS):
        path, make_cookie = kinds[number % len(kinds)]
        cookies += call(path, make_cookie())
    assert REQUESTS % len(kinds) == 0
    assert cookies == []
    assert place.list_left() == []
    assert len(call("/implicit/write")) == 1
    assert len(place.list_left()) == 1
