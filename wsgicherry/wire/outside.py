"""The outer side of a request, as the proxies that are trusted tell it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from .forwarded import (
    BadForwarded,
    Node,
    choose,
    parse_forwarded,
    read_port,
    read_prefix,
    read_scheme,
    split_list,
)
from .headers import shorten
from .hosts import DEFAULT_PORTS, is_valid_host, split_port
from .trusted import Trusted, find_peer

MAX_REMEMBERED = 256
"""How many different things that proxies said are kept in memory, for each `Lookout`."""


class Names(NamedTuple):
    """The headers that proxies set; '' for each that they do not, and should not be read.

    With `is_forwarded` they set Forwarded (RFC 7239), and what the others say must agree.
    """

    local: str = ""
    remote: str = ""
    scheme: str = ""
    port: str = ""
    prefix: str = ""
    is_forwarded: bool = False


class Outside(NamedTuple):
    """How a request was at the outermost trusted proxy; None for what nobody says."""

    client: Node | None = None
    host: str | None = None
    scheme: str | None = None
    prefix: str | None = None


NOTHING = Outside()


class Lookout:
    """What `trusted` proxies say by the headers `names`, of one request after the other."""

    def __init__(self, trusted: Trusted, names: Names) -> None:
        self.trusted, self.names = trusted, names
        self._keys = [_key_of(name) if name else "" for name in names[:5]]
        # PERF: a browser asks for a page and all that is on it: 1 us, against 20.
        self._look = lru_cache(maxsize=MAX_REMEMBERED)(partial(look_outside, trusted, names))

    def look(self, environ: Mapping[str, Any]) -> Outside:
        """Return what is said of the request of `environ`; BadForwarded: see `look_outside`."""
        get = environ.get
        inner = Outside(None, get("HTTP_HOST"), get("wsgi.url_scheme"))
        said = tuple([get(key, "") for key in self._keys])
        forwarded = get("HTTP_FORWARDED", "") if self.names.is_forwarded else ""
        return self._look(get("REMOTE_ADDR") or "", inner, said, forwarded)


def look_outside(
    trusted: Trusted,
    names: Names,
    address: str,
    inner: Outside,
    said: tuple[str, ...],
    forwarded: str,
) -> Outside:
    """Return what trusted proxies say of a request, nothing if its peer is none of them.

    `address` is the peer's, `inner` what the peer made of host and scheme, `said` holds the
    headers of `names` and `forwarded` that of RFC 7239, '' for those that are not there.
    BadForwarded for words that are malformed or contradict each other.
    """
    peer = find_peer(address)
    if not trusted.includes(peer):
        return NOTHING
    seen = _read_lists(trusted, names, peer, inner, said)
    if not names.is_forwarded:
        return seen
    told = _read_forwarded(forwarded, trusted, peer)
    for word, one, other in zip(Outside._fields, seen, told, strict=True):
        if None not in (one, other) and str(one).lower() != str(other).lower():
            raise BadForwarded(f"Forwarded and another header do not name the same {word}.")
    # What Forwarded leaves open nobody has said: the other headers may be the client's own.
    return told._replace(prefix=seen.prefix)


def _read_lists(
    trusted: Trusted, names: Names, peer: Node, inner: Outside, said: tuple[str, ...]
) -> Outside:
    """Return what the X-Forwarded-* headers say."""
    local, remote, schemes, ports, prefixes = map(split_list, said)
    proxies, client = trusted.find_client(peer, remote)
    if not names.remote:
        proxies = trusted.hops or proxies
    host = choose(local, proxies, names.local)
    scheme = choose(schemes, proxies, names.scheme)
    port = choose(ports, proxies, names.port)
    prefix = choose(prefixes, proxies, names.prefix)
    scheme = scheme and read_scheme(scheme, names.scheme)
    host = host and _read_host(host, names.local)
    if port:
        port = read_port(port, names.port)
        if host and split_port(host)[1] not in ("", port):
            raise BadForwarded(f"{names.local} is {host!a}, but {names.port} is {port}.")
        host = _add_port(host or inner.host, port, scheme or inner.scheme)
    prefix = prefix and read_prefix(prefix, names.prefix)
    return Outside(None if client is peer else client, host, scheme, prefix)


def _read_forwarded(header: str, trusted: Trusted, peer: Node) -> Outside:
    """Return what the trusted hops of a Forwarded header say, the outermost's word first."""
    hops = parse_forwarded(header)
    proxies, client = trusted.find_client(peer, [hop.client for hop in hops])
    host = next((hop.host for hop in hops[-proxies:] if hop.host is not None), None)
    scheme = next((hop.scheme for hop in hops[-proxies:] if hop.scheme is not None), None)
    return Outside(
        None if client is peer else client,
        None if host is None else _read_host(host, "Forwarded: host"),
        None if scheme is None else read_scheme(scheme, "Forwarded: proto"),
    )


def _key_of(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


def _read_host(host: str, name: str) -> str:
    if not is_valid_host(host):
        raise BadForwarded(f"{name} is {shorten(host)!a}, which is no host.")
    return host


def _add_port(host: str | None, port: str, scheme: str | None) -> str | None:
    """Return `host` with `port`, unless it has one, or needs none."""
    if not host or split_port(host)[1] or f":{port}" == DEFAULT_PORTS.get(scheme or ""):
        return host
    return f"{split_port(host)[0]}:{port}"
