"""Two pages with the config that the environment variable WIRE_CONFIG holds, as JSON.

`python wire_config.py` serves them by quickstart, `gunicorn wire_config:wsgi` without.
"""

import json
import os
import signal
import time

import wsgicherry
from wsgicherry import expose

# A shell's background jobs inherit an ignored SIGINT; here it is what some tests are about.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)

WAIT_SECONDS = 10
POLL_SECONDS = 0.01


class Root:
    """The pages."""

    @expose
    def index(self, turn=""):
        """Greet."""
        return "hello"

    @expose
    def slow(self, until):
        """Tell that it runs, and wait for a file."""
        print("slow: begun", flush=True)
        give_up_at = time.monotonic() + WAIT_SECONDS
        while not os.path.exists(until) and time.monotonic() < give_up_at:
            time.sleep(POLL_SECONDS)
        return "slow: done"

    @expose
    def error(self, turn=""):
        """Fail."""
        raise ValueError("as asked")


config = json.loads(os.environ["WIRE_CONFIG"])

if __name__ == "__main__":
    wsgicherry.quickstart(Root(), "", config)
else:
    wsgicherry.config.update(config)
    wsgicherry.tree.mount(Root(), "", config)

wsgi = wsgicherry.tree
