"""A page in each coding, and a stream of progress, for what a browser makes of them."""

import threading

import wsgicherry
from wsgicherry import expose

WORDS = "süße Kirschen " * 500
WAIT_SECONDS = 20
gate = threading.Event()


class Coding:
    """A page that is offered in one coding only."""

    def __init__(self, name):
        self._cp_config = {
            "tools.compress.on": True,
            "tools.compress.codings": [name],
            "tools.compress.min_bytes": 0,
        }

    @expose
    def index(self):
        """Show the words."""
        return f"<!DOCTYPE html><title>Packed</title><p>{WORDS}</p>"

    @expose
    @wsgicherry.config(**{"response.stream": True})
    def progress(self):
        """Show a first step, and a second one when the gate is opened."""
        gate.clear()
        yield "<!DOCTYPE html><title>Progress</title><ul><li>first</li>"
        gate.wait(WAIT_SECONDS)
        yield "<li>second</li></ul>"


class Root:
    """The pages, by the names of their codings."""

    zstd, br, gzip, deflate = map(Coding, ("zstd", "br", "gzip", "deflate"))

    @expose
    def open_gate(self):
        """Let the progress go on."""
        gate.set()
        return "open"


wsgi = wsgicherry.tree
wsgicherry.tree.mount(Root(), "")
