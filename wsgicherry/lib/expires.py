"""How long a page may be kept: `tools.expires`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ..core.current import find_serving, serving_now
from ..wire.headers import HTTPDate
from .conditional import will_be_tagged

NEVER_FRESH = "Sun, 28 Jan 2007 00:00:00 GMT"
"""CherryPy's date in the past."""

MAX_SECONDS = 100 * 366 * 24 * 60 * 60
"""A hundred years; caches take more than one for a mistake, and dates end in 9999."""

# What says that a page is made to be kept (CherryPy's rule).
_INDICATORS = ("ETag", "Last-Modified", "Age", "Expires")


def expires(secs: float | timedelta = 0, force: bool = False, debug: bool = False) -> None:
    """Say until when a copy of the page may be used without asking; for 0: not at all.

    `secs`: seconds from now, or a timedelta. `force`: replace what the page says itself, and
    say it of a page, too, that has neither ETag, Last-Modified, Age nor Expires. ValueError or
    TypeError for `secs` that are no time. Outside a request it does nothing: programs for
    CherryPy call it as they start. Source: BEHAVIOUR 6.6.
    """
    set_expires = prepare_expires(secs, force, debug)
    if find_serving() is not None:
        set_expires()


def prepare_expires(
    secs: float | timedelta = 0, force: bool = False, debug: bool = False
) -> Callable[[], None]:
    """Return what `expires` does with these settings."""
    seconds = read_seconds(secs)

    def set_expires() -> None:
        serving = serving_now()
        request, response = serving.request, serving.response
        headers = response.headers
        is_kept = force or any(name in headers for name in _INDICATORS)
        if not is_kept and not will_be_tagged(request, response):
            if debug:
                request.log("nothing says that this page is kept", "TOOLS.EXPIRES")
            return
        pairs = {"Expires": HTTPDate(response.time + seconds)}
        if not seconds:
            pairs = {"Pragma": "no-cache", "Expires": NEVER_FRESH}
            if request.protocol >= (1, 1):
                pairs["Cache-Control"] = "no-cache, must-revalidate"
        for name, value in pairs.items():
            if force or name not in headers:
                headers[name] = value

    return set_expires


def read_seconds(secs: float | timedelta) -> float:
    """Return `secs` in seconds. TypeError or ValueError for what is no time, or too long."""
    seconds = secs.total_seconds() if isinstance(secs, timedelta) else secs
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"secs is {secs!r}: it must be a number of seconds or a timedelta.")
    if not -MAX_SECONDS <= seconds <= MAX_SECONDS:
        raise ValueError(f"secs is {secs!r}: more than a hundred years are no time to keep.")
    return seconds
