"""What may be stored, for how long, and what of it a client takes: RFC 9111, no request."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import inf
from typing import NamedTuple

from ...wire.cachecontrol import Directives, parse_directives, parse_seconds
from ...wire.conditions import parse_date
from ...wire.headers import MalformedHeader, split_elements

STATUSES = (200, 203, 204, 300, 301, 308)
"""What is stored unless `tools.caching.statuses` says otherwise (SECURITY goal 35)."""

NEVER_STORED = frozenset({206, 304, 401, 407, 412, 416})
"""They answer one client's range, credentials or condition, not the URL."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""All others may have changed something (RFC 9110 section 9.2.1, RFC 9111 section 4.4)."""

MAX_VARY_NAMES = 32
"""A response that depends on more headers is not stored."""

NO_STALE = ("must-revalidate", "proxy-revalidate", "s-maxage")
"""Each forbids a shared cache to answer with what is stale (RFC 9111 section 4.2.4)."""

YOUNGEST = -60.0
"""Seconds that another machine's clock may be ahead. A response that is younger was made before
the clock was set back: nobody knows how old it is.
"""

Headers = Iterable[tuple[str, str]]


class Lifetime(NamedTuple):
    """For how many seconds a response may be used: as fresh, while another is being made, and
    in place of an error.
    """

    fresh: float
    while_revalidate: float = 0
    if_error: float = 0
    may_be_stale: bool = True
    """Whether a client may have it stale that asks for that (max-stale)."""

    @property
    def kept(self) -> float:
        """For how long there is a use for it."""
        return self.fresh + max(self.while_revalidate, self.if_error)


class Wishes(NamedTuple):
    """What a request says of caches."""

    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    max_age: float = inf
    min_fresh: float = 0
    max_stale: float = -1


PLAIN = Wishes()
"""What a request wishes that says nothing."""


# -- storing ---------------------------------------------------------------------------


def collect(headers: Headers, name: str) -> str:
    """Return the values of the header `name` (in Title-Case) as one list."""
    return ", ".join(value for key, value in headers if key == name)


def find_obstacle(status: int, headers: Headers, statuses: Collection[int] = STATUSES) -> str:
    """Return why a response may not be stored, in one word; '' if it may.

    `headers` are names in Title-Case and their values. Source: RFC 9111 section 3; a response
    that must be validated before each use is not stored at all, as only the handler could.
    """
    names = dict(headers)
    if status not in statuses or status in NEVER_STORED:
        return "status"
    if "Set-Cookie" in names:
        return "cookie"
    directives = parse_directives(collect(headers, "Cache-Control"))
    for directive in ("no-store", "private", "no-cache"):
        if directive in directives:
            return directive
    if not directives and "no-cache" in names.get("Pragma", "").lower():
        return "pragma"
    varied = find_vary(headers)
    if "*" in varied or len(varied) > MAX_VARY_NAMES:
        return "vary"
    return ""


def find_vary(headers: Headers) -> tuple[str, ...]:
    """Return the names of the request headers that a response depends on, sorted, each once."""
    listed = collect(headers, "Vary")
    return tuple(sorted({name.strip().lower() for name in split_elements(listed)}))


def find_lifetime(
    headers: Headers,
    now: float,
    delay: float,
    while_revalidate: float = 0,
    if_error: float = 0,
) -> Lifetime:
    """Return how long a response made at `now` may be used.

    s-maxage goes before max-age, that before Expires, and that before `delay`. A number or a
    date that is none makes it stale at once. Source: RFC 9111 section 4.2.1, RFC 5861.
    """
    directives = parse_directives(collect(headers, "Cache-Control"))
    fresh = _find_fresh(directives, dict(headers), now, delay)
    if any(name in directives for name in NO_STALE):
        return Lifetime(fresh, may_be_stale=False)
    return Lifetime(
        fresh,
        _seconds_or(directives, "stale-while-revalidate", while_revalidate),
        _seconds_or(directives, "stale-if-error", if_error),
    )


def _find_fresh(
    directives: Directives, names: dict[str, str], now: float, delay: float
) -> float:
    for directive in ("s-maxage", "max-age"):
        if directive in directives:
            return parse_seconds(directives[directive]) or 0
    if "Expires" in names:
        made = parse_date(names.get("Date"))
        expires = parse_date(names["Expires"])
        return 0 if expires is None else max(0, expires - (now if made is None else made))
    return delay


def _seconds_or(directives: Directives, name: str, default: float) -> float:
    if name not in directives:
        return default
    return parse_seconds(directives[name]) or 0


def initial_age(headers: Headers) -> float:
    """Return the age that a response has when it comes from its handler: what its Age says."""
    return parse_seconds(dict(headers).get("Age")) or 0


# -- using -----------------------------------------------------------------------------


def read_wishes(cache_control: str | None, pragma: str | None) -> Wishes:
    """Return what a request asks of caches. Raises MalformedHeader for a number that is none.

    Pragma counts where there is no Cache-Control (RFC 9111 section 5.4).
    """
    if cache_control is None:
        return Wishes(no_cache="no-cache" in (pragma or "").lower())
    directives = parse_directives(cache_control)
    max_stale = -1.0
    if "max-stale" in directives:
        unlimited = directives["max-stale"] is None
        max_stale = inf if unlimited else _number(directives, "max-stale", -1)
    return Wishes(
        no_cache="no-cache" in directives,
        no_store="no-store" in directives,
        only_if_cached="only-if-cached" in directives,
        max_age=_number(directives, "max-age", inf),
        min_fresh=_number(directives, "min-fresh", 0),
        max_stale=max_stale,
    )


def _number(directives: Directives, name: str, default: float) -> float:
    if name not in directives:
        return default
    seconds = parse_seconds(directives[name])
    if seconds is None:
        raise MalformedHeader(f"{name}={directives[name]}")
    return seconds


def is_acceptable(lifetime: Lifetime, age: float, wishes: Wishes) -> bool:
    """Tell whether a client takes a stored response of that age as it is."""
    if age <= YOUNGEST or wishes.no_cache or int(age) > wishes.max_age:
        return False
    left = lifetime.fresh - age
    if left > 0:
        return left >= wishes.min_fresh
    return lifetime.may_be_stale and -left <= wishes.max_stale


def is_acceptable_meanwhile(lifetime: Lifetime, age: float, wishes: Wishes) -> bool:
    """Tell whether a client takes it while another request makes a new one (RFC 5861 section
    3).
    """
    if age <= YOUNGEST or wishes.no_cache or wishes.min_fresh or int(age) > wishes.max_age:
        return False
    return age - lifetime.fresh <= lifetime.while_revalidate


def is_better_than_error(lifetime: Lifetime, age: float) -> bool:
    """Tell whether it may stand in for a 5xx (RFC 5861 section 4)."""
    return age - lifetime.fresh <= lifetime.if_error
