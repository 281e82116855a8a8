"""The request: every word of CherryPy's on it, read from the environ, written back where it
matters.
"""

import re
from http.cookies import SimpleCookie
from uuid import UUID

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, InternalRedirect
from wsgicherry.core.hooks import HookMap
from wsgicherry.core.request import Request, RequestHeaders, load_cookies, port_number
from wsgicherry.wire.headers import Host


@pytest.fixture
def see(page):
    """Return what `look` says of the request that a call with these options makes."""

    def see(look, path="/", method="GET", *, script_name="", config=None, **options):
        seen = []

        def handler(*args, **kwargs):
            seen.append(look(serving_now().request))

        answer = page(handler, config, script_name)(path, method, **options)
        assert answer.code == 200, answer.text
        return seen[0]

    return see


# -- class-level defaults (BEHAVIOUR 2.6) -----------------------------------------------------

DEFAULTS = {
    "prev": None,
    "query_string": "",
    "query_string_encoding": "utf8",
    "process_request_body": True,
    "methods_with_bodies": ("POST", "PUT", "PATCH"),
    "script_name": "",
    "path_info": "/",
    "login": None,
    "app": None,
    "handler": None,
    "is_index": None,
    "protocol": (1, 1),
    "server_protocol": "HTTP/1.1",
    "show_tracebacks": False,  # SECURITY section 2; CherryPy: True
    "show_mismatched_params": True,
    "throw_errors": False,
    "closed": False,
    "stage": None,
    "params": {},
    "error_id": "",
    "rfile": None,
    "scheme": "http",
    "method": "GET",
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults(name, environ):
    """A request that nothing has happened to yet has CherryPy's defaults."""
    value = getattr(Request(environ()), name)
    assert value == DEFAULTS[name]
    assert type(value) is type(DEFAULTS[name])


def test_params_are_each_requests_own(environ):
    """No request shares its params with another."""
    one, two = Request(environ()), Request(environ())
    one.params["a"] = 1
    assert two.params == {}


def test_webobs_constructor_still_checks(environ):
    """Options go to WebOb's own constructor; an environ that is no dict is refused."""
    assert Request(environ(), method="PUT").method == "PUT"
    with pytest.raises(TypeError, match="WSGI environ must be a dict"):
        Request([("a", 1)])
    with pytest.raises(TypeError, match="nope"):
        Request(environ(), nope=1)


# -- what came in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "script_name", "expected"),
    [
        ("/", "", ("", "/")),
        ("/a/b", "", ("", "/a/b")),
        ("/m/a", "/m", ("/m", "/a")),
        ("/m", "/m", ("/m", "")),
        ("/m/", "/m", ("/m", "/")),
        ("/p%C3%A9", "", ("", "/pé")),
        ("/m//a///b", "/m", ("/m", "/a/b")),
    ],
)
def test_paths(see, path, script_name, expected):
    """script_name is the mount point; path_info the rest, decoded, its runs of slashes as
    one.
    """
    config = {"/": {"tools.trailing_slash.on": False}}
    seen = see(
        lambda r: (r.script_name, r.path_info), path, script_name=script_name, config=config
    )
    assert seen == expected


def test_script_name_of_an_application_that_takes_it_from_the_server(site, call, environ):
    """An Application with script_name None says what the environ says."""
    seen = []

    class Root:
        def default(self, *args):
            request = serving_now().request
            seen.append((request.script_name, request.path_info, request.current_path()))
            return b""

        default.exposed = True

    app = site.Application(Root(), None)
    call(app, environ("/x/y", SCRIPT_NAME="/from/server"))
    call(app, environ("/x/y"))
    assert seen == [("/from/server", "/x/y", "/x/y"), ("", "/x/y", "/x/y")]


@pytest.mark.parametrize(
    ("sent", "server", "expected"),
    [
        ("HTTP/1.1", None, (1, 1)),
        ("HTTP/1.0", None, (1, 0)),
        ("HTTP/0.9", None, (1, 0)),
        ("HTTP/2", None, (1, 1)),
        ("HTTP/2.0", None, (1, 1)),
        ("HTTP/3", None, (1, 1)),
        ("nonsense", None, (1, 1)),
        ("HTTP/1.1", "HTTP/1.0", (1, 0)),
        ("HTTP/1.0", "HTTP/1.1", (1, 0)),
        ("HTTP/2", "HTTP/1.0", (1, 0)),
    ],
)
def test_protocol_is_the_lower_of_both(see, sent, server, expected):
    """`protocol` is what both speak, at most 1.1; 'HTTP/2' breaks nothing (BEHAVIOUR 13.2)."""
    options = {"SERVER_PROTOCOL": sent, "ACTUAL_SERVER_PROTOCOL": server}
    protocol, server_protocol = see(lambda r: (r.protocol, r.server_protocol), **options)
    assert (protocol, server_protocol) == (expected, server or "HTTP/1.1")


@pytest.mark.parametrize(
    ("path", "options", "line"),
    [
        ("/", {}, "GET / HTTP/1.1"),
        ("/a?b=c", {"method": "POST", "body": b""}, "POST /a?b=c HTTP/1.1"),
        ("/p%C3%A9", {"SERVER_PROTOCOL": "HTTP/1.0"}, "GET /pé HTTP/1.0"),
    ],
)
def test_request_line(see, path, options, line):
    """The request line is rebuilt from the decoded path."""
    assert see(lambda r: r.request_line, path, **options) == line


def test_a_request_line_of_the_programs_own(page, access_lines):
    """What a program puts there is what the access line has, of that request alone."""

    def handler(*path, **params):
        request = serving_now().request
        if request.path_info == "/token":
            request.request_line = "GET /*** HTTP/1.1"
            if params:
                raise InternalRedirect("/other")
        return request.request_line

    serve = page(handler)
    assert serve("/token").text == "GET /*** HTTP/1.1"
    assert serve("/token", qs="go=1").text == "GET /other HTTP/1.1"
    logged = ["GET /*** HTTP/1.1", "GET /other HTTP/1.1"]
    assert [line.split('"')[1] for line in access_lines] == logged


def test_request_line_below_a_mount_point(see):
    """The request line holds the whole path."""
    assert see(lambda r: r.request_line, "/m/x", script_name="/m") == "GET /m/x HTTP/1.1"


@pytest.mark.parametrize(
    ("qs", "expected"),
    [("", ""), ("a=%C3%A9", "a=%C3%A9"), ("a=\xc3\xa9", "a=é")],
)
def test_query_string(see, qs, expected):
    """query_string is text: raw UTF-8 in it is decoded, escapes stay."""
    assert see(lambda r: r.query_string, qs=qs) == expected


def test_an_undecodable_raw_query_string_is_a_client_error(page, environ):
    """Raw bytes in the query string that are not UTF-8 are answered 404, as escaped ones."""
    answer = page(lambda **kwargs: b"")("/", qs="a=\xff")
    assert answer.code == 404
    assert "The given query string could not be processed" in answer.text


def test_names_of_the_server(see, environ):
    """wsgi_environ, multithread, multiprocess, scheme and method say what the environ says."""

    def look(request):
        assert request.wsgi_environ is request.environ
        return request.multithread, request.multiprocess, request.scheme, request.method

    options = {"wsgi.multiprocess": True, "wsgi.multithread": False, "wsgi.url_scheme": "https"}
    assert see(look, method="PUT", body=b"", **options) == (False, True, "https", "PUT")
    assert see(look) == (True, False, "http", "GET")


@pytest.mark.parametrize(
    ("keys", "login"),
    [
        ({}, None),
        ({"REMOTE_USER": "ann"}, "ann"),
        ({"LOGON_USER": "bob"}, "bob"),
        ({"REMOTE_USER": "ann", "LOGON_USER": "bob"}, "bob"),
        ({"REMOTE_USER": "ann", "LOGON_USER": ""}, "ann"),
        ({"REMOTE_USER": ""}, None),
    ],
)
def test_login(see, keys, login):
    """login is what the server says, LOGON_USER first; None for nobody."""
    assert (see(lambda r: r.login, **keys) or None) == login


def test_tools_may_set_login(see):
    """An authentication tool sets login; False is its word for a failure."""

    def look(request):
        request.login = False
        return request.login

    assert see(look, REMOTE_USER="ann") is False


def test_prev_is_the_request_before_an_internal_redirect(site, call, environ):
    """After an InternalRedirect `prev` is the request that it ended, closed."""
    seen = []

    class Root:
        def start(self):
            serving_now().request.mark = "first"
            raise InternalRedirect("/end?x=1")

        def end(self, x):
            prev = serving_now().request.prev
            seen.append((prev.mark, prev.path_info, prev.closed, prev.prev, x))
            return b""

        start.exposed = end.exposed = True

    site.tree.mount(Root())
    assert call(site.tree, environ("/start")).code == 200
    assert seen == [("first", "/start", True, None, "1")]


def test_unique_id_is_made_once(see):
    """unique_id is a UUID4, the same each time it is asked for, another for another request."""

    def look(request):
        one = str(request.unique_id)
        assert str(request.unique_id) == one
        assert UUID(one).version == 4
        return one

    assert see(look) != see(look)


def test_unique_id_has_uuid4(see):
    """`request.unique_id.uuid4` is CherryPy's way to the text (BEHAVIOUR 2.6)."""

    def look(request):
        return str(request.unique_id.uuid4), str(request.unique_id)

    uuid4, text = see(look)
    assert uuid4 == text


# -- headers ----------------------------------------------------------------------------------

SENT = {
    "Host": "h.example",
    "X-Two-Words": "  kept  ",
    "Accept": "text/html;q=0.5, text/plain",
    "Content-Type": "text/plain",
}


def test_headers_are_title_cased_and_found_in_any_case(see):
    """Names are in Title-Case, values stripped; look-ups take any case."""

    def look(request):
        headers = request.headers
        assert headers["x-two-words"] == headers["X-TWO-WORDS"] == "kept"
        assert "x-two-words" in headers
        assert headers.get("nope") is None
        assert [e.value for e in headers.elements("accept")] == ["text/plain", "text/html"]
        assert request.headers is headers
        return dict(headers)

    assert see(look, headers=SENT, body=b"", REMOTE_HOST="client.example") == {
        "Host": "h.example",
        "X-Two-Words": "kept",
        "Accept": "text/html;q=0.5, text/plain",
        "Content-Type": "text/plain",
        "Content-Length": "0",
        "Remote-Addr": "192.0.2.7",
        "Remote-Host": "client.example",
    }


def test_header_list_holds_the_same_pairs(see):
    """header_list is the headers as pairs."""
    pairs = see(lambda r: (r.header_list, list(r.headers.items())), headers=SENT)
    assert pairs[0] == pairs[1]
    assert ("X-Two-Words", "kept") in pairs[0]


def test_authorization_that_a_cgi_server_renames(see):
    """HTTP_CGI_AUTHORIZATION is the Authorization header."""
    assert (
        see(lambda r: r.headers["Authorization"], HTTP_CGI_AUTHORIZATION="Basic x") == "Basic x"
    )


@pytest.mark.parametrize(
    "value", ["=?utf-8?q?b?=", "a =?utf-8?q?b?= c", "=?nope?q?b?=", "=?utf-8?b?!?="]
)
def test_header_values_are_not_decoded(see, value):
    """RFC 2047 words in request headers stay as they are (SECURITY goal 11, BEHAVIOUR 13.1
    (15)).
    """
    assert see(lambda r: r.headers["X"], headers={"X": value}) == value


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("X-Mine", "HTTP_X_MINE"),
        ("x-mine", "HTTP_X_MINE"),
        ("content-type", "CONTENT_TYPE"),
        ("Content-Length", "CONTENT_LENGTH"),
        ("Remote-Addr", "REMOTE_ADDR"),
        ("REMOTE-HOST", "REMOTE_HOST"),
    ],
)
def test_headers_are_written_through(environ, name, key):
    """What is set or deleted in the headers is set or deleted in the environ, for WebOb's
    words.
    """
    request = Request(environ())
    request.headers[name] = 12
    assert request.headers[name.upper()] == 12
    assert request.environ[key] == "12"
    del request.headers[name]
    assert name not in request.headers
    assert key not in request.environ


def test_webob_words_follow_the_headers(environ):
    """A tool that changes a header changes what WebOb's words say."""
    request = Request(environ(headers={"If-None-Match": '"a"'}))
    request.headers["If-None-Match"] = '"b"'
    assert "b" in request.if_none_match
    assert "a" not in request.if_none_match


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.pop("X-A"),
        lambda headers: headers.update({"X-A": None}) or headers.__delitem__("X-A"),
        lambda headers: headers.clear(),
        lambda headers: headers.popitem(),
    ],
)
def test_every_way_to_delete_reaches_the_environ(environ, change):
    """pop(), popitem() and clear() delete from the environ, too."""
    made = {key: value for key, value in environ().items() if not key.startswith("HTTP_")}
    made.pop("REMOTE_ADDR")
    headers = RequestHeaders({**made, "HTTP_X_A": "1"})
    change(headers)
    assert "X-A" not in headers
    assert "HTTP_X_A" not in headers._environ


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.update({"x-a": "2"}),
        lambda headers: headers.update([("X-A", "2")]),
        lambda headers: headers.setdefault("X-A", "2"),
        lambda headers: headers.__ior__({"X-A": "2"}),
    ],
)
def test_every_way_to_set_reaches_the_environ(environ, change):
    """update(), setdefault() and |= set the environ, too."""
    headers = RequestHeaders(environ())
    change(headers)
    assert headers["X-A"] == "2"
    assert headers._environ["HTTP_X_A"] == "2"


def test_copies_of_headers_are_apart(environ):
    """copy() and | give a mapping that no longer changes the environ."""
    headers = RequestHeaders(environ(headers={"X-A": "1"}))
    for twin in (headers.copy(), headers | {}):
        twin["X-A"] = "2"
        assert headers["X-A"] == headers._environ["HTTP_X_A"] == "1"
        assert twin["x-a"] == "2"


def test_headers_may_be_replaced(environ):
    """`request.headers` may be set, as CherryPy's tests and tools do."""
    request = Request(environ())
    request.headers = {"A": "b"}
    assert request.headers == {"A": "b"}


def test_a_header_value_that_is_no_text_is_left_out(environ):
    """A middleware that puts an object under HTTP_... breaks nothing."""
    assert "X" not in Request(environ(HTTP_X=object())).headers


# -- cookies ----------------------------------------------------------------------------------

COOKIES = [
    ("", {}),
    ("a=1", {"a": "1"}),
    ("a=1; b=2", {"a": "1", "b": "2"}),
    ("a=1;b=2", {"a": "1", "b": "2"}),
    ('a="q uoted\\073\\""', {"a": 'q uoted;"'}),
    ("a=", {"a": ""}),
    ("a=1=2", {"a": "1=2"}),
    ("a=1; a=2", {"a": "2"}),
    ("bad, name=1; good=2", {"good": "2"}),
    ("a,=b; good=2", {"good": "2"}),
    ("novalue; good=2", {"good": "2"}),
    ("=x; good=2", {"good": "2"}),
    ("expires=1; Path=/; good=2", {"good": "2"}),
    ("$Version=1; good=2", {"good": "2"}),
    ("good=2; \xe4=1", {"good": "2"}),
    ('a="x\\012y"; good=2', {"good": "2"}),
    (";;; ; good=2;", {"good": "2"}),
]


@pytest.mark.parametrize(("header", "expected"), COOKIES)
def test_cookies_come_in(see, header, expected):
    """Broken cookies are dropped, the good ones beside them kept; the answer is 200 (goal
    12).
    """

    def look(request):
        assert isinstance(request.cookie, SimpleCookie)
        assert request.cookie is request.cookie
        return {name: morsel.value for name, morsel in request.cookie.items()}

    assert see(look, headers={"Cookie": header}) == expected


def test_cookies_are_never_copied_to_the_response(page):
    """A cookie that came in does not go out again."""
    answer = page(lambda: serving_now().request.cookie["a"].value)(
        "/", headers={"Cookie": "a=1"}
    )
    assert answer.text == "1"
    assert answer.all("Set-Cookie") == []


def test_cookie_may_be_replaced(environ):
    """`request.cookie` may be set."""
    request = Request(environ())
    request.cookie = SimpleCookie("x=1")
    assert request.cookie["x"].value == "1"


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 431)])
def test_the_cookie_header_has_a_limit(page, extra, code):
    """16 kB of cookies, no byte more (SECURITY goal 8); config may say another limit."""
    serve = page(lambda: str(len(serving_now().request.cookie)))
    cookie = "a=" + "x" * (16 * 1024 - 2 + extra)
    assert serve("/", headers={"Cookie": cookie}).code == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 431)])
@pytest.mark.parametrize("limit", [10, 64 * 1024])
def test_the_limit_of_the_cookie_header_is_a_key(page, limit, extra, code):
    """`request.max_cookie_bytes` sets the limit; what it lets in can be read."""
    serve = page(
        lambda: str(len(serving_now().request.cookie)), request__max_cookie_bytes=limit
    )
    cookie = "a=" + "x" * (limit - 2 + extra)
    answer = serve("/", headers={"Cookie": cookie})
    assert answer.code == code
    assert code == 431 or answer.text == "1"


def test_load_cookies_makes_morsels():
    """A cookie that came in has no attributes, and can be sent again as it is."""
    cookies = load_cookies("a=1; b=x y")
    assert {m.OutputString() for m in cookies.values()} == {"a=1", "b=x y"}
    assert cookies["a"].key == "a"
    assert not any(cookies["a"].values())


# -- both ends of the connection --------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ("", 8080, "server.example")),
        ({"SERVER_PORT": "80", "SERVER_NAME": "a"}, ("", 80, "a")),
        ({"SERVER_PORT": "/run/x.sock"}, ("", 80, "server.example")),
        ({"SERVER_PORT": "None"}, ("", 80, "server.example")),
        ({"SERVER_PORT": ""}, ("", 80, "server.example")),
        ({"SERVER_PORT": "٣"}, ("", 80, "server.example")),
    ],
)
def test_local(environ, keys, expected):
    """`local` is the server's end; a port that is none does not fail (SERVERS R22)."""
    host = Request(environ(**keys)).local
    assert (host.ip, host.port, host.name) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"REMOTE_PORT": "5555"}, ("192.0.2.7", 5555, "")),
        ({}, ("192.0.2.7", -1, "")),
        ({"REMOTE_ADDR": "", "REMOTE_PORT": ""}, ("", -1, "")),  # gunicorn on a unix socket
        ({"REMOTE_ADDR": "localhost", "REMOTE_PORT": "None"}, ("localhost", -1, "")),
        ({"REMOTE_ADDR": None}, ("", -1, "")),
        ({"REMOTE_HOST": "c.example"}, ("192.0.2.7", -1, "c.example")),
        ({"REMOTE_HOST": ""}, ("192.0.2.7", -1, "")),
    ],
)
def test_remote(environ, keys, expected):
    """`remote` is the client's end, empty where a unix socket tells nothing (SERVERS R22)."""
    host = Request(environ(**keys)).remote
    assert (host.ip, host.port, host.name) == expected


def test_ends_may_be_set(environ):
    """The proxy tool sets `remote`, `local` and `base`; each is made only once."""
    request = Request(environ())
    assert request.remote is request.remote
    assert request.local is request.local
    request.remote, request.local, request.base = Host("1.2.3.4", 1), Host("", 2), "https://x"
    assert (request.remote.ip, request.local.port, request.base) == ("1.2.3.4", 2, "https://x")


def test_odd_ports_under_a_request(see):
    """Under a unix socket a request is served and logged as any other."""
    keys = {"SERVER_PORT": "/run/x.sock", "REMOTE_ADDR": "", "REMOTE_PORT": "None"}
    assert see(lambda r: (r.remote.ip, r.local.port, r.base), **keys) == (
        "",
        80,
        "http://h.example",
    )


@pytest.mark.parametrize(
    ("text", "port"),
    [("80", 80), ("", -1), (None, -1), ("None", -1), (8080, -1), ("-1", -1), ("²", -1)],
)
def test_port_number(text, port):
    """Only plain digits are a port."""
    assert port_number(text, -1) == port


@pytest.mark.parametrize(
    ("keys", "base"),
    [
        ({}, "http://h.example"),
        ({"HTTP_HOST": "h.example:8080"}, "http://h.example:8080"),
        ({"wsgi.url_scheme": "https"}, "https://h.example"),
        ({"HTTP_HOST": None}, "http://server.example:8080"),
        ({"HTTP_HOST": ""}, "http://server.example:8080"),
        ({"HTTP_HOST": None, "SERVER_PORT": "80"}, "http://server.example"),
        ({"HTTP_HOST": None, "SERVER_PORT": "/run/x.sock"}, "http://server.example"),
        ({"HTTP_HOST": None, "SERVER_NAME": ""}, "http://localhost:8080"),
        (
            {"HTTP_HOST": None, "SERVER_PORT": "443", "wsgi.url_scheme": "https"},
            "https://server.example",
        ),
        (
            {"HTTP_HOST": None, "SERVER_PORT": "80", "wsgi.url_scheme": "https"},
            "https://server.example:80",
        ),
        (
            {"HTTP_HOST": None, "SERVER_PORT": "443", "wsgi.url_scheme": "http"},
            "http://server.example:443",
        ),
    ],
)
def test_base(environ, keys, base):
    """`base` is scheme and host as the client wrote them, else the server's, without a
    default port.
    """
    assert Request(environ(**keys)).base == base


@pytest.mark.parametrize(
    ("host", "protocol", "code"),
    [
        ("h.example", "HTTP/1.1", 200),
        ("h.example:8080", "HTTP/1.1", 200),
        ("[::1]:80", "HTTP/1.1", 200),
        (None, "HTTP/1.1", 400),
        (None, "HTTP/1.0", 200),
        ("", "HTTP/1.1", 400),
        ("a, b", "HTTP/1.1", 400),
        ("a b", "HTTP/1.1", 400),
        ("a/b", "HTTP/1.1", 400),
        ("a@b", "HTTP/1.1", 400),
        ('a"b', "HTTP/1.0", 400),
        ("a:99999", "HTTP/1.1", 400),
        ("a\r\nb", "HTTP/1.1", 400),
    ],
)
def test_the_host_header_is_checked(page, host, protocol, code):
    """A missing (HTTP/1.1) or malformed Host is 400, without a traceback (SERVERS R21)."""
    serve = page(lambda: b"ok", request__show_tracebacks=False)
    answer = serve("/", HTTP_HOST=host, SERVER_PROTOCOL=protocol)
    assert answer.code == code
    assert "Traceback" not in answer.text


def test_a_missing_host_is_named(page):
    """The page says which header is missing."""
    answer = page(lambda: b"ok")("/", HTTP_HOST=None)
    assert "HTTP/1.1 requires a 'Host' request header." in answer.text


# -- index pages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_index", "current", "here"),
    [
        ("/a", None, "/a", "http://h.example/m/a"),
        ("/a", True, "/a/", "http://h.example/m/a/"),
        ("/a/", True, "/a/", "http://h.example/m/a/"),
        ("/a/", False, "/a", "http://h.example/m/a"),
        ("/a", False, "/a", "http://h.example/m/a"),
        ("/", False, "/", "http://h.example/m/"),
        ("/a/", None, "/a/", "http://h.example/m/a/"),
    ],
)
def test_current_path_and_here(environ, path, is_index, current, here):
    """The address of the page has the trailing slash it should have, whatever the client
    wrote.
    """
    request = Request(environ())
    request.script_name, request.path_info, request.is_index = "/m", path, is_index
    assert (request.current_path(), request.here()) == (current, here)


# -- the body, seen from the request ----------------------------------------------------------


def test_body_params_of_a_request_without_a_body(see):
    """A GET has no parameters from a body, and asking does not make one."""
    assert see(lambda r: (r.body_params, "_body" in r.__dict__)) == ({}, False)


def test_body_may_be_set(environ):
    """A tool may put its own entity in place."""
    request = Request(environ())
    request.body = entity = type("Entity", (), {"params": None})()
    assert request.body is entity
    assert request.body_params == {}
    entity.params = {"a": "1"}
    assert request.body_params == {"a": "1"}


def test_body_params_are_those_of_the_body(see):
    """body_params holds what came in the body, without the query string."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    seen = see(
        lambda r: (r.body_params, r.params), "/?a=0", "POST", body=b"a=1&b=2", headers=headers
    )
    assert seen == ({"a": "1", "b": "2"}, {"a": ["0", "1"], "b": "2"})


# -- copy on touch ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "touch",
    [
        lambda r: ("mine" in r.config, r.config.update(mine=1)),
        lambda r: (len(r.hooks["on_end_request"]), r.hooks.attach("on_end_request", print)),
        lambda r: ("x" in r.toolmaps["tools"], r.toolmaps["tools"].update(x={})),
        lambda r: (dict(r.error_page), r.error_page.update({500: "g"})),
    ],
)
def test_what_a_request_changes_is_its_own(site, page, touch):
    """config, hooks, toolmaps and error_page are copied when touched: the next request sees
    nothing of it.
    """
    serve = page(
        lambda: repr(touch(serving_now().request)),
        error_page__404="f",
        tools__encode__on=True,
    )
    one, two = serve("/").text, serve("/").text
    assert one == two
    assert one.startswith("(")


@pytest.mark.parametrize("name", ["config", "hooks", "toolmaps", "error_page"])
def test_a_copy_is_made_once(see, name):
    """The copy stays the same object for the rest of the request."""
    assert see(lambda r: getattr(r, name) is getattr(r, name))


@pytest.mark.parametrize("name", ["config", "toolmaps", "error_page"])
def test_they_may_be_replaced(see, name):
    """A tool may put its own mapping in place."""

    def look(request):
        value = {}
        setattr(request, name, value)
        return getattr(request, name) is value

    assert see(look)


def test_config_is_the_merged_config(see):
    """request.config is flat, and holds what was merged for this path."""
    one, two = "request.show_tracebacks", "request.max_params"
    config = {"/": {one: True, two: 1}, "/x": {two: 2}}
    assert see(lambda r: (r.config[one], r.config.get(two)), "/x", config=config) == (True, 2)


def test_toolmaps_hold_the_settings(see):
    """request.toolmaps is {toolbox: {tool: {argument: value}}}."""
    config = {"/": {"tools.encode.on": True, "tools.encode.encoding": "utf-8"}}
    assert see(lambda r: r.toolmaps["tools"]["encode"], config=config) == {
        "on": True,
        "encoding": "utf-8",
    }


def test_error_page_has_numbers_for_keys(see):
    """`error_page.404` in config is under the key 404."""
    config = {"/": {"error_page.404": "f", "error_page.default": "g"}}
    assert see(lambda r: r.error_page, config=config) == {404: "f", "default": "g"}


def test_a_hook_attached_by_the_handler_runs(page):
    """A handler's hook for a later point runs in this request, and only in this one."""
    ran = []

    def handler(flag=None):
        if flag:
            request = serving_now().request
            request.hooks.attach("before_finalize", lambda: ran.append("later"))
            request.hooks.attach("on_end_request", lambda: ran.append("end"))
        return b""

    serve = page(handler)
    serve("/?flag=1")
    assert ran == ["later", "end"]
    serve("/")
    assert ran == ["later", "end"]


def test_hooks_may_be_replaced(page):
    """A whole HookMap may be put in place."""
    ran = []

    def handler():
        hooks = HookMap()
        hooks.attach("before_finalize", lambda: ran.append(1))
        serving_now().request.hooks = hooks
        return b""

    assert page(handler)("/").code == 200
    assert ran == [1]


def test_hooks_attached_before_the_handler_is_known_stay(site, call, environ):
    """A dispatcher or `_cp_dispatch` may attach hooks: they run before those of the page."""
    ran = []

    class Root:
        def _cp_dispatch(self, vpath):
            vpath.pop()
            serving_now().request.hooks.attach("before_handler", lambda: ran.append("early"))
            return self

        def index(self):
            return b"x"

        index.exposed = True

    config = {"/": {"hooks.before_handler": lambda: ran.append("config")}}
    site.tree.mount(Root(), "", config)
    assert call(site.tree, environ("/any/")).body == b"x"
    assert ran == ["early", "config"]


def test_config_before_the_handler_is_known(site, call, environ):
    """`_cp_dispatch` sees the config of '/'; what it changes there does not reach the page."""
    seen = []

    class Root:
        def _cp_dispatch(self, vpath):
            config = serving_now().request.config
            seen.append((vpath.pop(), config["request.max_params"]))
            config["request.max_params"] = 3
            return self

        def index(self):
            seen.append(serving_now().request.config["request.max_params"])
            return b"x"

        index.exposed = True

    config = {"/": {"request.max_params": 1}, "/any": {"request.max_params": 2}}
    site.tree.mount(Root(), "", config)
    assert call(site.tree, environ("/any/")).body == b"x"
    assert seen == [("any", 1), 2]


def test_a_setting_may_be_changed_by_a_request(page):
    """What config sets a hook may set otherwise, for this request only."""

    def hook():
        request = serving_now().request
        seen.append(request.show_mismatched_params)
        request.show_mismatched_params = "mine"

    def handler():
        seen.append(serving_now().request.show_mismatched_params)
        return b""

    seen = []
    config = {"/": {"request.show_mismatched_params": False, "hooks.before_handler": hook}}
    serve = page(handler, config)
    serve("/")
    serve("/")
    assert seen == [False, "mine"] * 2


# -- config sets attributes -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("request.show_tracebacks", True),
        ("request.methods_with_bodies", ("POST",)),
        ("request.query_string_encoding", "latin-1"),
        ("request.show_mismatched_params", False),
    ],
)
def test_config_sets_plain_attributes(see, key, value):
    """`request.<name>` in config is set on the request."""
    name = key.partition(".")[2]
    assert see(lambda r: getattr(r, name), config={"/": {key: value}}) == value


def test_config_sets_the_login(see):
    """A property with a slot of its own takes what config says."""
    assert see(lambda r: r.login, config={"/": {"request.login": "dev"}}) == "dev"


# -- errors, logs, the end --------------------------------------------------------------------


def test_an_error_id_is_given_and_logged_once(page, error_lines):
    """The first report gives the request its error id and logs it; later ones do nothing."""
    ids = []

    def handler():
        request = serving_now().request
        request.report_error_id("first")
        ids.append(request.error_id)
        request.report_error_id("second")
        ids.append(request.error_id)
        return b""

    page(handler)("/")
    assert ids[0] == ids[1]
    assert re.fullmatch("[0-9a-f]{12}", ids[0])
    assert [line for line in error_lines if ids[0] in line and "first" in line]
    assert not [line for line in error_lines if "second" in line]


def test_log_without_an_application(environ):
    """A request that belongs to no application logs nowhere, and does not fail."""
    Request(environ()).log("x")


def test_log_goes_to_the_application(page, error_lines):
    """request.log() writes to the application's error log, with a context."""
    page(lambda: serving_now().request.log("here I am", "MINE"))("/")
    assert any("MINE here I am" in line for line in error_lines)


def test_close_is_idempotent(environ):
    """close() may be called twice."""
    request = Request(environ())
    request.close()
    request.close()
    assert request.closed


def test_error_response_is_the_500_page(page):
    """The default error_response is HTTPError(500); config may name another function."""

    def broken():
        raise RuntimeError("secret")

    answer = page(broken)("/")
    assert answer.code == 500
    assert "secret" not in answer.text

    def sorry():
        response = serving_now().response
        response.status, response.body = 503, [b"sorry"]

    answer = page(broken, script_name="/b", request__error_response=sorry)("/b/")
    assert (answer.code, answer.body) == (503, b"sorry")


def test_stages(page):
    """`stage` names the part of the request's life."""
    stages = []

    def note():
        stages.append(serving_now().request.stage)

    def handler():
        note()
        return b""

    points = ["on_start_resource", "before_request_body", "before_handler", "before_finalize"]
    points += ["on_end_resource"]
    page(handler, {"/": {f"hooks.{point}": note for point in points}})("/?")
    assert stages == [*points[:3], "handler", *points[3:]]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, ("a", "/m/a", "/b/c")),
        ("z", (None, "/m", "/a/b/c")),
        ("a", ("a", "/m/a", "/b/c")),
    ],
)
def test_path_info_pop(see, pattern, expected):
    """path_info_pop() moves a segment from path_info to script_name, as WebOb's."""

    def look(request):
        assert request.path_info_peek() == "a"
        return request.path_info_pop(pattern), request.script_name, request.path_info

    assert see(look, "/m/a/b/c", script_name="/m") == expected


def test_a_request_class_of_the_applications_own(site, call, environ):
    """An application may have a request class of its own."""

    class Own(Request):
        flavour = "own"

    class Root:
        def index(self):
            return serving_now().request.flavour

        index.exposed = True

    app = site.tree.mount(Root())
    app.request_class = Own
    assert call(site.tree, environ("/")).text == "own"


@pytest.mark.parametrize(("path", "expected"), [("/", (7, True)), ("/x", (8, False))])
def test_a_request_class_with_defaults_of_its_own(site, call, environ, path, expected):
    """A class attribute of a request class is the default, config goes before it."""

    class Own(Request):
        max_params = 7
        show_tracebacks = True

    class Root:
        def default(self, *args):
            request = serving_now().request
            return repr((request.max_params, request.show_tracebacks))

        default.exposed = True

    config = {"/x": {"request.max_params": 8, "request.show_tracebacks": False}}
    app = site.tree.mount(Root(), "", config)
    app.request_class = Own
    assert call(site.tree, environ(path)).text == repr(expected)


@pytest.mark.parametrize("name", ["show_tracebacks", "max_params", "methods_with_bodies"])
def test_defaults_can_be_read_on_the_class(environ, name):
    """The class's attribute is the default (BEHAVIOUR 2.6: class-level defaults)."""
    assert getattr(Request, name) == getattr(Request(environ()), name)


def test_default_handler_arguments(see):
    """args and kwargs hold what the path left over, and what the dispatcher gave."""
    assert see(lambda r: (list(r.args), r.kwargs), "/x/y?a=1") == (["x", "y"], {})


def test_http_error_helper_needs_a_request():
    """The default error response outside a request is an error, not a wrong answer."""
    with pytest.raises(LookupError):
        Request.error_response()
    assert HTTPError(500).code == 500


def test_webobs_options_with_an_application(site, environ):
    """A request of an application takes WebOb's keyword arguments too."""
    app = site.tree.mount(object(), "/app")
    request = Request(environ("/app/x"), app, method="PUT")
    assert (request.app, request.method, request.script_name) == (app, "PUT", "/app")
