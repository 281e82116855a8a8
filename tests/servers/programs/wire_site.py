"""Pages that do what pages should not, for the tests of what leaves on the wire.

`python wire_site.py SOCKET_FILE` serves a free port and a unix socket by quickstart;
`gunicorn wire_site:wsgi` does without. A page that is asked with `?id=...` prints that id.
"""

import json
import os
import sys
import threading

import webob
import wire_dispatchers

import wsgicherry
from wsgicherry import HTTPError, HTTPRedirect, InternalRedirect, expose

BODY_LIMIT_BYTES = 2000
WAIT_SECONDS = 10
# The client of an endless download goes away long before its end.
DOWNLOAD_CHUNKS, CHUNK = 4096, b"x" * 65536

rooms = {}
rooms_lock = threading.Lock()


def say(text):
    """Print a line at once; a single write, as threads print at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Chunks:
    """A body that tells when it is closed."""

    def __init__(self, chunks, id):
        self.chunks, self.id = iter(chunks), id

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        """Tell."""
        say(f"closed {self.id}.")


def failing(count, error):
    """Make `count` chunks, then fail."""
    for number in range(count):
        yield f"chunk {number}\n".encode()
    raise error


def meet(room, parties):
    """Wait until `parties` requests are in the same room."""
    with rooms_lock:
        barrier = rooms.setdefault(room, threading.Barrier(parties))
    barrier.wait(WAIT_SECONDS)


class Bodies:
    """Bodies of all kinds."""

    @expose
    def index(self):
        """Greet."""
        return "hello"

    @expose
    def stream(self, id="", length=None):
        """Send three chunks, one at a time, with Content-Length if one is given."""
        wsgicherry.response.stream = True
        if length:
            wsgicherry.response.headers["Content-Length"] = length
        return Chunks([b"one ", b"two ", b"three"], id)

    @expose
    def collapsed(self, id=""):
        """Return an iterable that is sent as one piece."""
        return Chunks([b"one ", b"two ", b"three"], id)

    @expose
    def status(self, code, id=""):
        """Send a body whatever the status says of it."""
        wsgicherry.response.status = code
        return Chunks([b"this must not be sent with 204 and 304"], id)

    @expose
    def streamed_status(self, code, id=""):
        """The same, streamed."""
        wsgicherry.response.stream = True
        return self.status(code, id)

    @expose
    def redirect(self, target="/wire/"):
        """Send somewhere else."""
        raise HTTPRedirect(target)

    @expose
    def internal(self):
        """Answer with another page."""
        raise InternalRedirect("/")

    @expose
    def internal_stream(self, id=""):
        """Answer with another page, which is streamed."""
        raise InternalRedirect("/stream", f"id={id}")

    @expose
    def loop(self):
        """Redirect to itself, which only the bare error can answer."""
        raise InternalRedirect("/loop")

    @expose
    def error(self, code="500"):
        """Answer an error page."""
        raise HTTPError(int(code))

    @expose
    def webob(self):
        """Answer with a response of WebOb."""
        return webob.Response(b"from webob", content_type="text/plain")

    @expose
    def webob_stream(self, id=""):
        """Answer with a response of WebOb that has no length."""
        return webob.Response(app_iter=Chunks([b"from ", b"webob"], id))

    @expose
    def download(self, id=""):
        """Send more than anybody waits for."""
        wsgicherry.response.stream = True
        return Chunks((CHUNK for _ in range(DOWNLOAD_CHUNKS)), id)

    @expose
    def breaks(self, count, id="", error="ValueError", length=None):
        """Fail after `count` chunks."""
        wsgicherry.response.stream = True
        if length:
            wsgicherry.response.headers["Content-Length"] = length
        kind = {"ValueError": ValueError, "SystemExit": SystemExit}.get(error)
        return Chunks(failing(int(count), (kind or KeyboardInterrupt)(3)), id)

    @expose
    def breaks_collapsed(self, count, id=""):
        """Fail while the body is put into one piece."""
        return Chunks(failing(int(count), ValueError(3)), id)


class Pages(Bodies):
    """Everything else."""

    @expose
    def pid(self):
        """Tell which process answers."""
        return str(os.getpid())

    @expose
    def exit(self):
        """Do what ends a script."""
        sys.exit(3)

    @expose
    def interrupt(self):
        """Raise what Ctrl-C raises."""
        raise KeyboardInterrupt

    @expose
    def hop_by_hop(self):
        """Set the headers that belong to the server."""
        headers = wsgicherry.response.headers
        headers["Connection"] = "X-Evil"
        headers["Keep-Alive"] = "timeout=4321"
        headers["Proxy-Authenticate"] = "evil"
        headers["Proxy-Connection"] = "evil"
        headers["TE"] = "evil"
        headers["Trailer"] = "X-Evil"
        headers["Transfer-Encoding"] = "evil"
        headers["Upgrade"] = "evil"
        return "hello"

    @expose
    def inject(self, where, value):
        """Write what a client sends into the head of the response."""
        response = wsgicherry.response
        if where == "header":
            response.headers["X-Value"] = value
        elif where == "name":
            response.headers[f"X-{value}"] = "value"
        elif where == "type":
            response.headers["Content-Type"] = value
        elif where == "cookie":
            response.cookie["name"] = value
        elif where == "cookie_path":
            response.cookie["name"] = "value"
            response.cookie["name"]["path"] = value
        elif where == "status":
            response.status = f"200 {value}"
        elif where == "error":
            raise HTTPError(f"400 {value}", value)
        elif where == "redirect":
            raise HTTPRedirect(value)
        elif where == "location":
            response.status = 303
            response.headers["Location"] = value
        elif where == "webob":
            response.set_cookie("name", value)
        return "page"

    @expose
    def echo(self):
        """Give the body back, read by hand."""
        wsgicherry.response.headers["Content-Type"] = "application/octet-stream"
        return wsgicherry.request.body.read()

    @expose
    def form(self, **fields):
        """Show the fields of a form."""
        return json.dumps(fields)

    @expose
    def segments(self, *segments):
        """Show the path as the handler gets it."""
        return json.dumps(segments)

    @expose
    def seen(self, **params):
        """Show what the request looks like from here."""
        request = wsgicherry.request
        return json.dumps(
            {
                "ip": request.remote.ip,
                "port": request.remote.port,
                "name": request.remote.name,
                "local_port": request.local.port,
                "url": wsgicherry.url(),
                "protocol": request.protocol,
            }
        )

    @expose
    def together(self, room, name, parties):
        """Meet other requests, and tell whose request this is before and after."""
        before = wsgicherry.request.params["name"]
        wsgicherry.response.headers["X-Name"] = name
        meet(room, int(parties))
        after = wsgicherry.request.params["name"]
        return f"{before} {after} {wsgicherry.response.headers['X-Name']}"

    @expose
    def together_streamed(self, room, name, parties):
        """The same between the chunks of a streamed body."""
        wsgicherry.response.stream = True

        def chunks():
            for turn in range(3):
                meet(f"{room}-{turn}", int(parties))
                yield f"{wsgicherry.request.params['name']} "

        return chunks()


def grafted(environ, start_response):
    """A foreign application."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "7")])
    return [b"grafted"]


# Under waitress the engine's quickstart opens the log; other servers leave it to the program.
wsgicherry.config.update(
    {
        "log.screen": True,
        "server.socket_port": 0,
        "server.max_request_body_size": BODY_LIMIT_BYTES,
        "server.thread_pool": 8,
        "request.show_tracebacks": False,
    }
)
wsgicherry.tree.mount(Pages(), "/wire")
wsgicherry.tree.graft(grafted, "/grafted")
wire_dispatchers.mount()

wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.config.update({"server.second.socket_file": sys.argv[1]})
    wsgicherry.quickstart(Pages(), "/second")
