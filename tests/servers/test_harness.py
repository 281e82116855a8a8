"""The harness of tests/conftest.py: what it promises to other tests."""

from __future__ import annotations

import signal
import socket
import threading

import pytest


@pytest.fixture
def answer_with(raw_client):
    """Return a client connected to a peer that sends the given bytes and closes."""
    threads = []

    def connect(data):
        listener = socket.create_server(("127.0.0.1", 0))

        def send():
            with listener, listener.accept()[0] as peer:
                peer.sendall(data)

        threads.append(threading.Thread(target=send))
        threads[-1].start()
        return raw_client(listener.getsockname())

    yield connect
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize(
    ("method", "data", "body", "leftover"),
    [
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP", b"ab", b"HTTP"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", b"", b"x"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nx", b"", b"x"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\nx", b"", b"x"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nto the end", b"to the end", b""),
        (
            "GET",
            b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX: t\r\n\r\nz",
            b"abc",
            b"z",
        ),
    ],
)
def test_a_response_ends_where_its_framing_says(answer_with, method, data, body, leftover):
    """A body that is too long shows as leftover bytes; nothing is swallowed."""
    client = answer_with(data)
    response = client.read_response(method)
    assert response.body == body
    assert client.read_to_end() == leftover


def test_a_short_body_is_an_error(answer_with):
    """A connection that closes in the middle is told, not papered over."""
    with pytest.raises(EOFError, match="1 of 3 bytes"):
        answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").read_response()


def test_header_must_be_single(answer_with):
    """header() finds a name in any case, and fails on a repeated one."""
    response = answer_with(b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nb: 3\r\n\r\n").read_response()
    assert response.header("B") == "3"
    assert response.header("c") is None
    with pytest.raises(AssertionError, match="2 times"):
        response.header("A")


@pytest.mark.parametrize("is_required", [True, False])
def test_a_missing_program(require_program, monkeypatch, is_required):
    """A missing program skips the test, or fails it when everything is required."""
    monkeypatch.setenv("WSGICHERRY_REQUIRE_ALL", "1" if is_required else "")
    expected = pytest.fail.Exception if is_required else pytest.skip.Exception
    with pytest.raises(expected, match="apt-get install no-such-program"):
        require_program("no-such-program", "apt-get install no-such-program")


@pytest.mark.parametrize(
    "options",
    [["-k", "sync"], ["-k", "gthread", "--threads", "2", "--preload"]],
    ids=" ".join,
)
def test_gunicorn_runs_and_stops(run_gunicorn, raw_client, options):
    """run_gunicorn() returns a server that answers."""
    server = run_gunicorn("plain:wsgi", *options)
    assert raw_client(server.port).request("POST", "/", body=b"you").body == b"hello you"
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_a_program_that_says_something_else(run_program):
    """Waiting for a line that never comes fails with what was printed instead."""
    program = run_program("plain.py")
    with pytest.raises(AssertionError, match="printed no line like 'Serving'"):
        program.wait_for("Serving")
    assert program.wait() == 0
