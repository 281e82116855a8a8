"""Who removes expired sessions: one monitor for each store, from its first use to the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest
from session_pages import RamSession, Root, client, cookie_of, session

from wsgicherry.lib.sessions import Session
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.site import Site

PATIENCE_SECONDS = 20
SOON = 0.0005  # minutes


def reads():
    return str(session.get("n"))


def writes():
    session["n"] = 1
    return "written"


def untouched():
    return "untouched"


PAGES = (reads, writes, untouched)


def cleaners():
    return [each for each in threading.enumerate() if each.name == "Session cleanup"]


class Sweeping(RamStore):
    """A store that tells when it was cleaned, and may fail at it."""

    def __init__(self):
        super().__init__()
        self.sweeps, self.is_failing = 0, False
        self.swept = threading.Event()

    def clean_up(self):
        self.sweeps += 1
        self.swept.set()
        if self.is_failing:
            raise RuntimeError("one bad record")
        super().clean_up()

    def wait(self):
        self.swept.clear()
        assert self.swept.wait(PATIENCE_SECONDS)


@pytest.fixture
def kind():
    """A class of sessions on such a store."""
    store_class = type("Sweeping", (Sweeping,), {})
    return type("SweepingSession", (RamSession,), {"store_class": store_class})


def test_lazily(mount, kind):
    """No thread is started before somebody looks into a session; then one, whatever comes."""
    browser = mount(*PAGES, storage_class=kind)
    browser.get("/untouched")
    assert cleaners() == []
    for _ in range(3):
        browser.get("/reads")
        client(browser.app).get("/writes")
    assert len(cleaners()) == 1
    assert kind(None).store.clean_thread.thread is cleaners()[0]
    assert kind(None).store.clean_thread.frequency == 300


def test_expired_sessions_are_removed(mount, kind):
    """What has expired is removed, and what has not is kept."""
    browser = mount(*PAGES, storage_class=kind, clean_freq=SOON)
    old = cookie_of(browser.get("/writes"))["value"]
    young = cookie_of(client(browser.app).get("/writes"))["value"]
    store = kind(None).store
    store.touch(old, time.time() - 1, store.load(old))
    store.wait()
    store.wait()
    assert list(store) == [young]
    assert len(store) == 1


@pytest.mark.parametrize("frequency", [0, 0.0])
def test_switched_off(mount, kind, frequency):
    """clean_freq=0 leaves the cleaning to somebody else (CherryPy's rule)."""
    mount(*PAGES, storage_class=kind, clean_freq=frequency).get("/reads")
    assert cleaners() == []


def test_one_for_each_store(mount, kind, ram, tmp_path):
    """Two stores are cleaned by two monitors; two applications of one store share its one."""
    browser = mount(*PAGES, storage_class=kind)
    mount(*PAGES, script_name="/same", storage_class=kind)
    mount(*PAGES, script_name="/ram", **ram.settings)
    mount(*PAGES, script_name="/file", storage_class="file", storage_path=str(tmp_path))
    for name in ("", "/same", "/ram", "/file"):
        browser.get(f"{name}/reads")
    assert len(cleaners()) == 3


def test_stores_that_clean_themselves(mount, memcached):
    """memcached removes what has expired by itself."""
    mount(*PAGES, storage_class="memcached", servers=[memcached.address]).get("/reads")
    assert cleaners() == []


def test_an_error_does_not_end_it(mount, kind, error_text):
    """A sweep that fails is logged with its traceback; the next one comes."""
    kind(None).store.is_failing = True
    mount(*PAGES, storage_class=kind, clean_freq=SOON).get("/reads")
    store = kind(None).store
    store.wait()
    store.wait()
    assert store.sweeps >= 2
    store.is_failing = False
    assert "one bad record" in error_text()
    assert "Some expired sessions could not be removed." in error_text()


def test_it_ends_with_the_engine(site, mount, kind):
    """When the engine exits the thread ends, and no late request starts it again."""
    browser = mount(*PAGES, storage_class=kind)
    browser.get("/reads")
    (thread,) = cleaners()
    site.engine.exit()
    thread.join(PATIENCE_SECONDS)
    assert cleaners() == []
    browser.get("/reads")
    assert cleaners() == []


def test_it_rests_while_the_engine_does(site, mount, kind):
    """engine.stop() stops the thread, engine.start() starts it again."""
    browser = mount(*PAGES, storage_class=kind)
    browser.get("/reads")
    site.engine.stop()
    assert cleaners() == []
    site.engine.start_embedded()
    assert len(cleaners()) == 1


def test_another_engine_of_the_process(mount, kind, site, make_logger_root):
    """When one site has ended, the next one that uses the store has it cleaned."""
    mount(*PAGES, storage_class=kind).get("/reads")
    site.engine.exit()
    other = Site(make_logger_root())
    root = Root()
    reads.exposed = True
    root.reads = reads
    other.tree.mount(
        root, "", {"/": {"tools.sessions.on": True, "tools.sessions.storage_class": kind}}
    )
    try:
        client(other.tree).get("/reads")
        assert len(cleaners()) == 1
        assert kind(None).store.clean_thread.bus is other.engine
    finally:
        other.engine.exit()


def test_many_first_requests(mount, kind):
    """First requests at once start one thread between them."""
    app = mount(*PAGES, storage_class=kind).app
    client(app).get("/untouched")
    start = threading.Barrier(8)

    def ask():
        start.wait(PATIENCE_SECONDS)
        client(app).get("/reads")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE_SECONDS)
    assert len(cleaners()) == 1


class Old(Session):
    """A class in CherryPy's manner, which counts its sweeps."""

    cache: dict

    def _exists(self):
        return self.id in self.cache

    def _load(self):
        return self.cache.get(self.id)

    def _save(self, expiration_time):
        self.cache[self.id] = (self._data, expiration_time)

    def _delete(self):
        self.cache.pop(self.id, None)

    def acquire_lock(self):
        self.locked = True

    def release_lock(self):
        self.locked = False

    def clean_up(self):
        self.sweepers.append(self)
        for id, (_, expires) in list(self.cache.items()):
            if expires <= self.now():
                del self.cache[id]
        self.swept.set()


def make_old(**attributes):
    own = {"cache": {}, "sweepers": [], "swept": threading.Event(), **attributes}
    return type("OldSession", (Old,), own)


def test_classes_written_for_cherrypy(mount, site):
    """clean_up() of such a class is called too, on a session that no request has."""
    kind = make_old()
    seen = []

    def index():
        seen.append(session._target())
        session["n"] = 1
        return session.id

    browser = mount(index, *PAGES, storage_class=kind, clean_freq=SOON, marked="yes")
    id = browser.get("/").text
    data, _ = kind.cache[id]
    kind.cache[id] = (data, kind(None).now().replace(year=2000))
    for _ in range(2):
        kind.swept.clear()
        assert kind.swept.wait(PATIENCE_SECONDS)
    assert kind.cache == {}
    assert seen[0] not in kind.sweepers
    assert kind.sweepers[0].marked == "yes"
    assert kind.clean_thread.thread is cleaners()[0]


def test_a_class_and_one_derived_from_it(mount):
    """A derived class has a monitor of its own (BEHAVIOUR 13.3 item 5)."""
    kind = make_old()
    derived = type("Derived", (kind,), {"cache": {}, "swept": threading.Event()})
    browser = mount(*PAGES, storage_class=kind)
    mount(*PAGES, script_name="/derived", storage_class=derived)
    browser.get("/reads")
    browser.get("/derived/reads")
    assert len(cleaners()) == 2
    assert kind.clean_thread is not derived.clean_thread


FORKING = """
import os, sys, threading
from wsgicherry.site import Site
from wsgicherry.core.current import Proxy
from webtest import TestApp

session = Proxy("session")

class Root:
    def index(self):
        return str(session.get("n"))
    index.exposed = True

def count():
    return sum(each.name == "Session cleanup" for each in threading.enumerate())

site = Site("forking")
site.tree.mount(Root(), "", {"/": {"tools.sessions.on": True}})
app = TestApp(site.tree)
before = count()
app.get("/")
here = count()
read, write = os.pipe()
child = os.fork()
if not child:
    inherited = count()
    app.get("/")
    os.write(write, f"{inherited} {count()}".encode())
    site.engine.exit()
    os._exit(0)
os.waitpid(child, 0)
print(before, here, os.read(read, 100).decode(), count())
site.engine.exit()
print(count())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_after_a_fork():
    """A forked worker has no thread, and starts its own at the first use (R1)."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", FORKING],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.stdout.split() == ["0", "1", "0", "1", "1", "0"], done.stderr
