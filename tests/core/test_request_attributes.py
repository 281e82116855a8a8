"""The tables of BEHAVIOUR 1.2 and 2.6, row by row: proxies, attributes in a live request."""

from __future__ import annotations

import io
import time
from http.cookies import SimpleCookie
from uuid import UUID

import pytest

from wsgicherry import request, response, serving
from wsgicherry.core.config import NamespaceSet
from wsgicherry.core.dispatch import Dispatcher
from wsgicherry.core.hooks import HookMap
from wsgicherry.core.request import Request
from wsgicherry.core.response import Response
from wsgicherry.wire.headers import HeaderMap, Host


@pytest.fixture
def see(page):
    """Return what `look()` gives in the handler of a request with these options."""

    def see(look, path="/m/a/b?q=1", method="GET", config=None, **options):
        seen = []

        def handler(*args, **kwargs):
            seen.append(look())
            return b""

        answer = page(handler, config, "/m")(path, method, **options)
        assert answer.code == 200, answer.text
        return seen[0]

    return see


# -- 2.6: the request -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prev", None),
        ("scheme", "http"),
        ("server_protocol", "HTTP/1.1"),
        ("protocol", (1, 1)),
        ("base", "http://h.example"),
        ("request_line", "GET /m/a/b?q=1 HTTP/1.1"),
        ("method", "GET"),
        ("query_string", "q=1"),
        ("query_string_encoding", "utf8"),
        ("params", {"q": "1"}),
        ("process_request_body", False),  # GET is not among methods_with_bodies
        ("methods_with_bodies", ("POST", "PUT", "PATCH")),
        ("script_name", "/m"),
        ("path_info", "/a/b"),
        ("login", None),
        ("is_index", False),
        ("show_tracebacks", False),  # SECURITY section 2; CherryPy: True
        ("show_mismatched_params", True),
        ("throw_errors", False),
        ("throws", ()),  # SECURITY section 7: no exception is for the server
        ("closed", False),
        ("stage", "handler"),
        ("error_page", {}),
        ("multithread", True),
        ("multiprocess", False),
    ],
)
def test_values_in_a_request(see, name, value):
    """What a handler finds; what has no value of its own has CherryPy's default."""
    assert see(lambda: getattr(request, name)) == value


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("local", Host),
        ("remote", Host),
        ("header_list", list),
        ("headers", HeaderMap),
        ("cookie", SimpleCookie),
        ("params", dict),
        ("config", dict),
        ("toolmaps", dict),
        ("hooks", HookMap),
        ("dispatch", Dispatcher),
        ("namespaces", NamespaceSet),
        ("unique_id", str),
        ("wsgi_environ", dict),
    ],
)
def test_kinds_in_a_request(see, name, kind):
    """The classes that programs call methods of."""
    assert isinstance(see(lambda: getattr(request, name)), kind)


def test_the_app_of_a_request(see):
    """`request.app` is the application; it has the config's sections and its script name."""
    assert see(lambda: (request.app.script_name, "/" in request.app.config)) == ("/m", True)


def test_the_handler_of_a_request(see):
    """`request.handler` is callable, and its args and kwargs are what came."""
    args, kwargs, is_callable = see(
        lambda: (list(request.args), dict(request.kwargs), callable(request.handler))
    )
    assert (args, kwargs, is_callable) == (["a", "b"], {}, True)


def test_handler_arguments_may_be_replaced(site, call, environ):
    """A tool that sets `request.args` or `request.kwargs` changes what the handler gets."""

    def change():
        request.args, request.kwargs = ["x"], {"y": "z"}

    class Root:
        def page(self, *args, **kwargs):
            return repr((args, kwargs))

        page.exposed = True
        page._cp_config = {"hooks.before_handler": change}

    site.tree.mount(Root())
    assert call(site.tree, environ("/page/1?q=2")).text in (
        repr((("x",), {"y": "z"})),
        repr((("x",), {"q": "2", "y": "z"})),
    )


def test_the_body_of_a_request(see):
    """`request.body` is the entity, with a body or without one."""
    assert see(lambda: request.body.read()) == b""
    assert see(lambda: request.body.params, "/m/a", "POST", body=b"") == {}


@pytest.mark.parametrize("reads", [lambda stream: stream.read(), lambda stream: stream.read(4)])
def test_rfile_is_the_stream(see, reads):
    """`request.rfile` is the body as it comes, where nobody has parsed it."""
    config = {"/": {"request.process_request_body": False}}
    assert see(lambda: reads(request.rfile), "/m/a", "POST", config, body=b"data") == b"data"


def test_rfile_may_be_replaced(see):
    """What is put there is there."""
    stream = io.BytesIO()

    def replace():
        request.rfile = stream
        return request.rfile

    assert see(replace) is stream


def test_unique_id(see):
    """A UUID4, the same each time it is asked for; `str()` and `.uuid4` give its text."""
    one, two, three = see(
        lambda: (request.unique_id, str(request.unique_id), request.unique_id.uuid4)
    )
    assert one == two == three
    assert UUID(one).version == 4


def test_attributes_of_ones_own(see):
    """A tool or hook may leave anything on a request; it is gone with it."""

    def leave():
        request.my_own = 5
        found = request.my_own
        del request.my_own
        return found, hasattr(request, "my_own")

    assert see(leave) == (5, False)
    assert see(lambda: hasattr(request, "my_own")) is False


@pytest.mark.parametrize(
    "name", ["scheme", "base", "method", "path_info", "script_name", "login"]
)
def test_attributes_that_tools_set(see, name):
    """What a tool sets is what the rest of the request sees."""

    def change():
        setattr(request, name, "changed")
        return getattr(request, name)

    assert see(change) == "changed"


def test_namespaces_are_each_requests_own_copy():
    """`request.namespaces` is a set that subclasses may extend without touching the base."""

    class Mine(Request):
        namespaces = NamespaceSet(Request.namespaces)

    Mine.namespaces["mine"] = print
    assert "mine" not in Request.namespaces


# -- 2.6: the response ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", None), ("header_list", None), ("stream", False), ("output_status", None)],
)
def test_values_of_a_fresh_response(see, name, value):
    """Before finalize nothing is settled."""
    assert see(lambda: getattr(response, name)) == value


def test_the_headers_of_a_fresh_response(see):
    """Content-Type text/html and no more: Server and Date are the server's (SECURITY 13.1)."""
    assert see(lambda: response.headers.items()) == [("Content-Type", "text/html")]


def test_the_time_of_a_response(see):
    """`response.time` is when the response was made, in seconds."""
    before = time.time()
    made = see(lambda: response.time)
    assert before <= made <= time.time()


def test_the_cookie_of_a_response(see):
    """An empty SimpleCookie."""
    cookie = see(lambda: response.cookie)
    assert (type(cookie), len(cookie)) == (SimpleCookie, 0)


def test_a_response_after_finalize():
    """Then there are a status line, a header list and a body of one block."""
    made = Response()
    made.body = [b"a", b"b"]
    made.finalize()
    assert made.output_status == made.status == "200 OK"
    assert made.header_list == [("Content-Type", "text/html"), ("Content-Length", "2")]
    assert made.body == [b"ab"]


def test_collapse_body():
    """An iterator is joined, and stays joined."""
    made = Response()
    made.body = iter([b"a", b"b"])
    assert (made.collapse_body(), made.collapse_body(), made.body) == (b"ab", b"ab", [b"ab"])


# -- 1.2: the proxies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda target: len(target),
        lambda target: "a" in target,
        lambda target: iter(target),
        lambda target: target["a"],
        lambda target: target.__setitem__("a", 1),
        lambda target: target.__delitem__("a"),
    ],
)
def test_a_proxy_can_what_its_target_can(see, use):
    """A Request is no container: its proxy raises the TypeError that it would raise itself."""

    def attempt():
        with pytest.raises(TypeError):
            use(request)

    see(attempt)


def test_a_proxy_is_true_in_a_request(see):
    """`if request:` and `if response:` ask whether there is one."""
    assert see(lambda: (bool(request), bool(response))) == (True, True)


def test_the_dict_of_a_proxy(see):
    """`__dict__` is the class's, overlaid by what is set on the request itself."""

    def look():
        request.mine = 1
        names = request.__dict__
        return names["mine"], "closed" in names, "mine" in vars(type(serving.request))

    assert see(look) == (1, True, False)


def test_a_proxy_passes_on_what_is_set_and_deleted(see):
    """setattr and delattr reach the request; deleting twice is its AttributeError."""

    def look():
        request.mine = 1
        assert serving.request.mine == 1
        del request.mine
        with pytest.raises(AttributeError):
            del request.mine
        return hasattr(serving.request, "mine")

    assert see(look) is False


def test_serving_holds_both(see):
    """`serving.request` and `serving.response` are what the proxies stand for."""
    assert see(
        lambda: (
            isinstance(serving.request, Request),
            isinstance(serving.response, Response),
            serving.request.app is request.app,
        )
    ) == (True, True, True)
