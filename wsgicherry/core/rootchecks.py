"""What is wrong with what is mounted: a class, or an object without a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from .dispatcher import Dispatcher
from .findings import Finding, ToolboxLike
from .reach import find_static, is_open, list_names, look
from .sectionchecks import DISPATCH, serves_paths

FAVICON = "favicon_ico"  # which a mount has put there

_DATA = (str, bytes, int, float, tuple, list, dict, set, frozenset, type(None))


def check_root(
    root: Any,
    config: Mapping[str, Mapping[str, Any]],
    script_name: str,
    *,
    toolboxes: Mapping[str, ToolboxLike],
    site_config: Mapping[str, Any],
    dispatcher: Any,
) -> Iterator[Finding]:
    """Yield the finding about `root` if every request could only be a 404.

    That is told of the default dispatcher alone, and where no tool answers in a page's place.
    The arguments are check_application's.
    """
    layers = [site_config, *config.values()]
    if type(dispatcher) is not Dispatcher or any(
        DISPATCH in layer or serves_paths(layer, toolboxes) for layer in layers
    ):
        return
    place = f"at {script_name or '/'!r}"
    if isinstance(root, type):
        method = _find_method(root)
        if method:
            message = (
                f"the class {root.__name__} is mounted {place}, and its {method}() wants an "
                f"object: write {root.__name__}()."
            )
            yield Finding("class_mounted", message)
    elif hidden := _find_hidden(root):
        message = (
            f"the {type(root).__name__} that is mounted {place} has no page. Put "
            f"@wsgicherry.expose above those of its methods that are pages "
            f"({', '.join(hidden)})."
        )
        yield Finding("nothing_exposed", message, severity="advice")


def _find_method(root: type) -> str:
    """Return the name of an exposed method of `root` if each of them has a `self`, else ''."""
    names = []
    for name in list_names(root):
        raw = find_static(root, name)
        if name == FAVICON or not isinstance(raw, (FunctionType, staticmethod, classmethod)):
            continue
        if getattr(getattr(raw, "__func__", raw), "exposed", False):
            if not isinstance(raw, FunctionType) or raw.__code__.co_varnames[:1] != ("self",):
                return ""  # this one can be called
            names.append(name)
    return names[0] if names else ""


def _find_hidden(root: Any) -> list[str]:
    """Return the methods of `root` if nothing else can be below it, and none is exposed."""
    if root is None or is_open(root):
        return []
    methods = []
    for name in list_names(root):
        child = look(root, name)
        if name == FAVICON or isinstance(child, _DATA):
            continue
        if not isinstance(find_static(root, name), FunctionType) or look(child, "exposed"):
            return []
        methods.append(name)
    return methods
