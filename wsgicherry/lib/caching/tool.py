"""What `tools.caching` does, and CherryPy's functions behind it."""

from __future__ import annotations

from typing import Any

from ...core.current import serving_now
from ...core.tools import Elsewhere
from .answering import Caching
from .settings import settle

TEE_PRIORITY = 100
"""After all that changes the response: gzip has 80."""


def prepare_get(**settings: Any) -> tuple[Any, ...]:
    """Return what answers from the cache, and what stores a response, or lets those go on who
    wait for it. ConfigError for settings that cannot be meant.
    """
    return Caching(settle(**settings)).begin, *ENDS


def get(**settings: Any) -> bool:
    """Answer the current request from the cache, if that is possible; return whether it was.

    Takes the settings of `tools.caching`. If it returns False, the response will be stored if
    it may be. HTTPError 400 for a Cache-Control with a number that is none, 412 for a condition
    that is not met. Source: BEHAVIOUR 6.6.
    """
    caching = Caching(settle(**settings))
    for point, function, priority in ENDS:
        serving_now().request.hooks.attach(point, function, priority=priority)
    return caching.begin()


def tee_output() -> None:
    """Store the current response, if it may be (CherryPy's name for the hook that does so)."""
    serving = serving_now()
    role = getattr(serving, "caching", None)
    if role is not None:
        role.finish(serving)


def release() -> None:
    """Let those go on who wait for the current request's page."""
    role = getattr(serving_now(), "caching", None)
    if role is not None:
        role.release()


release.failsafe = True  # type: ignore[attr-defined]


def stand_in() -> None:
    """Show what was stored in place of the page of an unexpected error, if it may be."""
    serving = serving_now()
    role = getattr(serving, "caching", None)
    if role is not None:
        role.stand_in(serving)


ENDS = (
    Elsewhere("before_finalize", tee_output, TEE_PRIORITY),
    Elsewhere("on_end_resource", release),
    Elsewhere("after_error_response", stand_in, TEE_PRIORITY),
)
