"""What CherryPy gets wrong, and is right here: BEHAVIOUR 13.2 (statuses), 13.3 and 13.6, one
test an item.

Not here are the items of static files, sessions, caching, authentication and the engine.
"""

from __future__ import annotations

import functools
import io
import os
from typing import NamedTuple
from wsgiref.validate import validator

import pytest
from webob import Request as WebObRequest
from webob import Response as WebObResponse
from webob import exc
from webob.headers import ResponseHeaders

import wsgicherry
from wsgicherry import HTTPError, HTTPRedirect, expose, request, response
from wsgicherry.lib import httputil

OLD = "Thu, 01 Jan 1970 00:00:00 GMT"
FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def serve(site):
    """Mount an object, or a function as every page of one: serve(root, config, at) -> ask.

    ask(path, method, headers=..., body=..., **environ) gives a `Answer`.
    """

    def serve(root, config=None, at=""):
        if not hasattr(root, "index") and not hasattr(root, "default"):
            function = root

            def default(*args, **kwargs):
                return function(*args, **kwargs)

            root = type("Root", (), {})()
            root.index = root.default = expose(default)
        site.tree.mount(root, at, {"/": config or {}})
        return functools.partial(ask, site.tree)

    return serve


class Answer(NamedTuple):
    """What a server would send."""

    status_int: int
    headers: ResponseHeaders
    body: bytes

    @property
    def text(self):
        return self.body.decode()


def ask(app, path, method="GET", headers=None, body=None, check=True, **environ):
    """Return what `app` answers, closed as a server does."""
    sent = WebObRequest.blank(path, method=method, headers=headers or {})
    sent.environ.update(SERVER_PROTOCOL="HTTP/1.1", HTTP_HOST="localhost")
    if body is not None:
        sent.environ["wsgi.input"] = io.BytesIO(body)
        sent.environ["CONTENT_LENGTH"] = str(len(body))
    sent.environ.update(environ)
    status, pairs, chunks = sent.call_application(validator(app) if check else app)
    try:
        data = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return Answer(int(status[:3]), ResponseHeaders(pairs), data)


class Echo:
    """Pages that say what they got."""

    @expose
    def index(self, **params):
        return repr(params)

    @expose
    def page(self, *args, **params):
        return repr((args, params))

    @expose
    def nothing(self):
        return "nothing"


# -- 13.2: client errors that were answered 500 -----------------------------------------------


@pytest.mark.parametrize(
    "header", ["bytes", "bytes=", "bytes=a-b", "bytes=1", "bytes=0-9-", "=", "bytes=9-5"]
)
def test_13_2_malformed_range(serve, header):
    """13.2 malformed Range: it is ignored."""
    page = serve(lambda: repr(httputil.get_ranges(request.headers["Range"], 100)))
    answer = page("/", headers={"Range": header})
    assert (answer.status_int, answer.text) == (200, "None")


@pytest.mark.parametrize(
    "charset", ["nope", "rot13", "hex", "zlib", "undefined", "../x", "idna"]
)
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b"])
def test_13_2_unknown_charset_in_content_type(serve, charset, kind):
    """13.2 unknown charset in Content-Type: 415, or 400."""
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'
    headers = {"Content-Type": f"{kind}; charset={charset}"}
    answer = serve(Echo())("/", "POST", headers, b"a=1" if kind == FORM else body)
    assert answer.status_int in (400, 415)


PART = b'Content-Disposition: form-data; name="a"\r\n\r\n1'


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            'multipart/form-data; boundary=""',
        ),
        *("multipart/form-data; boundary=\xe9", "multipart/form-data; boundary=" + "x" * 300),
    ],
)
def test_13_2_bad_or_missing_multipart_boundary(serve, content_type):
    """13.2 bad or missing boundary: 400."""
    body = b"--b\r\n" + PART + b"\r\n--b--\r\n"
    answer = serve(Echo())("/", "POST", {"Content-Type": content_type}, body, check=False)
    assert answer.status_int == 400


@pytest.mark.parametrize(
    "body",
    [
        b"--b",
        b"--b\r\n",
        b"--b\r\n" + PART[:20],
        b"--b\r\n" + PART,
        b"--b\r\n" + PART + b"\r\n--b",
    ],
)
def test_13_2_truncated_multipart(serve, body):
    """13.2 truncated multipart: 400."""
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert serve(Echo())("/", "POST", headers, body).status_int == 400


def test_13_2_part_headers_that_end_in_a_bare_newline(serve):
    """13.2 LF-only part headers: 400."""
    body = b"--b\r\n" + PART.replace(b"\r\n", b"\n") + b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert serve(Echo())("/", "POST", headers, body).status_int == 400


@pytest.mark.parametrize("name", ["x", "nope''a", "utf-8''%ff", "utf-8'x", "''", "utf-8''%00"])
def test_13_2_malformed_extended_file_name(serve, name):
    """13.2 malformed `filename*`: 400, or taken for absent; never a 500."""
    head = f'Content-Disposition: form-data; name="a"; filename*={name}'.encode()
    body = b"--b\r\n" + head + b"\r\n\r\n1\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert serve(Echo())("/", "POST", headers, body).status_int in (200, 400)


def test_13_2_tools_params_on_a_404(serve):
    """13.2 tools.params on a path that is not there: 404."""
    assert serve(Echo(), {"tools.params.on": True})("/nowhere?a=1").status_int == 404


class Strict:
    @expose
    def index(self, *, key):
        return key

    @expose
    def first(self, a, /):
        return a

    @expose
    def none(self):
        return "none"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 404), ("/?key=1", 200), ("/?other=1", 404), ("/first", 404), ("/first/x", 200)],
)
def test_13_2_missing_keyword_only_parameter(serve, path, status):
    """13.2 a keyword-only parameter that did not come: 404."""
    assert serve(Strict())(path).status_int == status


@pytest.mark.parametrize(
    ("path", "status"), [("/none?self=", 404), ("/none?self=1", 404), ("/first/x?self=1", 404)]
)
def test_13_2_a_parameter_named_self(serve, path, status):
    """13.2 `?self=`: a parameter that the page does not take is a 404."""
    assert serve(Strict())(path).status_int == status
    assert serve(Echo(), at="/echo")("/echo/?self=1").status_int in (200, 404)


def test_13_2_a_form_field_named_self(serve):
    """13.2 (SECURITY 6 row 36) the same in a form: 400."""
    answer = serve(Strict())("/none", "POST", {"Content-Type": FORM}, b"self=1")
    assert answer.status_int == 400


@pytest.mark.parametrize(
    ("protocol", "version"),
    [
        ("HTTP/2", (1, 1)),
        ("HTTP/3", (1, 1)),
        ("HTTP/2.0", (1, 1)),
        ("HTTP/1.0", (1, 0)),
        ("INCLUDED", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_13_2_protocol_strings(serve, protocol, version):
    """13.2 "HTTP/2" and its like: 200."""
    answer = serve(lambda: repr(request.protocol))("/", SERVER_PROTOCOL=protocol, check=False)
    assert (answer.status_int, answer.text) == (200, repr(version))


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PURGE"])
def test_13_2_reading_the_body_of_a_request_without_one(serve, method):
    """13.2 reading request.body on GET or DELETE: b''."""
    page = serve(
        lambda: repr((request.body.read(), request.body.readlines(), list(request.body)))
    )
    assert page("/", method, check=method != "PURGE").text == "(b'', [], [])"


@pytest.mark.parametrize("hint", [None, 1])
def test_13_2_readlines_on_a_chunked_body(serve, hint):
    """13.2 body.readlines() without a hint on a chunked body: its lines."""
    page = serve(lambda: repr(request.body.readlines(*([] if hint is None else [hint]))))
    answer = page(
        "/",
        "PUT",
        {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"},
        **{"wsgi.input": io.BytesIO(b"a\nb\n"), "wsgi.input_terminated": True},
        check=False,
    )
    assert answer.text == repr([b"a\n", b"b\n"] if hint is None else [b"a\n"])


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_13_2_request_json_on_get(serve, method):
    """13.2 Where no JSON came, a page that reads request.json all the same answers 400."""
    page = serve(lambda: request.json["a"], {"tools.json_in.on": True})
    assert page("/", method, check=False).status_int == 400


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("*", "gzip"),
        ("gzip", "gzip"),
        ("br", None),
        ("*;q=0, gzip", "gzip"),
        ("identity", None),
    ],
)
def test_13_2_accept_encoding_of_anything(serve, accepted, coding):
    """13.2 Accept-Encoding `*` with gzip on: gzip or identity, no 406."""
    answer = serve(lambda: "x" * 100, {"tools.gzip.on": True})(
        "/", headers={"Accept-Encoding": accepted}
    )
    assert (answer.status_int, answer.headers.get("Content-Encoding")) == (200, coding)


@pytest.mark.parametrize(("since", "status"), [(FUTURE, 304), (OLD, 200), ("nonsense", 200)])
def test_13_2_if_modified_since_is_a_date(serve, tmp_path, since, status):
    """13.2 If-Modified-Since of a later date: 304; of none at all: 200."""
    (tmp_path / "file.txt").write_text("x")
    os.utime(tmp_path / "file.txt", (1e9, 1e9))
    file = {
        "tools.staticfile.on": True,
        "tools.staticfile.filename": str(tmp_path / "file.txt"),
    }
    answer = serve(Echo(), file)("/", headers={"If-Modified-Since": since})
    assert answer.status_int == status


# -- 13.3: correctness ------------------------------------------------------------------------


def test_13_3_item_7_config_of_a_subclass_is_its_own(serve, site):
    """13.3 (7) config put on a subclass leaves its parent's as it is."""

    @site.config(**{"response.headers.X-Kind": "parent"})
    class Parent:
        @expose
        def index(self):
            return "x"

    @site.config(**{"response.headers.X-Kind": "child"})
    class Child(Parent):
        pass

    parent, child = serve(Parent(), at="/parent"), serve(Child(), at="/child")
    assert parent("/parent/").headers["X-Kind"] == "parent"
    assert child("/child/").headers["X-Kind"] == "child"


def test_13_3_item_8_a_pipeline_is_not_doubled_by_a_merge(site):
    """13.3 (8) app.merge applies wsgi.pipeline once, however often something is merged."""
    passed = []

    def layer(app):
        def call(environ, start_response):
            passed.append("layer")
            return app(environ, start_response)

        return call

    app = site.tree.mount(Echo(), "", {"/": {"wsgi.pipeline": [("layer", layer)]}})
    app.merge({"/": {"response.headers.X-One": "1"}})
    app.merge({"/": {"response.headers.X-Two": "2"}})
    answer = ask(site.tree, "/")
    assert passed == ["layer"]
    assert (answer.headers["X-One"], answer.headers["X-Two"]) == ("1", "2")


def test_13_3_item_8_an_environment_that_is_assigned_acts(site):
    """13.3 (8) config['environment'] = x does what update does."""
    site.config["environment"] = "production"
    assert site.config["request.show_mismatched_params"] is False


@pytest.mark.parametrize(
    ("point", "path"),
    [
        ("on_start_resource", "/"),
        ("before_finalize", "/"),
        ("on_end_resource", "/"),
        ("before_error_response", "/fault"),
        ("after_error_response", "/fault"),
    ],
)
@pytest.mark.parametrize("error", [functools.partial(HTTPError, 418), HTTPRedirect])
def test_13_3_item_10_an_error_in_a_hook_has_its_status(serve, point, path, error):
    """13.3 (10) HTTPError or a redirect in any hook: its own status, not a 500."""

    class Root(Echo):
        @expose
        def fault(self):
            raise ZeroDivisionError

    def refuse():
        raise error() if error is not HTTPRedirect else HTTPRedirect("/x")

    answer = serve(Root(), {f"hooks.{point}": refuse})(path)
    assert answer.status_int == (303 if error is HTTPRedirect else 418)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_13_3_item_11_every_body_is_closed(serve, method, streams):
    """13.3 (11) a body's close() is called once, for HEAD too, streamed or not."""
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"a", b"b"])

        def close(self):
            closed.append(1)

    answer = serve(lambda: Body(), {"response.stream": streams})("/", method)
    assert answer.body == (b"ab" if method == "GET" else b"")
    assert closed == [1]


def test_13_3_item_11_a_file_is_closed(serve, tmp_path):
    """13.3 (11) a file that a handler returns is closed when it has been sent, or not sent."""
    files = []

    def handler():
        files.append(open(tmp_path / "x", "w+b"))  # noqa: SIM115 - it is the body
        files[-1].write(b"text")
        files[-1].seek(0)
        return files[-1]

    page = serve(handler)
    assert page("/").body == b"text"
    assert page("/", "HEAD").headers["Content-Length"] == "4"
    assert [file.closed for file in files] == [True, True]


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/caf\xe9", "http://localhost/caf%C3%A9"),
        ("/\u4e2d?q=\u4e2d", "http://localhost/%E4%B8%AD?q=%E4%B8%AD"),
        ("/a b", "http://localhost/a%20b"),
        ("/a%20b", "http://localhost/a%20b"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_13_3_item_14_redirects(serve, to, location, status):
    """13.3 (14) redirect targets are percent-encoded; the server's root, whatever the mount."""

    def handler():
        raise HTTPRedirect(to, status)

    answer = serve(handler, at="/app")("/app/")
    assert (answer.status_int, answer.headers["Location"]) == (status, location)


def test_13_3_item_14_the_missing_slash_of_a_path_that_is_not_ascii(serve):
    """13.3 (14) the toolkit's own redirects are percent-encoded as well."""
    root = Echo()
    root.café = Echo()
    answer = serve(root)("/caf%C3%A9?a=1")
    assert answer.headers["Location"] == "http://localhost/caf%C3%A9/?a=1"


def test_13_3_item_15_query_string_separators(serve):
    """13.3 (15) '&' alone separates, unless config says otherwise."""
    assert serve(Echo())("/?a=1;b=2").text == repr({"a": "1;b=2"})
    old = serve(Echo(), {"request.query_string_separator": "&;"}, at="/old")
    assert old("/old/?a=1;b=2").text == repr({"a": "1", "b": "2"})


def test_13_3_item_15_query_and_form_make_one_dict(serve):
    """13.3 (15) kept: a name in both has a list."""
    answer = serve(Echo())("/?a=1&b=2", "POST", {"Content-Type": FORM}, b"a=3&c=4")
    assert answer.text == repr({"a": ["1", "3"], "b": "2", "c": "4"})


def test_13_3_item_16_expose_marks_any_object(serve):
    """13.3 (16) an object that is no function is exposed, not taken for an alias."""

    class Callable:
        def __call__(self, *args):
            return f"called {args}"

    root = Echo()
    root.thing = expose(Callable())
    root.part = expose(functools.partial(lambda greeting, name="x": greeting + name, "hello "))
    serve_it = serve(root)
    assert serve_it("/thing/1").text == "called ('1',)"
    assert serve_it("/part?name=you").text == "hello you"


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Signatures:
    @expose
    def index(self):
        return "index"

    @expose
    @decorated
    def wrapped(self, a):
        return a

    @expose
    def keyword(self, a, *, b="b"):
        return a + b

    @expose
    def positional(self, a, /, b="b"):
        return a + b

    @expose
    def fails(self, a):
        return len(5)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/wrapped?a=1", 200),
        ("/wrapped", 404),
        ("/wrapped?c=1", 404),
        ("/keyword?a=1&b=2", 200),
        ("/keyword?b=2", 404),
        ("/positional/1?b=2", 200),
        ("/positional?a=1", 404),
        ("/fails?a=1", 500),
    ],
)
def test_13_3_item_16_signatures(serve, path, status):
    """13.3 (16) keyword-only, positional-only and decorated parameters are understood, and a
    TypeError of the page's own stays a 500.
    """
    assert serve(Signatures())(path).status_int == status


def test_13_3_item_16_what_dispatch_adds_is_seen(serve):
    """13.3 (16) a parameter from the path is there, and one from the query string joins it."""

    class Item:
        @expose
        def index(self, **params):
            return repr(params)

    @wsgicherry.popargs("id", handler=Item())
    class Root:
        @expose
        def index(self):
            return "root"

    answer = serve(Root())("/7/?b=1")
    assert answer.text == repr({"id": "7", "b": "1"})


@pytest.mark.parametrize(
    ("path", "args", "expected"),
    [
        ("/app/", ("../x",), "http://localhost/app/x"),
        ("/app/", ("x",), "http://localhost/app/x"),
        ("/app/p/q", ("../x/",), "http://localhost/app/x/"),
        ("/app/p/q", ("x/./y/",), "http://localhost/app/p/x/y/"),
    ],
)
def test_13_3_item_17_urls(serve, path, args, expected):
    """13.3 (17) '../x' at an application's root stays in it; last slashes stay."""
    page = serve(lambda *_: wsgicherry.url(*args), {"tools.trailing_slash.on": False}, "/app")
    assert page(path).text == expected


def test_13_3_item_17_urls_outside_a_request():
    """13.3 (17) a slash stands before a path that has none."""
    assert wsgicherry.url("x", base="http://h") == "http://h/x"


def test_13_3_item_17_a_base_with_a_path(serve):
    """13.3 (17) relative='server' keeps the path of the base."""
    page = serve(lambda *_: wsgicherry.url("/x", base="http://h/deep", relative="server"))
    assert page("/").text == "/deep/x"


def test_13_3_item_18_the_trees_own_404(site, access_lines):
    """13.3 (18) a path of no application: a 404 with headers, a body and an access line."""
    site.tree.mount(Echo(), "/app")
    answer = ask(site.tree, "/nowhere")
    assert answer.status_int == 404
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert "Content-Type" in answer.headers
    assert answer.body
    assert len(access_lines) == 1
    assert '"GET /nowhere' in access_lines[0]


@pytest.mark.parametrize("name", ["app", "app/", "/app//x"])
def test_13_3_item_18_script_names(site, name):
    """13.3 (18) a script name without its slash is no silent success."""
    try:
        site.tree.mount(Echo(), name)
    except ValueError as error:
        assert repr(name) in str(error)
    else:
        assert ask(site.tree, "/app/").status_int in (200, 404)


# -- 13.6: WebOb's defaults that programs must not see ----------------------------------------


def test_13_6_content_type(serve):
    """13.6 text/html;charset=utf-8, as CherryPy spells it."""
    assert serve(lambda: "x")("/").headers["Content-Type"] == "text/html;charset=utf-8"


def test_13_6_query_strings_are_one_dict(serve):
    """13.6 params are a plain dict of text and lists, not a MultiDict."""
    answer = serve(lambda **_: repr((type(request.params), request.params)))("/?a=1&a=2&b=")
    assert answer.text == repr((dict, {"a": ["1", "2"], "b": ""}))


def test_13_6_an_undecodable_query_string(serve):
    """13.6 a 404 that names the encoding."""
    answer = serve(Echo())("/?a=%E9")
    assert answer.status_int == 404
    assert "Query strings for this resource must be encoded with" in answer.text


def test_13_6_cookies_are_simplecookies(serve):
    """13.6 SimpleCookie on both sides, attributes in its order."""

    def handler():
        cookie = response.cookie
        cookie["a"] = request.cookie["in"].value
        cookie["a"]["path"], cookie["a"]["max-age"], cookie["a"]["httponly"] = "/", 5, True
        return "x"

    answer = serve(handler)("/", headers={"Cookie": "in=1"})
    assert answer.headers["Set-Cookie"] == "a=1; HttpOnly; Max-Age=5; Path=/"


def test_13_6_header_names(serve):
    """13.6 names go out in Title-Case, Content-Type first."""

    def handler():
        response.headers["x-my-own"] = "1"
        response.headers["ETag"] = '"x"'
        return "x"

    names = list(serve(handler)("/").headers)
    assert names[0] == "Content-Type"
    assert {"X-My-Own", "Etag"} <= set(names)


@pytest.mark.parametrize("make", [exc.HTTPNotFound, exc.HTTPForbidden, exc.HTTPBadRequest])
def test_13_6_errors_of_webob_are_answered(serve, make):
    """13.6 a WebOb exception that a handler returns has its status; raised, it is a fault."""
    assert serve(lambda: make())("/").status_int == make.code


@pytest.mark.parametrize("location", ["/x", "x", "../y", "http://other.example/"])
def test_13_6_a_location_is_not_rewritten(serve, location):
    """13.6 a Location that the program set goes out as it is, not made absolute."""

    def handler(*_):
        response.status, response.headers["Location"] = 303, location
        return "x"

    assert serve(handler)("/a/b").headers["Location"] == location


@pytest.mark.parametrize("streams", [False, True])
def test_13_6_head_has_the_headers_of_get(serve, streams):
    """13.6 HEAD: the Content-Length of GET, no body."""

    def handler():
        response.headers["X-Own"] = "1"
        if streams:
            response.headers["Content-Length"] = "5"
        return b"hello"

    page = serve(handler, {"response.stream": streams})
    get, head = page("/"), page("/", "HEAD")
    assert dict(get.headers) == dict(head.headers)
    assert get.headers["Content-Length"] == "5"
    assert (get.body, head.body) == (b"hello", b"")


def test_13_6_a_webob_response_is_a_result(serve):
    """13.6 status, headers and body of a WebOb response are used as they are."""
    answer = serve(lambda: WebObResponse("text", status=201, content_type="text/plain"))("/")
    assert (answer.status_int, answer.text) == (201, "text")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
