"""How a Redis server is named."""

from __future__ import annotations

import pytest

from wsgicherry.lib.keyvalue.redisserver import RedisServer


@pytest.mark.parametrize(
    ("url", "expected", "where"),
    [
        ("valkey://u:p@h:1/2", "redis://u:p@h:1/2", "h:1"),
        ("valkeys://h", "rediss://h", "h"),
        ("rediss://h:2", "rediss://h:2", "h:2"),
        ("unix:///run/r.sock?db=1", "unix:///run/r.sock?db=1", "/run/r.sock"),
    ],
)
def test_urls(url, expected, where):
    """Valkey's schemes mean what Redis' do; what is logged has no password."""
    server = RedisServer(url, None, 1, "sessions")
    assert (server._url, server._where) == (expected, where)


def test_a_message_names_the_settings_it_is_about():
    """What is wrong with a server is told with the setting of the tool that it is for."""
    with pytest.raises(ValueError, match=r"tools\.caching\.url begins with 'http'"):
        RedisServer("http://host", None, 1, "caching")
