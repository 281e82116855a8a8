"""Look at a tree of handlers without running its code: what is there, what is reachable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import (
    BuiltinFunctionType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, NamedTuple

from .expose import PUNCTUATION_TO_UNDERSCORES

MAX_NODES = 10_000

_BINDABLE = (FunctionType, classmethod, staticmethod, MemberDescriptorType)
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)

# What a metaclass may hide behind code of its own.
_read_dict = type.__dict__["__dict__"].__get__
_read_mro = type.__dict__["__mro__"].__get__

COMPUTED = object()
"""Stands for an attribute that only running code could tell."""

Serves = Callable[[Mapping[str, Any]], bool]
"""Tells whether some values turn on a tool that answers any path."""


class Gap(NamedTuple):
    """Where a path stops: `node`, to which `parent` leads, has no attribute for `name`."""

    node: Any
    parent: str
    name: str


class NodeConfig(NamedTuple):
    """A `_cp_config` in the tree: the path it is for, its owner's dotted name, its values."""

    path: str
    owner: str
    values: Mapping[str, Any]


def look(node: Any, name: str) -> Any:
    """Return an attribute of `node`; None if there is none, COMPUTED if it is a property."""
    if isinstance(node, MethodType):
        node = node.__func__
    raw = find_static(node, name)
    if isinstance(raw, _BINDABLE):
        return getattr(node, name, None)
    if hasattr(type(raw), "__get__") and not isinstance(raw, MethodType):
        return COMPUTED
    return raw


def find_static(node: Any, name: str) -> Any:
    """Return what stands for an attribute in `node` or its classes, None if nothing does.

    No code of the node's runs: `inspect.getattr_static`, for whose import a start would pay.
    """
    kind = type(node)
    on_class = _find_in(kind, name)
    is_class = issubclass(kind, type)
    own = _find_in(node, name) if is_class else _own_attributes(node).get(name)
    if own is None or (on_class is not None and hasattr(type(on_class), "__set__")):
        return on_class
    return own


def _find_in(kind: type, name: str) -> Any:
    namespaces = (_read_dict(each) for each in _read_mro(kind))
    return next((names[name] for names in namespaces if name in names), None)


def _own_attributes(node: Any) -> Mapping[str, Any]:
    try:
        found = object.__getattribute__(node, "__dict__")
    except AttributeError:  # slots
        return {}
    return found if isinstance(found, dict) else {}


def takes_positionals(node: Any, count: int) -> bool:
    """Tell whether a call of `node` may take `count` positional arguments."""
    handler = node if isinstance(node, _FUNCTIONS) else look(node, "__call__")
    if handler is None:
        return False
    # With ast and dis it is 36 of the 217 ms that importing all of us took; few sites need it.
    import inspect

    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return True
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(plain) >= count or any(p.kind is p.VAR_POSITIONAL for p in parameters)


def find_gap(
    root: Any,
    path: str,
    serves: Serves,
    takes_segments: Callable[[Any, int], bool] = takes_positionals,
) -> Gap | None:
    """Return where `path` stops, or None if a request could reach it.

    It could if the path leads to a node, or if a node on its way may take the rest: by an
    exposed `default`, a `_cp_dispatch`, positional parameters, computed attributes, or a
    `_cp_config` for which `serves` is true. `takes_segments` tells whether an exposed node
    takes that many. Source: CherryPy's walk (BEHAVIOUR 3.2).
    """
    node, parent = root, ""
    names = [name for name in path.split("/") if name]
    for position, name in enumerate(names):
        config = look(node, "_cp_config")
        if isinstance(config, Mapping) and serves(config):
            return None
        if _takes_rest(node) or (
            _is_exposed(node) and takes_segments(node, len(names) - position)
        ):
            return None
        child = look(node, name.translate(PUNCTUATION_TO_UNDERSCORES))
        if child is COMPUTED:
            return None
        if child is None:
            return Gap(node, parent, name)
        node, parent = child, f"{parent}/{name}"
    return None


def has_path(root: Any, path: str) -> bool:
    """Tell whether attributes alone lead from `root` along `path` (or may, if computed)."""
    node = root
    for name in filter(None, path.split("/")):
        node = look(node, name.translate(PUNCTUATION_TO_UNDERSCORES))
        if node is None or node is COMPUTED:
            break
    return node is not None


def is_open(node: Any) -> bool:
    """Tell whether `node` may answer what its attributes do not."""
    return _is_exposed(node) or _takes_rest(node)


def _takes_rest(node: Any) -> bool:
    default = look(node, "default")
    if default is COMPUTED or (default is not None and _is_exposed(default)):
        return True
    return look(node, "_cp_dispatch") is not None or _is_dynamic(node)


def _is_exposed(node: Any) -> bool:
    return bool(look(node, "exposed"))


def _is_dynamic(node: Any) -> bool:
    kind = type(node)
    has_own_access = isinstance(kind.__getattribute__, FunctionType)
    return has_own_access or find_static(kind, "__getattr__") is not None


def list_names(node: Any) -> list[str]:
    """Return the attributes of `node` that a URL may name."""
    names = set(getattr(node, "__dict__", ()))
    for base in type(node).__mro__:
        names.update(vars(base))
    return sorted(name for name in names if not name.startswith("_"))


def find_configs(root: Any) -> Iterator[NodeConfig]:
    """Yield the `_cp_config` of `root` and of each page below it, at each path that a page has.

    What is below a page is looked at once, and at most MAX_NODES pages are.
    """
    queue: deque[tuple[str, Any]] = deque([("/", root)])
    # The nodes themselves are kept, so that an id cannot come back for another object.
    seen: dict[int, Any] = {}
    while queue and len(seen) < MAX_NODES:
        path, node = queue.popleft()
        config = look(node, "_cp_config")
        if isinstance(config, Mapping):
            yield NodeConfig(path, name_owner(node), config)
        same = node.__func__ if isinstance(node, MethodType) else node
        if id(same) not in seen and not isinstance(node, _FUNCTIONS):
            queue.extend(_find_pages(path, node))
        seen[id(same)] = same


def _find_pages(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    for name in list_names(node):
        child = look(node, name)
        if child is not COMPUTED and _is_page(child):
            yield f"{path.rstrip('/')}/{name}", child


def _is_page(node: Any) -> bool:
    """Tell whether `node` can be served: exposed, configured, or with exposed methods."""
    if node is None or isinstance(node, (ModuleType, str, int, float, list, tuple, dict)):
        return False
    if _is_exposed(node) or look(node, "_cp_config") is not None:
        return True
    return not isinstance(node, type) and any(
        isinstance(attribute, FunctionType) and _is_exposed(attribute)
        for base in type(node).__mro__
        for attribute in vars(base).values()
    )


def name_owner(node: Any) -> str:
    """Return the dotted name of the class or function whose `_cp_config` a node has."""
    if isinstance(node, _FUNCTIONS):
        return f"{node.__module__}.{node.__qualname__}"
    kind = node if isinstance(node, type) else type(node)
    for base in kind.__mro__:
        if "_cp_config" in vars(base):
            kind = base
            break
    return f"{kind.__module__}.{kind.__qualname__}"
