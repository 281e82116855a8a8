"""`tools.sessions`: what a request with a session does, and what it leaves alone."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import pytest
from session_pages import ID, client, cookie_of, request, response, session
from webob import Response

from wsgicherry.core.errors import HTTPError, HTTPRedirect, InternalRedirect, NotFound
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import sessions
from wsgicherry.lib.sessions import RamSession
from wsgicherry.lib.sessions.settings import has_own_classes, list_settings
from wsgicherry.lib.static import serve_file

NEW = ["save"]


def reads():
    return str(session.get("n"))


def writes(n="1"):
    session["n"] = int(n)
    return "written"


def untouched():
    return "untouched"


def grows():
    session["list"].append(1)
    return "grown"


def begins_list():
    session["list"] = [0]
    return "begun"


PAGES = (reads, writes, untouched, grows, begins_list)


# Lazy -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", [None, ID, "../etc/passwd"], ids=["new", "unknown", "bad"])
@pytest.mark.parametrize("locking", ["implicit", "explicit", "merge"])
def test_untouched(mount, watched, id, locking):
    """A request that does not look into its session asks for nothing and sends nothing."""
    mounted = mount(*PAGES, locking=locking, **watched.settings)
    answer = client(mounted.app, id).get("/untouched")
    assert watched.calls == []
    assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(answer.headers)


@pytest.mark.parametrize("locking", ["implicit", "early", "explicit", "merge"])
def test_nothing_is_kept_of_a_reader(mount, watched, locking):
    """Who only reads gets no cookie, and nothing is stored for him."""
    answer = mount(*PAGES, locking=locking, **watched.settings).get("/reads")
    assert answer.text == "None"
    assert watched.calls == []
    assert cookie_of(answer) is None


@pytest.mark.parametrize("locking", ["implicit", "early", "explicit", "merge"])
def test_what_is_written_is_there_next_time(mount, watched, locking):
    """What one request sets, the next one reads; the client's id stays what it was."""
    browser = mount(*PAGES, locking=locking, **watched.settings)
    first = browser.get("/writes?n=5")
    assert len(cookie_of(first)["value"]) == 40
    assert watched.calls == NEW
    del watched.calls[:]
    second = browser.get("/reads")
    assert second.text == "5"
    is_locked = locking in ("implicit", "early")
    assert watched.calls == (["lock", "load"] if is_locked else ["load"])
    assert cookie_of(second) is None


def test_nested_changes(mount, watched):
    """A list in the session that is changed in place is saved."""
    browser = mount(*PAGES, **watched.settings)
    browser.get("/begins_list")
    del watched.calls[:]
    browser.get("/grows")
    assert watched.calls == ["lock", "load", "save"]

    def shows():
        return str(session["list"])

    assert mount(shows, script_name="/other", **watched.settings)
    browser.get("/grows")
    assert browser.get("/other/shows").text == "[0, 1, 1]"


def test_unchanged_containers(mount, watched):
    """Nothing is written where containers were looked at only."""
    browser = mount(*PAGES, **watched.settings)
    browser.get("/begins_list")
    del watched.calls[:]
    browser.get("/reads")
    assert watched.calls == ["lock", "load"]


# What may keep the page -----------------------------------------------------------------------

TOUCHES = {
    "read": lambda: session.get("a"),
    "write": lambda: session.__setitem__("a", 1),
    "in": lambda: "a" in session,
    "get": lambda: session.get("a"),
    "id": lambda: session.id,
    "missing": lambda: session.missing,
    "keys": lambda: session.keys(),
    "items": lambda: session.items(),
    "values": lambda: session.values(),
    "iter": lambda: list(session),
    "pop": lambda: session.pop("a", None),
    "setdefault": lambda: session.setdefault("a", 1),
    "update": lambda: session.update({}),
    "clear": lambda: session.clear(),
    "load": lambda: session.load(),
    "acquire_lock": lambda: session.acquire_lock(),
    "regenerate": lambda: session.regenerate(),
    "delete": lambda: session.delete(),
    "expire": lambda: session.expire(),
    "login": lambda: session.login("ada"),
    "logout": lambda: session.logout(),
    "user": lambda: session.user,
    "counter": lambda: session.counter("a").value,
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
@pytest.mark.parametrize("id", [None, ID], ids=["new", "unknown"])
def test_touched(mount, ram, touch, id):
    """Whatever looks into the session makes the page the client's own."""

    def index():
        touch()
        return "x"

    mounted = mount(index, **ram.settings)
    answer = client(mounted.app, id).get("/")
    assert answer.headers["Vary"] == "Cookie"
    assert answer.headers["Cache-Control"] == "private"


def test_length_is_no_touch(mount, ram):
    """len(session) is how many sessions there are; nothing of this one is looked at."""

    def index():
        return str(len(session))

    answer = mount(index, **ram.settings).get("/")
    assert answer.text == "0"
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ("public", "private"),
        ("public, max-age=60", "private, max-age=60"),
        ("max-age=60", "private, max-age=60"),
        ("no-store", "no-store"),
        ("private, max-age=5", "private, max-age=5"),
        ("no-cache", "private, no-cache"),
        ("PUBLIC", "private"),
        ('private="X-Name"', 'private, private="X-Name"'),
        ('no-cache="A, B"', 'private, no-cache="A, B"'),
        ("s-maxage=60", "private, s-maxage=60"),
    ],
)
def test_a_cache_control_of_the_handlers(mount, ram, own, sent, when):
    """What a handler says of caching stays, but for what would let others have the page."""

    def index():
        if when == "after":
            session.get("a")
        response.headers["Cache-Control"] = own
        response.headers["Vary"] = "Accept"
        if when == "before":
            session.get("a")
        return "x"

    answer = mount(index, **ram.settings).get("/")
    assert answer.headers["Cache-Control"] == sent
    assert {each.strip() for each in answer.headers["Vary"].split(",")} == {"Accept", "Cookie"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lambda: HTTPError(403), 403),
        (lambda: HTTPError(500), 500),
        (lambda: HTTPError(503), 503),
        (lambda: NotFound(), 404),
        (lambda: HTTPRedirect("/other"), 302),
        (lambda: HTTPRedirect("/other", 304), 304),
        (lambda: ZeroDivisionError(), 500),
        (lambda: SystemExit(), 500),
    ],
)
def test_error_pages_of_touched_sessions(mount, ram, error_lines, error, status):
    """An error page of who looked into the session is the client's own as well."""

    def index():
        session.get("a")
        raise error()

    answer = mount(index, **ram.settings).get("/", status=status)
    assert answer.headers["Vary"] == ("Cookie" if status < 400 else "Accept, Cookie")
    assert answer.headers["Cache-Control"] == "private"


def test_a_404_page_that_reads_the_session(mount, ram):
    """An error page that looks into the session is the client's own."""

    def page_of_404(**kwargs):
        return f"hello {session.get('n')}"

    browser = mount(*PAGES, config={"/": {"error_page.404": page_of_404}}, **ram.settings)
    browser.get("/writes?n=7")
    answer = browser.get("/nowhere", status=404)
    assert answer.text == "hello 7"
    assert answer.headers["Vary"] == "Cookie"
    assert answer.headers["Cache-Control"] == "private"


def test_an_untouched_error_page(mount, ram):
    """A 404 that nobody looked into the session for may be kept by all."""
    answer = mount(*PAGES, **ram.settings).get("/nowhere", status=404)
    assert not {"Cache-Control", "Set-Cookie"} & set(answer.headers)
    assert answer.headers["Vary"] == "Accept"
    assert ram.calls == []


# Life -----------------------------------------------------------------------------------------


def age(kind, id, minutes):
    """Have the session `id` look as if it had been used so many minutes ago."""
    store = kind(None).store
    stored = store.load(id)
    store.touch(id, stored.expires - minutes * 60, stored)


def test_life_is_extended(mount, ram):
    """A session in use lives on: the store is told when a twentieth of its life has passed."""
    browser = mount(*PAGES, timeout=60, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    age(ram, id, 2)
    del ram.calls[:]
    assert cookie_of(browser.get("/reads")) is None
    assert ram.calls == ["lock", "load"]
    age(ram, id, 2)
    del ram.calls[:]
    cookie = cookie_of(browser.get("/reads"))
    assert ram.calls == ["lock", "load", "touch"]
    assert (cookie["value"], cookie["max-age"]) == (id, "3600")
    assert ram(None).store.load(id).expires > time.time() + 3590


def test_a_session_ends(mount, ram):
    """Who stays away for longer than `timeout` begins anew, under a new id."""
    browser = mount(*PAGES, timeout=60, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    age(ram, id, 61)
    assert browser.get("/reads").text == "None"
    assert cookie_of(browser.get("/writes"))["value"] != id


def test_absolute_timeout(mount, ram):
    """`absolute_timeout` ends a session however much it is used; the cookie goes with it."""
    now = [time.time()]

    class Clocked(ram):
        def now(self):
            return type(super().now()).fromtimestamp(now[0], super().now().tzinfo)

    settings = {**ram.settings, "storage_class": Clocked}
    browser = mount(*PAGES, timeout=60, absolute_timeout=90, **settings)
    first = cookie_of(browser.get("/writes"))
    now[0] += 50 * 60
    second = cookie_of(browser.get("/reads"))
    assert second["value"] == first["value"]
    assert 2390 <= int(second["max-age"]) <= 2400
    now[0] += 41 * 60
    assert browser.get("/reads").text == "None"
    assert Clocked(None).store.load(first["value"]) is None


def test_a_shorter_timeout(mount, ram):
    """A page may set `session.timeout`; the store heeds a shorter one."""

    def index():
        session.timeout = 1
        return str(session.get("n"))

    browser = mount(index, *PAGES, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    assert cookie_of(browser.get("/"))["max-age"] == "60"
    assert ram(None).store.load(id).expires < time.time() + 61


def test_cookies_of_the_browsers_session(mount, ram):
    """With persistent=False the cookie is sent once, without a date; life is extended still."""
    browser = mount(*PAGES, persistent=False, **ram.settings)
    cookie = cookie_of(browser.get("/writes"))
    assert not {"max-age", "expires"} & set(cookie)
    age(ram, cookie["value"], 30)
    assert cookie_of(browser.get("/reads")) is None
    assert ram(None).store.load(cookie["value"]).expires > time.time() + 3590


def test_a_float_timeout(mount, ram):
    """Max-Age is a whole number of seconds, whatever `timeout` is."""
    assert (
        cookie_of(mount(*PAGES, timeout=1.505, **ram.settings).get("/writes"))["max-age"]
        == "90"
    )


# Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lambda: HTTPError(403), 403),
        (lambda: HTTPError(500), 500),
        (lambda: NotFound(), 404),
        (lambda: HTTPRedirect("/reads"), 302),
    ],
)
def test_answers_that_are_saved(mount, watched, error, status):
    """What was written before an HTTPError or a redirect is saved."""

    def index():
        session["n"] = 3
        raise error()

    browser = mount(index, *PAGES, **watched.settings)
    assert cookie_of(browser.get("/", status=status))
    assert browser.get("/reads").text == "3"


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_errors_that_are_not_saved(mount, ram, error_lines, error):
    """What was written before an unexpected error is not saved; the lock is given back."""

    def index():
        session["n"] = 3
        raise error

    browser = mount(index, *PAGES, lock_timeout=0, **ram.settings)
    browser.get("/writes?n=1")
    with contextlib.suppress(KeyboardInterrupt):
        browser.get("/", status=500)
    assert len(ram(None).store.locks) == 0
    assert browser.get("/reads").text == "1"


def test_internal_redirects_are_not_saved(mount, ram):
    """An InternalRedirect drops what was written, and the other page can lock."""

    def index():
        session["n"] = 3
        raise InternalRedirect("/reads")

    browser = mount(index, *PAGES, lock_timeout=0, **ram.settings)
    browser.get("/writes?n=1")
    assert browser.get("/").text == "1"
    assert len(ram(None).store.locks) == 0


# Bodies that are made while they are sent -----------------------------------------------------


def test_generators(mount, ram):
    """A generator's changes are saved: its body is collected before."""

    def index():
        session["n"] = 1
        yield b"a"
        session["n"] += 1
        yield b"b"

    browser = mount(index, *PAGES, **ram.settings)
    answer = browser.get("/")
    assert answer.text == "ab"
    assert answer.headers["Content-Length"] == "2"
    assert browser.get("/reads").text == "2"


def test_a_generator_that_fails(mount, ram, error_lines):
    """What a generator wrote before it raised an HTTPError is saved as well."""

    def index():
        session["n"] = 1
        yield b"a"
        raise HTTPError(409)

    browser = mount(index, *PAGES, **ram.settings)
    browser.get("/", status=409)
    assert browser.get("/reads").text == "1"


@pytest.mark.parametrize(
    ("error", "status"), [(lambda: HTTPError(409), 409), (lambda: HTTPRedirect("/reads"), 302)]
)
def test_a_stream_that_fails_at_once(mount, ram, error, status):
    """What was written before an error ahead of the first chunk is saved, with its cookie."""

    def index():
        session["n"] = 1
        if session["n"]:
            raise error()
        yield b"a"

    config = {"/": {"response.stream": True}}
    browser = mount(index, *PAGES, config=config, **ram.settings)
    assert cookie_of(browser.get("/", status=status))
    assert browser.get("/reads").text == "1"
    assert len(ram(None).store.locks) == 0


def stream(function):
    function._cp_config = {"response.stream": True}
    return function


def run_stream(app, path="/", id=None):
    """Return the chunks of a page as they come, with the status line and headers before."""
    head = []
    environ = client(app).RequestClass.blank(path).environ
    if id:
        environ["HTTP_COOKIE"] = f"session_id={id}"
    body = app(environ, lambda status, headers, exc_info=None: head.extend([status, headers]))
    try:
        yield head
        yield from body
    finally:
        body.close()


@pytest.mark.parametrize("locking", ["implicit", "early", "merge"])
def test_streams_are_saved_and_unlocked_first(mount, watched, locking):
    """What is written before the first chunk is saved and unlocked before the rest."""

    @stream
    def index():
        session["n"] = 5
        yield b"a"
        yield b"b"

    browser = mount(index, *PAGES, locking=locking, lock_timeout=0, **watched.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    chunks = run_stream(browser.app, id=id)
    head = next(chunks)
    assert head[0] == "200 OK"
    assert next(chunks) == b"a"
    assert client(browser.app, id).get("/reads").text == "5"
    assert list(chunks) == [b"b"]


@pytest.mark.parametrize("locking", ["implicit", "explicit", "merge"])
def test_what_the_rest_of_a_stream_changes(mount, watched, locking):
    """What is changed after the first chunk is saved at the end, in place or not."""

    @stream
    def index():
        session["list"].append(1)
        yield b"a"
        session["list"].append(2)
        yield b"b"

    def shows():
        return str(session["list"])

    browser = mount(index, shows, *PAGES, locking=locking, **watched.settings)
    browser.get("/begins_list")
    assert browser.get("/").text == "ab"
    assert browser.get("/shows").text == "[0, 1, 2]"


def test_the_end_of_a_stream_comes_after_its_changes(mount, ram):
    """When the client sees the end of a stream, what it has changed is saved already."""

    @stream
    def index():
        yield b"a"
        session["n"] = 7

    browser = mount(index, *PAGES, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    environ = client(browser.app).RequestClass.blank("/").environ
    body = browser.app({**environ, "HTTP_COOKIE": f"session_id={id}"}, lambda *head: None)
    assert list(body) == [b"a"]
    assert client(browser.app, id).get("/reads").text == "7"
    body.close()


def test_changes_at_the_end_of_a_stream_that_cannot_be_saved(mount, tmp_path, error_lines):
    """The page is whole all the same, as its head said; the log says once what is lost."""

    @stream
    def index():
        yield b"a"
        session["odd"] = object()

    browser = mount(index, *PAGES, storage_class="file", storage_path=str(tmp_path / "store"))
    browser.get("/writes")
    assert browser.get("/").text == "a"
    assert sum("session['odd']" in text for text in error_lines) == 1


def test_a_touch_in_mid_stream_locks_nothing(mount, ram):
    """Who looks into the session late does not hold its lock while he sends."""

    @stream
    def index():
        yield b"a"
        session["n"] = session["n"] + 1
        yield b"b"
        yield b"c"

    browser = mount(index, *PAGES, lock_timeout=0, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    chunks = run_stream(browser.app, id=id)
    next(chunks)
    assert [next(chunks), next(chunks)] == [b"a", b"b"]
    assert client(browser.app, id).get("/writes?n=1").text == "written"
    assert list(chunks) == [b"c"]
    assert browser.get("/reads").text == "2"


def test_an_explicit_lock_in_mid_stream(mount, ram):
    """acquire_lock() locks in a stream too, until its end."""

    @stream
    def index():
        yield b"a"
        session.acquire_lock()
        yield b"b"

    browser = mount(index, *PAGES, lock_timeout=0, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    chunks = run_stream(browser.app, id=id)
    next(chunks)
    assert [next(chunks), next(chunks)] == [b"a", b"b"]
    client(browser.app, id).get("/reads", status=503)
    assert list(chunks) == []
    assert client(browser.app, id).get("/reads").text == "1"


def test_a_session_begun_too_late(mount, ram, error_text):
    """A session begun after the head was sent is saved in vain; the log says so."""

    @stream
    def index():
        yield b"a"
        session["n"] = 1
        yield b"b"

    answer = mount(index, **ram.settings).get("/")
    assert answer.text == "ab"
    assert cookie_of(answer) is None
    assert "Write to the session before the first chunk." in error_text()


def test_a_stream_that_breaks_off(mount, ram, error_lines):
    """An error in mid-stream leaves no lock."""

    @stream
    def index():
        session["n"] = 1
        yield b"a"
        raise ZeroDivisionError

    browser = mount(index, *PAGES, lock_timeout=0, **ram.settings)
    browser.get("/writes?n=3")
    with pytest.raises(ZeroDivisionError):
        browser.get("/")
    assert len(ram(None).store.locks) == 0


def test_save_in_the_handler(mount, watched):
    """What is changed after session.save() is saved at the end."""

    def index():
        session["n"] = 1
        session.save()
        session["n"] = 2
        return "x"

    browser = mount(index, *PAGES, **watched.settings)
    browser.get("/")
    assert browser.get("/reads").text == "2"
    browser.get("/")
    assert browser.get("/reads").text == "2"


# Hooks ----------------------------------------------------------------------------------------


def hooks_of(page):
    return {
        point: [(hook.priority, hook.failsafe) for hook in hooks if "sessions" in origin(hook)]
        for point, hooks in page.items()
    }


def origin(hook):
    return getattr(hook.callback, "func", hook.callback).__module__


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [(50, False)]),
        ({"priority": 70}, [(70, False)]),
        ({"locking": "early"}, [(50, False), (60, False)]),
        ({"locking": "early", "priority": 30}, [(30, False), (60, False)]),
        ({"locking": "explicit"}, [(50, False)]),
    ],
)
def test_hooks(mount, ram, settings, expected):
    """The hooks are where CherryPy has them (BEHAVIOUR 7.1)."""
    seen = []

    def index():
        seen.append(hooks_of(request.hooks))
        return "x"

    mount(index, **settings, **ram.settings).get("/")
    (hooks,) = seen
    assert hooks["before_request_body"] == expected
    assert hooks["before_finalize"] == [(50, True)]
    assert hooks["on_end_request"] == [(90, True)]


def test_saved_although_another_hook_failed(mount, ram, error_lines):
    """An error of an earlier hook does not keep the session from being saved."""

    def fail():
        raise HTTPError(400)

    browser = mount(*PAGES, config={"/writes": {"hooks.before_finalize": fail}}, **ram.settings)
    cookie = cookie_of(browser.get("/writes", expect_errors=True))
    assert client(browser.app, cookie["value"]).get("/reads").text == "1"


# Settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"timeuot": 5}, "mean 'tools.sessions.timeout'?"),
        ({"secur": True}, "mean 'tools.sessions.secure'?"),
        ({"lock_timeuot": 5}, "mean 'tools.sessions.lock_timeout'?"),
        ({"completely_else": 5}, "completely_else"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 0}, "more than 0"),
        ({"timeout": True}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"clean_freq": -1}, "0 (never) or more"),
        ({"absolute_timeout": 0}, "absolute_timeout"),
        ({"locking": "optimistic"}, "'implicit', 'early', 'explicit', 'merge'"),
        ({"lock_timeout": "5"}, "lock_timeout"),
        ({"lock_timeout": False}, "lock_timeout"),
        ({"lock_timeout": -1}, "lock_timeout"),
        ({"lock_timeout": float("nan")}, "lock_timeout"),
        ({"lock_timeout": timedelta(seconds=-1)}, "lock_timeout"),
        ({"storage_class": "file"}, "storage_path"),
        ({"storage_class": "memcached", "key_prefix": "a b"}, "key_prefix"),
        ({"merge": {"a": "newest"}}, "Unknown policy 'newest'"),
        ({"merge": "sum"}, "merge"),
        ({"storage_class": "ramm"}, "'ram', 'file', 'memcached', 'redis'"),
        ({"storage_class": 5}, "storage_class"),
        ({"storage_class": dict}, "derived from Session"),
        ({"storage_class": "collections.OrderedDict"}, "derived from Session"),
        ({"samesite": "None"}, "Set tools.sessions.secure to True too"),
        ({"samesite": "Sometimes"}, "'Lax', 'Strict', 'None'"),
        ({"storage_class": "file", "storage_path": "x", "serializer": "pickle"}, "secret"),
        ({"storage_class": "file", "storage_path": "x", "secret": "short"}, "at least"),
        ({"storage_class": "file", "storage_path": "x", "serializer": "yaml"}, "serializer"),
        ({"storage_path": "/tmp"}, "storage_path"),
    ],
)
def test_settings_that_cannot_be(mount, settings, text):
    """What cannot be meant is refused when the application is mounted, with the remedy."""
    with pytest.raises(ConfigError) as caught:
        mount(*PAGES, **settings)
    assert text in str(caught.value)
    assert "tools.sessions" in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"storage_class": RamSession},
        {"storage_class": "ram"},
        {"storage_class": "RamSession"},
        {"storage_class": "Ram"},
        {"storage_class": "wsgicherry.lib.sessions.RamSession"},
        {"storage_class": "wsgicherry.lib.sessions.builtin.RamSession"},
        {"storage_type": "ram"},
        {"storage_class": None},
        {},
    ],
)
def test_storage_classes(mount, settings):
    """The class is told by itself, by its dotted or short name, or by CherryPy's old key."""

    def index():
        return type(session._target()).__name__

    assert mount(index, **settings).get("/").text == "RamSession"


def test_the_deprecated_storage_type(site, mount):
    """CherryPy's `storage_type` works, and the check names what stands in for it."""
    mount(*PAGES, storage_type="ram")
    (finding,) = [each for each in site.check() if each.rule == "obsolete"]
    assert finding.severity == "advice"
    assert "tools.sessions.storage_class" in finding.message


@pytest.mark.parametrize("name", ["nowhere.at.all.Session", "wsgicherry.lib.sessions.Sesion"])
def test_a_class_that_is_not_there(mount, error_text, name):
    """A dotted name may be there later; as long as it is not, the page is refused."""
    browser = mount(*PAGES, storage_class=name)
    browser.get("/untouched", status=500)
    assert f"tools.sessions.storage_class = {name}: It cannot be imported" in error_text()


@pytest.mark.parametrize("kind", ["ram", "derived"])
def test_ram_in_several_processes(mount, ram, error_text, kind):
    """RAM sessions under several workers are refused at once; the log has the remedy."""
    browser = mount(*PAGES, storage_class="ram" if kind == "ram" else ram)
    answer = browser.get("/untouched", extra_environ={"wsgi.multiprocess": True}, status=500)
    assert "Set tools.sessions.storage_class to 'file', 'memcached' or 'redis'" in error_text()
    assert "storage_class" not in answer.text
    assert browser.get("/reads").text == "None"


def test_files_in_several_processes(mount, tmp_path):
    """What is shared between processes is served by any number of workers."""
    browser = mount(*PAGES, storage_class="file", storage_path=str(tmp_path))
    environ = {"wsgi.multiprocess": True}
    browser.get("/writes", extra_environ=environ)
    assert browser.get("/reads", extra_environ=environ).text == "1"


def test_two_stores_in_one_process(mount, tmp_path):
    """Two applications of a process keep their sessions in stores of different kinds."""
    browser = mount(*PAGES, storage_class="ram", name="one")
    files = {"storage_class": "file", "storage_path": str(tmp_path), "name": "two"}
    mount(*PAGES, script_name="/other", **files)
    browser.get("/writes?n=1")
    browser.get("/other/writes?n=2")
    assert browser.get("/reads").text == "1"
    assert browser.get("/other/reads").text == "2"


# By hand --------------------------------------------------------------------------------------


def test_regenerate_of_the_tool(mount, ram, site):
    """tools.sessions.regenerate() gives a new id; the cookie keeps all its attributes."""

    def index():
        site.toolboxes["tools"].sessions.regenerate()
        return "x"

    browser = mount(index, *PAGES, persistent=False, path="/", httponly=True, **ram.settings)
    old = cookie_of(browser.get("/writes"))
    new = cookie_of(browser.get("/"))
    assert new["value"] != old["value"]
    assert {**new, "value": ""} == {**old, "value": ""}
    assert browser.get("/reads").text == "1"
    assert client(browser.app, old["value"]).get("/reads").text == "None"


def test_the_callable_by_hand(site, ram):
    """tools.sessions.callable(...) gives the request a session; `save` and `close` keep it."""

    class Page:
        @expose
        def index(self):
            site.toolboxes["tools"].sessions.callable(**ram.settings)
            sessions.init(**ram.settings)  # a second time: the session is there
            session["n"] = 1
            sessions.save()
            sessions.close()
            return "x"

    site.tree.mount(Page(), "", {"/": {}})
    answer = client(site.tree).get("/")
    assert cookie_of(answer)
    assert ram.calls == NEW


def test_without_the_tool(mount, error_lines):
    """Without the tool there is no session, and the error names the key."""

    def index():
        try:
            session["n"]
        except AttributeError as error:
            return str(error)

    browser = mount(index, config={"/": {"tools.sessions.on": False}})
    assert browser.get("/").text == "This request has no session."


def test_decorators(site, ram):
    """@tools.sessions(...) turns sessions on for one page or a class of them."""
    tool = site.toolboxes["tools"].sessions

    @tool(timeout=5, **ram.settings)
    class Page:
        @expose
        def index(self):
            session["n"] = 1
            return "x"

        @expose
        @tool(timeout=2)
        def other(self):
            return str(session.setdefault("n", 2))

    site.tree.mount(Page(), "", {"/": {}})
    assert cookie_of(client(site.tree).get("/"))["max-age"] == "300"
    assert cookie_of(client(site.tree).get("/other"))["max-age"] == "120"
    with pytest.raises(TypeError, match="does not accept positional"):
        tool(5)


def test_debug_log(mount, ram, error_text):
    """With debug=True the log tells of a session's way, and never a whole id."""
    browser = mount(*PAGES, debug=True, **ram.settings)
    cookie = cookie_of(browser.get("/writes"))
    client(browser.app, ID).get("/reads")
    text = error_text()
    assert "is kept for 60 minutes." in text
    assert f"{ID[:6]}...' is not known." in text
    assert ID not in text and cookie["value"] not in text


def test_no_debug_log(mount, ram, error_text):
    """Without it nothing is logged of sessions."""
    mount(*PAGES, **ram.settings).get("/writes")
    assert "TOOLS.SESSIONS" not in error_text()


def test_expire(mount, ram):
    """sessions.expire() has the client forget the cookie; the data stays (BEHAVIOUR 7.2)."""

    def index():
        sessions.expire()
        return "x"

    browser = mount(index, *PAGES, **ram.settings)
    id = cookie_of(browser.get("/writes"))["value"]
    cookie = cookie_of(browser.get("/"))
    assert cookie["max-age"] == "0"
    assert client(browser.app, id).get("/reads").text == "1"


def test_expire_and_write(mount, ram):
    """What is written beside an expire() is saved, but the cookie goes nevertheless."""

    def index():
        session["n"] = 9
        sessions.expire()
        session["n"] = 10
        return "x"

    browser = mount(index, *PAGES, **ram.settings)
    cookie = cookie_of(browser.get("/"))
    assert cookie["max-age"] == "0"


def test_logout_and_a_message(mount, ram):
    """What is written after a logout() begins a new session, whose cookie is sent."""

    def index():
        session.logout()
        session["n"] = 8
        return "x"

    browser = mount(index, *PAGES, **ram.settings)
    old = cookie_of(browser.get("/writes"))["value"]
    new = cookie_of(browser.get("/"))
    assert new["value"] != old
    assert new["max-age"] == "3600"
    assert browser.get("/reads").text == "8"
    assert client(browser.app, old).get("/reads").text == "None"


def test_set_response_cookie(mount, ram):
    """lib.sessions.set_response_cookie sends the cookie as it is told (BEHAVIOUR 7.2)."""

    def index():
        sessions.set_response_cookie(path="/app", name="sid", timeout=None, samesite="Strict")
        return session.id

    answer = mount(index, **ram.settings).get("/")
    cookie = cookie_of(answer, "sid")
    assert cookie == {
        "value": answer.text,
        "path": "/app",
        "samesite": "Strict",
        "httponly": True,
    }


def test_set_response_cookie_of_a_session_that_is_saved(mount, ram):
    """The end of the request sends the cookie as it was told, with the id that it has then."""

    def index():
        session["n"] = 1
        sessions.set_response_cookie(timeout=2, samesite="Strict")
        session.regenerate()
        return session.id

    answer = mount(index, **ram.settings).get("/")
    cookie = cookie_of(answer)
    assert (cookie["value"], cookie["max-age"], cookie["samesite"]) == (
        answer.text,
        "120",
        "Strict",
    )


def test_head(mount, ram):
    """A HEAD keeps what its handler writes."""
    browser = mount(*PAGES, **ram.settings)
    browser.head("/writes?n=4")
    assert browser.get("/reads").text == "4"


def test_anonymous_requests_leave_nothing(mount, watched):
    """However many come without a cookie and write nothing: no session, no lock, no cookie."""
    mounted = mount(*PAGES, **watched.settings)
    for path in ("/untouched", "/reads") * 20:
        assert "Set-Cookie" not in client(mounted.app).get(path).headers
        assert "Set-Cookie" not in client(mounted.app, ID).get(path).headers
    assert not {"save", "touch", "add_id", "set_aside"} & set(watched.calls)


def test_the_settings_that_there_are():
    """The check of a config knows every setting of the classes in the box, and no state."""
    known = list_settings()
    for name in (
        *("storage_class", "path", "name", "timeout", "samesite", "partitioned", "locking"),
        *("storage_path", "servers", "url", "client", "key_prefix", "store_timeout"),
        *("secret", "serializer", "merge", "lock_timeout", "absolute_timeout", "clean_freq"),
    ):
        assert name in known
    state = {
        "store",
        "codec",
        "locked",
        "loaded",
        "touched",
        "originalid",
        "stores",
        "on_touch",
        "attributes",
    }
    assert not state & set(known)
    assert not [name for name in known if name.startswith("_")]


def test_settings_of_ones_own(site, ram):
    """A class of the program's own takes any setting (CherryPy's rule); else they are known."""
    tool = site.toolboxes["tools"].sessions
    assert tool.takes_others
    assert "storage_path" in tool.arguments()
    assert tool.timeout is tool.storage_path is None  # introspection (BEHAVIOUR 6.1)
    assert "timeout" in dir(tool)
    with pytest.raises(AttributeError):
        tool.no_such_setting  # noqa: B018
    with pytest.raises(AttributeError, match="cannot be turned on directly"):
        tool.on = True
    assert not has_own_classes(type("Childless", (), {}))


def test_hooks_by_hand_without_a_session(site):
    """save() and close() do nothing in a request that has no session."""

    class Page:
        @expose
        def index(self):
            sessions.save()
            sessions.close()
            return "x"

    site.tree.mount(Page(), "", {"/": {}})
    assert client(site.tree).get("/").text == "x"


def test_large_files(mount, ram, tmp_path):
    """A file that is sent in chunks is left to the server; the session is saved before."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(1_000_000))

    def index():
        session["n"] = 6
        return serve_file(str(path))

    browser = mount(index, *PAGES, config={"/index": {"response.stream": True}}, **ram.settings)
    answer = browser.get("/")
    assert len(answer.body) == 1_000_000
    assert browser.get("/reads").text == "6"


def test_a_session_on_a_page_of_a_webob_response(mount, ram):
    """A handler that returns a response of WebOb's has its session kept as well."""

    def index():
        session["n"] = 6
        return Response("plain", content_type="text/plain")

    browser = mount(index, *PAGES, **ram.settings)
    answer = browser.get("/")
    assert (answer.text, answer.headers["Cache-Control"]) == ("plain", "private")
    assert browser.get("/reads").text == "6"


def test_beside_a_tool_that_decides_for_each_request(site, mount, ram):
    """A tool with a _setup() of its own has all tools set up in each request (6.1)."""

    class Deciding:
        def _setup(self):
            request.was_set_up = True

    site.toolboxes["tools"].deciding = Deciding()

    def index():
        session["n"] = session.get("n", 0) + 1
        return f"{session['n']} {request.was_set_up}"

    browser = mount(index, config={"/": {"tools.deciding.on": True}}, **ram.settings)
    assert [browser.get("/").text for _ in range(3)] == ["1 True", "2 True", "3 True"]
    assert ram.calls == ["save", "lock", "load", "save", "lock", "load", "save"]


@pytest.mark.parametrize(
    ("own", "sent"), [("*", "*"), ("cookie", "cookie"), ("A", "A, Cookie")]
)
def test_a_vary_of_the_handlers(mount, ram, own, sent):
    """Vary names Cookie once, and '*' says it already."""

    def index():
        response.headers["Vary"] = own
        return str(session.get("n"))

    assert mount(index, **ram.settings).get("/").headers["Vary"].replace(", ", ",") == (
        sent.replace(", ", ",")
    )


def test_the_monitor_of_ram_sessions(mount):
    """RamSession.clean_thread is the monitor of its store (BEHAVIOUR 7.3)."""
    mount(*PAGES, storage_class="ram").get("/reads")
    assert RamSession.clean_thread.name == "Session cleanup"
    assert RamSession(None).clean_thread is RamSession.clean_thread
