"""Forget pages by URL and by tag, from a handler or from outside."""

import pytest
from cached_pages import Pages, ask, request, response

from wsgicherry.lib.caching import MemoryCache, clear, find_cache, purge, purge_tag


@pytest.mark.parametrize("url", ["http://h.example/a?x=1", "http://h.example/a%3F%2F"])
def test_purge_by_url(pages, url):
    """All variants of that page, and no other page."""
    page = pages(lambda: response.headers.__setitem__("Vary", "X-A"))
    path = "/a?x=1" if "x=1" in url else None
    ask = {"path": path} if path else {"PATH_INFO": "/a?/"}
    page.ask(**ask)
    page.ask(**ask, headers={"X-A": "1"})
    page.ask("/b")
    purge(url, page.app)
    assert page.ask(**ask).text == "run 4"
    assert page.ask(**ask, headers={"X-A": "1"}).text == "run 5"
    assert page.ask("/b").text == "run 3"


def test_purge_from_a_handler(pages):
    """A path is one of the same host."""

    def handler():
        if request.path_info == "/edit":
            purge("/list?page=1")

    page = pages(handler)
    page.ask("/list?page=1")
    page.ask("/list?page=2")
    page.ask("/edit")
    assert page.ask("/list?page=1").text == "run 4"
    assert page.ask("/list?page=2").text == "run 2"


@pytest.mark.parametrize(
    "mark",
    [
        lambda: setattr(response, "cache_tags", ["all", request.path_info[1:]]),
        lambda: response.headers.__setitem__("Cache-Tag", f"all, {request.path_info[1:]}"),
        lambda: response.headers.__setitem__("Surrogate-Key", f"all {request.path_info[1:]}"),
    ],
)
def test_purge_by_tag(pages, mark):
    """Each page has its tags; with one of them it is gone."""
    page = pages(mark)
    for path in ("/a", "/b"):
        page.ask(path)
    purge_tag("a", page.app)
    assert page.ask("/a").text == "run 3"
    assert page.ask("/b").text == "run 2"
    purge_tag("all", page.app)
    assert page.ask("/a").text == "run 4"
    assert page.ask("/b").text == "run 5"
    assert page.ask("/b").text == "run 5"
    purge_tag("unknown", page.app)


def test_one_tag_as_text(pages):
    """`response.cache_tags = 'a'` is one tag, not its letters."""
    page = pages(lambda: setattr(response, "cache_tags", "abc"))
    page.ask()
    purge_tag("a", page.app)
    assert page.ask().text == "run 1"
    purge_tag("abc", page.app)
    assert page.ask().text == "run 2"


def test_a_tag_that_had_to_go_takes_its_pages_along(pages):
    """What was forgotten for want of room can never bring a purged page back."""
    page = pages(lambda: setattr(response, "cache_tags", "t"), maxobjects=3)
    page.ask("/a")
    page.cache.drop(("tag", "t"))
    assert page.ask("/a").text == "run 2"


def test_clear(pages):
    """Everything is gone."""
    page = pages()
    page.ask()
    clear(page.app)
    assert page.ask().text == "run 2"


def test_outside_a_request(pages):
    """Nobody knows which application or host is meant."""
    page = pages()
    with pytest.raises(RuntimeError, match="give app="):
        purge_tag("a")
    with pytest.raises(ValueError, match="names no host"):
        purge("/a", page.app)
    assert find_cache(page.app) is None


def test_an_application_that_is_mounted_below(site):
    """The URL is that of the client, script name and all."""
    page = Pages(site, None, {})
    below = site.tree.mount(page.root, "/below", {"/": {"tools.caching.on": True}})
    ask(site.tree, "/below/x")
    purge("http://h.example/below/x", below)
    assert ask(site.tree, "/below/x").text == "run 2"


def test_cherrypys_name_for_the_cache():
    """`cherrypy._cache` is there once the tool has worked, and is that of the application in
    hand.
    """
    import wsgicherry

    seen = []
    with pytest.raises(AttributeError, match="_cache"):
        _ = wsgicherry._cache
    site = wsgicherry.globals.site
    page = Pages(site, lambda: seen.append(getattr(wsgicherry, "_cache", None)), {})
    try:
        page.ask()
        assert seen == [page.cache]
        assert wsgicherry._cache is page.cache
    finally:
        site.tree.apps.clear()
        site.engine.exit()


def test_purge_and_clear_from_a_handler(pages):
    """Inside a request the application is that of the request."""

    def handler():
        if request.path_info == "/clear":
            clear()
        if request.path_info == "/tag":
            purge_tag("all")
        response.cache_tags = "all"

    page = pages(handler)
    for path, text in (("/clear", "run 3"), ("/tag", "run 5")):
        page.ask("/a")
        page.ask(path)
        assert page.ask("/a").text == text


class Interrupted(MemoryCache):
    """A cache that somebody purges just before it stores its first page."""

    end = None

    def write(self, key, record, seconds):
        end, self.end = self.end, None
        if end is not None:
            end()
        return super().write(key, record, seconds)


class InterruptedInCherryPysManner(Interrupted):
    """The same, with a method that makes it one which knows the current page alone."""

    def get(self):
        return super().get()


@pytest.mark.parametrize("kind", [Interrupted, InterruptedInCherryPysManner])
@pytest.mark.parametrize("vary", ["", "X-A"])
@pytest.mark.parametrize("how", ["url", "tag", "all"])
def test_what_is_purged_as_it_is_stored(pages, kind, vary, how):
    """The page does not stay: it may show what was before."""

    def handler():
        response.cache_tags = ["a"]
        if vary:
            response.headers["Vary"] = vary

    page = pages(handler, cache_class=kind)
    page.ask("/other")
    find_cache(page.app).end = {
        "url": lambda: purge("http://h.example/", page.app),
        "tag": lambda: purge_tag("a", page.app),
        "all": lambda: clear(page.app),
    }[how]
    assert page.ask().cache_status == "fwd=uri-miss; detail=purged"
    assert page.ask().cache_status.endswith("stored")
    assert page.ask().cache_status.startswith("hit")
