"""One counter for each way of locking, for the tests of sessions on real servers.

`gunicorn wire_sessions:wsgi`; `python wire_sessions.py` serves a free port by quickstart.
WIRE_SESSIONS is JSON: the settings of `tools.sessions`; WIRE_THREADS is how many quickstart has.
"""

import json
import os
import random
import resource
import sys
import threading
import time
from collections import defaultdict

import wsgicherry
from wsgicherry import expose

SETTINGS = json.loads(os.environ.get("WIRE_SESSIONS", "{}"))
LOCKINGS = ("implicit", "early", "explicit", "merge")
WAIT_SECONDS = 20
CHUNK = b"x" * 65536
events = defaultdict(threading.Event)


def say(text):
    """Print a line at once; a single write, as threads print at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def make_data(seed, size):
    """Return so many bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


class Pages:
    """The pages of one way of locking."""

    def __init__(self, locking):
        self.locking = locking

    def _lock(self):
        """Lock the session, whatever the way of locking."""
        session = wsgicherry.session
        if not session.locked:
            session.acquire_lock()
        return session

    @expose
    def index(self):
        """Tell which process answers, without a look at the session."""
        return str(os.getpid())

    @expose
    def add(self, work="0.0005"):
        """Add one to the counter, with some work between reading and writing."""
        session = wsgicherry.session
        if self.locking == "merge":
            session.counter("count").add(1)
            time.sleep(float(work))
        else:
            session = self._lock()
            count = session.get("count", 0)
            time.sleep(float(work))
            session["count"] = count + 1
        return str(os.getpid())

    @expose
    def count(self):
        """Show the counter."""
        return str(wsgicherry.session.get("count", 0))

    @expose
    def put(self, seed, size):
        """Keep so many bytes, which no compression makes smaller."""
        wsgicherry.session["seed"] = int(seed)
        wsgicherry.session["data"] = make_data(int(seed), int(size))
        return "kept"

    @expose
    def whole(self):
        """Show which bytes are kept, and whether they are what was put: 'PID SEED True'."""
        seed, data = wsgicherry.session.get("seed", 0), wsgicherry.session.get("data", b"")
        return f"{os.getpid()} {seed} {data == make_data(seed, len(data))}"

    @expose
    def limit(self, size):
        """Let no file that this process writes become larger; 'none' is no limit."""
        limit = resource.RLIM_INFINITY if size == "none" else int(size)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        return "limited"

    @expose
    def hold(self, id):
        """Tell that the session is locked, and wait for /go."""
        self._lock()["held"] = id
        say(f"{id} is held in {os.getpid()}.")
        return str(events[id].wait(WAIT_SECONDS))

    @expose
    def go(self, id):
        """Let the page that waits in this process go on."""
        events[id].set()
        return "gone"

    @expose
    def leave(self, how):
        """Lock the session, and raise what ends a program."""
        self._lock()["left"] = how
        raise {"SystemExit": SystemExit, "KeyboardInterrupt": KeyboardInterrupt}[how](how)

    @expose
    def stream(self, id):
        """Send a chunk, wait for /go, count once more and send the rest."""
        wsgicherry.response.stream = True
        session = self._lock() if self.locking != "merge" else wsgicherry.session
        session["count"] = session.get("count", 0) + 1

        def body():
            yield b"first\n"
            yield b"is on: %d\n" % events[id].wait(WAIT_SECONDS)

        return body()

    @expose
    def endless(self, id):
        """Send until the client goes, with a change of the session before and in the middle."""
        wsgicherry.response.stream = True
        session = self._lock() if self.locking != "merge" else wsgicherry.session
        session["count"] = session.get("count", 0) + 1

        def body():
            try:
                yield CHUNK
                wsgicherry.session["late"] = id
                while True:
                    yield CHUNK
            finally:
                say(f"{id} is over.")

        return body()

    @expose
    def late(self):
        """Show what an endless stream has left in the session."""
        return str(wsgicherry.session.get("late"))

    @expose
    def threads(self):
        """Tell which process answers, and the names of its threads."""
        return json.dumps([os.getpid(), [each.name for each in threading.enumerate()]])


wsgicherry.config.update(
    {
        "server.socket_port": 0,
        "server.thread_pool": int(os.environ.get("WIRE_THREADS", "10")),
        "log.screen": True,
    }
)
for name in LOCKINGS:
    config = {f"tools.sessions.{key}": value for key, value in SETTINGS.items()}
    config |= {"tools.sessions.on": True, "tools.sessions.locking": name}
    wsgicherry.tree.mount(Pages(name), f"/{name}", {"/": config})

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart()
