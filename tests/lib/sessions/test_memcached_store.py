"""Sessions in memcached: on a real server, that is killed, hung and started again."""

from __future__ import annotations

import getpass
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pymemcache.client.base import Client, PooledClient

from wsgicherry.lib.keyvalue import memcachedserver
from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions.errors import LockTimeout, SessionValueError
from wsgicherry.lib.sessions.memcached import MAX_IDS_OF_USER, MemcachedStore, user_name

ROOT = Path(__file__).resolve().parents[3]
ID = "a" * 40
DAY = 24 * 60 * 60
PROCESS_SECONDS = 60


@pytest.fixture
def store(memcached):
    """A store on a memcached of the test's own."""
    return MemcachedStore(servers=memcached.address, lock_seconds=5)


@pytest.fixture
def client(memcached):
    """A client that looks past the store."""
    client = Client(memcached.address)
    yield client
    client.close()


def soon():
    """Return a moment at which no test still runs."""
    return time.time() + 1000


def content_of(store, id=ID):
    stored = store.load(id)
    return stored and stored.content


def eventually(condition, seconds=5.0):
    """Wait until `condition()` holds; tell whether it came to that."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.01)
    return True


def trips(memcached, action):
    """Return what `action` costs, by the server's own counting; `gets` of two keys are two."""
    before = memcached.stats()
    action()
    after = memcached.stats()
    names = ("cmd_get", "cmd_set", "cmd_touch", "delete_hits", "delete_misses")
    return {name: after[name] - before[name] for name in names if after[name] != before[name]}


class CountingClient(Client):
    """A client that counts what it sends: each is one round trip."""

    sent = 0

    def _fetch_cmd(self, *arguments, **options):
        CountingClient.sent += 1
        return super()._fetch_cmd(*arguments, **options)

    def _store_cmd(self, *arguments, **options):
        CountingClient.sent += 1
        return super()._store_cmd(*arguments, **options)

    def _misc_cmd(self, *arguments, **options):
        CountingClient.sent += 1
        return super()._misc_cmd(*arguments, **options)


# -- records ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"x", b" 12 \r\nEND\r\n", bytes(range(256)), b"y" * 500_000], ids=len
)
def test_what_was_saved_is_loaded(store, content):
    """Content comes back byte for byte, with its exact expiry."""
    expires = soon() + 0.123
    assert store.save(ID, content, expires, None)
    stored = store.load(ID)
    assert (stored.content, stored.expires) == (content, expires)


def test_expired_is_gone_to_the_split_second(store):
    """A record whose moment has passed is nothing, though memcached's clock has seconds."""
    expires = time.time() + 0.2
    store.save(ID, b"1", expires, None)
    assert content_of(store) == b"1"
    time.sleep(max(0, expires - time.time()) + 0.01)
    assert store.load(ID) is None
    assert store.save(ID, b"2", soon(), None)
    assert content_of(store) == b"2"


def test_gone_in_the_middle_of_a_first_save(memcached):
    """A record that is in the way of a first save, and ends meanwhile, is no hindrance."""

    class InTheWay(Client):
        is_in_the_way = True

        def add(self, *arguments, **options):
            was_in_the_way, self.is_in_the_way = self.is_in_the_way, False
            return not was_in_the_way and super().add(*arguments, **options)

    store = MemcachedStore(client=lambda: InTheWay(memcached.address))
    assert store.save(ID, b"1", soon(), None)
    assert content_of(store) == b"1"


def test_saved_for_the_past_is_nothing(store):
    """A record that has expired before it is saved is never there."""
    store.save(ID, b"1", time.time() - 5, None)
    assert store.load(ID) is None


def test_a_short_life_is_lived_to_its_end(store):
    """A record lives as long as it was told to, however memcached's clock stands."""
    ends = {f"id{number}": time.time() + 1.2 + number / 10 for number in range(10)}
    for id, expires in ends.items():
        store.save(id, b"1", expires, None)
    while time.time() < max(ends.values()):
        now = time.time()
        for id, expires in ends.items():
            if now < expires - 0.1:
                assert store.load(id), f"{id} ended {expires - now} s early"
        time.sleep(0.02)


@pytest.mark.parametrize("days", [1, 29.99999, 30, 31, 400, 100_000, float("inf")])
def test_long_lives(store, days):
    """A life of more than 30 days, which memcached takes for a date, is not over at once."""
    expires = time.time() + days * DAY
    store.save(ID, b"1", expires, None)
    assert store.load(ID).expires == expires


def test_touched_lives_longer(store):
    """After a touch the content is as it was, and the new expiry is known to who loads it."""
    store.save(ID, b"1", time.time() + 0.5, None)
    expires = soon()
    store.touch(ID, expires, store.load(ID))
    stored = store.load(ID)
    assert (stored.content, stored.expires) == (b"1", expires)


def test_touch_leaves_what_others_have_saved(store):
    """A touch does not bring back what somebody else has replaced, or deleted, meanwhile."""
    store.save(ID, b"1", soon(), None)
    stored = store.load(ID)
    store.save(ID, b"2", soon(), stored.version)
    store.touch(ID, soon(), stored)
    assert content_of(store) == b"2"
    store.delete(ID)
    store.touch(ID, soon(), stored)
    assert store.load(ID) is None


@pytest.mark.parametrize("has_record", [True, False], ids=["save", "first save"])
def test_too_large_for_an_item(store, has_record):
    """More than memcached keeps in an item is an error with size and remedy, and no harm."""
    if has_record:
        store.save(ID, b"old", soon(), None)
    stored = store.load(ID)
    with pytest.raises(SessionValueError, match=r"2097\d\d\d bytes.*1 MiB.*-I"):
        store.save(ID, b"x" * 2 * 1024 * 1024, soon(), stored and stored.version)
    assert content_of(store) == (b"old" if has_record else None)


def test_larger_items_by_option(start_memcached):
    """A memcached that was started with a larger -I keeps larger sessions."""
    store = MemcachedStore(servers=start_memcached("-I", "4m").address)
    assert store.save(ID, b"x" * 2 * 1024 * 1024, soon(), None)


def test_set_aside(store, client):
    """A damaged record is found under 'bad:' for a day, and no longer as a session."""
    store.save(ID, b"damaged", soon(), None)
    store.set_aside(ID, b"damaged")
    assert store.load(ID) is None
    assert client.get(f"session:bad:{ID}") == b"damaged"


def test_set_aside_leaves_what_is_new(store, memcached):
    """What was saved over a damaged record meanwhile stays."""
    store.save(ID, b"fine", soon(), None)
    store.set_aside(ID, b"damaged")
    store.set_aside("b" * 40, b"damaged")
    assert content_of(store) == b"fine"
    assert memcached.stats()["curr_items"] == 1


@pytest.mark.parametrize("value", [b"", b"foreign", b"not a number", b"\x80\x04K\x01."])
def test_a_foreign_value(store, client, value):
    """A value that this store did not write is handed out whole, to be set aside."""
    client.set(f"session:{ID}", value, noreply=False)
    assert content_of(store) == value
    store.set_aside(ID, value)
    assert store.load(ID) is None


def test_no_count(store):
    """Memcached cannot tell how many sessions there are, and there is nothing to clean up."""
    store.clean_up()
    with pytest.raises(NotImplementedError, match="memcached does not tell"):
        len(store)


def test_two_stores_in_one_process(memcached):
    """Stores with prefixes of their own do not see each other's sessions, locks and users."""
    one, two = (MemcachedStore(servers=memcached.address, key_prefix=p) for p in ("1:", "2:"))
    one.save(ID, b"1", soon(), None)
    one.add_id("ann", ID)
    lock = one.lock(ID, 0)
    assert two.load(ID) is None
    assert two.ids_of("ann") == []
    two.lock(ID, 0).release()
    lock.release()


# -- locks -----------------------------------------------------------------------------


@pytest.mark.parametrize("is_loaded", [True, False])
def test_no_two_holders(memcached, is_loaded):
    """A lock keeps out other stores (that is: other processes) until it is released."""
    here, there = (MemcachedStore(servers=memcached.address) for _ in range(2))
    lock = here.lock(ID, 1)
    if is_loaded:
        here.load(ID, lock)
    with pytest.raises(LockTimeout, match=r"0\.05"):
        there.lock(ID, 0.05)
    lock.release()
    lock.release()
    there.lock(ID, 0).release()


def test_threads_time_out(store):
    """A thread that waits for another's lock gives up in time."""
    lock = store.lock(ID, 1)
    with pytest.raises(LockTimeout):
        store.lock(ID, 0.02)
    lock.release()


def test_waits_without_limit(memcached):
    """Without a time limit the lock is waited for, for as long as it takes."""
    here, there = (MemcachedStore(servers=memcached.address) for _ in range(2))
    lock = here.lock(ID, None)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(there.lock, ID, None)
        time.sleep(0.05)
        assert not waiting.done()
        lock.release()
        waiting.result().release()


def test_a_dead_holder_is_waited_for_until_its_lock_expires(memcached):
    """The lock of a holder that died ends by itself; a late release does not free the next."""
    dead = MemcachedStore(servers=memcached.address, lock_seconds=0.5)
    others = [MemcachedStore(servers=memcached.address) for _ in range(2)]
    known, unknown = dead.lock(ID, 0), dead.lock("b" * 40, 0)
    dead.load(ID, known)
    held = [others[0].lock(ID, 5), others[0].lock("b" * 40, 5)]
    dead.load("b" * 40, None)
    known.release()
    unknown.release()
    for id in (ID, "b" * 40):
        with pytest.raises(LockTimeout):
            others[1].lock(id, 0)
    for lock in held:
        lock.release()


def test_a_lost_lock_is_seen_at_load(memcached):
    """A load that finds its lock in another's hands releases nothing."""
    late = MemcachedStore(servers=memcached.address, lock_seconds=0.1)
    other = MemcachedStore(servers=memcached.address)
    lock = late.lock(ID, 0)
    held = other.lock(ID, 5)
    late.load(ID, lock)
    assert trips(memcached, lock.release) == {}
    held.release()


@pytest.mark.parametrize("is_loaded", [True, False])
def test_nothing_is_left_of_requests_without_a_session(memcached, client, store, is_loaded):
    """1,000 unknown ids, locked, looked for and released, leave no item and no lock."""
    for number in range(1000):
        lock = store.lock(str(number), 1)
        if is_loaded:
            assert store.load(str(number), lock) is None
        lock.release()
    keys = [f"session:lock:{number}" for number in range(1000)]
    assert client.get_many(keys) == {}
    # An item that has expired is counted until it is looked at.
    assert memcached.stats()["curr_items"] == 0
    assert len(store._thread_locks) == 0


def increment(store, id=ID):
    lock = store.lock(id, PROCESS_SECONDS)
    try:
        stored = store.load(id, lock)
        number = int(stored.content) if stored else 0
        assert store.save(id, b"%d" % (number + 1), soon(), stored and stored.version)
    finally:
        lock.release()


# -- round trips -----------------------------------------------------------------------


def locked_request(store):
    lock = store.lock(ID, 1)
    stored = store.load(ID, lock)
    store.save(ID, b"2", soon(), stored.version)
    lock.release()


def touching_request(store):
    lock = store.lock(ID, 1)
    store.touch(ID, soon(), store.load(ID, lock))
    lock.release()


def merging_request(store):
    store.save(ID, b"2", soon(), store.load(ID).version)


def merging_request_that_touches(store):
    store.touch(ID, soon(), store.load(ID))


def unknown_id_request(store):
    lock = store.lock("unknown", 1)
    store.load("unknown", lock)
    lock.release()


@pytest.mark.parametrize(
    ("request_of", "round_trips", "commands"),
    [
        (locked_request, 4, {"cmd_get": 2, "cmd_set": 3}),
        (touching_request, 4, {"cmd_get": 2, "cmd_set": 3}),
        (unknown_id_request, 3, {"cmd_get": 2, "cmd_set": 2}),
        (merging_request, 2, {"cmd_get": 1, "cmd_set": 1}),
        (merging_request_that_touches, 2, {"cmd_get": 1, "cmd_set": 1}),
    ],
)
def test_round_trips(memcached, request_of, round_trips, commands):
    """A request takes at most 4 round trips with the lock and 2 without: as the client sends
    and as the server counts (which counts the keys of a `gets`, where both are asked at once).
    """
    store = MemcachedStore(client=lambda: CountingClient(memcached.address, timeout=1))
    store.save(ID, b"1", soon(), None)
    CountingClient.sent = 0
    assert trips(memcached, lambda: request_of(store)) == commands
    assert CountingClient.sent == round_trips


# -- the server fails ------------------------------------------------------------------


def everything(store):
    """Return what can be asked of a store, one call each."""
    return {
        "load": lambda: store.load(ID),
        "save": lambda: store.save(ID, b"1", soon(), None),
        "delete": lambda: store.delete(ID),
        "lock": lambda: store.lock(ID, 5),
        "set_aside": lambda: store.set_aside(ID, b"1"),
        "add_id": lambda: store.add_id("ann", ID),
        "remove_id": lambda: store.remove_id("ann", ID),
        "ids_of": lambda: store.ids_of("ann"),
    }


@pytest.mark.parametrize("name", everything(None))
@pytest.mark.parametrize("fault", ["kill", "hang"])
def test_the_server_does_not_answer(memcached, store, fault, name):
    """What is asked of a dead or hung server is told to be unavailable, within the limit."""
    store.load(ID)
    getattr(memcached, fault)()
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match=memcached.address) as caught:
        everything(store)[name]()
    assert time.monotonic() - started < 0.5
    assert caught.value.code == 503


def test_a_restart_is_not_noticed(memcached, store):
    """The connections that a restart has closed cost nobody an error."""
    barrier = threading.Barrier(8)

    def load(_):
        barrier.wait(5)
        return store.load(ID)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(load, range(8))) == [None] * 8
            memcached.kill()
            memcached.start()
        for _ in range(20):
            assert store.load(ID) is None
    assert store.save(ID, b"1", soon(), None)


def test_back_at_once(memcached, store):
    """The first call after a server has come back is answered: there is no penalty."""
    memcached.kill()
    for _ in range(20):
        with pytest.raises(StoreUnavailable):
            store.load(ID)
    memcached.start()
    store.lock(ID, 0).release()
    assert store.save(ID, b"1", soon(), None)


@pytest.mark.parametrize("ids", [[ID] * 8, list("abcdefgh")], ids=["one session", "eight"])
def test_nobody_queues_behind_a_hung_server(memcached, store, ids):
    """8 threads that ask a hung server for a lock wait at the same time, not in turns."""
    store.load(ID)
    memcached.hang()
    barrier = threading.Barrier(8)

    def lock(id):
        barrier.wait(5)
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.lock(id, 5)
        return time.monotonic() - started

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(lock, ids)) < 0.75  # in turns: 2 s
    memcached.resume()
    for id in set(ids):
        store.lock(id, 2).release()


def test_a_lock_that_nobody_waited_for_is_freed(memcached):
    """A hung server takes the lock for who has given up, when it comes to; it is given back."""
    here = MemcachedStore(servers=memcached.address)
    there = MemcachedStore(servers=memcached.address, store_timeout=5)
    here.load(ID)
    memcached.hang()
    with pytest.raises(StoreUnavailable):
        here.lock(ID, 5)
    memcached.resume()
    for _ in range(10):
        there.lock(ID, 1.5).release()  # lock_seconds is 60
    assert eventually(lambda: not len(here._left))


def test_the_server_hangs_in_mid_request(memcached, store):
    """A request waits for a hung server once: its lock is released later, without it."""
    store.save(ID, b"1", soon(), None)
    lock = store.lock(ID, 1)
    stored = store.load(ID, lock)
    memcached.hang()
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.save(ID, b"2", soon(), stored.version)
    lock.release()
    assert time.monotonic() - started < 0.45  # one time-out is 0.25 s
    memcached.resume()
    store.lock(ID, 1.5).release()


@pytest.mark.parametrize("fault", ["kill", "hang"])
def test_release_never_raises(memcached, store, fault):
    """A lock whose server has gone is released all the same: the next one is not kept out."""
    lock = store.lock(ID, 1)
    getattr(memcached, fault)()
    lock.release()
    memcached.close()
    memcached.start()
    store.lock(ID, 1.5).release()


def test_left_locks_are_given_up(memcached):
    """What cannot be freed is forgotten when it has expired, and its thread ends."""
    store = MemcachedStore(servers=memcached.address, lock_seconds=0.3)
    store.load(ID)
    memcached.hang()
    with pytest.raises(StoreUnavailable):
        store.lock(ID, 5)
    assert len(store._left) == 1
    assert eventually(lambda: not len(store._left))
    assert eventually(lambda: store._left._thread is None)


def test_left_locks_are_bounded(memcached, monkeypatch):
    """The oldest of many locks that could not be freed are left to their expiry."""
    monkeypatch.setattr("wsgicherry.lib.sessions.leftlocks.MAX_LEFT", 2)
    store = MemcachedStore(servers=memcached.address)
    for number in range(5):
        store._leave(str(number), b"%d" % number)
    assert list(store._left._left) == [b"3", b"4"]
    assert eventually(lambda: not len(store._left))


def test_an_answer_that_is_none(memcached):
    """Whatever a client raises is told as a store that is unavailable."""

    class Odd(Client):
        def gets_many(self, keys):
            raise ValueError("odd answer")

    with pytest.raises(StoreUnavailable, match="odd answer"):
        MemcachedStore(client=lambda: Odd(memcached.address)).load(ID)


# -- several servers, several clients --------------------------------------------------


@pytest.fixture
def pair(start_memcached):
    """Two servers, and a store on both."""
    daemons = [start_memcached(), start_memcached()]
    return daemons, MemcachedStore(servers=[each.address for each in daemons])


def test_sessions_are_spread(pair):
    """With several servers each has some of the sessions, with their locks."""
    daemons, store = pair
    ids = [f"id{number}" for number in range(40)]
    for id in ids:
        lock = store.lock(id, 1)
        assert store.load(id, lock) is None
        store.save(id, id.encode(), soon(), None)
        lock.release()
    assert [content_of(store, id) for id in ids] == [id.encode() for id in ids]
    assert min(daemon.stats()["get_hits"] for daemon in daemons) > 10


def test_one_of_several_servers_is_down(pair):
    """The sessions of a server that is down are unavailable, the others are not; it is asked
    again at once when it is back.
    """
    daemons, store = pair
    ids = [f"id{number}" for number in range(40)]
    daemons[0].kill()
    answers = []
    for id in ids:
        try:
            answers.append(store.save(id, b"1", soon(), None))
        except StoreUnavailable:
            answers.append("unavailable")
    assert set(answers) == {True, "unavailable"}
    daemons[0].start()
    assert [store.save(f"new{id}", b"1", soon(), None) for id in ids] == [True] * 40


def test_a_client_of_the_program(memcached):
    """A pooled client that a program has made is used by all threads."""
    client = PooledClient(memcached.address, timeout=1)
    store = MemcachedStore(client=client)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: increment(store), range(40)))
    assert content_of(store) == b"40"
    memcached.kill()
    with pytest.raises(StoreUnavailable, match="PooledClient"):
        store.load(ID)
    client.close()


def test_a_socket_file(start_memcached, tmp_path, monkeypatch, require_program):
    """A memcached on a unix socket is reached by the path of it."""
    path = tmp_path / "m.sock"
    program = require_program("memcached", "apt-get install memcached")
    process = subprocess.Popen([program, "-u", getpass.getuser(), "-s", str(path)])
    try:
        assert eventually(path.exists)
        store = MemcachedStore(servers=[f"unix:{path}"])
        assert store.save(ID, b"1", soon(), None)
        assert content_of(store) == b"1"
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("servers", ["", ":5", "host:", "host:x", "host:²", [], ["a:1", "b:y"]])
def test_addresses_that_cannot_be(servers):
    """What is no address is told when the store is made, with the name of the setting."""
    with pytest.raises(ValueError, match=r"tools\.sessions\.servers"):
        MemcachedStore(servers=servers)


def test_one_address_as_a_pair(memcached):
    """A pair of host and port alone is one server; 'localhost' is met on whichever address."""
    store = MemcachedStore(servers=("localhost", memcached.port))
    assert store.load(ID) is None


@pytest.mark.parametrize("prefix", ["a b", "a\n", "ä", "x" * 101])
def test_prefixes_that_cannot_be(prefix):
    """A prefix that memcached does not take in a key is told when the store is made."""
    with pytest.raises(ValueError, match=r"tools\.sessions\.key_prefix"):
        MemcachedStore(key_prefix=prefix)


def test_without_pymemcache(monkeypatch):
    """Without pymemcache a store can be made; its first use says what to install."""

    def import_nothing(name):
        raise ModuleNotFoundError(name)

    store = MemcachedStore()
    monkeypatch.setattr(memcachedserver, "import_module", import_nothing)
    with pytest.raises(ImportError, match=r"pip install 'wsgicherry\[memcached\]'"):
        store.load(ID)


# -- the sessions of a user ------------------------------------------------------------


def test_the_sessions_of_a_user(store):
    """Ids are noted for each user, oldest first and once, whatever the user is called."""
    for user in ("ann", "", "Jürgen \r\n\ud800", "x" * 1000):
        for id in ("one", "two", "three", "one"):
            store.add_id(user, id)
        store.remove_id(user, "two")
        store.remove_id(user, "unknown")
        assert list(store.ids_of(user)) == ["three", "one"]
    store.remove_id("ann", "one")
    store.remove_id("ann", "three")
    assert list(store.ids_of("ann")) == []
    store.add_id("ann", "new")
    assert list(store.ids_of("ann")) == ["new"]


def test_the_sessions_of_a_user_are_bounded(store, client):
    """The oldest ids of a user who has very many are forgotten."""
    ids = [str(number) for number in range(MAX_IDS_OF_USER)]
    client.set(f"session:{user_name('ann')}", " ".join(ids), noreply=False)
    store.add_id("ann", "new")
    assert list(store.ids_of("ann")) == [*ids[1:], "new"]


def test_a_list_that_always_changes(store, monkeypatch):
    """To note an id is given up, as unavailable, when others are always faster."""
    monkeypatch.setattr(memcachedserver.MemcachedServer, "add", lambda *arguments: False)
    with pytest.raises(StoreUnavailable, match="100 attempts"):
        store.add_id("ann", ID)


# -- forks -----------------------------------------------------------------------------

FORK = """
import os, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {root!r})
from wsgicherry.lib.sessions.memcached import MemcachedStore
{client}
far = 10_000_000_000.0
store.save("before", b"1", far, None)
lock = store.lock("held", 1)
read, write = os.pipe()
child = os.fork()
name = "parent" if child else "child"
if not child:
    {expect}
answers = []
for number in range(500):
    key = name + str(number)
    store.save(key, key.encode(), far, None)
    answers.append(store.load(key).content == key.encode())
assert all(answers)
if not child:
    assert "held" not in store._thread_locks
    os._exit(0)
lock.release()
assert os.waitpid(child, 0)[1] == 0
store.lock("held", 0).release()
"""


def run_fork(client, expect="pass"):
    program = FORK.format(root=str(ROOT), client=client, expect=expect)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=PROCESS_SECONDS)


def test_parent_and_child_do_not_share_connections(memcached):
    """A store that was used before a fork gives parent and child their own answers."""
    done = run_fork(f"store = MemcachedStore(servers={memcached.address!r}, store_timeout=5)")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_client_that_was_used_before_a_fork(memcached):
    """A client that the parent used is refused in the child, with the remedy."""
    client = (
        "from pymemcache.client.base import PooledClient\n"
        f"store = MemcachedStore(client=PooledClient({memcached.address!r}, timeout=5))"
    )
    expect = (
        "\n    try: store.load('x')"
        "\n    except RuntimeError as error: print(error, flush=True)"
        "\n    os._exit(0)"
    )
    done = run_fork(client, expect)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Give a function that makes a client" in done.stdout


def test_under_gevent(memcached):
    """Greenlets of gevent wait for each other's locks without stopping the others."""
    pytest.importorskip("gevent")
    program = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent, sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "from test_memcached_store import MemcachedStore, ID, increment\n"
        f"store = MemcachedStore(servers={memcached.address!r}, store_timeout=5)\n"
        "jobs = [gevent.spawn(increment, store) for _ in range(200)]\n"
        "gevent.joinall(jobs, raise_error=True)\n"
        "print(store.load(ID).content.decode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PROCESS_SECONDS
    )
    assert (done.stdout, done.returncode) == ("200\n", 0), done.stderr
