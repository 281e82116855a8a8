"""What is kept of a session, through the tool: values, damage, secrets, failing stores."""

from __future__ import annotations

import pickle
import time
import zlib
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cache
from uuid import UUID

import pytest
from session_pages import KINDS, client, cookie_of, session, watch

from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.lib.sessions import RamSession, StoreUnavailable
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.lib.sessions.records import MAX_DECOMPRESSED_BYTES, Codec, Record

OLD, NEW, FOREIGN = "old secret " * 4, "new secret " * 4, "foreign one " * 4


def reads():
    return repr(session.get("n"))


def writes():
    session["n"] = 1
    return "written"


PAGES = (reads, writes)


@pytest.fixture(params=["file", "memcached", "redis"])
def watched(request, tmp_path):
    """A session class on each of the stores that keep bytes; its settings."""
    kind = watch(KINDS[request.param])
    if request.param == "file":
        kind.store_settings = {"storage_path": str(tmp_path / "sessions")}
    elif request.param == "memcached":
        kind.store_settings = {"servers": [request.getfixturevalue("memcached").address]}
    else:
        kind.store_settings = {"url": request.getfixturevalue("redis_daemon").url}
    kind.settings = {"storage_class": kind, **kind.store_settings}
    return kind


def begin(browser):
    """Return the id of a session that was begun."""
    return cookie_of(browser.get("/writes"))["value"]


def store_of(kind):
    return kind(None, **kind.store_settings).store


def replace(kind, id, change):
    """Put `change(content)` in the place of what is stored under `id`."""
    store = store_of(kind)
    stored = store.load(id)
    assert store.save(id, change(stored.content), stored.expires, stored.version)


# Values ---------------------------------------------------------------------------------------

VALUES = {
    "text": "é€😀\x00",
    "numbers": [0, -1, 2**70, 1.5, True, None],
    "datetime": datetime(2026, 2, 28, 12, 30, tzinfo=timezone.utc),
    "date": date(2026, 2, 28),
    "Decimal": Decimal("12.50"),
    "UUID": UUID(int=5),
    "bytes": b"\x00\xff",
    "set": {1, "a"},
    "tuple": (1, (2, [3])),
    "keys": {1: "a", (2, 3): "b", None: "c"},
}


@pytest.mark.parametrize("name", VALUES)
def test_values(mount, watched, name):
    """Each of these values is the next time what it was, type and all."""

    def keeps():
        session["value"] = VALUES[name]
        return "kept"

    def shows():
        value = session["value"]
        return f"{value == VALUES[name]} {type(value) is type(VALUES[name])}"

    browser = mount(keeps, shows, **watched.settings)
    browser.get("/keeps")
    assert browser.get("/shows").text == "True True"
    del watched.calls[:]
    browser.get("/shows")
    assert watched.calls == ["lock", "load"]


@pytest.mark.parametrize("locking", ["implicit", "merge"])
def test_a_value_that_cannot_be_kept(mount, watched, error_text, locking):
    """It is a 500; the log names key and remedy; what was stored is still there, unlocked."""

    def spoils():
        session["n"] = 2
        session["handle"] = object()
        return "spoilt"

    settings = {**watched.settings, "locking": locking, "lock_timeout": 0}
    browser = mount(spoils, *PAGES, **settings)
    begin(browser)
    answer = browser.get("/spoils", status=500)
    assert cookie_of(answer) is None
    assert "session['handle']" in error_text()
    assert "plain data" in error_text()
    assert "object" not in answer.text
    assert browser.get("/reads").text == "1"


def test_any_object_in_ram(mount, ram):
    """RAM keeps whatever it is given, as it is."""
    handle = object()

    def keeps():
        session["handle"] = handle
        return "kept"

    def shows():
        return str(session["handle"] is handle)

    browser = mount(keeps, shows, **ram.settings)
    browser.get("/keeps")
    assert browser.get("/shows").text == "True"


def test_a_bad_value_in_the_rest_of_a_stream(mount, watched, error_text):
    """Too late for a 500: the log tells of it, and what was stored is still there."""

    def spoils():
        yield b"a"
        session["handle"] = object()

    spoils._cp_config = {"response.stream": True}
    browser = mount(spoils, *PAGES, **watched.settings)
    begin(browser)
    assert browser.get("/spoils").text == "a"
    assert "session['handle']" in error_text()
    assert browser.get("/reads").text == "1"


# Damage ---------------------------------------------------------------------------------------


class Boom:
    """A pickle that must not be opened."""

    def __reduce__(self):
        return (pytest.fail, ("code ran",))


@cache
def bomb():
    return zlib.compress(bytes(2 * MAX_DECOMPRESSED_BYTES))


DAMAGE = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "one byte": lambda content: content[:1],
    "zeros": lambda content: bytes(len(content)),
    "noise": lambda content: bytes(range(256)) * 4,
    "a flipped bit": lambda content: content[:-1] + bytes([content[-1] ^ 0x40]),
    "no record": lambda content: b'{"a": 1}',
    "a pickle": lambda content: pickle.dumps(({"n": 9}, time.time() + 60)),
    "a hostile pickle": lambda content: pickle.dumps(Boom()),
    "another format": lambda content: content.replace(b" 1 json", b" 99 json", 1),
    "a pickle of ours": lambda content: Codec("pickle", [FOREIGN]).encode(
        Record({"n": Boom()}, time.time(), None), "x"
    ),
    "a bomb": lambda content: (
        content.split(b"\n")[0].replace(b"plain", b"zlib") + b"\n" + bomb()
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage(mount, watched, error_lines, name):
    """A damaged record is a fresh session: 200, set aside, one line in the log, no code run."""
    browser = mount(*PAGES, **watched.settings)
    id = begin(browser)
    replace(watched, id, DAMAGE[name])
    del watched.calls[:]
    assert browser.get("/reads").text == "None"
    assert watched.calls.count("set_aside") == 1
    lines = [each for each in error_lines if "is damaged and was set aside" in each]
    assert len(lines) == 1
    assert id not in lines[0]
    again = cookie_of(browser.get("/writes"))["value"]
    assert again != id
    assert browser.get("/reads").text == "1"
    assert len([each for each in error_lines if "set aside" in each]) == 1


# Secrets --------------------------------------------------------------------------------------


def test_signed_records(mount, watched, error_text):
    """With a secret a record that was changed, or is another session's, opens nothing."""
    browser = mount(*PAGES, secret=NEW, **watched.settings)
    one, other = begin(browser), begin(client(browser.app))
    content = store_of(watched).load(one).content
    replace(watched, other, lambda _: content)
    assert client(browser.app, other).get("/reads").text == "None"
    replace(watched, one, lambda content: content.replace(b'"n":1', b'"n":2'))
    assert client(browser.app, one).get("/reads").text == "None"
    assert error_text().count("is damaged and was set aside") == 2


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OLD, OLD, "1"),
        (OLD, [NEW, OLD], "1"),
        (OLD, NEW, "None"),
        ((), NEW, "None"),
        (OLD, (), "1"),
        ([NEW, OLD], OLD, "None"),
    ],
)
def test_rotation(mount, watched, error_lines, before, after, expected):
    """The first secret signs, each of them opens; without one, signatures are not looked at."""
    browser = mount(*PAGES, secret=before, **watched.settings)
    begin(browser)
    mount(*PAGES, script_name="/later", secret=after, **watched.settings)
    assert browser.get("/later/reads").text == expected


def test_a_rotated_record_is_signed_anew(mount, watched):
    """When life is extended or data changed, the record has the signature of the new secret."""
    browser = mount(*PAGES, secret=OLD, **watched.settings)
    id = begin(browser)
    mount(*PAGES, script_name="/later", secret=[NEW, OLD], **watched.settings)
    browser.get("/later/writes")
    content = store_of(watched).load(id).content
    assert Codec("json", [NEW]).decode(content, id).data == {"n": 1}


def test_pickle(mount, watched):
    """With a secret, and when it is named, pickle keeps any object that can be pickled."""

    def keeps():
        session["value"] = [complex(1, 2), {1, 2}]
        return "kept"

    def shows():
        return repr(session["value"])

    settings = {"serializer": "pickle", "secret": NEW, **watched.settings}
    browser = mount(keeps, shows, **settings)
    browser.get("/keeps")
    del watched.calls[:]
    assert browser.get("/shows").text == "[(1+2j), {1, 2}]"
    assert watched.calls == ["lock", "load"]


# Stores that fail -----------------------------------------------------------------------------


class Broken(RamStore):
    """A store that fails at one of its methods, and tells what it was asked."""

    failing = ""
    error = StoreUnavailable("gone")

    def _ask(self, name, *args):
        self.calls.append(name)
        if name == self.failing:
            raise self.error
        return getattr(super(), name)(*args)

    def load(self, *args):
        return self._ask("load", *args)

    def save(self, *args):
        return self._ask("save", *args)

    def touch(self, *args):
        return self._ask("touch", *args)

    def lock(self, *args):
        return self._ask("lock", *args)

    def delete(self, *args):
        return self._ask("delete", *args)


@pytest.fixture
def broken():
    """A session class on a store that can be broken: set `store_class.failing`."""
    store_class = type("Broken", (Broken,), {"calls": []})
    return type("BrokenSession", (RamSession,), {"store_class": store_class})


@pytest.mark.parametrize(
    ("failing", "path", "asked"),
    [
        ("load", "/reads", ["lock", "load"]),
        ("lock", "/reads", ["lock"]),
        ("save", "/writes", ["lock", "load", "save"]),
        ("delete", "/ends", ["lock", "load", "delete"]),
    ],
)
def test_a_store_that_is_down(mount, error_text, broken, failing, path, asked):
    """It is a 503 with Retry-After; the client keeps its id, and the store is asked no more."""

    def ends():
        session.delete()
        return "ended"

    browser = mount(ends, *PAGES, storage_class=broken)
    id = begin(browser)
    store = broken.store_class
    store.failing = failing
    del store.calls[:]
    answer = browser.get(path, status=503)
    assert answer.headers["Retry-After"] == "1"
    assert cookie_of(answer) is None
    assert answer.headers["Cache-Control"] == "private"
    assert "gone" not in answer.text
    assert "gone" in error_text()
    assert store.calls == asked
    assert len(broken(None).store.locks) == 0
    store.failing = ""
    assert browser.get("/reads").text == "1"
    assert browser.cookies["session_id"] == id


@pytest.mark.parametrize(
    "error", [StoreUnavailable("gone"), ConnectionError("gone"), OSError("full")]
)
def test_a_handler_that_goes_on(mount, broken, error):
    """After the first failure the store is asked no more in this request, whoever asks."""
    met = []

    def stubborn():
        for action in (
            lambda: session.get("n"),
            lambda: session.__setitem__("n", 2),
            lambda: session.delete(),
            lambda: session.regenerate(),
        ):
            try:
                action()
            except (HTTPError, OSError) as met_error:
                met.append(met_error)
        return session.id

    browser = mount(stubborn, *PAGES, storage_class=broken)
    id = begin(browser)
    store = broken.store_class
    store.failing, store.error = "load", error
    del store.calls[:]
    assert browser.get("/stubborn").text == id
    assert met == [error] * 4
    assert store.calls == ["lock", "load"]
    assert len(broken(None).store.locks) == 0


def test_an_error_page_that_reads_the_session(mount, broken, error_lines):
    """A page for 503 that looks into the session is not answered for it; the 503 is."""

    def page_of_503(**kwargs):
        return f"hello {session.get('n')}"

    browser = mount(*PAGES, config={"/": {"error_page.503": page_of_503}}, storage_class=broken)
    begin(browser)
    store = broken.store_class
    store.failing = "load"
    del store.calls[:]
    answer = browser.get("/reads", status=503)
    assert "hello" not in answer.text
    assert store.calls == ["lock", "load"]


@pytest.mark.parametrize("error", [lambda: HTTPError(404), lambda: HTTPRedirect("/reads")])
def test_a_save_that_fails_after_an_error(mount, broken, error_lines, error):
    """A 404 or a redirect whose session cannot be saved is a 503."""

    def index():
        session["n"] = 2
        raise error()

    browser = mount(index, *PAGES, storage_class=broken)
    begin(browser)
    broken.store_class.failing = "save"
    answer = browser.get("/", status=503)
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Vary"] == "Accept, Cookie"
    broken.store_class.failing = ""
    assert browser.get("/reads").text == "1"
    assert len(broken(None).store.locks) == 0


def test_a_failing_save_after_a_save(mount, broken, error_lines):
    """What a handler's own save() stored stays when the last save fails."""

    def index():
        session["n"] = 2
        session.save()
        broken.store_class.failing = "save"
        session["n"] = 3
        return "x"

    browser = mount(index, *PAGES, storage_class=broken)
    begin(browser)
    browser.get("/", status=503)
    broken.store_class.failing = ""
    assert browser.get("/reads").text == "2"


@pytest.mark.parametrize("kind", ["memcached", "redis"])
def test_a_server_that_is_killed(mount, request, kind, error_lines):
    """Down: 503 within 500 ms, the client's id is kept; when it is back, so is the site."""
    if kind == "memcached":
        daemon = request.getfixturevalue("memcached")
        settings = {"storage_class": "memcached", "servers": [daemon.address]}
        start = daemon.start
    else:
        daemon = request.getfixturevalue("redis_daemon")
        settings = {"storage_class": "redis", "url": daemon.url}
        start = daemon.start
    browser = mount(*PAGES, **settings)
    begin(browser)
    daemon.kill()
    try:
        for path in ("/reads", "/writes"):
            began = time.monotonic()
            answer = browser.get(path, status=503)
            assert time.monotonic() - began < 0.5
            assert answer.headers["Retry-After"] == "1"
            assert cookie_of(answer) is None
    finally:
        start()
    began = time.monotonic()
    while browser.get("/reads", status="*").status_int != 200:
        assert time.monotonic() - began < 1
    assert browser.get("/writes").text == "written"
