"""What becomes of a session that two requests changed at the same time: a three-way merge.

It goes by the keys of the session. What only one of the two changed is as that one left it;
what both changed alike is so; for the rest there is a policy, by key or under '*'.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from typing import Any, Final

from .errors import MergeConflict


class _Missing:
    """The value of a key that is not there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What a policy is given, and may return, for a key that is not in the session."""

Policy = str | Callable[[Any, Any, Any], Any]

EVERY_KEY = "*"


def check_policies(policies: Any) -> None:
    """Raise ValueError, naming the known policies, unless `policies` is a mapping to them."""
    if not isinstance(policies, Mapping):
        raise ValueError(f"The policies must be a dict of key to policy, not {policies!r}.")
    for key, policy in policies.items():
        if not callable(policy) and policy not in tuple(_POLICIES):
            raise ValueError(
                f"Unknown policy {policy!r} for the key {key!r}. Known policies: "
                f"{', '.join(_POLICIES)}, or a callable(base, theirs, ours)."
            )


def merge(
    base: Mapping[Any, Any],
    theirs: Mapping[Any, Any],
    ours: Mapping[Any, Any],
    policies: Mapping[Any, Policy],
    counters: Mapping[Any, Any] | None = None,
) -> dict[Any, Any]:
    """Return what to store, given what this request loaded, what is stored by now, and what
    this request has.

    `policies`, by key and for the others under '*' (the default is 'last'):

    - 'last': ours. 'first': theirs. 'raise': MergeConflict.
    - 'max', 'min': of values that can be ordered.
    - 'sum': what both added, of int, float and Decimal; theirs + ours - base, exactly but for
      floats. A key that was missing began at 0.
    - 'union': of sets; of lists, in order and without repeats; of dicts by key ('last' where
      both changed the same key). What one of the two removed goes.
    - callable(base, theirs, ours): what it returns. What is missing is MISSING.

    A callable and 'sum' decide even if both changed a value alike: two requests that add 1 are
    not one. If one of the two deleted the key, 'last' stands in for 'max', 'min', 'sum' and
    'union'. A policy that does not fit the values is a MergeConflict: nothing is lost silently.

    `counters` are the amounts that this request added, by key: the result is what is stored (0
    if missing) plus the amount, whatever `ours` holds.

    Values are the same if they are of the same type and content, at every level, so that 1,
    1.0 and True differ; objects of classes if they are pickled alike. Nothing that is given is
    changed, but the result shares its values. The order is that of what is stored.
    """
    counters = counters or {}
    merged = {}
    for key in {**theirs, **ours, **counters}:
        old, stored, own = (side.get(key, MISSING) for side in (base, theirs, ours))
        if key in counters:
            value = _count(key, stored, counters[key])
        elif _is_same(old, own):
            value = stored
        elif _is_same(old, stored):
            value = own
        else:
            policy = policies.get(key, policies.get(EVERY_KEY, "last"))
            value = _settle(key, policy, old, stored, own)
        if value is not MISSING:
            merged[key] = value
    return merged


def _count(key: Any, stored: Any, amount: Any) -> Any:
    try:
        return _sum(MISSING, 0 if stored is MISSING else stored, amount)
    except _Unfit:
        kinds = f"a {type(amount).__name__} to a {type(stored).__name__}"
        raise MergeConflict(key, f"Cannot add {kinds}, exactly.") from None


def _settle(key: Any, policy: Policy, base: Any, theirs: Any, ours: Any) -> Any:
    """Return the value of a key that both changed."""
    if callable(policy):
        return policy(base, theirs, ours)
    if policy != "sum" and _is_same(theirs, ours):
        return ours
    if (theirs is MISSING or ours is MISSING) and policy not in ("first", "raise"):
        return ours
    try:
        return _POLICIES[policy](base, theirs, ours)
    except _Unfit:
        before, stored, own = (type(value).__name__ for value in (base, theirs, ours))
        raise MergeConflict(
            key,
            f"Two requests changed it at the same time, from a {before} to a {stored} and a "
            f"{own}; its policy {policy!r} cannot settle that.",
        ) from None


# -- when two values are the same --------------------------------------------------------


def _is_same(one: Any, other: Any) -> bool:
    return one is other or _stand_in(one) == _stand_in(other)


def _stand_in(value: Any) -> Any:
    """Return something hashable that is equal for the same values and for no others."""
    try:
        return _plain_stand_in(value)
    except RecursionError:  # it holds itself
        return _pickled(value)


def _plain_stand_in(value: Any) -> Any:
    kind = type(value)
    if kind in (list, tuple):
        return kind, tuple(map(_plain_stand_in, value))
    if kind in (set, frozenset):
        return kind, frozenset(map(_plain_stand_in, value))
    if kind is dict:
        pairs = ((_plain_stand_in(k), _plain_stand_in(v)) for k, v in value.items())
        return kind, frozenset(pairs)
    return _pickled(value)


def _pickled(value: Any) -> Any:
    # Not by ==: it takes rows of a database for the same by their id alone, noon in Berlin for
    # eleven in London, 0.0 for -0.0, and NaN or a plain object never for what it was before.
    try:
        return type(value), pickle.dumps(value)
    except Exception:  # whatever its __reduce__ raises
        return type(value), id(value)


# -- the policies ------------------------------------------------------------------------


class _Unfit(Exception):
    """The values are not of the kind that a policy is for."""


def _last(base: Any, theirs: Any, ours: Any) -> Any:
    return ours


def _first(base: Any, theirs: Any, ours: Any) -> Any:
    return theirs


def _refuse(base: Any, theirs: Any, ours: Any) -> Any:
    raise _Unfit


def _max(base: Any, theirs: Any, ours: Any) -> Any:
    return ours if _is_less(theirs, ours) else theirs


def _min(base: Any, theirs: Any, ours: Any) -> Any:
    return theirs if _is_less(theirs, ours) else ours


def _is_less(one: Any, other: Any) -> bool:
    """Tell which is less; _Unfit if neither is, nor are they equal: NaN, sets, other types."""
    try:
        if one < other:
            return True
        if other <= one:
            return False
    except Exception:  # of any kind, as it is the program's __lt__
        pass
    raise _Unfit


# Digits enough for any sum of money; one that would be rounded nevertheless is an error.
_EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


def _sum(base: Any, theirs: Any, ours: Any) -> Any:
    numbers = theirs, ours, 0 if base is MISSING else base
    if not all(type(number) in (int, float, Decimal) for number in numbers):
        raise _Unfit
    try:
        with localcontext(_EXACT):
            return numbers[0] + numbers[1] - numbers[2]
    except (TypeError, ArithmeticError):  # TypeError: Decimal and float
        raise _Unfit from None


def _union(base: Any, theirs: Any, ours: Any) -> Any:
    kind = type(ours)
    if type(theirs) is not kind:
        raise _Unfit
    if type(base) is not kind:
        base = kind()
    if kind is dict:
        return merge(base, theirs, ours, {})
    if kind in (set, frozenset):
        return (theirs | ours) - (base - (theirs & ours))
    if kind is list:
        return _unite_lists(base, theirs, ours)
    raise _Unfit


def _unite_lists(base: list[Any], theirs: list[Any], ours: list[Any]) -> list[Any]:
    in_base, in_theirs, in_ours = (set(map(_stand_in, side)) for side in (base, theirs, ours))
    removed = in_base - (in_theirs & in_ours)
    united: dict[Any, Any] = {}
    for item in (*theirs, *ours):
        name = _stand_in(item)
        if name not in removed:
            united.setdefault(name, item)
    return list(united.values())


_POLICIES = {
    "last": _last,
    "first": _first,
    "max": _max,
    "min": _min,
    "sum": _sum,
    "union": _union,
    "raise": _refuse,
}
