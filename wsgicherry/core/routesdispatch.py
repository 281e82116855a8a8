"""Dispatch by URL patterns, with the package Routes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .current import serving_now
from .errors import HTTPRedirect, NotFound
from .handler import bind_late
from .walk import Config, Trail

MAX_PATH_CHARS = 4096
"""A longer path matches no route: what the patterns of a program take for it, nobody knows."""


class RoutesDispatcher:
    """Find the handler of a path by patterns: `connect("blog", "/{year}/{action}", Blog())`.

    `mapper_options` are those of `routes.Mapper`, which is at `mapper`. What the pattern found
    are the request's parameters; `full_result` adds `controller` and `action`. Handlers need
    not be exposed; names that begin with '_' are never found. ImportError without Routes.
    Source: CherryPy's rule (BEHAVIOUR 3.7).
    """

    def __init__(self, full_result: bool = False, **mapper_options: Any) -> None:
        try:
            routes = import_module("routes")  # an optional dependency
        except ImportError as error:
            raise ImportError(
                "RoutesDispatcher needs the package Routes: pip install 'wsgicherry[routes]'"
            ) from error
        self.full_result = full_result
        self.controllers: dict[str, Any] = {}
        self.mapper = routes.Mapper(**mapper_options)
        self.mapper.controller_scan = self.controllers.keys
        self._request_config = routes.request_config

    def connect(self, name: str, route: str, controller: Any, **options: Any) -> None:
        """Answer the paths of the pattern `route` by `controller`, an object or a class.

        `options` are those of `Mapper.connect`: `action`, `conditions`, `requirements` ...
        """
        self.controllers[name] = controller
        self.mapper.connect(name, route, controller=name, **options)

    def redirect(self, url: str) -> None:
        """Raise HTTPRedirect, for what Routes calls `redirect_to`."""
        raise HTTPRedirect(url)

    def __call__(self, path_info: str) -> None:
        """Set the current request's handler, parameters and config for `path_info`."""
        request = serving_now().request
        match = self.match(path_info)
        params = dict(match)
        if not self.full_result:
            params.pop("controller", None)
            params.pop("action", None)
        if request.has_encoded_slashes:
            params = {
                name: value.replace("%2F", "/") if isinstance(value, str) else value
                for name, value in params.items()
            }
        request.params.update(params)
        controller, handler = self.find_page(match)
        trail = make_trail(path_info, request.app, controller, handler)
        request.use_plan(request.app.find_plan(handler, trail))
        request.handler = (
            NotFound(request.script_name + request.path_info)
            if handler is None
            else bind_late(request, handler, ())
        )

    def match(self, path_info: str) -> Mapping[str, Any]:
        """Return what the pattern of `path_info` found; empty if there is none.

        Routes learns of the request, as its `url_for` and the conditions of patterns ask.
        """
        request = serving_now().request
        config = self._request_config()
        config.mapper = self.mapper
        # Without the path, which Routes would try to match at once, and a second time below.
        config.environ = {k: v for k, v in request.environ.items() if k != "PATH_INFO"}
        config.host = request.environ.get("HTTP_HOST")
        config.protocol = request.scheme
        config.redirect = self.redirect
        is_short = len(path_info) <= MAX_PATH_CHARS
        found = self.mapper.match(path_info, request.environ) if is_short else None
        config.mapper_dict = found
        return found or {}

    def find_page(self, match: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return (controller, handler) of a match; None for what is not there."""
        name = match.get("controller")
        # A name that no `connect` knows is text from the URL, and text has methods too.
        controller = self.controllers.get(name) if isinstance(name, str) else name
        if isinstance(controller, type):
            controller = controller()
        action = match.get("action")
        if action is None:
            handler = controller
        elif str(action).startswith("_"):
            handler = None
        else:
            handler = getattr(controller, str(action), None)
        return controller, handler if callable(handler) else None


def make_trail(path: str, app: Any, controller: Any, handler: Any) -> Trail:
    """Return the configs that belong to a page found by a pattern, in the order of merging.

    The root's, those of the sections down to the path but for its last segment, the
    controller's, the handler's, that of the whole path's section.
    """
    sections, parents = app.config, app.section_parents
    names = [name for name in path.split("/") if name]
    configs: list[Config] = []
    steps: list[tuple[Any, int, int]] = []

    def add(node: Any, used: int, config: Config | None) -> None:
        if config:
            configs.append(config)
        steps.append((node, used, len(configs)))

    add(app.root, 0, getattr(app.root, "_cp_config", None))
    add(None, 0, sections.get("/"))
    prefix, above = "", max(len(names) - 1, 0)
    for used, name in enumerate(names[:above], 1):
        if prefix not in parents:
            break  # no section can be met any more
        prefix += "/" + name
        add(None, used, sections.get(prefix))
    add(controller, above, getattr(controller, "_cp_config", None))
    if handler is not controller:
        add(handler, above, getattr(handler, "_cp_config", None))
    if names:
        add(None, len(names), sections.get("/" + "/".join(names)))
    return Trail(names, steps, configs)
