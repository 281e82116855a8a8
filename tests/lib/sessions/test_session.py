"""A session as a dict, with its id, its lock and its life; made by hand, outside a request."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from session_pages import ID, session

from wsgicherry.lib.sessions import LockTimeout, RamSession, Session, StoredSession
from wsgicherry.lib.sessions.base import MAX_TRIES
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.lib.sessions.stored import MAX_MERGES


@pytest.fixture
def kind():
    """A class of sessions with a store of the test's own."""
    store_class = type("OwnStore", (RamStore,), {})
    return type("OwnSession", (RamSession,), {"store_class": store_class})


@pytest.fixture
def saved(kind):
    """The id of a session that holds {'a': 1, 'b': [2]}."""
    one = kind()
    one.update(a=1, b=[2])
    one.save()
    return one.id


def stored(kind, id):
    """Return the data that is stored under `id`, None without a session."""
    found = kind().store.load(id)
    return None if found is None else found.content.data


# The dict -------------------------------------------------------------------------------------


def set_item(s):
    s["c"] = 3


def del_item(s):
    del s["a"]


@pytest.mark.parametrize(
    ("action", "result", "left"),
    [
        (lambda s: s["a"], 1, {"a": 1, "b": [2]}),
        (lambda s: "a" in s, True, {"a": 1, "b": [2]}),
        (lambda s: "c" in s, False, {"a": 1, "b": [2]}),
        (lambda s: s.get("a"), 1, {"a": 1, "b": [2]}),
        (lambda s: s.get("c"), None, {"a": 1, "b": [2]}),
        (lambda s: s.get("c", 5), 5, {"a": 1, "b": [2]}),
        (lambda s: s.pop("a"), 1, {"b": [2]}),
        (lambda s: s.pop("c", 5), 5, {"a": 1, "b": [2]}),
        (lambda s: s.setdefault("a", 5), 1, {"a": 1, "b": [2]}),
        (lambda s: s.setdefault("c", 5), 5, {"a": 1, "b": [2], "c": 5}),
        (lambda s: s.setdefault("c"), None, {"a": 1, "b": [2], "c": None}),
        (lambda s: s.update({"a": 5}, c=6), None, {"a": 5, "b": [2], "c": 6}),
        (lambda s: s.update([("a", 5)]), None, {"a": 5, "b": [2]}),
        (lambda s: s.update(), None, {"a": 1, "b": [2]}),
        (lambda s: s.clear(), None, {}),
        (lambda s: list(s), ["a", "b"], {"a": 1, "b": [2]}),
        (lambda s: list(s.keys()), ["a", "b"], {"a": 1, "b": [2]}),
        (lambda s: list(s.items()), [("a", 1), ("b", [2])], {"a": 1, "b": [2]}),
        (lambda s: list(s.values()), [1, [2]], {"a": 1, "b": [2]}),
        (set_item, None, {"a": 1, "b": [2], "c": 3}),
        (del_item, None, {"b": [2]}),
        (lambda s: s["b"].append(3), None, {"a": 1, "b": [2, 3]}),
        (bool, True, {"a": 1, "b": [2]}),
    ],
)
def test_dict_methods(kind, saved, action, result, left):
    """Each method does what a dict's does, and what it changes is saved (BEHAVIOUR 7.3)."""
    one = kind(saved)
    assert action(one) == result
    one.save()
    assert stored(kind, saved) == left


@pytest.mark.parametrize(
    "action", [lambda s: s["c"], lambda s: s.pop("c"), lambda s: s.__delitem__("c")]
)
def test_missing_keys(kind, saved, action):
    """A key that is not there is a KeyError that names it."""
    with pytest.raises(KeyError, match="c"):
        action(kind(saved))


def test_an_empty_session_is_true(kind):
    """`if session:` asks whether there is one, not what is in it."""
    assert kind()


def test_length_is_the_number_of_sessions(kind, saved):
    """len(session) is how many sessions the store has (CherryPy's rule)."""
    one = kind()
    assert len(one) == 1
    one["a"] = 1
    one.save()
    assert len(one) == 2


def test_nothing_is_loaded_before_it_is_asked_for(kind, saved):
    """`loaded` and `touched` tell whether somebody has looked."""
    one = kind(saved)
    assert (one.loaded, one.touched, one.locked) == (False, False, False)
    assert one["a"] == 1
    assert (one.loaded, one.touched) == (True, True)


# The id ---------------------------------------------------------------------------------------


def test_a_new_id(kind):
    """A session without an id gets 160 random bits in hexadecimal, and keeps them."""
    one = kind()
    assert len(one.id) == 40
    assert int(one.id, 16)
    assert one.id == one.id != kind().id
    assert (one.originalid, one.missing) == (None, False)


def test_a_known_id(kind, saved):
    """The id of a stored session is kept."""
    one = kind(saved)
    assert (one.id, one.originalid, one.missing) == (saved, saved, False)


@pytest.mark.parametrize(
    "id",
    [
        ID,
        *("", "a", "x" * 40, "A" * 40, "0" * 39, "0" * 41, "0" * 100_000),
        *("../../etc/passwd", f"{ID}.lock", f"{ID}\n", "é" * 40, "\x00" * 40, "٣" * 40),
    ],
)
def test_an_unknown_id(kind, id):
    """No id of the client's is adopted, whatever it looks like: `missing`, and a new one."""
    one = kind(id)
    assert one.missing
    assert one.originalid == id
    assert one.id != id
    assert len(one.id) == 40


def test_bad_ids_are_not_asked_for(kind):
    """An id that is not like ours is never looked up: the store is not touched."""

    class Refusing(kind.store_class):
        def load(self, id, lock=None):
            raise AssertionError("asked")

    one = type("Wary", (kind,), {"store_class": Refusing})("../x")
    assert one.missing
    one["a"] = 1


def test_observers_of_the_id(kind):
    """`id_observers` are told each new id (BEHAVIOUR 7.3)."""
    seen = []
    one = kind()
    one.id_observers.append(seen.append)
    first = one.id
    one.regenerate()
    one.id = "set by hand"
    assert len(set(seen)) == 3
    assert (seen[0], seen[2]) == (first, "set by hand")


def test_exists(kind, saved):
    """_exists() and _load() answer for the id that there is (BEHAVIOUR 7.4)."""
    one = kind(saved)
    assert one.id == saved
    assert one._exists()
    data, expires = one._load()
    assert data == {"a": 1, "b": [2]}
    assert 3590 < expires.timestamp() - time.time() <= 3600
    one.delete()
    assert not one._exists()
    assert one._load() is None


def test_an_id_set_by_hand(kind, saved):
    """A program may set `session.id`, and then has that session."""
    one = kind()
    one.id = saved
    assert one["a"] == 1
    one["a"] = 2
    one.save()
    assert stored(kind, saved)["a"] == 2


def test_missing_can_be_set(kind):
    """CherryPy's programs set `missing`."""
    one = kind()
    one.missing = True
    assert one.missing


def test_ids_of_its_own(kind):
    """A class may make ids of another shape; those are then known again."""

    class Numbered(kind):
        def generate_id(self):
            return "user-17_b"

    one = Numbered()
    one["a"] = 1
    one.save()
    assert Numbered("user-17_b")["a"] == 1
    assert Numbered("user/17").missing


def test_an_id_that_is_taken(kind, saved):
    """A new id that is somebody's already is not used: the session goes on under another."""
    ids = [saved, "f" * 40]

    class Unlucky(kind):
        def generate_id(self):
            return ids.pop(0)

    one = Unlucky()
    one["mine"] = 1
    one.save()
    assert one.id == "f" * 40
    assert stored(kind, saved) == {"a": 1, "b": [2]}
    assert stored(kind, one.id) == {"mine": 1}


# Loading and saving ---------------------------------------------------------------------------


def test_load_again(kind, saved):
    """load() drops what was not saved."""
    one = kind(saved)
    one["a"] = 5
    one.load()
    assert one["a"] == 1
    one.save()
    assert stored(kind, saved)["a"] == 1


def test_load_of_a_new_session(kind):
    """load() of what was never saved is empty."""
    one = kind()
    one["a"] = 1
    one.load()
    assert dict(one.items()) == {}


def test_save_of_nothing(kind):
    """A session that nothing was written to is not stored."""
    for one in (kind(), kind(ID)):
        one.save()
        assert one.get("a") is None
        one.save()
        assert len(one) == 0


def test_isolation(kind, saved):
    """What one request changes in place, others do not see before it is saved."""
    one, other = kind(saved), kind(saved)
    one["b"].append(9)
    assert other["b"] == [2]


def test_saved_twice(kind, saved):
    """What is changed after save() is saved by the next one, with what others did meanwhile."""
    one, other = kind(saved), kind(saved)
    one["a"] = 5
    one.save()
    other["c"] = 6
    other.save()
    one["d"] = 7
    one.save()
    assert stored(kind, saved) == {"a": 5, "b": [2], "c": 6, "d": 7}


def test_clear(kind, saved):
    """clear() empties a session that goes on, under its id."""
    one = kind(saved)
    one.clear()
    one.save()
    assert stored(kind, saved) == {}
    assert kind(saved).id == saved


@pytest.mark.parametrize("is_loaded", [True, False])
def test_delete(kind, saved, is_loaded):
    """delete() forgets the data at once, and save() does not bring it back."""
    one = kind(saved)
    if is_loaded:
        one["a"] = 2
    one.delete()
    assert stored(kind, saved) is None
    assert dict(one.items()) == {}
    one.save()
    assert len(one) == 0


def test_written_after_delete(kind, saved):
    """What is written after delete() is a session of its own, under a new id."""
    one = kind(saved)
    one.delete()
    one["c"] = 1
    one.save()
    assert one.id != saved
    assert stored(kind, saved) is None
    assert stored(kind, one.id) == {"c": 1}


@pytest.mark.parametrize("method", ["regenerate", "login"])
def test_login_after_delete(kind, saved, method):
    """Who logs in after a delete() is logged in: under a new id, without the old data."""
    one = kind(saved)
    one.delete()
    one.login("ada") if method == "login" else one.regenerate()
    one.save()
    assert one.id != saved
    assert stored(kind, one.id) == {}


@pytest.mark.parametrize("is_loaded", [True, False])
@pytest.mark.parametrize("locking", ["implicit", "explicit", "merge"])
def test_regenerate(kind, saved, is_loaded, locking):
    """regenerate() keeps the data, loaded or not, and the old id is dead at once."""
    one = kind(saved, locking=locking)
    if is_loaded:
        one["a"] = 5
    one.regenerate()
    assert one.regenerated
    assert one.id != saved
    assert stored(kind, saved) is None
    assert kind(saved).missing
    one.save()
    assert stored(kind, one.id) == {"a": 5 if is_loaded else 1, "b": [2]}
    assert len(kind().store.locks) == 0


def test_a_session_that_others_change_without_end(kind, saved):
    """A save that always comes too late ends in a 503, and not in a loop."""

    class Restless(kind.store_class):
        def save(self, *args):
            self.tries = getattr(self, "tries", 0) + 1
            return False

    one = type("Late", (kind,), {"store_class": Restless})()
    before = kind(saved).store.load(saved)
    kind.store_class.save(one.store, saved, before.content, before.expires, None)
    late = type(one)(saved)
    late["a"] = 2
    with pytest.raises(LockTimeout):
        late.save()
    assert late.store.tries == MAX_MERGES
    assert len(late.store.locks) == 0


def test_regenerate_of_a_new_session(kind):
    """regenerate() of a session that was never saved is a new id, and is kept."""
    one = kind()
    first = one.id
    one.regenerate()
    assert one.id != first
    one.save()
    assert stored(kind, one.id) == {}


def test_timeout(kind):
    """A session lives for `timeout` minutes after it was last used."""
    one = kind(timeout=0.5)
    one["a"] = 1
    one.save()
    assert 29 < one.store.load(one.id).expires - time.time() < 31
    later = kind(one.id, timeout=10)
    assert later["a"] == 1
    later.save()
    assert one.store.load(one.id).expires > time.time() + 590


def test_expire_outside_a_request(kind):
    """Where there is no client, expire() has nothing to do."""
    kind().expire()


def test_clean_up(kind, saved):
    """clean_up() removes what has expired."""
    one = kind()
    found = one.store.load(saved)
    one.store.touch(saved, time.time() - 1, found)
    one.clean_up()
    assert len(one) == 0


def test_now_may_be_naive(kind, saved):
    """A program may override now(), also with local time as CherryPy has it."""

    class Local(kind):
        def now(self):
            return datetime.now()

    one = Local(saved)
    one["a"] = 2
    one.save()
    assert abs(one.store.load(saved).expires - time.time() - 3600) < 2


# Locks ----------------------------------------------------------------------------------------


def test_locks_by_hand(kind, saved):
    """acquire_lock() locks, a second time is nothing; release_lock() unlocks."""
    one = kind(saved)
    one.acquire_lock()
    one.acquire_lock()
    assert one.locked
    assert saved in one.store.locks
    one.release_lock()
    one.release_lock()
    assert not one.locked
    assert saved not in one.store.locks


def test_a_lock_shows_what_is_stored_then(kind, saved):
    """After acquire_lock() the data is what others left; own changes are kept."""
    one, other = kind(saved), kind(saved)
    assert one["a"] == 1
    other["a"] = 2
    other.save()
    one.acquire_lock()
    assert one["a"] == 2
    one.save()
    changed = kind(saved)
    changed["c"] = 3
    changed.acquire_lock()
    assert changed["c"] == 3
    changed.release_lock()


@pytest.mark.parametrize("id", [None, ID, "bad"])
def test_the_lock_of_a_new_session(kind, id):
    """A session that nobody else knows of is locked without a lock of the store's."""
    one = kind(id)
    one.acquire_lock()
    assert one.locked
    assert len(one.store.locks) == 0
    one["a"] = 1
    one.save()
    assert not one.locked


def test_class_attributes_of_ram_sessions(kind, saved):
    """RamSession.cache shows all sessions, and RamSession.locks the locks (BEHAVIOUR 7.4)."""
    data, expires = kind.cache[saved]
    assert data == {"a": 1, "b": [2]}
    assert timedelta(minutes=59) < expires - datetime.now() < timedelta(minutes=61)
    one = kind(saved)
    one.acquire_lock()
    assert saved in kind.locks
    one.release_lock()
    kind.cache.clear()
    assert len(one) == 0


def test_ram_sessions_share_their_store():
    """RamSession() and RamSession(id) are enough outside of a request."""
    one = RamSession()
    one["a"] = 1
    one.save()
    try:
        assert RamSession(one.id)["a"] == 1
        assert one.id in RamSession.cache
    finally:
        one.delete()
    assert one.id not in RamSession.cache


# Users and counters ---------------------------------------------------------------------------


def test_login(kind, saved):
    """login(user) begins the user's session: a new id with the same data."""
    one = kind(saved)
    assert one.user is None
    one.login("ada")
    assert one.user == "ada"
    one.save()
    assert one.id != saved
    assert kind(saved).missing
    again = kind(one.id)
    assert (again.user, again["a"]) == ("ada", 1)


@pytest.mark.parametrize("user", [None, 5, b"ada"])
def test_login_of_nobody(kind, user):
    """A user is named by a str."""
    with pytest.raises(TypeError, match=r"session\.login"):
        kind().login(user)


def test_logout(kind, saved):
    """logout() forgets the data, and who it was."""
    one = kind(saved)
    one.login("ada")
    one.save()
    one.logout()
    one.save()
    assert one.user is None
    assert len(one) == 0


def test_counters(kind, saved):
    """What is added to a counter is exact, whoever else counts meanwhile."""
    one, other = kind(saved), kind(saved)
    assert one.counter("n").value == 0
    assert one.counter("n").add() == 1
    assert one.counter("n").add(4) == 5
    assert other.counter("n").add(-2) == -2
    one.save()
    other.save()
    assert int(kind(saved).counter("n")) == 3


def test_a_counter_that_is_set(kind, saved):
    """What is set or deleted after it was counted is what was set."""
    one, other = kind(saved), kind(saved)
    one.counter("a").add(5)
    one["a"] = 100
    other["a"] = 7
    other.save()
    one.save()
    assert stored(kind, saved)["a"] == 100


# Other ----------------------------------------------------------------------------------------


def test_keywords_become_attributes(kind):
    """What a session is given by keyword is an attribute of it (CherryPy's rule)."""
    assert kind(None, timeout=5, anything=7).anything == 7


@pytest.mark.parametrize(
    "hook",
    ["_exists", "_load", "_delete", "acquire_lock", "release_lock", "__len__"],
)
def test_a_class_that_defines_nothing(hook):
    """The base says what a store must define."""
    with pytest.raises(NotImplementedError, match="Session"):
        getattr(Session(), hook)()


def test_a_class_without_save():
    """The base says what a store must define."""
    with pytest.raises(NotImplementedError, match="_save"):
        Session()._save(datetime.now())
    Session().clean_up()


def test_a_store_that_knows_every_id():
    """A class to whose _exists() every id is known ends with an error, not in a loop."""

    class Full(Session):
        def _exists(self):
            return True

    with pytest.raises(RuntimeError, match=f"{MAX_TRIES} new ids in a row"):
        assert Full().id


def test_the_proxy_outside_a_request():
    """Outside of a request `session` is false, and says why."""
    assert not session
    with pytest.raises(AttributeError, match="does not run inside a request"):
        session["a"]


def test_time_is_utc(kind):
    """The clock of sessions knows its time zone: no hour is there twice."""
    assert kind().now().tzinfo is timezone.utc
    assert issubclass(kind, StoredSession)
