"""The hash functions of Digest authentication, by the names they have there."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

SESSION = "-sess"


class Algorithm(NamedTuple):
    """One row of the table: its name in hashlib, and how many hexadecimal digits it gives."""

    hash_name: str
    digits: int


# Source: RFC 7616 section 6.1. Each has a variant '-sess'.
ALGORITHMS = {
    "SHA-512-256": Algorithm("sha512_256", 64),
    "SHA-256": Algorithm("sha256", 64),
    "MD5": Algorithm("md5", 32),
}
NAMES = tuple(name + end for name in ALGORITHMS for end in ("", SESSION))
_SPELLINGS = {name.lower(): name for name in NAMES}

# Browsers and curl of the last years know the first, and anything else the second.
DEFAULT_ALGORITHMS = ("SHA-256", "MD5")


def spell(name: str) -> str | None:
    """Return an algorithm's name as RFC 7616 writes it, None for one that is not there."""
    return _SPELLINGS.get(name.lower())


def base_of(name: str) -> str:
    """Return the algorithm without its '-sess'."""
    return name.removesuffix(SESSION)


def is_available(name: str) -> bool:
    """Tell whether this Python can compute it: with OpenSSL in FIPS mode there is no MD5."""
    try:
        hashlib.new(ALGORITHMS[base_of(name)].hash_name)
    except ValueError:
        return False
    return True


def hex_digest(name: str, data: str | bytes) -> str:
    """Return the digest of `data` (text as UTF-8) by the algorithm `name`, '-sess' or not."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return hashlib.new(ALGORITHMS[base_of(name)].hash_name, raw).hexdigest()
