"""A folder of files, for the tests of what is seen of them on the wire.

`python wire_static.py` serves a free port by quickstart; `gunicorn wire_static:wsgi` does
without.
"""

import os
import sys

import wsgicherry
from wsgicherry import expose
from wsgicherry.lib.static import serve_file, serve_fileobj

FOLDER = os.environ.get("WIRE_FOLDER", ".")
PUBLIC = os.path.join(FOLDER, "public")


def say(text):
    """Print a line at once; a single write, as threads print at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell_of_sendfile():
    """Have gunicorn tell whether it sent a file by the descriptor."""
    from gunicorn.http.wsgi import Response  # only there if gunicorn serves

    sendfile = Response.sendfile

    def telling(self, wrapped):
        is_sent = sendfile(self, wrapped)
        say(f"sendfile of {self.req.uri}: {is_sent}")
        return is_sent

    Response.sendfile = telling


if "gunicorn" in sys.modules:
    tell_of_sendfile()


class Pages:
    """The pages."""

    @expose
    def pid(self):
        """Tell which process answers."""
        return str(os.getpid())

    @expose
    def file(self):
        """Serve a file from a handler."""
        return serve_file(os.path.join(PUBLIC, "data.bin"))

    @expose
    def opened(self):
        """Serve an open file from a handler."""
        return serve_fileobj(open(os.path.join(PUBLIC, "data.bin"), "rb"))


CONFIG = {
    "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": PUBLIC},
    "/one": {
        "tools.staticfile.on": True,
        "tools.staticfile.filename": os.path.join(PUBLIC, "data.bin"),
    },
}
wsgicherry.config.update({"log.screen": True, "server.socket_port": 0})
wsgicherry.tree.mount(Pages(), "", CONFIG)

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(Pages(), "", CONFIG)
