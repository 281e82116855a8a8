"""Two requests of one session at once: who waits, who is told to come back, what is merged."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from session_pages import client, cookie_of, session
from webob import Request

from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.hooks import Hook

PATIENCE_SECONDS = 20


def reads(key="n"):
    return str(session.get(key))


def writes(key="n", value="1"):
    session[key] = int(value)
    return "written"


def untouched():
    return "untouched"


def counts():
    session["n"] = session.get("n", 0) + 1
    return "counted"


def adds():
    session.counter("n").add(1)
    return "added"


def ends():
    session.delete()
    return "ended"


PAGES = (reads, writes, untouched, counts, adds, ends)


class Meeting:
    """A page that stops in its middle until the test lets it go on."""

    def __init__(self):
        self.is_inside, self.may_go = threading.Event(), threading.Event()

    def wait(self):
        self.is_inside.set()
        assert self.may_go.wait(PATIENCE_SECONDS)


@pytest.fixture
def meeting():
    meeting = Meeting()
    yield meeting
    meeting.may_go.set()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def begin(browser, path="/writes?value=0"):
    """Return the id of a session that was begun."""
    return cookie_of(browser.get(path))["value"]


def go(pool, app, id, path, **options):
    return pool.submit(lambda: client(app, id).get(path, **options))


def text(future):
    return future.result(PATIENCE_SECONDS).text


# Locks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_one_at_a_time(mount, watched, meeting, pool, locking):
    """Under 'implicit' and 'early' the second request of a session waits for the first."""

    def stays():
        session["n"] = session["n"] + 1
        meeting.wait()
        return "stayed"

    browser = mount(stays, *PAGES, locking=locking, **watched.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    second = go(pool, browser.app, id, "/counts")
    others = begin(client(browser.app))  # other sessions do not wait
    assert others != id
    assert not second.done()
    meeting.may_go.set()
    assert (text(first), text(second)) == ("stayed", "counted")
    assert client(browser.app, id).get("/reads").text == "2"


@pytest.mark.parametrize("locking", ["explicit", "merge"])
def test_nobody_waits(mount, watched, meeting, pool, locking):
    """Under 'explicit' and 'merge' nobody waits; what the two changed is there afterwards."""

    def stays():
        session["mine"] = 1
        meeting.wait()
        return "stayed"

    browser = mount(stays, *PAGES, locking=locking, **watched.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    assert client(browser.app, id).get("/writes?value=5").text == "written"
    meeting.may_go.set()
    assert text(first) == "stayed"
    assert client(browser.app, id).get("/reads").text == "5"
    assert client(browser.app, id).get("/reads?key=mine").text == "1"


def test_implicit_locks_at_the_first_touch(mount, ram, meeting, pool):
    """Under 'implicit' a request that has not looked into its session yet locks nobody out."""

    def stays():
        meeting.wait()
        return str(session["n"])

    browser = mount(stays, *PAGES, lock_timeout=0, **ram.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    client(browser.app, id).get("/writes?value=7")
    meeting.may_go.set()
    assert text(first) == "7"


def test_early_locks_before_the_body(mount, ram):
    """Under 'early' the session is locked when the body is read, touched or not."""
    seen = []

    def look():
        seen.append((len(ram(None).store.locks), session.locked))

    hooks = {f"hooks.before_request_body.{p}": Hook(look, priority=p) for p in (55, 65)}
    config = {"/untouched": hooks}
    browser = mount(*PAGES, locking="early", config=config, **ram.settings)
    begin(browser)
    browser.get("/untouched")
    assert seen == [(0, False), (1, True)]


def test_explicit_locks_by_hand(mount, watched, pool):
    """Under 'explicit' acquire_lock() makes a request safe: none of 40 additions is lost."""

    def counts_safely():
        session.acquire_lock()
        session["n"] += 1
        return "counted"

    browser = mount(counts_safely, *PAGES, locking="explicit", **watched.settings)
    id = begin(browser)
    done = [go(pool, browser.app, id, "/counts_safely") for _ in range(40)]
    assert {text(each) for each in done} == {"counted"}
    assert client(browser.app, id).get("/reads").text == "40"


@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_nothing_is_lost(mount, watched, pool, locking):
    """Under a lock none of 40 additions at once is lost."""
    browser = mount(*PAGES, locking=locking, **watched.settings)
    id = begin(browser)
    done = [go(pool, browser.app, id, "/counts") for _ in range(40)]
    assert {text(each) for each in done} == {"counted"}
    assert client(browser.app, id).get("/reads").text == "40"


@pytest.mark.parametrize("seconds", [0, 0.01, timedelta(milliseconds=10)])
@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_lock_timeout(mount, watched, meeting, pool, seconds, locking):
    """Who waits longer than `lock_timeout` is told to come back: 503, Retry-After, same id."""

    def stays():
        session["n"] = 1
        meeting.wait()
        return "stayed"

    settings = {**watched.settings, "lock_timeout": seconds, "locking": locking}
    browser = mount(stays, *PAGES, **settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    answer = client(browser.app, id).get("/counts", status=503)
    assert answer.headers["Retry-After"] == "1"
    assert cookie_of(answer) is None
    assert "Other requests of yours are still running" in answer.text
    assert answer.headers["Cache-Control"] == "private"
    meeting.may_go.set()
    assert text(first) == "stayed"
    assert client(browser.app, id).get("/counts").text == "counted"


def test_no_limit(mount, ram, meeting, pool):
    """lock_timeout=None waits as long as it takes."""

    def stays():
        session["n"] = 1
        meeting.wait()
        return "stayed"

    browser = mount(stays, *PAGES, lock_timeout=None, **ram.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    second = go(pool, browser.app, id, "/counts")
    meeting.may_go.set()
    assert (text(first), text(second)) == ("stayed", "counted")


def test_after_a_lock_timeout_nothing_is_asked(mount, ram, meeting, pool):
    """A handler that goes on after the 503 gets it again; the store is left alone."""
    asked = []

    def stubborn():
        for _ in range(3):
            try:
                session["n"] = 5
            except HTTPError as error:
                asked.append(error.code)
        return "went on"

    def stays():
        session["n"] = 1
        meeting.wait()
        return "stayed"

    browser = mount(stays, stubborn, *PAGES, lock_timeout=0, **ram.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    del ram.calls[:]
    assert client(browser.app, id).get("/stubborn").text == "went on"
    assert asked == [503] * 3
    assert ram.calls == ["lock"]
    meeting.may_go.set()
    text(first)


@pytest.mark.parametrize(
    "error",
    [
        lambda: HTTPError(400),
        lambda: HTTPError(500),
        lambda: HTTPRedirect("/reads"),
        lambda: ValueError(),
        lambda: SystemExit(),
        lambda: GeneratorExit(),
        lambda: TypeError("handler"),
    ],
)
@pytest.mark.parametrize("locking", ["implicit", "early", "explicit"])
def test_given_back_on_every_path(mount, watched, error_lines, error, locking):
    """However a request ends, the next one finds the session unlocked."""

    def fails():
        session["n"] = 1
        if locking == "explicit":
            session.acquire_lock()
        raise error()

    settings = {**watched.settings, "lock_timeout": 0, "locking": locking}
    browser = mount(fails, *PAGES, **settings)
    id = begin(browser)
    with contextlib.suppress(GeneratorExit):
        client(browser.app, id).get("/fails", status="*")
    assert client(browser.app, id).get("/counts").text == "counted"
    assert client(browser.app, id).get("/ends").text == "ended"


def test_given_back_before_an_error_page_is_sent(mount, ram):
    """Nobody waits for a client that is slow to take the page of an unexpected error."""

    def fails():
        session["n"] = 1
        raise ValueError

    browser = mount(fails, *PAGES, lock_timeout=0, **ram.settings)
    id = begin(browser)
    request = Request.blank("/fails", headers={"Cookie": f"session_id={id}"})
    page = browser.app(request.environ, lambda status, headers, error=None: None)
    assert client(browser.app, id).get("/counts").text == "counted"
    page.close()


@pytest.mark.parametrize("end", ["delete", "logout", "regenerate", "save", "release_lock"])
def test_given_back_after_each_end(mount, watched, end):
    """Whatever a handler does with a locked session, no lock is left."""

    def acts():
        session["n"] = 1
        getattr(session, end)()
        return session.id

    browser = mount(acts, *PAGES, lock_timeout=0, **watched.settings)
    id = begin(browser)
    after = client(browser.app, id).get("/acts").text
    for each in (id, after):
        assert client(browser.app, each).get("/counts").text == "counted"


# Merging --------------------------------------------------------------------------------------


def meet(mount, kind, meeting, pool, change, other, **settings):
    """Have one request `change` the session while another calls the page `other`; return the
    answer of the first, and what tells the session's items.
    """

    def stays():
        change()
        meeting.wait()
        return "stayed"

    def shows():
        return repr(sorted(session.items()))

    settings = {"locking": "merge", **kind.settings, **settings}
    browser = mount(stays, shows, *PAGES, **settings)
    id = begin(browser, "/writes?value=10")
    first = pool.submit(lambda: client(browser.app, id).get("/stays", status="*"))
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    client(browser.app, id).get(other)
    meeting.may_go.set()
    return first.result(PATIENCE_SECONDS), lambda: client(browser.app, id).get("/shows").text


@pytest.mark.parametrize(
    ("policies", "kept"),
    [
        ({}, 12),
        ({"n": "last"}, 12),
        ({"n": "first"}, 15),
        ({"n": "max"}, 15),
        ({"n": "min"}, 12),
        ({"n": "sum"}, 17),
        ({"*": "sum"}, 17),
        ({"n": lambda base, theirs, ours: [base, theirs, ours]}, [10, 15, 12]),
    ],
)
def test_policies(mount, watched, meeting, pool, policies, kept):
    """What both changed is settled by the key's policy."""
    answer, shows = meet(
        mount,
        watched,
        meeting,
        pool,
        lambda: session.update(n=12, mine=1),
        "/writes?value=15",
        merge=policies,
    )
    assert answer.status_int == 200
    assert shows() == repr([("mine", 1), ("n", kept)])


def test_a_conflict(mount, watched, meeting, pool, error_lines):
    """Under the policy 'raise' the second is told 409; what the first saved stays."""
    answer, shows = meet(
        mount,
        watched,
        meeting,
        pool,
        lambda: session.update(n=12, mine=1),
        "/writes?value=15",
        merge={"n": "raise"},
    )
    assert answer.status_int == 409
    assert "Another request of yours changed the same thing" in answer.text
    assert answer.headers["Cache-Control"] == "private"
    assert shows() == "[('n', 15)]"


@pytest.mark.parametrize("locking", ["merge", "explicit"])
def test_an_ended_session_is_not_brought_back(mount, watched, meeting, pool, locking):
    """Who logs out is logged out: a request that is running still saves nothing."""
    answer, shows = meet(
        mount,
        watched,
        meeting,
        pool,
        lambda: session.update(n=12),
        "/ends",
        locking=locking,
    )
    assert answer.text == "stayed"
    assert cookie_of(answer) is None
    assert shows() == "[]"


def test_regenerated_meanwhile(mount, watched, meeting, pool):
    """A request that runs while another logs in does not write to the old id any more."""

    def moves():
        session.regenerate()
        return "moved"

    def stays():
        session["n"] = 99
        meeting.wait()
        return "stayed"

    browser = mount(moves, stays, *PAGES, locking="merge", **watched.settings)
    id = begin(browser)
    first = go(pool, browser.app, id, "/stays")
    assert meeting.is_inside.wait(PATIENCE_SECONDS)
    moved = client(browser.app, id)
    assert moved.get("/moves").text == "moved"
    meeting.may_go.set()
    assert text(first) == "stayed"
    assert client(browser.app, id).get("/reads").text == "None"
    assert moved.get("/reads").text == "0"


@pytest.mark.parametrize("locking", ["implicit", "early", "explicit", "merge"])
def test_counters(mount, watched, pool, locking):
    """40 additions at once to a counter are 40, under every way of locking."""
    browser = mount(*PAGES, locking=locking, **watched.settings)
    id = begin(browser)
    done = [go(pool, browser.app, id, "/adds") for _ in range(40)]
    assert {text(each) for each in done} == {"added"}
    assert client(browser.app, id).get("/reads").text == "40"


def test_round_trips(mount, watched):
    """A request that changes its session asks the store three times locked, twice to merge."""
    for locking, expected in [("implicit", ["lock", "load", "save"]), ("merge", None)]:
        name = f"/{locking}"
        browser = mount(*PAGES, script_name=name, locking=locking, **watched.settings)
        begin(browser, f"{name}/writes")
        del watched.calls[:]
        browser.get(f"{name}/counts")
        assert watched.calls == (expected or ["load", "save"])


def test_readers_do_not_disturb(mount, watched, meeting, pool):
    """A request that only reads keeps nobody's change from being kept."""
    answer, shows = meet(mount, watched, meeting, pool, lambda: session["n"], "/writes?value=3")
    assert answer.text == "stayed"
    assert shows() == "[('n', 3)]"


def test_two_first_requests(mount, watched, pool):
    """Two first requests of a client at once begin two sessions: none is mixed with another."""
    browser = mount(*PAGES, **watched.settings)
    ids = [pool.submit(lambda: begin(client(browser.app))) for _ in range(8)]
    assert len({each.result(PATIENCE_SECONDS) for each in ids}) == 8
