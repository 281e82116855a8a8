"""Wait for a page that is being made for somebody else, in this process or another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from .coalescing import Flight
from .entries import Entry
from .keys import Key, pick_values
from .policy import YOUNGEST, Wishes, find_vary, is_acceptable, is_acceptable_meanwhile

POLL_SECONDS = 0.02
"""As often a shared store is asked whether another process has made the page."""


class Result(NamedTuple):
    """A page made for several clients: for all whose request headers `names` have `values`."""

    entry: Entry
    names: tuple[str, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, entry: Entry, environ: Mapping[str, Any]) -> Result:
        """Return `entry` as the result for requests like that of `environ`."""
        names = find_vary(entry.headers)
        return cls(entry, names, pick_values(environ, names))

    def fits(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether it answers the request of `environ`."""
        return pick_values(environ, self.names) == self.values


class Outcome(NamedTuple):
    """What became of a request that found nothing fresh: an answer, or a flight to end, or
    neither: it makes its page for itself.
    """

    key: Key
    answer: Entry | None = None
    is_collapsed: bool = False
    flight: Flight | None = None


class Search(NamedTuple):
    """A request that found nothing fresh at `key`; `stale` is what it did find."""

    cache: Any
    target: Key
    key: Key
    stale: Entry | None
    wishes: Wishes
    environ: Mapping[str, Any]
    now: float

    def explain(self) -> str:
        """Return why that does not do, in a word of RFC 9211."""
        entry = self.stale
        if entry is None:
            return "uri-miss" if self.key == self.target else "vary-miss"
        is_fresh = YOUNGEST < self.now - entry.created < entry.lifetime.fresh
        return "request" if is_fresh else "stale"

    def takes_stale(self) -> bool:
        """Tell whether the client takes what is there while another one makes the page."""
        entry = self.stale
        return entry is not None and is_acceptable_meanwhile(
            entry.lifetime, self.now - entry.created, self.wishes
        )

    def look_again(self) -> Search:
        """Return the same request with what is stored by now."""
        key, entry = self.cache.look_up(self.target, self.environ)
        return self._replace(key=key, stale=entry)

    def is_answered(self) -> bool:
        """Tell whether what was found will do by now."""
        entry = self.stale
        return entry is not None and is_acceptable(
            entry.lifetime, self.now - entry.created, self.wishes
        )


def take_part(search: Search, seconds: float) -> Outcome:
    """Return what becomes of `search`: wait up to `seconds` for a page that is being made."""
    flights = search.cache.flights
    give_up_at = time.monotonic() + seconds
    flight, is_ours = flights.join(search.key)
    while not is_ours:
        if search.takes_stale():
            return Outcome(search.key, search.stale)
        if search.wishes.no_cache:
            return Outcome(search.key)
        if not flight.wait(give_up_at - time.monotonic()):
            return Outcome(search.key, flight=flights.replace(search.key, flight))
        result: Result | None = flight.result
        if result is None:
            return Outcome(search.key)  # it was for its own client alone, or failed
        if result.fits(search.environ):
            return Outcome(search.key, result.entry, is_collapsed=True)
        search = search.look_again()
        if search.is_answered():
            return Outcome(search.key, search.stale)
        flight, is_ours = flights.join(search.key)
    found = None
    if search.cache.is_shared and flight.is_awaited and not search.wishes.no_cache:
        found = wait_for_others(search, flight, give_up_at)
    if found is None:
        # It may have been stored between the look and the flight.
        again = search.look_again()
        found = again.stale if again.is_answered() else None
    if found is None:
        return Outcome(search.key, flight=flight)
    end_flight(search.cache, search.key, flight, Result.of(found, search.environ))
    return Outcome(search.key, found)


def end_flight(
    cache: Any, key: Key, flight: Flight, result: Result | None, is_for_all: bool = True
) -> None:
    """Hand `result` to those who wait, here and in other processes; see `Flights.end`."""
    if flight.is_claimed:
        cache.unclaim(key)
    cache.flights.end(key, flight, result, is_for_all)


def wait_for_others(search: Search, flight: Flight, give_up_at: float) -> Entry | None:
    """Return the page that another process is making; None if this one is to make it: nobody
    else does, or it takes too long.
    """
    while not search.cache.claim(search.key):
        if search.takes_stale():
            return search.stale
        if time.monotonic() > give_up_at:
            return None
        time.sleep(POLL_SECONDS)
        search = search.look_again()
        if search.is_answered():
            return search.stale
    flight.is_claimed = True
    return None
