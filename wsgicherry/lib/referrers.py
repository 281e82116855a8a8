"""What lives, and what keeps it alive, as the garbage collector knows."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from reprlib import Repr
from types import FrameType
from typing import Any, TypeVar

Thing = TypeVar("Thing")

Tree = list[tuple[Any, "Tree"]]
"""What refers to a thing; with each of those what refers to it."""

MAX_SHOWN_CHARS = 40


def get_instances(cls: type[Thing]) -> list[Thing]:
    """Return every instance of `cls`, and of its subclasses, that the collector knows."""
    # Not isinstance: that asks the thing itself, and a proxy would answer for another.
    return [thing for thing in gc.get_objects() if issubclass(type(thing), cls)]


class ReferrerTree:
    """Find what refers to a thing, and what refers to that, `maxdepth` levels up.

    `ignore`: what does not count, such as the list that the thing was found in. Of more than
    `maxparents` referrers only the number is told. The function that makes this does not count
    either. Source: BEHAVIOUR 12.4.
    """

    def __init__(
        self, ignore: Iterable[Any] | None = None, maxdepth: int = 2, maxparents: int = 10
    ) -> None:
        self.maxdepth, self.maxparents = maxdepth, maxparents
        self._ignored = list(ignore or ())
        self._codes = {sys._getframe(1).f_code, type(self).ascend.__code__}

    def ascend(self, obj: Any, depth: int = 1) -> Tree:
        """Return what refers to `obj`."""
        if depth > self.maxdepth:
            return []
        # In one step, and without what the search itself makes.
        referrers = gc.get_referrers(obj)
        self._ignored.append(referrers)
        parents = [parent for parent in referrers if not self._is_ignored(parent)]
        self._ignored.append(parents)
        if len(parents) > self.maxparents:
            return [(f"[{len(parents)} referrers]", [])]
        tree: Tree = []
        for parent in parents:
            branch = parent, self.ascend(parent, depth + 1)
            self._ignored.append(branch)
            tree.append(branch)
        return tree

    def _is_ignored(self, thing: Any) -> bool:
        if isinstance(thing, FrameType) and thing.f_code in self._codes:
            return True
        return thing is self._ignored or any(thing is other for other in self._ignored)

    def format(self, tree: Tree) -> list[str]:
        """Return `tree` as lines of text, each level further to the right."""
        return list(_describe(tree, 1))


def _describe(tree: Tree, depth: int) -> Iterator[str]:
    for thing, parents in tree:
        yield "    " * depth + describe(thing)
        yield from _describe(parents, depth + 1)


def describe(thing: Any) -> str:
    """Return what `thing` is, shortened; its own repr may fail."""
    if isinstance(thing, FrameType):
        return f"<frame of function {thing.f_code.co_name!r}>"
    if isinstance(thing, str):  # a number of them: text itself refers to nothing
        return thing
    kind = type(thing)
    return f"{kind.__module__}.{kind.__qualname__}: {_make_repr().repr(thing)}"


def _make_repr() -> Repr:
    short = Repr()
    short.maxstring = short.maxother = MAX_SHOWN_CHARS
    return short
