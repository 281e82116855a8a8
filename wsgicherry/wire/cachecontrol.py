"""The Cache-Control header: what client and server allow caches (RFC 9111 section 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

from .headers import split_elements

MAX_SECONDS = 2**31
"""A larger number means this one (RFC 9111 section 1.2.2)."""

Directives = Mapping[str, str | None]


def parse_directives(header: str) -> dict[str, str | None]:
    """Return {name: argument} of a Cache-Control header, names in lower case, None for a
    directive without an argument.

    Quotes are removed (RFC 9111 section 5.2: both forms mean the same). Of several of one name
    the first counts, as section 4.2.1 allows.
    """
    found: dict[str, str | None] = {}
    for element in split_elements(header):
        name, equals, argument = element.partition("=")
        value = argument.strip() if equals else None
        if value is not None and len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        found.setdefault(name.strip().lower(), value)
    return found


def parse_seconds(text: str | None) -> int | None:
    """Return a directive's argument in seconds, MAX_SECONDS at most; None for no number."""
    if not text or not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    # Python takes quadratic time for the number of a long text.
    return min(int(digits or "0"), MAX_SECONDS) if len(digits) <= 10 else MAX_SECONDS
