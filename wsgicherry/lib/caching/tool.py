"""The tool `caching`, and CherryPy's functions behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...core.current import serving_now
from ...core.loaded import ConfigError
from ...core.tools import Tool, ToolTarget
from .answering import Caching
from .settings import has_own_classes, settle

if TYPE_CHECKING:
    import inspect

PRIORITY = 90
"""After all that may refuse the request, or wrap the handler (CherryPy's rule)."""

TEE_PRIORITY = 100
"""After all that changes the response: gzip has 80."""


class CachingTool(Tool):
    """`tools.caching`: keep pages that are the same for everybody, and answer with them.

    Each application has caches of its own, one for each set of storage settings.
    """

    def __init__(self) -> None:
        super().__init__("before_handler", get, "caching", PRIORITY)

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: inspect, and what sessions bring: 20 ms; who asks is the check of a config.
        from .arguments import list_arguments

        return list_arguments()

    def documentation(self) -> Mapping[str, str]:
        """Return {setting: what it means}."""
        # PERF: see above.
        from .arguments import explain_arguments

        return explain_arguments()

    @property
    def takes_others(self) -> bool:
        """Whether a program has cache classes of its own: each setting is an attribute of
        those.
        """
        return has_own_classes()

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing."""
        try:
            settle(**settings)
        except ConfigError as error:
            return error.key, f"{error.met} {error.wanted}".rstrip()
        except (TypeError, ValueError) as error:
            return "", str(error)
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the hooks, for pages with `settings`."""
        priority = settings.pop("priority", None)
        caching = Caching(settle(**settings))
        target.hooks.attach(
            "before_handler", caching.begin, priority=PRIORITY if priority is None else priority
        )
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
