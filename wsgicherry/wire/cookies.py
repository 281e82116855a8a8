"""The Cookie header: tolerant, and linear in its length."""

from __future__ import annotations

import re

MAX_COOKIE_BYTES = 16 * 1024  # about twice what gunicorn and Apache take in one line

# What http.cookies allows in a name: an RFC 9110 token, and ':'.
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.)")

# http.cookies raises when one of these is used as a cookie's name.
_RESERVED = frozenset(
    {
        "comment",
        "domain",
        "expires",
        "httponly",
        "max-age",
        "partitioned",
        "path",
        "samesite",
        "secure",
        "version",
    }
)


class CookieTooLarge(ValueError):
    """The Cookie header is longer than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The Cookie header is longer than {limit} bytes.")
        self.limit = limit


def parse_cookies(header: str, limit: int = MAX_COOKIE_BYTES) -> list[tuple[str, str]]:
    """Return the (name, value) pairs of a Cookie header, each name once.

    A pair that is broken (no '=', a name http.cookies refuses or reserves, `$Version` and
    its like, a control character in its value, quoted or not) is dropped and its
    neighbours are kept: one bad cookie of a neighbour host must not lock a client out
    (CherryPy issue 1979). Of several of one name the last wins, as in SimpleCookie.
    Raises CookieTooLarge when `header` is longer than `limit`.
    """
    if len(header) > limit:
        raise CookieTooLarge(limit)
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        name, value = name.strip(" \t"), value.strip(" \t")
        # A leading '$' marks an attribute in RFC 2965; SimpleCookie makes no cookie of it.
        if not equals or name.startswith("$") or not valid_cookie_name(name):
            continue
        if value.startswith('"'):
            value = _unquote(value)
        if not _CONTROL.search(value):
            found[name] = value
    return list(found.items())


def valid_cookie_name(name: str) -> bool:
    """Tell whether http.cookies takes `name` as the name of a cookie."""
    return bool(_NAME.fullmatch(name)) and name.lower() not in _RESERVED


def _unquote(value: str) -> str:
    r"""Return the inside of a quoted value with its \ooo and \x escapes undone.

    One pass of a regular expression: http.cookies before Python 3.11.10 took 1.3 s for
    40 kB of `\"` (CVE-2024-7592). A value without its closing quote stays as it is.
    """
    if len(value) < 2 or not value.endswith('"'):
        return value
    return _ESCAPE.sub(_unescape, value[1:-1])


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped, 8)) if len(escaped) == 3 else escaped
