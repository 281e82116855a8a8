"""Copies of a session's plain containers, and a look whether they were changed in place.

Plain are the exact types dict, list, set, tuple and bytearray, however they are nested. Every
other object is what it is: programs for CherryPy keep live objects in RAM sessions, such as a
job whose thread goes on to update it, and a copy would not be that job.
"""

from __future__ import annotations

from typing import Any

_CONTAINERS = frozenset({dict, list, set, tuple, bytearray})
_WALKED = frozenset({dict, list, tuple})
ATOMS = frozenset({str, int, float, bool, bytes, type(None)})
_VALUES = frozenset({int, str, bytes, bytearray, bool})


def is_flat(data: dict[Any, Any]) -> bool:
    """Tell whether no value of `data` can be changed in place: all are strings, numbers ..."""
    return ATOMS.issuperset(map(type, data.values()))


def copy_plain(value: Any) -> Any:
    """Return `value` with its plain containers copied, and all else kept by reference.

    Containers that contain themselves, or are there twice, come out so. A tuple in which
    nothing was copied is not copied. The depth of lists and dicts has no limit (a client's
    JSON may be as deep as it likes), that of tuples is Python's.
    """
    if type(value) is dict:
        copy = value.copy()
        # PERF: three strings or numbers take 0.2 us, against 0.7 by the walk below; this runs
        # twice in each request that changes a session in RAM.
        if _CONTAINERS.isdisjoint(map(type, copy.values())):
            return copy
    return _Copies().copy(value)


class _Copies:
    """The copies of one walk, by the identity of what they are copies of."""

    def __init__(self) -> None:
        # With the original, which may otherwise go, and its identity be given away, if another
        # thread changes what is copied.
        self._made: dict[int, tuple[Any, Any]] = {}
        self._unfilled: list[dict[Any, Any] | list[Any]] = []

    def copy(self, value: Any) -> Any:
        whole = self._begin(value)
        while self._unfilled:
            container = self._unfilled.pop()
            items = container.items() if type(container) is dict else enumerate(container)
            for key, item in items:
                if type(item) in _CONTAINERS:
                    container[key] = self._begin(item)
        return whole

    def _begin(self, value: Any) -> Any:
        """Return a copy whose items, if it is a dict or a list, are still the original's."""
        kind = type(value)
        if kind not in _CONTAINERS:
            return value
        if known := self._made.get(id(value)):
            return known[1]
        if kind is tuple:
            items = tuple(self._begin(item) for item in value)
            is_old = all(item is old for item, old in zip(items, value, strict=True))
            copy = value if is_old else items
        else:
            copy = kind(value)
            if kind is dict or kind is list:
                self._unfilled.append(copy)
        self._made[id(value)] = value, copy
        return copy


def is_same(one: Any, other: Any) -> bool:
    """Tell whether `other` still holds what `one`, of which it is a copy, holds.

    Types count (1, True and 1.0 differ), and the order of a dict. Plain containers are
    compared item by item; other objects are the same only if they are identical, but for
    numbers, strings and bytes. If in doubt the answer is False: the session is then saved.
    """
    pairs = [(one, other)]
    seen: set[tuple[int, int]] = set()
    while pairs:
        one, other = pairs.pop()
        if one is other:
            continue
        kind = type(one)
        if kind is not type(other):
            return False
        if kind in _WALKED:
            if (id(one), id(other)) not in seen:
                seen.add((id(one), id(other)))
                items, others = _items(one), _items(other)
                if len(items) != len(others):
                    return False
                pairs += zip(items, others, strict=True)
        elif not _is_same_leaf(one, other):
            return False
    return True


def _items(container: Any) -> tuple[Any, ...]:
    """Return what a dict, a list or a tuple holds just now; other threads may change it."""
    return (*container, *container.values()) if type(container) is dict else tuple(container)


def _is_same_leaf(one: Any, other: Any) -> bool:
    """Tell whether two objects of one type, neither a dict nor a list nor a tuple, are same."""
    kind = type(one)
    if kind in _VALUES:
        return bool(one == other)
    if kind is float:
        return bool(one.hex() == other.hex())  # 0.0 and -0.0 differ, nan and nan do not
    return kind is set and _fingerprints(one) == _fingerprints(other)


def _fingerprints(items: set[Any]) -> set[Any]:
    """Return what tells the items of a set from others: type and value, or the identity."""
    return {(type(i), i) if type(i) in _VALUES else id(i) for i in items}
