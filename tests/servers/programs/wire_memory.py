"""Large bodies, for the tests of how much memory they take.

`python wire_memory.py` serves a free port by quickstart; `gunicorn wire_memory:wsgi` does
without.
"""

import os

import wsgicherry
from wsgicherry import expose

CHUNK = bytes(64 * 1024)


class Pages:
    """The pages."""

    @expose
    def pid(self):
        """Tell which process answers."""
        return str(os.getpid())

    @expose
    def chunks(self, size):
        """Send `size` bytes, made on the way."""
        wsgicherry.response.stream = True
        return (CHUNK for _ in range(int(size) // len(CHUNK)))

    @expose
    def file(self, size):
        """Return the open file that the test made."""
        return open(os.path.join(os.environ["WIRE_FOLDER"], "large"), "rb")


wsgicherry.config.update({"log.screen": True, "server.socket_port": 0})
wsgicherry.tree.mount(Pages(), "")

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(Pages())
