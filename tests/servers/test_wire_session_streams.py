"""The lock of a session ends before a streamed body goes on, and whatever ends the request."""

from __future__ import annotations

import itertools

import pytest
from session_sites import begin, session_sites  # noqa: F401  a fixture

LOCKINGS = ("implicit", "early", "explicit", "merge")
SERVERS = ("gthread", "waitress")
STORES = ("ram", "file", "memcached", "redis")
ids = (f"stream{number:05}" for number in itertools.count())
SOON_SECONDS = 5.0


@pytest.fixture(params=[(server, store) for server in SERVERS for store in STORES], ids="-".join)
def site(request, session_sites):  # noqa: F811
    """Give each store on each server that runs requests side by side."""
    return session_sites(*request.param)


def read_until(client, mark, least=0):
    """Read until `mark` has come, and at least so many bytes in all."""
    received = b""
    while mark not in received or len(received) < least:
        data = client.socket.recv(65536)
        assert data, f"the connection ended after {received[-200:]!r}"
        received += data


def read_into_the_second_chunk(client):
    """Read so much of an endless stream that its second chunk has been made."""
    read_until(client, b"x", least=70_000)


@pytest.mark.parametrize("locking", LOCKINGS)
def test_a_request_while_a_stream_is_open(site, locking):
    """While a stream is open, other requests of its session are answered."""
    browser, id = begin(site.browser(), f"/{locking}"), next(ids)
    with browser.opening(f"/{locking}/stream?id={id}") as client:
        read_until(client, b"first\n")
        answer, seconds = browser.timed(f"/{locking}/add")
        count = browser.get(f"/{locking}/count").body
        assert browser.get(f"/{locking}/go?id={id}").body == b"gone"
        rest = client.read_to_end()
    assert answer.status == 200
    assert seconds < SOON_SECONDS
    assert count == b"3"
    assert b"is on: 1\n" in rest


@pytest.mark.parametrize("locking", LOCKINGS)
def test_a_client_that_leaves_a_stream(site, locking):
    """What a stream has changed is saved, and nothing stays locked, when its client goes."""
    browser, id = begin(site.browser(), f"/{locking}"), next(ids)
    with browser.opening(f"/{locking}/endless?id={id}") as client:
        read_into_the_second_chunk(client)
    site.wait_for(f"{id} is over", SOON_SECONDS)
    answer, seconds = browser.timed(f"/{locking}/add")
    assert answer.status == 200
    assert seconds < SOON_SECONDS
    assert browser.get(f"/{locking}/count").body == b"3"


def test_a_change_in_the_middle_of_a_stream(site):
    """A change that a stream makes after its first chunk is saved when its client goes."""
    browser, id = begin(site.browser(), "/implicit"), next(ids)
    with browser.opening(f"/implicit/endless?id={id}") as client:
        read_into_the_second_chunk(client)
    site.wait_for(f"{id} is over", SOON_SECONDS)
    assert browser.get("/implicit/late").body == id.encode()


@pytest.mark.parametrize("how", ["SystemExit", "KeyboardInterrupt"])
@pytest.mark.parametrize("locking", LOCKINGS)
def test_a_handler_that_ends_the_program(site, locking, how):
    """After SystemExit or KeyboardInterrupt in a page, the session is not locked and the
    process answers on.
    """
    browser = begin(site.browser(), f"/{locking}")
    process = browser.get(f"/{locking}/").body
    assert browser.get(f"/{locking}/leave?how={how}").status == 500
    answer, seconds = browser.timed(f"/{locking}/add")
    assert (answer.status, answer.body) == (200, process)
    assert seconds < SOON_SECONDS
