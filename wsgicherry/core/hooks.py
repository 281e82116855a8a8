"""Hooks: what runs at the named points of a request, in which order, and what an error does to
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from .current import serving_now
from .errors import UNEXPECTED, HTTPError, HTTPRedirect, InternalRedirect

HOOK_POINTS = (
    "on_start_resource",
    "before_request_body",
    "before_handler",
    "before_finalize",
    "on_end_resource",
    "on_end_request",
    "before_error_response",
    "after_error_response",
)

DEFAULT_PRIORITY = 50


class Hook:
    """A callback with its keyword arguments, priority (ascending) and failsafe flag.

    A failsafe hook runs even after an earlier hook of its point has failed.
    """

    def __init__(
        self,
        callback: Callable[..., Any],
        failsafe: bool | None = None,
        priority: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.callback = callback
        self.failsafe = getattr(callback, "failsafe", False) if failsafe is None else failsafe
        self.priority = (
            getattr(callback, "priority", DEFAULT_PRIORITY) if priority is None else priority
        )
        self.kwargs = kwargs

    def __call__(self) -> Any:
        return self.callback(**self.kwargs)

    def __lt__(self, other: Hook) -> bool:
        return bool(self.priority < other.priority)

    def __repr__(self) -> str:
        arguments = "".join(f", {name}={value!r}" for name, value in self.kwargs.items())
        flags = f"failsafe={self.failsafe!r}, priority={self.priority!r}"
        return f"Hook({self.callback!r}, {flags}{arguments})"


class HookMap(dict[str, list[Hook]]):
    """The hooks of each point, in the order in which they were attached."""

    def __init__(self, points: Iterable[str] = HOOK_POINTS) -> None:
        super().__init__((point, []) for point in points)

    def attach(
        self,
        point: str,
        callback: Callable[..., Any],
        failsafe: bool | None = None,
        priority: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Add `callback` to `point`; KeyError for a point that does not exist."""
        self[point].append(Hook(callback, failsafe, priority, **kwargs))

    def __missing__(self, point: str) -> list[Hook]:
        raise KeyError(f"There is no hook point {point!r}; known are {', '.join(self)}.")

    def in_order(self, point: str) -> tuple[Hook, ...]:
        """Return the hooks of `point` by priority; equal priorities stay in order of
        attachment.
        """
        return tuple(sorted(self[point], key=_priority))

    def run(self, point: str) -> None:
        """Run the hooks of `point`, as `run` does."""
        run(self.in_order(point))

    @staticmethod
    def run_hooks(hooks: Iterable[Hook]) -> None:
        """Run `hooks` in the order given (CherryPy's name for `run`)."""
        run(tuple(hooks))

    def copy(self) -> HookMap:
        """Return a map of its own with the same hooks."""
        twin = type(self)(())
        for point, hooks in self.items():
            twin[point] = hooks[:]
        return twin

    def __copy__(self) -> HookMap:
        return self.copy()

    def __repr__(self) -> str:
        return f"HookMap(points={list(self)!r})"


_priority = attrgetter("priority")


def run(hooks: tuple[Hook, ...]) -> None:
    """Run `hooks` in order. After an error only the failsafe ones go on; then the newest error
    is raised.

    HTTPError, HTTPRedirect and InternalRedirect pass quietly; anything else is logged with its
    traceback. Source: CherryPy's rule (BEHAVIOUR 2.7).
    """
    try:
        for hook in hooks:
            if hook.kwargs:
                hook.callback(**hook.kwargs)
            else:
                hook.callback()  # PERF: half the time of a call with **
    except UNEXPECTED as error:
        if not isinstance(error, (HTTPError, HTTPRedirect, InternalRedirect)):
            serving_now().request.log("", "HOOKS", severity=40, traceback=True)
        run(tuple(later for later in hooks[hooks.index(hook) + 1 :] if later.failsafe))
        raise
