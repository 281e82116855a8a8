"""What a handler returns, of every kind: sent whole, closed once, watched while it is sent."""

from __future__ import annotations

import io
import queue
import threading

import pytest
import webob
import webob.exc

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.response import Response
from wsgicherry.lib import sse

PLAIN = {"tools__encode__on": False}


class Tracked:
    """An iterator of chunks that counts how often it is closed; an exception is raised."""

    def __init__(self, *chunks):
        self.chunks = iter(chunks)
        self.taken = self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.taken += 1
        chunk = next(self.chunks)
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk

    def close(self):
        self.closed += 1


class SourceFile:
    """A file whose content comes from a tracked source."""

    def __init__(self, source):
        self.source = source

    def read(self, size=-1):
        return next(self.source, b"")

    def close(self):
        self.source.close()


def closing(source):
    """Yield what `source` has, and close it as a careful generator does."""
    try:
        for chunk in source:  # noqa: UP028 - `yield from` would close `source` as well
            yield chunk
    finally:
        source.close()


# What a handler makes of a tracked source.
KINDS = {
    "iterator": lambda source: source,
    "generator": closing,
    "file": SourceFile,
    "webob": lambda source: webob.Response(app_iter=source, content_type="text/plain"),
    "webob.exc": lambda source: webob.exc.HTTPOk(app_iter=source, content_type="text/plain"),
    "events": sse.stream,
}


@pytest.fixture
def serve(page):
    """Return serve(make, stream, **settings) -> Page, whose handler returns `make()`."""

    def serve(make, stream=False, **settings):
        def handler(*segments, **params):
            response = serving_now().response
            response.stream = stream or response.stream
            return make()

        return page(handler, **settings)

    return serve


# -- closed once ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("tools", ["none", "encode", "gzip", "both"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [None, 204, 205, 304])
def test_every_kind_is_closed_once(serve, kind, stream, tools, method, status):
    """Whatever kind of body, tool, method and status: it is closed once."""
    source = Tracked("one ", "two") if kind == "events" else Tracked(b"one ", b"two")

    def set_status():
        serving_now().response.status = status

    settings = {
        "tools__encode__on": tools in ("encode", "both"),
        "tools__gzip__on": tools in ("gzip", "both"),
    }
    if status:
        settings["hooks__before_finalize"] = set_status
    page = serve(lambda: KINDS[kind](source), stream, **settings)
    got = page("/", method, headers={"Accept-Encoding": "gzip"})
    # What a generator never began it does not end.
    assert source.closed == 1 or (kind == "generator" and not source.taken)
    if method == "HEAD" or status:
        assert got.body == b""
    elif kind == "events":
        assert got.body == b":\n\ndata: one \n\ndata: two\n\n"
    elif tools in ("none", "encode"):
        assert got.body == b"one two"


@pytest.mark.parametrize("kind", ["iterator", "generator", "file", "webob"])
@pytest.mark.parametrize("tools", ["none", "both"])
@pytest.mark.parametrize("fail_at", [0, 1])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("error", [ZeroDivisionError("x"), SystemExit(3), HTTPError(409)])
def test_a_body_that_fails_is_closed_once(
    serve, error_lines, kind, tools, fail_at, stream, error
):
    """A body that fails is closed once; before the first byte an error page is sent."""
    source = Tracked(*[b"one"] * fail_at, error, b"two")
    on = tools == "both"
    page = serve(lambda: KINDS[kind](source), stream, tools__encode__on=on, tools__gzip__on=on)
    headers = {"Accept-Encoding": "identity"}
    if stream and fail_at:
        with pytest.raises((ZeroDivisionError, RuntimeError, HTTPError)):
            page("/", headers=headers)
        assert any("Error id" in line for line in error_lines)
    else:
        got = page("/", headers=headers)
        assert got.code == (409 if isinstance(error, HTTPError) else 500)
        assert got.header("Content-Length") == str(len(got.body))
    assert source.closed == 1


@pytest.mark.parametrize("kind", ["iterator", "file", "webob", "events"])
def test_a_client_that_leaves(serve, site, environ, kind):
    """A server that closes in mid-stream, and closes again, closes the body once."""
    source = Tracked(b"one", b"two", b"three")
    if kind == "events":
        source = Tracked("one", "two")
    serve(lambda: KINDS[kind](source), stream=True, **PLAIN)
    chunks = site.tree(environ("/"), lambda *args: None)
    assert next(iter(chunks)) in (b"one", b":\n\n")
    assert source.closed == 0
    chunks.close()
    chunks.close()
    assert source.closed == 1


def test_a_generator_ends_in_its_request(serve, site, environ):
    """The `finally` of a generator whose client leaves runs, in its request."""
    ends = []

    def body():
        try:
            yield b"one"
            yield b"two"
        finally:
            ends.append(serving_now().request.path_info)

    serve(body, stream=True, **PLAIN)
    chunks = site.tree(environ("/here"), lambda *args: None)
    next(iter(chunks))
    thread = threading.Thread(target=chunks.close)
    thread.start()
    thread.join()
    assert ends == ["/here"]


# -- a body that takes the place of another ---------------------------------------------------


def upper(chunks):
    """Yield chunks in capitals; does not close what it reads, as most generators."""
    for chunk in chunks:
        yield chunk.upper()


class Upper:
    """An iterator that closes what it wraps, as middleware does (PEP 3333)."""

    def __init__(self, chunks):
        self.chunks = chunks
        self.steps = upper(chunks)

    def __iter__(self):
        return self.steps

    def close(self):
        self.chunks.close()


REPLACED = {
    "by bytes": lambda old: b"new",
    "by a list": lambda old: [b"new"],
    "by its own chunks": lambda old: list(old),
    "by nothing": lambda old: None,
    "by a generator": upper,
    "by a map": lambda old: map(bytes.upper, old),
    "by a wrapper that closes": Upper,
    "by a generator that drops it": lambda old: (chunk for chunk in [b"new"]),
    "by a file": lambda old: io.BytesIO(b"new"),
    "by itself": lambda old: old,
    "by a WebOb response": lambda old: webob.Response(b"new"),
}


@pytest.mark.parametrize("how", REPLACED)
@pytest.mark.parametrize(
    ("stream", "point"),
    [(False, "before_finalize"), (True, "before_finalize"), (True, "on_end_resource")],
    ids=["whole", "stream", "stream, at the end"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_replaced_body_is_closed_once(serve, how, stream, method, point):
    """A body that a hook replaces is closed once, whether the new one reads it or not."""
    source = Tracked(b"one ", b"two")

    def replace():
        response = serving_now().response
        response.body = REPLACED[how](response.body)

    got = serve(lambda: source, stream, **PLAIN, **{f"hooks__{point}": replace})("/", method)
    assert got.code == 200
    assert source.closed == 1


def test_a_body_that_comes_back_is_closed_once(serve):
    """A body that is replaced, and put back, is closed once."""
    source = Tracked(b"one")

    def replace():
        response = serving_now().response
        old = response.body
        response.body = upper(old)
        response.body = old

    assert serve(lambda: source, hooks__before_finalize=replace, **PLAIN)().body == b"one"
    assert source.closed == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_current_response_with_an_iterator(serve, stream):
    """A handler may give the response an iterator, and return the response."""
    source = Tracked(b"one")

    def handler():
        response = serving_now().response
        response.body = source
        return response

    assert serve(handler, stream, **PLAIN)().body == b"one"
    assert source.closed == 1


def test_a_deleted_body_is_closed(serve):
    """`del response.body` closes what was there."""
    source = Tracked(b"one")

    def delete():
        del serving_now().response.body

    assert serve(lambda: source, hooks__before_finalize=delete, **PLAIN)().body == b""
    assert source.closed == 1


def test_a_close_that_fails_outside_a_request():
    """Where there is no log, an error of close() is raised."""

    class Stuck(Tracked):
        def close(self):
            raise OSError("in close")

    response = Response()
    response.body = Stuck(b"one")
    with pytest.raises(OSError, match="in close"):
        response.body = b"other"


def test_a_body_that_cannot_be_replaced(serve):
    """A value that is no body leaves the one that there is."""
    source = Tracked(b"one")

    def replace():
        response = serving_now().response
        with pytest.raises(ValueError, match="MUST return bytes"):
            response.body = "text"
        assert response.body is source

    assert serve(lambda: source, hooks__before_finalize=replace, **PLAIN)().body == b"one"
    assert source.closed == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("error", [OSError("in close"), SystemExit("in close")])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_close_that_fails_is_logged(serve, error_lines, method, error, stream):
    """An error of close() is in the log; the answer is what it was."""

    class Stuck(Tracked):
        def close(self):
            self.closed += 1
            raise error

    source = Stuck(b"one")
    assert serve(lambda: source, stream, **PLAIN)("/", method).code == 200
    assert source.closed == 1
    assert any("in close" in line for line in error_lines)


# -- errors before the first byte -------------------------------------------------------------


@pytest.mark.parametrize("chunks", [(), (b"",), (b"", b"")], ids=len)
@pytest.mark.parametrize("tools", [False, True], ids=["bare", "encoded"])
@pytest.mark.parametrize(
    ("make", "status", "location"),
    [
        (lambda: HTTPError(409, "no"), 409, None),
        (lambda: HTTPRedirect("/there"), 303, "http://h.example/there"),
        (lambda: ZeroDivisionError(), 500, None),
        (lambda: KeyboardInterrupt(), 500, None),
    ],
    ids=["HTTPError", "HTTPRedirect", "ZeroDivisionError", "KeyboardInterrupt"],
)
def test_an_error_before_the_first_byte(serve, chunks, tools, make, status, location):
    """Empty chunks send nothing, so an error after them has its page, too."""

    def body():
        yield from chunks
        raise make()

    got = serve(body, stream=True, tools__encode__on=tools)()
    assert (got.code, got.header("Location")) == (status, location)
    assert got.header("Content-Length") == str(len(got.body))


@pytest.mark.parametrize("chunk", ["text", 3, None, [b"a"]])
@pytest.mark.parametrize("place", [0, 1])
def test_chunks_that_are_no_bytes(serve, error_lines, chunk, place):
    """A chunk that is no bytes never reaches the server: a 500, or the end of the stream."""
    page = serve(lambda: iter([b"ok"] * place + [chunk]), stream=True, **PLAIN)
    if place:
        with pytest.raises((TypeError, ValueError)):
            page()
    else:
        assert page().code == 500
    assert any("bytes" in line for line in error_lines)


@pytest.mark.parametrize(
    "chunk", [bytearray(b"ab"), memoryview(b"ab"), type("B", (bytes,), {})(b"ab")]
)
def test_chunks_that_are_nearly_bytes(serve, chunk):
    """What holds bytes is sent as bytes."""
    got = serve(lambda: iter([chunk, chunk]), stream=True, **PLAIN)()
    assert got.body == b"abab"


def test_an_asynchronous_generator_is_named(page, error_lines):
    """`async def` with `yield` is a 500 that says what to write."""

    async def chunks():
        yield b"a"

    assert page(lambda: chunks(), **PLAIN)().code == 500
    assert any("write 'def', not 'async def'" in line for line in error_lines)


# -- where `response.stream` is set -----------------------------------------------------------


def test_stream_by_config(page):
    """Config turns streaming on: nothing is collapsed, no length is sent."""
    got = page(lambda: iter(["a", "b"]), response__stream=True)()
    assert (got.body, got.header("Content-Length")) == (b"ab", None)


@pytest.mark.parametrize(
    ("error", "status"),
    [(HTTPError(409), 409), (HTTPRedirect("/x"), 303), (ValueError("x"), 500)],
)
@pytest.mark.parametrize("tools", [{}, PLAIN], ids=["encode", "none"])
def test_an_error_page_is_no_stream(serve, error, status, tools):
    """An error or a redirect of a page that was to be streamed says how long it is."""

    def fail():
        serving_now().response.stream = True
        raise error

    answer = serve(fail, stream=True, **tools)("/")
    assert answer.code == status
    assert answer.header("Content-Length") == str(len(answer.body)) != "0"


def test_stream_set_inside_a_generator_is_too_late(page):
    """A generator runs when its body is read: what it sets about streaming comes too late."""

    def handler():
        serving_now().response.stream = True
        yield b"a"
        yield b"b"

    assert page(handler, **PLAIN)().header("Content-Length") == "2"


def test_a_generator_sets_a_header_before_its_first_chunk(page):
    """Headers that a streaming generator sets are too late, as in CherryPy."""

    def handler():
        serving_now().response.headers["X-Late"] = "1"
        yield b"a"

    assert page(handler, response__stream=True, **PLAIN)().header("X-Late") is None


# -- Content-Length ---------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "body", [b"four", [b"fo", b"ur"], bytearray(b"four"), [memoryview(b"four")]]
)
@pytest.mark.parametrize(
    "length", ["3", "5", "0", "-4", "4x", "", " ", "\u0664", "4" * 5000, "1e9"]
)
def test_a_wrong_length_of_a_body_in_memory(serve, error_lines, stream, body, length):
    """The length of a body in memory is the right one, whatever was set; the log tells."""

    def make():
        serving_now().response.headers["Content-Length"] = length
        return body

    got = serve(make, stream, **PLAIN)()
    assert got.body == b"four"
    assert got.header("Content-Length") in ({None, "4"} if stream else {"4"})
    assert any("is not that of the body" in line for line in error_lines)


def test_a_right_length_is_not_logged(serve, error_lines):
    """A right length is sent as it is, and nothing is logged."""

    def make():
        serving_now().response.headers["Content-Length"] = 4
        return [b"fo", b"ur"]

    got = serve(make, **PLAIN)()
    assert (got.body, got.header("Content-Length")) == (b"four", "4")
    assert not any("Content-Length" in line for line in error_lines)


def test_a_handler_may_leave_out_the_body_for_head(serve, error_lines):
    """For HEAD a handler may tell the length of a body that it does not make."""

    def make():
        serving_now().response.headers["Content-Length"] = "1000"
        return b""

    page = serve(make, **PLAIN)
    assert page("/", "HEAD").header("Content-Length") == "1000"
    assert not any("Content-Length" in line for line in error_lines)
    assert page("/").header("Content-Length") == "0"


@pytest.mark.parametrize(
    "chunks", [(b"abc", b"def"), (b"abcdef",), (b"ab", b"cde", b"f", b"g")]
)
def test_a_stream_longer_than_its_length(serve, error_lines, chunks):
    """A stream is cut at its length and closed; the log has it once."""
    source = Tracked(*chunks)

    def make():
        serving_now().response.headers["Content-Length"] = "4"
        return source

    got = serve(make, stream=True, **PLAIN)()
    assert (got.body, got.header("Content-Length")) == (b"abcd", "4")
    assert source.closed == 1
    assert sum("longer than its Content-Length" in line for line in error_lines) == 1


@pytest.mark.parametrize("chunks", [(), (b"",), (b"abc",), (b"a", b"b", b"c")])
def test_a_stream_shorter_than_its_length(serve, error_lines, chunks):
    """A stream that ends early is an error in mid-stream: the server must break off."""
    source = Tracked(*chunks)

    def make():
        serving_now().response.headers["Content-Length"] = "4"
        return source

    with pytest.raises(Exception, match="before its Content-Length"):
        serve(make, stream=True, **PLAIN)()
    assert source.closed == 1
    assert any("broke off" in line for line in error_lines)


def test_a_length_that_is_none_for_a_stream_is_dropped(serve):
    """A stream with a length that is no number is sent without."""

    def make():
        serving_now().response.headers["Content-Length"] = "many"
        return iter([b"ab"])

    got = serve(make, stream=True, **PLAIN)()
    assert (got.body, got.header("Content-Length")) == (b"ab", None)


# -- whose request it is ----------------------------------------------------------------------


@pytest.mark.parametrize("tools", [False, True], ids=["bare", "encoded and zipped"])
def test_streams_in_one_thread_and_in_many(page, site, environ, tools):
    """Chunks of streams that are taken turn by turn, each by another thread, see their own."""

    def handler(**params):
        for _ in range(5):
            serving = serving_now()
            yield f"{serving.request.params['id']}{serving.response.headers['X-Id']}\n".encode()

    def mark():
        serving = serving_now()
        serving.response.headers["X-Id"] = serving.request.params["id"]

    page(
        handler,
        response__stream=True,
        tools__encode__on=tools,
        hooks__before_handler=mark,
    )
    bodies = [site.tree(environ("/", qs=f"id={id}"), lambda *args: None) for id in "abc"]
    taken = {0: [], 1: [], 2: []}
    for _ in range(5):
        for number, body in enumerate(bodies):
            thread = threading.Thread(
                target=lambda body=body, into=taken[number]: into.append(next(body))
            )
            thread.start()
            thread.join()
    for body in bodies:
        body.close()
    assert taken == {n: [f"{id}{id}\n".encode()] * 5 for n, id in enumerate("abc")}


# -- early hints, and the client --------------------------------------------------------------


@pytest.fixture
def hinted(page):
    """Return hinted(hints, **environ) -> what the server was asked to send."""

    def ask(hints, **more):
        sent = []
        page(lambda: serving_now().response.early_hints(hints))(
            **{"wsgi.early_hints": sent.append, **more}
        )
        return sent

    return ask


@pytest.mark.parametrize(
    ("hints", "sent"),
    [
        (["</a>; rel=preload"], [("Link", "</a>; rel=preload")]),
        ("</a>; rel=preload", [("Link", "</a>; rel=preload")]),
        ([("link", "</a>"), "</b>"], [("Link", "</a>"), ("Link", "</b>")]),
        ((hint for hint in ["</a>"]), [("Link", "</a>")]),
        (["</a>\r\nX-Evil: 1"], [("Link", "</a>X-Evil: 1")]),
        (["\x00</a>\x7f\n"], [("Link", "</a>")]),
        ([("X-A\r\n", 1)], [("X-A", "1")]),
        ([("Connection", "close"), "</a>"], [("Link", "</a>")]),
        ([("Content-Length", "1"), ("content-type", "a/b"), "</a>"], [("Link", "</a>")]),
    ],
)
def test_early_hints(hinted, hints, sent):
    """Hints are Link headers or pairs, and go out as every header does."""
    assert hinted(hints) == [sent]


@pytest.mark.parametrize("hints", [[], [("Connection", "close")]])
def test_no_hints(hinted, hints):
    """Without a hint nothing is sent."""
    assert hinted(hints) == []


def test_hints_where_nobody_takes_them(hinted):
    """A server without hints, and a client of HTTP/1.0, get the page alone."""
    assert hinted(["</a>"], **{"wsgi.early_hints": None}) == []
    assert hinted(["</a>"], SERVER_PROTOCOL="HTTP/1.0") == []


def test_a_hint_with_an_illegal_name(page, error_lines):
    """A header name that is none is an error of the page."""
    got = page(lambda: serving_now().response.early_hints([("a b", "c")]))()
    assert got.code == 500
    assert any("Illegal header name" in line for line in error_lines)


def test_hints_for_a_client_that_is_gone(page):
    """A hint that cannot be sent is no error: the page will not be sent either."""

    def send(pairs):
        raise BrokenPipeError

    got = page(lambda: serving_now().response.early_hints(["</a>"]))(
        **{"wsgi.early_hints": send}
    )
    assert got.code == 200


@pytest.mark.parametrize(
    ("environ", "answer"),
    [
        ({}, b"True"),
        ({"waitress.client_disconnected": lambda: False}, b"True"),
        ({"waitress.client_disconnected": lambda: True}, b"False"),
    ],
)
def test_whether_the_client_is_there(page, environ, answer):
    """The server is asked; a client nobody knows of is there."""
    assert page(lambda: str(serving_now().request.client_connected()))(**environ).body == answer


def test_events_of_a_queue_end(serve):
    """A stream of events is a body like the others: it ends, and is closed."""
    events = queue.Queue()
    events.put("one")
    events.put(None)
    assert serve(lambda: sse.stream(events))().body == b":\n\ndata: one\n\n"
