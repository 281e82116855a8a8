"""The tool `caching`: loads what caching needs when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..core.loaded import ConfigError
from ..core.tools import Tool, ToolTarget

if TYPE_CHECKING:
    import inspect

PRIORITY = 90
"""After all that may refuse the request, or wrap the handler (CherryPy's rule)."""


class CachingTool(Tool):
    """`tools.caching`: keep pages that are the same for everybody, and answer with them.

    Each application has caches of its own, one for each set of storage settings.
    """

    # PERF: `lib.caching` is imported where a page is to be cached: 5 ms that a program without
    # a cache need not pay.

    def __init__(self) -> None:
        super().__init__("before_handler", _get, "caching", PRIORITY)

    @property
    def callable(self) -> Callable[..., Any]:
        """`lib.caching.get`."""
        # PERF: see above.
        from .caching import get

        return get

    @callable.setter
    def callable(self, value: Callable[..., Any]) -> None:
        """Nothing else can be called: it is known already."""

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: see above.
        from .caching.arguments import list_arguments

        return list_arguments()

    def documentation(self) -> Mapping[str, str]:
        """Return {setting: what it means}."""
        # PERF: see above.
        from .caching.arguments import explain_arguments

        return explain_arguments()

    @property
    def takes_others(self) -> bool:
        """Whether a program has cache classes of its own: each setting is an attribute of
        those.
        """
        # PERF: see above.
        from .caching.settings import has_own_classes

        return has_own_classes()

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing."""
        # PERF: see above.
        from .caching.settings import settle

        try:
            settle(**settings)
        except ConfigError as error:
            return error.key, f"{error.met} {error.wanted}".rstrip()
        except (TypeError, ValueError) as error:
            return "", str(error)
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the hooks, for pages with `settings`."""
        # PERF: see above.
        from .caching.hooks import attach_hooks

        priority = settings.pop("priority", None)
        attach_hooks(target, PRIORITY if priority is None else priority, settings)


def _get(**settings: Any) -> None:
    """Answer the current request from the cache, if that is possible: see `lib.caching.get`."""
