"""The default dispatcher: it finds the handler of a path, and the config that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

from .current import serving_now
from .deadends import DEAD_END, DeadEnd, make_dead_end
from .errors import NotFound
from .expose import PUNCTUATION_TO_UNDERSCORES
from .handler import bind_late
from .plan import Plan
from .reach import Gap, Serves, find_gap
from .walk import Trail, attribute_name, own_attributes, walk


class Dispatcher:
    """Find a handler by walking the path along the application's tree of objects.

    `translate` maps the characters of a path segment before it is looked up as an attribute
    (default: punctuation to underscores); `dispatch_method_name` names the method that a node
    may have to choose the next one itself (default: `_cp_dispatch`).
    """

    dispatch_method_name = "_cp_dispatch"

    def __init__(
        self,
        dispatch_method_name: str | None = None,
        translate: dict[int, Any] = PUNCTUATION_TO_UNDERSCORES,
    ) -> None:
        if not isinstance(translate, dict):
            raise ValueError("The translate argument must be a dict.")
        self.translate = translate
        if dispatch_method_name:
            self.dispatch_method_name = dispatch_method_name

    def __call__(self, path_info: str) -> None:
        """Set the current request's handler and config for `path_info`."""
        handler, vpath = self.find_handler(path_info)
        request = serving_now().request
        if handler is None:
            request.handler = NotFound(request.script_name + request.path_info)
            return
        if vpath and request.has_encoded_slashes:
            vpath = decode_slashes(vpath)
        request.handler = bind_late(request, handler, tuple(vpath) if vpath else ())

    def find_handler(self, path: str) -> tuple[Callable[..., Any] | None, list[str]]:
        """Return the handler of `path` and the segments it did not use; (None, []) for none.

        Sets the request's plan (and with it `request.config`) and `request.is_index`.
        """
        request = serving_now().request
        app = request.app
        vpath: list[str] = []
        routes = app.routes
        route = routes.get(path)
        handler = route.follow(self, app.root) if route is not None else None
        if handler is not None:
            request.is_index, plan = route.is_index, route.plan
            if handler is DEAD_END:
                handler = None
        else:
            trail = walk(
                app.root,
                path,
                app.config,
                app.section_parents,
                self.translate,
                self.dispatch_method_name,
            )
            handler, vpath, request.is_index = choose_handler(trail, path)
            plan = app.find_plan(handler, trail)
            if not vpath and handler is not None:
                route = make_route(self, trail, handler, request.is_index, plan)
                keep_route(routes, path, route)
            elif handler is None and plan.is_placed:
                keep_route(routes, path, make_dead_end(self, trail, plan))
        if request.is_touched:
            request.use_plan(plan)
        else:
            request.plan = plan
        return handler, vpath

    def find_gap(self, root: Any, path: str, serves: Serves) -> Gap | None:
        """Return where the section `path` of a config leads nowhere, None if it is reached.

        For the check of the config. A subclass may reach more: of that nothing is said.
        """
        is_known = type(self) is Dispatcher and self.reads_plainly()
        return find_gap(root, path, serves) if is_known else None

    def reads_plainly(self) -> bool:
        """Tell whether a path means here what the check of the config takes it for."""
        letters = [chr(code) for code in self.translate]
        return self.dispatch_method_name == Dispatcher.dispatch_method_name and all(
            letter.translate(self.translate) == letter.translate(PUNCTUATION_TO_UNDERSCORES)
            for letter in letters
        )


def decode_slashes(vpath: list[str]) -> list[str]:
    """Return the segments with '/' where the client wrote '%2F'."""
    return [name.replace("%2F", "/") for name in vpath]


MAX_ROUTES = 2000
"""Paths whose way to the handler is kept by one application."""

MAX_ROUTE_CHARS = 256
"""A longer path is walked each time."""


class Route:
    """The way to a handler that needs no walk while every node and config on it is what it was.

    PERF: candidates, config and plan need not be found anew: 1 us for a page of one segment,
    not 4.
    """

    __slots__ = (
        "config",
        "dispatcher",
        "is_index",
        "name",
        "nodes",
        "own_config",
        "page",
        "plan",
        "root",
    )

    def __init__(
        self,
        dispatcher: Dispatcher,
        nodes: list[tuple[str, Any]],
        handler: Any,
        is_index: bool | None,
        plan: Plan,
    ) -> None:
        self.dispatcher = dispatcher
        known = [(name, node, getattr(node, "_cp_config", None)) for name, node in nodes[:-1]]
        _, self.root, self.config = known[0]
        self.nodes = tuple(known[1:])
        self.name = nodes[-1][0]
        self.page = handler.__func__ if type(handler) is MethodType else handler
        self.own_config = getattr(self.page, "_cp_config", None)
        self.is_index = is_index
        self.plan = plan

    def follow(self, dispatcher: Dispatcher, root: Any) -> Any:
        """Return the handler, or None if something on the way is not what it was."""
        if (
            root is not self.root
            or dispatcher is not self.dispatcher
            or getattr(root, "_cp_config", None) is not self.config
        ):
            return None
        node = root
        for name, known, config in self.nodes:
            node = getattr(node, name, None)
            if node is not known or getattr(node, "_cp_config", None) is not config:
                return None
        handler = getattr(node, self.name, None)
        if type(handler) is MethodType and handler.__func__ is self.page:
            own = self.page.__dict__
            if own.get("exposed") and own.get("_cp_config") is self.own_config:
                return handler
        elif handler is self.page and (
            getattr(handler, "exposed", False)
            and getattr(handler, "_cp_config", None) is self.own_config
            and answers_itself(handler)
        ):
            return handler
        return None


def answers_itself(node: Any) -> bool:
    """Tell whether nothing on an exposed node would answer in its place."""
    return getattr(node, "index", None) is None and getattr(node, "default", None) is None


def make_route(
    dispatcher: Dispatcher, trail: Trail, handler: Any, is_index: bool | None, plan: Plan
) -> Route | None:
    """Return the route of `trail` if each of its steps was one attribute that was there, else
    None.
    """
    steps = trail.steps[:-1] if trail.steps[-1][0] is None else trail.steps
    nodes = [("", steps[0][0])]
    for position, (node, used, _) in enumerate(steps[1:]):
        if node is None or used != position + 1:
            return None
        nodes.append((attribute_name(trail.names[position], dispatcher.translate), node))
    if len(nodes) < 2:
        return None
    name, last = nodes[-1]
    if type(handler) is MethodType:
        is_way = getattr(last, "__func__", None) is handler.__func__
        is_way = is_way and own_attributes(handler) is not None
    else:
        # Not one that a `_cp_dispatch` has made, for this request alone.
        is_way = last is handler and getattr(nodes[-2][1], name, None) is handler
        is_way = is_way and answers_itself(handler)
    return Route(dispatcher, nodes, handler, is_index, plan) if is_way else None


def keep_route(
    routes: dict[str, Route | DeadEnd], path: str, route: Route | DeadEnd | None
) -> None:
    """Keep `route` in `routes`, if there is one. (After a change of config those are others by
    now.)
    """
    if (
        route is not None
        and len(path) <= MAX_ROUTE_CHARS
        and path.isascii()
        # A dispatcher may walk another path than the request's; what is kept is also taken for
        # a path that needs no more checks.
        and path[:1] == "/"
        and "//" not in path
    ):
        if len(routes) >= MAX_ROUTES:
            routes.clear()
        routes[path] = route


def choose_handler(trail: Trail, path: str) -> tuple[Any, list[str], bool | None]:
    """Return (handler, unused segments, is_index) of the deepest node that can answer.

    A node's exposed `default` comes before the node itself. Source: CherryPy's rule (BEHAVIOUR
    3.2 (4)).
    """
    names, steps, configs = trail
    for node, used, count in reversed(steps):
        if node is None:
            continue
        # PERF: as in `walk`, a method is asked through its function's dict.
        own = own_attributes(node) if type(node) is MethodType else None
        default = getattr(node, "default", None) if own is None else own.get("default")
        if default is not None and getattr(default, "exposed", False):
            config = getattr(default, "_cp_config", None)
            if config:
                configs.insert(count, config)
                # It was met where its owner was.
                later = steps.index((node, used, count))
                steps[later:] = [(n, u, c + 1) for n, u, c in steps[later:]]
            return default, names[used:-1], path.endswith("/")
        if getattr(node, "exposed", False) if own is None else own.get("exposed"):
            # The hidden 'index' is the last name: whoever answers there is an index page.
            return node, names[used:-1], used == len(names)
    return None, [], None
