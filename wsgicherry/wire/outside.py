"""The outer side of a request, as the proxies that are trusted tell it."""

from __future__ import annotations

from collections.abc import Mapping
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
from .hosts import is_valid_host, split_port
from .trusted import Trusted, find_peer

DEFAULT_PORTS = {"http": "80", "https": "443"}


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


def look_outside(environ: Mapping[str, Any], trusted: Trusted, names: Names) -> Outside:
    """Return what trusted proxies say of a request, nothing if its peer is none of them.

    BadForwarded for words of theirs that are malformed or contradict each other.
    """
    peer = find_peer(environ.get("REMOTE_ADDR") or "")
    if not trusted.includes(peer):
        return NOTHING
    said = _read_lists(environ, trusted, names, peer)
    if not names.is_forwarded:
        return said
    told = _read_forwarded(environ.get("HTTP_FORWARDED", ""), trusted, peer)
    for word, one, other in zip(Outside._fields, said, told, strict=True):
        if None not in (one, other) and str(one).lower() != str(other).lower():
            raise BadForwarded(f"Forwarded and another header do not name the same {word}.")
    # What Forwarded leaves open nobody has said: the other headers may be the client's own.
    return told._replace(prefix=said.prefix)


def _read_lists(
    environ: Mapping[str, Any], trusted: Trusted, names: Names, peer: Node
) -> Outside:
    """Return what the X-Forwarded-* headers say."""

    def read(name: str) -> list[str]:
        return split_list(environ.get(_key_of(name), "")) if name else []

    proxies, client = trusted.find_client(peer, read(names.remote))
    if not names.remote:
        proxies = trusted.hops or proxies

    def find(name: str) -> str | None:
        return choose(read(name), proxies, name)

    host, scheme = find(names.local), find(names.scheme)
    port, prefix = find(names.port), find(names.prefix)
    scheme = scheme and read_scheme(scheme, names.scheme)
    host = host and _read_host(host, names.local)
    if port:
        port = read_port(port, names.port)
        host = _add_port(host or environ.get("HTTP_HOST"), port, scheme or _scheme_of(environ))
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


def _scheme_of(environ: Mapping[str, Any]) -> str:
    scheme: str = environ["wsgi.url_scheme"]
    return scheme


def _read_host(host: str, name: str) -> str:
    if not is_valid_host(host):
        raise BadForwarded(f"{name} is {host[:100]!a}, which is no host.")
    return host


def _add_port(host: str | None, port: str, scheme: str) -> str | None:
    """Return `host` with `port`, unless it has one, or needs none."""
    if not host or split_port(host)[1] or port == DEFAULT_PORTS.get(scheme):
        return host
    return f"{split_port(host)[0]}:{port}"
