"""Pages that take bodies of every kind, for the tests of what arrives on the wire.

`python upload_site.py` serves a free port by quickstart; `gunicorn upload_site:wsgi` does
without. A page that is asked with `?id=...` counts that id once it has all of its body.
"""

import hashlib
import json
import os
import threading
from collections import Counter
from contextlib import suppress

import wsgicherry
from wsgicherry import HTTPError, expose

# The tests have these numbers, too.
LIMIT_BYTES, LIMIT_PARTS = 1000, 3

runs = Counter()
runs_lock = threading.Lock()


def count(id):
    """Note that a page has run to its end for the request `id`."""
    with runs_lock:
        runs[id] += 1


def describe(value):
    """Return a field as it is, a file as its name, its size and its digest."""
    if isinstance(value, list):
        return [describe(each) for each in value]
    if isinstance(value, str):
        return value
    digest, size = hashlib.sha256(), 0
    while piece := value.file.read(64 * 1024):
        digest.update(piece)
        size += len(piece)
    return {"name": value.filename, "size": size, "digest": digest.hexdigest()}


def refuse_all_but_pictures(part):
    """Refuse a file that does not say that it is a picture, before it is read."""
    if part.filename and part.content_type.value != "image/png":
        raise HTTPError(415, "Only pictures.")


def count_open_files():
    """Return how many nameless files this process holds."""
    found = 0
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the descriptor of this very list
            found += os.readlink(f"/proc/self/fd/{number}").endswith("(deleted)")
    return found


class Pages:
    """Bodies that are parsed."""

    @expose
    def form(self, id="", **fields):
        """Show the fields and files of a form."""
        shown = json.dumps({name: describe(value) for name, value in fields.items()})
        count(id)
        return shown

    # The same behind low limits, which the config sets.
    few_bytes = few_field_bytes = few_parts = pictures = form

    @expose
    def json(self, id=""):
        """Show a JSON document again."""
        count(id)
        return json.dumps(wsgicherry.request.json)

    @expose
    def open_files(self, id="", **fields):
        """Tell how many nameless files are open while a form is here."""
        count(id)
        return str(count_open_files())


class RawPages:
    """Bodies that pages read by themselves, or not at all."""

    @expose
    def raw(self, id=""):
        """Give the body back."""
        data = wsgicherry.request.body.read()
        count(id)
        return data

    few_raw_bytes = raw

    @expose
    def pieces(self, id=""):
        """Read the body by pieces and tell its size and digest."""
        digest, size = hashlib.sha256(), 0
        while piece := wsgicherry.request.body.read(64 * 1024):
            digest.update(piece)
            size += len(piece)
        count(id)
        return json.dumps({"size": size, "digest": digest.hexdigest()})

    few_pieces = pieces

    @expose
    def echo(self, id=""):
        """Give the body back piece by piece, while it comes."""
        wsgicherry.response.stream = True
        yield from wsgicherry.request.body.pieces()
        count(id)

    @expose
    def lines(self, id=""):
        """Read the body by lines and show them."""
        shown = [line.decode("latin-1") for line in wsgicherry.request.body]
        count(id)
        return json.dumps(shown)

    @expose
    def measure(self, id="", upload=None):
        """Tell the size of an upload, or of a raw body that is read by pieces."""
        read = (upload.file if upload else wsgicherry.request.body).read
        size = 0
        while piece := read(64 * 1024):
            size += len(piece)
        return str(size)

    @expose
    def unread(self, id=""):
        """Leave the body alone."""
        count(id)
        return "unread"


class Root(Pages, RawPages):
    """Everything, and what the tests ask about it."""

    @expose
    def pid(self):
        """Tell which process answers."""
        return str(os.getpid())

    @expose
    def runs(self, id):
        """Tell how often a page has run to its end for `id`."""
        with runs_lock:
            return str(runs[id])

    @expose
    def mark(self, id):
        """Print a line, which comes behind those of all requests before it."""
        print(f"mark {id}.", flush=True)
        return ""


LIMITS = {
    "/few_bytes": {"request.body.maxbytes": LIMIT_BYTES},
    "/few_raw_bytes": {"request.body.maxbytes": LIMIT_BYTES},
    "/few_pieces": {"request.body.maxbytes": LIMIT_BYTES},
    "/few_field_bytes": {"request.body.max_field_bytes": LIMIT_BYTES},
    "/few_parts": {"request.body.max_parts": LIMIT_PARTS},
    "/pictures": {"request.body.on_part": refuse_all_but_pictures},
    "/json": {"tools.json_in.on": True},
}

wsgicherry.config.update(
    {
        "log.screen": True,
        "server.socket_port": 0,
        "server.thread_pool": 8,
        "request.show_tracebacks": False,
        # The large uploads of test_wire_memory_uploads.py have 1 GiB.
        "server.max_request_body_size": 2 * 1024 * 1024 * 1024,
    }
)
wsgi = wsgicherry.tree.mount(Root(), "", LIMITS)

if __name__ == "__main__":
    wsgicherry.quickstart(Root(), "", LIMITS)
