"""Tools whose modules are loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from importlib import import_module
from typing import Any

from ..core.hooks import DEFAULT_PRIORITY
from ..core.tools import PreparedTool, ToolTarget


class OfTheFunction:
    """The docstring of a class whose tools show that of their function in its place."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __get__(self, tool: LateTool | None, owner: type) -> str | None:
        return self.text if tool is None else tool.callable.__doc__


class LateTool(PreparedTool):
    """A tool by name: `module` of this package, and its `function`, of the tool's name if that
    is '', for those who call the tool themselves.

    The module is loaded when a plan has the tool on, and when somebody asks what the tool does.
    `prepare_<function>` in it is what PreparedTool calls `prepare`; without one the function
    itself runs, with the settings. `error_format` is explained at Tool.
    """

    # PERF: with all of their modules an import of the package took 94 ms, without 73.

    def __init__(
        self,
        point: str | None,
        priority: int,
        name: str,
        module: str,
        function: str = "",
        error_format: str | None = None,
    ) -> None:
        # Without PreparedTool's own, which wants the functions.
        self._point, self._priority, self._name = point, priority, name
        self._module_name, self._function_name = f".{module}", function or name
        self.error_format = error_format

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__doc__ = OfTheFunction(cls.__doc__)  # type: ignore[assignment]

    def _load(self, name: str, default: Any = None) -> Any:
        return getattr(import_module(self._module_name, __package__), name, default)

    @cached_property
    def callable(self) -> Callable[..., Any]:  # type: ignore[override]
        """What does the tool's work by hand, in a handler."""
        function: Callable[..., Any] = self._load(self._function_name)
        return function

    @cached_property
    def prepare(self) -> Callable[..., Any]:  # type: ignore[override]
        """What settles the settings."""
        as_it_is = partial(partial, self.callable)
        prepare: Callable[..., Any] = self._load(f"prepare_{self._function_name}", as_it_is)
        return prepare


LateTool.__doc__ = OfTheFunction(LateTool.__doc__)  # type: ignore[assignment]


class LateErrorTool(LateTool):
    """A tool that answers unexpected errors in place of `request.error_response`."""

    def __init__(self, name: str, module: str, function: str) -> None:
        super().__init__(None, DEFAULT_PRIORITY, name, module, function)

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Make what `prepare` makes of `settings` the target's `error_response`."""
        settings.pop("priority", None)
        target.error_response = self.prepare(**settings)
