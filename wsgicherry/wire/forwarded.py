"""What proxies say of a request: Forwarded (RFC 7239) and the X-Forwarded-* lists, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

from .headers import TOKEN, shorten

MAX_FORWARDED_BYTES = 8 * 1024
"""Bytes of one such header; as gunicorn and Apache allow for one header line."""

# One pair of RFC 7239 section 4, or none, and what ends it. One way to match: linear.
_PAIR = re.compile(
    rf"[ \t]*(?:(?P<name>{TOKEN})="
    rf'(?:(?P<token>{TOKEN})|"(?P<quoted>(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*)")[ \t]*)?'
    r"(?P<end>[;,]|\Z)"
)
_ESCAPED = re.compile(r"\\(.)")
# RFC 7239 section 6; an IPv6 address stands in brackets there, bare in X-Forwarded-For.
_PORT = r"(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?"
_NODE = re.compile(
    r"(?:(?P<ipv4>[0-9.]+)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|"
    rf"(?P<identifier>unknown|_[A-Za-z0-9._-]+)){_PORT}",
    re.IGNORECASE,
)
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.:]*")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+;=:@-]+)*/?")
_ON = {"on": "https", "off": "http"}


class BadForwarded(ValueError):
    """A header of a proxy is malformed, or contradicts another. The message is for the log."""


class Node(NamedTuple):
    """One end of a hop: its address, or the name that a proxy gave to what it would not tell.

    Both are empty for a peer without an address: the other end of a unix socket.
    """

    ip: IPv4Address | IPv6Address | None
    identifier: str = ""


class Hop(NamedTuple):
    """What one proxy said, as text: from whom it had the request, for which host, and how."""

    client: str | None = None
    host: str | None = None
    scheme: str | None = None


def split_list(header: str) -> list[str]:
    """Return the elements of an X-Forwarded-* list, the nearest proxy's last; empty ones go.

    BadForwarded for more than MAX_FORWARDED_BYTES.
    """
    _check_length(header)
    return [element for part in header.split(",") if (element := part.strip(" \t"))]


def parse_forwarded(header: str) -> list[Hop]:
    """Return the hops of a Forwarded header (RFC 7239 section 4), the nearest proxy's last.

    BadForwarded for what is not of that grammar, a parameter that is there twice, and more than
    MAX_FORWARDED_BYTES. Parameters other than `for`, `host` and `proto` are passed over.
    """
    _check_length(header)
    hops: list[Hop] = []
    pairs: dict[str, str] = {}
    position, end = 0, ","
    while end:
        match = _PAIR.match(header, position)
        if match is None:
            raise BadForwarded(f"The Forwarded header is malformed at character {position}.")
        if match["name"]:
            name, quoted = match["name"].lower(), match["quoted"]
            if name in pairs:
                raise BadForwarded(f"The Forwarded header has {name!r} twice for one hop.")
            pairs[name] = match["token"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        position, end = match.end(), match["end"]
        if end != ";" and pairs:
            hops.append(Hop(pairs.get("for"), pairs.get("host"), pairs.get("proto")))
            pairs = {}
    return hops


def parse_node(text: str) -> Node:
    """Return the node that `text` names: '192.0.2.1:80', '[2001:db8::1]:80', '2001:db8::1',
    'unknown', '_hidden'.

    BadForwarded for anything else. An IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2)
    is that IPv4 address.
    """
    match = _NODE.fullmatch(text)
    try:
        if match is None:
            if _BARE_IPV6.fullmatch(text):
                return Node(_plain(IPv6Address(text)))
        elif match["ipv4"]:
            return Node(IPv4Address(match["ipv4"]))
        elif match["ipv6"]:
            return Node(_plain(IPv6Address(match["ipv6"])))
        else:
            return Node(None, match["identifier"])
    except AddressValueError:
        pass
    raise BadForwarded(f"{shorten(text)!a} is no address of a client.")


def choose(values: Sequence[str], proxies: int, name: str) -> str | None:
    """Return what the outermost of `proxies` trusted ones said, None if none said anything.

    Each may have added one value to the list `name`. BadForwarded for more different values
    than that: one of them is a client's.
    """
    if len(values) > proxies and len(set(values)) > 1:
        raise BadForwarded(
            f"{name} is {shorten(', '.join(values))!a}: more than the {proxies} trusted ones "
            "on the way can have said. Have the outermost proxy set that header, not add to it."
        )
    return values[0] if values else None


def read_scheme(text: str, name: str) -> str:
    """Return 'http' or 'https', which header `name` says, or 'on' and 'off' for it.

    A header about SSL may name the certificate, as Azure's X-ARR-SSL. BadForwarded for another
    scheme.
    """
    scheme = _ON.get(text.lower(), text.lower())
    if scheme in ("http", "https"):
        return scheme
    if "ssl" in name.lower():
        return "https"
    raise BadForwarded(f"{name} is {shorten(text)!a}; a scheme here is 'http' or 'https'.")


def read_prefix(text: str, name: str) -> str:
    """Return the path that a proxy cut off, without the last '/'. BadForwarded for no path."""
    if not _PREFIX.fullmatch(text) or {".", ".."} & set(text.split("/")):
        raise BadForwarded(
            f"{name} is {shorten(text)!a}; a prefix here is a path such as '/shop'."
        )
    return text.rstrip("/")


def read_port(text: str, name: str) -> str:
    """Return `text`, if it is a port. BadForwarded if not."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise BadForwarded(f"{name} is {shorten(text)!a}; a port is a number up to 65535.")
    return text


def _plain(address: IPv6Address) -> IPv4Address | IPv6Address:
    return address.ipv4_mapped or address


def _check_length(header: str) -> None:
    if len(header) > MAX_FORWARDED_BYTES:
        raise BadForwarded(
            f"A header of a proxy has {len(header)} bytes; the limit is {MAX_FORWARDED_BYTES}."
        )
