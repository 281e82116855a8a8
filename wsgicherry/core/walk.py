"""A path walked along the tree of objects: which nodes it meets, and which config."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from types import FunctionType, MethodType
from typing import Any, NamedTuple

from .errors import CherryPyException, HTTPError
from .expose import PUNCTUATION_TO_UNDERSCORES, is_dunder

MAX_PATH_SEGMENTS = 1000
"""More segments than this are answered 414: each costs a look-up."""

Config = Mapping[str, Any]


class Trail(NamedTuple):
    """Where a path led: its names, and the nodes and config dicts met, from root to leaf.

    A step is (node, how many names were used by then, how many config dicts were met by then).
    """

    names: list[str]
    steps: list[tuple[Any, int, int]]
    configs: list[Config]


def walk(
    root: Any,
    path: str,
    sections: Mapping[str, Config],
    parents: Container[str],
    translate: dict[int, Any],
    dispatch_method_name: str,
) -> Trail:
    """Return the trail from `root` along `path`, as far as it goes.

    Never raises for a missing node: it is None, and so is what would follow. `sections` is the
    application's config, `parents` the paths that have sections below them ('' too, if there
    are any but '/'). HTTPError 414 for more than MAX_PATH_SEGMENTS names. Source: CherryPy's
    rule (BEHAVIOUR 3.2).
    """
    names = [*filter(None, path.split("/")), "index"]
    total = len(names)
    if total > MAX_PATH_SEGMENTS + 1:
        raise HTTPError(414, f"The path has more than {MAX_PATH_SEGMENTS} segments.")
    own_config, section = getattr(root, "_cp_config", None), sections.get("/")
    configs = [own_config] if own_config else []
    if section:
        configs.append(section)
    steps = [(root, 0, len(configs))]
    node, left = root, names
    own: dict[str, Any] | None = None
    is_plain_table = translate is PUNCTUATION_TO_UNDERSCORES
    used, covered, prefix = 0, 0, ""
    is_covered = prefix not in parents  # no section can be met any more
    while used < total:
        name = left[used - total]
        # PERF: letters and digits stand for themselves: asking is quicker than translating.
        if not (is_plain_table and name.isalnum()):
            name = attribute_name(name, translate)
        # PERF: a method's attributes are its function's; a miss in their dict takes 0.03 us,
        # and 0.58 us when getattr asks the method.
        child = getattr(node, name, None) if own is None else own.get(name)
        used += 1
        if child is None and own is None and node is not None and used < total:
            dispatch = getattr(node, dispatch_method_name, None)
            if callable(dispatch) and not getattr(dispatch, "exposed", False):
                child, left = ask_node(dispatch, left[used - total - 1 : -1])
                used = total - len(left)
        node, own = child, None
        if node is not None:
            own = own_attributes(node) if type(node) is MethodType else None
            config = getattr(node, "_cp_config", None) if own is None else own.get("_cp_config")
            if config:
                configs.append(config)
        while not is_covered and covered < used:
            prefix += "/" + names[covered]
            covered += 1
            is_covered = prefix not in parents
            if prefix in sections:
                configs.append(sections[prefix])
        steps.append((node, used, len(configs)))
        if node is None and is_covered:
            break  # nothing further down can be met or configured
    return Trail(names, steps, configs)


def own_attributes(method: MethodType) -> dict[str, Any] | None:
    """Return the attributes of `method`, None if its function is not a plain one and may have
    others.
    """
    function = method.__func__
    return function.__dict__ if type(function) is FunctionType else None


def attribute_name(name: str, translate: dict[int, Any]) -> str:
    """Return the attribute that `name` stands for; '' for Python's own: they mean nothing in a
    URL.
    """
    name = name.translate(translate)
    return "" if is_dunder(name) else name


def ask_node(dispatch: Callable[..., Any], vpath: list[str]) -> tuple[Any, list[str]]:
    """Let a node's `_cp_dispatch` choose the next one; return that and the names left then.

    One name is used up if it uses none. CherryPyException when it adds names.
    """
    before = len(vpath)
    child = dispatch(vpath=vpath)
    if len(vpath) > before:
        raise CherryPyException(
            "A vpath segment was added. Custom dispatchers may only remove elements: "
            f"{vpath!r} is longer than what {dispatch!r} was given."
        )
    if len(vpath) == before:
        del vpath[0]
    return child, [*vpath, "index"]
