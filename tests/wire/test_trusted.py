"""Which proxies are trusted, and how far that goes."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from wsgicherry.wire.forwarded import BadForwarded, Node
from wsgicherry.wire.trusted import Trusted, find_peer


def node(text):
    return Node(ip_address(text))


@pytest.mark.parametrize(
    ("trusted", "included", "others"),
    [
        (["10.0.0.0/8"], "10.0.0.1 10.255.255.255 ::ffff:10.0.0.1", "11.0.0.1 ::1 unix"),
        (["192.0.2.1"], "192.0.2.1", "192.0.2.2"),
        (["2001:db8::/32"], "2001:db8::1", "2001:db9::1 10.0.0.1"),
        (["::1", "127.0.0.0/8"], "::1 127.0.0.2", "::2 128.0.0.1"),
        ("10.0.0.0/8, ::1,", "10.0.0.1 ::1", "11.0.0.1"),
        (["unix"], "unix localhost", "127.0.0.1"),
        (["unix", "127.0.0.1"], "unix 127.0.0.1", "127.0.0.2"),
        (["0.0.0.0/0", "::/0"], "9.9.9.9 2001:db8::1", "unix localhost"),
        ((), "", "127.0.0.1 ::1 unix localhost 10.0.0.1"),
        ("", "", "127.0.0.1 unix"),
    ],
)
def test_who_is_trusted(trusted, included, others):
    """Networks, single addresses, and 'unix' for whoever writes to a unix socket."""
    known = Trusted.parse(trusted, None)

    def is_trusted(name):
        return known.includes(find_peer("" if name == "unix" else name))

    assert [name for name in included.split() if not is_trusted(name)] == []
    assert [name for name in others.split() if is_trusted(name)] == []


def test_hops_alone_trust_whoever_is_near():
    """Without networks the number of proxies is all that is known."""
    known = Trusted.parse((), 1)
    assert known
    assert known.includes(node("9.9.9.9"))
    assert known.includes(find_peer("localhost"))
    assert not Trusted.parse((), None)


@pytest.mark.parametrize("address", ["", "localhost"])
def test_the_other_end_of_a_unix_socket(address):
    """gunicorn gives it no address, and waitress calls it localhost."""
    assert Trusted.parse("unix", None).includes(find_peer(address))
    assert not Trusted.parse("127.0.0.1, ::1", None).includes(find_peer(address))


@pytest.mark.parametrize(
    "trusted", ["10.0.0.1/8", "*", "localhost", "10.0.0.0/33", "a", "1.2.3"]
)
def test_what_is_no_network(trusted):
    """It is named, and so is what would be one."""
    with pytest.raises(ValueError, match=r"trusted has .*10\.0\.0\.0/8"):
        Trusted.parse([trusted], None)


@pytest.mark.parametrize("hops", [0, -1])
def test_no_proxies_at_all(hops):
    """hops counts from one."""
    with pytest.raises(ValueError, match="begins at 1"):
        Trusted.parse((), hops)


NEAR = ["10.0.0.0/8"]

CHAINS = [
    # trusted, hops, peer, chain (the nearest last), proxies, client
    (NEAR, None, "10.0.0.1", "", 1, "10.0.0.1"),
    (NEAR, None, "10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
    (NEAR, None, "10.0.0.1", "6.6.6.6 1.2.3.4", 1, "1.2.3.4"),
    (NEAR, None, "10.0.0.1", "1.2.3.4 10.0.0.2", 2, "1.2.3.4"),
    (NEAR, None, "10.0.0.1", "6.6.6.6 1.2.3.4 10.0.0.3 10.0.0.2", 3, "1.2.3.4"),
    (NEAR, None, "10.0.0.1", "10.6.6.6 1.2.3.4 10.0.0.2", 2, "1.2.3.4"),
    (NEAR, None, "10.0.0.1", "10.0.0.3 10.0.0.2", 3, "10.0.0.3"),
    (NEAR, None, "10.0.0.1", "<script> 1.2.3.4", 1, "1.2.3.4"),
    (NEAR, None, "9.9.9.9", "1.2.3.4", 0, "9.9.9.9"),
    (NEAR, None, "::ffff:10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
    (NEAR, 1, "10.0.0.1", "1.2.3.4 10.0.0.2", 1, "10.0.0.2"),
    (NEAR, 2, "10.0.0.1", "1.2.3.4 10.0.0.3 10.0.0.2", 2, "10.0.0.3"),
    (NEAR, 5, "10.0.0.1", "1.2.3.4 10.0.0.2", 2, "1.2.3.4"),
    ((), 1, "9.9.9.9", "6.6.6.6 1.2.3.4", 1, "1.2.3.4"),
    ((), 2, "9.9.9.9", "6.6.6.6 1.2.3.4 5.6.7.8", 2, "1.2.3.4"),
    ((), 2, "9.9.9.9", "5.6.7.8", 2, "5.6.7.8"),
    ((), 1, "", "1.2.3.4", 1, "1.2.3.4"),
    (["unix"], None, "", "6.6.6.6 1.2.3.4", 1, "1.2.3.4"),
    (["0.0.0.0/0"], None, "9.9.9.9", "6.6.6.6 1.2.3.4", 3, "6.6.6.6"),
]


@pytest.mark.parametrize(("trusted", "hops", "peer", "chain", "proxies", "client"), CHAINS)
def test_a_chain_is_read_from_the_nearest_proxy_on(trusted, hops, peer, chain, proxies, client):
    """The client is the first who is no trusted proxy; what stands further left is its own."""
    known = Trusted.parse(trusted, hops)
    found = known.find_client(find_peer(peer), chain.split())
    assert found == (proxies, find_peer(client))


def test_an_unknown_client_is_no_unix_peer():
    """A proxy that does not tell ends the chain, and is not taken for a trusted socket."""
    known = Trusted.parse(["unix", "10.0.0.0/8"], None)
    assert known.find_client(Node(None), ["6.6.6.6", "unknown"]) == (1, Node(None, "unknown"))
    assert known.find_client(Node(None), ["6.6.6.6", None]) == (1, Node(None))


def test_a_malformed_word_of_a_trusted_proxy():
    """What a trusted proxy should have written is not guessed at."""
    with pytest.raises(BadForwarded, match="'nobody'"):
        Trusted.parse(NEAR, None).find_client(node("10.0.0.1"), ["nobody"])
