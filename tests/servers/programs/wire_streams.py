"""Streams, files, events and hints, for the tests of what leaves a handler.

`python wire_streams.py` serves a free port by quickstart; `gunicorn wire_streams:wsgi` does
without. A page that is asked with `?id=...` prints that id when it is closed.
"""

import collections
import io
import os
import queue
import sys
import threading

import wsgicherry
from wsgicherry import expose
from wsgicherry.lib import sse

CHUNK = b"x" * 65536
FOLDER = os.environ.get("WIRE_FOLDER", ".")
queues = collections.defaultdict(queue.Queue)


def say(text):
    """Print a line at once; a single write, as threads print at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def open_file(name):
    """Open a file of the test's folder."""
    return open(os.path.join(FOLDER, name), "rb")


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


class Source:
    """The events of a queue, with None while there are none; closing it is told."""

    def __init__(self, id):
        self.id = id

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return queues[self.id].get(timeout=0.02)
        except queue.Empty:
            return None

    def close(self):
        """Tell."""
        say(f"closed {self.id}.")


class Pages:
    """The pages."""

    @expose
    def index(self, id=""):
        """Greet."""
        return "hello"

    @expose
    def file(self, name, skip="0", length=None, stream="", id=""):
        """Send a file from byte `skip` on, after a look at its beginning."""
        wsgicherry.response.headers["Content-Type"] = "application/octet-stream"
        wsgicherry.response.stream = bool(stream)
        if length:
            wsgicherry.response.headers["Content-Length"] = length
        file = open_file(name)
        file.read(int(skip))
        return file

    @expose
    def memory(self, size, id=""):
        """Send a file that is none."""
        return io.BytesIO(b"m" * int(size))

    @expose
    def chunks(self, count, id=""):
        """Send `count` chunks of 64 KiB."""
        wsgicherry.response.stream = True
        return (CHUNK for _ in range(int(count)))

    @expose
    def short(self):
        """Promise more than is sent."""
        wsgicherry.response.stream = True
        wsgicherry.response.headers["Content-Length"] = "100"
        return iter([b"short"])

    @expose
    def long(self):
        """Send more than is promised."""
        wsgicherry.response.stream = True
        wsgicherry.response.headers["Content-Length"] = "5"
        return iter([b"longer ", b"than that"])

    @expose
    def wrong_length(self):
        """Promise another length than that of a body in memory."""
        wsgicherry.response.headers["Content-Length"] = "100"
        return b"in memory"

    @expose
    def status(self, code, name):
        """Return a file whatever the status says of it."""
        wsgicherry.response.status = code
        return open_file(name)

    @expose
    def hints(self, value="</style.css>; rel=preload; as=style"):
        """Send hints ahead of the page."""
        wsgicherry.response.early_hints([value, ("X-Hint", "1"), ("Connection", "close")])
        return "page"

    @expose
    def connected(self):
        """Tell that the page waits, then when its client has gone."""
        say(f"connected: {wsgicherry.request.client_connected()}")
        gone = threading.Event()
        while wsgicherry.request.client_connected():
            gone.wait(0.01)
        say("connected: not any more")

    @expose
    def still_connected(self):
        """Tell whether the client is there."""
        return str(wsgicherry.request.client_connected())

    @expose
    def events(self, id="", heartbeat="15"):
        """Send what /tell puts in."""
        wsgicherry.response.headers["X-Seen"] = sse.last_event_id()
        return sse.stream(Source(id), float(heartbeat))

    @expose
    def queued(self, heartbeat="15", id=""):
        """Send the events of a queue."""
        return sse.stream(queues[id], float(heartbeat))

    @expose
    def tell(self, id, text):
        """Put an event into a stream."""
        queues[id].put(text)
        return "told"


wsgicherry.config.update(
    {
        "log.screen": True,
        "server.socket_port": 0,
        "server.thread_pool": 8,
        "hooks.on_end_request": lambda: say(
            f"request {wsgicherry.request.params.get('id', '')} over."
        ),
        "tools.gzip.on": True,
        "tools.gzip.mime_types": ["text/*"],
    }
)
wsgicherry.tree.mount(Pages(), "")

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(Pages())
