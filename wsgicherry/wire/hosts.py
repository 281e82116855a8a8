"""Hosts as text: what a Host header may be, and whether it is one of a site's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

MAX_HOST_CHARS = 255 + 6  # a DNS name (RFC 1035 section 2.3.4), a colon and a port

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
"""What an address may leave out, by its scheme (RFC 9110 section 4.2)."""

_HOST = re.compile(
    r"(?:(?P<name>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])"
    r"(?::(?P<port>[0-9]{0,5}))?"
)


def is_valid_host(host: str) -> bool:
    """Tell whether `host` can be a Host header's value (RFC 9112 section 3.2).

    A name, an IPv4 address or an [IPv6] address, and perhaps a port. Narrower than
    RFC 3986, which would allow quotes and brackets that no DNS name has.
    """
    if len(host) > MAX_HOST_CHARS or not (match := _HOST.fullmatch(host)):
        return False
    if match["port"] and int(match["port"]) > 65535:
        return False
    if match["ipv6"] is None:
        return True
    try:
        IPv6Address(match["ipv6"])
    except AddressValueError:
        return False
    return True


def split_port(host: str) -> tuple[str, str]:
    """Return name and port of a valid host, as '[::1]' and '80'; '' for no port."""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and "]" not in port else (host, "")


def list_patterns(allowed: str | Iterable[str]) -> tuple[str, ...]:
    """Return the patterns of `allowed`: one text is one pattern."""
    return (allowed,) if isinstance(allowed, str) else tuple(allowed)


def is_allowed_host(host: str | None, patterns: Iterable[str]) -> bool:
    """Tell whether `host` is one that `patterns` allow, in Django's syntax.

    'a.example' is that name with any port, '.a.example' that and all names below, '[::1]' an
    address, '*' any host. A pattern with a port ('a.example:8443') wants that port. Case and
    the dot at a name's end do not count. No host (None) is allowed by none but '*'.
    """
    name, port = split_port((host or "").lower())
    name = name.rstrip(".")
    return any(_fits(name, port, pattern.lower()) for pattern in patterns)


def _fits(name: str, port: str, pattern: str) -> bool:
    wanted, wanted_port = split_port(pattern)
    if wanted_port not in ("", port):
        return False
    is_below = wanted.startswith(".") and (name == wanted[1:] or name.endswith(wanted))
    return wanted in ("*", name) or is_below


def find_pattern_fault(allowed: str | Iterable[str]) -> str | None:
    """Return what is wrong with the first pattern that no host could fit, None if all can."""
    for pattern in list_patterns(allowed):
        if pattern != "*" and not is_valid_host(str(pattern).removeprefix(".")):
            return (
                f"holds {pattern!r}, which no host can be; write names such as 'a.example', "
                "'.a.example' (and all below), '[::1]', or '*'"
            )
    return None
