"""The entity of a request: when it is read, what is refused, forms, JSON in and out."""

import io
import json

import pytest

from wsgicherry.core.body import RequestBody
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.inputs import CHUNK_BYTES, CountedInput, content_length
from wsgicherry.core.request import Request
from wsgicherry.lib import jsontools

FORM = "application/x-www-form-urlencoded"


class Source:
    """An input that counts how often it is read, and by how much."""

    def __init__(self, data, at_once=None):
        self.data = io.BytesIO(data)
        self.at_once = at_once
        self.sizes = []

    def read(self, size):
        self.sizes.append(size)
        return self.data.read(min(size, self.at_once or size))


class Gone:
    """The input of a client that has gone away, or of one that sends what no server takes."""

    def __init__(self, error=None):
        self.error = error or OSError("client disconnected")

    def read(self, size):
        raise self.error


class InvalidChunkSize(Exception):
    """What gunicorn raises, and what is no OSError."""


class MaxSizeExceeded(Exception):
    """What cheroot raises."""


def body_of(environ, data=b"", limit=None, **keys):
    """Return the body of a request that belongs to no application."""
    body = RequestBody.of(Request(environ("/", "POST", body=data, **keys)))
    body.maxbytes = limit
    return body


@pytest.fixture
def post(page):
    """Post a body to a handler that returns what `look(request)` says; returns the Answer."""

    def post(data, type=None, look=lambda r: repr(r.params), path="/", config=None, **options):
        serve = page(lambda *args, **kwargs: look(serving_now().request), config)
        headers = {**({"Content-Type": type} if type else {}), **options.pop("headers", {})}
        return serve(path, options.pop("method", "POST"), body=data, headers=headers, **options)

    return post


# -- when there is a body ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "length"),
    [
        ({}, 0),
        ({"CONTENT_LENGTH": "0"}, 0),
        ({"CONTENT_LENGTH": "12"}, 12),
        ({"CONTENT_LENGTH": ""}, 0),
        ({"CONTENT_LENGTH": "9" * 18}, int("9" * 18)),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 0),
        ({"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, None),
        ({"HTTP_TRANSFER_ENCODING": "Chunked", "wsgi.input_terminated": True}, None),
        (
            {
                "HTTP_TRANSFER_ENCODING": "chunked",
                "wsgi.input_terminated": True,
                "CONTENT_LENGTH": "5",
            },
            None,
        ),
        ({"HTTP_TRANSFER_ENCODING": "identity", "CONTENT_LENGTH": "5"}, 5),
        ({"wsgi.input_terminated": True}, 0),
    ],
)
def test_lengths(keys, length):
    """A length, or chunks from a server that marks their end; else nothing is read (SERVERS
    R15).
    """
    assert content_length(keys) == length


@pytest.mark.parametrize("text", ["-1", "+5", "1e3", "abc", "1_0", "٣", "5, 5", "1" * 19, " 5"])
def test_lengths_that_are_none(text, post):
    """A Content-Length that is no number is 400."""
    with pytest.raises(HTTPError) as caught:
        content_length({"CONTENT_LENGTH": text})
    assert caught.value.code == 400
    assert post(b"a=1", FORM, CONTENT_LENGTH=text, validate=False).code == 400


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"data": None}, 411),
        ({"data": None, "CONTENT_LENGTH": ""}, 411),
        ({"data": b""}, 200),
        ({"data": b"", "type": FORM}, 200),
        ({"data": None, "headers": {"Transfer-Encoding": "chunked"}}, 200),
        ({"data": b"a=1", "headers": {"Transfer-Encoding": "gzip, chunked"}}, 501),
        ({"data": b"a=1", "headers": {"Transfer-Encoding": "gzip"}}, 501),
        ({"data": b"a=1", "headers": {"Transfer-Encoding": "chunked, chunked"}}, 501),
        ({"data": b"a=1", "headers": {"Transfer-Encoding": "identity"}}, 200),
        ({"data": None, "method": "PUT"}, 411),
        ({"data": None, "method": "PATCH"}, 411),
        ({"data": None, "method": "DELETE"}, 200),
        ({"data": None, "method": "GET"}, 200),
        ({"data": None, "method": "OPTIONS"}, 200),
    ],
)
def test_what_is_refused_before_anything_is_read(post, options, code):
    """411 without a length, 501 for a coding that is not understood (SERVERS R24)."""
    answer = post(**options)
    assert answer.code == code
    if code == 411:
        assert "Client must specify Content-Length" in answer.text


def test_methods_with_bodies_are_a_key(post):
    """`request.methods_with_bodies` says whose bodies are processed."""
    config = {"/": {"request.methods_with_bodies": ("POST", "DELETE")}}
    assert post(b"a=1", FORM, config=config, method="DELETE").text == "{'a': '1'}"


def test_process_request_body_is_a_key(post):
    """`request.process_request_body` False leaves the body for the handler."""
    config = {"/": {"request.process_request_body": False}}
    look = lambda r: repr((r.params, r.body.read()))  # noqa: E731
    assert post(b"a=1", FORM, look, config=config).text == "({}, b'a=1')"


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "OPTIONS"])
def test_a_body_that_is_not_there_is_empty(page, method):
    """Reading the body of a GET without one gives b'' in every way of reading (BEHAVIOUR
    13.2).
    """
    seen = []

    def handler():
        body = serving_now().request.body
        seen.extend([body.read(), body.readline(), body.readlines(), list(body), body.read(5)])
        seen.append(dict(body.params))
        return b""

    assert page(handler)("/", method).code == 200
    assert seen == [b"", b"", [], [], b"", {}]


@pytest.mark.parametrize("terminated", [None, True])
def test_a_get_never_waits_for_a_body(page, terminated):
    """Without Content-Length and Transfer-Encoding the input is never read (SERVERS R15)."""

    class Endless:
        def read(self, *size):
            raise AssertionError("read")

        readline = readlines = __iter__ = read

    serve = page(lambda: serving_now().request.body.read())
    options = {"wsgi.input": Endless(), "wsgi.input_terminated": terminated}
    assert serve("/", **options).body == b""


# -- reading ----------------------------------------------------------------------------------

LINES = b"one\ntwo\r\n\nlast"


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda b: b.read(), LINES),
        (lambda b: b.read(-1), LINES),
        (lambda b: b.read(None), LINES),
        (lambda b: b.read(5), LINES[:5]),
        (lambda b: b.read(0), b""),
        (lambda b: (b.read(4), b.read(4), b.read()), (LINES[:4], LINES[4:8], LINES[8:])),
        (lambda b: (b.read(), b.read(), b.readline()), (LINES, b"", b"")),
        (lambda b: b.read(1000), LINES),
        (lambda b: b.readline(), b"one\n"),
        (lambda b: (b.readline(2), b.readline(2)), (b"on", b"e\n")),
        (lambda b: b.readlines(), [b"one\n", b"two\r\n", b"\n", b"last"]),
        (lambda b: b.readlines(3), [b"one\n"]),
        (lambda b: b.readlines(5), [b"one\n", b"two\r\n"]),
        (lambda b: list(b), [b"one\n", b"two\r\n", b"\n", b"last"]),
        (lambda b: (b.readline(), list(b)), (b"one\n", [b"two\r\n", b"\n", b"last"])),
        (lambda b: (b.readline(), b.read()), (b"one\n", LINES[4:])),
        (
            lambda b: (next(b.pieces(2)), next(b.pieces(2)), b.read()),
            (b"on", b"e\n", LINES[4:]),
        ),
    ],
)
@pytest.mark.parametrize("at_once", [1, None])
@pytest.mark.parametrize("chunked", [False, True])
def test_reading(environ, read, expected, at_once, chunked):
    """read, readline, readlines and iteration, in any order, with a length or in chunks."""
    keys = {"wsgi.input": Source(LINES + (b"" if chunked else b"NEXT REQUEST"), at_once)}
    if chunked:
        keys |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    body = body_of(environ, LINES, **keys)
    assert read(body) == expected


@pytest.mark.parametrize("size", [10, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 300_000])
def test_never_more_than_the_length_is_read(environ, size):
    """The bytes behind the body are the next request's: they stay where they are."""
    source = Source(b"x" * size + b"NEXT")
    body = body_of(environ, b"x" * size, **{"wsgi.input": source})
    assert body.read() == b"x" * size
    assert source.data.read() == b"NEXT"


def test_read_into_a_file(environ):
    """read(fp_out=...) writes the body into a file."""
    target = io.BytesIO()
    assert not body_of(environ, LINES).read(fp_out=target)
    assert target.getvalue() == LINES


@pytest.mark.parametrize(
    "read",
    [lambda b: b.readline(), lambda b: b.readlines(), lambda b: list(b), lambda b: b.read()],
)
@pytest.mark.parametrize("kilobytes", [256, 1024])
def test_long_lines_are_read_in_linear_time(environ, read, kilobytes):
    """A line of a megabyte takes one pass: the source is read once per chunk (BEHAVIOUR
    13.4).
    """
    data = b"x" * kilobytes * 1024
    source = Source(data)
    read(body_of(environ, data, **{"wsgi.input": source}))
    assert len(source.sizes) <= len(data) // CHUNK_BYTES + 2


@pytest.mark.parametrize(
    "read", [lambda b: b.readline(), lambda b: b.read(), lambda b: b.read(2), lambda b: list(b)]
)
@pytest.mark.parametrize("source", [Gone(), Source(b"short")])
def test_a_client_that_goes_away(environ, read, source):
    """A body that breaks off is 400, not a 500 and its traceback (SERVERS 1.1)."""
    body = body_of(environ, b"x" * 1000, **{"wsgi.input": source})
    with pytest.raises(HTTPError) as caught:
        while True:
            read(body)
    assert caught.value.code == 400


@pytest.mark.parametrize(
    ("error", "code"),
    [(InvalidChunkSize("zz"), 400), (MaxSizeExceeded(), 413), (HTTPError(408), 408)],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_an_error_of_the_server(environ, error, code, chunked):
    """A body that the server cannot read on is the client's error, whatever it raises."""
    keys = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    keys = {**(keys if chunked else {}), "wsgi.input": Gone(error)}
    with pytest.raises(HTTPError) as caught:
        body_of(environ, b"x" * 1000, **keys).read()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("error", "is_told"), [(InvalidChunkSize("zz"), True), (ConnectionResetError(), False)]
)
def test_what_the_log_says_of_a_stream_that_fails(post, error_lines, error, is_told):
    """A client that goes away is no event; any other error may be a program's own."""
    answer = post(b"a=1", FORM, validate=False, **{"wsgi.input": Gone(error)})
    assert answer.code == 400
    told = [line for line in error_lines if "could not be read: InvalidChunkSize" in line]
    assert bool(told) is is_told


def test_a_form_that_breaks_off(post):
    """A form that is shorter than its Content-Length is answered 400."""
    assert post(b"a=1", FORM, CONTENT_LENGTH="30").code == 400


def test_counted_input():
    """CountedInput says that it can be read, and counts."""
    counted = CountedInput(Source(b"abcdef"), 4, None)
    assert counted.readable()
    assert counted.read(3) == b"abc"
    assert counted.bytes_read == 3
    assert counted.readall() == b"d"
    assert counted.readall() == b""
    assert counted.bytes_read == 4


# -- charsets of text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "charsets"),
    [
        ("text/plain", ["utf-8", "ISO-8859-1"]),
        ("text/plain; charset=iso-8859-1", ["iso-8859-1", "utf-8"]),
        ("text/plain; charset=us-ascii", ["us-ascii", "utf-8", "ISO-8859-1"]),
        ("text", ["utf-8"]),
        ("application/xml", ["utf-8"]),
    ],
)
def test_text_may_be_latin_1(post, type, charsets):
    """A body of type text/* is tried in ISO-8859-1 too, after all others."""
    assert post(b"abc", type, lambda r: repr(r.body.attempt_charsets)).text == repr(charsets)


# -- the limit --------------------------------------------------------------------------------


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("type", [FORM, "text/plain"])
@pytest.mark.parametrize("by", ["config", "server"])
@pytest.mark.parametrize("limit", [100, CHUNK_BYTES * 2])
def test_the_limit_of_a_body(site, post, extra, code, chunked, type, by, limit):
    """At the limit a body passes, one byte more is 413: by its length, or while chunks are
    read.
    """
    config = None
    if by == "config":
        config = {"/": {"request.body.maxbytes": limit}}
    else:
        site.server.max_request_body_size = limit
    data = b"a=" + b"x" * (limit - 2 + extra)
    options = {}
    if chunked:
        options = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}
        options["wsgi.input_terminated"] = True
    look = lambda r: str(len(r.params.get("a", "")) or len(r.body.read()) - 2)  # noqa: E731
    answer = post(data, type, look, config=config, **options)
    assert answer.code == code
    if code == 200:
        assert int(answer.text) == len(data) - 2
    else:
        assert str(limit) in answer.text


def test_the_default_limit(post, site):
    """By default a body over 100 MiB is refused by its length, unread (SECURITY goal 8)."""
    over = 100 * 1024 * 1024 + 1
    assert site.max_body_bytes == over - 1
    assert post(b"", FORM, CONTENT_LENGTH=str(over)).code == 413


def test_no_limit(post, site):
    """`server.max_request_body_size` 0 lifts the limit."""
    site.server.max_request_body_size = 0
    assert post(b"a=1", FORM).code == 200


def test_a_configured_limit_is_the_bodys_own(post, site):
    """`request.body.maxbytes` of a path may be larger than the server's limit."""
    site.server.max_request_body_size = 2
    assert post(b"a=1", FORM, config={"/": {"request.body.maxbytes": 100}}).code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_limit_holds_for_every_method(post, method):
    """A handler that reads a GET's body is protected as well."""
    config = {"/": {"request.body.maxbytes": 3}}
    answer = post(b"abcd", None, lambda r: r.body.read(), config=config, method=method)
    assert answer.code == 413


def test_the_limit_stops_while_reading_lines(environ):
    """Chunks over the limit are refused in the middle of a line."""
    source = Source(b"x" * 1_000_000)
    keys = {"wsgi.input": source, "wsgi.input_terminated": True}
    made = environ("/", "POST", HTTP_TRANSFER_ENCODING="chunked", **keys)
    body = RequestBody.of(Request(made))
    body.maxbytes = 100_000
    with pytest.raises(HTTPError) as caught:
        body.readline()
    assert caught.value.code == 413
    assert source.data.tell() <= 100_000 + CHUNK_BYTES


# -- forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "params"),
    [
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        (b"a", {"a": ""}),
        (b"a=", {"a": ""}),
        (b"=x", {"": "x"}),
        (b"a=x+y%20z", {"a": "x y z"}),
        (b"a=%zz%", {"a": "%zz%"}),
        (b"a=%C3%A9", {"a": "é"}),
        (b"a=\xc3\xa9", {"a": "é"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"&&a=1&&", {"a": "1"}),
        (b"", {}),
        (b"a%5B1%5D=x", {"a[1]": "x"}),
        (b"a=1=2", {"a": "1=2"}),
    ],
)
def test_urlencoded(post, data, params):
    """A form becomes parameters: blank values kept, repeats as lists, bad escapes as they
    are.
    """
    assert post(data, FORM).text == repr(params)


def test_the_old_separator_is_a_key(post):
    """`request.query_string_separator` '&;' brings CherryPy's way of splitting forms back,
    too.
    """
    config = {"/": {"request.query_string_separator": "&;"}}
    assert post(b"a=1;b=2", FORM, config=config).text == "{'a': '1', 'b': '2'}"


def test_query_values_come_first(post):
    """A name in query and body is a list, the query's values first; body.params has the
    body's.
    """
    look = lambda r: repr((r.params, r.body.params))  # noqa: E731
    answer = post(b"a=1&b=3", FORM, look, "/?a=2&a=0")
    assert answer.text == "({'a': ['2', '0', '1'], 'b': '3'}, {'a': '1', 'b': '3'})"


def test_parameters_put_there_before_are_kept(post):
    """What a hook put into body.params stays beside the form's fields."""

    def hook():
        serving_now().request.body.params["a"] = "0"

    config = {"/": {"hooks.before_request_body": hook}}
    assert post(b"a=1&b=2", FORM, config=config).text == "{'a': ['0', '1'], 'b': '2'}"


@pytest.mark.parametrize(
    ("type", "data", "text", "charset"),
    [
        (FORM, "a=é", "é", "utf-8"),
        (f"{FORM}; charset=utf-8", "a=é", "é", "utf-8"),
        (f'{FORM};charset="UTF-8"', "a=é", "é", "utf-8"),
        (f"{FORM.upper()}; CHARSET=utf8", "a=é", "é", "utf-8"),
        (f"{FORM}; charset=iso-8859-1", "a=é", "é", "iso-8859-1"),
        (f"{FORM}; charset=latin-1", "a=é", "é", "iso-8859-1"),
        (f"{FORM}; charset=us-ascii", "a=e", "e", "us-ascii"),
    ],
)
def test_charsets(post, type, data, text, charset):
    """The charset of the Content-Type is tried first, and the one that fits is told."""
    look = lambda r: repr((r.params["a"], r.body.charset))  # noqa: E731
    answer = post(data.encode(charset), type, look)
    assert answer.text == repr((text, charset))


@pytest.mark.parametrize(
    "charset",
    ["nope", "zlib", "rot13", "idna", "utf-16", "undefined", "'x'", "x" * 500, "../etc"],
)
def test_charsets_that_are_not_allowed(post, charset):
    """A charset that is not on the list is 415; the page repeats at most a little of it
    (goal 11).
    """
    answer = post(b"a=1", f"{FORM}; charset={charset}")
    assert answer.code == 415
    assert "x" * 50 not in answer.text


def test_an_empty_charset(post):
    """A charset parameter without a value is a client's error."""
    assert post(b"a=1", f"{FORM}; charset=").code in (200, 415)


def test_a_body_that_cannot_be_decoded(post):
    """400, with the charsets that were tried."""
    answer = post(b"a=\xff", FORM)
    assert answer.code == 400
    assert (
        "The request entity could not be decoded. The following charsets were attempted: "
        "['utf-8']" in answer.text
    )
    answer = post(b"a=\xff", f"{FORM};charset=us-ascii")
    assert "['us-ascii', 'utf-8']" in answer.text


def test_attempt_charsets_are_a_key(post):
    """`request.body.attempt_charsets` replaces the list that is tried."""
    config = {"/": {"request.body.attempt_charsets": ["utf-8", "iso-8859-1"]}}
    look = lambda r: r.params["a"]  # noqa: E731
    assert post(b"a=\xe9", FORM, look, config=config).text == "é"


@pytest.mark.parametrize(("count", "code"), [(999, 200), (1000, 200), (1001, 413)])
def test_the_number_of_fields_is_limited(post, count, code):
    """A thousand fields pass, one more is 413 (SECURITY goal 8)."""
    look = lambda r: str(len(r.params["a"]))  # noqa: E731
    assert post(b"&".join([b"a=1"] * count), FORM, look).code == code


# -- other types ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type", [None, "text/plain", "application/octet-stream", "nonsense", "/"]
)
def test_other_types_stay_in_the_stream(post, type):
    """A body of an unknown type, or without one, is left for the handler to read."""
    look = lambda r: repr((r.params, r.body.read()))  # noqa: E731
    assert post(b"a=1", type, look).text == "({}, b'a=1')"


def test_default_content_type_is_a_key(post):
    """`request.body.default_content_type` is what a body without Content-Type is taken for."""
    config = {"/": {"request.body.default_content_type": FORM}}
    assert post(b"a=1", None, config=config).text == "{'a': '1'}"


def test_content_type_is_an_element(post):
    """body.content_type has a value and parameters; changing one request's changes no
    other's.
    """

    def look(request):
        element = request.body.content_type
        text = repr((element.value, element.params))
        element.params["charset"] = "evil"
        return text

    for _ in range(2):
        answer = post(b"", 'text/plain; Charset="utf-8"; x=y', look)
        assert answer.text == repr(("text/plain", {"charset": "utf-8", "x": "y"}))


def test_the_length_stays_known(post):
    """body.length says how long the body was, also after it has been read as a form."""
    assert post(b"a=1", FORM, lambda r: str(r.body.length)).text == "3"
    assert (
        post(b"abc", "text/plain", lambda r: str((r.body.read(), r.body.length)[1])).text == "3"
    )


def test_what_an_entity_knows(environ):
    """headers, params and parts of an entity."""
    request = Request(environ("/", "POST", body=b"x"))
    body = request.body
    assert body.headers is request.headers
    assert (body.params, body.parts, body.charset) == ({}, [], None)
    assert body is request.body
    body.processors["x/y"] = None
    assert "x/y" not in RequestBody.processors


def test_a_body_without_an_application(environ):
    """A Request made by hand can read its body."""
    assert Request(environ("/", "POST", body=b"abc")).body.read() == b"abc"
    assert Request(environ("/", "POST", body=b"abc")).body.readline() == b"abc"


def test_processors_of_a_program(post):
    """A hook may add a processor for a type, or for all types with the same beginning."""

    def take(entity):
        entity.params["taken"] = entity.read().decode()

    def hook():
        body = serving_now().request.body
        body.processors["x/y"] = take
        body.processors["image"] = take

    config = {"/": {"hooks.before_request_body": hook}}
    for type in ("x/y", "X/Y; a=b", "image/png", "IMAGE/GIF"):
        assert post(b"abc", type, config=config).text == "{'taken': 'abc'}"
    assert post(b"abc", "x/z", config=config).text == "{}"


def test_processors_in_config(post):
    """`request.body.processors` replaces them all."""

    def take(entity):
        entity.params["taken"] = entity.read().decode()

    config = {"/": {"request.body.processors": {"x/y": take}}}
    assert post(b"abc", "x/y", config=config).text == "{'taken': 'abc'}"
    assert post(b"a=1", FORM, config=config).text == "{}"


def test_processors_in_config_are_not_changed_by_a_request(post):
    """A request that changes its processors leaves those in config as they are."""
    processors = {"x/y": lambda entity: None}
    config = {"/": {"request.body.processors": processors, "tools.json_in.on": True}}
    assert post(b"{}", "application/json", config=config).code == 200
    assert list(processors) == ["x/y"]


def test_default_proc_may_be_an_error(post):
    """A hook may put an HTTPError in place of default_proc: it is raised."""

    def hook():
        serving_now().request.body.default_proc = HTTPError(415, "No such thing")

    answer = post(b"x", "x/y", config={"/": {"hooks.before_request_body": hook}})
    assert answer.code == 415
    assert "No such thing" in answer.text


# -- multipart forms --------------------------------------------------------------------------


def multipart(*parts, boundary="b0undary"):
    """Return (body, type) of a form; a part is (its headers' lines, its content)."""
    lines = b"".join(
        b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary.encode(), "\r\n".join(head).encode(), content)
        for head, content in parts
    )
    end = f"--{boundary}--\r\n".encode()
    return lines + end, f"multipart/form-data; boundary={boundary}"


def named(name, *more, extra=""):
    return [f'Content-Disposition: form-data; name="{name}"{extra}', *more]


def test_fields_of_a_multipart_form(post):
    """Text parts become text, repeats lists, beside the query's values."""
    data, type = multipart(
        (named("a"), "é".encode()), (named("a"), b"2"), (named("b"), b""), (named("q"), b"body")
    )
    answer = post(data, type, path="/?q=query")
    assert answer.text == repr({"q": ["query", "body"], "a": ["é", "2"], "b": ""})


def test_files_of_a_multipart_form(post):
    """A part with a file name is a part: its name, type and content can be read."""
    data, type = multipart(
        (named("f", "Content-Type: image/png", extra='; filename="x.png"'), b"\x89PNG"),
        (named("empty", extra='; filename=""'), b""),
    )

    def look(request):
        part, empty = request.params["f"], request.params["empty"]
        kind = str(part.content_type)
        return repr((part.name, part.filename, kind, part.file.read(), empty.filename))

    assert post(data, type, look).text == repr(("f", "x.png", "image/png", b"\x89PNG", ""))


def test_parts_without_a_name(post):
    """A part without a name stays in body.parts."""
    data, type = multipart((["Content-Disposition: form-data"], b"lost"), (named("a"), b"1"))
    look = lambda r: repr((r.params, [p.fullvalue() for p in r.body.parts]))  # noqa: E731
    assert post(data, type, look).text == "({'a': '1'}, ['lost'])"


@pytest.mark.parametrize(
    ("charset", "content", "code"),
    [("iso-8859-1", b"\xe9", 200), ("utf-8", b"\xc3\xa9", 200), ("zlib", b"x", 415)],
)
def test_charsets_of_parts(post, charset, content, code):
    """A part may name its own charset, one of those that are allowed."""
    head = named("a", f"Content-Type: text/plain; charset={charset}")
    data, type = multipart((head, content))
    answer = post(data, type)
    assert answer.code == code
    assert code != 200 or answer.text == "{'a': 'é'}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: (b"x", "multipart/form-data"),
        lambda: (b"x", "multipart/form-data; boundary="),
        lambda: (b"--b\r\nContent-Dispo", "multipart/form-data; boundary=b"),
        lambda: multipart((named("a"), b"\xff")),
    ],
)
def test_broken_multipart_forms(post, make):
    """A missing boundary, a truncated body, text that is none: 400 (BEHAVIOUR 13.2)."""
    data, type = make()
    assert post(data, type).code == 400


@pytest.mark.parametrize(("count", "code"), [(1000, 200), (1001, 413)])
def test_the_number_of_parts_is_limited(post, count, code):
    """A thousand parts pass, one more is 413 (SECURITY goal 8)."""
    data, type = multipart(*[(named("a"), b"1")] * count)
    assert post(data, type, lambda r: str(len(r.params["a"]))).code == code


def test_parameters_put_there_before_a_multipart_form(post):
    """What a hook put into body.params stays beside the form's fields."""

    def hook():
        serving_now().request.body.params["a"] = "0"

    data, type = multipart((named("a"), b"1"), (named("b"), b"2"))
    config = {"/": {"hooks.before_request_body": hook}}
    assert post(data, type, config=config).text == "{'a': ['0', '1'], 'b': '2'}"


def test_what_an_entity_makes_when_asked(environ):
    """params, charsets and separators; the input, counted, for which there may be another."""
    made = environ("/", "POST", body=b"x")
    body = RequestBody.of(Request(made))
    assert (body.params, body.parts, body.attempt_charsets) == ({}, [], ["utf-8"])
    assert (body.separators, body.fp.read()) == ("&", b"x")
    body.fp = io.BytesIO(b"y")
    assert (body.read(), body.fp.read()) == (b"y", b"")


def test_an_entity_without_an_attribute(environ):
    """An attribute that no entity has is named."""
    with pytest.raises(AttributeError, match="has no attribute 'nope'"):
        _ = Request(environ()).body.nope


def test_a_middleware_that_has_read_the_body(page):
    """A body that a WebOb middleware has read and rewound is read from its beginning."""
    stream = io.BytesIO(b"a=1")
    stream.read()
    serve = page(lambda **kwargs: repr(kwargs))
    options = {"wsgi.input": stream, "webob.is_body_seekable": True, "CONTENT_LENGTH": "3"}
    options |= {"CONTENT_TYPE": FORM, "validate": False}  # the validator hides seek()
    answer = serve("/", "POST", **options)
    assert answer.text == "{'a': '1'}"


# -- JSON in ----------------------------------------------------------------------------------


@pytest.fixture
def post_json(post):
    """Post a body to a handler that returns `repr(request.json)`; settings of tools.json_in."""

    def post_json(data, type="application/json", method="POST", headers=None, **settings):
        config = {f"tools.json_in.{name}": value for name, value in settings.items()}
        config = {"/": {"tools.json_in.on": True, **config}}
        look = lambda r: repr(r.json)  # noqa: E731
        return post(data, type, look, config=config, method=method, headers=headers or {})

    return post_json


@pytest.mark.parametrize(
    ("data", "document"),
    [
        (b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        (b'"x"', "x"),
        (b"null", None),
        (b" [] ", []),
        ('"é"'.encode(), "é"),
        (b'"\\u00e9"', "é"),
        (b"[1e5, 1E-400, 0e0]", [100000.0, 0.0, 0.0]),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"1" + b"0" * 400, 10**400),
    ],
)
@pytest.mark.parametrize(
    "type", ["application/json", "text/javascript", "Application/JSON; x=y"]
)
def test_json_in(post_json, data, document, type):
    """The document is in request.json."""
    assert post_json(data, type).text == repr(document)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"[1,]",
        b"[" * 100_000,
        b"1" * 5000,
        b"{}{}",
        '"é"'.encode("latin-1"),
        "{}".encode("utf-16"),
        b"1e999",
        b"[-1E+999]",
        b"1" + b"0" * 400 + b".0",
        b'"\\ud800"',
        b'{"\\udfff": 1}',
    ],
)
def test_what_is_no_json(post_json, data):
    """What is no JSON is 400 'Invalid JSON document', whatever makes it so."""
    answer = post_json(data)
    assert answer.code == 400
    assert "Invalid JSON document" in answer.text


@pytest.mark.parametrize(
    ("type", "code"),
    [("text/plain", 415), (None, 415), (FORM, 415), ("application/json+x", 415)],
)
def test_other_types_are_refused(post_json, type, code):
    """With `force` (the default) any other type is 415, and says which are expected."""
    answer = post_json(b"{}", type)
    assert answer.code == code
    assert "Expected an entity of content type application/json, text/javascript" in answer.text


def test_other_types_without_force(post_json):
    """Without `force` other bodies are processed as ever; to read request.json is then 400."""
    assert post_json(b"a=1", FORM, force=False).code == 400
    assert post_json(b"[1]", force=False).text == "[1]"


@pytest.mark.parametrize("content_type", ["x/y", ["x/y", "X/Z"]])
def test_types_are_a_key(post_json, content_type):
    """`tools.json_in.content_type` is one type or a list."""
    assert post_json(b"[1]", "x/y", content_type=content_type).text == "[1]"
    assert post_json(b"[1]", content_type=content_type).code == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_json_of_a_method_without_a_body(post_json, method):
    """Where no JSON can come, to read request.json is the client's 400 (BEHAVIOUR 13.2)."""
    assert post_json(None, None, method).code == 400


@pytest.mark.parametrize(
    ("data", "type", "settings", "has_json"),
    [
        (b"null", "application/json", {}, True),
        (b"a=1", FORM, {"force": False}, False),
        (b"null", "application/json", {"on": False}, False),
    ],
)
def test_asking_whether_json_came(post, data, type, settings, has_json):
    """`hasattr(request, "json")` tells, as with CherryPy."""
    settings = {"on": True, **settings}
    config = {"/": {f"tools.json_in.{name}": value for name, value in settings.items()}}
    answer = post(data, type, lambda request: str(hasattr(request, "json")), config=config)
    assert answer.text == str(has_json)


def test_json_without_a_length(post_json):
    """JSON without any length is 411."""
    assert post_json(None).code == 411


def test_chunked_json(page):
    """JSON in chunks is read where the server marks their end."""
    serve = page(lambda: repr(serving_now().request.json), tools__json_in__on=True)
    answer = serve(
        "/",
        "POST",
        headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        **{"wsgi.input": io.BytesIO(b"[1]"), "wsgi.input_terminated": True},
    )
    assert answer.text == "[1]"


@pytest.mark.parametrize("data", [b"NaN", b"[Infinity, -Infinity]"])
def test_nan_is_a_key(post_json, data):
    """`tools.json_in.allow_nan` brings CherryPy's NaN and Infinity back."""
    assert post_json(data, allow_nan=True).text == repr(json.loads(data))


def test_a_processor_of_ones_own(post_json):
    """`tools.json_in.processor` is called with the entity in place of ours, whatever
    allow_nan says.
    """

    def own(entity):
        serving_now().request.json = entity.read()

    assert post_json(b"[1]", processor=own).text == "b'[1]'"
    assert post_json(b"[1]", processor=own, allow_nan=True).text == "b'[1]'"


@pytest.mark.parametrize(("depth", "code"), [(99, 200), (100, 200), (101, 400)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_the_depth_is_limited(post_json, depth, code, opening, closing):
    """A hundred levels pass, one more is 400 (SECURITY goal 8)."""
    inner = "1" if opening != "[" else ""
    answer = post_json((opening * depth + inner + closing * depth).encode())
    assert answer.code == code
    if code == 400:
        assert "nested deeper than 100 levels" in answer.text


@pytest.mark.parametrize(
    "document", [[[1]] * 200, "[" * 500, {"a": "{" * 500, "b": [{}] * 300}]
)
def test_many_brackets_are_not_depth(post_json, document):
    """Wide documents, and brackets in text, are not deep."""
    assert post_json(json.dumps(document).encode()).code == 200


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_size_is_limited(page, extra, code):
    """Ten megabytes of JSON pass, one byte more is 413 (SECURITY goal 8)."""
    serve = page(lambda: str(len(serving_now().request.json)), tools__json_in__on=True)
    data = b'"' + b"x" * (jsontools.MAX_BYTES - 2 + extra) + b'"'
    answer = serve("/", "POST", body=data, headers={"Content-Type": "application/json"})
    assert answer.code == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_size_is_a_key(post_json, extra, code):
    """`tools.json_in.max_bytes` of a path, to the byte."""
    answer = post_json(b'"' + b"x" * (98 + extra) + b'"', max_bytes=100)
    assert answer.code == code
    assert code == 200 or "larger than 100 bytes" in answer.text


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 400)])
def test_the_depth_is_a_key(post_json, extra, code):
    """`tools.json_in.max_depth` of a path, to the level; with NaN as well."""
    document = b"[" * (5 + extra) + b"]" * (5 + extra)
    assert post_json(document, max_depth=5).code == code
    assert post_json(document, max_depth=5, allow_nan=True).code == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
@pytest.mark.parametrize("by", ["default", "config"])
@pytest.mark.parametrize("chunked", [False, True])
def test_the_size_of_a_form(post, by, chunked, extra, code):
    """`request.body.max_field_bytes`, 500 kB by default: more is 413, in chunks too."""
    limit = 500 * 1024 if by == "default" else 100
    config = {"/": {"request.body.max_field_bytes": 100}} if by == "config" else None
    options = {}
    if chunked:
        options = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}
        options["wsgi.input_terminated"] = True
    data = b"a=" + b"x" * (limit - 2 + extra)
    answer = post(data, FORM, lambda r: "", config=config, **options)
    assert answer.code == code
    assert code == 200 or "request.body.max_field_bytes" in answer.text


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
@pytest.mark.parametrize("key", ["request.body.max_fields", "request.max_params"])
def test_the_number_of_fields(post, key, extra, code):
    """`request.body.max_fields`, by default `request.max_params`: one more is 413."""
    data = b"&".join(b"a=1" for _ in range(5 + extra))
    assert post(data, FORM, config={"/": {key: 5}}).code == code


def test_a_program_may_read_the_input_itself(post):
    """`request.rfile` is the input, with the body's limit."""
    config = {"/": {"request.process_request_body": False, "request.body.maxbytes": 5}}
    look = lambda r: repr((r.rfile.readline(), r.rfile.read()))  # noqa: E731
    assert post(b"a\nbc", FORM, look, config=config).text == "(b'a\\n', b'bc')"
    assert post(b"a\nbcdef", FORM, look, config=config).code == 413


def test_params_that_nobody_else_wants(environ):
    """A body whose request is gone keeps what it finds to itself."""
    made = environ("/", "POST", body=b"a=1", headers={"Content-Type": FORM})
    body = RequestBody.of(Request(made))
    body.process()
    assert body.params == {"a": "1"}


def test_depth_of():
    """depth_of() counts levels of lists and dicts."""
    assert [jsontools.depth_of(d) for d in (1, [], {}, [[]], {"a": [{"b": 1}]}, [1, [2]])] == [
        0, 1, 1, 2, 3, 2,
    ]  # fmt: skip


# -- JSON out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"a": [1, None, True]}, b'{"a": [1, null, true]}'),
        ("é", b'"\\u00e9"'),
        (None, b"null"),
        ([], b"[]"),
        (0, b"0"),
    ],
)
def test_json_out(page, value, body):
    """What the handler returns is sent as ASCII JSON of type application/json."""
    answer = page(lambda: value, tools__json_out__on=True)("/")
    assert (answer.body, answer.header("Content-Type")) == (body, "application/json")
    assert answer.header("Content-Length") == str(len(body))


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [("application/x", "application/x"), (None, "text/html;charset=utf-8")],
)
def test_json_out_type_is_a_key(page, content_type, expected):
    """`tools.json_out.content_type`; None leaves the header alone."""
    config = {"/": {"tools.json_out.on": True, "tools.json_out.content_type": content_type}}
    answer = page(lambda: 1, config)("/")
    assert (answer.body, answer.header("Content-Type")) == (b"1", expected)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], object(), {1, 2}, b"x"])
def test_what_json_cannot_say(page, value):
    """What is no JSON is a 500: NaN never leaves (SECURITY section 2)."""
    assert page(lambda: value, tools__json_out__on=True)("/").code == 500


def test_json_out_arguments(page):
    """The handler's arguments reach it through the wrapper, and a bad call is still a 404."""
    serve = page(lambda *args, a: [list(args), a], tools__json_out__on=True)
    assert serve("/x/y?a=1").body == b'[["x", "y"], "1"]'


def test_json_out_handler_is_a_key(page):
    """`tools.json_out.handler` finds the page handler in request._json_inner_handler."""

    def own(*args, **kwargs):
        return repr(serving_now().request._json_inner_handler()).encode()

    config = {"/": {"tools.json_out.on": True, "tools.json_out.handler": own}}
    assert page(lambda: {"a": 1}, config)("/").body == b"{'a': 1}"


def test_json_out_leaves_an_answered_request_alone(page):
    """A request whose handler is None has been answered by another tool: nothing is wrapped."""

    def answered():
        request, response = serving_now().request, serving_now().response
        request.handler = None
        response.body = b"done"

    config = {"/": {"tools.json_out.on": True, "hooks.on_start_resource": answered}}
    answer = page(lambda: 1, config)("/")
    assert (answer.body, answer.header("Content-Type")) == (b"done", "text/html")


def test_errors_of_a_json_page(page):
    """An error's page is not wrapped in JSON, but made for what the client accepts."""

    def handler():
        raise HTTPError(403)

    serve = page(handler, tools__json_out__on=True)
    assert serve("/").header("Content-Type") == "application/problem+json"
    answer = serve("/", headers={"Accept": "text/html"})
    assert answer.header("Content-Type") == "text/html;charset=utf-8"


def test_json_there_and_back(page):
    """Both tools together: a document in, a document out."""
    serve = page(
        lambda: {"got": serving_now().request.json},
        tools__json_in__on=True,
        tools__json_out__on=True,
    )
    answer = serve("/", "POST", body=b"[1]", headers={"Content-Type": "application/json"})
    assert answer.body == b'{"got": [1]}'


@pytest.mark.parametrize(
    ("read", "count"),
    [
        (lambda body: None, 0),
        (lambda body: body.read(), 7),
        (lambda body: body.fp.read(), 7),
        (lambda body: body.source.take(3), 3),
    ],
    ids=["nothing", "at once", "from the stream", "a piece"],
)
def test_bytes_read_are_counted(environ, read, count):
    """`bytes_read` says how many bytes of the body have been read so far."""
    request = Request(environ("/", "POST", body=b"1234567"))
    assert request.body_bytes_read == 0
    read(request.body)
    assert request.body.bytes_read == request.body_bytes_read == count
