"""Session classes that were written for CherryPy 18 work as they are, and lazily."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import cherrypy_stores
import pytest
from cherrypy_stores import DictSession, RowSession, ServerSession
from session_pages import ID, client, cookie_of, request, session

from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import sessions

PATIENCE_SECONDS = 20


def reads(key="n"):
    return str(session.get(key))


def writes(n="1"):
    session["n"] = int(n)
    return session.id


def untouched():
    return "untouched"


def grows():
    session.setdefault("list", []).append(1)
    return str(len(session["list"]))


def counts():
    session["n"] = session.get("n", 0) + 1
    return "counted"


def missing():
    return f"{session.missing} {session.originalid}"


PAGES = (reads, writes, untouched, grows, counts, missing)


@pytest.fixture(params=[DictSession, ServerSession, RowSession])
def kind(request):
    """A class of the test's own, as it was written, without sessions; and its `calls`."""
    own = {
        DictSession: {"cache": {}, "locks": {}},
        ServerSession: {"locks": {}},
        RowSession: {"rows": {}},
    }[request.param]
    kind = type(request.param.__name__, (request.param,), {**own, "__module__": "program"})
    kind.calls = cherrypy_stores.calls
    kind.calls.clear()
    return kind


def with_locks(test):
    """Run a test with the classes that have locks."""
    return pytest.mark.parametrize("kind", [DictSession, ServerSession], indirect=True)(test)


def age(kind, id):
    """Have the session `id` expire."""
    by_hand = kind(id)
    by_hand.load()
    by_hand.timeout = 1
    if hasattr(by_hand, "locked"):
        by_hand.acquire_lock()
    by_hand._save(by_hand.now() - timedelta(minutes=1))
    by_hand.release_lock()


@pytest.mark.parametrize("id", [None, ID, "../x"])
def test_untouched(mount, kind, id):
    """A request that does not look into its session asks the class for nothing."""
    mounted = mount(*PAGES, storage_class=kind)
    answer = client(mounted.app, id).get("/untouched")
    assert kind.calls == []
    assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(answer.headers)


def test_readers_begin_nothing(mount, kind):
    """Who only reads gets no cookie, and nothing is kept for him."""
    browser = mount(*PAGES, storage_class=kind)
    answer = browser.get("/reads")
    assert cookie_of(answer) is None
    assert "save" not in kind.calls
    assert answer.headers["Cache-Control"] == "private"


@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_kept(mount, kind, locking):
    """What one request sets the next one reads, in place or not."""
    browser = mount(*PAGES, storage_class=kind, locking=locking)
    answer = browser.get("/writes?n=5")
    assert cookie_of(answer)["value"] == answer.text
    assert browser.get("/reads").text == "5"
    assert browser.get("/grows").text == "1"
    assert browser.get("/grows").text == "2"
    assert browser.get("/writes").text == answer.text


def test_life_is_extended(mount, kind):
    """Each use has the class keep the session for `timeout` minutes more."""
    browser = mount(*PAGES, storage_class=kind, timeout=7)
    browser.get("/writes")
    kind.calls.clear()
    assert cookie_of(browser.get("/reads"))["max-age"] == "420"
    assert kind.calls.count("save") == 1


def test_expired(mount, kind):
    """What has expired is not there any more, whatever the class still holds."""
    browser = mount(*PAGES, storage_class=kind)
    id = browser.get("/writes?n=5").text
    age(kind, id)
    assert browser.get("/reads").text == "None"


@pytest.mark.parametrize("id", [ID, "f" * 40, "a/b", "../../x", "é", "x" * 500])
def test_no_id_is_adopted(mount, kind, id):
    """An id that is not known is `missing`, and gets another."""
    mounted = mount(*PAGES, storage_class=kind)
    made = client(mounted.app).RequestClass.blank("/missing")
    made.environ["HTTP_COOKIE"] = f"session_id={id.encode().decode('latin-1')}"
    assert made.get_response(mounted.app).text.startswith("True ")
    assert client(mounted.app, ID).get("/writes").text != ID


def test_regenerate(mount, kind, site):
    """regenerate() keeps the data, loaded or not; the old id is dead at once."""

    def moves():
        site.toolboxes["tools"].sessions.regenerate()
        return session.id

    browser = mount(moves, *PAGES, storage_class=kind)
    old = browser.get("/writes?n=5").text
    answer = browser.get("/moves")
    assert cookie_of(answer)["value"] == answer.text != old
    assert browser.get("/reads").text == "5"
    assert client(browser.app, old).get("/reads").text == "None"


def test_delete(mount, kind):
    """delete() is not undone by the save at the end; what is written then is a new session."""

    def ends(again=""):
        session["n"] = 2
        session.delete()
        if again:
            session["n"] = 3
        return "ended"

    browser = mount(ends, *PAGES, storage_class=kind)
    old = browser.get("/writes").text
    browser.get("/ends")
    assert client(browser.app, old).get("/reads").text == "None"
    browser.get("/ends?again=1")
    assert browser.get("/reads").text == "3"
    assert client(browser.app, old).get("/reads").text == "None"


def test_clear_and_expire(mount, kind):
    """clear() empties; expire() has the client forget the cookie."""

    def ends():
        session.clear()
        sessions.expire()
        return "ended"

    browser = mount(ends, *PAGES, storage_class=kind)
    id = browser.get("/writes").text
    assert cookie_of(browser.get("/ends"))["max-age"] == "0"
    assert client(browser.app, id).get("/reads").text == "None"


@pytest.mark.parametrize(
    ("error", "status", "kept"),
    [
        (lambda: HTTPError(403), 403, "2"),
        (lambda: HTTPRedirect("/reads"), 302, "2"),
        (lambda: ValueError(), 500, "1"),
        (lambda: SystemExit(), 500, "1"),
    ],
)
@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_errors(mount, kind, error_lines, error, status, kept, locking):
    """Saved after an HTTPError, not after an unexpected error, unlocked in any case."""

    def fails():
        session.update(n=2)
        raise error()

    browser = mount(fails, *PAGES, storage_class=kind, locking=locking)
    browser.get("/writes")
    browser.get("/fails", status=status)
    with ThreadPoolExecutor(1) as pool:  # another thread: a held RLock would keep it out
        id = browser.cookies["session_id"]
        answer = pool.submit(lambda: client(browser.app, id).get("/reads"))
        assert answer.result(PATIENCE_SECONDS).text in (kept, *dict_is_shared(kind))


def dict_is_shared(kind):
    """What is changed in the very dict that is stored is stored (BEHAVIOUR 7.4)."""
    return ("2",) if issubclass(kind, DictSession) else ()


@with_locks
def test_nothing_is_lost(mount, kind):
    """Under its own locks none of 40 additions at once is lost."""
    browser = mount(*PAGES, storage_class=kind)
    id = browser.get("/writes?n=0").text
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(lambda: client(browser.app, id).get("/counts")) for _ in range(40)]
        assert {each.result(PATIENCE_SECONDS).text for each in done} == {"counted"}
    assert browser.get("/reads").text == "40"


@with_locks
def test_locked_by_hand(mount, kind):
    """Under 'explicit' acquire_lock() is the class's own."""

    def counts_safely():
        session.acquire_lock()
        session["n"] = session.get("n", 0) + 1
        return str(session.locked)

    browser = mount(counts_safely, *PAGES, storage_class=kind)
    mount(counts_safely, script_name="/x", storage_class=kind, locking="explicit")
    browser.get("/writes?n=0")
    assert browser.get("/x/counts_safely").text == "True"
    assert browser.get("/reads").text == "1"


def test_streams(mount, kind):
    """A stream is saved and unlocked before it goes on; its changes are saved at the end."""
    is_inside, may_go = threading.Event(), threading.Event()

    def streams():
        session["n"] = 2
        yield b"a"
        is_inside.set()
        assert may_go.wait(PATIENCE_SECONDS)
        session["more"] = 3
        yield b"b"

    streams._cp_config = {"response.stream": True}
    browser = mount(streams, *PAGES, storage_class=kind)
    id = browser.get("/writes").text
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: client(browser.app, id).get("/streams"))
        try:
            assert is_inside.wait(PATIENCE_SECONDS)
            assert client(browser.app, id).get("/reads").text == "2"
        finally:
            may_go.set()
        assert first.result(PATIENCE_SECONDS).text == "ab"
    assert browser.get("/reads?key=more").text == "3"


def test_save_in_the_handler(mount, kind):
    """What is changed after save() is saved too, under the lock again."""

    def saves():
        session["n"] = 2
        session.save()
        session["n"] = 3
        return str(session.locked)

    browser = mount(saves, *PAGES, storage_class=kind)
    assert browser.get("/saves").text == "False"
    assert browser.get("/reads").text == "3"


def test_setup_is_called_once(mount):
    """setup() gets the settings that are not the tool's own, once, before the first use."""
    kind = type("Own", (ServerSession,), {"locks": {}, "__module__": "program"})
    settings = {"storage_class": kind, "host": "db.example", "port": 1, "prefix": "s_"}
    browser = mount(*PAGES, **settings, timeout=9)
    assert "server" not in vars(kind)
    for _ in range(3):
        browser.get("/writes")
    assert kind.times_set_up == 1
    assert kind.server.place == ("db.example", 1)
    assert all(each.startswith("s_") for each in kind.server.values)
    assert kind.timeout == 60  # it is the instance's


def test_each_class_is_set_up(mount):
    """A second class of the process gets its setup() too (BEHAVIOUR 13.3 item 5)."""
    kinds = [
        type(name, (ServerSession,), {"locks": {}, "__module__": "program"})
        for name in ("One", "Two")
    ]
    derived = type("Derived", (kinds[0],), {"locks": {}, "__module__": "program"})
    for number, kind in enumerate([*kinds, derived]):
        browser = mount(*PAGES, script_name=f"/{number}", storage_class=kind, host=str(number))
        browser.get(f"/{number}/writes")
        assert kind.server.place[0] == str(number)


def test_keywords(mount):
    """Other settings become keyword arguments, and attributes, of the session."""
    seen = []

    def index():
        seen.append((session.made_with, session.anything, session.debug, session.timeout))
        return "x"

    kind = type("Own", (ServerSession,), {"locks": {}, "__module__": "program"})
    settings = {"anything": [1], "debug": True, "timeout": 4, "clean_freq": 0}
    mount(index, storage_class=kind, **settings).get("/")
    ((made_with, anything, debug, timeout),) = seen
    assert (anything, debug, timeout) == ([1], True, 4)
    assert made_with["clean_freq"] == 0


def test_by_its_dotted_name(mount):
    """A config file names the class."""

    def index():
        return type(session._target()).__name__

    assert mount(index, storage_class="cherrypy_stores.RowSession").get("/").text == (
        "RowSession"
    )


def test_merge_is_not_for_them(mount, kind):
    """'merge' needs a SessionStore: it is refused, and not taken for no lock at all."""
    with pytest.raises(ConfigError, match="'implicit', 'early', 'explicit'"):
        mount(*PAGES, storage_class=kind, locking="merge")


def test_under_several_workers(mount, kind):
    """What such a class keeps where is its own affair."""
    browser = mount(*PAGES, storage_class=kind)
    assert browser.get("/writes", extra_environ={"wsgi.multiprocess": True}).text


def test_by_hand():
    """Outside of a request the class is used as ever."""
    kind = type("Own", (DictSession,), {"cache": {}, "locks": {}})
    one = kind()
    one.acquire_lock()
    one["n"] = 1
    one.save()
    assert not one.locked
    assert len(one) == 1
    again = kind(id=one.id)
    assert (again["n"], again.missing) == (1, False)
    with pytest.raises(NotImplementedError, match="cannot count"):
        len(RowSession())


def test_login(mount, kind):
    """session.login() and logout() are there for all: a new id, and the end."""

    def enters():
        session["n"] = 4
        session.login("ada")
        return session.id

    def leaves():
        session.logout()
        return "gone"

    browser = mount(enters, leaves, *PAGES, storage_class=kind)
    old = browser.get("/writes").text
    new = browser.get("/enters").text
    assert new != old
    assert browser.get("/reads").text == "4"
    assert cookie_of(browser.get("/leaves"))["max-age"] == "0"
    assert client(browser.app, new).get("/reads").text == "None"


def test_times_of_another_kind(mount):
    """A class may have kept aware times where now() is naive, or the other way round."""
    kind = type("Own", (RowSession,), {"rows": {}, "__module__": "program"})
    browser = mount(*PAGES, storage_class=kind)
    id = browser.get("/writes").text

    class Aware(kind):
        def _load(self):
            data, expires = super()._load()
            return data, expires.astimezone()

    mount(*PAGES, script_name="/aware", storage_class=Aware)
    assert client(browser.app, id).get("/aware/reads").text == "1"
    assert request is not None


def test_a_class_derived_from_ours(mount, ram):
    """A class derived from RamSession has its hooks called, as CherryPy's had."""
    told = []

    class Telling(ram):
        def _load(self):
            told.append("load")
            return super()._load()

        def _save(self, expiration_time):
            told.append(f"save {expiration_time - self.now() > timedelta(minutes=59)}")
            super()._save(expiration_time)

        def _delete(self):
            told.append("delete")
            super()._delete()

        def clean_up(self):
            told.append("clean_up")
            is_swept.set()

    def ends():
        session.delete()
        return "ended"

    is_swept = threading.Event()
    browser = mount(ends, *PAGES, storage_class=Telling, clean_freq=0.0005)
    browser.get("/writes?n=5")
    assert is_swept.wait(PATIENCE_SECONDS)
    assert browser.get("/reads").text == "5"
    browser.get("/ends")
    assert [each for each in told if each != "clean_up"] == [
        "save True",
        "load",
        "load",
        "delete",
    ]
    assert browser.get("/reads").text == "None"
