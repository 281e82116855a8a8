"""The Range header: which bytes of a representation a client asks for."""

from __future__ import annotations

import re
from operator import itemgetter

MAX_RANGES = 16  # SECURITY goal 8; what players and download managers send is one or two

# RFC 9110 section 14.1.1: no white space within, ASCII digits only.
_SPEC = re.compile(r"([0-9]*)-([0-9]*)")
_MAX_DIGITS = 18  # a longer position is beyond any file; int() would take quadratic time


def get_ranges(
    header: str | None, length: int | None, limit: int = MAX_RANGES
) -> list[tuple[int, int]] | None:
    """Return the (start, stop) slices of a representation of `length` bytes that a client
    wants.

    None: send all of it. There is no header, it is not in bytes, does not follow its
    grammar, or `length` is not known. []: no byte of it was asked for, which is a 416. Slices
    that overlap or touch are made one (RFC 9110 section 15.3.7.2), no slice goes past the
    end, and each stands where its first part stood in the header. With more than `limit`
    slices left the header is ignored, as section 14.2 allows and Apache does.
    """
    if not header or length is None:
        return None
    unit, _, specs = header.partition("=")
    if unit.strip(" \t").lower() != "bytes":
        return None
    found: list[tuple[int, int]] = []
    is_valid = False
    for text in specs.split(","):
        spec = text.strip(" \t")
        if not spec:
            continue  # RFC 9110 section 5.6.1: an empty element counts for nothing
        match = _SPEC.fullmatch(spec)
        if match is None or spec == "-" or _ends_before_it_starts(match[1], match[2]):
            return None
        is_valid = True
        start, stop = _slice(match[1], match[2], length)
        if start < stop:
            found.append((start, stop))
    if not is_valid:
        return None
    ranges = _coalesce(found)
    return ranges if len(ranges) <= limit else None


def _ends_before_it_starts(first: str, last: str) -> bool:
    if not (first and last):
        return False
    first, last = first.lstrip("0"), last.lstrip("0")
    return (len(first), first) > (len(last), last)


def _slice(first: str, last: str, length: int) -> tuple[int, int]:
    """Return the slice that 'first-last' means; one without a byte in it asks for none."""
    if not first:
        return max(0, length - _number(last)), length
    return _number(first), min(length, _number(last) + 1) if last else length


def _number(digits: str) -> int:
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS


def _coalesce(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return `ranges` with those that overlap or touch made one, in order of appearance."""
    if len(ranges) < 2:
        return ranges
    merged: list[list[int]] = []  # [start, stop, position in `ranges`]
    for position, (start, stop) in sorted(enumerate(ranges), key=itemgetter(1)):
        if merged and start <= merged[-1][1]:
            last = merged[-1]
            last[1], last[2] = max(last[1], stop), min(last[2], position)
        else:
            merged.append([start, stop, position])
    merged.sort(key=itemgetter(2))
    return [(start, stop) for start, stop, _ in merged]
