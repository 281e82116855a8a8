"""Server-sent events: the form on the wire, the headers, heartbeats, and the end."""

from __future__ import annotations

import itertools
import queue
import threading

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.lib import sse
from wsgicherry.lib.sse import COMMENT, MAX_LAST_EVENT_ID_BYTES, Event

WAIT_SECONDS = 10


# -- the form ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "wire"),
    [
        (Event("text"), b"data: text\n\n"),
        (Event(""), b"data: \n\n"),
        (Event(" a space"), b"data:  a space\n\n"),
        (Event("one\ntwo"), b"data: one\ndata: two\n\n"),
        (Event("one\r\ntwo\rthree\n"), b"data: one\ndata: two\ndata: three\ndata: \n\n"),
        (Event("a\n\ndata: b"), b"data: a\ndata: \ndata: data: b\n\n"),
        (Event("a\u2028b\x0bc\x85d"), "data: a\u2028b\x0bc\x85d\n\n".encode()),
        (Event("nul \x00"), b"data: nul \x00\n\n"),
        (Event("\u00e9\U0001f352"), "data: \u00e9\U0001f352\n\n".encode()),
        (Event("lone \ud800"), b"data: lone ?\n\n"),
        (Event({"a": [1, None]}), b'data: {"a": [1, null]}\n\n'),
        (Event(["a\nb"]), b'data: ["a\\nb"]\n\n'),
        (Event(3), b"data: 3\n\n"),
        (Event(None), b"\n"),
        (Event("x", event="price"), b"event: price\ndata: x\n\n"),
        (Event("x", id="7"), b"id: 7\ndata: x\n\n"),
        (Event("x", id=7), b"id: 7\ndata: x\n\n"),
        (Event("x", id=""), b"id: \ndata: x\n\n"),
        (Event(None, id=7, retry=3000), b"id: 7\nretry: 3000\n\n"),
        (Event("x", "e", 1, 0), b"event: e\nid: 1\nretry: 0\ndata: x\n\n"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_event_on_the_wire(event, wire):
    """Fields as WHATWG HTML 9.2 has them; only CR, LF and CRLF end a line."""
    assert bytes(event) == wire


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\r\n", "\n", "a\x00"], ids=ascii)
def test_nothing_gets_out_of_a_field(field, value):
    """CR, LF and NUL in a name or an id are refused: they would begin a field of their own."""
    with pytest.raises(ValueError, match=f"{field}=.* holds CR, LF or NUL"):
        Event("x", **{field: value})


@pytest.mark.parametrize("retry", [-1, 1.5, "1", True])
def test_a_retry_that_is_no_number(retry):
    """`retry` is a whole number of milliseconds."""
    with pytest.raises(ValueError, match="must be milliseconds"):
        Event("x", retry=retry)


def parse(text):
    """Return the events of a stream as a browser reads them (WHATWG HTML 9.2.6)."""
    events, data, kind, last_id = [], [], "", ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((kind or "message", "\n".join(data), last_id))
            data, kind = [], ""
        elif name == "data":
            data.append(value)
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last_id = value
    return events


@pytest.mark.parametrize(
    "data", ["", "\n", "\n\n", " ", "a:b", ":", "data: x", "id: 3\n\nevent: y", "\ufeffx"]
)
def test_a_browser_reads_what_was_sent(data):
    """Whatever the text, a client gets it back as one event."""
    wire = COMMENT + bytes(Event(data, "e", 5)) + bytes(Event("next"))
    assert parse(wire.decode()) == [("e", data, "5"), ("message", "next", "5")]


# -- in a request -----------------------------------------------------------------------------


@pytest.fixture
def serve(site):
    """Return serve(handler, method, config, **environ) -> (status, headers, body)."""

    def serve(handler, method="GET", config=None, **more):
        root = type("Root", (), {"index": expose(lambda self, **kwargs: handler())})()
        site.tree.mount(root, "", {"/": config or {}})
        webtest = pytest.importorskip("webtest")
        answer = webtest.TestApp(site.tree).request("/", method=method, environ=more)
        return answer.status_int, dict(answer.headers), answer.body

    return serve


def test_a_stream_of_events(serve):
    """A stream has its headers, opens with a comment, and sends what the source has."""
    source = ["one", Event("two", id=2), None, {"a": 1}]
    status, headers, body = serve(lambda: sse.stream(source))
    assert status == 200
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    assert body == b':\n\ndata: one\n\nid: 2\ndata: two\n\ndata: {"a": 1}\n\n'


@pytest.mark.parametrize("accept", ["iso-8859-1", "utf-16;q=1", "ascii", ";;q=x"])
@pytest.mark.parametrize("by_hand", [False, True])
def test_no_tool_holds_events_back(serve, accept, by_hand):
    """Events are UTF-8 whatever a client accepts (WHATWG 9.2.5), and are not compressed."""

    def handler():
        if not by_hand:
            return sse.stream(["\u00e9"])
        serving_now().response.stream = True
        serving_now().response.headers["Content-Type"] = "text/event-stream"
        return iter([":\n\n", "data: \u00e9\n\n"])

    config = {"tools.gzip.on": True, "tools.gzip.mime_types": ["text/*"]}
    encodings = {"HTTP_ACCEPT_CHARSET": accept, "HTTP_ACCEPT_ENCODING": "gzip"}
    status, headers, body = serve(handler, config=config, **encodings)
    assert (status, body) == (200, ":\n\ndata: \u00e9\n\n".encode())
    assert headers["Content-Type"] == "text/event-stream"
    assert "Content-Encoding" not in headers


class Source:
    """A source of events that counts how often it is closed."""

    def __init__(self, *events):
        self.events = iter(events)
        self.taken = self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.taken += 1
        return next(self.events)

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_source_is_closed_once(serve, method):
    """The source is closed once, at its end or when nothing of it is sent."""
    source = Source("one")
    serve(lambda: sse.stream(source), method)
    assert (source.taken, source.closed) == ((2, 1) if method == "GET" else (0, 1))


@pytest.fixture
def open_stream(site):
    """Return open_stream(source, heartbeat, is_gone) -> an EventStream outside its response."""

    def open_stream(source, heartbeat_seconds=15, is_gone=lambda: False):
        request = type("Request", (), {"client_connected": lambda self: not is_gone()})()
        return sse.EventStream(source, heartbeat_seconds, request)

    return open_stream


def test_the_first_comment_needs_no_event(open_stream):
    """The comment that opens the stream comes before the source is asked for anything."""
    source = Source("one")
    stream = open_stream(source)
    assert (next(stream), source.taken) == (COMMENT, 0)
    stream.close()
    stream.close()
    assert (list(stream), source.closed) == ([], 1)


def test_a_silent_source_has_heartbeats(open_stream):
    """None means 'nothing yet': after the heartbeat's time a comment is sent."""
    tick = threading.Event()
    source = (tick.wait(0.005) or None for _ in itertools.count())
    stream = open_stream(source, 0.02)
    assert [next(stream) for _ in range(3)] == [COMMENT] * 3


def test_a_silent_queue_has_heartbeats(open_stream):
    """A queue is waited for no longer than the heartbeat's time."""
    events = queue.Queue()
    stream = open_stream(events, 0.02)
    assert [next(stream) for _ in range(3)] == [COMMENT] * 3
    events.put("one")
    assert next(stream) == b"data: one\n\n"
    events.put(None)
    assert list(stream) == []


@pytest.mark.parametrize("kind", [queue.Queue, queue.SimpleQueue, queue.PriorityQueue])
def test_an_event_of_another_thread(open_stream, kind):
    """What another thread puts into a queue is sent at once."""
    events = kind()
    stream = open_stream(events)
    next(stream)
    thread = threading.Timer(0.01, events.put, ["late"])
    thread.start()
    assert next(stream) == b"data: late\n\n"
    thread.join(WAIT_SECONDS)


class ShutDown(queue.Queue):
    """A queue as Python 3.13 knows it, of which there is no more to come."""

    def get(self, *args, **kwargs):
        raise queue.ShutDown


def test_a_queue_that_is_shut_down(open_stream, monkeypatch):
    """shutdown(), from Python 3.13 on, ends the stream."""
    monkeypatch.setattr(queue, "ShutDown", getattr(queue, "ShutDown", KeyError), raising=False)
    assert list(open_stream(ShutDown())) == [COMMENT]


def test_a_client_that_has_gone_ends_the_stream(open_stream):
    """Where the server knows that the client has gone, a silent stream ends."""
    gone = []
    stream = open_stream(queue.Queue(), 0.02, lambda: bool(gone))
    assert next(stream) == next(stream) == COMMENT
    gone.append(True)
    assert list(stream) == []


@pytest.mark.parametrize("seconds", [0, -1, 0.001, float("nan")])
def test_a_heartbeat_that_is_too_short(serve, seconds):
    """A heartbeat that would never rest is refused."""
    errors = []

    def handler():
        with pytest.raises(ValueError, match="must be at least"):
            sse.stream([], seconds)
        errors.append(1)

    serve(handler)
    assert errors == [1]


@pytest.mark.parametrize("source", ["text", b"bytes", 3, None, object()])
def test_what_is_no_source(open_stream, source):
    """A source is an iterable of events or a queue; a text is neither."""
    with pytest.raises(TypeError, match=r"must be an iterable or a queue\.Queue"):
        open_stream(source)


@pytest.mark.parametrize(
    ("header", "id"),
    [
        (None, ""),
        ("", ""),
        ("7", "7"),
        ("\u00e9".encode().decode("latin-1"), "\u00e9"),
        ("\xff", ""),
        ("a\x00b", ""),
        ("a\tb", ""),
        ("a\x1fb", ""),
        ("\u20ac", ""),
        ("x" * MAX_LAST_EVENT_ID_BYTES, "x" * MAX_LAST_EVENT_ID_BYTES),
        ("x" * (MAX_LAST_EVENT_ID_BYTES + 1), ""),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_the_last_event_id(site, header, id):
    """The id that a client sends is text in UTF-8; nonsense counts as none."""
    seen = []
    root = type("Root", (), {"index": expose(lambda self: seen.append(sse.last_event_id()))})()
    app = site.tree.mount(root, "", {})
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "SERVER_NAME": "h",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    if header is not None:
        environ["HTTP_LAST_EVENT_ID"] = header
    app(environ, lambda *args: None).close()
    assert seen == [id]


def test_an_event_shows_its_fields():
    """repr() of an event names what it holds."""
    assert repr(Event("x", "e", 1, 2)) == "Event('x', 'e', 1, 2)"
