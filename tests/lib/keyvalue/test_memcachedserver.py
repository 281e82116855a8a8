"""How a memcached server is named, and told how long to keep something."""

from __future__ import annotations

import time

import pytest

from wsgicherry.lib.keyvalue.memcachedserver import life_seconds, parse_address

DAY = 24 * 60 * 60


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:11211", ("localhost", 11211)),
        ("cache", ("cache", 11211)),
        (("cache", 1), ("cache", 1)),
        ("[::1]:5", ("::1", 5)),
        ("[::1]", ("::1", 11211)),
        ("/run/m.sock", "/run/m.sock"),
        ("unix:/run/m.sock", "/run/m.sock"),
    ],
)
def test_addresses(text, address):
    """A server is named by host and port, by host alone, or by a unix socket."""
    assert parse_address(text, "tools.x.servers") == address


@pytest.mark.parametrize(
    ("left", "low", "high"),
    [(-1, -1, -1), (0.001, 2, 2), (1.5, 3, 3), (60, 61, 62), (30 * DAY - 10, 0, 30 * DAY)],
)
def test_seconds_for_memcached(left, low, high):
    """An expiry is whole seconds, rounded up and one more; 'at once' if it is over."""
    assert low <= life_seconds(time.time() + left) <= high


def test_an_absolute_expiry_for_memcached():
    """From 30 days on memcached is told the date."""
    expires = time.time() + 30 * DAY
    assert expires < life_seconds(expires) <= expires + 2
