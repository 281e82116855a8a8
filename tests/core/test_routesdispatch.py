"""RoutesDispatcher: patterns, parameters, the order of config, and paths that match nothing."""

from __future__ import annotations

import sys
import threading

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatch import RoutesDispatcher
from wsgicherry.core.expose import expose
from wsgicherry.core.routesdispatch import MAX_PATH_CHARS, make_trail

routes = pytest.importorskip("routes")


def told(name, **params):
    """What a handler was given, and the config's note, as text."""
    return f"{name} {params} {serving_now().request.config.get('note')}"


class Blog:
    _cp_config = {"note": "class"}
    value = 42

    def index(self, **params):
        return told("index", **params)

    def entry(self, year, **params):
        return told("entry", year=year, **params)

    entry._cp_config = {"note": "entry"}

    def plain(self, **params):
        return told("plain", **params)

    def _private(self):
        return "never"


class Page:
    def __call__(self, **params):
        return told("page", **params)


class Root:
    _cp_config = {"note": "root class"}


@pytest.fixture
def make(site, call, environ):
    """Mount a RoutesDispatcher with `options`; give it and a function that asks."""

    def make(config=None, **options):
        dispatcher = RoutesDispatcher(**options)
        sections = {"/": {"request.dispatch": dispatcher, "note": "root"}, **(config or {})}
        site.tree.mount(Root(), "", sections)
        dispatcher.connect("blog", "/blog/{action}", Blog())
        dispatcher.connect("entry", "/y/{year}/{slug}", Blog(), action="entry")
        dispatcher.connect("plain", "/deep/{a}/{b}", Plain(), action="index")
        dispatcher.connect("page", "/page/{x}", Page())
        dispatcher.connect("made", "/made", Blog, action="index")
        dispatcher.connect("posted", "/posted", Blog(), action="index",
                           conditions={"method": ["POST"]})  # fmt: skip
        return dispatcher, lambda *args, **more: call(site.tree, environ(*args, **more))

    return make


class Plain:
    def index(self, **params):
        return told("plain", **params)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/blog/index", "index {} class"),
        ("/blog/index?q=1", "index {'q': '1'} class"),
        ("/y/2024/x", "entry {'year': '2024', 'slug': 'x'} entry"),
        ("/y/%C3%A9/a%20b", "entry {'year': '\u00e9', 'slug': 'a b'} entry"),
        ("/deep/1/2", "plain {'a': '1', 'b': '2'} root"),
        ("/page/1", "page {'x': '1'} root"),
        ("/made", "index {} class"),
    ],
)
def test_patterns(make, path, text):
    """What a pattern finds are parameters of its handler, which need not be exposed."""
    _, ask = make()
    assert ask(path).text == text


@pytest.mark.parametrize(
    "path",
    ["/", "/blog", "/blog/nothing", "/blog/value", "/blog/_private", "/blog/__class__",
     "/blog/__init__", "/y/2024", "/posted", "/%00", "/blog/%F0%9F%98%80", "/y/1/2/3"],
)  # fmt: skip
def test_no_pattern(make, path):
    """A path without a pattern, or whose action is none, is a 404."""
    _, ask = make()
    assert ask(path).code == 404


def test_very_long_paths(make):
    """A path over the limit is not shown to the patterns."""
    _, ask = make()
    assert ask("/page/" + "x" * (MAX_PATH_CHARS - 6)).code == 200
    assert ask("/page/" + "x" * (MAX_PATH_CHARS - 5)).code == 404


def test_an_encoded_slash(make):
    """'%2F' arrives as '/' in a parameter, under every server."""
    _, ask = make()
    answer = ask("/page/a%2Fb", RAW_URI="/page/a%2Fb")
    assert answer.text == "page {'x': 'a/b'} root"


def test_conditions(make):
    """A pattern may be for some methods only."""
    _, ask = make()
    assert ask("/posted", "POST", body=b"").text == "index {} class"


def test_all_of_the_result(make):
    """`full_result` adds the names of controller and action."""
    _, ask = make(full_result=True)
    assert ask("/blog/index").text == "index {'action': 'index', 'controller': 'blog'} class"


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/deep/1/2", "1 section"),
        ("/deep/9/2", "deep section"),
        ("/blog/index", "last section"),
        ("/blog/plain", "class"),
        ("/y/2024/x", "entry"),
        ("/y/2024/last", "whole path"),
    ],
)
def test_the_order_of_config(make, path, note):
    """Root, sections down to the last segment but one, controller, handler, whole path."""
    sections = {
        "/deep": {"note": "deep section"},
        "/deep/1": {"note": "1 section"},
        "/blog": {"note": "never: the controller comes later"},
        "/blog/index": {"note": "last section"},
        "/y": {"note": "y"},
        "/y/2024": {"note": "2024"},
        "/y/2024/last": {"note": "whole path"},
    }
    _, ask = make(sections)
    assert ask(path).text.endswith(f" {note}")


def test_plans_are_compiled_once(make, site, monkeypatch):
    """However many requests come, a handler's config is compiled once."""
    _, ask = make()
    ask("/page/1")
    ask("/made")
    monkeypatch.setattr(site.tree.apps[""], "compile", None)
    assert (ask("/page/2").code, ask("/made").code) == (200, 200)


def test_the_place_of_a_static_section(site):
    """A controller's static config belongs to the path above the last segment."""
    app = site.Application(Root(), "", {"/": {}, "/a/b": {"x": 1}, "/a/b/c": {"x": 2}})
    trail = make_trail("/a/b/c", app, Blog(), Blog().index)
    assert trail.names == ["a", "b", "c"]
    assert [dict(config) for config in trail.configs] == [
        {"note": "root class"}, {"x": 1}, {"note": "class"}, {"x": 2}
    ]  # fmt: skip
    assert [used for _, used, _ in trail.steps] == [0, 0, 1, 2, 2, 2, 3]


def test_what_routes_learns(make):
    """Inside a handler Routes makes addresses, and redirects as it can."""
    dispatcher, ask = make()

    class Linker:
        def index(self):
            return routes.url_for("page", x="1", qualified=True)

        def go(self):
            routes.redirect_to("page", x="2")

    dispatcher.connect("linker", "/linker/{action}", Linker())
    assert ask("/linker/index").text == "http://h.example/page/1"
    answer = ask("/linker/go")
    assert (answer.code, answer.header("Location")) == (303, "http://h.example/page/2")


def test_a_controller_that_was_not_connected(make):
    """A controller named in a pattern only, or taken from the path, is never looked at."""
    dispatcher, ask = make()
    dispatcher.mapper.connect("odd", "/odd/{controller}/{action}", requirements={})
    dispatcher.mapper.connect("any", "/any/{action}", controller="text")
    assert ask("/any/upper").code == 404
    assert ask("/odd/upper/lower").code == 404


def test_many_threads_at_once(make):
    """Each thread gets what its own path says, from the first request on."""
    _, ask = make()
    texts, start = {}, threading.Barrier(8)

    def work(number):
        start.wait(10)
        texts[number] = {ask(f"/page/{number}").text for _ in range(20)}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {n: {f"page {{'x': '{n}'}} root"} for n in range(8)}


def test_routes_is_missing(monkeypatch):
    """Without the package the error says how to install it."""
    monkeypatch.setitem(sys.modules, "routes", None)
    with pytest.raises(ImportError, match=r"pip install 'wsgicherry\[routes\]'"):
        RoutesDispatcher()


def test_expose_methods_counts(make):
    """`expose(methods=...)` holds for handlers that a pattern finds."""
    dispatcher, ask = make()

    class Strict:
        @expose(methods="POST")
        def index(self):
            return "posted"

    dispatcher.connect("strict", "/strict", Strict(), action="index")
    answer = ask("/strict")
    assert (answer.code, answer.header("Allow")) == (405, "POST")
