"""The tool `caching`, as the check of a config sees it: what it does is in `lib.caching`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from .latetool import LateTool

if TYPE_CHECKING:
    import inspect


class CachingTool(LateTool):
    """`tools.caching`: keep pages that are the same for everybody, and answer with them.

    Each application has caches of its own, one for each set of storage settings.
    """

    def __init__(self) -> None:
        # 90, CherryPy's: after all that may refuse the request, or wrap the handler.
        super().__init__("before_handler", 90, "caching", "caching.tool", "get")

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: inspect, and all kinds of caches; who asks is the check of a config.
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
