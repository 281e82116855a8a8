"""Two requests change one session at the same time: what is stored then."""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.lib.sessions.errors import MergeConflict
from wsgicherry.lib.sessions.merging import MISSING, check_policies, merge

examples = settings(derandomize=True, deadline=None)

NAN = float("nan")
UTC_NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
BERLIN_NOON = UTC_NOON.astimezone(timezone(timedelta(hours=1)))


def merge_one(base, theirs, ours, policy="last"):
    """Return what becomes of one key; MISSING stands for a side that does not have it."""
    sides = [{} if side is MISSING else {"key": side} for side in (base, theirs, ours)]
    return merge(*sides, {"key": policy}).get("key", MISSING)


def typed(value):
    """Return what tells 1 from True from 1.0, at two levels."""
    return type(value), [type(item) for item in value] if type(value) is list else (), value


# -- without a conflict ------------------------------------------------------------------

NAMED = ("last", "first", "max", "min", "union", "raise")  # 'sum' is for amounts, not values

ONE_SIDED = [
    # base, theirs, ours, result
    (1, 2, 1, 2),
    (1, 1, 2, 2),
    (MISSING, 1, MISSING, 1),
    (MISSING, MISSING, 1, 1),
    (1, MISSING, 1, MISSING),
    (1, 1, MISSING, MISSING),
    (None, MISSING, None, MISSING),
    (None, None, MISSING, MISSING),
    (MISSING, None, MISSING, None),
    # what == takes for the same
    (1, 1, True, True),
    (1, True, 1, True),
    (True, True, 1, 1),
    (1, 1, 1.0, 1.0),
    (0.0, 0.0, -0.0, -0.0),
    (1, 1, Decimal(1), Decimal(1)),
    (Decimal("1.0"), Decimal("1.0"), Decimal("1.00"), Decimal("1.00")),
    ([1], [1], [True], [True]),
    ({"a": 1}, {"a": True}, {"a": 1}, {"a": True}),
    ((1,), (1,), [1], [1]),
    ({1}, {1}, frozenset((1,)), frozenset((1,))),
    (UTC_NOON, UTC_NOON, BERLIN_NOON, BERLIN_NOON),
]


@pytest.mark.parametrize("policy", [*NAMED, "sum", max], ids=str)
@pytest.mark.parametrize(("base", "theirs", "ours", "result"), ONE_SIDED)
def test_what_one_side_changed_is_kept(base, theirs, ours, result, policy):
    """What one of them set, added or deleted is so, whatever the policy."""
    merged = merge_one(copy.deepcopy(base), theirs, copy.deepcopy(ours), policy)
    assert repr(typed(merged)) == repr(typed(result))


ALIKE = [
    (1, 2),
    (1, MISSING),
    (MISSING, 1),
    (1, True),
    ("a", [1, 1]),
    ({1}, {"a": NAN}),
    (1, 1),
]


@pytest.mark.parametrize("policy", NAMED)
@pytest.mark.parametrize(("base", "both"), ALIKE)
def test_what_both_changed_alike_is_no_conflict(base, both, policy):
    """What both set to the same, or deleted, is so."""
    merged = merge_one(base, both, copy.copy(both) if both is not MISSING else both, policy)
    assert repr(typed(merged)) == repr(typed(both))


class NoEquality:
    """An object that is equal to itself only."""

    def __init__(self, name):
        self.name = name


@dataclass
class Row:
    """A row of a database: equal by its id."""

    id: int
    name: str = field(compare=False)


class Array:
    """As an array of numpy: == gives no bool."""

    def __init__(self, *items):
        self.items = items

    def __eq__(self, other):
        return Array(*(a == b for a, b in zip(self.items, other.items, strict=True)))

    def __bool__(self):
        raise ValueError("ambiguous")

    __hash__ = None


class Raising:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None


def holding_itself(name):
    cycle = [name]
    cycle.append(cycle)
    return cycle


OBJECTS = {
    "no equality": (NoEquality("a"), NoEquality("b")),
    "equal by id": (Row(1, "a"), Row(1, "b")),
    "array": (Array(1, 2), Array(1, 3)),
    "equality raises": (Raising("a"), Raising("b")),
    "not a number": (NAN, 1.0),
    "signaling": (Decimal("sNaN"), Decimal(1)),
    "in a list": ([{"row": Row(1, "a")}], [{"row": Row(1, "b")}]),
    "a cycle": (holding_itself("a"), holding_itself("b")),
}


@pytest.mark.parametrize(("old", "new"), OBJECTS.values(), ids=OBJECTS)
def test_objects_are_compared_by_what_is_stored(old, new):
    """An object that this request only loaded does not overwrite another request's change."""
    loaded = pickle.loads(pickle.dumps(old))
    assert merge_one(old, new, loaded, "raise") is new
    assert merge_one(old, loaded, new, "raise") is new


def test_the_order_of_sets_and_dicts_is_no_change():
    """Sets and dicts are the same whatever order they are kept in."""
    one, other = {8, 0}, {0, 8}
    assert list(one) != list(other)
    assert merge_one(MISSING, [one, {1: 2, 3: 4}], [other, {3: 4, 1: 2}], "raise")


def test_an_object_that_cannot_be_stored_is_the_same_as_itself_only():
    """What lives in memory alone is compared by its identity."""
    lock, other = threading.Lock(), threading.Lock()
    assert merge_one(lock, other, lock, "raise") is other
    assert merge_one([lock], [lock, 1], [lock], "raise") == [lock, 1]
    with pytest.raises(MergeConflict):
        merge_one(lock, other, threading.Lock(), "raise")


# -- the policies ------------------------------------------------------------------------

CONFLICTS = [
    # policy, base, theirs, ours, result
    ("last", 1, 2, 3, 3),
    ("last", 1, 2, MISSING, MISSING),
    ("last", 1, MISSING, 3, 3),
    ("last", MISSING, "a", 3, 3),
    ("first", 1, 2, 3, 2),
    ("first", 1, 2, MISSING, 2),
    ("first", 1, MISSING, 3, MISSING),
    ("first", MISSING, "a", 3, "a"),
    ("max", 1, 2, 3, 3),
    ("max", 1, 3, 2, 3),
    ("max", 1, 2, 2.5, 2.5),
    ("max", "", "a", "b", "b"),
    ("max", MISSING, 2, 3, 3),
    ("max", 1, True, 1.0, True),
    ("max", 5, MISSING, 3, 3),
    ("max", 5, 7, MISSING, MISSING),
    (
        "max",
        UTC_NOON,
        UTC_NOON + timedelta(1),
        UTC_NOON + timedelta(2),
        UTC_NOON + timedelta(2),
    ),
    ("min", 5, 2, 3, 2),
    ("min", 5, 3, 2, 2),
    ("min", MISSING, 3, 2, 2),
    ("min", 5, MISSING, 3, 3),
    ("sum", 1, 2, 3, 4),
    ("sum", 1, 2, 2, 3),
    ("sum", 5, 4, 3, 2),
    ("sum", MISSING, 2, 3, 5),
    ("sum", MISSING, 1, 1, 2),
    ("sum", 10**30, 10**30 + 1, 10**30 + 2, 10**30 + 3),
    ("sum", 1.5, 2.0, 2.5, 3.0),
    ("sum", 1, 2, 1.5, 2.5),
    ("sum", Decimal("1.00"), Decimal("1.10"), Decimal("1.25"), Decimal("1.35")),
    ("sum", 0, Decimal("1E+40"), Decimal("0.01"), Decimal("1" + "0" * 40 + ".01")),
    ("sum", 1, Decimal("0.5"), 2, Decimal("1.5")),
    ("sum", 5, MISSING, 6, 6),
    ("sum", 5, 6, MISSING, MISSING),
    ("union", {1, 2}, {1, 2, 3}, {1, 2, 4}, {1, 2, 3, 4}),
    ("union", {1, 2}, {1}, {1, 2, 4}, {1, 4}),
    ("union", {1, 2}, {1, 2, 4}, {2}, {2, 4}),
    ("union", MISSING, {1}, {2}, {1, 2}),
    ("union", None, {1}, {2}, {1, 2}),
    ("union", frozenset("ab"), frozenset("abc"), frozenset("a"), frozenset("ac")),
    ("union", [1, 2], [1, 2, 3], [1, 2, 4], [1, 2, 3, 4]),
    ("union", [1, 2], [2, 3], [1, 2, 4], [2, 3, 4]),
    ("union", [1, 2], [3, 1, 2], [2], [3, 2]),
    ("union", [1], [1, 2, 2], [1, 2, 3, 3], [1, 2, 3]),
    ("union", [], [1], [True], [1, True]),
    ("union", [{"a": 1}], [{"a": 1}, {"b": [2]}], [{"c": 3}], [{"b": [2]}, {"c": 3}]),
    ("union", MISSING, [1], [2], [1, 2]),
    ("union", {"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}, {"a": 5}, {"a": 5, "c": 3}),
    ("union", {"a": 1}, {"a": 2}, {"a": 3}, {"a": 3}),
    ("union", MISSING, {"a": 2}, {"b": 3}, {"a": 2, "b": 3}),
    ("union", {1}, MISSING, {1, 2}, {1, 2}),
    ("union", {1}, {1, 2}, MISSING, MISSING),
    (lambda base, theirs, ours: [base, theirs, ours], 1, 2, 3, [1, 2, 3]),
    (lambda base, theirs, ours: [base, theirs, ours], 1, 2, 2, [1, 2, 2]),
    (lambda base, theirs, ours: [base, theirs, ours], MISSING, 2, 3, [MISSING, 2, 3]),
    (lambda base, theirs, ours: [base, theirs, ours], 1, MISSING, 3, [1, MISSING, 3]),
    (lambda base, theirs, ours: MISSING, 1, 2, 3, MISSING),
]


@pytest.mark.parametrize(("policy", "base", "theirs", "ours", "result"), CONFLICTS)
def test_what_both_changed(policy, base, theirs, ours, result):
    """The policy of a key settles what both changed."""
    assert typed(merge_one(base, theirs, ours, policy)) == typed(result)


UNFIT = [
    ("max", 1, "a", 2),
    ("max", 1.0, NAN, 2.0),
    ("max", set(), {1}, {2}),
    ("min", 1, None, 2),
    ("min", 1, Array(1), Array(2)),
    ("min", 1, [1], {"a": 1}),
    ("sum", [], [1], [2]),
    ("sum", "", "a", "b"),
    ("sum", False, True, True),
    ("sum", None, 1, 2),
    ("sum", "a", 1, 2),
    ("sum", 0, 0.5, Decimal("0.5")),
    ("sum", 0, 10**400, 0.5),
    ("sum", 0, Decimal("1E+5000"), Decimal(1)),
    ("sum", 0, Decimal("sNaN"), Decimal(1)),
    ("union", [], [1], (2,)),
    ("union", [], [1], {2}),
    ("union", (), (1,), (2,)),
    ("union", "", "a", "b"),
    ("union", 0, 1, 2),
]


@pytest.mark.parametrize(("policy", "base", "theirs", "ours"), UNFIT)
def test_a_policy_that_does_not_fit_is_a_conflict(policy, base, theirs, ours):
    """Nothing is lost silently: the key and the types are named."""
    with pytest.raises(MergeConflict) as caught:
        merge_one(base, theirs, ours, policy)
    assert caught.value.key == "key"
    before, stored, own = (type(value).__name__ for value in (base, theirs, ours))
    assert str(caught.value) == (
        f"session['key']: Two requests changed it at the same time, from a {before} to a "
        f"{stored} and a {own}; its policy {policy!r} cannot settle that."
    )


@pytest.mark.parametrize(
    ("theirs", "ours"), [(2, 3), (MISSING, 3), (2, MISSING)], ids=["set", "gone", "deleted"]
)
def test_the_policy_raise(theirs, ours):
    """'raise' is a 409 that names the key to the log, and tells the client to try again."""
    with pytest.raises(MergeConflict) as caught:
        merge_one(1, theirs, ours, "raise")
    assert caught.value.code == 409
    assert str(caught.value).startswith("session['key']: Two requests changed it")
    assert "'raise'" not in caught.value._message


def test_what_a_callable_raises_is_the_programs_own():
    """An error in a policy of the program's is not hidden."""
    with pytest.raises(ZeroDivisionError):
        merge_one(1, 2, 3, lambda base, theirs, ours: 1 / 0)


def test_policies_go_by_key_then_by_the_star_then_last():
    """A key of its own comes before '*', which comes before 'last'."""
    base, theirs, ours = ({"a": n, "b": n} for n in (1, 2, 3))
    assert merge(base, theirs, ours, {"a": "first"}) == {"a": 2, "b": 3}
    assert merge(base, theirs, ours, {"*": "first"}) == {"a": 2, "b": 2}
    assert merge(base, theirs, ours, {"*": "first", "b": "sum"}) == {"a": 2, "b": 4}
    assert merge(base, theirs, ours, {}) == ours


def test_the_order_is_that_of_what_is_stored():
    """What nobody changed has its place, so that it is the same bytes; new keys come last."""
    base, theirs = {"a": 1, "b": 2}, {"b": 2, "x": 0, "a": 1}
    assert list(merge(base, theirs, {"a": 1, "n": 0, "b": 2}, {})) == ["b", "x", "a", "n"]


# -- counters ----------------------------------------------------------------------------

COUNTS = [
    # base, theirs, ours, amount, result
    (1, 5, 2, 1, 6),
    (1, 1, 2, 1, 2),
    (1, 2, 2, 1, 3),
    (MISSING, MISSING, 1, 1, 1),
    (MISSING, 1, 1, 1, 2),
    (1, MISSING, 2, 1, 1),
    (1, 5, MISSING, 1, 6),
    (1, 5, "anything", -3, 2),
    (1, 5, 1, 0, 5),
    (0, 5, 0, 0.5, 5.5),
    (0, Decimal("0.1"), 0, Decimal("0.2"), Decimal("0.3")),
]


@pytest.mark.parametrize(("base", "theirs", "ours", "amount", "result"), COUNTS)
def test_a_counter_is_added_to_what_is_stored(base, theirs, ours, amount, result):
    """A counter is exact, whatever this request has seen, and whatever the policy."""
    sides = [{} if side is MISSING else {"hits": side} for side in (base, theirs, ours)]
    merged = merge(*sides, {"hits": "raise"}, {"hits": amount})
    assert typed(merged["hits"]) == typed(result)


@pytest.mark.parametrize(
    ("stored", "amount"), [("a", 1), (True, 1), (0.5, Decimal(1)), (1, "a")]
)
def test_a_counter_of_something_else(stored, amount):
    """What no amount can be added to is a conflict that names the types."""
    with pytest.raises(MergeConflict) as caught:
        merge({}, {"hits": stored}, {}, {}, {"hits": amount})
    names = f"a {type(amount).__name__} to a {type(stored).__name__}"
    assert str(caught.value) == f"session['hits']: Cannot add {names}, exactly."


# -- the config --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policies",
    [
        {},
        {"*": "last", "a": "first", 1: "max", None: "min"},
        {"a": "sum", "b": "union", "c": "raise", "d": lambda base, theirs, ours: ours},
    ],
)
def test_known_policies_pass(policies):
    """Each policy that there is, by any key."""
    check_policies(policies)


@pytest.mark.parametrize("policy", ["lsat", "", "LAST", None, 7, ["last"], {}])
def test_an_unknown_policy_is_refused(policy):
    """The error names key, value and what there is."""
    with pytest.raises(ValueError, match="Unknown policy") as caught:
        check_policies({"cart": policy})
    assert str(caught.value) == (
        f"Unknown policy {policy!r} for the key 'cart'. Known policies: last, first, max, min, "
        "sum, union, raise, or a callable(base, theirs, ours)."
    )


@pytest.mark.parametrize("policies", ["last", None, ["last"], [("a", "last")]])
def test_policies_are_a_dict(policies):
    """A policy alone, without a key, is refused."""
    with pytest.raises(ValueError, match="must be a dict of key to policy, not"):
        check_policies(policies)


# -- what holds for any session ----------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.floats() | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("ab"), inner)
        | st.sets(st.integers(0, 5))
    ),
    max_leaves=4,
)
sessions = st.dictionaries(st.sampled_from("abcd"), values)
safe_policies = st.dictionaries(
    st.sampled_from("abcd*"), st.sampled_from(("last", "first", "raise", "union", "max"))
)
NAMES = "abcd"


@examples
@given(sessions, sessions, safe_policies)
def test_without_a_concurrent_change_it_is_ours(base, ours, policies):
    """If nobody else changed anything, all is as this request has it."""
    merged = merge(base, copy.deepcopy(base), ours, policies)
    assert repr(sorted(merged.items())) == repr(sorted(ours.items()))


@examples
@given(sessions, sessions, safe_policies)
def test_without_a_change_of_ours_it_is_theirs(base, theirs, policies):
    """A request that changed nothing undoes nothing."""
    merged = merge(base, theirs, copy.deepcopy(base), policies)
    assert repr(merged) == repr(theirs)


@examples
@given(sessions, sessions, sessions, safe_policies)
def test_changes_of_different_keys_in_either_order(base, one, other, policies):
    """Two requests that change different keys lose nothing, whoever saves first."""
    one = {k: v for k, v in {**base, **one}.items() if k not in "cd" or k in base}
    one = {k: base[k] if k in "cd" else v for k, v in one.items()}
    other = {k: other[k] for k in "cd" if k in other} | {k: base[k] for k in "ab" if k in base}
    first, second = merge(base, one, other, policies), merge(base, other, one, policies)
    wanted = {k: v for k, v in one.items() if k in "ab"}
    wanted |= {k: v for k, v in other.items() if k in "cd"}
    assert repr(sorted(first.items())) == repr(sorted(second.items()))
    assert repr(sorted(first.items())) == repr(sorted(wanted.items()))


@examples
@given(sessions, sessions, sessions, st.sampled_from(("last", "first", "sum", "union", "max")))
def test_what_is_given_is_not_changed(base, theirs, ours, policy):
    """The three sessions are as they were, however it ends."""
    before = repr((base, theirs, ours))
    try:
        merge(base, theirs, ours, {"*": policy})
    except MergeConflict as conflict:
        assert conflict.key in NAMES
    assert repr((base, theirs, ours)) == before


# A step is: request `number` begins (loads), or saves what it has added.
interleavings = st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), max_size=40)


@pytest.mark.parametrize("kind", ["sum", "counters"])
@examples
@given(interleavings, st.booleans())
def test_no_increment_is_lost(kind, steps, is_missing_at_first):
    """In any order of five requests that load, add and save: the sum of all that was added."""
    stored = {} if is_missing_at_first else {"hits": Decimal("0.1")}
    expected = stored.get("hits", 0)
    loaded = {}
    for number, amount in steps:
        if number not in loaded:
            loaded[number] = dict(stored)
            continue
        base = loaded.pop(number)
        ours = {**base, "hits": base.get("hits", 0) + amount}
        if kind == "sum":
            stored = merge(base, stored, ours, {"hits": "sum"})
        else:
            stored = merge(base, stored, ours, {}, {"hits": amount})
        expected += amount
    assert stored.get("hits", 0) == expected


@examples
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=40))
def test_no_member_is_lost(steps):
    """In any order of requests that add to a set and to a list, all is in both."""
    stored = {"set": set(), "list": []}
    added, loaded = set(), {}
    for number, member in steps:
        if number not in loaded:
            loaded[number] = copy.deepcopy(stored)
            continue
        base = loaded.pop(number)
        ours = {"set": base["set"] | {member}, "list": [*base["list"], member]}
        stored = merge(base, stored, ours, {"*": "union"})
        added.add(member)
    assert stored["set"] == set(stored["list"]) == added
