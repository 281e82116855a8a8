"""Tools whose settings make one policy, which looks at each request at several hook points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.loaded import ConfigError
from ..core.tools import Tool, ToolTarget

if TYPE_CHECKING:
    import inspect


class PolicyPoint(NamedTuple):
    """Where a policy is asked: the hook point, its method's name, and its place there."""

    point: str
    method: str
    priority: int


class PolicyTool(Tool):
    """A tool that makes a policy of its settings, once for a plan, and tells at the mount what
    is wrong with them.

    `make_policy` takes the settings and raises ConfigError with the setting's name as `key`;
    `callable` is for those who call the tool themselves. `tools.<name>.priority` is about the
    first of `points`.
    """

    def __init__(
        self,
        name: str,
        callable: Callable[..., Any],
        make_policy: Callable[..., Any],
        points: tuple[PolicyPoint, ...],
    ) -> None:
        super().__init__(points[0].point, callable, name, points[0].priority)
        self.make_policy = make_policy
        self.points = points

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: 5 ms that a start need not pay: who asks is the check of a config.
        import inspect

        return inspect.signature(self.make_policy).parameters

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the key at fault and what is wrong with it; None: nothing is.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        try:
            self.make_policy(**settings)
        except ConfigError as error:
            key = f"{self.namespace}.{self._name}.{error.key}"
            return key, f"{error.met} {error.wanted}".rstrip()
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the policy that `settings` make; ConfigError for such as make none."""
        own_priority = settings.pop("priority", None)
        policy = self.make_policy(**settings)
        for place, (point, method, priority) in enumerate(self.points):
            if place == 0 and own_priority is not None:
                priority = own_priority
            target.hooks.attach(point, getattr(policy, method), priority=priority)
