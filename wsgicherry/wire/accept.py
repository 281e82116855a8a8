"""What a client accepts: ranges and qualities, and the choice among offers.

Cheap because the few headers browsers send are remembered, bounded because a long header
counts as absent and is never remembered (Django CVE-2023-23969).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from .headers import MalformedHeader, parse_header, parse_quality, split_elements

__all__ = ["IDENTITY", "MalformedHeader", "choose_coding", "choose_media", "parse_accept"]

MAX_ACCEPT_BYTES = 4 * 1024  # SECURITY goal 8; the longest of a browser is under 300
MAX_CACHED_BYTES = 512  # so that a full cache cannot hold more than a few megabytes
MAX_CACHED_HEADERS = 128

IDENTITY = "identity"
"""The name of a body as it is (RFC 9110 section 12.5.3)."""

_ALIASES = {"x-gzip": "gzip"}  # RFC 9110 section 8.4.1.3


class _Range(NamedTuple):
    """One element of an Accept* header, in lower case."""

    media: str
    params: frozenset[tuple[str, str]]
    quality: float
    text: str


def parse_accept(
    header: str | None, max_bytes: int = MAX_ACCEPT_BYTES
) -> tuple[tuple[str, float], ...]:
    """Return the (value, quality) pairs of an Accept* header, the most wanted first.

    In order of quality, then of how much a value pins down ('text/html;level=1' before
    'text/html' before 'text/*' before '*/*'), then of appearance. Values are in lower case,
    with their parameters but for q. Raises MalformedHeader for a quality that is no number.
    A header longer than `max_bytes` counts as absent.
    """
    return tuple([(range_.text, range_.quality) for range_ in _ranges_of(header, max_bytes)])


def choose_media(
    header: str | None, offers: Sequence[str], max_bytes: int = MAX_ACCEPT_BYTES
) -> str | None:
    """Return the offer that the client likes best, or None if it accepts none of them.

    The most specific range that fits an offer decides its quality (RFC 9110 section
    12.5.1). Of equal qualities the one asked for more closely wins, then the one the client
    names first. Without a header, the first offer. Raises MalformedHeader as parse_accept.
    """
    ranges = _ranges_of(header, max_bytes)
    if not ranges:
        return offers[0] if offers else None
    best, best_wish = None, (0.0, 0, 0)
    for offer in offers:
        fit, index = _best_range(ranges, offer)
        wish = (ranges[index].quality, fit, -index) if fit else best_wish
        if wish[0] > 0 and wish > best_wish:
            best, best_wish = offer, wish
    return best


def choose_coding(
    header: str | None,
    codings: tuple[str, ...],
    max_bytes: int = MAX_ACCEPT_BYTES,
    *,
    is_plain_first: bool = False,
) -> str | None:
    """Return the first of `codings` that an Accept-Encoding header takes, IDENTITY where the
    plain body is to be sent, None for a client that takes neither.

    The plain body is sent to a client that names it and likes it better than all of `codings`
    (with `is_plain_first`: as well as), and to one whose header is absent, malformed or longer
    than `max_bytes`.
    """
    if not header or len(header) > max_bytes:
        return IDENTITY
    if len(header) > MAX_CACHED_BYTES:
        return _choose_coding(header, codings, is_plain_first)
    return _cached_choose_coding(header, codings, is_plain_first)


def _choose_coding(header: str, codings: tuple[str, ...], is_plain_first: bool) -> str | None:
    try:
        accepted = _parse(header)
    except MalformedHeader:
        return IDENTITY
    qualities: dict[str, float] = {}
    for range_ in accepted:  # the most wanted first
        qualities.setdefault(_ALIASES.get(range_.text, range_.text), range_.quality)
    others = qualities.get("*", 0)
    best = max([qualities.get(coding, others) for coding in codings], default=0)
    if best == 0:
        return None if qualities.get(IDENTITY, qualities.get("*")) == 0 else IDENTITY
    plain = qualities.get(IDENTITY, 0)
    if plain > best or (is_plain_first and plain == best):
        return IDENTITY
    return next(coding for coding in codings if qualities.get(coding, others) > 0)


# PERF: clients send few different ones: 0.1 us, not 5.
_cached_choose_coding = lru_cache(maxsize=MAX_CACHED_HEADERS)(_choose_coding)


def _ranges_of(header: str | None, max_bytes: int) -> tuple[_Range, ...]:
    """Return the ranges of `header` in order of preference; () when it counts as absent."""
    if not header or len(header) > max_bytes:
        return ()
    if len(header) > MAX_CACHED_BYTES:
        return _parse(header)
    return _cached_parse(header)


def _parse(header: str) -> tuple[_Range, ...]:
    ranges = [_range(element) for element in split_elements(header)]
    ranges.sort(key=_wish, reverse=True)
    return tuple(ranges)


_cached_parse = lru_cache(maxsize=MAX_CACHED_HEADERS)(_parse)


def _range(element: str) -> _Range:
    """Return the range that one element of an Accept* header names."""
    media, params = parse_header(element.lower())
    q = parse_quality(params.pop("q", "1"), element.strip())
    text = media + "".join([f";{key}={value}" for key, value in params.items()])
    return _Range(media, frozenset(params.items()), q, text)


def _wish(range_: _Range) -> tuple[float, int]:
    if range_.media in ("*", "*/*"):
        return range_.quality, 0
    if range_.media.endswith("/*"):
        return range_.quality, 1
    return range_.quality, 2 + len(range_.params)


def _best_range(ranges: tuple[_Range, ...], offer: str) -> tuple[int, int]:
    """Return how closely the most specific range fits `offer` (0: none does), and its index."""
    media, params = parse_header(offer.lower())
    offered = frozenset(params.items())
    best_fit, best_index = 0, 0
    for index, range_ in enumerate(ranges):
        fit = _fit(range_, media, offered)
        if fit > best_fit:
            best_fit, best_index = fit, index
    return best_fit, best_index


def _fit(range_: _Range, media: str, params: frozenset[tuple[str, str]]) -> int:
    """Return how closely a range names an offer: 0 is not at all."""
    if range_.media == media:
        # A range with parameters that the offer lacks still names its type: CherryPy
        # looks at no parameters. It yields to one without (RFC 9110 section 12.5.1).
        return 4 + len(range_.params) if range_.params <= params else 3
    if range_.media.endswith("/*") and media.startswith(range_.media[:-1]):
        return 2
    return 1 if range_.media in ("*", "*/*") else 0
