"""A site that tells what the engine does, with a log set up by the program itself.

`gunicorn wire_engine:wsgi`; `python wire_engine.py` serves a free port by quickstart.
"""

import json
import logging
import os
import signal
import sys
import threading
import time

import wsgicherry
from wsgicherry import expose
from wsgicherry.process.plugins import Monitor

# A shell's background jobs inherit an ignored SIGINT; here it is what some tests are about.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)

WAIT_SECONDS = 10
POLL_SECONDS = 0.01
LIFE_CHANNELS = ("start", "stop", "exit")
SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGQUIT")


def say(text):
    """Print a line at once; a single write, as threads print at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(channel):
    """Return a listener that tells which process it was called in."""
    return lambda *arguments: say(f"heard {channel} in {os.getpid()}")


class Ticks:
    """What the monitor did in this process."""

    def __init__(self):
        self.count, self.changed = 0, threading.Condition()

    def tick(self):
        """Count, in the monitor's thread."""
        with self.changed:
            self.count += 1
            self.changed.notify_all()


class Root:
    """The pages."""

    ticks = None

    @expose
    def index(self):
        """Tell which process answers."""
        return str(os.getpid())

    @expose
    def ticked(self):
        """Wait until the monitor has ticked twice more."""
        ticks = self.ticks
        with ticks.changed:
            wanted = ticks.count + 2
            ticks.changed.wait_for(lambda: ticks.count >= wanted, WAIT_SECONDS)
            return str(ticks.count >= wanted)

    @expose
    def state(self):
        """Show what the toolkit has done to this process."""
        return json.dumps(
            {
                "engine": str(wsgicherry.engine.state),
                "serving": wsgicherry.server.running,
                "threads": [thread.name for thread in threading.enumerate()],
                "handlers": {
                    name: str(
                        getattr(signal.getsignal(getattr(signal, name)), "__module__", "none")
                    )
                    for name in SIGNALS
                },
            }
        )

    @expose
    def meet(self, folder, parties):
        """Wait until so many processes are here: each leaves a file named by its id."""
        open(os.path.join(folder, str(os.getpid())), "w").close()
        self._wait_until(lambda: len(os.listdir(folder)) >= int(parties))
        return str(os.getpid())

    @expose
    def slow(self, until):
        """Tell that it runs, and wait for a file."""
        say(f"slow: begun in {os.getpid()}")
        self._wait_until(lambda: os.path.exists(until))
        return "slow: done"

    def _wait_until(self, is_done):
        give_up_at = time.monotonic() + WAIT_SECONDS
        while not is_done() and time.monotonic() < give_up_at:
            time.sleep(POLL_SECONDS)


logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(name)s: %(message)s")

root = Root()
root.ticks = Ticks()
for name in LIFE_CHANNELS:
    wsgicherry.engine.subscribe(name, tell(name))
if os.environ.get("WIRE_HEAR"):
    for name in ("before_request", "after_request", "start_thread", "stop_thread"):
        wsgicherry.engine.subscribe(name, tell(name))
Monitor(wsgicherry.engine, root.ticks.tick, frequency=0.02, name="ticker").subscribe()
wsgicherry.config.update({"server.socket_port": 0, "log.screen": False})
wsgicherry.tree.mount(root)

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.config.update(json.loads(sys.argv[1]) if sys.argv[1:] else {})
    wsgicherry.quickstart(root)
