"""Dispatch by HTTP method: the methods GET, POST ... of an exposed resource answer."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from .current import serving_now
from .dispatcher import Dispatcher, decode_slashes
from .errors import NotFound
from .handler import MethodNotAllowed, bind_late
from .reach import Gap, Serves, find_gap, look, takes_positionals

MAX_METHOD_CHARS = 32
"""A longer name is no method's: the longest one that is registered with IANA has 17."""

MAX_KNOWN_CLASSES = 500
"""Classes of resources whose methods are remembered."""

_LETTERS = frozenset(string.ascii_uppercase)
_IN_NAMES = _LETTERS | frozenset(string.digits + "_-")


class MethodDispatcher(Dispatcher):
    """Find a resource as `Dispatcher` does, and its method that is named like the request's.

    The resource must be exposed, its methods need not be. HEAD falls back to GET; what the
    resource does not have is answered 405, OPTIONS by `Allow`. The config of the method is
    merged last, what is left of the path are positional arguments. Source: CherryPy's rule
    (BEHAVIOUR 3.6).
    """

    def __call__(self, path_info: str) -> None:
        """Set the current request's handler and config, and the `Allow` of its response."""
        resource, vpath = self.find_handler(path_info)
        serving = serving_now()
        request = serving.request
        if resource is None:
            request.handler = NotFound(request.script_name + request.path_info)
            return
        allowed = find_methods(resource)
        serving.response.set_headers([("Allow", ", ".join(allowed))])
        name = request.environ["REQUEST_METHOD"].upper()
        if name in allowed and name != "HEAD":  # PERF: needs no more looking at: 0.5 us
            method = getattr(resource, name)
        else:
            method = find_method(resource, name)
        if method is None:
            request.handler = MethodNotAllowed(allowed)
            return
        config = getattr(method, "_cp_config", None)
        if config:
            request.extend_config(config, id(config))
        if vpath and request.has_encoded_slashes:
            vpath = decode_slashes(vpath)
        request.handler = bind_late(request, method, tuple(vpath))

    def find_gap(self, root: Any, path: str, serves: Serves) -> Gap | None:
        """Return where the section `path` of a config leads nowhere, None if it is reached."""
        is_known = type(self) is MethodDispatcher and self.reads_plainly()
        return find_gap(root, path, serves, resource_takes) if is_known else None


def is_method_name(name: str) -> bool:
    """Tell whether an attribute of that name can be a method: no constant of Python's own, no
    `_PRIVATE`.
    """
    return name[:1] in _LETTERS and len(name) <= MAX_METHOD_CHARS and _IN_NAMES.issuperset(name)


def is_method(value: Any) -> bool:
    """Tell whether an attribute can answer requests: constants and classes cannot."""
    return callable(value) and not isinstance(value, type)


def find_method(resource: Any, name: str) -> Callable[..., Any] | None:
    """Return the method `name` of `resource`, that of GET for HEAD; None if it has none."""
    if is_method_name(name):
        method = getattr(resource, name, None)
        if is_method(method):
            return method
        if name == "HEAD":
            return find_method(resource, "GET")
    return None


def find_methods(resource: Any) -> tuple[str, ...]:
    """Return the names of the methods of `resource`, sorted; GET brings HEAD along."""
    if isinstance(resource, type):
        return methods_of_class(resource)
    kind: Any = type(resource)
    methods = methods_of_class(kind)
    names = getattr(resource, "__dict__", ())
    own = [name for name in names if name[:1] in _LETTERS and is_method_name(name)]
    if own:
        own = [name for name in (*own, *methods) if is_method(getattr(resource, name, None))]
        return in_order(own)
    return methods


@lru_cache(maxsize=MAX_KNOWN_CLASSES)
def methods_of_class(kind: type) -> tuple[str, ...]:
    """Return the names of the methods that all objects of a class have."""
    names = [name for name in dir(kind) if is_method_name(name)]
    return in_order(name for name in names if is_method(getattr(kind, name, None)))


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names as `Allow` lists them."""
    found = set(names)
    if "GET" in found:
        found.add("HEAD")
    return tuple(sorted(found))


def resource_takes(resource: Any, count: int) -> bool:
    """Tell whether a method of `resource` takes that many segments."""
    methods = find_methods(resource)
    return any(takes_positionals(look(resource, name), count) for name in methods)
