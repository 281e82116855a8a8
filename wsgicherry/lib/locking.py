"""Deadlines for those who wait for a lock: CherryPy's `lib.locking`, for stores of one's own.

The stores here do not need it: who waits there is woken, and looks at no clock.
"""

from __future__ import annotations

import datetime


class NeverExpires:
    """A timer that does not run."""

    def expired(self) -> bool:
        """Return False."""
        return False


class Timer:
    """A timer that runs until `expiration`, a datetime that knows its time zone."""

    def __init__(self, expiration: datetime.datetime) -> None:
        self.expiration = expiration

    @classmethod
    def after(cls, elapsed: datetime.timedelta) -> Timer:
        """Return a timer that runs for `elapsed` from now on."""
        return cls(_now() + elapsed)

    def expired(self) -> bool:
        """Tell whether the time has come."""
        return _now() >= self.expiration


class LockTimeout(Exception):
    """A lock was not to be had in time."""


class LockChecker:
    """How long to go on trying for a session's lock: `timeout` from now; for ever if None or 0.

    Source: CherryPy's rule (BEHAVIOUR 12.4).
    """

    def __init__(self, session_id: str, timeout: datetime.timedelta | None) -> None:
        self.session_id = session_id
        self.timer = Timer.after(timeout) if timeout else NeverExpires()

    def expired(self) -> bool:
        """Return False as long as it is worth trying; raise LockTimeout after that."""
        if self.timer.expired():
            raise LockTimeout(f"Timeout acquiring lock for {self.session_id}")
        return False


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
