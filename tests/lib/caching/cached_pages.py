"""What the tests of caching share: pages that count their runs, and a client for them."""

from __future__ import annotations

import io
import threading
from wsgiref.validate import validator

from wsgicherry.core.current import Proxy

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

request = Proxy("request")
response = Proxy("response")


class Answer:
    """What a server would send."""

    def __init__(self):
        self.status, self.headers, self.body = "", [], b""

    @property
    def code(self):
        return int(self.status[:3])

    @property
    def text(self):
        return self.body.decode()

    def header(self, name):
        """Return the one value of a header, None without one."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, (name, values)
        return values[0] if values else None

    @property
    def cache_status(self):
        return (self.header("Cache-Status") or "").removeprefix("wsgicherry; ")


def make_environ(path="/", method="GET", headers=None, **more):
    """Return the environ of a request; a body is of a POST, and empty."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "h.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "h.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if method not in ("GET", "HEAD"):
        environ["CONTENT_LENGTH"] = "0"
    for name, value in (headers or {}).items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ.update(more)
    return {key: value for key, value in environ.items() if value is not None}


def start(app, environ):
    """Return the answer's head, and its body to iterate over and close."""
    answer = Answer()

    def start_response(status, headers, exc_info=None):
        answer.status, answer.headers = status, list(headers)
        return lambda data: None

    # The validator knows the usual methods alone.
    served = validator(app) if environ["REQUEST_METHOD"] in METHODS else app
    return answer, served(environ, start_response)


def ask(app, path="/", method="GET", headers=None, **more):
    """Call `app` as a server does, and return its answer."""
    answer, chunks = start(app, make_environ(path, method, headers, **more))
    try:
        answer.body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return answer


class Pages:
    """One handler for all paths, which says how often it has run; `runs` is that number."""

    def __init__(self, site, handler, settings, config=None):
        self.runs = 0
        lock = threading.Lock()

        def default(*args, **params):
            with lock:
                self.runs += 1
                number = self.runs
            made = handler() if handler else None
            return f"run {number}" if made is None else made

        default.exposed = True
        self.root = type("Root", (), {})()
        self.root.default = self.root.index = default
        own = {f"tools.caching.{name}": value for name, value in settings.items()}
        sections = {"/": {}, **(config or {})}
        sections["/"] = {"tools.caching.on": True, **own, **sections["/"]}
        self.site = site
        self.app = site.tree.mount(self.root, "", sections)

    def ask(self, path="/", method="GET", headers=None, **more):
        """Return the answer to a request."""
        return ask(self.site.tree, path, method, headers, **more)

    @property
    def cache(self):
        """The cache, whatever class it has."""
        return next(iter(self.app.caches.values()))


def at_once(count, call):
    """Return what `call(number)` gave in so many threads that began together."""
    results, gate = [None] * count, threading.Barrier(count)

    def work(number):
        gate.wait(10)
        results[number] = call(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
        assert not each.is_alive()
    return results
