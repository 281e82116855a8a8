"""Plans: all that follows from a handler and its config, decided once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ..wire.cookies import MAX_COOKIE_BYTES
from ..wire.hosts import list_patterns
from .config import NamespaceSet
from .hooks import HOOK_POINTS, Hook, HookMap
from .reach import find_static
from .tools import Tool, Toolbox
from .walk import Trail

# The static tool must know which part of the path is its own (BEHAVIOUR 3.2).
STATICDIR = "tools.staticdir.dir"

BUILTIN_NAMESPACES = ("hooks", "request", "response", "error_page")


class Plan:
    """What requests with the same handler and config have in common. Read-only once compiled.

    One tuple of hooks for each hook point (named as the point); what to set on the request, its
    body and its response; and, for tools that decide at request time, the list of those (the
    old road).
    """

    __slots__ = (
        *HOOK_POINTS,
        "allowed_hosts",
        "allowed_methods",
        "arrivals",
        "body_attributes",
        "config",
        "custom_namespaces",
        "error_pages",
        "is_base",
        "is_plain",
        "is_placed",
        "keeps",
        "max_cookie_bytes",
        "planned",
        "request_attributes",
        "response_attributes",
        "response_headers",
        "setups",
        "toolmaps",
    )

    on_start_resource: tuple[Hook, ...]
    before_request_body: tuple[Hook, ...]
    before_handler: tuple[Hook, ...]
    before_finalize: tuple[Hook, ...]
    on_end_resource: tuple[Hook, ...]
    on_end_request: tuple[Hook, ...]
    before_error_response: tuple[Hook, ...]
    after_error_response: tuple[Hook, ...]

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.request_attributes: dict[str, Any] = {}
        # What the request finds here when it is asked for, and not set on it (its class says
        # which).
        self.planned: dict[str, Any] = {}
        self.body_attributes: dict[str, Any] = {}
        self.response_attributes: list[tuple[str, Any]] = []
        self.response_headers: list[tuple[str, Any]] = []
        self.error_pages: dict[Any, Any] = {}
        self.toolmaps: dict[str, dict[str, dict[str, Any]]] = {}
        self.setups: tuple[Any, ...] = ()
        self.custom_namespaces: tuple[NamespaceSet, dict[str, dict[str, Any]]] | None = None
        self.allowed_methods: tuple[str, ...] | None = None
        self.keeps: tuple[Any, ...] = ()
        # What the plan of '/' does with a request before a handler is looked for.
        self.arrivals: tuple[Callable[[Any], None], ...] = ()
        self.is_plain = True
        self.is_base = False
        self.allowed_hosts: tuple[str, ...] = ()
        self.max_cookie_bytes = MAX_COOKIE_BYTES
        self.is_placed = STATICDIR in config
        self.set_hooks(HookMap())

    def set_hooks(self, hooks: HookMap) -> None:
        """Take over the hooks of `hooks`, sorted."""
        for point in HOOK_POINTS:
            setattr(self, point, hooks.in_order(point))

    def settle(self) -> None:
        """Note whether there is anything for `apply` to do."""
        # These two are asked for before the request has its attributes.
        self.allowed_hosts = list_patterns(self.request_attributes.get("allowed_hosts") or ())
        self.max_cookie_bytes = self.request_attributes.get(
            "max_cookie_bytes", MAX_COOKIE_BYTES
        )
        self.is_plain = not (
            self.request_attributes
            or self.response_attributes
            or self.response_headers
            or self.setups
            or self.custom_namespaces
        )

    def hook_map(self) -> HookMap:
        """Return the hooks as a map of its own."""
        hooks = HookMap()
        for point in HOOK_POINTS:
            hooks[point] = list(getattr(self, point))
        return hooks

    def untouched(self) -> Plan:
        """Return the compiled plan that this one was made from: itself."""
        return self

    def copy_toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the tools' settings as dicts of their own."""
        return {
            box: {tool: dict(settings) for tool, settings in tools.items()}
            for box, tools in self.toolmaps.items()
        }

    def apply(self, request: Any, response: Any) -> None:
        """Set on `request` and `response` what the config says of them."""
        for name, value in self.request_attributes.items():
            setattr(request, name, value)
        for name, value in self.response_attributes:
            setattr(response, name, value)
        if self.response_headers:
            response.set_headers(self.response_headers)
        if self.setups:
            for tool in self.setups:
                tool._setup()
        if self.custom_namespaces is not None:
            namespaces, groups = self.custom_namespaces
            namespaces.run(groups)


class TouchedPlan(Plan):
    """The plan of one request whose hooks were touched: it reads them from the request's own
    map.
    """

    __slots__ = ("hooks", "origin")

    def __init__(self, plan: Plan, hooks: HookMap) -> None:
        self.hooks = hooks
        self.origin = plan.untouched()
        for name in Plan.__slots__:
            if name not in HOOK_POINTS:
                setattr(self, name, getattr(plan, name))

    def untouched(self) -> Plan:
        """Return the compiled plan that this one was made from."""
        return self.origin


def _of_map(point: str) -> property:
    def in_order(self: TouchedPlan) -> tuple[Hook, ...]:
        return self.hooks.in_order(point)

    return property(in_order)


for _point in HOOK_POINTS:
    setattr(TouchedPlan, _point, _of_map(_point))


def merge_configs(
    base: Mapping[str, Any], trail: Trail, sections: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return `base` overlaid by the configs of `trail` in order, from root to leaf."""
    merged = dict(base)
    for position, config in enumerate(trail.configs):
        merged.update(config)
        if STATICDIR in config:
            merged["tools.staticdir.section"] = find_place(position, trail, sections)
    return merged


def find_places(trail: Trail, sections: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the path of each config of `trail` whose meaning depends on it."""
    return tuple(
        find_place(position, trail, sections)
        for position, config in enumerate(trail.configs)
        if STATICDIR in config
    )


def find_place(position: int, trail: Trail, sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the path of the config at `position`: its section, or the path of the node that
    has it.
    """
    config = trail.configs[position]
    for name, section in sections.items():
        if section is config:
            return name
    used = next(used for _, used, count in trail.steps if count > position)
    return "/" + "/".join(trail.names[:used])


class Compiler:
    """Turn one merged config into a plan. Stands in for the request when tools attach
    themselves.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        toolboxes: Mapping[str, Toolbox],
        request_class: type[Any],
    ) -> None:
        self.plan = Plan(config)
        self.hooks = HookMap()
        self.error_response: Any = None
        self.request_class = request_class
        namespaces = request_class.namespaces
        boxes = {name: box for name, box in namespaces.items() if isinstance(box, Toolbox)}
        self.toolboxes = {**toolboxes, **boxes}
        self.custom = NamespaceSet(
            (name, handler) for name, handler in namespaces.items() if name not in boxes
        )
        self.groups = NamespaceSet.split(config)

    def compile(self) -> Plan:
        """Return the plan. ValueError or TypeError for settings that no request could use."""
        for name, callback in self.groups.get("hooks", {}).items():
            self.attach_hook(name, callback)
        for name, value in self.groups.get("request", {}).items():
            self.set_request(name, value)
        for name, value in self.groups.get("response", {}).items():
            self.set_response(name, value)
        for name, value in self.groups.get("error_page", {}).items():
            self.plan.error_pages["default" if name == "default" else int(name)] = value
        self.attach_tools()
        if any(name in self.groups for name in self.custom) or has_contexts(self.custom):
            self.plan.custom_namespaces = self.custom, self.groups
        if self.error_response is not None:
            self.plan.request_attributes["error_response"] = self.error_response
        self.plan.set_hooks(self.hooks)
        self.plan.settle()
        return self.plan

    def attach_hook(self, name: str, callback: Any) -> None:
        """Attach `hooks.<point>[.<anything>]`: a callable, a Hook, or a dotted name of one."""
        point = name.partition(".")[0]
        if isinstance(callback, str):
            module, _, attribute = callback.rpartition(".")
            callback = getattr(import_module(module), attribute)
        self.hooks[point].append(callback if isinstance(callback, Hook) else Hook(callback))

    def set_request(self, name: str, value: Any) -> None:
        """Sort `request.<name>`: a part of the body, or an attribute."""
        if name.startswith("body."):
            self.plan.body_attributes[name[5:]] = value
        elif hasattr(find_static(self.request_class, name), "default"):  # it is `Planned`
            self.plan.planned[name] = value
        else:
            self.plan.request_attributes[name] = value

    def set_response(self, name: str, value: Any) -> None:
        """Sort `response.<name>`: a header or an attribute."""
        if name.startswith("headers."):
            self.plan.response_headers.append((name[8:].title(), value))
        else:
            self.plan.response_attributes.append((name, value))

    def attach_tools(self) -> None:
        """Attach the tools that are on; leave all for the request if one decides there."""
        active: list[tuple[Any, dict[str, Any]]] = []
        for namespace, toolbox in self.toolboxes.items():
            settings = group_tools(namespace, self.groups.get(namespace, {}))
            self.plan.toolmaps[namespace] = settings
            for name, values in settings.items():
                if values.get("on", False):
                    active.append((getattr(toolbox, name), values))
        for tool, _ in active:
            if getattr(tool, "error_format", None):
                self.plan.planned.setdefault("error_format", tool.error_format)
        self.plan.arrivals = tuple(
            tool.prepare_arrival(without(values, "on", "priority"))
            for tool, values in active
            # Of the class: a late tool would load its arguments to answer for a name.
            if hasattr(type(tool), "prepare_arrival")
        )
        if any(not is_compilable(tool) for tool, _ in active):
            self.plan.setups = tuple(tool for tool, _ in active)
            return
        for tool, values in active:
            tool.attach(self, without(values, "on"))


def without(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a tool's settings but for `names`."""
    return {name: value for name, value in settings.items() if name not in names}


def group_tools(namespace: str, entries: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {tool: {argument: value}}; ValueError for a key without an argument."""
    settings: dict[str, dict[str, Any]] = {}
    for key, value in entries.items():
        name, dot, argument = key.partition(".")
        if not dot:
            raise ValueError(
                f"The config key '{namespace}.{key}' names no setting: write "
                f"'{namespace}.{key}.on'."
            )
        settings.setdefault(name, {})[argument] = value
    return settings


def is_compilable(tool: Any) -> bool:
    """Tell whether `tool` attaches itself in a way that no request can change."""
    return isinstance(tool, Tool) and type(tool)._setup is Tool._setup


def has_contexts(namespaces: Mapping[str, Callable[..., Any]]) -> bool:
    """Tell whether a namespace is a context manager: those run even without entries."""
    return any(hasattr(handler, "__exit__") for handler in namespaces.values())
