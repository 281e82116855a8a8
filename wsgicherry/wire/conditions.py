"""Conditional requests: whether a client's copy is current (RFC 9110 section 13).

Of the headers that say so, what follows no grammar counts as a tag that matches nothing, or as
a date that was not sent.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

# RFC 9110 section 8.8.3: a comma may stand within a tag.
_TAG = re.compile(r'(?:W/)?"[!#-~\x80-\xff]*"')
_LISTED = re.compile(rf"(?:^|,)[ \t]*({_TAG.pattern})[ \t]*(?=,|\Z)")
_NOT_IN_TAGS = re.compile(r"[^!#-~]")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

# RFC 9110 section 5.6.7: the form in use, RFC 850's, and that of C's asctime().
_DATES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_DAY}, (?P<day>\d\d) {_MONTH} (?P<year>\d\d\d\d) {_TIME} GMT",
        rf"{_LONG_DAY}, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"{_DAY} {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d\d\d\d)",
    )
)
_MAX_DATE_CHARACTERS = 40  # the longest has 33

READING = ("GET", "HEAD")

# They select no representation that could match (RFC 9110 section 13.2.1).
_UNCONDITIONAL = ("CONNECT", "OPTIONS", "TRACE")


class Conditions(NamedTuple):
    """The texts of a request's four headers; None for one that was not sent."""

    if_match: str | None = None
    if_unmodified_since: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Conditions:
        """Return those of a WSGI environ."""
        get = environ.get
        return cls(
            get("HTTP_IF_MATCH"),
            get("HTTP_IF_UNMODIFIED_SINCE"),
            get("HTTP_IF_NONE_MATCH"),
            get("HTTP_IF_MODIFIED_SINCE"),
        )


NO_CONDITIONS = Conditions()


def find_outcome(
    method: str, conditions: Conditions, etag: str | None, modified: float | None
) -> int | None:
    """Return 304 or 412 if that is the answer, None if `method` is to be carried out.

    `etag` is the tag of what would be sent, with its quotes ('"a"', 'W/"a"'); `modified` when
    it was last changed, in seconds of the epoch. Either may be None, if it is not known.
    Source: the order of RFC 9110 section 13.2.2.
    """
    if conditions == NO_CONDITIONS or method in _UNCONDITIONAL:
        return None
    second = None if modified is None else int(modified)
    if conditions.if_match is not None:
        if not is_match(conditions.if_match, etag, is_strong=True):
            return 412
    elif second is not None:
        latest = parse_date(conditions.if_unmodified_since)
        if latest is not None and second > latest:
            return 412
    if conditions.if_none_match is not None:
        if is_match(conditions.if_none_match, etag, is_strong=False):
            return 304 if method in READING else 412
    elif second is not None and method in READING:
        known = parse_date(conditions.if_modified_since)
        if known is not None and second <= known:
            return 304
    return None


def is_match(header: str, etag: str | None, *, is_strong: bool) -> bool:
    """Tell whether a list of tags has `etag`; '*' has any, and that of a page without one.

    In a strong comparison weak tags match nothing (RFC 9110 section 8.8.3.2).
    """
    if header.strip(" \t") == "*":
        return True
    if etag is None:
        return False
    if is_strong:
        return etag[:2] != "W/" and etag in parse_etags(header)
    wanted = etag.removeprefix("W/")
    return any(tag.removeprefix("W/") == wanted for tag in parse_etags(header))


def parse_etags(header: str) -> Iterator[str]:
    """Yield the tags of a list, each as it was sent: '"a"' or 'W/"a"'."""
    return (match[1] for match in _LISTED.finditer(header))


def quote_etag(text: str) -> str:
    """Return what a program calls its tag as one: '"a"' for 'a', a tag as it is.

    What may not stand in a tag is percent-encoded.
    """
    if _TAG.fullmatch(text):
        return text
    bare = text.strip().removeprefix('"').removesuffix('"')
    return f'"{_NOT_IN_TAGS.sub(_escape, bare)}"'


def _escape(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="surrogatepass")


def weaken(etag: str) -> str:
    """Return `etag` as a weak one: of what means the same, but is not the same bytes."""
    return etag if etag[:2] == "W/" else f"W/{etag}"


def is_range_current(if_range: str | None, etag: str | None, modified: float | None) -> bool:
    """Tell whether a Range may be heeded: there is no If-Range, or it names what we have.

    Tags are compared strongly, a date must be the very one (RFC 9110 section 13.1.5).
    """
    if if_range is None:
        return True
    validator = if_range.strip(" \t")
    if _TAG.fullmatch(validator):
        return validator == etag and etag[:2] != "W/"
    date = parse_date(validator)
    return date is not None and modified is not None and date == int(modified)


def parse_date(text: str | None) -> int | None:
    """Return an HTTP date, in any of its three forms, in seconds of the epoch; None for no
    text, or another one (RFC 9110 section 5.6.7).
    """
    if text is None or len(text) > _MAX_DATE_CHARACTERS:
        return None
    return _parse_date(text)


@lru_cache(maxsize=512)
def _parse_date(text: str) -> int | None:
    for form in _DATES:
        match = form.fullmatch(text.strip(" \t"))
        if match is not None:
            return _seconds(match)
    return None


def _seconds(match: re.Match[str]) -> int | None:
    """Return the time of a date of one of the forms; None if no calendar has it."""
    names = ("year", "day", "hour", "minute", "second")
    year, day, hour, minute, second = (int(match[name]) for name in names)
    if len(match["year"]) == 2:
        year = _full_year(year)
    leap = second == 60  # RFC 9110 allows the second that is put in now and then
    try:
        month = _MONTHS.index(match["month"]) + 1
        date = datetime(year, month, day, hour, minute, second - leap, tzinfo=timezone.utc)
    except ValueError:
        return None
    return timegm(date.timetuple()) + leap


def _full_year(year: int) -> int:
    """Return the year that two digits mean: none that is more than 50 years ahead."""
    this_year = datetime.now(timezone.utc).year
    full = this_year - this_year % 100 + year
    return full - 100 if full > this_year + 50 else full
