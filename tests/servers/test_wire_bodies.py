"""Bodies on the wire: none where none may be, closed once, never half a body as a whole one.

Each fact is shown on waitress and on gunicorn's sync, gthread and gevent workers.
"""

from __future__ import annotations

import itertools
import re

import pytest

ids = (f"body{number:05}" for number in itertools.count())

# target, status
BODILESS_FOR_HEAD = [
    ("/wire/", 200),
    ("/wire/stream", 200),
    ("/wire/stream?length=13", 200),
    ("/wire/collapsed", 200),
    ("/wire/error", 500),
    ("/wire/error?code=404", 404),
    ("/wire/nowhere", 404),
    ("/wire/exit", 500),
    ("/wire/redirect", 303),
    ("/wire", 301),
    ("/wire/internal", 200),
    ("/wire/internal_stream", 200),
    ("/wire/loop", 500),
    ("/wire/webob", 200),
    ("/wire/webob_stream", 200),
    ("/elsewhere", 404),
    ("/wire/%FF", 404),
]
BODILESS_STATUS = [
    ("/wire/status?code=204", 204),
    ("/wire/status?code=304", 304),
    ("/wire/streamed_status?code=204", 204),
    ("/wire/streamed_status?code=304", 304),
]


def assert_alone(client, response):
    """Assert that nothing but the next response follows on the connection.

    gunicorn's sync worker closes after each response, waitress after one without length.
    """
    if response.header("Connection") == "close":
        assert client.read_to_end() == b""
    else:
        assert client.leftover == b""
        following = client.request(target="/wire/")
        assert (following.status, following.body, client.leftover) == (200, b"hello", b"")
    client.close()


@pytest.mark.parametrize(("target", "status"), BODILESS_FOR_HEAD)
def test_head_sends_no_body(wire_server, raw_client, target, status):
    """HEAD gets the head alone, whatever answers, and the next response is whole."""
    client = raw_client(wire_server.port)
    response = client.request("HEAD", target)
    assert response.status == status
    assert_alone(client, response)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(("target", "status"), BODILESS_STATUS)
def test_bodiless_status_sends_no_body(wire_server, raw_client, target, status, method):
    """204 and 304 are sent without body, length and type."""
    client = raw_client(wire_server.port)
    response = client.request(method, target, {"Content-Length": "0"})
    assert response.status == status
    assert response.header("Content-Type") is None
    assert response.header("Transfer-Encoding") is None
    assert response.header("Content-Length") is None
    assert_alone(client, response)


@pytest.mark.parametrize("target", ["/wire/", "/wire/webob", "/wire/error", "/elsewhere"])
def test_head_has_the_headers_of_get(wire_server, ask, target):
    """HEAD tells the length and the type that GET has."""
    head = ask(wire_server, "HEAD", target)
    get = ask(wire_server, "GET", target)
    assert int(head.header("Content-Length")) == len(get.body) > 0
    assert head.header("Content-Type") == get.header("Content-Type")


@pytest.mark.parametrize(
    "target",
    [
        "/wire/stream?id={}",
        "/wire/stream?length=13&id={}",
        "/wire/collapsed?id={}",
        "/wire/webob_stream?id={}",
        "/wire/internal_stream?id={}",
        "/wire/status?code=200&id={}",
        "/wire/status?code=204&id={}",
        "/wire/streamed_status?code=304&id={}",
        "/wire/breaks?count=0&id={}",
        "/wire/breaks_collapsed?count=2&id={}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_bodies_are_closed_once(wire_server, ask, target, method):
    """close() of the body that a handler returned is called once on every path."""
    id = next(ids)
    response = ask(wire_server, method, target.format(id))
    if "breaks" in target and method == "GET":
        assert response.status == 500
        assert b"Error id" in response.body
    assert_closed_once(wire_server, ask, id)


def assert_closed_once(server, ask, id):
    """Assert that the body of the request `id` is closed, and stays closed once."""
    server.wait_for(rf"closed {id}\.")
    # What this request's end would print again comes before the end of another one.
    other = next(ids)
    ask(server, target=f"/wire/collapsed?id={other}")
    server.wait_for(rf"closed {other}\.")
    assert server.output.count(f"closed {id}.") == 1


def test_a_client_that_goes_away(wire_server, ask, raw_client):
    """A body whose client leaves in mid-stream is closed once, and soon."""
    id = next(ids)
    client = raw_client(wire_server.port)
    client.send_request(target=f"/wire/download?id={id}")
    assert client.socket.recv(10) == b"HTTP/1.1 2"
    client.close()
    assert_closed_once(wire_server, ask, id)


@pytest.mark.parametrize("error", ["ValueError", "SystemExit", "KeyboardInterrupt"])
def test_an_error_before_the_first_byte(wire_server, ask, error):
    """A stream that fails at once is answered by a proper error page; the worker lives."""
    pid = ask(wire_server, target="/wire/pid").body
    response = ask(wire_server, target=f"/wire/breaks?count=0&id={next(ids)}&error={error}")
    assert response.status == 500
    assert int(response.header("Content-Length")) == len(response.body)
    assert b"Error id" in response.body
    assert ask(wire_server, target="/wire/pid").body == pid


@pytest.mark.parametrize("length", ["", "&length=100"], ids=["chunked", "with length"])
@pytest.mark.parametrize("error", ["ValueError", "SystemExit", "KeyboardInterrupt"])
def test_an_error_in_mid_stream(wire_server, ask, raw_client, error, length):
    """A stream that breaks is cut off, closed, logged with an error id; the worker lives."""
    pid = ask(wire_server, target="/wire/pid").body
    id, seen = next(ids), len(wire_server.lines)
    client = raw_client(wire_server.port)
    client.send_request(target=f"/wire/breaks?count=2&id={id}&error={error}{length}")
    sent = client.read_to_end()
    client.close()
    assert sent.startswith(b"HTTP/1.1 200 ")
    # Waitress may hold back the chunks that it has; what matters is that there is no end.
    body = sent.partition(b"\r\n\r\n")[2]
    assert not body.endswith(b"0\r\n\r\n")
    assert b"HTTP/1.1" not in body  # no error page behind what was sent
    if length:
        assert len(body) < 100
    else:
        assert b"\r\nTransfer-Encoding: chunked\r\n" in sent
    assert_closed_once(wire_server, ask, id)
    logged = "\n".join(wire_server.lines[seen:])
    assert re.search(r"Error id \S+: the body broke off\.", logged)
    assert error in logged
    assert ask(wire_server, target="/wire/pid").body == pid


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_a_stream_arrives_whole(wire_server, ask, version):
    """A streamed body is ended by its framing, or for HTTP/1.0 by the connection."""
    response = ask(wire_server, target="/wire/stream", version=version)
    assert response.body == b"one two three"
    chunked = "chunked" if version == "HTTP/1.1" else None
    assert response.header("Transfer-Encoding") == chunked


@pytest.mark.parametrize("page", ["exit", "interrupt"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_exit_in_a_page(wire_server, ask, raw_client, page, method):
    """sys.exit(3) and KeyboardInterrupt in a page are a 500 in the log; the worker lives."""
    pid = ask(wire_server, target="/wire/pid").body
    client = raw_client(wire_server.port)
    response = client.request(method, f"/wire/{page}", {"Content-Length": "0"})
    assert response.status == 500
    assert_alone(client, response)
    if method != "HEAD":
        error_id = response.body.decode().partition("Error id")[2].split()[-1]
        assert error_id
    wire_server.wait_for({"exit": "SystemExit: 3", "interrupt": "KeyboardInterrupt"}[page])
    assert ask(wire_server, target="/wire/pid").body == pid
