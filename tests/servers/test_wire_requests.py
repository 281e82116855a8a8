"""Requests as they come from the wire: bodies, limits, odd targets and hosts, old protocols.

Each fact is shown on waitress and on gunicorn's sync, gthread and gevent workers.
"""

from __future__ import annotations

import json

import pytest

LIMIT_BYTES = 2000  # BODY_LIMIT_BYTES of wire_site.py
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CHUNKED = {"Transfer-Encoding": "chunked"}


def in_chunks(data, size=7):
    """Return the body in the chunked coding."""
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def assert_served_or_closed(client):
    """Assert that a connection is either closed, or serves the next request."""
    try:
        following = client.request(target="/wire/")
    except (EOFError, OSError):
        assert client.leftover == b""
    else:
        assert (following.status, following.body) == (200, b"hello")
    client.close()


# ---- bodies


@pytest.mark.parametrize("coding", [{}, CHUNKED], ids=["length", "chunked"])
def test_a_form(wire_server, raw_client, coding):
    """A form arrives whole, with its length told before or not."""
    client = raw_client(wire_server.port)
    body = b"a=1&b=%C3%A9&c=" + b"x" * 200
    sent = in_chunks(body) if coding else body
    response = client.request("POST", "/wire/form", {**FORM, **coding}, sent)
    assert json.loads(response.body) == {"a": "1", "b": "\u00e9", "c": "x" * 200}
    assert_served_or_closed(client)


@pytest.mark.parametrize("coding", [{}, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_read_by_hand(wire_server, raw_client, method, coding):
    """A page reads any body to its end and no further."""
    client = raw_client(wire_server.port)
    body = bytes(range(256)) * 4
    sent = in_chunks(body) if coding else body
    response = client.request(method, "/wire/echo", coding, sent)
    assert (response.status, response.body) == (200, body)
    assert_served_or_closed(client)


# Waitress counts the frames of chunks as well, so that less fits.
@pytest.mark.parametrize(
    ("coding", "size", "status"),
    [
        ({}, LIMIT_BYTES, 200),
        ({}, LIMIT_BYTES + 1, 413),
        ({}, LIMIT_BYTES * 20, 413),
        (CHUNKED, LIMIT_BYTES * 3 // 4, 200),
        (CHUNKED, LIMIT_BYTES + 1, 413),
        (CHUNKED, LIMIT_BYTES * 20, 413),
    ],
    ids=["fits", "1 more", "far more", "chunked fits", "chunked 1 more", "chunked far more"],
)
@pytest.mark.parametrize("page", ["echo", "form"])
def test_the_limit_of_a_body(wire_server, raw_client, page, coding, size, status):
    """A body over server.max_request_body_size is a 413, for forms and raw reads alike."""
    client = raw_client(wire_server.port)
    body = b"a=" + b"x" * (size - 2)
    sent = in_chunks(body, 100) if coding else body
    headers = FORM if page == "form" else {"Content-Type": "application/octet-stream"}
    response = client.request("POST", f"/wire/{page}", {**headers, **coding}, sent)
    assert response.status == status
    assert_served_or_closed(client)


def test_a_length_is_required(wire_server, raw_client):
    """A POST that says neither the length nor the coding of its body is a 411."""
    client = raw_client(wire_server.port)
    response = client.request("POST", "/wire/form", FORM)
    assert response.status == 411
    assert_served_or_closed(client)


@pytest.mark.parametrize("page", ["pid", "error", "nowhere"])
def test_a_body_that_nobody_reads(wire_server, raw_client, page):
    """The rest of a body is never read as the next request."""
    client = raw_client(wire_server.port)
    body = b"GET /wire/evil HTTP/1.1\r\nHost: a\r\n\r\n"
    headers = {"Content-Type": "text/plain"}
    response = client.request("POST", f"/wire/{page}", headers, body)
    assert response.status == {"pid": 200, "error": 500, "nowhere": 404}[page]
    assert_served_or_closed(client)
    assert "/wire/evil" not in wire_server.output


def test_100_continue(wire_server, raw_client):
    """A client that asks first is told to go on, and then answered."""
    client = raw_client(wire_server.port)
    headers = {"Expect": "100-continue", "Content-Length": "3"}
    client.send_request("POST", "/wire/echo", headers)
    assert client.read_response("POST").status == 100
    client.send(b"abc")
    assert client.read_response("POST").body == b"abc"
    assert_served_or_closed(client)


def test_a_body_that_breaks_off(wire_server, raw_client, ask):
    """A client that leaves in the middle of its body does no harm."""
    client = raw_client(wire_server.port)
    client.send_request("POST", "/wire/form", {**FORM, "Content-Length": "100"}, b"a=1")
    client.close()
    assert ask(wire_server, target="/wire/").body == b"hello"


# ---- protocols and hosts


def send_raw(client, head, host=b"Host: localhost\r\n"):
    """Send a request line with a Host header, and return the response."""
    client.send(head + b"\r\n" + host + b"Connection: close\r\n\r\n")
    response = client.read_response(head.split()[0].decode())
    client.close()
    return response


@pytest.mark.parametrize("host", [b"", b"Host: localhost\r\n"], ids=["no host", "host"])
@pytest.mark.parametrize(
    ("target", "status"), [(b"/wire/", 200), (b"/wire/redirect", 302), (b"/wire", 301)]
)
def test_http_1_0(wire_server, raw_client, target, status, host):
    """An HTTP/1.0 client needs no Host, and is redirected with 302, which it knows."""
    response = send_raw(raw_client(wire_server.port), b"GET " + target + b" HTTP/1.0", host)
    assert response.status == status
    assert response.header("Transfer-Encoding") is None
    if status != 200:
        assert response.header("Location").endswith("/wire/")


@pytest.mark.parametrize(
    "host",
    ["a b", "evil@localhost", "a,b", "a/b", "a#b", "a?b", "a\\b", "<script>", "a:b", "a\x00"],
    ids=ascii,
)
def test_an_odd_host(wire_server, raw_client, host):
    """A Host that cannot be one is a 400, before any page sees it."""
    line = b"Host: " + host.encode() + b"\r\n"
    response = send_raw(raw_client(wire_server.port), b"GET /wire/seen HTTP/1.1", line)
    assert response.status == 400
    assert b"<script>" not in response.body


@pytest.mark.parametrize("line", [b"", b"Host: a\r\nHost: b\r\n"], ids=["none", "two"])
def test_no_host_and_two(wire_server, raw_client, line):
    """HTTP/1.1 without a Host, and with two of them, is a 400."""
    response = send_raw(raw_client(wire_server.port), b"GET /wire/seen HTTP/1.1", line)
    assert response.status == 400


# ---- targets


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("a%2Fb/c", ["a/b", "c"]),
        ("a%2fb", ["a/b"]),
        ("a%252Fb", ["a%2Fb"]),
        ("%2F", ["/"]),
        ("a//b", ["a", "b"]),
        ("caf%C3%A9", ["caf\u00e9"]),
        ("a+b%20c", ["a+b c"]),
        ("..%2F..%2Fetc", ["../../etc"]),
    ],
)
def test_segments_of_a_path(wire_server, ask, path, segments):
    """A path is split, then decoded once: %2F stays in its segment, %252F stays '%2F'."""
    response = ask(wire_server, target=f"/wire/segments/{path}")
    assert (response.status, json.loads(response.body)) == (200, segments)


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        (b"/wire/\xff\xfe", {400, 404}),
        (b"/wire/caf\xc3\xa9", {400, 404}),
        (b"/wire/seen?a=\xff", {400, 404}),
        (b"/wire/%FF", {404}),
        (b"/wire/%00", {404}),
        (b"/wire/seen?a=%FF", {404}),
        (b"*", {400, 404}),
        (b"@evil.example", {400, 404}),
        (b":80/x", {400, 404}),
        (b"/" + b"x" * 9000, {404, 414}),
        (b"/wire/" + b"x/" * 4500, {404, 414}),
        (b"/wire/?" + b"x" * 9000, {404, 414}),
        (b"/wire/..", {404}),
        (b"/wire/__class__", {404}),
    ],
    ids=lambda value: ascii(value)[:24] if isinstance(value, bytes) else None,
)
def test_odd_targets(wire_server, raw_client, target, statuses):
    """A target that leads nowhere has a clear answer, and never a traceback."""
    response = send_raw(raw_client(wire_server.port), b"GET " + target + b" HTTP/1.1")
    assert response.status in statuses
    assert b"Traceback" not in response.body


def test_an_absolute_target(wire_server, raw_client):
    """A target with a host in it does not choose the host of our addresses."""
    client = raw_client(wire_server.port)
    response = send_raw(client, b"GET http://evil.example/wire/seen HTTP/1.1")
    assert response.status == 200
    assert json.loads(response.body)["url"] == "http://localhost/wire/seen"


# ---- unix sockets


def test_a_unix_socket(wire_server, ask):
    """A request from a unix socket has no remote address, and every page can be served."""
    response = ask(wire_server.unix, target="/wire/seen?id=unix")
    assert response.status == 200
    seen = json.loads(response.body)
    assert seen["ip"] == ""
    assert isinstance(seen["port"], int)
    assert isinstance(seen["local_port"], int)
    assert seen["url"] == "http://localhost/wire/seen"
    assert ask(wire_server.unix, target="/wire/error").status == 500
    assert ask(wire_server.unix, target="/elsewhere").status == 404
    assert ask(wire_server.unix, target="/grafted").body == b"grafted"
