"""`logging.statistics`: numbers of all libraries of a process in one nested dict.

Names of namespaces, each a dict of scalars and of collections: dicts or lists of records, which
are dicts. A value that is a function is computed when somebody looks. It is a plain dict at a
place of Python's own, so that a library needs nothing of ours to add its numbers. Source:
CherryPy's rule (BEHAVIOUR 12.4).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

Namespace = dict[str, Any]


class ApplicationStatistics(Namespace):
    """The namespace of what `tools.cpstats` counts, and the lock under which it does: `+=`
    takes several steps.
    """

    def __init__(self, numbers: Namespace) -> None:
        super().__init__(numbers)
        self.lock = Lock()


APPLICATIONS = "CherryPy Applications"
"""The namespace of what `tools.cpstats` counts: CherryPy's name, for which monitors look."""


def all_statistics() -> dict[str, Namespace]:
    """Return `logging.statistics`, made when nobody has made it yet."""
    statistics: dict[str, Namespace] = vars(logging).setdefault("statistics", {})
    return statistics


def application_statistics() -> ApplicationStatistics:
    """Return the namespace of `tools.cpstats`; counting begins when it is first asked for."""
    statistics = all_statistics()
    found: Any = statistics.get(APPLICATIONS)
    if found is None:
        # In one step: of two threads one wins.
        found = statistics.setdefault(APPLICATIONS, ApplicationStatistics(_nothing_counted()))
    kept: ApplicationStatistics = found
    return kept


def extrapolate_statistics(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `scope`, nested dicts and lists too, in which each function is replaced
    by what it returns when it is called with the dict that it stands in.

    What a function raises is raised.
    """
    # A copy in one step: other threads go on counting.
    return {key: _extrapolate(value, scope) for key, value in dict(scope).items()}


def _extrapolate(value: Any, scope: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return extrapolate_statistics(value)
    if isinstance(value, (list, tuple)):
        return [_extrapolate(item, scope) for item in tuple(value)]
    return value(scope) if callable(value) else value


def _nothing_counted() -> Namespace:
    return {
        "Enabled": True,
        "Bytes Read/Request": _per_request("Total Bytes Read"),
        "Bytes Read/Second": _per_second("Total Bytes Read"),
        "Bytes Written/Request": _per_request("Total Bytes Written"),
        "Bytes Written/Second": _per_second("Total Bytes Written"),
        "Current Requests": 0,
        "Current Time": lambda scope: time.time(),
        "Requests": {},
        "Requests/Second": _per_second("Total Requests"),
        "Start Time": time.time(),
        "Total Bytes Read": 0,
        "Total Bytes Written": 0,
        "Total Requests": 0,
        "Total Time": 0,
        "Uptime": seconds_since_start,
    }


def seconds_since_start(scope: Mapping[str, Any]) -> float:
    """Return how long ago the 'Start Time' of `scope` was."""
    return time.time() - float(scope["Start Time"])


def _per_request(name: str) -> Callable[[Namespace], float]:
    return lambda scope: ratio(scope[name], scope["Total Requests"])


def _per_second(name: str) -> Callable[[Namespace], float]:
    return lambda scope: ratio(scope[name], seconds_since_start(scope))


def ratio(total: float, parts: float) -> float:
    """Return `total` for each of `parts`, 0.0 when there are none."""
    return total / parts if parts > 0 else 0.0
