"""Choosing a dispatcher: by path, from files, a program's own; and the names to do it with."""

from __future__ import annotations

import time

import pytest

from wsgicherry.core import dispatch
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose, popargs
from wsgicherry.core.request import Request


def test_the_names():
    """Every name that programs know from CherryPy is there."""
    names = {"Dispatcher", "MethodDispatcher", "RoutesDispatcher", "XMLRPCDispatcher"}
    names |= {"VirtualHost", "PageHandler", "LateParamPageHandler", "test_callable_spec"}
    assert set(dispatch.__all__) == names
    assert all(hasattr(dispatch, name) for name in names)


class Resource:
    exposed = True

    def GET(self, *args):
        return f"resource {args}"


class Root:
    def __init__(self):
        self.api = Resource()

    @expose
    def index(self):
        return "index"

    @expose
    def page(self, *args, **kwargs):
        return f"page {args} {sorted(kwargs.items())}"

    @expose(methods="POST")
    def post(self, **kwargs):
        return "posted"

    def strict(self, a, b="b"):
        return f"{a} {b}"


@pytest.fixture
def ask(site, call, environ):
    """Mount `Root` with a config; give the function that asks: ask(path, method, **keys)."""

    def mount(config, root=None):
        site.tree.mount(root or Root(), "", config)
        return lambda *args, **more: call(site.tree, environ(*args, **more))

    return mount


# ---- where it is set


@pytest.mark.parametrize(
    ("path", "text"),
    [("/", "index"), ("/page/x", "page ('x',) []"), ("/api", "resource ()"),
     ("/api/x/y", "resource ('x', 'y')"), ("/api/x", "resource ('x',)")],
)  # fmt: skip
def test_below_the_root(ask, path, text):
    """A dispatcher in a path section is that of the paths below it, and of no others."""
    asks = ask({"/api": {"request.dispatch": dispatch.MethodDispatcher()}, "/api/x/y": {}})
    assert asks(path).text == text


def test_the_nearest_section_chooses(ask):
    """A section further down goes before those above it."""
    method, default = dispatch.MethodDispatcher(), dispatch.Dispatcher()
    asks = ask({"/": {"request.dispatch": method}, "/page": {"request.dispatch": default}})
    assert asks("/page/x").text == "page ('x',) []"
    assert asks("/api").text == "resource ()"
    assert asks("/post", "POST", body=b"").code == 405  # a page has no method named POST


@pytest.mark.parametrize("end", ["", "/", "/x/"])
def test_long_paths_cost_little(ask, end):
    """The dispatcher of a path of any length is found in no time."""
    asks = ask({"/": {"request.dispatch": dispatch.Dispatcher()}, "/page": {}, "/page/a": {}})
    before = time.perf_counter()
    assert asks("/page" + "/a" * 30_000 + end).code == 414
    assert time.perf_counter() - before < 1


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("MethodDispatcher()", dispatch.MethodDispatcher),
        ("Dispatcher(dispatch_method_name='find')", dispatch.Dispatcher),
        ("XMLRPCDispatcher()", dispatch.XMLRPCDispatcher),
        ("VirtualHost(**{'a.example:81': '/api'})", dispatch.VirtualHost),
        ("VirtualHost(wsgicherry.dispatch.MethodDispatcher())", dispatch.VirtualHost),
    ],
)
@pytest.mark.parametrize("suffix", ["conf", "toml"])
def test_config_files(site, tmp_path, call, kind, suffix):
    """Config files make a dispatcher by the call that CherryPy documents."""
    name = "wsgicherry.dispatch." + call
    lines = {
        "conf": f"[/]\nrequest.dispatch = {name}\n",
        "toml": f'["/"]\nrequest.dispatch = {{ python = "{name}" }}\n',
    }
    file = tmp_path / f"site.{suffix}"
    file.write_text(lines[suffix])
    app = site.tree.mount(Root(), "", str(file))
    assert type(app.config["/"]["request.dispatch"]) is kind


# ---- a program's own


def by_function(path_info):
    """Find the page, as a plain function does it."""
    request = serving_now().request
    request.config = dict(request.app.site.config)
    request.handler = dispatch.LateParamPageHandler(Root().page, path_info, given="yes")


def by_handler_alone(path_info):
    """Set a handler and no config."""
    serving_now().request.handler = dispatch.PageHandler(Root().page, given="early")


def posted_only(path_info):
    """Lead to a page that is exposed for POST."""
    serving_now().request.handler = dispatch.LateParamPageHandler(Root().post)


class Instance:
    def __call__(self, path_info):
        by_function(path_info + "!")


class FromTheEnd(dispatch.Dispatcher):
    def find_handler(self, path):
        return super().find_handler("/".join(reversed(path.split("/"))) or "/")


class Noting(dispatch.Dispatcher):
    def __call__(self, path_info):
        super().__call__(path_info)
        serving_now().request.config["note"] = "noted"


class Aliased(dispatch.MethodDispatcher):
    def find_handler(self, path):
        return super().find_handler(path.replace("/alias", "/api"))


@pytest.mark.parametrize(
    ("dispatcher", "path", "text"),
    [
        (by_function, "/x?q=1", "page ('/x',) [('given', 'yes'), ('q', '1')]"),
        (by_function, "/x?given=no", "page ('/x',) [('given', 'yes')]"),
        (by_handler_alone, "/x?q=1", "page () [('given', 'early')]"),
        (Instance(), "/x", "page ('/x!',) [('given', 'yes')]"),
        (FromTheEnd(), "/x/page", "page ('x',) []"),
        (Noting(), "/page", "page () []"),
        (Aliased(), "/alias/x", "resource ('x',)"),
    ],
)
def test_custom_dispatchers(ask, dispatcher, path, text):
    """A function, an object, or a subclass may find the handler."""
    asks = ask({"/": {"request.dispatch": dispatcher}})
    for _ in range(2):  # the second time there is something to remember
        assert asks(path).text == text


def test_a_request_class_with_a_dispatcher(site, call, environ):
    """An application's request class may have another dispatcher, and its config is checked
    so.
    """

    class MethodRequest(Request):
        dispatch = dispatch.MethodDispatcher()

    class Application(site.Application):
        request_class = MethodRequest

    app = Application(Root(), "", {"/api/x": {"tools.gzip.on": True}})
    assert call(app, environ("/api/x")).text == "resource ('x',)"


@pytest.mark.parametrize("path", ["//page//x", "page//x", "page/x"])
def test_paths_that_a_dispatcher_makes_up(site, call, environ, path):
    """A path that only a dispatcher asked for is never taken for one that was checked."""

    def made_up(path_info):
        dispatch.Dispatcher()(path)

    app = site.tree.mount(Root(), "", {"/": {"request.dispatch": made_up}})
    assert call(site.tree, environ("/")).text == "page ('x',) []"
    assert path not in app.routes


def test_callable_spec():
    """`test_callable_spec` raises what a call would be answered by."""
    with pytest.raises(LookupError):  # it asks the request for its settings
        dispatch.test_callable_spec(Root().strict, [], {})


def test_callable_spec_in_a_page(page):
    """Inside a request it is a 404 for what does not fit, and nothing for what does."""

    def handler():
        dispatch.test_callable_spec(Root().strict, ["1"], {"b": "2"})
        with pytest.raises(HTTPError) as caught:
            dispatch.test_callable_spec(Root().strict, [], {"b": "2"})
        return str(caught.value.code)

    assert page(handler)("/").text == "404"


# ---- expose(methods=...)


@pytest.mark.parametrize(
    "dispatcher", [dispatch.Dispatcher(), Noting(), posted_only, None],
    ids=["default", "touching", "function", "none set"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "BREW", "post"])
def test_methods_that_a_page_has_not(site, call, environ, dispatcher, method):
    """`expose(methods=...)` holds whichever dispatcher finds the page."""
    config = {} if dispatcher is None else {"request.dispatch": dispatcher}
    site.tree.mount(Root(), "", {"/": config})
    answer = call(site.tree, environ("/post", method), validate=False)
    assert (answer.code, answer.header("Allow")) == (405, "POST")
    assert call(site.tree, environ("/post", "POST", body=b"")).text == "posted"


@pytest.mark.parametrize("dispatcher", [dispatch.Dispatcher(), Noting(), posted_only])
def test_options_of_a_page(ask, dispatcher):
    """OPTIONS is answered by Allow alone, which lists what the page has."""
    answer = ask({"/": {"request.dispatch": dispatcher}})("/post", "OPTIONS")
    assert (answer.code, answer.body, answer.header("Allow")) == (200, b"", "POST")


def test_hooks_come_before_a_405(ask, site):
    """Tools have their say before a method is refused: who may not come hears that first."""

    def refuse():
        raise HTTPError(401)

    asks = ask({"/": {"hooks.before_handler": refuse}})
    assert asks("/post").code == 401


def test_head_of_a_page(ask):
    """HEAD comes with GET, and with nothing else."""

    class Both:
        @expose(methods=("GET", "PUT"))
        def index(self):
            return "both"

    asks = ask({}, Both())
    assert asks("/", "HEAD").code == 200
    assert asks("/", "POST", body=b"").header("Allow") == "GET, HEAD, PUT"


# ---- parameters of the path


@popargs("number")
class Numbers:
    @expose
    def index(self, number=None):
        return repr(number)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("first", "query", "body", "number"),
    [
        (False, "", None, "7"),
        (False, "number=8", None, "8"),
        (False, "", b"number=9", ["7", "9"]),
        (True, "", None, "7"),
        (True, "number=8", None, "7"),
        (True, "", b"number=9", "7"),
        (True, "number=8&number=0", b"number=9", "7"),
    ],
)
def test_path_and_other_parameters(ask, first, query, body, number):
    """A parameter of the path may be overwritten, unless `request.path_params_first` is on."""
    asks = ask({"/": {"request.path_params_first": first}}, Numbers())
    method = "GET" if body is None else "POST"
    answer = asks("/7/", method, query, body=body, headers=FORM)
    assert answer.text == repr(number)


def test_path_params_first_leaves_the_others(ask):
    """Parameters of other names are there as ever."""

    @popargs("number")
    class Pages:
        @expose
        def index(self, **kwargs):
            return repr(kwargs)

    asks = ask({"/": {"request.path_params_first": True}}, Pages())
    assert asks("/7/?a=1&number=2").text == "{'number': '7', 'a': '1'}"
    assert asks("/?number=2").text == "{'number': '2'}"
