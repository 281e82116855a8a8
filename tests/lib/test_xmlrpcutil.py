"""XML-RPC: calls that are answered, faults, and bodies that hold no call."""

from __future__ import annotations

import io
import logging
import xmlrpc.client

import pytest

from wsgicherry.core.config import ConfigError
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.lib.xmlrpcutil import MAX_NAME_CHARS, XMLRPCController, read_call, respond


class Below:
    @expose
    def hello(self):
        return "hello from below"

    def hidden(self):
        return "never"


class Service(XMLRPCController):
    below = Below()
    exposed_text = "text"

    @expose
    def echo(self, *args, **params):
        return [*args, params] if params else list(args)

    @expose
    def add(self, a, b):
        return a + b

    @expose
    def nothing(self):
        return None

    @expose
    def big(self):
        return 2**70

    @expose
    def fails(self):
        raise ValueError("the <text>\x00 of it \ud800")

    @expose
    def type_error(self, a):
        return a + "x"

    @expose
    def refuses(self):
        raise HTTPError(403, "not you")

    def hidden(self):
        return "never"


class Nested(Service):
    @property
    def service(self):
        return self


@pytest.fixture
def post(site):
    """Mount `Service` with `settings` of its tool; post(body, path) -> (status, headers,
    body).
    """

    def mount(**settings):
        config = {f"tools.xmlrpc.{name}": value for name, value in settings.items()}
        site.tree.mount(Service(), "", {"/": config})
        site.tree.mount(Nested(), "/nested", {})

        def post(body, path="/", query="", method="POST"):
            seen = []
            environ = {
                "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path,
                "QUERY_STRING": query, "SERVER_NAME": "s", "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "h", "CONTENT_TYPE": "text/xml",
                "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
                "wsgi.url_scheme": "http", "wsgi.errors": io.StringIO(),
            }  # fmt: skip
            chunks = site.tree(environ, lambda *head: seen.extend(head))
            data = b"".join(chunks)
            chunks.close()
            return seen[0], dict(seen[1]), data

        return post

    return mount


@pytest.fixture
def ask(post):
    """Call a method of the mounted service, as a client does: ask(name, *args)."""
    send = post()

    def ask(name, *args, path="/", **more):
        body = xmlrpc.client.dumps(args, name, allow_none=True).encode()
        status, headers, data = send(body, path, **more)
        assert status == "200 OK"
        assert headers["Content-Type"] in ("text/xml;charset=utf-8", "text/xml")
        assert headers["Content-Length"] == str(len(data))
        return xmlrpc.client.loads(data)[0][0]

    return ask


def call_body(value="", name="echo"):
    """Return a call with one parameter, whose XML is `value`."""
    return (
        f"<methodCall><methodName>{name}</methodName><params><param><value>{value}</value>"
        "</param></params></methodCall>"
    ).encode()


def no_argument(name):
    """Return a call without parameters."""
    return xmlrpc.client.dumps((), name).encode()


@pytest.mark.parametrize(
    ("name", "args", "result"),
    [
        ("add", (1, 2), 3),
        ("echo", (), []),
        ("echo", (True, 1.5, {"a": [1]}), [True, 1.5, {"a": [1]}]),
        ("echo", ("\u00e9\u2603 <&>",), ["\u00e9\u2603 <&>"]),
        ("below.hello", (), "hello from below"),
    ],
)  # fmt: skip
def test_calls(ask, name, args, result):
    """A dotted name is followed from the controller; what is returned comes back."""
    assert ask(name, *args) == result


def test_path_and_query(ask):
    """What the path left over comes before the arguments, the query string as keywords."""
    assert ask("echo", 1, path="/a/b/", query="x=1") == ["a", "b", 1, {"x": "1"}]


@pytest.mark.parametrize(
    "name",
    ["missing", "hidden", "below.hidden", "below.missing", "below", "exposed_text", "default",
     "echo.__func__", "__class__", "below.hello.__func__.__globals__", "__init__", ".",
     "echo.", "service.default", "a" * 70000],
)  # fmt: skip
def test_methods_that_are_not_there(ask, name, caplog):
    """An unknown method is a fault that names it, and no error in the log."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        ask(name)
    last = name.rpartition(".")[2][:MAX_NAME_CHARS]
    assert caught.value.faultString == f'method "{last}" is not supported'
    assert caught.value.faultCode == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_the_page_itself_is_no_method(ask):
    """No name leads back to the page that answers calls."""
    with pytest.raises(xmlrpc.client.Fault, match="not supported"):
        ask("service.default", path="/nested/")


@pytest.mark.parametrize("args", [(), (1,), (1, 2, 3)])
def test_arguments_that_do_not_fit(ask, args, caplog):
    """Arguments that do not fit are told as a fault, and are no error of the program's."""
    with pytest.raises(xmlrpc.client.Fault, match="argument"):
        ask("add", *args)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        ("fails", (), "the <text>? of it ?"),
        ("type_error", (1,), "unsupported operand type(s) for +: 'int' and 'str'"),
        ("nothing", (), "cannot marshal None unless allow_none is enabled"),
        ("big", (), "int exceeds XML-RPC limits"),
    ],
)
def test_errors_of_a_method(ask, name, args, text):
    """An error of a method is a fault with its text, as far as that can stand in XML."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        ask(name, *args)
    assert (caught.value.faultCode, caught.value.faultString) == (1, text)


def test_http_errors_stay_http(post):
    """A method that refuses by HTTPError is answered by that, which clients tell apart."""
    status, headers, _ = post()(no_argument("refuses"))
    assert status == "403 Forbidden"
    assert headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("allowed", [True, 1])
def test_none_if_allowed(post, allowed):
    """`tools.xmlrpc.allow_none` lets a method return None."""
    _, _, data = post(allow_none=allowed)(no_argument("nothing"))
    assert xmlrpc.client.loads(data)[0] == (None,)


def test_another_encoding(post):
    """`tools.xmlrpc.encoding` names the encoding of answers; what it lacks is escaped."""
    body = xmlrpc.client.dumps(("\u00e9\u2603",), "echo").encode()
    _, _, data = post(encoding="iso-8859-1")(body)
    assert b"encoding='iso-8859-1'" in data and b"\xe9&#9731;" in data
    assert xmlrpc.client.loads(data)[0] == (["\u00e9\u2603"],)


NO_CALL = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html></html>",
    "cut": call_body()[:-5],
    "no name": b"<methodCall><params/></methodCall>",
    "a fault": xmlrpc.client.dumps(xmlrpc.client.Fault(1, "x")).encode(),
    "a fault with code": b"<methodCall><fault><value><struct/></value></fault></methodCall>",
    "doctype": b"<!DOCTYPE x>" + call_body(),
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + call_body("&b;"),
    "external": b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + call_body(),
    "unknown entity": call_body("&lol;"),
    "bad int": call_body("<i4>x</i4>"),
    "long int": call_body("<i4>" + "9" * 5000 + "</i4>"),
    "bad boolean": call_body("<boolean>2</boolean>"),
    "bad double": call_body("<double>x</double>"),
    "bad base64": call_body("<base64>\u00e9</base64>"),
    "odd struct": call_body("<struct><value>1</value></struct>"),
    "loose struct end": b"<methodCall></struct></methodCall>",
    "unknown tag": call_body("<foo/>"),
    "nul": call_body("\x00"),
    "bad utf-8": call_body().replace(b"echo", b"\xff\xfe"),
    "bad encoding": b"<?xml version='1.0' encoding='zlib'?>" + call_body(),
    "deep": call_body("<array><data><value>" * 40 + "</value></data></array>" * 40),
    "many": call_body("<array><data>" + "<value/>" * 20_001 + "</data></array>"),
}


@pytest.mark.parametrize("name", NO_CALL)
def test_bodies_that_hold_no_call(post, name, caplog):
    """What is no call, has a DOCTYPE or is over a limit is a fault, and no error in the log."""
    status, _, data = post()(NO_CALL[name])
    assert status == "200 OK"
    with pytest.raises(xmlrpc.client.Fault, match=r'method "(ERRORMETHOD|None)" is not supp'):
        xmlrpc.client.loads(data)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_post(post, method):
    """A GET holds no call."""
    status, _, data = post()(b"", method=method)
    assert status == "200 OK"
    assert (b"ERRORMETHOD" in data) is (method == "GET")


@pytest.mark.parametrize(("more", "is_read"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize("limit", ["max_depth", "max_elements"])
def test_limits(limit, more, is_read):
    """Depth and number of elements have limits; at the limit a call is still read."""
    # Four elements around the value, itself, two of the list, and five in that.
    value = "<array><data>" + "<value/>" * 5 + "</data></array>"
    most = {"max_depth": 7, "max_elements": 12}
    most[limit] -= more
    if is_read:
        assert read_call(call_body(value), **most) == ((["", "", "", "", ""],), "echo")
    else:
        with pytest.raises(ValueError, match="too many elements"):
            read_call(call_body(value), **most)


@pytest.mark.parametrize(("more", "status"), [(-1, 200), (0, 200), (1, 413)])
def test_the_limit_of_bytes(post, more, status):
    """A call over `tools.xmlrpc.max_bytes` is a 413."""
    body = call_body("x" * 100)
    answer = post(max_bytes=len(body) - more)(body)
    assert int(answer[0][:3]) == status


def test_settings_are_checked(site):
    """The tool's settings have names and types."""
    with pytest.raises(ValueError, match="max_bytse"):
        site.tree.mount(Service(), "", {"/": {"tools.xmlrpc.max_bytse": 1}})
    with pytest.raises(ValueError, match="whole number"):
        site.tree.mount(Service(), "", {"/": {"tools.xmlrpc.max_depth": "1"}})


def test_a_page_may_answer_by_itself(site):
    """`respond` makes the answer of any page."""

    class Root:
        @expose
        def index(self):
            respond(xmlrpc.client.Fault(7, "seven"))
            return serving_now().response.body

    site.tree.mount(Root(), "")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "s", "SERVER_PORT": "80",
        "HTTP_HOST": "h", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip
    with pytest.raises(xmlrpc.client.Fault, match="seven"):
        xmlrpc.client.loads(b"".join(site.tree(environ, lambda *_: None)))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("encoding", "klingon", "There is no charset 'klingon' for text."),
        ("encoding", "zlib", "There is no charset 'zlib' for text."),
        ("encoding", 8, "is 8, which is not a text"),
        ("allow_none", "yes", "is 'yes', which is not True or False"),
        ("max_bytes", 0, "A limit is 1 or more, not 0."),
        ("max_depth", -1, "A limit is 1 or more, not -1."),
        ("max_elements", "many", "is 'many', which is not a whole number"),
    ],
)
def test_settings_that_cannot_be(site, name, value, message):
    """They are told when the application is mounted."""
    config = {"/": {"tools.xmlrpc.on": True, f"tools.xmlrpc.{name}": value}}
    with pytest.raises(ConfigError) as caught:
        site.tree.mount(XMLRPCController(), "", config)
    assert f"[/] tools.xmlrpc.{name}" in str(caught.value)
    assert message in str(caught.value)


def test_settings_that_can_be(site):
    """Every charset that Python knows will do."""
    config = {"/": {"tools.xmlrpc.on": True, "tools.xmlrpc.encoding": None}}
    site.tree.mount(XMLRPCController(), "", config)
    config["/"]["tools.xmlrpc.encoding"] = "iso-8859-1"
    site.tree.mount(XMLRPCController(), "/other", config)
