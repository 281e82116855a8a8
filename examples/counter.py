"""A counter for each browser, whose sessions are where counter.conf says.

Run: python examples/counter.py, then open http://127.0.0.1:8080 a few times. It counts in this
process. Change "ram" to "memcached" in examples/counter.conf, and it counts on over restarts,
and in as many processes as you like: gunicorn -w 4 --chdir examples counter:wsgi
"""

import os
from pathlib import Path

import wsgicherry


class Root:
    """One page."""

    @wsgicherry.expose
    def index(self):
        """Count the visits of this browser."""
        session = wsgicherry.session
        session["visits"] = session.get("visits", 0) + 1
        return f"Visit number {session['visits']}.\n"


config = os.environ.get("CONFIG") or Path(__file__).with_name("counter.conf")
app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
