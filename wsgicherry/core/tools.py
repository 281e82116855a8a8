"""Tools: functions that config turns on for a path, run as hooks of its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .current import serving_now
from .errors import NotFound
from .expose import own_config
from .hooks import DEFAULT_PRIORITY, HookMap
from .loaded import ConfigError
from .toolsettings import find_missing, read_documentation

if TYPE_CHECKING:
    import inspect

_NOT_ON = (
    "Tools cannot be turned on directly. Turn them on via config, or use them as decorators on "
    "your page handlers."
)


class ToolTarget(Protocol):
    """What a tool attaches itself to: a plan in the making, or a request on the old road."""

    error_response: Any

    @property
    def hooks(self) -> HookMap: ...


class Tool:
    """A callable attached to the hook point `point`, configured by
    `<toolbox>.<name>.<argument>` keys.

    `Tool(point, callable, name=None, priority=50)`: the callable's `priority` and `failsafe`
    attributes, when it has them, are honoured. A subclass may override `_setup()`; it then runs
    for each request.
    """

    namespace = "tools"
    serves_paths = False
    error_format: str | None = None
    """What `request.error_format` is where this tool is on and config does not say."""

    _name: str | None

    def __init__(
        self,
        point: str | None,
        callable: Callable[..., Any],
        name: str | None = None,
        priority: int = DEFAULT_PRIORITY,
    ) -> None:
        self._point = point
        self.callable = callable
        self._name = name
        self._priority = priority
        self.__doc__ = callable.__doc__
        self._setargs()

    def _setargs(self) -> None:
        """Prepare the settings for introspection: nothing is to be done, they are looked up.

        A subclass with an `__init__` of its own calls it (CherryPy's rule); it may override it.
        """

    @property
    def on(self) -> bool:
        """Never readable or writable: see the error."""
        raise AttributeError(_NOT_ON)

    @on.setter
    def on(self, value: bool) -> None:
        raise AttributeError(_NOT_ON)

    def __getattr__(self, name: str) -> Any:
        """Return None for a setting that the tool takes: for introspection only."""
        if name == "on":
            raise AttributeError(_NOT_ON)
        if not name.startswith("_") and name in (self._arguments or ()):
            return None
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(self._arguments or ())]

    def arguments(self) -> Mapping[str, inspect.Parameter] | None:
        """Return the settings this tool takes; None when it takes any keyword.

        A subclass with a `_setup()` of its own may read any from `_merged_args()`.
        """
        return None if type(self)._setup is not Tool._setup else self._arguments

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter] | None:
        return _parameters(self.callable)

    def documentation(self) -> Mapping[str, str]:
        """Return what the settings mean: the sentences of the docstring that begin with a name,
        as in "`status`: of the redirect."
        """
        return read_documentation(self.callable.__doc__)

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing is.
        With 'advice' behind them it does not stop the start.

        `settings` are all that hold for a page, without 'on' and 'priority'. Asked when an
        application is mounted. A subclass with a `_setup()` of its own may know the rest.
        """
        if type(self)._setup is not Tool._setup or not _may_need(self.callable):
            return None
        return find_missing(self, settings)

    def __call__(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """Return a decorator that turns this tool on, with `kwargs`, for what it decorates."""
        if args:
            decorator = f"{self.namespace}.{self._name}"
            is_bare = callable(args[0])  # `@tools.gzip` for `@tools.gzip()`
            raise TypeError(
                f"The {self._name!r} Tool does not accept positional arguments; you must use "
                f"keyword arguments.{f' Write @{decorator}() above it.' if is_bare else ''}"
            )

        def turn_on(target: Any) -> Any:
            prefix = f"{self.namespace}.{self._name}."
            config = own_config(target)
            config[prefix + "on"] = True
            config.update({prefix + name: value for name, value in kwargs.items()})
            return target

        return turn_on

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the tool with `settings` (without 'on') to a plan in the making, or to a
        request.
        """
        priority = self._take_priority(settings)
        if self._point is not None:
            target.hooks.attach(self._point, self.callable, priority=priority, **settings)

    def _take_priority(self, settings: dict[str, Any]) -> int:
        """Return the place that `settings`, which lose it, give the tool; else its own."""
        priority: int | None = settings.pop("priority", None)
        if priority is None:
            priority = getattr(self.callable, "priority", self._priority)
        return priority

    def _setup(self) -> None:
        """Attach this tool to the current request, for tools that override it (CherryPy's
        rule).
        """
        self.attach(serving_now().request, self._merged_args())

    def _merged_args(self, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return `defaults` overlaid by the settings of the current request, without 'on'."""
        settings = dict(defaults or {})
        toolmap = serving_now().request.toolmaps.get(self.namespace, {})
        settings.update(toolmap.get(str(self._name), {}))
        settings.pop("on", None)
        return settings


class Elsewhere(NamedTuple):
    """What a tool runs at another point than its own. None: the place that it says itself."""

    point: str
    function: Callable[[], Any]
    priority: int | None = None


class PreparedTool(Tool):
    """A tool that settles what its settings mean once for a plan, not for each request.

    `prepare` takes the settings and returns what runs as the hook, or a tuple of that and of
    each `Elsewhere`. ValueError or TypeError for settings that cannot be; the `key` of a
    ConfigError is a whole key, or a setting's name. `callable` is for those who call the tool
    themselves.
    """

    def __init__(
        self,
        point: str,
        callable: Callable[..., Any],
        prepare: Callable[..., Any],
        name: str | None = None,
        priority: int = DEFAULT_PRIORITY,
    ) -> None:
        super().__init__(point, callable, name, priority)
        self.prepare = prepare

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault and what is wrong: what is missing, or `prepare` refuses."""
        fault = super().find_fault(settings)
        if fault is None:
            try:
                self.prepare(**settings)
            except ConfigError as error:
                is_name = error.key and "." not in error.key
                key = f"{self.namespace}.{self._name}.{error.key}" if is_name else error.key
                return key, f"{error.met} {error.wanted}".rstrip()
            except (TypeError, ValueError) as error:
                return "", str(error)
        return fault

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach what `prepare` makes of `settings`. Config may move what runs at the tool's
        own point.
        """
        priority = self._take_priority(settings)
        prepared = self.prepare(**settings)
        own, *others = prepared if isinstance(prepared, tuple) else (prepared,)
        failsafe = getattr(self.callable, "failsafe", None)
        target.hooks.attach(self._point or "", own, failsafe, priority)
        for point, function, place in others:
            target.hooks.attach(point, function, priority=place)


class HandlerTool(Tool):
    """A tool that may answer in the handler's place: a true result means that it did."""

    serves_paths = True

    def __init__(self, callable: Callable[..., Any], name: str | None = None) -> None:
        super().__init__("before_handler", callable, name)

    def handler(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Return an exposed page handler that answers with this tool, or with 404."""

        def handle_tool(*a: Any, **kw: Any) -> Any:
            if not self.callable(*args, **self._merged_args(kwargs)):
                raise NotFound()
            return serving_now().response.body

        handle_tool.exposed = True  # type: ignore[attr-defined]
        return handle_tool

    def _wrapper(self, **kwargs: Any) -> None:
        if self.callable(**kwargs):
            serving_now().request.handler = None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach a hook that drops the handler when the tool has answered."""
        priority = self._take_priority(settings)
        target.hooks.attach(
            self._point or "before_handler", self._wrapper, priority=priority, **settings
        )


class HandlerWrapperTool(Tool):
    """A tool that wraps the handler: `newhandler(inner, *args, **kwargs)` is called in its
    place.

    It takes any setting. They are not passed on: `newhandler` finds them in `request.config`.
    """

    def __init__(
        self,
        newhandler: Callable[..., Any],
        point: str = "before_handler",
        name: str | None = None,
        priority: int = DEFAULT_PRIORITY,
    ) -> None:
        self.newhandler = newhandler
        super().__init__(point, self._wrap, name, priority)
        self.__doc__ = newhandler.__doc__

    def _wrap(self, **settings: Any) -> None:
        request = serving_now().request
        inner = request.handler

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return self.newhandler(inner, *args, **kwargs)

        request.handler = wrapped


class ErrorTool(Tool):
    """A tool that answers unexpected errors in place of `request.error_response`."""

    def __init__(self, callable: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(None, callable, name)

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Make the tool the target's `error_response`."""
        settings.pop("priority", None)
        target.error_response = lambda: self.callable(**settings)


class Toolbox:
    """The tools of one config namespace: `tools.<name>.<argument>`.

    Setting an attribute to a tool names it. `on_change` is called when the set of tools
    changes.
    """

    namespace: str
    on_change: Callable[[], None] | None

    def __init__(self, namespace: str) -> None:
        self.__dict__["namespace"] = namespace
        self.__dict__["on_change"] = None

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Tool):
            if value._name is None:
                value._name = name
            value.namespace = self.namespace
        super().__setattr__(name, value)
        if self.on_change is not None and name != "on_change":
            self.on_change()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if self.on_change is not None:
            self.on_change()

    def tools(self) -> dict[str, Any]:
        """Return the tools by name: `Tool` objects and anything else with a `_setup()`."""
        return {name: tool for name, tool in vars(self).items() if hasattr(tool, "_setup")}

    def register(
        self, point: str, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return a decorator that makes a function a tool at `point`, and returns the function.

        `name` is the tool's name (default: the function's), `priority` its place among the
        hooks.
        """

        def register_function(function: Callable[..., Any]) -> Callable[..., Any]:
            name = kwargs.get("name") or function.__name__
            setattr(self, name, Tool(point, function, **kwargs))
            return function

        return register_function

    def __iter__(self) -> Iterator[str]:
        return iter(self.tools())

    def __repr__(self) -> str:
        return f"Toolbox({self.namespace!r})"


def _may_need(function: Callable[..., Any]) -> bool:
    """Tell whether `function` may have parameters without a default.

    PERF: without `inspect`, for which see below: a check asks of every tool that is on.
    """
    if not isinstance(function, FunctionType):
        return True
    defaults, by_name = function.__defaults__ or (), function.__kwdefaults__ or {}
    code = function.__code__
    return code.co_argcount > len(defaults) or code.co_kwonlyargcount > len(by_name)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    import inspect  # 5 ms that a start need not pay: who asks is the check of a config

    try:
        parameters = dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return None
    return {name: p for name, p in parameters.items() if p.kind is not p.VAR_POSITIONAL}
