"""The response: status forms, body kinds, Content-Length, headers and cookies as they leave."""

import io
import re
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookies import SimpleCookie

import pytest
import webob
import webob.exc

from wsgicherry.core.bodies import FileChunks, close_body, prepare_body
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.headers import cookie_headers, keep_last_single
from wsgicherry.core.response import Response, ResponseHeaders

BYTES_ONLY = "Page handlers MUST return bytes. Use tools.encode if you wish to return unicode."


class Closing:
    """An iterable of bytes that counts how often it is closed."""

    def __init__(self, *chunks):
        self.chunks = list(chunks)
        self.taken = self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.taken == len(self.chunks):
            raise StopIteration
        self.taken += 1
        return self.chunks[self.taken - 1]

    def close(self):
        self.closed += 1


class ClosingFile(io.BytesIO):
    """A file that counts how often it is closed."""

    closings = 0

    def close(self):
        self.closings += 1
        super().close()


def sent(response):
    """Return (status, headers, body) as the server would get them."""
    response.finalize()
    return response.output_status, response.header_list, b"".join(response.body)


@pytest.fixture
def answer(page):
    """Return what is sent when a handler does `use(response)` and returns the result."""

    def answer(use, method="GET", path="/", **settings):
        settings.setdefault("tools__encode__on", False)
        return page(lambda **kwargs: use(serving_now().response), **settings)(path, method)

    return answer


# -- a new one --------------------------------------------------------------------------------


def test_a_new_response():
    """A new response has no status, an empty body, text/html, and the time of its making."""
    before = time.time()
    response = Response()
    assert response.status is None
    assert response.header_list is None
    assert response.output_status is None
    assert response.stream is False
    assert list(response.body) == []
    assert list(response.headers.items()) == [("Content-Type", "text/html")]
    assert isinstance(response.cookie, SimpleCookie)
    assert before <= response.time <= time.time()


def test_responses_share_nothing():
    """Headers, cookies and body belong to one response."""
    one, two = Response(), Response()
    one.headers["A"] = "b"
    one.cookie["a"] = "b"
    one.body = b"x"
    assert "A" not in two.headers
    assert not two.cookie
    assert list(two.body) == []


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: Response("é"), ("200 OK", "text/html; charset=UTF-8", "é".encode())),
        (lambda: Response(b"x"), ("200 OK", "text/html; charset=UTF-8", b"x")),
        (
            lambda: Response("é", charset="latin-1"),
            ("200 OK", "text/html; charset=latin-1", b"\xe9"),
        ),
        (lambda: Response(status=404), ("404 Not Found", "text/html; charset=UTF-8", b"")),
        (lambda: Response(status="201 Made"), ("201 Made", "text/html; charset=UTF-8", b"")),
        (lambda: Response(json={"a": 1}), ("200 OK", "application/json", b'{"a":1}')),
        (
            lambda: Response(app_iter=[b"a", b"b"]),
            ("200 OK", "text/html; charset=UTF-8", b"ab"),
        ),
        (lambda: Response(b"x", headerlist=[("A", "b")]), ("200 OK", None, b"x")),
        (
            lambda: Response(b"x", content_type="text/css"),
            ("200 OK", "text/css; charset=UTF-8", b"x"),
        ),
    ],
)
def test_made_with_webobs_arguments(made, expected):
    """A Response made by hand takes WebOb's arguments and means the same."""
    status, headers, body = sent(made())
    assert (status, dict(headers).get("Content-Type"), body) == expected
    assert [v for k, v in headers if k == "Content-Length"] == [str(len(body))]


# -- status -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (None, "200 OK"),
        ("", "200 OK"),
        (0, "200 OK"),
        (201, "201 Created"),
        ("201", "201 Created"),
        ("201 Made it", "201 Made it"),
        (HTTPStatus.CREATED, "201 Created"),
        (299, "299 "),
        ("599 Why not", "599 Why not"),
        (413, "413 Request Entity Too Large"),
        ("200 a\r\nX: b", "200 aX: b"),
        ("200 \x00\x7f", "200 "),
        ("200 d\xe9j\xe0", "200 d\xe9j\xe0"),
        ("200 \u20ac", "200 ?"),
    ],
)
def test_statuses(answer, status, line):
    """A status is a number, text with or without a reason, or nothing; control characters
    are dropped.
    """
    got = answer(lambda response: setattr(response, "status", status))
    assert got.status == line


@pytest.mark.parametrize("status", [99, 600, "abc", "2 00", "20x OK", object(), -1, "٢٠٠"])
def test_what_is_no_status(answer, status):
    """What is no status becomes a 500 that names it; no reply leaves without a status."""
    got = answer(lambda response: setattr(response, "status", status))
    assert got.status == "500 Internal Server Error"
    assert "Illegal response status from server" in got.text


def test_status_as_a_number():
    """status_code and status_int read and set the number."""
    response = Response()
    assert response.status_code == response.status_int == 200
    response.status_code = 404
    assert (response.status, response.status_int) == ("404 Not Found", 404)
    response.status = "201 Made it"
    assert response.status_int == 201


def test_finalize_sets_the_status_line():
    """After finalize `status` and `output_status` are the status line."""
    response = Response()
    response.status = 404
    response.finalize()
    assert response.status == response.output_status == "404 Not Found"
    response.finalize()
    assert response.output_status == "404 Not Found"


# -- body kinds -------------------------------------------------------------------------------


def generate(*chunks):
    yield from chunks


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (lambda: b"abc", b"abc"),
        (lambda: b"", b""),
        (lambda: None, b""),
        (lambda: [], b""),
        (lambda: [b"a", b"b"], b"ab"),
        (lambda: [b"a"], b"a"),
        (lambda: (b"a", b"b"), b"ab"),
        (lambda: generate(b"a", b"", b"b"), b"ab"),
        (lambda: iter([b"a"]), b"a"),
        (lambda: {b"a": 1, b"b": 2}, b"ab"),
        (lambda: io.BytesIO(b"abc"), b"abc"),
        (lambda: bytearray(b"abc"), b"abc"),
        (lambda: bytearray(), b""),
        (lambda: memoryview(b"abc"), b"abc"),
        (lambda: [bytearray(b"a")], b"a"),
        (lambda: [memoryview(b"ab")], b"ab"),
        (lambda: [b"a", bytearray(b"b")], b"ab"),
    ],
)
def test_body_kinds(answer, make, body):
    """Bytes, iterables of bytes, files and None are bodies."""
    got = answer(lambda response: make())
    assert (got.code, got.body) == (200, body)
    assert got.header("Content-Length") == str(len(body))


@pytest.mark.parametrize("value", ["text", "", ["a"], [b"a", "b"]])
def test_text_is_refused(value):
    """str, or a list with str in it, is a ValueError with CherryPy's sentence."""
    response = Response()
    with pytest.raises(ValueError, match=re.escape(BYTES_ONLY)):
        response.body = value


@pytest.mark.parametrize(
    "make",
    [
        lambda: 5,
        lambda: False,
        lambda: object(),
        lambda: 1.5,
        lambda: [1],
        lambda: [None],
        lambda: [[1, 2]],
        lambda: [(b"a",)],
        lambda: [b"a", 1],
        lambda: {"a": 1},
        lambda: generate("a"),
        lambda: "text",
    ],
)
def test_what_is_no_body(answer, make):
    """Anything else is a 500, and never reaches the server as it is."""
    got = answer(lambda response: make())
    assert got.code == 500
    assert got.header("Content-Length") == str(len(got.body))


def test_what_is_no_body_is_named():
    """The error names what the handler returned and what it may return."""
    with pytest.raises(TypeError, match=r"returned 5: it must return bytes, str, an iterable"):
        prepare_body(5)
    with pytest.raises(TypeError, match=r"file or None\. Raise it, do not return it\."):
        prepare_body(ValueError("x"))


def test_what_is_in_a_body_is_named(page, error_lines):
    """A chunk that is none is shown in the log."""
    assert page(lambda: [b"a", 1])().code == 500
    assert "A body held 1: its chunks must be bytes." in "\n".join(error_lines)


def test_a_dict_is_told_to_the_log(page, error_lines):
    """Its keys are sent, as CherryPy does; the log says what was hardly meant."""
    assert page(lambda: {"a": 1})().body == b"a"
    assert "returned a dict, and only its keys are sent. For JSON" in "\n".join(error_lines)
    assert prepare_body({b"a": 1}) == {b"a": 1}  # outside a request


def test_bytes_are_a_body_of_one_block():
    """Bytes, of a class of one's own too, are one block; none of them no block."""

    class Own(bytes):
        pass

    assert prepare_body(b"x") == [b"x"]
    assert prepare_body(Own(b"x")) == [b"x"]
    assert prepare_body(b"") == []


def test_a_returned_value_replaces_what_the_handler_assigned(answer):
    """What the handler returns always replaces a body it set itself; None empties it."""
    assert answer(lambda response: setattr(response, "body", b"set")).body == b""


def test_a_coroutine_is_an_error(page):
    """An async handler is a 500, not a page of the coroutine's repr."""

    async def handler():
        return b"x"

    coroutines = []

    def keep():
        coroutines.append(handler())
        return coroutines[0]

    assert page(keep, tools__encode__on=False)("/").code == 500
    coroutines[0].close()


def test_deleting_the_body():
    """`del response.body` empties it."""
    response = Response()
    response.body = b"x"
    del response.body
    assert sent(response)[2] == b""


@pytest.mark.parametrize(
    ("value", "has_body"),
    [
        (b"x", True),
        (b"", False),
        (None, False),
        ([], False),
        ([b""], False),
        ([b"", b"x"], True),
        ((), False),
        (generate(b""), True),
    ],
)
def test_has_body(value, has_body):
    """has_body never reads: an iterator counts as a body."""
    response = Response()
    response.body = value
    assert response.has_body is has_body


def test_has_body_of_nothing_at_all():
    """An app_iter of None is no body."""
    response = Response()
    response._app_iter = None
    assert response.has_body is False


def test_collapse_body():
    """collapse_body() joins the chunks, closes their source and returns all the bytes."""
    response = Response()
    response.body = source = Closing(b"a", b"b")
    assert response.collapse_body() == b"ab"
    assert response.body == [b"ab"]
    assert source.closed == 1
    assert response.collapse_body() == b"ab"
    response.body = []
    assert response.collapse_body() == b""
    assert response.body == []


def test_collapsing_what_is_no_bytes_closes_it():
    """A body that cannot be joined is closed nevertheless."""
    response = Response()
    response.body = source = Closing(b"a", 5)
    with pytest.raises(TypeError):
        response.collapse_body()
    assert source.closed == 1


# -- files ------------------------------------------------------------------------------------


def test_a_file_is_read_in_chunks_and_closed():
    """A file is sent in chunks of 64 KiB and closed at its end."""
    file = ClosingFile(b"x" * 150_000)
    chunks = prepare_body(file)
    assert [len(chunk) for chunk in chunks] == [65536, 65536, 18928]
    assert file.closings == 1


def test_a_streamed_file_is_closed_with_the_response(answer):
    """A file that is streamed is closed once the server closes the body."""
    file = ClosingFile(b"x" * 150_000)

    def use(response):
        response.stream = True
        return file

    assert answer(use).body == b"x" * 150_000
    assert file.closed


def test_a_file_is_closed_when_nothing_of_it_is_sent(answer):
    """HEAD and 304 close the file that they do not send (BEHAVIOUR 13.3 (11))."""
    file = ClosingFile(b"xyz")
    got = answer(lambda response: file, "HEAD")
    assert (got.body, got.header("Content-Length")) == (b"", "3")
    assert file.closed
    for status in (204, 205, 304):
        file = ClosingFile(b"xyz")

        def use(response, status=status, file=file):
            response.status = status
            return file

        assert answer(use).body == b""
        assert file.closed


def test_a_file_without_close():
    """An object that can only be read is a file, too."""

    class Source:
        def __init__(self):
            self.left = [b"a", b"b", b""]

        def read(self, size):
            return self.left.pop(0)

    chunks = FileChunks(Source())
    assert b"".join(chunks) == b"ab"
    chunks.close()


def test_close_body():
    """close_body() closes what can be closed, and leaves alone what cannot."""
    source = Closing()
    close_body(source)
    assert source.closed == 1
    close_body([])
    close_body(type("Odd", (), {"close": "shut"})())


# -- Content-Length ---------------------------------------------------------------------------


def test_length_is_set_and_the_body_joined(answer):
    """Without a length the body becomes one block, whose length is sent."""
    got = answer(lambda response: generate(b"ab", b"c"))
    assert (got.body, got.header("Content-Length")) == (b"abc", "3")


@pytest.mark.parametrize("value", [3, "3", b"3"])
def test_a_length_that_the_handler_sets_is_kept(answer, value):
    """With a length the body stays as it is, unread until it is sent."""
    source = Closing(b"ab", b"c")

    def use(response):
        response.headers["Content-Length"] = value
        return source

    seen = []
    got = answer(use, hooks__on_end_resource=lambda: seen.append(source.taken))
    assert (got.body, got.header("Content-Length"), seen) == (b"abc", "3", [0])
    assert source.closed == 1


@pytest.mark.parametrize("name", ["content-length", "CONTENT-LENGTH", "Content-length"])
def test_a_length_in_any_case(answer, name):
    """A Content-Length of WebOb's header list counts, however its name is written."""

    def use(response):
        response.headerlist = [("Content-Type", "text/plain"), (name, "2")]
        return b"ab"

    assert answer(use).header("Content-Length") == "2"


def test_a_length_of_none_counts_as_not_set(answer):
    """None for a length means: find it out."""

    def use(response):
        response.headers["Content-Length"] = None
        return b"ab"

    assert answer(use).header("Content-Length") == "2"


@pytest.mark.parametrize(("value", "expected"), [(None, None), (3, "3")])
def test_a_stream_has_the_length_that_is_set(answer, value, expected):
    """A stream is left as it is; a length is sent only if the handler knows it."""
    source = Closing(b"ab", b"c")

    def use(response):
        response.stream = True
        response.headers["Content-Length"] = value
        return source

    seen = []
    got = answer(use, hooks__on_end_resource=lambda: seen.append(source.taken))
    assert (got.body, got.header("Content-Length"), seen) == (b"abc", expected, [0])
    assert source.closed == 1


def test_a_stream_without_a_length(answer):
    """A stream without a length is sent without one, and closed once."""
    source = Closing(b"ab", b"c")

    def use(response):
        response.stream = True
        return source

    got = answer(use)
    assert (got.body, got.header("Content-Length"), source.closed) == (b"abc", None, 1)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [204, 205, 304])
def test_no_body_where_none_may_be(answer, status, stream):
    """204, 205 and 304 have no body and no length, whatever the handler returned; it is
    closed.
    """
    source = Closing(b"ab")

    def use(response):
        response.status = status
        response.stream = stream
        response.headers["Content-Length"] = "2"
        return source

    got = answer(use)
    assert (got.code, got.body) == (status, b"")
    # A 205 may say that it is empty (RFC 9110 section 15.3.6), the others may not.
    assert got.header("Content-Length") in ((None, "0") if status == 205 else (None,))
    assert source.closed == 1


@pytest.mark.parametrize("status", [204, 304])
def test_no_type_for_no_content(answer, status):
    """204 and 304 say nothing about a body that is not there: wsgiref.validate is silent
    (SECURITY 3).
    """
    got = answer(lambda response: setattr(response, "status", status))
    assert got.header("Content-Type") is None


def test_no_coding_and_no_range_on_a_304(answer):
    """A 304 by its status says no more of the body than one that is raised (RFC 9110 section
    15.4.5).
    """
    described = {
        "Content-Encoding": "gzip",
        "Content-Language": "en",
        "Content-Range": "bytes 0-1/2",
    }

    def use(response):
        response.status = 304
        response.headers.update({**described, "Vary": "A", "ETag": '"a"'})

    got = answer(use)
    assert not {*described, "Content-Type"} & set(got.names)
    assert (got.header("Vary"), got.header("ETag")) == ("A", '"a"')


@pytest.mark.parametrize("status", [100, 101, 199])
def test_informational_statuses_have_no_body(page, status):
    """A status below 200 has neither body nor length."""

    def handler():
        serving_now().response.status = status
        return b"ab"

    got = page(handler, tools__encode__on=False)("/", validate=False)
    assert (got.code, got.body, got.header("Content-Length")) == (status, b"", None)


@pytest.mark.parametrize("stream", [False, True])
def test_head_has_the_headers_of_get(page, stream):
    """HEAD sends what GET sends, but the body (SERVERS R18, SECURITY goal 15)."""

    def handler():
        serving_now().response.stream = stream
        return Closing(b"abc", b"d")

    serve = page(handler, tools__encode__on=False)
    got, head = serve("/"), serve("/", "HEAD")
    assert got.body == b"abcd"
    assert (head.body, head.headers, head.status) == (b"", got.headers, got.status)


def test_head_of_an_error_page(page):
    """An error page's HEAD has the page's length, and no page."""

    def handler():
        raise HTTPError(403)

    serve = page(handler)
    got, head = serve("/"), serve("/", "HEAD")
    assert head.body == b""
    assert head.headers == got.headers
    assert head.header("Content-Length") == str(len(got.body))


def test_head_closes_what_it_does_not_send(page):
    """The body that HEAD does not send is closed, once."""
    source = Closing(b"abc")

    def handler():
        serving_now().response.headers["Content-Length"] = "3"
        return source

    page(handler, tools__encode__on=False)("/", "HEAD")
    assert (source.taken, source.closed) == (0, 1)


# -- headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (5, "5"),
        (None, "None"),
        (b"bytes", "bytes"),
        (1.5, "1.5"),
        ("d\xe9j\xe0", "d\xe9j\xe0"),
        ("\u20ac", "=?utf-8?b?4oKs?="),
        ("a\r\nX-Evil: 1", "aX-Evil: 1"),
        ("a\x00b\x1fc\x7fd", "abcd"),
        ("a\tb", "ab"),
        (" around ", "around"),
        ("x" * 300, "x" * 300),
        ("\u20ac" * 100, None),
        ("", ""),
        (True, "True"),
    ],
)
def test_header_values(answer, value, expected):
    """Values go out as ISO-8859-1 or as one RFC 2047 word, without control characters."""

    def use(response):
        response.headers["X-A"] = value

    got = answer(use).header("X-A")
    if expected is not None:
        assert got == expected
    assert "\n" not in got
    assert got.isprintable()
    got.encode("latin-1")


def test_values_keep_their_type_until_they_are_sent():
    """What a program puts into a header it finds there again."""
    response = Response()
    response.headers["X-N"] = 5
    assert response.headers["x-n"] == 5


@pytest.mark.parametrize("name", ["X-\r\nEvil", "X A", "", "X:", "Ä", "X\x00", "a/b"])
def test_header_names_that_are_none(answer, name):
    """A header with an illegal name never leaves: it is dropped of controls, or a 500."""

    def use(response):
        response.headers[name] = "v"

    got = answer(use)
    for key, _ in got.headers:
        assert key.replace("-", "").isalnum()
    assert got.code in (200, 500)


def test_headers_are_title_cased(answer):
    """Names go out in Title-Case, in the order in which they were set."""

    def use(response):
        response.headers["etag"] = '"x"'
        response.headers["WWW-AUTHENTICATE"] = "Basic"
        response.headers["x-b"] = "1"

    got = answer(use)
    assert got.names[:4] == ["Content-Type", "Etag", "Www-Authenticate", "X-B"]


@pytest.mark.parametrize(
    "name",
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
    ],
)
def test_hop_by_hop_headers_are_removed(answer, name):
    """Headers of one connection never leave (SERVERS R19)."""

    def use(response):
        response.headers[name] = "x"

    got = answer(use)
    assert (got.code, got.header(name)) == (200, None)


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/caf\xe9", "/caf%C3%A9"),
        ("/\u4e2d?q=\u4e2d%20", "/%E4%B8%AD?q=%E4%B8%AD%20"),
        ("http://other.example/\u2603", "http://other.example/%E2%98%83"),
        ("javascript:alert(1)", "./javascript:alert(1)"),
        ("java\tscript:alert(1)", "./javascript:alert(1)"),
        (" DATA:text/html,x", "./DATA:text/html,x"),
        ("/x", "/x"),
        ("http://other.example/", "http://other.example/"),
        ("x/y", "x/y"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example", "/evil.example"),
        ("\\\\evil.example", "/evil.example"),
        ("\t//evil.example", "/evil.example"),
        ("/\t/evil.example", "/evil.example"),
        (" //evil.example", "/evil.example"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_a_location_stays_on_its_host(answer, location, sent):
    """No Location without a scheme leads a browser to another host (SECURITY section 8)."""
    got = answer(lambda response: response.headers.update(Location=location))
    assert got.header("Location") == sent


def test_server_and_date_are_left_to_the_server(answer):
    """We set neither Server nor Date (SERVERS R19); a program may."""
    assert {"Server", "Date"} & set(answer(lambda response: None).names) == set()
    got = answer(lambda response: response.headers.update(Server="mine"))
    assert got.header("Server") == "mine"


def test_single_value_headers_stand_once(answer):
    """Of several Content-Type or Location headers only the last leaves; lists may repeat."""

    def use(response):
        response.headerlist = [
            ("content-type", "text/html"),
            ("Vary", "A"),
            ("Content-Type", "text/plain"),
            ("Vary", "B"),
            ("Location", "/a"),
            ("location", "/b"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ]

    got = answer(use)
    assert got.header("Content-Type") == "text/plain"
    assert got.header("Location") == "/b"
    assert got.all("Vary") == ["A", "B"]
    assert got.all("Set-Cookie") == ["a=1", "b=2"]


def test_keep_last_single():
    """The last of a single-value header stays, lists stay whole."""
    pairs = [("A", "1"), ("B", "2")]
    assert keep_last_single(pairs) == pairs
    pairs = [("Etag", "1"), ("Vary", "x"), ("Etag", "2"), ("Vary", "y")]
    assert keep_last_single(pairs) == pairs[1:]


def test_replacing_all_headers():
    """Assigning to `headers` replaces them all: by a mapping, or by pairs."""
    response = Response()
    response.headers["A"] = "1"
    response.headers = {"B": "2"}
    assert list(response.headers.items()) == [("B", "2")]
    response.headers = [("C", "3"), ("C", "4")]
    assert response.headers.getall("c") == ["3", "4"]


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.update({"x-a": "1"}),
        lambda h: h.update([("X-A", "1")]),
        lambda h: h.update(x_a="1") or h.__setitem__("x-a", "1"),
        lambda h: h.setdefault("x-a", "1"),
        lambda h: h.add("x-a", "1"),
        lambda h: h.extend([("x-a", "1")]),
    ],
)
def test_ways_to_set_a_header(change):
    """However a header is set, it is found in any case and shown in Title-Case."""
    response = Response()
    change(response.headers)
    headers = response.headers
    assert headers["X-A"] == headers["x-A"] == headers.get("X-a") == "1"
    assert "x-a" in headers
    assert "X-A" in list(headers)
    assert "X-A" in headers.keys()  # noqa: SIM118 - what programs write
    assert ("X-A", "1") in headers.items()
    assert "1" in headers.values()
    assert headers.copy()["X-A"] == "1"
    # What WebOb's own methods add keeps its case on the wire.
    assert ("x-a", "1") in [(name.lower(), value) for name, value in sent(response)[1]]


@pytest.mark.parametrize(
    "change", [lambda h: h.update({"x-a": "1"}), lambda h: h.setdefault("x-a", "1")]
)
def test_dict_methods_title_case_on_the_wire(change):
    """Names given to the methods of a dict leave in Title-Case (BEHAVIOUR 13.6)."""
    response = Response()
    change(response.headers)
    assert ("X-A", "1") in sent(response)[1]


def test_setting_a_header_that_stands_several_times():
    """Assigning replaces all of that name, in the place of the first."""
    response = Response()
    response.headers = [("vary", "A"), ("X", "y"), ("Vary", "B"), ("VARY", "C")]
    response.headers["Vary"] = "D"
    assert list(response.headers.items()) == [("Vary", "D"), ("X", "y")]


def test_header_keys_that_are_no_text():
    """A key that is no text is made one: None becomes 'None' (BEHAVIOUR 2.12)."""
    response = Response()
    response.headers[None] = 1
    assert ("None", "1") in sent(response)[1]


def test_elements_of_a_header():
    """elements() and values(key) take a header's list apart, most preferred first."""
    headers = ResponseHeaders.view_list([("Accept", "a/b;q=0.2, c/d"), ("Vary", "A")])
    assert [str(element) for element in headers.elements("accept")] == ["c/d", "a/b;q=0.2"]
    assert headers.values("Accept") == ["c/d", "a/b"]
    assert headers.values() == ["a/b;q=0.2, c/d", "A"]
    assert headers.elements("nope") == []


def test_a_header_that_is_taken_out():
    """pop() leaves nothing of it, however often it was there."""
    headers = ResponseHeaders.view_list([("A", "1"), ("B", "2"), ("A", "3")])
    assert headers.pop("a") == "3"
    assert headers.items() == [("B", "2")]
    assert headers.pop("a", None) is None
    with pytest.raises(KeyError):
        headers.pop("a")


def test_output():
    """output() is what would be sent, as pairs of bytes; hop-by-hop headers are not in it."""
    headers = ResponseHeaders.view_list([("A", 1), ("Upgrade", "x"), ("B", "\xe9")])
    assert headers.output() == [(b"A", b"1"), (b"B", b"\xe9")]


def test_config_sets_headers(page):
    """`response.headers.<name>` and `response.stream` in config reach the response."""
    config = {"/": {"response.headers.x-a": "b", "response.stream": True}}
    got = page(lambda: [b"x"], config)("/")
    assert (got.header("X-A"), got.header("Content-Length")) == ("b", None)
    assert "X-A" in got.names
    config["/"]["response.headers.Content-Type"] = "text/css"
    got = page(lambda: [b"x"], config)("/")
    assert got.header("Content-Type") == "text/css;charset=utf-8"
    assert got.header("X-A") == "b"


# -- cookies ----------------------------------------------------------------------------------


def set_cookie(response, value="v", **attributes):
    response.cookie["k"] = value
    for name, attribute in attributes.items():
        response.cookie["k"][name.replace("_", "-")] = attribute


COOKIES = [
    ({}, "k=v"),
    ({"path": "/"}, "k=v; Path=/"),
    ({"max_age": 3600}, "k=v; Max-Age=3600"),
    ({"domain": "a.example"}, "k=v; Domain=a.example"),
    ({"secure": True, "httponly": True}, "k=v; HttpOnly; Secure"),
    ({"version": 1}, "k=v; Version=1"),
    ({"samesite": "Lax"}, "k=v; SameSite=Lax"),
    ({"secure": False, "path": ""}, "k=v"),
    (
        {
            "path": "/p", "domain": "d", "secure": 1, "httponly": 1, "max_age": 1,
            "samesite": "Strict", "version": 1, "expires": "Thu, 01 Jan 1970 00:00:00 GMT",
        },
        "k=v; Domain=d; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=1; Path=/p;"
        " SameSite=Strict; Secure; Version=1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "line"), COOKIES)
def test_cookies_go_out(answer, attributes, line):
    """Attributes are written as http.cookies does, in its order (BEHAVIOUR 2.13)."""
    got = answer(lambda response: set_cookie(response, **attributes))
    assert got.all("Set-Cookie") == [line]


def test_numeric_expires_are_seconds_from_now(answer):
    """A number for expires is seconds from now: 0 deletes the cookie on the client."""
    line = answer(lambda response: set_cookie(response, expires=0)).header("Set-Cookie")
    expires = parsedate_to_datetime(line.removeprefix("k=v; expires="))
    assert -5 < time.time() - expires.timestamp() < 60


def test_a_reassigned_cookie_keeps_its_attributes(answer):
    """A new value for the same key keeps the attributes set before."""

    def use(response):
        set_cookie(response, path="/p")
        response.cookie["k"] = "new"

    assert answer(use).header("Set-Cookie") == "k=new; Path=/p"


def test_several_cookies(answer):
    """Each cookie has a header of its own, after all others."""

    def use(response):
        response.cookie["a"] = "1"
        response.headers["X"] = "y"
        response.cookie["b"] = 'q"; x'

    got = answer(use)
    assert got.all("Set-Cookie") == ["a=1", 'b="q\\"\\073 x"']
    assert got.names[-2:] == ["Set-Cookie", "Set-Cookie"]


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\x00b", "\u20ac", "\xe9", 'a";b'])
def test_hostile_cookie_values(answer, value):
    """No cookie value breaks out of its header."""
    lines = answer(lambda response: set_cookie(response, value)).all("Set-Cookie")
    assert len(lines) == 1
    assert lines[0].isprintable()


@pytest.mark.parametrize("path", ["/\r\nX: y", "/; HttpOnly", "/\x00"])
def test_hostile_cookie_attributes(answer, path):
    """Control characters in an attribute never leave."""
    got = answer(lambda response: set_cookie(response, path=path))
    for line in got.all("Set-Cookie"):
        assert line.isprintable()
    assert got.header("X") is None


def test_cookies_survive_errors_and_redirects(page, site):
    """Cookies set before an error or a redirect are sent with it; an unexpected error's
    page, too.
    """

    def handler(kind):
        set_cookie(serving_now().response)
        if kind == "http":
            raise HTTPError(404)
        raise RuntimeError

    serve = page(handler)
    assert serve("/http").all("Set-Cookie") == ["k=v"]
    assert serve("/bug").all("Set-Cookie") == ["k=v"]


def test_cookie_may_be_replaced():
    """`response.cookie` may be set as a whole."""
    response = Response()
    response.cookie = SimpleCookie("x=1")
    assert ("Set-Cookie", "x=1") in sent(response)[1]
    assert cookie_headers(SimpleCookie()) == []


def test_webobs_set_cookie_goes_out_too(answer):
    """WebOb's set_cookie() writes its own header; both ways may be used at once."""

    def use(response):
        response.cookie["a"] = "1"
        response.set_cookie("b", "2", path="/b")

    assert answer(use).all("Set-Cookie") == ["b=2; Path=/b", "a=1"]


# -- text, JSON, write ------------------------------------------------------------------------


def test_text():
    """`text` reads and writes the body in the charset of the Content-Type, UTF-8 without
    one.
    """
    response = Response()
    response.text = "é"
    assert response.body == ["é".encode()]
    assert response.text == response.ubody == response.unicode_body == "é"
    response.charset = "latin-1"
    response.text = "é"
    assert response.body == [b"\xe9"]
    assert response.text == "é"
    with pytest.raises(TypeError, match=r"response\.text wants str, not bytes"):
        response.text = b"x"
    del response.text
    assert response.body == []


def test_json():
    """`json` reads and writes the body as compact JSON in UTF-8."""
    response = Response()
    response.json = {"a": ["é"]}
    assert response.body == [b'{"a":["\\u00e9"]}']
    assert response.json == response.json_body == {"a": ["é"]}
    del response.json
    assert response.body == []


def test_write():
    """write() appends bytes or text and returns how many bytes that were; an iterator is
    read first.
    """
    response = Response()
    assert response.write(b"ab") == 2
    assert response.write("é") == 2
    assert b"".join(response.body) == "abé".encode()
    response.body = generate(b"x", b"y")
    response.write(b"z")
    assert sent(response)[2] == b"xyz"


def test_write_after_a_length_was_set(answer):
    """What is appended is in the length that is sent."""

    def use(response):
        response.content_length = 2
        response.body = b"ab"
        response.write(b"c")
        return response.body

    got = answer(use)
    assert got.header("Content-Length") == str(len(got.body))


# -- WebOb's responses as a handler's result (DESIGN section 7) -------------------------------


def webob_answer():
    response = webob.Response("h\xe9llo", status="201 Made", content_type="text/plain")
    response.headers["X-A"] = "b"
    response.set_cookie("c", "d", path="/")
    return response


def test_a_webob_response_is_used(page):
    """A handler may return a webob.Response: status, headers and body are then its own."""
    got = page(webob_answer)("/")
    assert (got.status, got.body) == ("201 Made", "h\xe9llo".encode())
    assert got.header("Content-Type") == "text/plain; charset=UTF-8"
    assert (got.header("X-A"), got.header("Content-Length")) == ("b", "6")
    assert got.all("Set-Cookie") == ["c=d; Path=/"]


def test_our_own_response_may_be_returned(page):
    """A Response of ours, made by hand, is used as one of WebOb's."""
    got = page(lambda: Response(b"x", status=202, content_type="text/css"))("/")
    assert (got.code, got.body, got.header("Content-Type")) == (
        202,
        b"x",
        "text/css; charset=UTF-8",
    )


def test_the_current_response_may_be_returned(page):
    """A handler may return `response` itself, after having filled it."""

    def handler():
        response = serving_now().response
        response.status, response.body = 201, b"mine"
        return response

    got = page(handler)("/")
    assert (got.code, got.body) == (201, b"mine")


def test_hooks_see_a_webob_response(page):
    """Hooks and tools see the status, headers and body that came from WebOb, and may change
    them.
    """
    seen = []

    def look():
        response = serving_now().response
        seen.append((response.status_int, response.headers["X-A"], b"".join(response.body)))
        response.headers["X-Seen"] = "yes"

    got = page(webob_answer, hooks__before_finalize=look)("/")
    assert seen == [(201, "b", "h\xe9llo".encode())]
    assert got.header("X-Seen") == "yes"


def test_a_webob_response_is_compressed(page):
    """tools.gzip compresses what came from WebOb, with the right length."""
    got = page(lambda: webob.Response("x" * 2000), tools__gzip__on=True)(
        "/", headers={"Accept-Encoding": "gzip"}
    )
    assert got.header("Content-Encoding") == "gzip"
    assert got.header("Content-Length") == str(len(got.body))
    assert len(got.body) < 2000


def test_a_streaming_webob_response(page):
    """An app_iter is closed once when it has been sent."""
    source = Closing(b"a", b"b")
    got = page(lambda: webob.Response(app_iter=source))("/")
    assert (got.body, source.closed) == (b"ab", 1)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("make", "status", "location"),
    [
        (lambda: webob.exc.HTTPFound(location="/there"), "302 Found", True),
        (lambda: webob.exc.HTTPNotFound("gone"), "404 Not Found", False),
        (lambda: webob.exc.HTTPForbidden(), "403 Forbidden", False),
    ],
)
def test_webob_exceptions_may_be_returned(page, method, make, status, location):
    """webob.exc's responses are used, their page made for this client."""
    got = page(make)("/", method)
    assert got.status == status
    assert bool(got.header("Location")) is location
    if method == "GET":
        assert status.split(" ", 1)[1] in got.text
        assert got.header("Content-Length") == str(len(got.body))
    else:
        assert got.body == b""


@pytest.mark.parametrize(
    "make",
    [
        webob_answer,
        lambda: webob.Response(app_iter=[b"a", b"b"]),
        lambda: webob.Response(body_file=io.BytesIO(b"abc")),
        lambda: webob.exc.HTTPNotFound("gone"),
        lambda: webob.exc.HTTPFound(location="/there"),
        lambda: Response(b"abc"),
    ],
)
def test_head_of_a_webob_response(page, make):
    """HEAD has the headers of GET, for WebOb's responses too (SECURITY goal 15)."""
    serve = page(make)
    got, head = serve("/"), serve("/", "HEAD")
    assert head.body == b""
    assert (head.status, sorted(head.headers)) == (got.status, sorted(got.headers))


def test_a_webob_response_that_knows_conditions(page):
    """A webob.Response with conditional_response answers 304 and 206 itself."""
    serve = page(lambda: webob.Response(b"abc", etag="x", conditional_response=True))
    answer = serve("/", headers={"If-None-Match": '"x"'})
    assert (answer.code, answer.body) == (304, b"")
    answer = serve("/", headers={"Range": "bytes=0-1"})
    assert (answer.code, answer.body) == (206, b"ab")
    assert answer.header("Content-Length") == "2"


def test_a_webob_no_content(page):
    """HTTPNoContent has neither body nor length."""
    got = page(lambda: webob.exc.HTTPNoContent())("/")
    assert (got.status, got.body, got.header("Content-Length")) == ("204 No Content", b"", None)


def test_a_webob_response_cannot_inject_headers(page):
    """What WebOb accepts in its headers, CR and LF, does not leave (SECURITY section 8)."""

    def handler():
        response = webob.Response("x")
        response.headers["X-A"] = "b\r\nX-Evil: 1"
        response.headers["Connection"] = "close"
        response._status = "200 OK\r\nX-Evil: 2"
        return response

    got = page(handler)("/")
    assert got.header("X-Evil") is None
    assert got.header("Connection") is None
    assert got.header("X-A") == "bX-Evil: 1"


def test_a_webob_response_is_not_changed(page):
    """One response object may be returned again and again: what hooks add stays with the
    request.
    """
    shared = webob_answer()
    page_ = page(lambda: shared, response__headers__X="y")
    one, two = page_("/"), page_("/")
    assert (one.status, one.headers, one.body) == (two.status, two.headers, two.body)
    assert shared.headers.getall("X-A") == ["b"]


def test_cookies_of_both_kinds_leave(page):
    """A cookie in `response.cookie` leaves beside those of a returned WebOb response."""

    def handler():
        serving_now().response.cookie["own"] = "1"
        return webob_answer()

    assert sorted(page(handler)("/").all("Set-Cookie")) == ["c=d; Path=/", "own=1"]
