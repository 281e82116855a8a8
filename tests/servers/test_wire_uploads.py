"""Bodies as they come from the wire: codings, limits, refusals, clients that go away, uploads.

Each fact is shown on waitress and on gunicorn's sync, gthread and gevent workers. What each
test leaves behind is looked at by `upload_server`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import socket
import struct
from pathlib import Path

import pytest
from wire_bodies import (
    CHUNKED,
    FORM,
    JSON,
    MULTIPART,
    RAW,
    in_chunks,
    is_held,
    multipart,
    part,
    read_all,
    talk,
    temporary_files,
    wait_until,
    write_request,
)

if not Path("/proc/self/fd").exists():
    pytest.skip("Only Linux tells what a process holds.", allow_module_level=True)

LIMIT_BYTES, LIMIT_PARTS = 1000, 3  # of upload_site.py
SMALL_BYTES, LARGE_BYTES = 3000, 3 * 1000 * 1000
ON_DISK_BYTES = 2 * 1024 * 1024  # more than an upload, and waitress, keep in memory

KINDS = ["waitress", "sync", "gthread", "gevent"]
FOLLOWING = b"GET /unread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

ids = (f"upload{number:05}" for number in itertools.count())


@pytest.fixture(scope="session")
def upload_servers(serve_program):
    """Give a function that returns the running server of a kind."""
    return serve_program("upload_site")


@pytest.fixture(params=KINDS)
def upload_server(request, upload_servers, ask):
    """Give each of the servers in turn.

    When the test ends the worker is the same, holds no file more than before, and has logged
    no error of ours: no client alone can cause one.
    """
    server = upload_servers(request.param)
    seen = len(server.lines)
    server.worker = int(ask(server, target="/pid").body)
    server.file_count = temporary_files(server.worker)
    yield server
    wait_until(lambda: temporary_files(server.worker) == server.file_count)
    assert int(ask(server, target="/pid").body) == server.worker
    id = next(ids)
    ask(server, target=f"/mark?id={id}")
    server.wait_for(f"mark {id}\\.")
    printed = "\n".join(server.lines[seen:])
    assert "Traceback" not in printed
    assert not re.search(r'HTTP/1\.\d" 500 ', printed)


@pytest.fixture
def count_runs(ask):
    """Give a function that tells how often a page ran to its end for an id."""
    return lambda server, id: int(ask(server, target=f"/runs?id={id}").body)


@pytest.fixture
def send(raw_client, count_runs):
    """Give a function that sends a request and another one behind it.

    It returns the response to the first and how often its page ran. The connection is either
    closed behind that response, or the other request answered: no byte is taken for what it is
    not.
    """

    def send(server, page, headers, body=b"", method="POST", version="HTTP/1.1"):
        id = next(ids)
        client = raw_client(server.port)
        request = write_request(method, f"/{page}?id={id}", headers, body, version)
        response, *others = talk(client, request + FOLLOWING, method, "GET")
        client.close()
        assert [(other.status, other.body) for other in others] in ([], [(200, b"unread")])
        return response, count_runs(server, id)

    return send


# ---- chunked bodies

LENGTH, CODING = b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"
FIELDS = {"a": "1", "b": "\u00e9", "c": "x" * 50}
FORM_BODY = b"a=1&b=%C3%A9&c=" + b"x" * 50
PARTS = [part(name, value.encode()) for name, value in FIELDS.items()]
RAW_BODY = bytes(range(256))
LINES = ["one\r\n", "two\n", "\n", "three"]

# page, type, body, what the page shows of it
BODIES = [
    ("form", FORM, FORM_BODY, FIELDS),
    ("form", MULTIPART, multipart(*PARTS), FIELDS),
    ("json", JSON, json.dumps(FIELDS).encode(), FIELDS),
    ("pieces", RAW, RAW_BODY, {"size": 256, "digest": hashlib.sha256(RAW_BODY).hexdigest()}),
    ("lines", RAW, "".join(LINES).encode(), LINES),
]
BODY_NAMES = ["urlencoded", "multipart", "json", "pieces", "lines"]
WRITTEN = {
    "one chunk": lambda data: in_chunks(data, 100_000),
    "many chunks": in_chunks,
    "single bytes": lambda data: in_chunks(data, 1),
    "extensions": lambda data: in_chunks(data, 9, b';name=value;quoted="a b"'),
    "trailers": lambda data: in_chunks(data, 9, trailer=b"X-One: 1\r\nX-Two: 2\r\n"),
    "zeros before sizes": lambda data: b"000%x\r\n%b\r\n0000\r\n\r\n" % (len(data), data),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(("page", "type", "body", "shown"), BODIES, ids=BODY_NAMES)
def test_chunked_bodies(upload_server, send, page, type, body, shown, written):
    """A body arrives whole in whatever chunks, with nothing of their framing (SERVERS R15)."""
    response, runs = send(upload_server, page, {**type, **CHUNKED}, WRITTEN[written](body))
    assert (response.status, json.loads(response.body), runs) == (200, shown, 1)


@pytest.mark.parametrize("body", [b"0\r\n\r\n", b"0;a=b\r\nX: y\r\n\r\n"], ids=["bare", "more"])
@pytest.mark.parametrize(
    ("page", "type", "answer"),
    [("form", FORM, b"{}"), ("raw", RAW, b""), ("raw", {}, b""), ("lines", RAW, b"[]")],
)
def test_an_empty_chunked_body(upload_server, send, page, type, answer, body):
    """A chunked body may have nothing in it."""
    response, runs = send(upload_server, page, {**type, **CHUNKED}, body)
    assert (response.status, response.body, runs) == (200, answer, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nab\r\n0\r\n\r\n",
        b"-2\r\nab\r\n0\r\n\r\n",
        b"2\r\nabXX0\r\n\r\n",
        b"2;=;\r\nab\r\n0\r\n\r\n",
        b"0x2\r\nab\r\n0\r\n\r\n",
    ],
    ids=["size", "sign", "end", "extension", "prefix"],
)
@pytest.mark.parametrize(
    ("page", "type"),
    [("form", FORM), ("form", MULTIPART), ("json", JSON), ("raw", RAW), ("pieces", RAW)],
    ids=["urlencoded", "multipart", "json", "raw", "pieces"],
)
def test_malformed_chunks(upload_server, send, page, type, body):
    """Chunks that are malformed are the client's error, and end the connection."""
    response, runs = send(upload_server, page, {**type, **CHUNKED}, body)
    assert (response.status, runs) == (400, 0)


@pytest.mark.parametrize("trailer", [b"Content-Length: 3\r\n", CODING, b"Host: b\r\n"])
@pytest.mark.parametrize(("page", "shown"), [("form", b'{"a": "1"}'), ("raw", b"a=1")])
def test_trailers_that_would_be_headers(upload_server, send, page, shown, trailer):
    """What frames or routes a request has no say behind its body: gunicorn refuses it, waitress
    drops all trailers.
    """
    headers = {**(FORM if page == "form" else RAW), **CHUNKED}
    response, runs = send(upload_server, page, headers, in_chunks(b"a=1", trailer=trailer))
    if upload_server.kind == "waitress":
        assert (response.status, response.body, runs) == (200, shown, 1)
    else:
        assert (response.status, runs) == (400, 0)


@pytest.mark.parametrize(
    ("page", "type"), [("form", FORM), ("form", MULTIPART), ("json", JSON), ("raw", {})]
)
def test_http_1_0_without_a_length(upload_server, raw_client, count_runs, page, type):
    """A body whose end is the connection's is not read: 411, as HTTP/1.1 without a length."""
    id = next(ids)
    client = raw_client(upload_server.port)
    head = write_request("POST", f"/{page}?id={id}", {**type, "Content-Length": ""})
    head = head.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Content-Length: \r\n", b"")
    (response,) = talk(client, head + b"a=1", "POST")
    client.close()
    assert (response.status, count_runs(upload_server, id)) == (411, 0)


# ---- Expect


@pytest.mark.parametrize(
    ("page", "size", "status"),
    [("raw", 100, 200), ("few_raw_bytes", LIMIT_BYTES, 200), ("few_raw_bytes", 1001, 413)],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_asks_first(upload_server, raw_client, page, size, status, chunked):
    """A client that expects 100 gets it, and then its answer; a refusal comes behind the 100,
    for the servers send it before they ask us (SERVERS R17).
    """
    client = raw_client(upload_server.port)
    framing = CHUNKED if chunked else {"Content-Length": str(size)}
    client.send(write_request("POST", f"/{page}", {"Expect": "100-continue", **framing}))
    assert client.read_response("POST").status == 100
    body = in_chunks(b"x" * size, 100) if chunked else b"x" * size
    response, *others = talk(client, body + FOLLOWING, "POST", "GET")
    client.close()
    assert response.status == status
    assert [other.body for other in others] in ([], [b"unread"])


def test_an_expectation_that_nobody_knows(upload_server, send):
    """gunicorn refuses what it does not know with 417; waitress pays no heed (SERVERS R17)."""
    response, runs = send(upload_server, "raw", {"Expect": "tea"}, b"ab")
    expected = (200, 1) if upload_server.kind == "waitress" else (417, 0)
    assert (response.status, runs) == expected


# ---- limits


def fields_of(size):
    """Return a urlencoded body of `size` bytes."""
    return b"a=".ljust(size, b"x")


def form_of(size):
    """Return a multipart body of `size` bytes."""
    return multipart(part("a", b"x" * (size - len(multipart(part("a", b""))))))


# page, type, what makes a body of so many, the limit
LIMITED = {
    "raw": ("few_raw_bytes", RAW, lambda size: b"x" * size, LIMIT_BYTES),
    "pieces": ("few_pieces", RAW, lambda size: b"x" * size, LIMIT_BYTES),
    "urlencoded": ("few_bytes", FORM, fields_of, LIMIT_BYTES),
    "multipart": ("few_bytes", MULTIPART, form_of, LIMIT_BYTES),
    "fields": ("few_field_bytes", FORM, fields_of, LIMIT_BYTES),
    "field parts": (
        "few_field_bytes",
        MULTIPART,
        lambda size: multipart(part("a", b"x" * 10), part("b", b"x" * (size - 10))),
        LIMIT_BYTES,
    ),
    "parts": (
        "few_parts",
        MULTIPART,
        lambda count: multipart(*[part("a", b"x")] * count),
        LIMIT_PARTS,
    ),
}


@pytest.mark.parametrize(("extra", "status"), [(-1, 200), (0, 200), (1, 413)])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("limit", LIMITED)
def test_limits(upload_server, send, limit, extra, status, chunked):
    """A limit holds to the byte (the part), in chunks as with a length; more is 413."""
    page, type, make_body, count = LIMITED[limit]
    body = make_body(count + extra)
    if chunked:
        response, runs = send(upload_server, page, {**type, **CHUNKED}, in_chunks(body, 64))
    else:
        response, runs = send(upload_server, page, type, body)
    assert (response.status, runs) == (status, status == 200)


# ---- rests of bodies

# page, type, how the requests in the body are dressed, status
REFUSED = {
    "raw": ("few_raw_bytes", RAW, lambda data: data, 413),
    "pieces": ("few_pieces", RAW, lambda data: data, 413),
    "urlencoded": ("few_bytes", FORM, lambda data: b"a=" + data, 413),
    "fields": ("few_field_bytes", FORM, lambda data: b"a=" + data, 413),
    "multipart": ("few_bytes", MULTIPART, lambda data: multipart(part("a", data, "a")), 413),
    "field part": ("few_field_bytes", MULTIPART, lambda data: multipart(part("a", data)), 413),
    "parts": (
        "few_parts",
        MULTIPART,
        lambda data: multipart(*[part("a", b"x")] * (LIMIT_PARTS + 1), part("b", data, "b")),
        413,
    ),
    "type": ("pictures", MULTIPART, lambda data: multipart(part("a", data, "a.exe")), 415),
    "malformed": ("form", MULTIPART, lambda data: b"--boundary\r\nX\r\n\r\n" + data, 400),
    "nowhere": ("nowhere", RAW, lambda data: data, 404),
}


def requests_of(size, id):
    """Return as many requests as `size` bytes have room for."""
    request = write_request("GET", f"/unread?id={id}", {})
    return request * (size // len(request))


@pytest.mark.parametrize("size", [SMALL_BYTES, LARGE_BYTES], ids=["small", "large"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("why", REFUSED)
def test_the_rest_of_a_refused_body(upload_server, send, count_runs, why, chunked, size):
    """The rest of a body that was refused is never read as the next request (SERVERS R25)."""
    page, type, dress, status = REFUSED[why]
    evil = next(ids)
    body = dress(requests_of(size, evil))
    headers = {**type, **(CHUNKED if chunked else {})}
    body = in_chunks(body, 1000) if chunked else body
    response, runs = send(upload_server, page, headers, body)
    assert (response.status, runs) == (status, 0)
    assert count_runs(upload_server, evil) == 0


@pytest.mark.parametrize("size", [SMALL_BYTES, LARGE_BYTES], ids=["small", "large"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "POST"])
def test_a_body_that_nobody_reads(upload_server, send, count_runs, method, chunked, size):
    """A body that the page leaves alone is never read as the next request, whatever the
    method.
    """
    evil = next(ids)
    body = requests_of(size, evil)
    headers = {**RAW, **(CHUNKED if chunked else {})}
    body = in_chunks(body, 1000) if chunked else body
    response, runs = send(upload_server, "unread", headers, body, method)
    assert (response.status, runs) == (200, 1)
    assert response.body == (b"" if method == "HEAD" else b"unread")
    assert count_runs(upload_server, evil) == 0


@pytest.mark.parametrize(
    ("page", "type", "status"),
    [("pictures", "text/plain", 415), ("few_bytes", "image/png", 413)],
    ids=["by type", "by length"],
)
@pytest.mark.parametrize("upload_server", KINDS[1:], indirect=True)
def test_an_early_refusal(upload_server, raw_client, page, type, status):
    """gunicorn's client is told of a refusal while most of its body is still to come; waitress
    asks us when it has all of it.
    """
    client = raw_client(upload_server.port)
    headers = {**MULTIPART, "Content-Length": "1000000000"}
    begun = part("a", b"x" * 1_000_000, "a", type)
    client.send(write_request("POST", f"/{page}", headers, begun))
    assert client.read_response("POST").status == status
    client.close()


# ---- clients that go away

BEGUN_UPLOAD = part("a", b"x" * ON_DISK_BYTES, "a")
# page, headers, how much of the body arrives
BROKEN_OFF = {
    "urlencoded": ("form", {**FORM, "Content-Length": "100"}, b"a=1"),
    "field": ("form", {**MULTIPART, "Content-Length": "9999"}, part("a", b"x" * 99)[:-50]),
    "between parts": ("form", {**MULTIPART, "Content-Length": "9999"}, part("a", b"x" * 99)),
    "file": ("form", {**MULTIPART, "Content-Length": "9999999"}, BEGUN_UPLOAD[:-50]),
    "json": ("json", {**JSON, "Content-Length": "100"}, b'{"a": '),
    "raw": ("raw", {**RAW, "Content-Length": "100"}, b"abc"),
    "pieces": ("pieces", {**RAW, "Content-Length": "9999999"}, b"x" * 1_000_000),
    "lines": ("lines", {**RAW, "Content-Length": "100"}, b"one\ntwo"),
    "no byte": ("form", {**FORM, "Content-Length": "100"}, b""),
    "chunk": ("form", {**FORM, **CHUNKED}, b"9\r\na=1"),
    "chunk of a file": ("form", {**MULTIPART, **CHUNKED}, in_chunks(BEGUN_UPLOAD, 999)[:-99]),
    "between chunks": ("form", {**FORM, **CHUNKED}, b"3\r\na=1\r\n"),
    "size of a chunk": ("raw", {**RAW, **CHUNKED}, b"3\r\na=1\r\n5"),
    "trailers": ("form", {**FORM, **CHUNKED}, b"3\r\na=1\r\n0\r\nX-One: 1"),
}


def leave(client, reset):
    """Close the connection; with `reset` as a machine does whose program was killed."""
    ports = (client.socket.getpeername()[1], client.socket.getsockname()[1])
    wait_until(lambda: is_held(ports))  # the server has accepted it
    if reset:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    return ports


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("where", BROKEN_OFF)
def test_a_client_that_goes_away(upload_server, raw_client, count_runs, send, where, reset):
    """A client that leaves in the middle of its body costs nothing: no page sees half of it,
    the connection and the files are let go of, the next request is served.
    """
    page, headers, body = BROKEN_OFF[where]
    id = next(ids)
    client = raw_client(upload_server.port)
    client.send(write_request("POST", f"/{page}?id={id}", headers, body))
    ports = leave(client, reset)
    wait_until(lambda: not is_held(ports))
    assert count_runs(upload_server, id) == 0
    response, runs = send(upload_server, "form", FORM, b"a=1")
    assert (json.loads(response.body), runs) == ({"a": "1"}, 1)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("sent", [b"P", b"POST /form HTTP/1.1\r\nHost: a\r\nContent-"])
def test_a_client_that_goes_away_in_the_head(upload_server, raw_client, sent, reset):
    """A request whose head breaks off is none."""
    client = raw_client(upload_server.port)
    client.send(sent)
    ports = leave(client, reset)
    wait_until(lambda: not is_held(ports))


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("page", ["form", "pictures"])
def test_a_file_whose_client_goes_away(upload_server, raw_client, page, reset):
    """What has arrived of an upload is on disk, and goes with its client."""
    client = raw_client(upload_server.port)
    headers = {**MULTIPART, "Content-Length": str(10 * ON_DISK_BYTES)}
    begun = part("a", b"x" * ON_DISK_BYTES, "a.png", "image/png")
    client.send(write_request("POST", f"/{page}", headers, begun))
    wait_until(lambda: temporary_files(upload_server.worker) > upload_server.file_count)
    leave(client, reset)
    wait_until(lambda: temporary_files(upload_server.worker) == upload_server.file_count)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_client_that_dribbles(upload_server, raw_client, chunked):
    """A request that comes byte by byte is a request like any other."""
    client = raw_client(upload_server.port)
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = multipart(*PARTS)
    headers = {**MULTIPART, **(CHUNKED if chunked else {}), "Connection": "close"}
    request = write_request("POST", "/form", headers, in_chunks(body) if chunked else body)
    for byte in request:
        client.send(bytes([byte]))
    (response,) = read_all(client, "POST")
    client.close()
    assert (response.status, json.loads(response.body)) == (200, FIELDS)


# ---- requests with two ends

TWO_ENDS = {
    "length and chunked": b"HTTP/1.1\r\n" + LENGTH + CODING,
    "chunked and length": b"HTTP/1.1\r\n" + CODING + LENGTH,
    "no length and chunked": b"HTTP/1.1\r\nContent-Length: 0\r\n" + CODING,
    "folded": b"HTTP/1.1\r\n" + LENGTH + b"Transfer-Encoding:\r\n chunked\r\n",
    "two lengths": b"HTTP/1.1\r\n" + LENGTH + b"Content-Length: 0\r\n",
    "two lengths in one": b"HTTP/1.1\r\nContent-Length: 5, 0\r\n",
    "the same length twice": b"HTTP/1.1\r\n" + LENGTH * 2,
    "chunked and HTTP/1.0": b"HTTP/1.0\r\nConnection: keep-alive\r\n" + CODING,
    "all and HTTP/1.0": b"HTTP/1.0\r\nConnection: keep-alive\r\n" + LENGTH + CODING,
    "plus": b"HTTP/1.1\r\nContent-Length: +5\r\n",
    "minus": b"HTTP/1.1\r\nContent-Length: -5\r\n",
    "hexadecimal": b"HTTP/1.1\r\nContent-Length: 0x5\r\n",
    "space before the colon": b"HTTP/1.1\r\nContent-Length : 5\r\n",
    "bare LF": b"HTTP/1.1\r\nX: y\nContent-Length: 5\r\n",
    "another coding": b"HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n" + LENGTH,
    "two codings": b"HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n",
    "chunked in between": b"HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n",
    "vertical tab": b"HTTP/1.1\r\n" + LENGTH + b"Transfer-Encoding: \x0bchunked\r\n",
}


@pytest.mark.parametrize("head", TWO_ENDS)
def test_requests_with_two_ends(upload_server, raw_client, count_runs, head):
    """A request that two readers could end in two places is refused, with all that comes
    behind it (SERVERS R24).
    """
    outer, inner = next(ids), next(ids)
    client = raw_client(upload_server.port)
    target = f"POST /unread?id={outer} ".encode()
    request = target + TWO_ENDS[head] + b"Host: localhost\r\n\r\n0\r\n\r\n"
    evil = write_request("GET", f"/unread?id={inner}", {})
    response, *others = talk(client, request + evil, "POST", "GET")
    client.close()
    assert response.status in (400, 501)
    assert others == []
    assert count_runs(upload_server, outer) + count_runs(upload_server, inner) == 0


# ---- uploads

CONTENTS = {
    "every byte": bytes(range(256)) * 10,
    "nothing": b"",
    "look-alikes": b"x--boundary--\r\n-\r\n--\r\n--boundar\r\n--Boundary--\n--boundary\n\r--",
    "ends of lines": b"\r\n" * 50 + b"\r" * 50 + b"\n" * 50,
    "several MB": bytes(range(256)) * 12_345 + b"\r\n--boundar",
    "zeros": bytes(ON_DISK_BYTES),
}


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("content", CONTENTS)
def test_the_content_of_an_upload(upload_server, send, content, chunked):
    """A file arrives as it is, byte by byte, with the fields before and behind it."""
    data = CONTENTS[content]
    body = multipart(part("a", b"before"), part("b", data, "name"), part("c", b"behind"))
    headers = {**MULTIPART, **(CHUNKED if chunked else {})}
    body = in_chunks(body, 5_000) if chunked else body
    response, runs = send(upload_server, "form", headers, body)
    file = {"name": "name", "size": len(data), "digest": hashlib.sha256(data).hexdigest()}
    assert json.loads(response.body) == {"a": "before", "b": file, "c": "behind"}
    assert (response.status, runs) == (200, 1)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_an_answer_while_the_body_comes(upload_server, send, chunked):
    """A streamed page may read the body of its request while it sends that of its response."""
    data = CONTENTS["several MB"]
    headers = {**RAW, **(CHUNKED if chunked else {})}
    body = in_chunks(data, 5_000) if chunked else data
    response, runs = send(upload_server, "echo", headers, body)
    assert (response.status, response.body == data, runs) == (200, True, 1)


@pytest.mark.parametrize(
    "disposition",
    [
        'filename="na\u00efve \u65e5\u672c.txt"',
        "filename*=UTF-8''na%C3%AFve%20%E6%97%A5%E6%9C%AC.txt",
        "filename=\"fallback\"; filename*=utf-8''na%C3%AFve%20%E6%97%A5%E6%9C%AC.txt",
    ],
    ids=["bytes", "extended", "both"],
)
def test_the_name_of_an_upload(upload_server, send, disposition):
    """A file name in UTF-8 is text, as browsers (RFC 7578) and others (RFC 8187) write it."""
    head = f'--boundary\r\nContent-Disposition: form-data; name="a"; {disposition}\r\n\r\n'
    response, _ = send(upload_server, "form", MULTIPART, multipart(head.encode() + b"x\r\n"))
    assert json.loads(response.body)["a"]["name"] == "na\u00efve \u65e5\u672c.txt"


@pytest.mark.parametrize(
    ("count", "size", "ours"),
    [(1, 1000, 0), (1, ON_DISK_BYTES, 1), (200, 100, 0), (200, ON_DISK_BYTES // 200, 1)],
    ids=["small", "large", "200 small", "200 large"],
)
def test_the_files_of_an_upload(upload_server, send, ask, count, size, ours):
    """Small uploads stay in memory; all large ones of a request share one nameless file, which
    goes with the answer. waitress has one more, for the whole body.
    """
    before = int(ask(upload_server, target="/open_files").body)
    body = multipart(*[part(f"a{number}", b"x" * size, "a") for number in range(count)])
    response, _ = send(upload_server, "open_files", MULTIPART, body)
    waitress = upload_server.kind == "waitress" and ours
    assert int(response.body) - before == ours + waitress
