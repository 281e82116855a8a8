"""Pages that are compressed, for the tests of what arrives when.

`python wire_compression.py` serves a free port by quickstart; `gunicorn wire_compression:wsgi`
does without.
"""

import collections
import threading

import wsgicherry
from wsgicherry import expose

WAIT_SECONDS = 10
steps = collections.defaultdict(threading.Event)


class Pages:
    """The pages."""

    @expose
    def index(self):
        """Answer with much of the same."""
        return "paragraph " * 1000

    @expose
    @wsgicherry.config(**{"response.stream": True})
    def progress(self, id):
        """Tell of a first step, and of a second one when somebody asks for it."""
        yield "first step\n"
        steps[id].wait(WAIT_SECONDS)
        yield "second step\n"

    @expose
    def step(self, id):
        """Let a page go on."""
        steps[id].set()
        return "done"

    @expose
    @wsgicherry.config(**{"response.stream": True})
    def breaks(self):
        """Fail in the middle."""
        yield "some of it\n"
        raise ValueError("and no more")


wsgicherry.config.update(
    {
        "log.screen": True,
        "server.socket_port": 0,
        "tools.compress.on": True,
        "tools.compress.codings": ["gzip"],
    }
)
wsgicherry.tree.mount(Pages(), "")

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(Pages())
