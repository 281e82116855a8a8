"""What `tools.caching` does at each point of a request, and CherryPy's functions for it."""

from __future__ import annotations

from typing import Any

from ...core.current import serving_now
from ...core.tools import ToolTarget
from .answering import Caching
from .settings import settle

TEE_PRIORITY = 100
"""After all that changes the response: gzip has 80."""


def attach_hooks(target: ToolTarget, priority: int, settings: dict[str, Any]) -> None:
    """Attach to a plan in the making what answers its requests from the cache."""
    caching = Caching(settle(**settings))
    target.hooks.attach("before_handler", caching.begin, priority=priority)
    attach_ends(target.hooks)


def attach_ends(hooks: Any) -> None:
    """Attach what stores a response, or lets those go on who wait for it."""
    hooks.attach("before_finalize", tee_output, priority=TEE_PRIORITY)
    hooks.attach("on_end_resource", release, failsafe=True)
    hooks.attach("after_error_response", stand_in, priority=TEE_PRIORITY)


def get(**settings: Any) -> bool:
    """Answer the current request from the cache, if that is possible; return whether it was.

    Takes the settings of `tools.caching`. If it returns False, the response will be stored if
    it may be. HTTPError 400 for a Cache-Control with a number that is none, 412 for a condition
    that is not met. Source: BEHAVIOUR 6.6.
    """
    caching = Caching(settle(**settings))
    attach_ends(serving_now().request.hooks)
    return caching.begin()


def tee_output() -> None:
    """Store the current response, if it may be (CherryPy's name for the hook that does so)."""
    serving = serving_now()
    part = getattr(serving, "caching", None)
    if part is not None:
        part.finish(serving)


def release() -> None:
    """Let those go on who wait for the current request's page."""
    part = getattr(serving_now(), "caching", None)
    if part is not None:
        part.release()


def stand_in() -> None:
    """Show what was stored in place of the page of an unexpected error, if it may be."""
    serving = serving_now()
    part = getattr(serving, "caching", None)
    if part is not None:
        part.stand_in(serving)
