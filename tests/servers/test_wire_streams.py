"""What leaves a handler, on the wire: files, streams, events, hints, and clients that go away.

Each fact is shown on waitress and on gunicorn's sync, gthread and gevent workers.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import tempfile
import time
from pathlib import Path

import pytest
from conftest import WORKERS, WireServers

ids = (f"stream{number:05}" for number in itertools.count())
BIG_BYTES = 5 * 1024 * 1024 + 7
# Well over what sockets and waitress (1 MiB) hold of a response that nobody reads.
HUGE_BYTES = 64 * 1024 * 1024
SOON_SECONDS = 5.0


@pytest.fixture(scope="module")
def folder():
    """A folder with a big file, a huge one that takes no room, a small and an empty one."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        (path / "big").write_bytes(os.urandom(BIG_BYTES))
        (path / "small").write_bytes(b"0123456789")
        (path / "empty").touch()
        with open(path / "huge", "wb") as file:
            file.truncate(HUGE_BYTES)
        yield path


@pytest.fixture(scope="module")
def stream_servers(harness, folder):
    """Give a function that returns the running server of a kind."""
    servers = WireServers(harness, str(folder), "wire_streams")
    yield servers
    servers.close()


@pytest.fixture(params=["waitress", *WORKERS])
def server(request, stream_servers):
    """Give each of the servers in turn."""
    return stream_servers(request.param)


@pytest.fixture(params=["waitress", "gthread", "gevent"])
def keeping_server(request, stream_servers):
    """Give each of the servers that keep connections."""
    return stream_servers(request.param)


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()


# -- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "begin", "end"),
    [
        ("", 0, BIG_BYTES),
        ("&stream=1", 0, BIG_BYTES),
        ("&skip=10", 10, BIG_BYTES),
        ("&skip=100000", 100_000, BIG_BYTES),
        ("&skip=7&length=1000000", 7, 1_000_007),
        ("&skip=7&length=3", 7, 10),
        ("&skip=9&stream=1", 9, BIG_BYTES),
        (f"&skip={BIG_BYTES - 1}", BIG_BYTES - 1, BIG_BYTES),
        (f"&skip={BIG_BYTES}", BIG_BYTES, BIG_BYTES),
    ],
)
def test_a_file_arrives_whole(server, ask, folder, query, begin, end):
    """A file is sent from where the handler left it, with its length, byte by byte."""
    response = ask(server, target=f"/file?name=big{query}")
    assert response.header("Content-Length") == str(end - begin)
    assert digest(response.body) == digest((folder / "big").read_bytes()[begin:end])


@pytest.mark.parametrize("kind", WORKERS)
@pytest.mark.parametrize(
    ("target", "is_sent"),
    [
        ("/file?name=big", True),
        ("/file?name=small&length=9", True),
        ("/memory?size=70000", False),
    ],
)
def test_gunicorn_sends_a_file_itself(stream_servers, ask, kind, target, is_sent):
    """A file goes from the disk to the socket by os.sendfile: it is given to gunicorn bare."""
    server = stream_servers(kind)
    target += f"&id={next(ids)}"
    ask(server, target=target)
    assert server.wait_for(rf"sendfile of {re.escape(target)}: (\w+)")[1] == str(is_sent)


@pytest.mark.parametrize(("name", "size"), [("small", 10), ("empty", 0)])
@pytest.mark.parametrize("query", ["", "&stream=1"])
def test_a_small_file(server, ask, name, size, query):
    """A small file and an empty one are sent alike."""
    response = ask(server, target=f"/file?name={name}{query}")
    assert response.body == b"0123456789"[:size]
    assert response.header("Content-Length") == (None if query else str(size))


@pytest.mark.parametrize("size", [10, 65536, 65537, BIG_BYTES])
def test_a_file_in_memory(server, ask, size):
    """A BytesIO is a file, though it has no descriptor."""
    response = ask(server, target=f"/memory?size={size}")
    assert digest(response.body) == digest(b"m" * size)


def test_files_on_a_kept_connection(keeping_server, raw_client):
    """After a file, whole or in part, and after its HEAD, the connection goes on."""
    client = raw_client(keeping_server.port)
    for target in ("/file?name=big", "/file?name=big&skip=5&length=100", "/file?name=empty"):
        for method in ("HEAD", "GET"):
            response = client.request(method, target)
            assert response.status == 200
            assert method == "HEAD" or len(response.body) == int(
                response.header("Content-Length")
            )
            assert client.leftover == b""
    assert client.request().body == b"hello"
    client.close()


def test_head_of_a_file(server, ask):
    """HEAD has the headers of GET and sends nothing of the file."""
    head = ask(server, "HEAD", "/file?name=big")
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Length") == str(BIG_BYTES)


@pytest.mark.parametrize("code", [204, 304])
def test_a_status_without_a_body_and_a_file(server, raw_client, code):
    """204 and 304 send nothing of a file, and nothing about it."""
    client = raw_client(server.port)
    client.send_request(target=f"/status?code={code}&name=big", headers={"Connection": "close"})
    head, _, body = client.read_to_end().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {code} ".encode())
    assert body == b""
    assert b"content-length" not in head.lower()
    client.close()


@pytest.mark.parametrize(
    "target",
    [
        "/file?name=huge&id={}",
        f"/memory?size={HUGE_BYTES}&id={{}}",
        f"/chunks?count={HUGE_BYTES // 65536}&id={{}}",
    ],
)
def test_a_client_that_leaves_a_download(server, ask, raw_client, target):
    """A client that leaves in mid-download ends the request, once and soon."""
    id = next(ids)
    client = raw_client(server.port)
    client.send_request(target=target.format(id))
    assert client.socket.recv(10) == b"HTTP/1.1 2"
    client.close()
    server.wait_for(rf"request {id} over\.", SOON_SECONDS)
    other = next(ids)
    ask(server, target=f"/?id={other}")
    server.wait_for(rf"request {other} over\.")
    assert server.output.count(f"request {id} over.") == 1


def test_a_file_that_shrinks(keeping_server, raw_client, folder):
    """A file that is cut while it is sent breaks the connection off: no next response could
    be taken for its rest.
    """
    with open(folder / "shrinking", "wb") as file:
        file.truncate(HUGE_BYTES)
    seen, id = len(keeping_server.lines), next(ids)
    client = raw_client(keeping_server.port)
    client.send_request(target=f"/file?name=shrinking&id={id}")
    client.send_request()
    assert client.socket.recv(10) == b"HTTP/1.1 2"
    os.truncate(folder / "shrinking", 0)
    sent = client.read_to_end()
    client.close()
    assert f"Content-Length: {HUGE_BYTES}\r\n".encode() in sent
    assert len(sent) < HUGE_BYTES
    assert b"hello" not in sent
    keeping_server.wait_for("the file became shorter while it was sent")
    keeping_server.wait_for(rf"request {id} over\.", SOON_SECONDS)
    assert keeping_server.output.count(f"request {id} over.") == 1
    assert "Traceback" not in "\n".join(keeping_server.lines[seen:])


# -- lengths ----------------------------------------------------------------------------------


def test_a_stream_shorter_than_its_length(keeping_server, raw_client):
    """A stream that ends early breaks the connection off, and is logged."""
    client = raw_client(keeping_server.port)
    client.send_request(target="/short")
    client.send_request()
    sent = client.read_to_end()
    client.close()
    assert not sent or b"Content-Length: 100\r\n" in sent
    assert b"hello" not in sent
    keeping_server.wait_for("The body ended 95 bytes before its Content-Length")


def test_a_stream_longer_than_its_length(keeping_server, raw_client):
    """A stream that goes on is cut at its length, is logged, and the connection goes on."""
    client = raw_client(keeping_server.port)
    assert client.request(target="/long").body == b"longe"
    assert client.request().body == b"hello"
    client.close()
    keeping_server.wait_for("the body is longer than its Content-Length")


def test_a_wrong_length_of_a_body_in_memory(server, ask):
    """The length of a body in memory is never a wrong one."""
    response = ask(server, target="/wrong_length")
    assert (response.body, response.header("Content-Length")) == (b"in memory", "9")


# -- early hints ------------------------------------------------------------------------------


def test_early_hints(server, raw_client):
    """gunicorn sends a 103 ahead of the page; waitress, which knows none, sends the page."""
    client = raw_client(server.port)
    client.send_request(target="/hints", headers={"Connection": "close"})
    sent = client.read_to_end()
    client.close()
    if server.kind != "waitress":
        hints, _, sent = sent.partition(b"\r\n\r\n")
        assert hints.split(b"\r\n") == [
            b"HTTP/1.1 103 Early Hints",
            b"Link: </style.css>; rel=preload; as=style",
            b"X-Hint: 1",
        ]
    assert sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert sent.endswith(b"\r\n\r\npage")


@pytest.mark.parametrize("value", ["%0D%0AX-Evil:1", "a%0D%0A%0D%0AHTTP/1.1%20200%20OK"])
def test_early_hints_cannot_be_split(server, raw_client, value):
    """Control characters in a hint begin no header and no response of their own."""
    client = raw_client(server.port)
    client.send_request(target=f"/hints?value={value}", headers={"Connection": "close"})
    sent = client.read_to_end()
    client.close()
    assert b"\r\nX-Evil" not in sent
    assert sent.count(b"\r\nHTTP/1.1 200") == (server.kind != "waitress")


def test_http_1_0_gets_no_hints(server, raw_client):
    """A client of HTTP/1.0 gets the page alone."""
    client = raw_client(server.port)
    client.send_request(target="/hints", version="HTTP/1.0")
    assert b" 103 " not in client.read_to_end()
    client.close()


# -- whether the client is there --------------------------------------------------------------


def test_whether_the_client_is_there(server, ask):
    """A client that waits is there, also where the server cannot tell."""
    assert ask(server, target="/still_connected").body == b"True"


def test_a_handler_sees_that_its_client_has_gone(stream_servers, raw_client):
    """Under waitress a handler that works for nobody can stop."""
    server = stream_servers("waitress")
    client = raw_client(server.port)
    client.send_request(target="/connected")
    server.wait_for("connected: True")
    client.close()
    server.wait_for("connected: not any more", SOON_SECONDS)


# -- events -----------------------------------------------------------------------------------


def read_chunk(client):
    """Return the next chunk of a chunked body."""
    size = int(client._read_until(b"\r\n"), 16)
    while len(client.leftover) < size + 2:
        client._more()
    chunk, client.leftover = client.leftover[:size], client.leftover[size + 2 :]
    return chunk


def open_events(server, raw_client, target, **headers):
    """Return a connection on which events come, behind the head."""
    client = raw_client(server.port)
    client.send_request(target=target, headers={"Accept-Encoding": "gzip", **headers})
    head = client._read_until(b"\r\n\r\n").decode().lower()
    assert head.startswith("http/1.1 200")
    assert "content-type: text/event-stream" in head
    assert "cache-control: no-store" in head
    assert "x-accel-buffering: no" in head
    assert "content-length" not in head
    assert "content-encoding" not in head
    return client


@pytest.mark.parametrize("page", ["events", "queued"])
def test_the_first_comment_comes_before_any_event(server, raw_client, page):
    """A client is told that the stream is open while there is no event yet; it may leave."""
    id = next(ids)
    client = open_events(server, raw_client, f"/{page}?heartbeat=0.05&id={id}")
    assert read_chunk(client) == b":\n\n"
    client.close()
    server.wait_for(rf"request {id} over\.", SOON_SECONDS)
    if page == "events":
        server.wait_for(rf"closed {id}\.")
        assert server.output.count(f"closed {id}.") == 1


def test_events_come_at_once(keeping_server, ask, raw_client):
    """Each event is sent when it is there, not when a buffer is full."""
    id = next(ids)
    client = open_events(keeping_server, raw_client, f"/queued?id={id}")
    assert read_chunk(client) == b":\n\n"
    for text in ("one", "two"):
        ask(keeping_server, target=f"/tell?id={id}&text={text}")
        assert read_chunk(client) == f"data: {text}\n\n".encode()
    client.close()
    # With a heartbeat of 15 seconds waitress notices sooner, as it is asked each second.
    ask(keeping_server, target=f"/tell?id={id}&text=three")
    ask(keeping_server, target=f"/tell?id={id}&text=four")
    keeping_server.wait_for(rf"request {id} over\.", SOON_SECONDS)


def test_heartbeats(server, raw_client):
    """A stream without events sends comments, and by that notices a client that has gone."""
    id, began = next(ids), time.monotonic()
    client = open_events(server, raw_client, f"/queued?heartbeat=0.1&id={id}")
    assert [read_chunk(client) for _ in range(4)] == [b":\n\n"] * 4
    assert time.monotonic() - began >= 0.3
    client.close()
    server.wait_for(rf"request {id} over\.", SOON_SECONDS)


def test_head_of_events(server, raw_client):
    """HEAD of a stream of events ends at once, and closes its source."""
    id = next(ids)
    client = raw_client(server.port)
    response = client.request("HEAD", f"/events?id={id}")
    assert response.header("Content-Type") == "text/event-stream"
    server.wait_for(rf"closed {id}\.")
    client.close()
