"""Which proxies are trusted: by their network, by their number, or at a unix socket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from .forwarded import BadForwarded, Node, parse_node

UNIX = "unix"
"""Among trusted networks: whoever may write to the unix socket that we are served at."""

UNIX_PEERS = ("", "localhost")
"""REMOTE_ADDR of the other end of a unix socket: gunicorn's, and waitress's. Of any other
socket it is an address.
"""


class Trusted(NamedTuple):
    """Whose word is believed: that of peers in `networks`, at a unix socket if `is_unix`, and
    no further than `hops` of them.

    With neither networks nor unix, `hops` alone counts: whoever is that near is a proxy.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    is_unix: bool = False
    hops: int | None = None

    @classmethod
    def parse(cls, trusted: str | Iterable[str], hops: int | None) -> Trusted:
        """Return whom `trusted` names: networks ('10.0.0.0/8', '::1') and 'unix', or one text
        with commas. ValueError for what is none.
        """
        texts = trusted.split(",") if isinstance(trusted, str) else trusted
        names = [text.strip() for text in texts if text.strip()]
        if hops is not None and hops < 1:
            raise ValueError(f"hops is {hops}, which is no number of proxies: it begins at 1.")
        networks = tuple(_parse_network(name) for name in names if name != UNIX)
        return cls(networks, UNIX in names, hops)

    def __bool__(self) -> bool:
        """Whether anybody can be trusted at all."""
        return bool(self.networks or self.is_unix or self.hops)

    def includes(self, node: Node) -> bool:
        """Tell whether `node` is a proxy that is trusted."""
        if not self.networks and not self.is_unix:
            return self.hops is not None
        if node.ip is None:
            return self.is_unix and not node.identifier
        return any(node.ip in network for network in self.networks)

    def find_client(self, peer: Node, chain: Sequence[str | None]) -> tuple[int, Node]:
        """Return how many trusted proxies passed the request on, and who sent it to the first
        of them.

        `peer` is who is connected with us; `chain` from whom each proxy had the request, the
        nearest proxy's word last. It is read from there, and only as far as it is trusted, for
        the rest is whatever the client wrote; None where a proxy did not say. BadForwarded for
        a malformed word on the way.
        """
        proxies, client = 0, peer
        unread = list(chain)
        while proxies != self.hops and self.includes(client):
            proxies += 1
            text = unread.pop() if unread else None
            if text is None:
                break
            client = parse_node(text)
        return proxies, client


def find_peer(address: str) -> Node:
    """Return the node that REMOTE_ADDR names: nobody's whom to trust, if it is no address."""
    if address in UNIX_PEERS:
        return Node(None)
    try:
        return parse_node(address)
    except BadForwarded:
        return Node(None, address)


def _parse_network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"trusted has {text!r}, which is no network ({error}); write '10.0.0.0/8', '::1', "
            "or 'unix' for a unix socket."
        ) from None
