"""One request from environ to close(): what is told to whom, and what an error does on the
way.
"""

from __future__ import annotations

import io
import threading

import pytest

from wsgicherry.core.current import find_serving, serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect, InternalRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.lifecycle import MAX_INTERNAL_REDIRECTS


class Body:
    """A body that notes what happens to it."""

    def __init__(self, chunks=(b"a", b"b"), fail_at=None, error=ZeroDivisionError):
        self.chunks, self.fail_at, self.error = list(chunks), fail_at, error
        self.closed = 0
        self.seen = []

    def __iter__(self):
        for number, chunk in enumerate(self.chunks):
            self.seen.append(serving_now().request.path_info)
            if number == self.fail_at:
                raise self.error("in the body")
            yield chunk

    def close(self):
        self.closed += 1
        if self.error is OSError:
            raise OSError("in close")


class Root:
    """Pages of every kind; `ended` counts how often a request ended."""

    def __init__(self):
        self.body = Body()
        self.ended = []
        self._cp_config = {"hooks.on_end_request": self.note_end}

    def note_end(self):
        self.ended.append(serving_now().request.path_info)

    @expose
    def index(self, **params):
        return "index"

    @expose
    def text(self):
        return "x" * 20_000

    @expose
    def none(self):
        """Nothing."""

    @expose
    def chunks(self):
        return self.body

    @expose
    def stream(self):
        serving_now().response.stream = True
        return self.body

    @expose
    def no_content(self):
        serving_now().response.status = 204
        return self.body

    @expose
    def fault(self):
        raise ZeroDivisionError("secret detail")

    @expose
    def refuse(self):
        raise HTTPError(410)

    @expose
    def exit(self):
        raise SystemExit(3)

    @expose
    def generator_exit(self):
        raise GeneratorExit

    @expose
    def redirect(self, to="/where?a=1", qs=""):
        raise InternalRedirect(to, qs)

    @expose
    def where(self, **params):
        request = serving_now().request
        previous = request.prev and request.prev.path_info
        return (
            f"{request.method} {request.path_info} {params} {request.body.read()!r} {previous}"
        )

    @expose
    def count(self, n="0"):
        if int(n):
            raise InternalRedirect(f"/count?n={int(n) - 1}")
        return "counted"

    @expose
    def endless(self, n="0"):
        raise InternalRedirect(f"/endless?n={int(n) + 1}")

    @expose
    def self(self):
        raise InternalRedirect("/self")


@pytest.fixture
def root(site):
    """The root object of an application that is mounted."""
    root = Root()
    site.tree.mount(root, "", {"/": {"tools.encode.on": True}})
    return root


@pytest.fixture
def get(site, call, environ):
    """Call the site's tree: get(path, method, **keys) -> Answer."""
    return lambda path="/", method="GET", **keys: call(site.tree, environ(path, method, **keys))


# -- close() -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/text",
        "/none",
        "/chunks",
        "/stream",
        "/no_content",
        "/fault",
        "/refuse",
        "/exit",
        "/x",
    ],
)
def test_a_request_ends_once(site, root, get, environ, path, method):
    """`on_end_request` runs once on every path, in its request, and closing again does
    nothing.
    """
    get(path, method)
    assert root.ended == [path]
    chunks = site.tree(environ(path, method), lambda *args: None)
    assert root.ended == [path]
    list(chunks)
    chunks.close()
    chunks.close()
    assert root.ended == [path] * 2


@pytest.mark.parametrize("path", ["/chunks", "/stream", "/no_content"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_handlers_body_is_closed(site, root, get, path, method):
    """What the handler returned is closed once, however little of it is sent."""
    get(path, method)
    assert root.body.closed == 1


def test_a_stream_that_is_broken_off(site, root, environ):
    """A client that goes away in mid-stream: close() ends the request and closes the body."""
    chunks = site.tree(environ("/stream"), lambda *args: None)
    assert next(iter(chunks)) == b"a"
    assert (root.body.closed, root.ended) == (0, [])
    chunks.close()
    assert (root.body.closed, root.ended) == (1, ["/stream"])


def test_a_stream_runs_in_its_request(site, root, environ):
    """Each step of a streamed body sees its own request, also in another thread."""
    chunks = site.tree(environ("/stream"), lambda *args: None)
    assert find_serving() is None
    thread = threading.Thread(target=list, args=(chunks,))
    thread.start()
    thread.join()
    assert root.body.seen == ["/stream"] * 2
    chunks.close()


def test_two_streams_in_one_thread(site, root, environ):
    """Two streams that are sent turn by turn do not see each other's request."""
    one = site.tree(environ("/stream"), lambda *args: None)
    other = site.tree(environ("/stream/"), lambda *args: None)
    for _ in range(2):
        next(one)
        next(other)
    assert root.body.seen == ["/stream", "/stream/"] * 2
    one.close()
    other.close()


def test_nothing_is_served_after_a_call(site, root, get):
    """After the answer this context serves nothing."""
    for path in ("/", "/fault", "/exit", "/redirect", "/stream"):
        get(path)
        assert find_serving() is None


def test_one_block_is_told_as_one(site, root, environ):
    """A finished body tells the server its number of blocks."""
    chunks = site.tree(environ("/"), lambda *args: None)
    assert len(chunks) == 1
    chunks.close()


# -- errors in the body ------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, HTTPError])
def test_errors_of_a_stream(site, root, environ, error_lines, error):
    """An error after the first chunk is logged with an id, and raised: the server must break
    off. A SystemExit is raised as another error: it must not end the worker.
    """
    if error is HTTPError:
        root.body = Body(fail_at=1, error=lambda message: HTTPError(410, message))
    else:
        root.body = Body(fail_at=1, error=error)
    chunks = site.tree(environ("/stream"), lambda *args: None)
    iterator = iter(chunks)
    assert next(iterator) == b"a"
    with pytest.raises(RuntimeError if error is SystemExit else error):
        next(iterator)
    chunks.close()
    assert (root.body.closed, root.ended) == (1, ["/stream"])
    assert any("Error id" in line and "in the body" in line for line in error_lines)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lambda text: HTTPError(410), 410),
        (lambda text: HTTPRedirect("/text"), 303),
        (lambda text: InternalRedirect("/"), 200),
        (ZeroDivisionError, 500),
        (SystemExit, 500),
    ],
    ids=["HTTPError", "HTTPRedirect", "InternalRedirect", "ZeroDivisionError", "SystemExit"],
)
def test_errors_before_a_stream(site, root, get, error, status):
    """An error before the first chunk is answered like any other; the stream is closed."""
    root.body = Body(fail_at=0, error=error)
    answer = get("/stream")
    assert answer.code == status
    assert answer.text != "ab"
    assert root.body.closed == 1
    assert root.ended == (["/stream", "/"] if status == 200 else ["/stream"])


def test_errors_before_a_stream_that_are_thrown(site, get):
    """With `request.throw_errors` such an error goes to the middleware."""

    def catching(app):
        def call(environ, start_response):
            try:
                return app(environ, start_response)
            except ZeroDivisionError:
                start_response("503 Caught", [("Content-Type", "text/plain")])
                return [b"caught"]

        return call

    root = Root()
    root.body = Body(fail_at=0)
    config = {"wsgi.pipeline": [("catching", catching)], "request.throw_errors": True}
    site.tree.mount(root, "", {"/": config})
    assert get("/stream").text == "caught"
    assert (root.body.closed, root.ended) == (1, ["/stream"])


@pytest.mark.parametrize("chunks", [(), (b"",), (b"", b"a")])
def test_streams_of_little(site, root, get, chunks):
    """A stream of nothing, or that begins with nothing, is sent as it is."""
    root.body = Body(chunks)
    assert get("/stream").body == b"".join(chunks)
    assert root.body.closed == 1


def test_errors_of_a_body_that_is_not_streamed(site, root, get, error_lines):
    """Without `response.stream` a body that fails is a 500, as it is read before it is sent."""
    root.body = Body(fail_at=1)
    answer = get("/chunks")
    assert answer.code == 500
    assert root.body.closed == 1


def test_errors_of_close(site, root, get, error_lines):
    """A body that cannot be closed is logged; the answer was sent."""
    root.body = Body(error=OSError)
    assert get("/stream").body == b"ab"
    assert any("in close" in line for line in error_lines)
    assert root.ended == ["/stream"]


# -- start_response ----------------------------------------------------------------------------


class ServerError(Exception):
    """What a server says of a start_response that it cannot take."""


@pytest.mark.parametrize("path", ["/", "/stream", "/fault"])
def test_a_server_that_refuses_the_start(site, root, environ, path):
    """A start_response that raises: the request ends, the body is closed, and the server is
    told.
    """
    calls = []

    def start_response(status, headers, exc_info=None):
        calls.append((status, exc_info))
        if len(calls) == 1:
            raise ServerError("no")
        return lambda data: None

    chunks = site.tree(environ(path), start_response)
    body = b"".join(chunks)
    assert calls[1][0].startswith("500")
    assert calls[1][1][0] is ServerError
    assert b"Unrecoverable error" in body
    assert root.ended == [path]
    assert path != "/stream" or root.body.closed == 1


def test_a_server_that_refuses_everything(site, root, environ):
    """What start_response raises the second time is the server's own, and goes to it."""

    def start_response(status, headers, exc_info=None):
        raise ServerError("no")

    with pytest.raises(ServerError):
        site.tree(environ("/"), start_response)
    assert root.ended == ["/"]
    assert find_serving() is None


def test_what_no_handler_should_raise(site, root, environ):
    """GeneratorExit (a greenlet that is killed) goes to the server; the request has ended."""
    with pytest.raises(GeneratorExit):
        site.tree(environ("/generator_exit"), lambda *args: None)
    assert root.ended == ["/generator_exit"]
    assert find_serving() is None


# -- before a request is there -----------------------------------------------------------------


@pytest.mark.parametrize("which", ["request_class", "response_class"])
@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_a_request_that_cannot_be_made(site, root, get, error_lines, which, error):
    """A request or response class that fails is answered by the bare error, and logged."""

    def fail(*args, **kwargs):
        raise error("secret detail")

    app = site.tree.apps[""]
    get("/")
    setattr(app, which, fail)
    answer = get("/")
    assert answer.code == 500
    assert "secret detail" not in answer.text
    assert any("secret detail" in line for line in error_lines)


def test_a_log_that_fails(site, root, get):
    """An access line that cannot be written is no reason for a 500."""
    app = site.tree.apps[""]
    app.log.access_log_format = "{nothing}"
    assert get("/").code == 200


def test_a_log_of_the_programs_own(site, root, get, error_lines):
    """A class with its own `access()` is asked for each request, whoever else listens; what it
    raises is no reason for a 500 (BEHAVIOUR 2.2, 10.1).
    """
    seen = []

    class Log(type(site.log)):
        def access(self):
            seen.append(serving_now().request.path_info)
            raise ValueError("no space left")

    app = site.tree.apps[""]
    app.log = Log(7, app.log.logger_root)
    assert get("/").code == 200
    assert seen == ["/"]
    assert "no space left" in error_lines[-1]


def test_a_log_that_nobody_reads(site, root, get, access_lines):
    """Where nobody listens no line is made."""
    site.tree.apps[""].log.access_log.propagate = False
    assert get("/").code == 200
    assert access_lines == []


def test_the_access_line_by_hand(site, root, get, access_lines):
    """`access()` writes the line of the request in hand."""
    root.noted = lambda: site.tree.apps[""].log.access() or "noted"
    root.noted.exposed = True
    get("/noted")
    assert ["GET /noted" in line for line in access_lines] == [True, True]


def test_headers_that_hooks_add_at_the_end(site, root, get):
    """on_end_resource may put more into `header_list`: several of a name, bytes or text; what
    no header may hold is taken out (CherryPy's rule, BEHAVIOUR 5.1).
    """

    def add():
        pairs = [(b"WWW-Authenticate", b"Negotiate"), ("WWW-Authenticate", 'Basic realm="a"')]
        serving_now().response.header_list += [*pairs, ("X-Evil", "a\r\nX-More: b")]

    site.tree.apps[""].merge({"/": {"hooks.on_end_resource": add}})
    answer = get("/")
    assert answer.code == 200
    assert answer.all("WWW-Authenticate") == ["Negotiate", 'Basic realm="a"']
    assert answer.header("X-Evil") == "aX-More: b"


def test_there_are_no_headers_yet_when_a_page_has_failed(site, root, get):
    """on_end_resource runs before an unexpected error is answered (BEHAVIOUR 2.3)."""
    seen = []

    def look():
        seen.append(serving_now().response.header_list)

    site.tree.apps[""].merge({"/": {"hooks.on_end_resource": look}})
    assert get("/fault").code == 500
    assert seen == [None]


# -- the channels of the bus -------------------------------------------------------------------


CHANNELS = ("acquire_thread", "start_thread", "before_request", "after_request")


def test_channels(site, root, get):
    """The bus is told of a thread, of its first request, and of each request's beginning and
    end.
    """
    seen = []
    for channel in CHANNELS:
        site.engine.subscribe(
            channel, lambda *args, channel=channel: seen.append((channel, *args)), priority=60
        )
    get("/")
    get("/")
    assert seen == [
        ("start_thread", 1),
        ("acquire_thread",),
        ("before_request",),
        ("after_request",),
        ("acquire_thread",),
        ("before_request",),
        ("after_request",),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
def test_channels_are_heard_as_long_as_somebody_listens(site, root, get, channel):
    """A request is announced only while somebody listens; then it costs nothing again."""
    seen = []

    def listen(*args):
        seen.append(channel)

    get("/")
    assert not site.engine.hears_requests
    site.engine.subscribe(channel, listen)
    assert site.engine.hears_requests
    get("/")
    assert seen == [channel]
    site.engine.unsubscribe(channel, listen)
    assert not site.engine.hears_requests
    get("/")
    assert seen == [channel]


@pytest.mark.parametrize("channel", ["acquire_thread", "start_thread", "before_request"])
def test_errors_before_a_request(site, root, get, error_lines, channel):
    """A listener that fails before the request is a bare 500; nothing of the request runs."""

    def fail(*args):
        raise ZeroDivisionError("secret detail")

    site.engine.subscribe(channel, fail)
    answer = get("/")
    assert answer.code == 500
    assert answer.text.startswith("Unrecoverable error")
    assert "secret detail" not in answer.text
    assert any("secret detail" in line for line in error_lines)
    site.engine.unsubscribe(channel, fail)
    assert get("/").code == 200


def test_errors_after_a_request(site, root, get, error_lines):
    """A listener that fails after the request is logged; `on_end_request` still runs."""

    def fail():
        raise ZeroDivisionError("after all")

    site.engine.subscribe("after_request", fail)
    assert get("/").text == "index"
    assert any("after all" in line for line in error_lines)
    assert root.ended == ["/"]


def test_the_end_is_told_before_the_hooks(site, root, get):
    """`after_request` is published before `on_end_request` runs, both in the request."""
    seen = []
    site.engine.subscribe("after_request", lambda: seen.append(serving_now().request.path_info))
    root.ended = seen
    get("/")
    assert seen == ["/", "/"]


# -- HEAD --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/chunks", "/none", "/refuse", "/fault", "/nothing", "/where"]
)
def test_head_has_the_headers_of_get(site, root, get, path):
    """HEAD has status and headers of GET, and no body."""
    head, answer = get(path, "HEAD"), get(path)
    assert head.status == answer.status
    assert head.body == b""
    if path not in ("/fault", "/where"):  # an error id, and the method, differ in length
        assert head.header("Content-Length") == answer.header("Content-Length")


# -- what comes in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ({}, 200),
        ({"HTTP_HOST": None}, 400),
        ({"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.0"}, 200),
        ({"HTTP_HOST": "a b"}, 400),
        ({"SERVER_PROTOCOL": "HTTP/2"}, 200),
        ({"SERVER_PROTOCOL": "HTTP/2", "HTTP_HOST": None}, 400),
        ({"SERVER_PROTOCOL": "HTTP/3.0"}, 200),
        ({"SERVER_PROTOCOL": "HTTP/0.9", "HTTP_HOST": None}, 200),
        ({"SERVER_PROTOCOL": "INCLUDED"}, 200),
        ({"ACTUAL_SERVER_PROTOCOL": "HTTP/1.0", "HTTP_HOST": None}, 200),
        ({"HTTP_COOKIE": "a=b; c"}, 200),
        ({"HTTP_COOKIE": "a=" + "b" * 17_000}, 431),
    ],
)
def test_head_of_the_request(site, root, get, keys, status):
    """Host, protocol and cookies are checked before anything else."""
    assert get("/", **keys).code == status


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ((), "any.example", 200),
        (("a.example",), "a.example", 200),
        (("a.example",), "A.Example:8080", 200),
        (("a.example",), "a.example.", 200),
        (("a.example",), "a.example.:80", 200),
        (("a.example",), "b.example", 400),
        (("a.example",), "xa.example", 400),
        (("a.example",), "a.example.evil.example", 400),
        ("a.example", "a.example", 200),
        ((".a.example",), "a.example", 200),
        ((".a.example",), "x.y.a.example", 200),
        ((".a.example",), "xa.example", 400),
        (("*",), "any.example", 200),
        (("[::1]",), "[::1]:8080", 200),
        (("[::1]",), "[::1]", 200),
        (("a.example", "B.example"), "b.example", 200),
        (("a.example",), None, 400),
        (None, "any.example", 200),
    ],
)
def test_allowed_hosts(site, get, allowed, host, status):
    """`request.allowed_hosts` names the hosts that are served: names, '.name' with all below,
    '*'.
    """
    site.tree.mount(Root(), "", {"/": {"request.allowed_hosts": allowed}})
    protocol = {"SERVER_PROTOCOL": "HTTP/1.0"} if host is None else {}
    assert get("/", HTTP_HOST=host, **protocol).code == status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("a=1", 200),
        ("&".join(f"a{n}=1" for n in range(1001)), 400),
        ("a=%FF", 404),
        ("a=\xff", 404),
        ("a=%C3%A9", 200),
        ("a=\xc3\xa9", 200),
    ],
)
def test_query_strings(site, root, get, query, status):
    """A query string that cannot be decoded is 404 with its reason, one of too many fields
    400.
    """
    answer = get("/", QUERY_STRING=query)
    assert answer.code == status
    if status == 404:
        assert "The given query string could not be processed" in answer.text
        assert "utf8" in answer.text


@pytest.mark.parametrize(
    ("path", "encoding", "text"),
    [
        (b"/caf\xc3\xa9", None, "caf\xe9"),
        (b"/caf\xe9", "latin-1", "caf\xe9"),
        (b"/caf\xe9", None, None),
        (b"/caf\xe9", "no-such-codec", None),
    ],
)
def test_path_encoding(site, get, path, encoding, text):
    """Paths are UTF-8, or what `request.uri_encoding` says; others are 404."""

    class Page:
        @expose
        def default(self, *args):
            return "/".join(args)

    app = site.tree.mount(Page(), "", {"/": {}})
    if encoding:
        site.open = lambda app: []
        app.config["/"]["request.uri_encoding"] = encoding
    answer = get("/", PATH_INFO=path.decode("latin-1"))
    assert answer.code == (404 if text is None else 200)
    assert text is None or answer.text == text


# -- internal redirects ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "GET /where {'a': '1'} b'' /redirect"),
        ("to=/where", "GET /where {} b'' /redirect"),
        ("to=where&qs=b%3D2", "GET /where {'b': '2'} b'' /redirect"),
        ("to=/where/", "GET /where/ {} b'' /redirect"),
    ],
)
def test_internal_redirect(site, root, get, query, text):
    """The target is served as a GET without a body; `request.prev` is the request before."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = get("/redirect", "POST", qs=query, body=b"", headers=form)
    assert (answer.code, answer.text) == (200, text)
    assert root.ended == ["/redirect", text.split()[1]]


def test_internal_redirect_drops_the_body(site, root, get):
    """The body of the first request is not the second's."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = get("/redirect", "POST", body=b"to=/where", headers=form)
    assert answer.text == "GET /where {} b'' /redirect"


def test_internal_redirect_below_a_mount_point(site, get, access_lines):
    """A redirect stays within its application, and is one line in the access log."""
    site.tree.mount(Root(), "/app")
    assert get("/app/redirect").text == "GET /where {'a': '1'} b'' /redirect"
    assert len(access_lines) == 1


def test_internal_redirect_to_other_letters(site, get):
    """The path may hold any character."""

    class Page(Root):
        @expose
        def default(self, *args):
            return "/".join(args)

        @expose
        def go(self):
            raise InternalRedirect("/caf\xe9/\u65e5")

    site.tree.mount(Page(), "")
    assert get("/go").text == "caf\xe9/\u65e5"


def test_internal_redirect_after_an_encoded_slash(site, root, get):
    """What the server said of the first path does not count for the second."""
    root.default = expose(lambda *args: self_redirect(args))
    answer = get("/a%2Fb", RAW_URI="/a%2Fb", REQUEST_URI="/a%2Fb")
    assert answer.text.startswith("GET /where {}")


def self_redirect(args):
    assert args == ("a/b",)
    raise InternalRedirect("/where")


@pytest.mark.parametrize("path", ["/self", "/self?"])
def test_internal_redirect_in_a_circle(site, root, get, error_lines, path):
    """The same address twice is a loop: a bare 500, and the log names the address."""
    answer = get(path)
    assert answer.code == 500
    assert answer.text.startswith("Unrecoverable error")
    assert any(
        "InternalRedirector visited the same URL twice: '/self'" in x for x in error_lines
    )


def test_internal_redirects_in_a_row(site, root, get):
    """Different addresses may follow one another."""
    assert get("/count?n=20").text == "counted"
    assert len(root.ended) == 21


def test_internal_redirects_without_an_end(site, root, get, error_lines):
    """Their number has a limit."""
    assert get("/endless").code == 500
    assert any(f"More than {MAX_INTERNAL_REDIRECTS}" in line for line in error_lines)


def test_recursive_internal_redirects(site, get):
    """`wsgi.InternalRedirector.recursive` allows the same address again, up to the limit."""

    class Page(Root):
        visits = 0

        @expose
        def again(self):
            type(self).visits += 1
            if self.visits < 3:
                raise InternalRedirect("/again")
            return "third time"

    site.tree.mount(Page(), "", {"/": {"wsgi.InternalRedirector.recursive": True}})
    assert get("/again").text == "third time"
    assert get("/self").code == 500


def test_internal_redirect_keeps_the_headers(site, root, get):
    """Headers of the first request are those of the second."""
    seen = []
    root.look = expose(lambda: seen.append(serving_now().request.headers.get("X-Mine")))
    get("/redirect?to=/look", headers={"X-Mine": "yes"})
    assert seen == ["yes"]


# -- a body in the way -------------------------------------------------------------------------


def test_unread_bodies_do_not_disturb(site, root, get):
    """A body that nobody read does not matter for the answer."""
    answer = get("/refuse", "POST", body=b"x" * 1000, **{"wsgi.input": io.BytesIO(b"x" * 1000)})
    assert answer.code in (410, 415)


# -- errors ------------------------------------------------------------------------------------


def test_an_unexpected_error(site, root, get, error_lines):
    """A 500 says nothing of the error but an id, under which the log has the traceback."""
    answer = get("/fault")
    assert answer.code == 500
    assert "secret detail" not in answer.text
    logged = [line for line in error_lines if "secret detail" in line]
    assert logged
    identifier = logged[0].partition("Error id ")[2].partition(":")[0]
    assert identifier in answer.text


def test_a_stray_exit(site, root, get, error_lines):
    """sys.exit() in a handler is a 500 with a traceback in the log; the next request is
    served.
    """
    assert get("/exit").code == 500
    assert any("SystemExit" in line for line in error_lines)
    assert get("/").text == "index"


def test_error_response_that_is_switched_off(site, get):
    """With `request.error_response` None the response is sent as it was by then."""

    class Page:
        @expose
        def index(self):
            serving_now().request.error_response = None
            serving_now().response.status = 503
            raise ZeroDivisionError

    site.tree.mount(Page(), "")
    answer = get("/")
    assert (answer.code, answer.body) == (503, b"")


def test_without_any_tool(site, get):
    """With all tools off a page of bytes is served, and errors are."""
    off = {f"tools.{name}.on": False for name in ("encode", "trailing_slash", "log_tracebacks")}
    off["tools.log_headers.on"] = False

    class Page(Root):
        @expose
        def index(self):
            return b"bytes"

    site.tree.mount(Page(), "", {"/": off})
    assert get("/").text == "bytes"
    assert get("/fault").code == 500


def test_stages(site, get):
    """`request.stage` names the step that a request is at."""
    seen = []

    def look():
        seen.append(serving_now().request.stage)

    points = ("on_start_resource", "before_request_body", "before_handler", "before_finalize")
    root = Root()
    root._cp_config = {f"hooks.{p}": look for p in (*points, "on_end_resource")}
    root.look = expose(look)
    site.tree.mount(root, "")
    get("/look")
    assert seen == [*points[:3], "handler", points[3], "on_end_resource"]


def test_methods_with_bodies(site, get):
    """Bodies of methods that have none are left alone; `request.methods_with_bodies` says
    which.
    """
    body = {"Content-Type": "application/x-www-form-urlencoded"}
    root = Root()
    site.tree.mount(root, "", {"/where": {"request.methods_with_bodies": ("DELETE",)}})
    assert "{'a': '1'}" in get("/where", "DELETE", body=b"a=1", headers=body).text
    assert "{}" in get("/where", "POST", body=b"a=1", headers=body).text


# -- HEAD, where something is in the way -------------------------------------------------------


def test_head_of_an_internal_redirect(site, root, get):
    """HEAD gets no body either when the page redirects internally, which goes on as a GET."""
    answer = get("/redirect", "HEAD")
    assert (answer.code, answer.body) == (200, b"")
    assert int(answer.header("Content-Length")) > 0


@pytest.mark.parametrize(
    "place", ["loop", "channel", "request", "middleware", "factory", "start"]
)
def test_head_of_the_bare_error(site, root, get, place):
    """The bare error has no body for HEAD, wherever it comes from."""

    def fail(*args, **kwargs):
        raise ZeroDivisionError(place)

    app = site.tree.apps[""]
    if place == "channel":
        site.engine.subscribe("before_request", fail)
    elif place == "start":
        site.engine.subscribe("start", fail)
    elif place == "request":
        app.request_class = fail
    elif place == "factory":
        app.merge({"/": {"wsgi.pipeline": [("broken", fail)]}})
    elif place == "middleware":
        app.merge({"/": {"wsgi.pipeline": [("broken", lambda app: fail)]}})
    answer = get("/self" if place == "loop" else "/", "HEAD")
    assert (answer.code, answer.body) == (500, b"")
