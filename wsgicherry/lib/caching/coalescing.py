"""One run of a handler for all the clients that ask for the same page at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from time import monotonic
from typing import Any

MAX_PASSES = 1000
"""For so many URLs it is known that nobody need wait; more, and the oldest are forgotten."""

PASS_SECONDS = 10.0
"""As long nobody waits for the page of a URL after it turned out that it may not be stored."""


class Flight:
    """A handler that runs for several clients. `result` is what it made for them, None if that
    is for its own client alone.
    """

    __slots__ = ("_done", "is_awaited", "is_claimed", "is_spoilt", "result")

    def __init__(self) -> None:
        self._done = threading.Event()
        self.result: Any = None
        self.is_awaited = True
        """Whether others may wait for it."""
        self.is_claimed = False
        """Whether other processes have been told."""
        self.is_spoilt = False
        """Whether something was purged meanwhile: the page may show what was before."""

    def wait(self, seconds: float) -> bool:
        """Wait for the end, `seconds` at most; return whether it came."""
        return self._done.wait(seconds)

    def land(self, result: Any) -> None:
        """Let those go on who wait."""
        self.result = None if self.is_spoilt else result
        self._done.set()


class Flights:
    """The handlers that run for a cache, by the key of what they make."""

    def __init__(self) -> None:
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """Forget those of the parent: they will not end here."""
        self._lock = threading.Lock()
        self._flights: dict[Any, Flight] = {}
        # By the hash of the key, which may be as long as a URL that somebody makes up; two keys
        # with the same hash do not wait where they could.
        self._passes: OrderedDict[int, float] = OrderedDict()
        self.purges = 0
        """How often something was purged."""

    def join(self, key: Any) -> tuple[Flight, bool]:
        """Return the flight of `key`, and whether it is the caller who must make the page and
        `end` it.
        """
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = Flight()
            flight.is_awaited = self._passes.get(hash(key), 0.0) <= monotonic()
            if flight.is_awaited:
                self._flights[key] = flight
            return flight, True

    def replace(self, key: Any, flight: Flight) -> Flight | None:
        """Begin another flight where `flight` takes too long, a stream whose client does not
        read, say; None for who comes second. So it is waited for once, not by each new client.
        """
        with self._lock:
            if self._flights.get(key) is not flight:
                return None
            flight.is_awaited = False
            self._flights[key] = found = Flight()
            return found

    def end(self, key: Any, flight: Flight, result: Any, is_for_all: bool = True) -> None:
        """Hand `result` to those who wait; None sends them to make their own page.

        `is_for_all` False: such a page is for its own client alone, so the next ones need not
        wait either.
        """
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
            if not is_for_all:
                self._passes[hash(key)] = monotonic() + PASS_SECONDS
                self._passes.move_to_end(hash(key))
                if len(self._passes) > MAX_PASSES:
                    self._passes.popitem(last=False)
            elif result is not None:
                self._passes.pop(hash(key), None)
        flight.land(result)

    def spoil(self, target: Any = None) -> None:
        """Note that the page of the URL `target` was purged (None: any may have been).

        What runs now may still show it, and is not kept; the next client begins a new run.
        """
        with self._lock:
            self.purges += 1
            for key in list(self._flights):
                if target is None or key == target or key[0] == target:
                    self._flights.pop(key).is_spoilt = True


class AntiStampedeCache(dict[Any, Any]):
    """Values by their keys, where one who looks for a missing value makes it and the others
    wait (CherryPy's class).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.Lock()

    def wait(self, key: Any, timeout: float | None = 5, debug: bool = False) -> Any:
        """Return the value of `key`; None if the caller is to make it, and set it.

        Waits up to `timeout` seconds for somebody who is about to; does not, and tells nobody
        to wait, if that is None. Source: CherryPy's rule (BEHAVIOUR 6.6).
        """
        with self._lock:
            value = self.get(key)
            if not isinstance(value, Flight):
                if value is None and timeout is not None:
                    super().__setitem__(key, Flight())
                return value
        if timeout is None:
            return None
        value.wait(timeout)
        if value.result is not None:
            return value.result
        with self._lock:
            if self.get(key) is value:
                super().__setitem__(key, Flight())
        return None

    def __setitem__(self, key: Any, value: Any) -> None:
        with self._lock:
            existing = self.get(key)
            super().__setitem__(key, value)
        if isinstance(existing, Flight):
            existing.land(value)
