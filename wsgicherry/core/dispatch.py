"""Dispatchers: they find the handler of a path, and the config that belongs to it."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from .current import serving_now
from .errors import NotFound
from .handler import LateParamPageHandler
from .walk import Trail, walk

PUNCTUATION_TO_UNDERSCORES = str.maketrans(string.punctuation, "_" * len(string.punctuation))


class Dispatcher:
    """Find a handler by walking the path along the application's tree of objects.

    `translate` maps the characters of a path segment before it is looked up as an attribute (default:
    punctuation to underscores); `dispatch_method_name` names the method that a node may have to choose
    the next one itself (default: `_cp_dispatch`).
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
        request = serving_now().request
        handler, vpath = self.find_handler(path_info)
        if handler is None:
            request.handler = NotFound()
        else:
            if vpath:
                vpath = [name.replace("%2F", "/") for name in vpath]
            request.handler = LateParamPageHandler(handler, *vpath)

    def find_handler(self, path: str) -> tuple[Callable[..., Any] | None, list[str]]:
        """Return the handler of `path` and the segments it did not use; (None, []) when there is none.

        Sets the request's plan (and with it `request.config`) and `request.is_index`.
        """
        request = serving_now().request
        app = request.app
        trail = walk(
            app.root,
            path,
            app.config,
            app.section_depth,
            self.translate,
            self.dispatch_method_name,
        )
        handler, vpath, request.is_index = choose_handler(trail, path)
        request.use_plan(app.find_plan(handler, trail))
        return handler, vpath


def choose_handler(trail: Trail, path: str) -> tuple[Any, list[str], bool | None]:
    """Return (handler, unused segments, is_index) of the deepest node that can answer.

    A node's exposed `default` comes before the node itself. Source: CherryPy's rule (BEHAVIOUR 3.2 (4)).
    """
    steps, names = trail.steps, trail.names
    last = len(steps) - 1
    total = len(names)
    for position in range(last, -1, -1):
        node, left, configs = steps[position]
        if node is None:
            continue
        default = getattr(node, "default", None)
        if default is not None and getattr(default, "exposed", False):
            config = getattr(default, "_cp_config", None)
            if config:
                trail.insert(configs, config, total - left)
            return default, names[total - left : -1], path.endswith("/")
        if getattr(node, "exposed", False):
            # The hidden 'index' is the last step: whoever answers there is an index page.
            return node, names[total - left : -1], left == 0
    return None, [], None
