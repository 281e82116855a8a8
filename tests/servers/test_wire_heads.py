"""Response heads on the wire: nothing that a client sends can end a line or a response.

Each fact is shown on waitress and on gunicorn's sync, gthread and gevent workers.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

SPLITTERS = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "a\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n",
    "a\x00X-Evil: 1",
    "a\x0bX-Evil: 1\x7f",
    # U+560A and U+560D end in the bytes of LF and CR where somebody cuts them off.
    "a\u560d\u560aX-Evil: 1",
    "a\u0085X-Evil: 1\u2028X-Evil: 1",
]
PLACES = [
    "header",
    "name",
    "type",
    "cookie",
    "cookie_path",
    "status",
    "error",
    "redirect",
    "location",
    "webob",
]


def test_hop_by_hop_headers_stay_here(wire_server, ask):
    """Headers that belong to the server's connection are dropped, not sent and not a 500."""
    response = ask(wire_server, target="/wire/hop_by_hop")
    assert (response.status, response.body) == (200, b"hello")
    assert "evil" not in str(response.headers).lower()
    assert "4321" not in str(response.headers)
    names = {name.lower() for name, _ in response.headers}
    assert not names & {"upgrade", "te", "trailer", "proxy-authenticate", "proxy-connection"}


@pytest.mark.parametrize("value", SPLITTERS, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_a_response_cannot_be_split(wire_server, raw_client, place, value):
    """Control bytes in a value, wherever a page puts it, are refused or made harmless."""
    client = raw_client(wire_server.port)
    target = f"/wire/inject?where={place}&value={quote(value, safe='')}"
    client.send_request(target=target, headers={"Connection": "close"})
    sent = client.read_to_end()
    client.close()
    head, _, body = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0].split()[1] in {b"200", b"303", b"400", b"500"}
    assert not any(line.lower().startswith(b"x-evil") for line in lines)
    for line in lines:
        assert not set(line) & (set(range(32)) - {9} | {127}), line
    lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
    assert len(lengths) == 1
    assert len(body) == int(lengths[0].partition(b":")[2])
