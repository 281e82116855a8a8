"""Response headers on their way out: the one place where they become what may be sent."""

from __future__ import annotations

from functools import lru_cache
from http.cookies import SimpleCookie
from typing import Any

from ..wire.headers import SINGLE_VALUE, wire_header
from ..wire.urls import is_script, quote_location

Pairs = tuple[tuple[str, str], ...]
"""Headers that nobody changes."""

MAX_CACHED_HEADER_CHARS = 128
"""A longer header was made for one request; it is not kept."""

PLAIN_HTML = ("Content-Type", "text/html")
HTML_UTF8 = ("Content-Type", "text/html;charset=utf-8")
JSON = ("Content-Type", "application/json")

EVENT_STREAM = "text/event-stream"
"""Always UTF-8, whatever anybody accepts (WHATWG HTML section 9.2.5); never held back."""

# Header lists of constants, as the identities of their pairs: `add_settled` puts them here for
# good.
SETTLED: set[tuple[int, ...]] = set()


def add_settled(*pairs: tuple[str, str]) -> Pairs:
    """Return `pairs`, which a module holds for ever, known from now on as fit to be sent."""
    SETTLED.add(tuple(map(id, pairs)))
    return pairs


def add_settled_page(*pairs: tuple[str, str]) -> None:
    """Do so with `pairs` after the Content-Type of a usual page."""
    add_settled(HTML_UTF8, *pairs)
    add_settled(JSON, *pairs)


add_settled_page()


# There is no body that these could describe; `wsgiref.validate` refuses the type (on a 204 and
# a 304 only).
NOT_WITHOUT_BODY = ("Content-Type", "Content-Length")

# Of what a 200 would say, a 304 has what a cache needs to go on with its copy, and no more of
# what describes the body (RFC 9110 section 15.4.5). Without Allow: CherryPy's rule.
NOT_ON_304 = (
    "Allow",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Md5",
    "Content-Range",
    "Content-Type",
)

# What finalize drops for a status; `keep_on_304` has done so for a 304 that was raised.
NOT_ON_STATUS = {"204": NOT_WITHOUT_BODY, "304": NOT_ON_304}


def keep_on_304(headerlist: list[tuple[Any, Any]]) -> list[tuple[str, Any]]:
    """Return the headers of a page that a 304 has in its place.

    Its date only if there is no tag, which is the better one to go by (RFC 9110 section
    15.4.5).
    """
    titled = [(str(name).title(), value) for name, value in headerlist]
    has_tag = any(name == "Etag" for name, _ in titled)
    return [
        pair
        for pair in titled
        if pair[0] not in NOT_ON_304 and not (has_tag and pair[0] == "Last-Modified")
    ]


def settle_headers(
    headerlist: list[tuple[Any, Any]],
) -> tuple[list[tuple[str, str]], str | None]:
    """Return the headers as they may be sent, names in Title-Case, and the Content-Length among
    them.

    ValueError for a name that is none.
    """
    pairs = []
    for name, value in headerlist:
        # PERF: a site sends the same few headers again and again: 0.1 us, not 1.
        if type(value) is str and len(value) < MAX_CACHED_HEADER_CHARS:
            pair = _cached_header(name, value)
        else:
            pair = settle_header(name, value)
        if pair is not None:
            pairs.append(pair)
    named = dict(pairs)
    if len(named) < len(pairs):
        pairs = keep_last_single(pairs)
    if "Location" in named:
        pairs = [(n, keep_on_host(v) if n == "Location" else v) for n, v in pairs]
    return pairs, named.get("Content-Length")


def settle_header(name: Any, value: Any) -> tuple[str, str] | None:
    """Return one header as it may be sent; None for a hop-by-hop one, and for a Content-Length
    of None.
    """
    title = name.title() if isinstance(name, str) else name
    if value is None and title == "Content-Length":
        return None
    if title == "Location" and isinstance(value, str) and not value.isascii():
        # As an RFC 2047 word or in ISO-8859-1 no browser would find it (RFC 3986 section 2.5).
        value = quote_location(value)
    return wire_header(title, value)


_cached_header = lru_cache(maxsize=1024)(settle_header)


def keep_last_single(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drop all but the last of each header that may stand only once (RFC 9110 section 5.3)."""
    last = {name: position for position, (name, _) in enumerate(pairs)}
    return [
        pair
        for position, pair in enumerate(pairs)
        if pair[0].lower() not in SINGLE_VALUE or last[pair[0]] == position
    ]


def keep_on_host(location: str) -> str:
    """Return a Location that a browser cannot take for another host or for a script: '//x' and
    its like become '/x', and 'javascript:x' becomes './javascript:x'.

    Browsers read a backslash as a slash and skip white space (WebOb CVE-2024-42353 and after).
    """
    clean = "".join(location.split())
    if clean[:1] in SLASHES and clean[1:2] in SLASHES and clean[1:]:
        return "/" + clean.lstrip("/\\")
    return "./" + location if is_script(clean) else location


SLASHES = ("/", "\\")


def cookie_headers(cookie: SimpleCookie) -> list[tuple[str, str]]:
    """Return a Set-Cookie header for each cookie."""
    lines = [morsel.OutputString() for morsel in cookie.values()]
    pairs = [wire_header("Set-Cookie", line) for line in lines]
    return [pair for pair in pairs if pair is not None]
