"""What the tests of sessions on real servers share: sites, their stores, and browsers.

A test file imports the fixtures that it uses.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest
from memcached_daemon import INSTALL, MemcachedDaemon
from running import RunningServers

PROGRAM = "wire_sessions"
WORKER_OPTIONS = {
    "gthread": ["-w", "1", "--threads", "50"],
    "workers": ["-w", "4", "--threads", "4"],
}
COUNTS = 1_000  # the increments of which none may be lost


class Browser:
    """A client that keeps its session cookie and opens a connection for each request."""

    def __init__(self, connect, port, cookie=None):
        self._connect, self._port, self.cookie = connect, port, cookie

    def get(self, target):
        """Return the response, which has come to its end."""
        with self.opening(target) as client:
            response = client.read_response()
        for name, value in response.headers:
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        return response

    @contextmanager
    def opening(self, target):
        """Send a request; give the connection, and close it."""
        client = self._connect(("127.0.0.1", self._port))
        headers = {"Connection": "close"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        try:
            client.send_request(target=target, headers=headers)
            yield client
        finally:
            client.close()

    def timed(self, target):
        """Return the response and the seconds that it took."""
        began_at = time.monotonic()
        response = self.get(target)
        return response, time.monotonic() - began_at

    @property
    def id(self):
        """The id of the session."""
        return self.cookie.partition("=")[2]

    def copy(self):
        """Return another browser with the same cookie, for another thread."""
        return Browser(self._connect, self._port, self.cookie)


def add_many(browser, target, clients, total=COUNTS, midway=None):
    """Ask for `target` `total` times, by so many clients at once, all with one cookie.

    Calls `midway` in the middle of it. Returns the answers; an exception in place of an answer
    that did not arrive.
    """

    def ask(number):
        if midway is not None and number == total // 3:
            midway()
        try:
            return browser.copy().get(target)
        except Exception as error:
            return error

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(ask, range(total)))


def failures(answers):
    """Return the answers that are not good ones."""
    return [each for each in answers if getattr(each, "status", None) != 200]


def begin(browser, path):
    """Have the server keep a session for the browser, with a counter at 1."""
    assert browser.get(f"{path}/add").status == 200
    assert browser.cookie, f"no cookie from {path}/add"
    return browser


class Sites(RunningServers):
    """Servers of `wire_sessions.py` by kind and store, started when first asked for."""

    def __init__(self, harness, find_settings):
        super().__init__(harness)
        self._find_settings = find_settings

    def __call__(self, kind, store):
        """Return the running server; `.browser()` makes a client of it."""
        if (kind, store) not in self._running:
            settings = self._find_settings(store)
            env = {"WIRE_SESSIONS": json.dumps(settings), "WIRE_THREADS": "50"}
            self._running[kind, store] = server = self._start(kind, env)
            server.settings = settings
        return self._running[kind, store]

    def _start(self, kind, env):
        if kind == "waitress":
            command, ready = [sys.executable, f"{PROGRAM}.py"], "Press Ctrl-C"
        else:
            self._harness.find_program("gunicorn", "pip install gunicorn")
            command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0"]
            command += ["--no-control-socket", "-k", "gthread", *WORKER_OPTIONS[kind]]
            command, ready = [*command, f"{PROGRAM}:wsgi"], "Booting worker with pid"
        server = self.launch(command, ready, self._harness.PROGRAMS, env)
        server.browser = partial(Browser, self._harness.RawClient, server.port)
        return server


@pytest.fixture(scope="session")
def session_sites(request, harness, tmp_path_factory):
    """Give a function that returns the running server of a kind with a store."""
    with ExitStack() as stack:

        def find_settings(store):
            settings = {"storage_class": store}
            if store == "file":
                settings["storage_path"] = str(tmp_path_factory.mktemp("sites") / "sessions")
            elif store == "memcached":
                program = harness.find_program("memcached", INSTALL)
                daemon = MemcachedDaemon(program)
                stack.callback(daemon.close)
                settings["servers"] = daemon.address
            elif store == "redis":
                settings["url"] = request.getfixturevalue("shared_redis_daemon").url
            return settings

        sites = Sites(harness, find_settings)
        stack.callback(sites.close)
        yield sites


@pytest.fixture
def serve_sessions(harness, run_gunicorn, run_program):
    """Give a function that starts a server of the test's own.

    serve_sessions("gthread" or "waitress", settings, options of gunicorn).
    """

    def serve(kind, settings, *options, **env):
        env = {"WIRE_SESSIONS": json.dumps(settings), "WIRE_THREADS": "20", **env}
        if kind == "waitress":
            server = run_program(f"{PROGRAM}.py", env=env)
            server.wait_for("Press Ctrl-C")
        else:
            server = run_gunicorn(f"{PROGRAM}:wsgi", "-k", "gthread", *options, env=env)
        server.browser = partial(Browser, harness.RawClient, server.port)
        return server

    return serve


@pytest.fixture
def store_of_test(request, tmp_path):
    """Give a function that returns the settings of a store which is the test's own."""

    def find(name, **more):
        settings = {"storage_class": name, **more}
        if name == "file":
            settings["storage_path"] = str(tmp_path / "sessions")
        elif name == "memcached":
            settings["servers"] = request.getfixturevalue("memcached").address
        elif name == "redis":
            settings["url"] = request.getfixturevalue("redis_daemon").url
        return settings

    return find
