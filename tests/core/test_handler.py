"""Calling page handlers, and what a call that does not fit is answered with."""

from __future__ import annotations

import functools

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.core.handler import LateParamPageHandler, PageHandler

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def plain(function):
    """Return a decorator's wrapper that knows what it wraps."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Counter:
    """A page that is an object."""

    exposed = True

    def __call__(self, a, b="b"):
        return f"{a} {b}"


class Root:
    """Handlers of every shape of signature."""

    def __init__(self):
        self.object = Counter()

    @expose
    def index(self):
        return "index"

    @expose
    def one(self, a):
        return a

    @expose
    def two(self, a, b="b"):
        return f"{a} {b}"

    @expose
    def args(self, *args):
        return " ".join(args)

    @expose
    def kwargs(self, **kwargs):
        return " ".join(f"{k}={v}" for k, v in sorted(kwargs.items()))

    @expose
    def all(self, a, *args, **kwargs):
        return f"{a} {args} {kwargs}"

    @expose
    def keyword(self, *, a):
        return a

    @expose
    def keyword_default(self, a="a", *, b="b"):
        return f"{a} {b}"

    @expose
    def positional(self, a, /, b="b"):
        return f"{a} {b}"

    @expose
    def positional_and_kwargs(self, a, /, **kwargs):
        return f"{a} {kwargs}"

    @expose
    @plain
    def wrapped(self, a, b="b"):
        return f"{a} {b}"

    @staticmethod
    @expose
    def static(a, b="b"):
        return f"{a} {b}"

    @expose
    def _cp_own(self):
        return "never"

    @expose
    def faulty(self, **kwargs):
        return "a" + 1

    @expose
    def faulty_deep(self, a="a"):
        return self.one()

    @expose
    def other_first_name(this, **kwargs):
        return "fine"

    defaults = expose(lambda self, default=None: f"{default}")
    builtin = expose(Counter())
    c = staticmethod(dict.fromkeys)


NOT_FOUND = "Nothing matches the given URI"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/one/x", "x"),
        ("/one?a=x", "x"),
        ("/two/x", "x b"),
        ("/two/x?b=y", "x y"),
        ("/two/x/y", "x y"),
        ("/args", ""),
        ("/args/1/2", "1 2"),
        ("/kwargs?a=1&b=2&a=3", "a=['1', '3'] b=2"),
        ("/all/x/y?z=1", "x ('y',) {'z': '1'}"),
        ("/keyword?a=x", "x"),
        ("/keyword_default/x?b=y", "x y"),
        ("/positional/x?b=y", "x y"),
        ("/positional_and_kwargs/x?a=y", "x {'a': 'y'}"),
        ("/wrapped/x?b=y", "x y"),
        ("/static/x?b=y", "x y"),
        ("/object/x?b=y", "x y"),
        ("/kwargs?this=1", "this=1"),
        ("/other_first_name?self=1", "fine"),
    ],
)
def test_calls_that_fit(site, client, path, text):
    """Segments are positional, parameters keyword arguments; repeats make a list."""
    site.tree.mount(Root(), "")
    assert client.get(path).text == text


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        # 1. missing
        ("/one", 404, "Missing parameters: a"),
        ("/two?b=1", 404, "Missing parameters: a"),
        ("/all", 404, "Missing parameters: a"),
        ("/keyword", 404, "Missing parameters: a"),
        ("/positional", 404, "Missing parameters: a"),
        ("/positional?a=1", 404, "Missing parameters: a"),
        ("/wrapped?b=1", 404, "Missing parameters: a"),
        ("/static", 404, "Missing parameters: a"),
        ("/object", 404, "Missing parameters: a"),
        ("/one?b=1", 404, "Missing parameters: a"),
        # 2. too many segments
        ("/one/x/y", 404, NOT_FOUND),
        ("/keyword/x?a=1", 404, NOT_FOUND),
        ("/kwargs/x", 404, NOT_FOUND),
        ("/wrapped/x/y/z", 404, NOT_FOUND),
        # 3. twice
        ("/one/x?a=y", 404, "Multiple values for parameters: a"),
        ("/two/x/y?a=1&b=2", 404, "Multiple values for parameters: a,b"),
        ("/all/x?a=1", 404, "Multiple values for parameters: a"),
        ("/wrapped/x?a=y", 404, "Multiple values for parameters: a"),
        # 4. unknown
        ("/?x=1", 404, "Unexpected query string parameters: x"),
        ("/one/x?y=1&z=2", 404, "Unexpected query string parameters: y, z"),
        ("/args?x=1", 404, "Unexpected query string parameters: x"),
        ("/keyword?a=1&b=2", 404, "Unexpected query string parameters: b"),
        ("/positional/x?a=1", 404, "Unexpected query string parameters: a"),
        ("/wrapped/x?c=1", 404, "Unexpected query string parameters: c"),
        # the name of the method's own first parameter can never be given
        ("/kwargs?self=1", 404, "Unexpected query string parameters: self"),
        ("/one/x?self=1", 404, "Unexpected query string parameters: self"),
        ("/other_first_name?this=1", 404, "Unexpected query string parameters: this"),
    ],
)
def test_calls_that_do_not_fit(site, client, path, status, message):
    """Missing, too many, doubled and unknown parameters of the URL are 404, and told apart."""
    site.tree.mount(Root(), "")
    answer = client.get(path, status=status)
    assert f"<p>{message}</p>" in answer.text.replace("\n", "")


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/one", "b=1", 404, "Missing parameters: a"),
        ("/one/x", "a=1", 400, "Multiple values for parameters: a"),
        ("/two/x/y?a=1", "b=1", 404, "Multiple values for parameters: a,b"),
        ("/one/x", "b=1&c=2", 400, "Unexpected body parameters: b, c"),
        ("/one/x?c=1", "b=1", 404, "Unexpected query string parameters: c"),
        # a name in both counts as of the body
        ("/one/x?b=1", "b=1", 400, "Unexpected body parameters: b"),
        ("/one/x?a=1", "a=1", 400, "Multiple values for parameters: a"),
        ("/kwargs", "self=1", 400, "Unexpected body parameters: self"),
        ("/one/x/y", "a=1", 404, NOT_FOUND),
    ],
)
def test_bodies_that_do_not_fit(site, client, path, body, status, message):
    """What only the body has wrong is 400; what the URL has wrong stays 404."""
    site.tree.mount(Root(), "")
    answer = client.post(path, body, headers=FORM, status=status)
    assert f"<p>{message}</p>" in answer.text.replace("\n", "")


@pytest.mark.parametrize(
    ("path", "status"), [("/one", 404), ("/one/x?b=1", 404), ("/one/x?a=1", 404)]
)
def test_messages_can_be_hidden(site, client, path, status):
    """With `request.show_mismatched_params` off the page has the standard text."""
    site.tree.mount(Root(), "", {"/": {"request.show_mismatched_params": False}})
    answer = client.get(path, status=status)
    assert NOT_FOUND in answer.text
    assert "parameters" not in answer.text


@pytest.mark.parametrize("path", ["/faulty?a=1", "/faulty_deep?a=x", "/faulty_deep"])
def test_the_handlers_own_type_errors(site, client, error_lines, path):
    """A TypeError of a call that fits is the handler's own: 500, with its traceback in the
    log.
    """
    site.tree.mount(Root(), "")
    client.get(path, status=500)
    assert any("TypeError" in line for line in error_lines)


def test_callable_without_a_signature(site, client):
    """A callable that tells nothing of its arguments keeps its own TypeError: 500."""

    class Silent:
        exposed = True
        __signature__ = "none"

        def __call__(self, a):
            return a

    root = Root()
    root.silent = Silent()
    site.tree.mount(root, "")
    assert client.get("/silent/x").text == "x"
    client.get("/silent", status=500)


def test_arguments_may_be_changed_before_the_call(site, client):
    """Hooks see and change `request.args` and `request.kwargs`, or the handler's."""

    def change():
        handler = serving_now().request.handler
        assert type(handler) is LateParamPageHandler
        assert handler.callable.__name__ == "all"
        assert handler.args == ("x",)
        assert handler.kwargs == {"q": "1"}
        handler.args = ("changed", *handler.args)
        handler.kwargs = {"more": "2", "q": "3"}
        assert handler.kwargs == {"q": "3", "more": "2"}
        assert serving_now().request.kwargs == {"more": "2", "q": "3"}

    site.tree.mount(Root(), "", {"/": {"hooks.before_handler": change}})
    assert client.get("/all/x?q=1").text == "changed ('x',) {'q': '3', 'more': '2'}"


def test_page_handler_of_ones_own(site, client):
    """`PageHandler(callable, *args, **kwargs)` is called with exactly those."""

    def two(a, b):
        return f"{a} {b}".encode()

    def dispatch(path):
        handler = PageHandler(two, "x", b="y")
        handler.args = [*handler.args]
        handler.kwargs = {**handler.kwargs, "b": handler.kwargs["b"] + "!"}
        serving_now().request.handler = handler

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    assert client.get("/any?q=1").text == "x y!"


def test_page_handler_that_does_not_fit(site, client):
    """A dispatcher's own arguments that do not fit are explained in the same way."""

    def dispatch(path):
        serving_now().request.handler = PageHandler(Root().one, "x", "y")

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    client.get("/any", status=404)


def test_page_handler_whose_own_error_it_is(site, client, error_lines):
    """A TypeError of the callable's own stays a 500."""

    def dispatch(path):
        serving_now().request.handler = PageHandler(Root().faulty)

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    client.get("/any", status=500)
    assert any("TypeError" in line for line in error_lines)


def test_explicit_keywords_come_over_parameters(site, client):
    """What a dispatcher gave by keyword replaces a parameter of the same name."""

    def given(**kwargs):
        return " ".join(f"{k}={v}" for k, v in sorted(kwargs.items())).encode()

    def dispatch(path):
        handler = LateParamPageHandler(given, a="mine")
        serving_now().request.handler = handler
        assert handler.kwargs == {"a": "mine"}
        handler.kwargs = {"a": "mine!"}

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    assert client.get("/x?a=1&b=2").text == "a=mine! b=2"


def test_coroutine_is_refused_clearly(site, client, error_lines):
    """An `async def` handler is a 500 whose log says what to do, without a stray warning."""

    class Async:
        @expose
        async def index(self):
            return "never"

    site.tree.mount(Async(), "")
    client.get("/", status=500)
    assert any("async" in line or "coroutine" in line for line in error_lines)


# -- methods -----------------------------------------------------------------------------------


class Methods:
    @expose(methods="get")
    def read(self):
        return "read"

    @expose(methods=("POST", "put"))
    def write(self):
        return "written"

    @expose(methods=["OPTIONS", "GET"])
    def options(self):
        return "mine"

    @expose(methods=["DELETE"])
    def default(self, *args):
        return "deleted"


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/read", 200, None),
        ("HEAD", "/read", 200, None),
        ("POST", "/read", 405, "GET, HEAD"),
        ("OPTIONS", "/read", 200, "GET, HEAD"),
        ("BREW", "/read", 405, "GET, HEAD"),
        ("POST", "/write", 200, None),
        ("PUT", "/write", 200, None),
        ("GET", "/write", 405, "POST, PUT"),
        ("HEAD", "/write", 405, "POST, PUT"),
        ("OPTIONS", "/write", 200, "POST, PUT"),
        ("OPTIONS", "/options", 200, None),
        ("DELETE", "/x/y", 200, None),
        ("GET", "/x/y", 405, "DELETE"),
    ],
)
def test_allowed_methods(site, call, environ, method, path, status, allow):
    """`expose(methods=...)`: another method is 405 with Allow; OPTIONS is answered; GET brings
    HEAD.
    """
    site.tree.mount(Methods(), "")
    answer = call(site.tree, environ(path, method, body=b""), validate=method != "BREW")
    assert (answer.code, answer.header("Allow")) == (status, allow)
    if method in ("HEAD", "OPTIONS") and path != "/options":
        assert answer.body == b""


def test_method_not_allowed_still_runs_the_tools(site, call, environ):
    """A 405 passes the hooks: authentication comes before it."""
    seen = []
    site.tree.mount(
        Methods(), "", {"/read": {"hooks.before_handler": lambda: seen.append("before")}}
    )
    call(site.tree, environ("/read", "POST", body=b""))
    assert seen == ["before"]
