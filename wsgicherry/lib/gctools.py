"""Requests that stay in memory after their end: a page that tells of them, and its parts."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from typing import Any, ClassVar
from weakref import WeakSet

from ..core.current import Serving, serving_now
from ..core.expose import expose
from ..core.request import Request
from ..core.response import Response
from ..process.simpleplugin import SimplePlugin
from .plainpage import TEXT_HEADERS
from .referrers import ReferrerTree, get_instances

__all__ = ["GCRoot", "ReferrerTree", "RequestCounter", "get_instances"]

MAX_WAIT_SECONDS = 1.0
"""A server lets go of a request a moment after its end."""

MAX_LEAKS_SHOWN = 5
"""Of each class: to find what refers to one takes a look at all objects there are."""


class RequestCounter(SimplePlugin):
    """A plugin of the engine: how many requests run, of those begun since `subscribe()`."""

    def __init__(self, bus: Any) -> None:
        super().__init__(bus)
        self._running: WeakSet[Request] = WeakSet()

    @property
    def count(self) -> int:
        """How many requests run."""
        return len(self._running)

    def start(self) -> None:
        """Begin at 0 when the engine starts."""
        self._running.clear()

    def before_request(self) -> None:
        """Count the current request."""
        self._running.add(serving_now().request)

    def after_request(self) -> None:
        """Do not count the current request any more."""
        self._running.discard(serving_now().request)


class GCRoot:
    """Pages for a test, or a developer's machine: `/stats` tells what stays in memory.

    It shows parts of what is in memory, and looks at all of it: never on a public site.
    """

    classes: ClassVar[list[type[Any]]] = [Request, Response, Serving]
    """Of each there is to be one for every request that runs."""

    @expose
    def index(self) -> str:
        """Be a page to be asked for many times before /stats."""
        return "Hello, world!"

    @expose
    def stats(self) -> str:
        """Tell of what is there too often, and what refers to it: 'Statistics:' alone is good.

        Others that run meanwhile count as what they are, and are waited for.
        """
        serving_now().response.headers.update(TEXT_HEADERS)
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while (surplus := self.count_surplus()) and time.monotonic() < deadline:
            time.sleep(MAX_WAIT_SECONDS / 20)
        lines = ["Statistics:"]
        for cls, (expected, count) in surplus.items():
            lines.append(f"\nExpected {expected} {cls!r} references, got {count}.")
            lines += describe_leaks(cls)
        return "\n".join(lines)

    def count_surplus(self) -> dict[type[Any], tuple[int, int]]:
        """Return how many there may be, and how many there are, of what is there too often."""
        gc.collect()
        running = sum(not request.closed for request in get_instances(Request))
        counts = {cls: len(get_instances(cls)) for cls in self.classes}
        return {cls: (running, count) for cls, count in counts.items() if count > running}


def describe_leaks(cls: type[Any]) -> Iterator[str]:
    """Yield lines about instances of `cls`, but for those of the current request."""
    serving = serving_now()
    current = {id(serving), id(serving.request), id(serving.response)}
    things = [thing for thing in get_instances(cls) if id(thing) not in current]
    for thing in things[:MAX_LEAKS_SHOWN]:
        yield f"\nReferrers for {type(thing).__qualname__} (refcount={sys.getrefcount(thing)}):"
        tree = ReferrerTree(ignore=[things], maxdepth=3)
        yield from tree.format(tree.ascend(thing))
