"""MethodDispatcher: what answers which method of which resource, and what Allow says."""

from __future__ import annotations

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose, popargs
from wsgicherry.core.methoddispatch import (
    MAX_METHOD_CHARS,
    MethodDispatcher,
    find_method,
    find_methods,
    is_method_name,
)

DISPATCH = {"request.dispatch": MethodDispatcher()}


def told(name, *args, **kwargs):
    """What a method was given, and the config's note, as text."""
    return f"{name} {args} {kwargs} {serving_now().request.config.get('note')}"


class Item:
    exposed = True
    VERSION = "1.0"
    Model = dict
    FACTORY = dict
    _GET = __POST__ = print

    def GET(self, *args, **kwargs):
        return told("GET", *args, **kwargs)

    def POST(self, name):
        return told("POST", name)

    POST._cp_config = {"note": "POST's own", "tools.response_headers.on": True,
                       "tools.response_headers.headers": [("X-Post", "yes")]}  # fmt: skip

    def index(self):
        return "never"


class WriteOnly:
    exposed = True

    def PUT(self):
        return told("PUT")


class OwnAnswers:
    exposed = True

    def GET(self):
        return "get"

    def HEAD(self):
        serving_now().response.headers["X-Head"] = "own"

    def OPTIONS(self):
        return "own options"


class Unexposed:
    def GET(self):
        return "never"


class Root:
    def __init__(self):
        self.item = Item()
        self.write = WriteOnly()
        self.own = OwnAnswers()
        self.unexposed = Unexposed()

    @expose
    def page(self):
        return "a page, no resource"


@pytest.fixture
def get(site, call, environ):
    """Mount `Root` with a MethodDispatcher and call it: get(path, method, **environ keys)."""
    config = {"/": {**DISPATCH, "note": "root"}, "/item": {"note": "item"}, "/item/7": {}}
    site.tree.mount(Root(), "", config)

    def get(path="/", method="GET", **options):
        return call(site.tree, environ(path, method, **options), validate=False)

    return get


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/item", "GET () {} item"),
        ("GET", "/item/", "GET () {} item"),  # no redirect, either way
        ("GET", "/item/7/8", "GET ('7', '8') {} item"),
        ("GET", "/item?a=1", "GET () {'a': '1'} item"),
        ("get", "/item", "GET () {} item"),
        ("HEAD", "/item", ""),
        ("POST", "/item/x", "POST ('x',) {} POST's own"),
        ("PUT", "/write", "PUT () {} root"),
        ("OPTIONS", "/own", "own options"),
    ],
)
def test_methods_that_answer(get, method, path, text):
    """The method of the resource answers, with the rest of the path and its own config."""
    answer = get(path, method, body=b"")
    assert (answer.code, answer.text) == (200, text)


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/item", "GET, HEAD, POST"), ("/write", "PUT"), ("/own", "GET, HEAD, OPTIONS")],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_allow(get, path, allow, method):
    """Each answer of a resource tells its methods, sorted; constants and classes are none."""
    assert get(path, method, body=b"").header("Allow") == allow


@pytest.mark.parametrize(
    "method",
    ["DELETE", "BREW", "VERSION", "FACTORY", "Model", "INDEX", "index", "__class__", "_GET",
     "__POST__", "", " ", "GET ", "G\xc9T", "EXPOSED", "A" * 5000],
)  # fmt: skip
def test_methods_that_are_not_there(get, method):
    """Anything but a method of the resource is a 405 that carries Allow."""
    answer = get("/item", method)
    assert (answer.code, answer.header("Allow")) == (405, "GET, HEAD, POST")


def test_options(get):
    """OPTIONS is answered by Allow alone where the resource does not answer it itself."""
    answer = get("/item/7", "OPTIONS")
    assert (answer.code, answer.body, answer.header("Content-Length")) == (200, b"", "0")


def test_head(get):
    """HEAD has the headers of GET and no body; a resource may answer it itself."""
    answer = get("/item", "HEAD")
    assert answer.header("Content-Length") == str(len(get("/item").body))
    assert get("/own", "HEAD").header("X-Head") == "own"
    assert get("/write", "HEAD").code == 405


@pytest.mark.parametrize("path", ["/unexposed", "/nothing", "/", "/item2"])
def test_no_resource(get, path):
    """Where no exposed resource is, every method is a 404 without Allow."""
    for method in ("GET", "OPTIONS", "DELETE"):
        answer = get(path, method)
        assert (answer.code, answer.header("Allow")) == (404, None)


def test_a_page_is_no_resource(get):
    """A page that is exposed for the default dispatcher has no methods."""
    answer = get("/page")
    assert (answer.code, answer.header("Allow")) == (405, "")


def test_arguments_that_do_not_fit(get):
    """Segments too many or too few are a 404, as for pages."""
    assert get("/item/a/b", "POST", body=b"").code == 404
    assert get("/item", "POST", body=b"").code == 404


def test_an_encoded_slash(get):
    """'%2F' is no separator: it arrives as '/' in an argument."""
    answer = get("/item/a%2Fb/c", RAW_URI="/item/a%2Fb/c")
    assert answer.text == "GET ('a/b', 'c') {} item"


def test_tools_of_a_method(get):
    """What a method turns on is on for it alone."""
    assert get("/item/x", "POST", body=b"").header("X-Post") == "yes"
    assert get("/item/x").header("X-Post") is None


def test_plans_are_compiled_once(get, site, monkeypatch):
    """However many requests come, each method's config is compiled once."""
    app = site.tree.apps[""]
    for _ in range(3):
        get("/item/1")
        get("/item/1", "POST", body=b"")
    count = len(app.plans)
    monkeypatch.setattr(app, "compile", None)
    assert get("/item/1", "POST", body=b"").code == 200
    assert get("/item/1", "DELETE").code == 405
    assert len(app.plans) == count


def test_plans_have_a_bound(site, call, environ, monkeypatch):
    """The plans of methods with a config of their own count for the application's bound."""
    monkeypatch.setattr("wsgicherry.core.application.MAX_PLANS", 3)
    root = Item()
    for number in range(6):
        setattr(
            root, f"item{number}", type(f"Item{number}", (Item,), {"_cp_config": {"n": 1}})()
        )
    app = site.tree.mount(root, "", {"/": DISPATCH})
    for number in range(6):
        answer = call(site.tree, environ(f"/item{number}/x", "POST", body=b""))
        assert answer.text == "POST ('x',) {} POST's own"
        assert len(app.plans) <= 3


def test_resources_made_for_each_request(site, call, environ):
    """Resources that a node makes anew each time share their plans."""

    class Made:
        exposed = True

        def __init__(self, name):
            self.name = name

        def GET(self):
            return f"made {self.name}"

    @popargs("name", handler=Made)
    class Maker:
        exposed = True

    app = site.tree.mount(Maker(), "", {"/": DISPATCH})
    texts = [call(site.tree, environ(f"/{number}")).text for number in range(50)]
    assert texts[-1] == "made 49"
    assert len(app.plans) < 5


def test_methods_of_one_object(site, call, environ):
    """An object may have methods of its own, or hide those of its class."""
    resource = Item()
    resource.PATCH = lambda: "patched"
    resource.POST = None
    resource.DELETE = "no method"
    site.tree.mount(resource, "", {"/": DISPATCH})
    assert call(site.tree, environ("/", "PATCH", body=b"")).text == "patched"
    answer = call(site.tree, environ("/", "POST", body=b""))
    assert (answer.code, answer.header("Allow")) == (405, "GET, HEAD, PATCH")


def test_a_head_that_is_none(site, call, environ):
    """HEAD is GET's also where something else has its name."""
    resource = type("Odd", (Item,), {"HEAD": "no method"})()
    site.tree.mount(resource, "", {"/": DISPATCH})
    assert call(site.tree, environ("/", "HEAD")).code == 200


def test_a_class_as_a_resource(site, call, environ):
    """A class with static methods is a resource, too."""

    class Static:
        exposed = True

        @staticmethod
        def GET(*args):
            return f"static {args}"

    site.tree.mount(Static, "", {"/": DISPATCH})
    assert call(site.tree, environ("/x")).text == "static ('x',)"
    assert call(site.tree, environ("/x", "PUT", body=b"")).header("Allow") == "GET, HEAD"


def test_exposed_for_some_methods(site, call, environ):
    """`expose(methods=...)` on a resource goes before the methods that it has."""
    resource = expose(methods="GET")(type("Both", (Item,), {}))()
    site.tree.mount(resource, "", {"/": DISPATCH})
    answer = call(site.tree, environ("/x", "POST", body=b""))
    assert (answer.code, answer.header("Allow")) == (405, "GET, HEAD")
    assert call(site.tree, environ("/x")).code == 200


def test_a_config_that_a_node_touched(site, call, environ):
    """A node that changes the request's config on the way keeps that, below the method's."""

    class Touching:
        exposed = True

        def _cp_dispatch(self, vpath):
            vpath.pop()
            serving_now().request.hooks.attach("before_handler", lambda: None)
            return Item()

    site.tree.mount(Touching(), "", {"/": DISPATCH})
    answer = call(site.tree, environ("/x", "POST", body=b""))
    assert answer.code == 404  # POST wants a name
    assert answer.header("X-Post") == "yes"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("GET", True), ("VERSION_CONTROL", True), ("X2", True), ("VERSION-CONTROL", True),
     ("get", False), ("Get", False), ("_GET", False), ("__GET__", False), ("", False),
     ("G\xc9T", False), ("2X", False), ("GET X", False), ("A" * MAX_METHOD_CHARS, True),
     ("A" * (MAX_METHOD_CHARS + 1), False)],
)  # fmt: skip
def test_names_of_methods(name, is_one):
    """A method's name is upper-case ASCII, begins with a letter and is not long."""
    assert is_method_name(name) is is_one


def test_methods_by_getattr():
    """A resource that computes its attributes has the methods it gives."""

    class Dynamic:
        exposed = True

        def __getattr__(self, name):
            if name == "PURGE":
                return lambda: "purged"
            raise AttributeError(name)

    assert find_method(Dynamic(), "PURGE")() == "purged"
    assert find_method(Dynamic(), "GET") is None
    assert find_methods(Dynamic()) == ()


@pytest.mark.parametrize(
    ("path", "missing"),
    [("/item", None), ("/item/x/y", None), ("/write", None), ("/write/x", "x"),
     ("/page/x", "x"), ("/itme", "itme"), ("/unexposed/x", "x")],
)  # fmt: skip
def test_what_the_check_knows(path, missing):
    """A section is reached if a method of a resource takes the rest of its path."""
    gap = MethodDispatcher().find_gap(Root(), path, lambda values: False)
    assert (gap and gap.name) == missing


def test_what_the_check_does_not_know():
    """A subclass may reach more than we can tell."""
    kind = type("Mine", (MethodDispatcher,), {})
    assert kind().find_gap(Root(), "/itme", lambda values: False) is None
