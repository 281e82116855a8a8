"""Cache classes that were written for CherryPy: get(), put(), delete() and clear()."""

import pytest
from cached_pages import request

from wsgicherry.lib.caching import Cache, MemoryCache, find_cache, purge, purge_tag
from wsgicherry.lib.caching.foreign import is_foreign


class DictCache(Cache):
    """As CherryPy's documentation says: the four methods."""

    own = "default"

    def __init__(self):
        self.calls, self.store = [], {}

    def get(self):
        self.calls.append("get")
        return self.store.get(request.path_info)

    def put(self, obj, size):
        self.calls.append("put")
        assert len(obj[2]) == size
        assert obj[1]["content-type"].startswith("text/html")
        self.store[request.path_info] = obj

    def delete(self):
        self.calls.append("delete")
        self.store.pop(request.path_info, None)

    def clear(self):
        self.calls.append("clear")
        self.store.clear()


class Counting(MemoryCache):
    """A MemoryCache that adds something to get() and put()."""

    hits = 0

    def get(self):
        found = super().get()
        self.hits += found is not None
        return found

    def put(self, variant, size):
        super().put(variant, size)
        self.last_size = size


class Plain:
    """What no class of ours is the base of."""

    stored = None

    def get(self):
        return self.stored

    def put(self, obj, size):
        status, headers, body, made = obj
        self.stored = status, headers, [body], made

    def delete(self):
        self.stored = None

    clear = delete


@pytest.mark.parametrize("kind", [DictCache, Counting, Plain, f"{__name__}.DictCache"])
def test_a_class_of_the_programs_own(pages, clock, kind):
    """It is asked, filled, emptied; `delay` counts as ever."""
    page = pages(cache_class=kind, delay=50, own="set", maxobj_size=1000)
    assert [page.ask().text for _ in range(2)] == ["run 1", "run 1"]
    assert page.ask(method="HEAD").header("Content-Length") == "5"
    assert page.ask("/", "POST").text == "run 2"
    assert page.ask().text == "run 3"
    clock.now += 51
    assert page.ask().text == "run 4"
    cache = page.cache.cache
    assert (cache.delay, cache.own, cache.maxobj_size, cache.debug) == (50, "set", 1000, False)


def test_it_is_as_private_as_ours(pages):
    """A program's cache never sees what is one client's own."""
    page = pages(lambda: request.cookie.get("a") and None, cache_class=DictCache)
    page.ask()
    page.ask(headers={"Authorization": "x"})
    assert "put" not in page.cache.cache.calls


def test_purging(pages):
    """It knows no tags and no URLs: it forgets everything."""
    page = pages(cache_class=DictCache)
    page.ask("/a")
    purge_tag("x", page.app)
    assert page.cache.cache.store == {}
    page.ask("/a")
    purge("http://h.example/b", page.app)
    assert page.cache.cache.store == {}
    assert find_cache(page.app) is page.cache.cache


def test_which_classes_are_in_cherrypys_manner():
    """A subclass of ours that leaves the methods alone is used as ours."""
    assert is_foreign(DictCache())
    assert is_foreign(Counting())
    assert not is_foreign(type("Own", (MemoryCache,), {"delay": 5})())


def test_the_interface():
    """The base class says what is missing."""
    for call in (Cache().get, lambda: Cache().put(None, 0), Cache().delete, Cache().clear):
        with pytest.raises(NotImplementedError):
            call()


def test_memory_cache_by_cherrypys_methods(pages):
    """get() and delete() of our own classes are about the current page too."""
    seen = []

    def handler():
        cache = find_cache()
        seen.append(cache.get())
        cache.put(("200 OK", {"X": "1"}, b"body", request.app and 2e9), 4)
        seen.append(cache.get())
        cache.delete()
        seen.append(cache.get())
        cache.put(("200 OK", {}, b"x" * 100_001, 2e9), 100_001)
        seen.append(cache.get())

    page = pages(handler)
    page.ask()
    assert seen == [None, ("200 OK", {"X": "1"}, b"body", 2e9), None, None]
