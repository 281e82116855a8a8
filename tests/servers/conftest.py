"""Servers that live as long as the tests of this folder, for tests that only send requests."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from running import RunningServers

PROGRAMS = Path(__file__).with_name("programs")
WORKERS = {
    "sync": ["-k", "sync"],
    "gthread": ["-k", "gthread", "--threads", "8"],
    "gevent": ["-k", "gevent"],
}


class WireServers(RunningServers):
    """The servers of one program by kind ('waitress', 'sync', 'gthread', 'gevent').

    Each is started when it is first asked for, and answers on a port and a unix socket.
    """

    def __init__(self, harness, folder: str, program: str = "wire_site") -> None:
        super().__init__(harness)
        self._folder, self._program = folder, program

    def __call__(self, kind):
        """Return the running server of that kind; `.unix` is its socket file.

        The test is skipped where gunicorn or gevent is not installed.
        """
        if kind == "gevent":
            pytest.importorskip("gevent")
        if kind not in self._running:
            self._running[kind] = self._start(kind)
        return self._running[kind]

    def _start(self, kind):
        # Not in pytest's own folder: the path of a socket has 107 bytes at most.
        unix = os.path.join(self._folder, f"{kind}.sock")
        if kind == "waitress":
            command = [sys.executable, f"{self._program}.py", unix]
            ready = "Press Ctrl-C"
        else:
            self._harness.find_program("gunicorn", "pip install gunicorn")
            addresses = ["--bind", "127.0.0.1:0", "--bind", f"unix:{unix}"]
            command = [sys.executable, "-m", "gunicorn", *addresses, "--no-control-socket"]
            command += [*WORKERS[kind], f"{self._program}:wsgi"]
            ready = "Booting worker with pid"
        env = {"WIRE_FOLDER": self._folder}
        server = self.launch(command, ready, PROGRAMS, env)
        server.kind, server.unix = kind, unix
        return server


@pytest.fixture(scope="session")
def harness(pytestconfig):
    """Give tests/conftest.py, for its ServerProcess and RawClient in wider scopes."""
    return pytestconfig.pluginmanager.get_plugin(str(PROGRAMS.parents[1] / "conftest.py"))


@pytest.fixture(scope="session")
def wire_servers(harness):
    """Give a function that returns the running server of a kind."""
    with tempfile.TemporaryDirectory() as folder:
        servers = WireServers(harness, folder)
        yield servers
        servers.close()


@pytest.fixture(scope="session")
def serve_program(harness):
    """Give a function that returns new servers of a program of this folder."""
    with ExitStack() as stack:

        def serve(program):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            servers = WireServers(harness, folder, program)
            stack.callback(servers.close)
            return servers

        yield serve


@pytest.fixture(params=["waitress", *WORKERS])
def wire_server(request, wire_servers):
    """Give each of the servers in turn."""
    return wire_servers(request.param)


@pytest.fixture(params=["waitress", "gthread", "gevent"])
def parallel_server(request, wire_servers):
    """Give each of the servers that run requests side by side."""
    return wire_servers(request.param)


@pytest.fixture
def ask(raw_client):
    """Give a function that sends one request to a server on a connection of its own."""

    def ask(server, method="GET", target="/", **details):
        client = raw_client(getattr(server, "port", server))
        response = client.request(method, target, **details)
        client.close()  # gunicorn's sync worker waits two seconds for a client that stays
        return response

    return ask
