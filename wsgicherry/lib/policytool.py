"""Tools whose settings make one policy, which looks at each request at several hook points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
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

    `module` is the one of this package that has `Policy`, which takes the settings and raises
    ConfigError with the setting's name as `key`; `POINTS`, where it is asked; and, under the
    tool's name, a function for those who call the tool themselves. `point` and `priority`,
    which config may change, are of the first of `POINTS`.
    """

    # PERF: the module is loaded where the tool is asked for: three of them take 5 ms, which a
    # program without need not pay.

    def __init__(self, name: str, module: str, point: str, priority: int) -> None:
        super().__init__(point, _judge, name, priority)
        self._module_name = f".{module}"

    @cached_property
    def _module(self) -> Any:
        return import_module(self._module_name, __package__)

    @property
    def callable(self) -> Callable[..., Any]:
        """What does the tool's work by hand, in a handler."""
        function: Callable[..., Any] = getattr(self._module, str(self._name))
        return function

    @callable.setter
    def callable(self, value: Callable[..., Any]) -> None:
        """Nothing else can be called: it is known already."""

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: 5 ms that a start need not pay: who asks is the check of a config.
        import inspect

        return inspect.signature(self._module.Policy).parameters

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault and what is wrong with it; None: nothing is.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        try:
            self._module.Policy(**settings)
        except ConfigError as error:
            key = f"{self.namespace}.{self._name}.{error.key}"
            return key, f"{error.met} {error.wanted}".rstrip()
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the policy that `settings` make; ConfigError for such as make none."""
        first_priority = settings.pop("priority", None)
        policy = self._module.Policy(**settings)
        for point, method, priority in self._module.POINTS:
            if first_priority is not None:
                priority, first_priority = first_priority, None
            target.hooks.attach(point, getattr(policy, method), priority=priority)


def _judge(**settings: Any) -> None:
    """Judge the current request by a policy of `settings`."""
