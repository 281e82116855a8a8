"""A session store that is down, hung or started again, as browsers see it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from session_sites import begin, serve_sessions, store_of_test  # noqa: F401  fixtures

# SECURITY 1.4 (27) says 0.5 s for an answer. This is for a machine that is busy with other
# things; `pytest -rP` shows what was measured.
ANSWER_SECONDS = 1.5
RETURN_SECONDS = 1.0
GIVE_UP_SECONDS = 10.0
BROWSERS = 8
POLL_SECONDS = 0.01


class Daemon(NamedTuple):
    """What can be done to a store's server, by its fault: a way in and a way out of it."""

    fail: object
    mend: object
    keeps: bool  # what it held before


def faults_of(name, request):
    """Return the faults of a daemon of the test's own."""
    if name == "memcached":
        daemon = request.getfixturevalue("memcached")
        return {
            "killed": Daemon(daemon.kill, daemon.start, False),
            "hung": Daemon(daemon.hang, daemon.resume, True),
        }
    daemon = request.getfixturevalue("redis_daemon")
    return {
        "killed": Daemon(daemon.kill, daemon.start, False),
        "hung": Daemon(daemon.hang, daemon.go_on, True),
    }


@pytest.fixture(params=["memcached", "redis"])
def store(request):
    """Give each store of the network in turn."""
    return request.param


@pytest.fixture(params=["killed", "hung"])
def fault(request, store):
    """Give each fault in turn; it is mended when the test ends."""
    return faults_of(store, request)[request.param]


@pytest.fixture(params=["gthread", "waitress"])
def server(request, serve_sessions, store_of_test, store):  # noqa: F811
    """Give a server with that store, on each kind that runs requests side by side."""
    options = ("-w", "1", "--threads", "20") if request.param == "gthread" else ()
    return serve_sessions(request.param, store_of_test(store), *options)


def check_refusal(answer):
    """An outage is a 503 which says when to come again, and leaves the cookie alone."""
    assert answer.status == 503
    assert int(answer.header("Retry-After")) >= 1
    assert answer.header("Set-Cookie") is None


def wait_for_the_return(browser, path, began_at):
    """Ask until there is a good answer; return it, and the seconds since `began_at`."""
    while True:
        answer = browser.get(path)
        seconds = time.monotonic() - began_at
        if answer.status == 200:
            return answer, seconds
        check_refusal(answer)
        assert seconds < GIVE_UP_SECONDS
        time.sleep(POLL_SECONDS)


@pytest.mark.parametrize("locking", ["implicit", "merge"])
def test_a_store_that_is_gone(server, fault, locking):
    """A store that is down or hung: 503 soon, for each of many browsers; pages without a
    session are answered as ever; and all is well as soon as it is back.
    """
    page = f"/{locking}/add"
    browsers = [begin(server.browser(), f"/{locking}") for _ in range(BROWSERS)]
    first, ids = browsers[0], [each.id for each in browsers]
    fault.fail()
    try:
        answer, seconds = first.timed(page)
        check_refusal(answer)
        with ThreadPoolExecutor(BROWSERS) as pool:
            asked = [pool.submit(each.timed, page) for each in browsers]
            plain, plain_seconds = server.browser().timed(f"/{locking}/")
            answers = [each.result() for each in asked]
    finally:
        fault.mend()
    good, return_seconds = wait_for_the_return(first, page, time.monotonic())
    slowest = max(each_seconds for _, each_seconds in answers)
    print("first 503, slowest of 8 at once, plain page, first good answer:", end="")
    print(*(f" {s * 1000:.0f} ms" for s in (seconds, slowest, plain_seconds, return_seconds)))
    for answer, _ in answers:
        check_refusal(answer)
    assert plain.status == 200
    assert max(seconds, slowest, plain_seconds) < ANSWER_SECONDS
    assert return_seconds < RETURN_SECONDS
    assert [each.id for each in browsers[1:]] == ids[1:]
    if fault.keeps:
        assert first.id == ids[0]
        # An increment that was refused may have been made: the answer to it was lost.
        assert int(first.get(f"/{locking}/count").body) >= 2
    else:
        assert first.id != ids[0]
        assert first.get(f"/{locking}/count").body == b"1"


def test_a_store_that_started_again(server, store, request):
    """After a restart of the store, unnoticed, the next request of each browser is answered:
    no connection of before is in the way.
    """
    browsers = [begin(server.browser(), "/implicit") for _ in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as pool:  # so that there are many connections
        list(pool.map(lambda each: each.get("/implicit/add?work=0.02"), browsers))
        fault = faults_of(store, request)["killed"]
        fault.fail()
        fault.mend()
        answers = list(pool.map(lambda each: each.timed("/implicit/add"), browsers))
    print(f"slowest: {max(seconds for _, seconds in answers) * 1000:.0f} ms")
    assert [answer.status for answer, _ in answers] == [200] * BROWSERS
    assert {each.get("/implicit/count").body for each in browsers} == {b"1"}


def test_anonymous_visitors(server, fault):
    """A visitor without a cookie gets pages that only look at the session: nothing is asked
    of the store.
    """
    fault.fail()
    try:
        answer = server.browser().get("/implicit/count")
    finally:
        fault.mend()
    assert (answer.status, answer.body) == (200, b"0")
    assert answer.header("Set-Cookie") is None


def test_a_store_that_fails_in_the_middle_of_a_request(server, fault):
    """A store that fails while a page runs: that page is a 503 soon after its end, and the
    lock that could not be given back keeps nobody out when the store is there again.
    """
    browser = begin(server.browser(), "/implicit")
    id = browser.id
    with browser.opening("/implicit/hold?id=middle") as client:
        server.wait_for("middle is held")
        fault.fail()
        try:
            began_at = time.monotonic()
            server.browser().get("/implicit/go?id=middle")
            answer = client.read_response()
            seconds = time.monotonic() - began_at
        finally:
            fault.mend()
    _, return_seconds = wait_for_the_return(browser, "/implicit/add", time.monotonic())
    print(f"503 after {seconds * 1000:.0f} ms, good again after {return_seconds * 1000:.0f} ms")
    check_refusal(answer)
    assert seconds < ANSWER_SECONDS
    assert return_seconds < RETURN_SECONDS
    assert (browser.id == id) is fault.keeps
