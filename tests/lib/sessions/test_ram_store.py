"""Sessions in RAM: isolated from the requests that use them, small, and swept in slices."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from datetime import datetime, timedelta

import pytest

from wsgicherry.lib.sessions import ram
from wsgicherry.lib.sessions.plaincopy import copy_plain, is_same
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.lib.sessions.ramcache import RamCache
from wsgicherry.lib.sessions.records import Record

NAN = float("nan")


class Job:
    """A live object, as programs keep it in a session."""


@pytest.fixture
def store():
    return RamStore()


def save(store, id, data, expires=None, user=None):
    record = Record(data, 1.0, user)
    assert store.save(id, record, expires or time.time() + 600, None)


# -- isolation ---------------------------------------------------------------------


def test_record_comes_back(store):
    """Data, time of making and user come back as they were saved."""
    save(store, "a", {"count": 1, "cart": [1, {"n": 2}]}, user="ann")
    assert store.load("a").content == Record({"count": 1, "cart": [1, {"n": 2}]}, 1.0, "ann")


def test_changes_after_save_are_not_kept(store):
    """What a request does to its data after the save is its own."""
    data = {"cart": [1], "flat": 1}
    save(store, "a", data)
    data["cart"].append(2)
    data["flat"] = 2
    assert store.load("a").content.data == {"cart": [1], "flat": 1}


def test_changes_after_load_are_not_seen(store):
    """Two requests that loaded one session do not see each other's changes."""
    save(store, "a", {"cart": {"apples": 1}})
    first, second = store.load("a").content.data, store.load("a").content.data
    first["cart"]["apples"] = 2
    assert second == {"cart": {"apples": 1}} == store.load("a").content.data


def test_live_object_stays_the_same(store):
    """A job whose thread goes on to update it is the same object in every request."""
    job = Job()
    save(store, "a", {"job": job, "jobs": [job]})
    data = store.load("a").content.data
    assert data["job"] is job is data["jobs"][0]


def test_set_aside_of_what_is_there_no_more(store):
    """A record that was saved meanwhile is not dropped."""
    save(store, "a", {"n": 1})
    store.set_aside("a", Record({"n": 2}, 1.0, None))
    assert "a" in store


# -- copies ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [1, "text", None, {}, {"a": 1}, {"a": {"b": [1, (2, [3])]}}, [set(), bytearray(b"x")], ()],
)
def test_copy_is_same(value):
    """A copy is the same as what it was made of."""
    assert copy_plain(value) == value
    assert is_same(value, copy_plain(value))


def test_copy_of_each_container():
    """Dicts, lists, sets, byte arrays and tuples that hold such are copied at any depth."""
    value = {"d": {}, "l": [[]], "s": {1}, "b": bytearray(b"x"), "t": ([],)}
    copy = copy_plain(value)
    assert copy == value
    assert not {id(v) for v in value.values()} & {id(v) for v in copy.values()}
    assert copy["l"][0] is not value["l"][0]
    assert copy["t"][0] is not value["t"][0]


def test_tuple_of_values_is_not_copied():
    """Nobody can change a tuple of strings: it is kept."""
    value = ["a", ("b", ("c",))]
    assert copy_plain(value)[1] is value[1]


def test_copy_of_shared_and_circular_containers():
    """What was there twice is there twice, and a list that holds itself does so."""
    shared, circle = [1], []
    circle.append((circle, shared))
    copy = copy_plain({"one": shared, "two": shared, "circle": circle})
    assert copy["one"] is copy["two"] is copy["circle"][0][1]
    assert copy["circle"][0][0] is copy["circle"]
    assert copy["circle"] is not circle
    assert is_same(circle, copy["circle"])


def test_copy_has_no_limit_of_depth():
    """What a client's JSON nested deeply is copied and compared, not a RecursionError."""
    value = []
    for _ in range(20_000):
        value = [value]
    copy = copy_plain(value)
    assert is_same(value, copy)
    while value:  # to be freed without recursion
        value, copy = value.pop(), copy.pop()


@pytest.mark.parametrize("kind", [type("D", (dict,), {}), type("L", (list,), {}), Job])
def test_objects_of_other_types_are_kept(kind):
    """An object of any other type, a subclass of a container too, is not copied."""
    value = kind()
    assert copy_plain([value])[0] is value
    assert is_same([value], [value])
    assert not is_same([kind()], [kind()])


@pytest.mark.parametrize(
    "one, other",
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ("a", b"a"),
        ("a", "b"),
        ([1], (1,)),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": True}),
        ({1: "a"}, {True: "a"}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1}, {True}),
        ({1}, {2}),
        (bytearray(b"a"), bytearray(b"b")),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}),
        (None, False),
    ],
)
def test_what_differs(one, other):
    """A change of a value, of its type alone, or of the order is seen."""
    assert not is_same(one, other)
    assert not is_same(other, one)


@pytest.mark.parametrize(
    "one, other",
    [
        ("a" * 100, "".join(["a"] * 100)),
        (10**30, 10**29 * 10),
        (1.5, float("1.5")),
        ([NAN], [NAN]),
        ([NAN], [float("nan")]),
        ({"a": {1, "b"}}, {"a": {"b", 1}}),
        (bytearray(b"a"), bytearray(b"a")),
    ],
)
def test_what_is_same(one, other):
    """Equal values of one type are the same, whichever objects they are."""
    assert is_same(one, other)


# -- clean-up ----------------------------------------------------------------------


def test_clean_up_prunes_users(store, monkeypatch):
    """The index of users forgets sessions that have ended, and users without any."""
    monkeypatch.setattr(ram, "UNSAVED_SECONDS", 0)
    save(store, "live", {}, user="ann")
    store.add_id("ann", "live")
    store.add_id("ann", "ended")
    store.add_id("ben", "ended")
    store.clean_up()
    assert (store.ids_of("ann"), store.ids_of("ben")) == (["live"], [])
    assert not any("ben" in shard.users for shard in store._shards)


def test_clean_up_of_many(store):
    """20,000 expired sessions go; a thread that reads meanwhile waits under 50 ms."""
    save(store, "live", {})
    past = time.time()
    for number in range(20_000):
        store.save(f"{number:040x}", Record({}, 1.0, None), past, None)
    waits, is_done = [], threading.Event()

    def read():
        while not is_done.is_set():
            start = time.perf_counter()
            assert store.load("live")
            waits.append(time.perf_counter() - start)
            time.sleep(0)

    reader = threading.Thread(target=read)
    reader.start()
    store.clean_up()
    is_done.set()
    reader.join()
    assert list(store) == ["live"]
    assert len(store) == 1
    assert max(waits, default=0) < 0.05


# -- size --------------------------------------------------------------------------


def test_empty_session_is_small(store):
    """An empty session takes under 500 bytes, its id of 40 characters included."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(10_000):
            save(store, f"{number:040x}", {})
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 10_000 < 500


def test_plain_sessions_cost_the_collector_nothing(store):
    """Sessions of strings and numbers are no objects that the garbage collector looks at."""
    gc.collect()
    before = len(gc.get_objects())
    for number in range(10_000):
        save(store, f"{number:040x}", {"count": number, "name": "ann"})
    gc.collect()
    assert len(gc.get_objects()) - before < 1_000


# -- CherryPy's cache --------------------------------------------------------------


def test_cache_shows_data_and_local_time(store):
    """`cache` is {id: (data, when it expires)}, the time as CherryPy has it."""
    expires = time.time() + 600
    save(store, "a", {"user": "ann"}, expires)
    cache = RamCache(store)
    assert dict(cache) == {"a": ({"user": "ann"}, datetime.fromtimestamp(expires))}
    assert list(cache.items()) == list(zip(cache.keys(), cache.values(), strict=True))
    assert cache.copy() == dict(cache)
    assert ("a" in cache, "b" in cache, 1 in cache, len(cache)) == (True, False, False, 1)
    assert repr(cache) == "<RamCache: 1 sessions>"


def test_cache_is_a_way_in(store):
    """Sessions can be set, changed and ended by way of `cache`."""
    cache, later = RamCache(store), datetime.now() + timedelta(minutes=5)
    cache["a"] = ({"n": 1}, later)
    cache["a"] = ({"n": 2}, later)
    assert cache["a"] == ({"n": 2}, later)
    del cache["a"]
    with pytest.raises(KeyError):
        cache["a"]
    with pytest.raises(KeyError):
        del cache["a"]
    cache["b"] = ({}, later)
    cache.clear()
    assert (len(cache), len(store)) == (0, 0)


def test_cache_while_sessions_end(store):
    """Going through `cache` skips sessions that end meanwhile; dict would raise an error."""
    for number in range(600):
        save(store, f"{number}", {})
    cache = RamCache(store)
    seen = []
    for id, _ in cache.items():
        seen.append(id)
        for other in list(store):
            if other != id:
                store.delete(other)
    assert len(seen) == 1


def test_cache_leaves_out_expired_sessions(store):
    """A session that has expired is not in `cache`."""
    save(store, "a", {}, time.time() - 1)
    assert ("a" in RamCache(store), list(RamCache(store))) == (False, [])
