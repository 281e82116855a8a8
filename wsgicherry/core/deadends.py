"""Paths that lead to no handler, where a tool answers in its place: files of a directory."""

from __future__ import annotations

from typing import Any

from .plan import Plan
from .walk import Trail, attribute_name

DEAD_END = object()
"""What following a dead end gives: there is no handler, and the plan is known."""


class DeadEnd:
    """A path without a handler, which needs no walk while every node and config on it is what
    it was, and its first missing node is still missing.

    PERF: a static file need not pay for a walk to nothing: 1 us, not 6.
    """

    __slots__ = ("dispatcher", "is_index", "missing", "nodes", "plan")

    def __init__(
        self, dispatcher: Any, nodes: list[tuple[str, Any]], missing: str, plan: Plan
    ) -> None:
        self.dispatcher, self.missing, self.plan = dispatcher, missing, plan
        self.nodes = [(name, node, getattr(node, "_cp_config", None)) for name, node in nodes]
        self.is_index = None

    def follow(self, dispatcher: Any, root: Any) -> Any:
        """Return DEAD_END, or None if something on the way is not what it was."""
        if dispatcher is not self.dispatcher:
            return None
        if not self.nodes:
            return DEAD_END if root is None else None
        node = root
        for name, known, config in self.nodes:
            if name:
                node = getattr(node, name, None)
            if (
                node is not known
                or getattr(node, "_cp_config", None) is not config
                or getattr(node, "default", None) is not None
                or getattr(node, "exposed", False)
            ):
                return None
        if (
            getattr(node, self.missing, None) is None
            and getattr(node, dispatcher.dispatch_method_name, None) is None
        ):
            return DEAD_END
        return None


def make_dead_end(dispatcher: Any, trail: Trail, plan: Plan) -> DeadEnd | None:
    """Return the dead end of `trail`, None if one of its steps was not an attribute alone."""
    nodes: list[tuple[str, Any]] = []
    for position, (node, used, _) in enumerate(trail.steps):
        if used != position:
            return None
        name = attribute_name(trail.names[used - 1], dispatcher.translate) if used else ""
        if node is None:
            found = DeadEnd(dispatcher, nodes, name, plan)
            return found if found.follow(dispatcher, trail.steps[0][0]) is DEAD_END else None
        nodes.append((name, node))
    return None
