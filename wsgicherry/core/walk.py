"""A path walked along the tree of objects: which nodes it meets, and which config."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .errors import CherryPyException, HTTPError
from .expose import is_dunder

MAX_PATH_SEGMENTS = 1000
"""More segments than this are answered 414: each costs a look-up."""

STATICDIR = "tools.staticdir.dir"


class Step(NamedTuple):
    """One node met on the way: how many names were left after it, how many config dicts up to it."""

    node: Any
    left: int
    configs: int


class Trail:
    """Where a path led: its names, the steps taken, and the config dicts met, from root to leaf."""

    __slots__ = ("configs", "names", "places", "steps")

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.steps: list[Step] = []
        self.configs: list[Mapping[str, Any]] = []
        # Where a dict was met, by its index: only for those whose meaning depends on the place.
        self.places: dict[int, str] = {}

    def add(self, config: Mapping[str, Any], consumed: int) -> None:
        """Note `config`, met after `consumed` names."""
        if STATICDIR in config:
            self.places[len(self.configs)] = "/" + "/".join(self.names[:consumed])
        self.configs.append(config)

    def insert(self, index: int, config: Mapping[str, Any], consumed: int) -> None:
        """Note `config` (of a `default` handler) right behind the config of its owner."""
        if self.places:
            self.places = {(at + 1 if at >= index else at): p for at, p in self.places.items()}
        if STATICDIR in config:
            self.places[index] = "/" + "/".join(self.names[:consumed])
        self.configs.insert(index, config)


def split_path(path: str) -> list[str]:
    """Return the names of `path`, empty ones dropped, and the hidden 'index' at the end.

    Raises HTTPError 414 for more than MAX_PATH_SEGMENTS.
    """
    if path == "/":
        return ["index"]
    names = list(filter(None, path.split("/")))
    if len(names) > MAX_PATH_SEGMENTS:
        raise HTTPError(414, f"The path has more than {MAX_PATH_SEGMENTS} segments.")
    names.append("index")
    return names


def walk(
    root: Any,
    path: str,
    sections: Mapping[str, Mapping[str, Any]],
    section_depth: int,
    translate: dict[int, Any],
    dispatch_method_name: str,
) -> Trail:
    """Return the trail from `root` along `path`, as far as it goes.

    Never raises for a missing node: it is None, and so is what would follow. `sections` is the
    application's config, `section_depth` how many names its longest section path has. Source: CherryPy's
    rule (BEHAVIOUR 3.2).
    """
    names = split_path(path)
    total = len(names)
    trail = Trail(names)
    steps, configs = trail.steps, trail.configs
    config = getattr(root, "_cp_config", None)
    if config:
        trail.add(config, 0)
    if sections:
        config = sections.get("/")
        if config:
            trail.add(config, 0)
    steps.append(Step(root, total, len(configs)))

    node, left = root, names[:]
    consumed = 0
    while left:
        name = left[0]
        if node is None and consumed >= section_depth:
            break  # nothing further down can be met or configured
        child = find_child(node, name, translate)
        if child is None and len(left) > 1 and node is not None:
            child = ask_node(node, left, dispatch_method_name)
        else:
            del left[0]
        node = child
        before, consumed = consumed, total - len(left)
        config = getattr(node, "_cp_config", None)
        if config:
            trail.add(config, consumed)
        if before < section_depth:
            add_sections(trail, sections, before, min(consumed, section_depth))
        steps.append(Step(node, len(left), len(configs)))
    return trail


def find_child(node: Any, name: str, translate: dict[int, Any]) -> Any:
    """Return the attribute of `node` that `name` means, or None. Python's own names mean nothing."""
    # PERF: an identifier has no punctuation but '_', which translates to itself by default; asking is
    # three times faster than translating.
    if not name.isidentifier() or translate.get(95, "_") != "_":
        name = name.translate(translate)
    if name[:2] == "__" and is_dunder(name):
        return None
    return getattr(node, name, None)


def ask_node(node: Any, left: list[str], dispatch_method_name: str) -> Any:
    """Let the node's `_cp_dispatch` choose the next one; `left` is consumed in place.

    Without such a method one name is consumed and there is no next node.
    """
    dispatch: Callable[..., Any] | None = getattr(node, dispatch_method_name, None)
    if not callable(dispatch) or getattr(dispatch, "exposed", False):
        del left[0]
        return None
    before = len(left)
    hidden_index = left.pop()
    child = dispatch(vpath=left)
    left.append(hidden_index)
    if len(left) > before:
        raise CherryPyException(
            f"A vpath segment was added. Custom dispatchers may only remove elements: {left!r} is longer "
            f"than what {dispatch!r} was given."
        )
    if len(left) == before:
        del left[0]
    return child


def add_sections(
    trail: Trail, sections: Mapping[str, Mapping[str, Any]], start: int, stop: int
) -> None:
    """Note the config section of each path that the names from `start` to `stop` complete."""
    names: Sequence[str] = trail.names
    prefix = "".join("/" + name for name in names[:start])
    for consumed in range(start, stop):
        prefix += "/" + names[consumed]
        config = sections.get(prefix)
        if config:
            trail.add(config, consumed + 1)
