"""Errors and redirects: what may be raised, which page and headers they become, what is
logged.
"""

import json
import re
from http import HTTPStatus

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import (
    CherryPyException,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
    bare_error,
    clean_headers,
    format_exc,
    get_error_page,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ERROR_ID = re.compile(r"Error id: (?:<code>)?([0-9a-f]{12})")


@pytest.fixture
def fail(page):
    """Serve a page whose handler raises what `make()` gives; options for the call, then for
    config.
    """

    def fail(
        make, path="/", method="GET", before=lambda response: None, config=None, **options
    ):
        def handler(*args, **kwargs):
            before(serving_now().response)
            raise make()

        return page(handler, config)(path, method, **options)

    return fail


def bug():
    return RuntimeError("secret words")


# -- HTTPError --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (404, 404, "Not Found"),
        ("404", 404, "Not Found"),
        ("404 Gone fishing", 404, "Gone fishing"),
        (HTTPStatus.NOT_FOUND, 404, "Not Found"),
        (500, 500, "Internal Server Error"),
        (400, 400, "Bad Request"),
        (599, 599, ""),
        (413, 413, "Request Entity Too Large"),
    ],
)
def test_what_an_error_knows(status, code, reason):
    """status as given, code, reason, args; the standard text where there is no message."""
    error = HTTPError(status)
    assert (error.status, error.code, error.reason) == (status, code, reason)
    assert error.args == (status, None)
    assert isinstance(error, CherryPyException)
    error = HTTPError(status, "My words")
    assert (error._message, error.args) == ("My words", (status, "My words"))


def test_the_standard_messages():
    """Without a message an error says what its status means; 500 is the default."""
    assert (
        HTTPError(404)._message
        == HTTPError(404, "")._message
        == "Nothing matches the given URI"
    )
    assert HTTPError().code == 500
    assert HTTPError()._message == (
        "The server encountered an unexpected condition which prevented it from "
        "fulfilling the request."
    )


@pytest.mark.parametrize("status", [399, 600 - 1 - 200, 200, "302", None, "", 100, "200 OK"])
def test_statuses_that_are_no_errors(status):
    """A status outside 400 to 599 is a ValueError."""
    with pytest.raises(ValueError, match=r"status must be between 400 and 599\."):
        HTTPError(status)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("abc", "'abc' is non-numeric"),
        (600, "600 is out of range"),
        (99, "99 is out of range"),
        (-1, "-1 is out of range"),
        (object, "is non-numeric"),
        ("4_0_4", "'4_0_4' is non-numeric"),
    ],
)
def test_statuses_that_are_none(status, words):
    """What is no status at all raises the 500 that names it."""
    with pytest.raises(HTTPError) as caught:
        HTTPError(status)
    assert caught.value.code == 500
    assert caught.value._message.startswith("Illegal response status from server (")
    assert words in caught.value._message


@pytest.mark.parametrize("make", [lambda: HTTPError(404), lambda: HTTPRedirect("/x"), NotFound])
def test_calling_one_raises_it(make):
    """An instance is callable and raises itself, so that it can be a request's handler."""
    error = make()
    with pytest.raises(type(error)) as caught:
        error()
    assert caught.value is error


def test_an_error_as_handler(page):
    """`request.handler = HTTPError(...)` in a hook answers with that error."""

    def hook():
        serving_now().request.handler = HTTPError(410, "Gone for good")

    answer = page(lambda: b"x", hooks__on_start_resource=hook)("/")
    assert (answer.status, "Gone for good" in answer.text) == ("410 Gone", True)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 500, "boo"),
        ((404,), 404, "boo"),
        ((404, "mine"), 404, "mine"),
        (("402 Pay",), "402 Pay", "boo"),
    ],
)
def test_handle(arguments, status, message):
    """HTTPError.handle() turns an exception into an HTTPError with its text, or a message."""
    with pytest.raises(HTTPError) as caught, HTTPError.handle(KeyError, *arguments):
        raise KeyError("boo")
    assert caught.value.status == status
    assert caught.value._message.strip("'") == message
    assert isinstance(caught.value.__cause__, KeyError)


def test_handle_lets_others_pass():
    """handle() takes one class or several, passes others on, and is quiet without an error."""
    with HTTPError.handle((KeyError, ValueError), 400):
        pass
    with pytest.raises(HTTPError), HTTPError.handle((KeyError, ValueError), 400):
        raise ValueError("x")
    with pytest.raises(TypeError), HTTPError.handle((KeyError, ValueError), 400):
        raise TypeError("x")


def test_handle_as_a_decorator():
    """handle() may decorate a function."""

    @HTTPError.handle(ZeroDivisionError, 400)
    def divide(a, b):
        return a / b

    assert divide(4, 2) == 2
    with pytest.raises(HTTPError, match="division by zero") as caught:
        divide(1, 0)
    assert caught.value.code == 400


def test_handle_makes_a_subclass():
    """handle() of a subclass raises that subclass."""

    class Own(HTTPError):
        pass

    with pytest.raises(Own), Own.handle(KeyError, 404):
        raise KeyError("x")


def test_not_found():
    """NotFound names a path, that of the current request if none is given."""
    assert NotFound("/x").args == (404, "The path '/x' was not found.")
    assert NotFound().code == 404


def test_not_found_in_a_request(page):
    """NotFound() in a request names the whole path, escaped."""

    def handler(*args):
        raise NotFound()

    answer = page(handler, script_name="/m")("/m/a%3Cb/c")
    assert answer.status == "404 Not Found"
    assert "<p>The path '/m/a&lt;b/c' was not found.</p>" in answer.text


# -- the page ---------------------------------------------------------------------------------


def test_the_default_page(fail):
    """Programs look for these fragments (BEHAVIOUR 2.9)."""
    answer = fail(lambda: HTTPError(404, "My <b>words</b> & é"))
    assert answer.status == "404 Not Found"
    assert "<title>404 Not Found</title>" in answer.text
    assert "<h2>404 Not Found</h2>" in answer.text
    assert "<p>My &lt;b&gt;words&lt;/b&gt; &amp; é</p>" in answer.text
    assert answer.header("Content-Type") == "text/html;charset=utf-8"
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Content-Security-Policy").startswith("default-src 'none'")


def test_a_reason_of_ones_own(fail):
    """A reason of the program's own stands on the page and in the status line."""
    answer = fail(lambda: HTTPError("404 Gone fishing"))
    assert answer.status == "404 Gone fishing"
    assert "<title>404 Gone fishing</title>" in answer.text


@pytest.mark.parametrize("message", ["a\r\nb", "\x00", "\ud800", "{style}%s%(status)s"])
def test_odd_messages(fail, message):
    """No message breaks the page."""
    answer = fail(lambda: HTTPError(400, message))
    assert answer.code == 400
    answer.body.decode("utf-8")


GONE = {
    "Accept-Ranges": "bytes", "Age": "1", "ETag": '"x"', "Location": "/x", "Retry-After": "1",
    "Vary": "A", "Content-Encoding": "gzip", "Content-Length": "5", "Expires": "0",
    "Content-Location": "/y", "Content-MD5": "z", "Last-Modified": "0",
    "Content-Range": "bytes */5",
}  # fmt: skip
KEPT = {
    "Allow": "GET", "WWW-Authenticate": "Basic", "Cache-Control": "no-store", "X-Mine": "1",
}  # fmt: skip


def test_headers_of_the_body_that_is_replaced(fail):
    """An error page inherits nothing that described the old body; other headers stay."""
    answer = fail(lambda: HTTPError(404), before=lambda r: r.headers.update({**GONE, **KEPT}))
    for name in GONE.keys() - {"Content-Length", "Vary"}:
        assert answer.header(name) is None, name
    assert answer.header("Vary") == "Accept"
    assert {name: answer.header(name) for name in KEPT} == KEPT
    assert answer.header("Content-Length") == str(len(answer.body))


def test_a_page_by_hand_keeps_the_vary_of_its_handler(page):
    """get_error_page() in a handler adds Accept to what the answer depends on already."""

    def handler():
        serving_now().response.headers["Vary"] = "Cookie"
        return get_error_page(404)

    assert page(handler)("/").header("Vary") == "Cookie, Accept"


def test_a_416_keeps_the_range(fail):
    """416 says which ranges there are (RFC 9110 section 15.5.17)."""
    answer = fail(lambda: HTTPError(416), before=lambda r: r.headers.update(GONE))
    assert answer.header("Content-Range") == "bytes */5"


def test_clean_headers_may_be_called(page):
    """clean_headers() is there for programs that make pages themselves."""

    def handler():
        serving_now().response.headers.update(GONE)
        clean_headers(404)
        return repr(sorted(serving_now().response.headers))

    assert page(handler)("/").text == "['Content-Type']"


class Closing(list):
    """A body that counts how often it is closed."""

    closed = 0

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("make", [lambda: HTTPError(403), lambda: HTTPRedirect("/x"), bug])
@pytest.mark.parametrize("stream", [False, True])
def test_the_old_body_is_closed(page, make, stream):
    """The body that an error or a redirect in a later hook replaces is closed, once
    (SECURITY goal 4).
    """
    body = Closing([b"x"])
    raised = []

    def hook():
        if not raised:
            raised.append(make())
            raise raised[0]

    config = {"/": {"response.stream": stream, "hooks.before_finalize": hook}}
    assert page(lambda: body, config, tools__encode__on=False)("/").code in (303, 403, 500)
    assert body.closed == 1


ACCEPTS = [
    (None, "text/html;charset=utf-8"),
    (BROWSER, "text/html;charset=utf-8"),
    ("*/*", "text/html;charset=utf-8"),
    ("application/json", "application/problem+json"),
    ("application/problem+json", "application/problem+json"),
    ("application/vnd.api+json", "application/problem+json"),
    ("application/json, text/html;q=0.5", "application/problem+json"),
    ("text/plain", "text/plain;charset=utf-8"),
    ("image/png", "text/html;charset=utf-8"),
    ("text/html;q=x", "text/html;charset=utf-8"),
    ("a" * 20_000, "text/html;charset=utf-8"),
]


@pytest.mark.parametrize(("accept", "content_type"), ACCEPTS)
@pytest.mark.parametrize("status", [404, 500])
def test_the_form_the_client_prefers(fail, accept, content_type, status):
    """HTML, a problem document or text, by Accept; HTML for whoever asks for nothing we
    have.
    """
    headers = {"Accept": accept} if accept else {}
    answer = fail(lambda: HTTPError(status, "Words"), headers=headers)
    assert answer.header("Content-Type") == content_type
    assert "Words" in answer.text
    if content_type.endswith("json"):
        problem = json.loads(answer.body)
        assert (problem["status"], problem["detail"]) == (status, "Words")
        assert ("error_id" in problem) is (status == 500)


# -- error ids and tracebacks -----------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 505, 507, 599])
@pytest.mark.parametrize("accept", [BROWSER, "application/json", "text/plain"])
def test_a_5xx_has_an_error_id(fail, error_lines, status, accept):
    """Each 5xx that a program raises carries an id that stands in the log beside its
    message.
    """
    answer = fail(lambda: HTTPError(status, "Words"), headers={"Accept": accept})
    if "json" in accept:
        error_id = json.loads(answer.body)["error_id"]
    else:
        error_id = ERROR_ID.search(answer.text)[1]
    lines = [line for line in error_lines if error_id in line]
    assert len(lines) == 1
    assert "Words" in lines[0]
    assert str(status) in lines[0]


def test_an_unexpected_error_has_an_error_id(fail, error_lines):
    """The page of a bug shows an id and nothing else; the log has the id with the traceback."""
    answer = fail(bug)
    assert answer.status == "500 Internal Server Error"
    error_id = ERROR_ID.search(answer.text)[1]
    lines = [line for line in error_lines if error_id in line]
    assert len(lines) == 1
    assert "RuntimeError: secret words" in lines[0]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_an_unexpected_error_without_the_log_tool(fail, error_lines):
    """With tools.log_tracebacks off the id is in the log nevertheless."""
    answer = fail(bug, config={"/": {"tools.log_tracebacks.on": False}})
    error_id = ERROR_ID.search(answer.text)[1]
    assert [line for line in error_lines if error_id in line]


@pytest.mark.parametrize("status", [400, 404, 499])
def test_a_4xx_has_none(fail, error_lines, status):
    """A client's error has no id and is not logged as ours."""
    answer = fail(lambda: HTTPError(status))
    assert "Error id" not in answer.text
    assert not [line for line in error_lines if "Error id" in line]


@pytest.mark.parametrize("make", [bug, lambda: HTTPError(404), lambda: HTTPError(503)])
@pytest.mark.parametrize("accept", [BROWSER, "application/json", "text/plain"])
def test_tracebacks_only_when_asked(fail, make, accept):
    """A traceback is on the page only if `request.show_tracebacks` says so (SECURITY goal
    3).
    """
    headers = {"Accept": accept}
    assert "Traceback" not in fail(make, headers=headers).text
    config = {"/": {"request.show_tracebacks": True}}
    answer = fail(make, headers=headers, config=config)
    assert "Traceback (most recent call last)" in answer.text
    if accept == BROWSER:
        assert '<pre id="traceback">' in answer.text


def test_format_exc():
    """format_exc() is the traceback of the error in hand, or of one that is given; ''
    without.
    """
    assert format_exc() == ""
    try:
        raise bug()
    except RuntimeError as error:
        caught = error
        assert format_exc().endswith("RuntimeError: secret words\n")
    assert format_exc(caught).startswith("Traceback (most recent call last)")


# -- error pages of a program's own -----------------------------------------------------------


@pytest.fixture
def with_page(fail):
    """Raise HTTPError(404, message) where `error_page.404` (or another key) is `custom`."""

    def with_page(custom, key="404", status=404, message="My <words>", **options):
        config = {"/": {f"error_page.{key}": custom}}
        return fail(lambda: HTTPError(status, message), config=config, **options)

    return with_page


def test_a_page_from_a_file(with_page, tmp_path):
    """A file is filled in, its values escaped; it is HTML in UTF-8."""
    file = tmp_path / "page.html"
    file.write_text("é %(status)s|%(message)s|%(traceback)s|%(version)s|100%%|10% off", "utf-8")
    answer = with_page(str(file))
    assert answer.text.startswith("é 404 Not Found|My &lt;words&gt;||")
    assert answer.text.endswith("|100%|10% off")
    assert answer.header("Content-Type") == "text/html;charset=utf-8"
    assert answer.header("Content-Security-Policy") is None


def test_a_page_from_a_callable(with_page):
    """A callable gets its values escaped; it owns the headers."""
    seen = []

    def own(status, message, traceback, version):
        seen.append((status, message, traceback))
        serving_now().response.headers["Content-Type"] = "text/x-own"
        return f"é {status}"

    answer = with_page(own)
    assert seen == [("404 Not Found", "My &lt;words&gt;", "")]
    assert (answer.text, answer.header("Content-Type")) == ("é 404 Not Found", "text/x-own")
    assert answer.code == 404


def test_a_callable_leaves_the_content_type_alone(with_page):
    """Content-Type stays what the response had when the callable does not set it."""
    answer = with_page(
        lambda **kwargs: b"x", before=lambda r: r.headers.update({"Content-Type": "a/b"})
    )
    assert answer.header("Content-Type") == "a/b"


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (lambda: "é", "é".encode()),
        (lambda: b"bytes", b"bytes"),
        (lambda: "", b""),
        (lambda: iter(["é", b"b"]), "éb".encode()),
        (lambda: (chunk for chunk in ["a", "b"]), b"ab"),
        (lambda: [b"a file's", b" content"], b"a file's content"),
    ],
)
def test_what_a_callable_may_return(with_page, make, body):
    """Text, bytes, an iterator of both, or what `serve_file` returns: a list of bytes."""
    answer = with_page(lambda **kwargs: make())
    assert answer.body == body
    assert answer.header("Content-Length") == str(len(body))


@pytest.mark.parametrize(
    "custom",
    [
        lambda **kwargs: 5,
        lambda **kwargs: None,
        lambda **kwargs: ["a"],
        lambda **kwargs: 1 / 0,
        lambda: "takes no arguments",
        "/there/is/no/such/file",
    ],
)
def test_a_page_that_fails(with_page, error_lines, custom):
    """A page that fails is replaced by ours, which says so; the log has the traceback."""
    answer = with_page(custom)
    assert answer.status == "404 Not Found"
    assert "<p>My &lt;words&gt; In addition, the custom error page failed.</p>" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "no/such/file" not in answer.text
    lines = [line for line in error_lines if "The custom error page" in line]
    assert len(lines) == 1
    assert "Traceback" in lines[0]


def test_a_file_that_is_no_text(with_page, tmp_path):
    """A page in another encoding than UTF-8 fails as any other."""
    file = tmp_path / "page.html"
    file.write_bytes(b"\xff")
    assert "In addition, the custom error page failed." in with_page(str(file)).text


def test_a_page_that_raises_a_redirect(with_page):
    """A page may not end the request otherwise: a redirect in it counts as a failure."""

    def own(**kwargs):
        raise HTTPRedirect("/elsewhere")

    answer = with_page(own)
    assert answer.code in (303, 404)


@pytest.mark.parametrize(
    ("key", "status", "used"),
    [
        ("404", 404, True),
        ("default", 404, True),
        ("default", 500, True),
        ("404", 403, False),
        ("500", 500, True),
    ],
)
def test_which_page(with_page, key, status, used):
    """A page belongs to one code, or to all others by 'default'."""
    assert (with_page(lambda **kwargs: "own", key, status).text == "own") is used


def test_a_page_for_bugs(fail):
    """`error_page.500` is used for unexpected errors."""
    config = {"/": {"error_page.500": lambda status, **kwargs: status}}
    assert fail(bug, config=config).text == "500 Internal Server Error"


def test_the_code_goes_before_default(fail):
    """The page of a code is preferred to the default one."""
    config = {"/": {"error_page.404": lambda **k: "a", "error_page.default": lambda **k: "b"}}
    assert fail(lambda: HTTPError(404), config=config).text == "a"
    assert fail(lambda: HTTPError(403), config=config).text == "b"


def test_a_callable_gets_the_traceback_when_asked(fail):
    """The traceback is an argument of the callable, escaped."""
    config = {
        "/": {
            "request.show_tracebacks": True,
            "error_page.500": lambda traceback, **k: traceback,
        }
    }
    answer = fail(bug, config=config)
    assert "RuntimeError: secret words" in answer.text
    assert "&lt;" in answer.text or "<" not in answer.text


def test_get_error_page_may_be_called(page):
    """get_error_page() makes a page for a program that sends it itself."""

    def handler():
        return get_error_page("403 No", message="Words")

    answer = page(handler)("/")
    assert answer.code == 200
    assert "<h2>403 No</h2>" in answer.text
    assert "<p>Words</p>" in answer.text
    serve = page(lambda: get_error_page(404), script_name="/b")
    assert "Nothing matches the given URI" in serve("/b/").text


# -- the bare error ---------------------------------------------------------------------------


def broken():
    raise RuntimeError("broken, too")


def test_an_error_response_that_fails(fail, error_lines):
    """When even the error response fails, a bare text with an error id is the answer."""
    answer = fail(bug, config={"/": {"request.error_response": broken}})
    assert answer.status == "500 Internal Server Error"
    assert answer.header("Content-Type").startswith("text/plain")
    assert answer.text.startswith("Unrecoverable error in the server.\n")
    error_id = ERROR_ID.search(answer.text)[1]
    assert [line for line in error_lines if error_id in line]
    assert "Traceback" not in answer.text
    assert any("broken, too" in line for line in error_lines)


def test_the_bare_error_shows_a_traceback_when_asked(fail):
    """With show_tracebacks the bare text has the traceback."""
    config = {"/": {"request.error_response": broken, "request.show_tracebacks": True}}
    assert "RuntimeError: broken, too" in fail(bug, config=config).text


def test_bare_error():
    """bare_error() needs nothing but itself."""
    status, headers, body = bare_error()
    assert (status, body) == (
        "500 Internal Server Error",
        [b"Unrecoverable error in the server.\n"],
    )
    assert dict(headers)["Content-Length"] == str(len(body[0]))
    assert bare_error("é\ud800")[2] == [b"Unrecoverable error in the server.\n\\xe9\\ud800"]


def test_throw_errors(fail):
    """With throw_errors a bug passes the error page by, but never the application's door."""
    answer = fail(bug, config={"/": {"request.throw_errors": True}})
    assert answer.code == 500
    assert answer.text.startswith("Unrecoverable error in the server.\n")


@pytest.mark.parametrize("make", [SystemExit, KeyboardInterrupt])
def test_an_exit_in_a_handler(fail, make):
    """sys.exit() in a handler is a 500, and the worker lives (issue 2 section 3)."""
    assert fail(make).code == 500


# -- HTTPRedirect -----------------------------------------------------------------------------


@pytest.fixture
def redirect(page):
    """Serve a page at `path` of /m whose handler raises HTTPRedirect(*args)."""

    def redirect(*args, path="/m/d/e?old=1", before=lambda response: None, **options):
        def handler(*_args, **_kwargs):
            before(serving_now().response)
            raise HTTPRedirect(*args)

        return page(handler, script_name="/m", **options.pop("config", {}))(path, **options)

    return redirect


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://other.example/x?y#z", "http://other.example/x?y#z"),
        ("HTTPS://other.example", "HTTPS://other.example"),
        ("/x", "http://h.example/x"),
        ("x", "http://h.example/m/d/x"),
        ("../x", "http://h.example/m/x"),
        ("", "http://h.example/m/d/e"),
        ("?a=1", "http://h.example/m/d/e?a=1"),
        ("/", "http://h.example/"),
        (b"/b\xc3\xa9", "http://h.example/b%C3%A9"),
        ("/é", "http://h.example/%C3%A9"),
        ("/a b", "http://h.example/a%20b"),
        ("/a%20b", "http://h.example/a%20b"),
        ('/a"><script>', "http://h.example/a%22%3E%3Cscript%3E"),
        ("/x\r\nSet-Cookie: a=1", "http://h.example/xSet-Cookie:%20a=1"),
        ("//evil.example/x", "http://h.example/evil.example/x"),
        ("/\\evil.example", "http://h.example/evil.example"),
        ("\\\\evil.example", "http://h.example/evil.example"),
        ("\t//evil.example", "http://h.example/evil.example"),
        ("/x?q=//evil", "http://h.example/x?q=//evil"),
    ],
)
def test_where_a_redirect_leads(redirect, url, location):
    """Absolute addresses stay; others are resolved here, '/x' from the server's root."""
    answer = redirect(url)
    assert (answer.status, answer.header("Location")) == ("303 See Other", location)


@pytest.mark.parametrize(
    ("relative_urls", "url", "location"),
    [
        ("server", "x", "/m/d/x"),
        ("server", "/x", "/x"),
        ("server", "//evil.example", "/evil.example"),
        ("server", "http://other.example/x", "http://other.example/x"),
        (True, "x", "x"),
        (True, "../x?a=1", "../x?a=1"),
        (True, "e/", "e/"),
        (True, "/x", "/x"),
        (True, "/.//evil.example", "/evil.example"),
        (True, "http://other.example/x", "http://other.example/x"),
        (True, "javascript:x", "./javascript:x"),
    ],
)
def test_redirects_of_an_application_with_relative_urls(page, relative_urls, url, location):
    """The Location names no host, as what `url()` returns there does not (BEHAVIOUR 2.10)."""

    def handler(*args):
        raise HTTPRedirect(url)

    serve = page(handler, script_name="/m")
    serve.app.relative_urls = relative_urls
    assert serve("/m/d/e").header("Location") == location


def test_a_redirect_from_an_index_page(page):
    """'x' on an index page means the same with and without its trailing slash."""

    def handler(*args):
        raise HTTPRedirect("x")

    serve = page(handler, tools__trailing_slash__on=False)
    assert serve("/").header("Location") == "http://h.example/x"


@pytest.mark.parametrize(
    ("status", "line", "phrase"),
    [
        (300, "300 Multiple Choices", "This resource can be found at "),
        (301, "301 Moved Permanently", "This resource has permanently moved to "),
        (302, "302 Found", "This resource resides temporarily at "),
        (303, "303 See Other", "This resource can be found at "),
        (307, "307 Temporary Redirect", "This resource has moved temporarily to "),
        (308, "308 Permanent Redirect", "This resource has been moved to "),
        ("301", "301 Moved Permanently", "This resource has permanently moved to "),
    ],
)
def test_redirects_with_a_page(redirect, status, line, phrase):
    """These have a Location and a page with a link."""
    answer = redirect("/x?a=1&b='", status)
    assert answer.status == line
    assert answer.header("Content-Type") == "text/html;charset=utf-8"
    location = answer.header("Location")
    assert answer.text.startswith(phrase + '<a href="')
    href, text = re.search('href="([^"]*)">([^<]*)</a>', answer.text).groups()
    assert location == "http://h.example/x?a=1&b='"
    assert "&amp;b=" in href
    assert "&amp;b=" in text
    assert answer.header("Content-Length") == str(len(answer.body))


def test_several_urls(redirect):
    """The first of several addresses is the Location, each has a line."""
    answer = redirect(["/a", "/b"], 300)
    assert answer.header("Location") == "http://h.example/a"
    lines = answer.text.split("<br />\n")
    assert [re.search('href="([^"]*)"', line)[1] for line in lines] == [
        "http://h.example/a",
        "http://h.example/b",
    ]


@pytest.mark.parametrize(
    ("protocol", "code"), [("HTTP/1.1", 303), ("HTTP/1.0", 302), ("HTTP/2", 303)]
)
def test_the_default_status(redirect, protocol, code):
    """303, or 302 for an HTTP/1.0 client."""
    assert redirect("/x", SERVER_PROTOCOL=protocol).code == code


@pytest.mark.parametrize("urls", [[], "/x"])
def test_not_modified(redirect, urls):
    """304 has no body and none of the headers that describe one; it keeps ETag, Vary and
    cookies.
    """

    def before(response):
        response.headers.update({**GONE, **KEPT})
        response.cookie["a"] = "1"

    answer = redirect(urls, 304, before=before)
    assert (answer.status, answer.body) == ("304 Not Modified", b"")
    for name in (
        "Allow",
        "Content-Encoding",
        "Content-Length",
        "Content-Type",
        "Last-Modified",
    ):
        assert answer.header(name) is None, name
    assert (answer.header("ETag"), answer.header("Vary")) == ('"x"', "A")
    # What a cache needs to go on with its copy (RFC 9110 section 15.4.5).
    assert (answer.header("Expires"), answer.header("Content-Location")) == ("0", "/y")
    assert answer.header("Cache-Control") == "no-store"
    assert answer.all("Set-Cookie") == ["a=1"]


def test_not_modified_without_a_tag(redirect):
    """Without a tag the date is what the client's copy goes by."""
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    answer = redirect([], 304, before=lambda r: r.headers.update({"Last-Modified": date}))
    assert answer.header("Last-Modified") == date


def test_use_proxy(redirect):
    """305 has a Location and no body."""
    answer = redirect("/x", 305)
    assert (answer.status, answer.body) == ("305 Use Proxy", b"")
    assert (answer.header("Location"), answer.header("Content-Length")) == (
        "http://h.example/x",
        "0",
    )


@pytest.mark.parametrize("status", [306, 309, 399])
def test_redirects_that_have_no_form(redirect, status):
    """Any other 3xx is a ValueError, and so a 500."""
    assert redirect("/x", status).code == 500


@pytest.mark.parametrize("status", [200, 299, 400, 404, "500", 0])
def test_statuses_that_are_no_redirects(status):
    """A status outside 300 to 399 is a ValueError."""
    with pytest.raises(ValueError, match=r"status must be between 300 and 399\."):
        HTTPRedirect("/x", status)


def test_what_a_redirect_knows():
    """urls, status, args and str(), also outside a request."""
    redirect = HTTPRedirect(["/x", b"/y\xe9"], 301, "latin-1")
    assert (redirect.urls, redirect.status) == (["/x", "/y\xe9"], 301)
    assert redirect.args == (["/x", "/y\xe9"], 301)
    assert str(redirect) == "(['/x', '/y\xe9'], 301)"
    assert HTTPRedirect("/x").status == 303


def test_headers_and_cookies_stay_on_a_redirect(redirect):
    """Unlike an error page, a redirect keeps ETag, Vary and cookies; not the old length."""

    def before(response):
        response.headers.update({"ETag": '"x"', "Vary": "A", "Content-Length": "99999"})
        response.cookie["a"] = "1"

    answer = redirect("/x", before=before)
    assert (answer.header("ETag"), answer.header("Vary")) == ('"x"', "A")
    assert answer.all("Set-Cookie") == ["a=1"]
    assert answer.header("Content-Length") == str(len(answer.body))


# -- InternalRedirect -------------------------------------------------------------------------


class Inside:
    """Handlers that go on elsewhere."""

    def __init__(self):
        self.seen = []

    def start(self, to="/end", query=""):
        serving_now().response.cookie["lost"] = "1"
        serving_now().response.headers["X-Lost"] = "1"
        raise InternalRedirect(to, query)

    def end(self, *args, **kwargs):
        request = serving_now().request
        self.seen.append(
            (
                request.method,
                request.path_info,
                request.query_string,
                args,
                kwargs,
                request.body.read(),
            )
        )
        return "the end"

    def loop(self, n=0):
        raise InternalRedirect("/loop")

    def count(self, n=0):
        if int(n) == 150:
            return n
        raise InternalRedirect(f"/count?n={int(n) + 1}")

    def twice(self, n=None):
        root = serving_now().request.app
        root.visits = getattr(root, "visits", 0) + 1
        if root.visits < 3:
            raise InternalRedirect("/twice")
        return str(root.visits)

    for handler in (start, end, loop, count, twice):
        handler.exposed = True
    del handler


@pytest.fixture
def inside(site, call, environ):
    """Call a path of an application of Inside at /m; the handlers' notes are in `.seen`."""
    root = Inside()

    def get(path, method="GET", config=None, **options):
        site.tree.mount(root, "/m", config)
        return call(site.tree, environ("/m" + path, method, **options))

    get.seen = root.seen
    return get


@pytest.mark.parametrize(
    ("to", "query", "path", "query_string", "kwargs"),
    [
        ("/end", "", "/end", "", {}),
        ("end", "", "/end", "", {}),
        ("/end?a=1", "", "/end", "a=1", {"a": "1"}),
        ("/end", "a=1", "/end", "a=1", {"a": "1"}),
        ("/end?a=1&b=?", "x", "/end", "a=1&b=?", {"a": "1", "b": "?"}),
        ("./end", "", "/end", "", {}),
        ("../../end", "", "/end", "", {}),
        ("/end/é", "", "/end/é", "", {}),
        ("/end", "a=é€", "/end", "a=é€", {"a": "é€"}),
        ("/end?é=%2B%C3%A9", "", "/end", "é=+é", {"é": " é"}),
    ],
)
def test_where_an_internal_redirect_leads(inside, to, query, path, query_string, kwargs):
    """The request goes on as a GET with the new path and query, without a body."""
    form = f"to={to}&query={query}".replace("?a=1&b", "%3Fa=1%26b").replace("?a", "%3Fa")
    answer = inside(
        "/start",
        "POST",
        body=form.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.code, answer.text) == (200, "the end")
    method, path_info, seen_query, _, seen_kwargs, body = inside.seen[0]
    assert (method, path_info, seen_query, seen_kwargs, body) == (
        "GET", path, query_string, kwargs, b"",
    )  # fmt: skip


@pytest.mark.parametrize(("path", "query"), [("/end/\ud800", ""), ("/end", "a=\ud800")])
def test_an_internal_redirect_to_what_is_no_text(page, path, query):
    """A lone surrogate is a 404, as such a path or query string from outside would be."""

    def handler(*args, **kwargs):
        raise InternalRedirect(path, query)

    assert page(handler)("/").code == 404


def test_headers_of_the_first_response_are_lost(inside):
    """Headers and cookies of the request that ended do not leave."""
    answer = inside("/start")
    assert answer.header("X-Lost") is None
    assert answer.all("Set-Cookie") == []


def test_a_loop_is_stopped(inside, error_lines):
    """Coming to the same address twice is logged and answered 500."""
    answer = inside("/loop")
    assert answer.code == 500
    assert "Traceback" not in answer.text
    assert any(
        "InternalRedirector visited the same URL twice: '/m/loop'" in line
        for line in error_lines
    )


def test_the_loop_guard_is_a_key(inside):
    """`wsgi.InternalRedirector.recursive` allows coming back to the same address."""
    config = {"/": {"wsgi.InternalRedirector.recursive": True}}
    assert inside("/twice", config=config).text == "3"


def test_there_is_an_end(inside, error_lines):
    """A hundred redirects in a row, each to another address, are enough."""
    answer = inside("/count")
    assert answer.code == 500
    assert any("More than 100 internal redirects" in line for line in error_lines)


def test_an_internal_redirect_to_nowhere(inside):
    """A path that leads nowhere is a 404 that names it."""
    answer = inside("/start?to=/nowhere")
    assert answer.code == 404
    assert "The path '/m/nowhere' was not found." in answer.text


def test_what_an_internal_redirect_knows(page):
    """path, query_string and request."""

    def handler(*args):
        redirect = InternalRedirect("x?a=1")
        assert redirect.request is serving_now().request
        assert redirect.args == (redirect.path, redirect.query_string)
        return repr((redirect.path, redirect.query_string))

    assert page(handler)("/d/e").text == "('/d/x', 'a=1')"


def test_an_error_with_more_members(page):
    """`members` of an error go into its problem document (RFC 9457 section 3.2), and only
    there.
    """

    def refuse():
        error = HTTPError(409, "Sold.")
        error.members = {"left": 0}
        raise error

    refusing = page(refuse)
    problem = json.loads(refusing(headers={"Accept": "application/json"}).body)
    assert (problem["left"], problem["detail"]) == (0, "Sold.")
    assert "left" not in refusing().text
