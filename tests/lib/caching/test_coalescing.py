"""One run of the handler for all who ask at once, and nobody who waits in vain."""

import threading
import time

import pytest
from cached_pages import ask, at_once, make_environ, request, response, start

from wsgicherry.core.errors import HTTPError
from wsgicherry.lib.caching import AntiStampedeCache
from wsgicherry.lib.caching.coalescing import MAX_PASSES, Flights

CLIENTS = 50
SOON_SECONDS = 2.0  # of a loaded machine; the handlers below take no time


class Slow:
    """A handler whose first run lasts until the others have come."""

    def __init__(self, result=None):
        self.result = result
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.lock, self.runs = threading.Lock(), 0

    def __call__(self):
        with self.lock:
            self.runs += 1
            is_first = self.runs == 1
        if is_first:
            self.begun.set()
            assert self.go_on.wait(10)
            if self.result is not None:
                return self.result()
        return None


def crowd(page, slow, path="/", headers=None):
    """Return the answers to one client and then 49 others, and the seconds that the others
    took after the first run ended.
    """
    ended = []

    def call(number):
        if number:
            assert slow.begun.wait(10)
        answer = page.ask(path, headers=headers(number) if headers else None)
        ended.append(time.monotonic())
        return answer

    def free():
        slow.begun.wait(10)
        time.sleep(0.1)  # the others are at the door by then, or come a little later
        freed.append(time.monotonic())
        slow.go_on.set()

    freed = []
    freer = threading.Thread(target=free)
    freer.start()
    answers = at_once(CLIENTS, call)
    freer.join()
    return answers, max(ended) - freed[0]


def test_fifty_clients_on_a_cold_page(pages):
    """The handler runs once."""
    slow = Slow()
    page = pages(slow)
    answers, _ = crowd(page, slow)
    assert {answer.text for answer in answers} == {"run 1"}
    assert page.runs == 1
    stati = [answer.cache_status for answer in answers]
    assert stati.count("fwd=uri-miss; stored") == 1
    assert all(each.startswith(("hit", "fwd=uri-miss; stored")) for each in stati)


def test_fifty_clients_on_an_expired_page(pages, clock):
    """The handler runs once more."""
    slow = Slow()
    slow.go_on.set()
    page = pages(slow)
    page.ask()
    clock.now += 601
    slow.runs = 0
    slow.begun.clear()
    slow.go_on.clear()
    answers, _ = crowd(page, slow)
    assert {answer.text for answer in answers} == {"run 2"}
    assert page.runs == 2


def test_fifty_clients_of_a_page_with_variants(pages):
    """One run for each variant, though nobody knew that there were any."""
    slow = Slow(lambda: response.headers.__setitem__("Vary", "X-A"))

    def handler():
        slow()
        response.headers["Vary"] = "X-A"
        return f"for {request.headers.get('X-A')}"

    page = pages(handler)
    answers, _ = crowd(page, slow, headers=lambda number: {"X-A": str(number % 3)})
    assert [each.text for each in answers] == [f"for {number % 3}" for number in range(CLIENTS)]
    assert page.runs == 3


@pytest.mark.parametrize("kind", ["error", "http error", "uncacheable", "oversized", "private"])
def test_a_first_run_that_stores_nothing_releases_the_others(pages, kind):
    """At once, not after `antistampede_timeout`: each makes its own page."""

    def result():
        if kind == "error":
            raise ValueError("bug")
        if kind == "http error":
            raise HTTPError(503)
        if kind == "private":
            response.headers["Cache-Control"] = "private"
        if kind == "uncacheable":
            response.cookie["a"] = "b"
        return b"x" * 200_000 if kind == "oversized" else None

    slow = Slow(result)
    page = pages(slow)
    answers, seconds = crowd(page, slow)
    assert answers[0].code in (200, 500, 503)
    assert {answer.code for answer in answers[1:]} == {200}
    assert seconds < SOON_SECONDS
    assert not page.cache.flights._flights


def test_nobody_waits_for_a_page_that_is_never_stored(pages):
    """It is remembered for a while that a URL has pages for one client each."""
    gate = threading.Barrier(2)

    def handler():
        response.headers["Cache-Control"] = "private"
        if page.runs > 1:
            gate.wait(5)  # both run at the same time, or this fails

    page = pages(handler)
    page.ask()
    answers = at_once(2, lambda number: page.ask())
    assert [answer.code for answer in answers] == [200, 200]


def test_who_waits_too_long_makes_the_page(pages):
    """`antistampede_timeout` seconds, then a run of one's own."""
    slow = Slow()
    page = pages(slow, antistampede_timeout=0.05)
    first = threading.Thread(target=page.ask)
    first.start()
    slow.begun.wait(10)
    assert page.ask().text == "run 2"
    slow.go_on.set()
    first.join()


def test_no_timeout_no_waiting(pages):
    """`antistampede_timeout` None: each makes its own page (CherryPy's rule)."""
    slow = Slow()
    page = pages(slow, antistampede_timeout=None)
    first = threading.Thread(target=page.ask)
    first.start()
    slow.begun.wait(10)
    assert page.ask().text == "run 2"
    slow.go_on.set()
    first.join()
    assert page.ask().text == "run 1"


def test_a_reload_does_not_wait(pages):
    """no-cache wants a page that is made for it."""
    slow = Slow()
    page = pages(slow)
    first = threading.Thread(target=page.ask)
    first.start()
    slow.begun.wait(10)
    assert page.ask(headers={"Cache-Control": "no-cache"}).text == "run 2"
    slow.go_on.set()
    first.join()


def test_what_is_purged_while_it_is_made_is_not_stored(pages):
    """The page may show what was before the change."""
    slow = Slow()
    page = pages(lambda: slow() if request.method == "GET" else None)
    answers = []
    first = threading.Thread(target=lambda: answers.append(page.ask()))
    first.start()
    slow.begun.wait(10)
    page.ask(method="POST")
    slow.go_on.set()
    first.join()
    assert answers[0].cache_status == "fwd=uri-miss; detail=purged"
    assert page.ask().text == "run 3"


def test_what_is_purged_while_it_is_made_for_one_is_not_stored(pages):
    """Without anybody who waits, too."""
    slow = Slow()
    page = pages(lambda: slow() if request.method == "GET" else None, antistampede_timeout=None)
    first = threading.Thread(target=page.ask)
    first.start()
    slow.begun.wait(10)
    page.ask(method="POST")
    slow.go_on.set()
    first.join()
    assert page.ask().text == "run 3"


# -- stale -----------------------------------------------------------------------------


def test_stale_while_revalidate(pages, clock):
    """One client makes the new page, the others get the old one at once."""
    slow = Slow()
    slow.go_on.set()
    page = pages(slow, delay=60, stale_while_revalidate=30)
    page.ask()
    clock.now += 70
    slow.runs = 0
    slow.begun.clear()
    slow.go_on.clear()
    answers = []
    first = threading.Thread(target=lambda: answers.append(page.ask()))
    first.start()
    slow.begun.wait(10)
    meanwhile = page.ask()
    assert (meanwhile.text, meanwhile.cache_status) == ("run 1", "hit; ttl=-10")
    assert meanwhile.header("Age") == "70"
    slow.go_on.set()
    first.join()
    assert answers[0].text == "run 2"
    assert page.ask().text == "run 2"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("error", [HTTPError(503), ValueError("bug")])
def test_stale_if_error(pages, clock, error, method, log):
    """In place of a 5xx, expected or not, what is stored; for as long as it may be."""

    def handler():
        if page.runs > 1:
            raise error

    page = pages(handler, delay=60, stale_if_error=30)
    page.ask()
    clock.now += 70
    answer = page.ask(method=method)
    assert (answer.code, answer.header("Age")) == (200, "70")
    assert answer.text == ("run 1" if method == "GET" else "")
    assert answer.header("Content-Type") == "text/html;charset=utf-8"
    clock.now += 21
    assert page.ask().code in (500, 503)


def test_stale_if_error_in_place_of_an_error_that_the_client_made(pages, clock):
    """A 404 is the answer: it is no failure."""

    def handler():
        if page.runs > 1:
            raise HTTPError(404)

    page = pages(handler, delay=60, stale_if_error=30)
    page.ask()
    clock.now += 70
    assert page.ask().code == 404


# -- streams ---------------------------------------------------------------------------


def stream_page(pages, chunks, **settings):
    return pages(lambda: iter(chunks), {"/": {"response.stream": True}}, **settings)


def test_a_stream_is_stored_at_its_end(pages):
    """What went to the first client is what the second one gets, with its length."""
    page = stream_page(pages, [b"a", b"", b"bc"])
    first, second = page.ask(), page.ask()
    assert (first.body, second.body) == (b"abc", b"abc")
    assert first.cache_status == "fwd=uri-miss"
    assert second.header("Content-Length") == "3"
    assert page.runs == 1


def test_a_stream_that_is_cut_off_is_not_stored(pages):
    """A client that leaves early leaves nothing behind, and nobody waits for it."""
    page = stream_page(pages, [b"a", b"b", b"c"])
    _, chunks = start(page.site.tree, make_environ())
    assert next(iter(chunks)) == b"a"
    chunks.close()
    assert page.ask().body == b"abc"
    assert page.runs == 2


def test_a_stream_that_is_too_long_is_not_stored(pages):
    """All of it is sent; nobody waits for its end, and it is not kept in memory."""
    page = stream_page(pages, [b"x" * 60] * 3, maxobj_size=100)
    _, chunks = start(page.site.tree, make_environ())
    parts = iter(chunks)
    assert len(next(parts) + next(parts)) == 120
    assert ask(page.site.tree).body == b"x" * 180
    assert len(b"".join(parts)) == 60
    chunks.close()
    assert page.runs == 2


def test_a_client_that_does_not_read_is_waited_for_once(pages):
    """A stream that stands still holds up those who wait now, not each one who comes."""
    page = stream_page(pages, [b"x" * 60] * 3, antistampede_timeout=0.05, maxobj_size=100)
    _, stuck = start(page.site.tree, make_environ())
    assert page.ask().body == b"x" * 180  # has waited, and took the place
    page.cache.antistampede_timeout = 30
    began = time.monotonic()
    assert page.ask().body == b"x" * 180
    assert time.monotonic() - began < SOON_SECONDS
    stuck.close()
    assert page.runs == 3


def test_one_of_those_who_waited_too_long_takes_the_place():
    """The next ones wait for that one, and what was given up ends without harm to it."""
    flights = Flights()
    stuck, _ = flights.join("a")
    second = flights.replace("a", stuck)
    assert flights.replace("a", stuck) is None
    flights.end("a", stuck, None)
    assert flights.join("a") == (second, False)


def test_a_run_that_was_given_up_is_not_stored_after_a_purge(pages):
    """It shows what was before the purge, though another run has taken its place."""
    slow = Slow()
    page = pages(slow, antistampede_timeout=0.05)
    first = threading.Thread(target=page.ask)
    first.start()
    slow.begun.wait(10)
    assert page.ask().text == "run 2"
    page.cache.forget(("http://h.example", "", "/", ""))
    slow.go_on.set()
    first.join()
    assert page.ask().text == "run 3"


def test_a_stream_that_fails_is_not_stored(pages):
    """What is broken for one is not served to all."""

    def broken():
        yield b"a"
        raise ValueError("bug")

    page = pages(lambda: broken(), {"/": {"response.stream": True}})
    for _ in range(2):
        with pytest.raises(ValueError, match="bug"):
            page.ask()
    assert page.runs == 2
    assert not page.cache.flights._flights


def test_a_stream_of_which_the_cache_cannot_keep(pages, monkeypatch, log):
    """A mistake of the cache is one line in the log, not a stream that breaks off."""
    page = stream_page(pages, [b"a"])
    page.ask("/first")

    def fail(*args):
        raise ValueError("no room in the inn")

    monkeypatch.setattr(page.cache, "keep", fail)
    assert page.ask().body == b"a"
    assert any("no room in the inn" in line for line in log)
    assert not page.cache.flights._flights


def test_a_stream_that_looks_into_a_cookie_late_is_not_stored(pages):
    """What it does after its head is seen too."""

    def late():
        yield b"a"
        yield str(request.cookie.get("name")).encode()

    page = pages(lambda: late(), {"/": {"response.stream": True}})
    page.ask()
    page.ask()
    assert page.runs == 2


def test_a_stream_that_is_not_as_long_as_it_said(pages):
    """A body that is cut at its Content-Length is not stored."""

    def handler():
        response.headers["Content-Length"] = "2"
        return iter([b"abc"])

    page = pages(handler, {"/": {"response.stream": True}})
    assert page.ask().body == b"ab"
    page.ask()
    assert page.runs == 2


def test_a_generator_that_is_no_stream_is_stored(pages):
    """Without response.stream it is collected, as always."""
    page = pages(lambda: iter([b"a", b"b"]))
    assert [page.ask().body for _ in range(2)] == [b"ab", b"ab"]
    assert page.runs == 1


@pytest.mark.parametrize(("size", "runs"), [(1000, 1), (200_000, 2)])
def test_a_file(pages, tmp_path, size, runs):
    """A file that is small enough is stored; a larger one is the server's to send."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    page = pages(lambda: path.open("rb"))
    assert [len(page.ask().body) for _ in range(2)] == [size, size]
    assert page.runs == runs


# -- the parts -------------------------------------------------------------------------


def test_passes_are_bounded():
    """For a thousand URLs it is known that nobody need wait, by no more than a number for each,
    and the oldest are forgotten.
    """
    flights = Flights()
    for number in range(MAX_PASSES + 5):
        key = (f"/{number}" + "x" * 1000,)
        flight, is_ours = flights.join(key)
        assert is_ours
        flights.end(key, flight, None, is_for_all=False)
    assert len(flights._passes) == MAX_PASSES
    assert not flights.join(key)[0].is_awaited
    assert all(isinstance(kept, int) for kept in flights._passes)


def test_anti_stampede_cache():
    """CherryPy's class: the first one makes the value, the others wait for it."""
    cache = AntiStampedeCache()
    assert cache.wait("a") is None
    assert cache.wait("a", timeout=0.01) is None
    got = []
    waiting = threading.Thread(target=lambda: got.append(cache.wait("a", timeout=10)))
    waiting.start()
    cache["a"] = "value"
    waiting.join()
    assert got == ["value"]
    assert cache.wait("a") == cache["a"] == "value"


def test_anti_stampede_cache_without_a_timeout():
    """None: nobody waits, and nobody is told to."""
    cache = AntiStampedeCache()
    assert cache.wait("a", timeout=None) is None
    assert "a" not in cache
    cache.wait("a")
    assert cache.wait("a", timeout=None) is None


def test_a_page_that_was_stored_between_the_look_and_the_run(pages, monkeypatch):
    """Who looked too early looks again: the page is not made twice."""
    page = pages()
    page.ask("/other")
    cache, looked = page.cache, []

    def look_up(target, environ, inner=cache.look_up):
        found = inner(target, environ)
        looked.append(target)
        if len(looked) == 1:
            monkeypatch.setattr(cache, "look_up", inner)
            page.ask("/late")
        return found

    monkeypatch.setattr(cache, "look_up", look_up)
    assert page.ask("/late").text == "run 2"
    assert page.runs == 2
