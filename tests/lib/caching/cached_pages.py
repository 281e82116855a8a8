"""What the tests of caching share: pages that count their runs, and a client for them."""

from __future__ import annotations

import threading

from asking import begin, build_environ, call_app

from wsgicherry.core.current import Proxy

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

request = Proxy("request")
response = Proxy("response")


def make_environ(path="/", method="GET", headers=None, **more):
    """Return the environ of a request; a body is of a POST, and empty."""
    body = None if method in ("GET", "HEAD") else b""
    return build_environ(path, method, "", body, headers, **more)


def start(app, environ):
    """Return the answer's head, and its body to iterate over and close."""
    # The validator knows the usual methods alone.
    return begin(app, environ, validate=environ["REQUEST_METHOD"] in METHODS)


def ask(app, path="/", method="GET", headers=None, **more):
    """Call `app` as a server does, and return its answer."""
    environ = make_environ(path, method, headers, **more)
    return call_app(app, environ, validate=method in METHODS)


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
