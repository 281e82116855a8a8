"""Whose request is it? Requests side by side, and one access line for each.

The first under waitress and gunicorn's gthread and gevent workers, the second under all.
"""

from __future__ import annotations

import itertools

import pytest

numbers = itertools.count()
PARTIES = 4
NAMES = [f"name{number}" for number in range(PARTIES)]


def send_all(server, raw_client, page):
    """Send PARTIES requests that wait for one another; return their responses by name."""
    clients = {name: raw_client(server.port) for name in NAMES}
    room = f"{page}{next(numbers)}"
    for name, client in clients.items():
        client.send_request(target=f"/wire/{page}?room={room}&parties={PARTIES}&name={name}")
    responses = {name: client.read_response() for name, client in clients.items()}
    for client in clients.values():
        client.close()
    return responses


def test_requests_side_by_side(parallel_server, raw_client):
    """Requests that run at the same time each see themselves, before and after a switch."""
    for name, response in send_all(parallel_server, raw_client, "together").items():
        assert response.body.decode() == f"{name} {name} {name}"
        assert response.header("X-Name") == name


def test_streams_side_by_side(parallel_server, raw_client):
    """The chunks of streams that are sent turn by turn each see their own request."""
    for name, response in send_all(parallel_server, raw_client, "together_streamed").items():
        assert response.body.decode().split() == [name] * 3


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/wire/", 200),
        ("HEAD", "/wire/", 200),
        ("GET", "/wire/stream", 200),
        ("GET", "/wire/nowhere", 404),
        ("GET", "/wire/error", 500),
        ("GET", "/wire/exit", 500),
        ("GET", "/wire/redirect", 303),
        ("GET", "/wire/loop", 500),
        ("GET", "/grafted/page", 200),
        ("GET", "/elsewhere", 404),
        ("HEAD", "/elsewhere", 404),
    ],
)
def test_one_access_line(wire_server, ask, method, target, status):
    """Each request has one access line: grafted applications and the tree's 404 too."""
    seen = len(wire_server.lines)
    agent = f"agent{next(numbers)}"
    response = ask(wire_server, method, target, headers={"User-Agent": agent})
    assert response.status == status
    # The line of a later request, by the same road, comes after all of this one's.
    later = f"agent{next(numbers)}"
    ask(wire_server, target="/wire/", headers={"User-Agent": later})
    wire_server.wait_for(f'"{later}"$')
    lines = [line for line in wire_server.lines[seen:] if line.endswith(f'"{agent}"')]
    assert len(lines) == 1, lines
    assert f'"{method} {target} HTTP/1.1" {status} ' in lines[0]
    assert lines[0].startswith("127.0.0.1 - - [")
