"""How often a request with a session goes to the server that keeps it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest
from session_sites import begin, serve_sessions, store_of_test  # noqa: F401  fixtures

REQUESTS = 10


class CountingProxy:
    """A way to a server on a port of this machine that counts what clients send over it.

    Our clients wait for each answer, so that each send is a round trip.
    """

    def __init__(self, port):
        self._server, self.trips = ("127.0.0.1", port), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for ends in ((client, server, 1), (server, client, 0)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, receiver, sender, trips):
        with suppress(OSError), receiver, sender:
            while data := receiver.recv(65536):
                self.trips += trips
                sender.sendall(data)

    def close(self):
        """Take no more clients."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture(params=["memcached", "redis"])
def proxy(request):
    """Give a counting way to each store of the network in turn, and its settings."""
    if request.param == "memcached":
        proxy = CountingProxy(request.getfixturevalue("memcached").port)
        proxy.settings = {"servers": f"127.0.0.1:{proxy.port}"}
    else:
        proxy = CountingProxy(request.getfixturevalue("redis_daemon").port)
        proxy.settings = {"url": f"redis://127.0.0.1:{proxy.port}/0"}
    proxy.settings["storage_class"] = request.param
    yield proxy
    proxy.close()


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/implicit/add", 4),
        ("/early/add", 4),
        ("/explicit/add", 4),
        ("/merge/add", 2),
        ("/implicit/count", 3),
        ("/merge/count", 1),
        ("/implicit/", 0),
        ("/merge/", 0),
    ],
)
def test_round_trips(serve_sessions, proxy, page, most):  # noqa: F811
    """A request makes at most 4 round trips with a lock and 2 without; none if it does not
    look at its session.
    """
    server = serve_sessions("gthread", proxy.settings, "--threads", "1")
    browser = begin(server.browser(), page.rpartition("/")[0])
    browser.get(page)
    before = proxy.trips
    for _ in range(REQUESTS):
        assert browser.get(page).status == 200
    trips = (proxy.trips - before) / REQUESTS
    print(f"{page}: {trips} round trips")
    assert trips <= most
