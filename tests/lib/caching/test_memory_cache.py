"""MemoryCache: bounded in bytes and in number, safe in threads and after a fork."""

import os
import tracemalloc

import pytest
from cached_pages import at_once, request, response

from wsgicherry.lib.caching import MemoryCache
from wsgicherry.lib.caching.entries import Entry
from wsgicherry.lib.caching.policy import Lifetime

URLS = 5_000
BOUND = 2_000_000


def entry(body=b"x", headers=(("Content-Type", "text/html"),), seconds=60):
    return Entry("200 OK", headers, body, 0.0, Lifetime(seconds))


def test_memory_stays_within_its_bound():
    """However many URLs clients think of: what Python needs is at most a tenth more than
    `maxsize`.
    """
    cache = MemoryCache()
    cache.maxsize, cache.maxobjects = BOUND, 10 * URLS
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(URLS):
        headers = (("Content-Type", f"text/html;x={number}"), ("Vary", f"X-{number}"))
        target = ("http://h", "", f"/page/{number}", f"number={number}" * (number % 9))
        cache.keep(target, {}, entry(b"%d" % number * (number % 50), headers))
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(cache) > 100
    assert cache.cursize <= BOUND
    assert used < 1.1 * BOUND


def test_the_number_is_bounded(pages):
    """`maxobjects` counts; CherryPy stopped storing for good when it was reached."""
    page = pages(maxobjects=5)
    for number in range(20):
        page.ask(f"/{number}")
    assert len(page.cache) == 5
    page.ask("/19")
    assert page.runs == 20


def test_the_least_used_goes_first(pages):
    """What is asked for stays."""
    page = pages(maxobjects=3)
    for path in ("/a", "/b", "/c", "/a", "/d"):
        page.ask(path)
    assert page.ask("/a").text == "run 1"
    assert page.ask("/b").text == "run 5"


def test_what_has_no_room_at_all_is_not_stored(pages):
    """A response that is larger than the cache drives nothing out."""
    page = pages(lambda: b"x" * 5000 if request.path_info == "/b" else None, maxsize=3000)
    page.ask("/a")
    assert page.ask("/b").cache_status == "fwd=uri-miss; detail=room"
    assert page.ask("/a").text == "run 1"


@pytest.mark.parametrize(("name", "value"), [("maxobjects", 0), ("maxsize", 0)])
def test_a_cache_without_room(pages, name, value):
    """0 stores nothing; pages are served."""
    page = pages(**{name: value})
    assert [page.ask().text for _ in range(2)] == ["run 1", "run 2"]


def test_the_bytes_are_given_back(pages):
    """Replaced, purged, expired: `cursize` is what is there (CherryPy's only grew)."""
    page = pages(lambda: response.headers.__setitem__("Vary", "X-A"))
    page.ask()
    size = page.cache.cursize
    page.ask(headers={"Cache-Control": "no-cache"})
    assert page.cache.cursize == size > 0
    page.cache.clear()
    assert (page.cache.cursize, len(page.cache)) == (0, 0)


def test_what_was_counted(pages):
    """CherryPy's attributes: puts, gets, hits."""
    page = pages()
    for _ in range(3):
        page.ask()
    cache = page.cache
    assert (cache.tot_puts, cache.tot_gets, cache.tot_hist) == (1, 3, 2)
    assert (cache.tot_expires, cache.tot_non_modified) == (0, 0)
    cache.clear()
    assert (cache.tot_puts, cache.tot_gets, cache.tot_hist) == (0, 0, 0)


def test_defaults():
    """CherryPy's numbers."""
    cache = MemoryCache()
    names = ("maxobjects", "maxobj_size", "maxsize", "delay", "antistampede_timeout")
    assert [getattr(cache, name) for name in names] == [1000, 100_000, 10_000_000, 600, 5]
    assert (cache.expire_freq, cache.debug) == (0.1, False)


def test_many_threads():
    """Nothing is lost or counted twice."""
    cache = MemoryCache()
    cache.maxobjects = 50

    def work(number):
        for step in range(200):
            target = ("http://h", "", f"/{(number * step) % 70}", "")
            cache.keep(target, {}, entry(b"x" * (step % 30)))
            cache.look_up(target, {})
            if step % 20 == 0:
                cache.forget(target)

    at_once(8, work)
    assert len(cache) <= 50
    assert cache.cursize == sum(size for _, size in cache._records.values())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_after_a_fork_nobody_waits_for_the_parent(pages):
    """A lock that was held, and a run that went on, are the parent's."""
    page = pages()
    page.ask("/a")
    cache = page.cache
    cache.flights.join(("http://h.example", "", "/b", ""))
    with cache._lock:
        pid = os.fork()
        if pid == 0:
            try:
                texts = [page.ask(path).text for path in ("/a", "/b")]
                os._exit(0 if texts == ["run 1", "run 2"] else 1)
            finally:
                os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
