"""Compressed pages on the wire: progress arrives while it is made, HEAD has no body."""

from __future__ import annotations

import itertools
import zlib

import pytest

GZIP = {"Accept-Encoding": "gzip"}
ids = (f"page{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def compressing_servers(serve_program):
    """Give a function that returns the running server of a kind."""
    return serve_program("wire_compression")


@pytest.fixture(params=["waitress", "gthread"])
def server(request, compressing_servers):
    """Give a server of each family that keeps connections."""
    return compressing_servers(request.param)


def open_stream(server, raw_client, target):
    """Return a connection on which a compressed body comes, behind the head."""
    client = raw_client(server.port)
    # An older client gets the bytes as they are, without chunks around them.
    client.send_request(target=target, headers=GZIP, version="HTTP/1.0")
    head = client._read_until(b"\r\n\r\n").decode()
    assert "Content-Encoding: gzip" in head
    assert "Content-Length" not in head
    return client


def test_progress_arrives_while_it_is_made(server, ask, raw_client):
    """A chunk can be read before the next one is made: nothing is held back."""
    id = next(ids)
    client = open_stream(server, raw_client, f"/progress?id={id}")
    unpack = zlib.decompressobj(31).decompress
    text = unpack(client.leftover)
    while text != b"first step\n":
        text += unpack(client._receive())
    assert ask(server, target=f"/step?id={id}").body == b"done"
    client.leftover = b""
    assert text + unpack(client.read_to_end()) == b"first step\nsecond step\n"


def test_a_body_that_breaks_off(server, raw_client):
    """What is cut off has no end of gzip's: no client can take it for whole."""
    packed = open_stream(server, raw_client, "/breaks").read_to_end()
    unpacker = zlib.decompressobj(31)
    assert unpacker.decompress(packed) == b"some of it\n"
    assert not unpacker.eof


def test_head_and_get_on_one_connection(server, raw_client):
    """HEAD has the headers of the GET and no body, so that the next response is read right."""
    client = raw_client(server.port)
    head = client.request("HEAD", headers=GZIP)
    get = client.request(headers=GZIP)
    assert zlib.decompress(get.body, 31) == b"paragraph " * 1000
    for name in ("Content-Encoding", "Content-Length", "Vary", "Content-Type"):
        assert head.header(name) == get.header(name) is not None
