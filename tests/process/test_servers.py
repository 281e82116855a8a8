"""ServerAdapter: any object with start, stop and ready, run by the bus (BEHAVIOUR 11.4)."""

from __future__ import annotations

import threading

import pytest

from wsgicherry.process import servers
from wsgicherry.process.servers import ServerAdapter, join_host_port
from wsgicherry.process.wspbus import Bus, states

WAIT_SECONDS = 10


class FakeServer:
    """A foreign server; `failure` is raised instead of serving, `late` after it was ready."""

    def __init__(self, failure=None, late=None, bind_addr=None):
        self.ready = False
        self.failure, self.late = failure, late
        self.stopped = threading.Event()
        self.threads = []
        if bind_addr:
            self.bind_addr = bind_addr

    def start(self):
        """Serve until stopped."""
        self.threads.append(threading.current_thread())
        if self.failure:
            raise self.failure
        self.stopped.clear()
        self.ready = True
        self.stopped.wait(WAIT_SECONDS)
        self.ready = False
        if self.late:
            raise self.late

    def stop(self):
        """End start()."""
        self.stopped.set()


@pytest.fixture
def bus():
    """Return a bus that keeps its log lines in `bus.lines`."""
    bus = Bus()
    bus.lines = []
    bus.subscribe("log", lambda message, level: bus.lines.append(message))
    return bus


def test_the_bus_starts_and_stops_the_server(bus):
    """A subscribed server runs while the bus runs, in a thread of its own name."""
    server = FakeServer()
    adapter = ServerAdapter(bus, server, ("127.0.0.1", 8080))
    adapter.subscribe()
    bus.start()
    assert adapter.running
    assert server.ready
    assert server.threads[0].name.startswith("HTTPServer ")
    bus.exit()
    assert not adapter.running
    assert not server.threads[0].is_alive()
    assert "Serving on http://127.0.0.1:8080" in bus.lines
    assert "HTTP Server http://127.0.0.1:8080 shut down" in bus.lines


def test_the_order_among_the_plugins(bus):
    """The server starts after other plugins, before privileges drop, and stops first."""
    order = []
    adapter = ServerAdapter(bus, FakeServer())
    adapter.start = lambda: order.append("server starts")
    adapter.stop = lambda: order.append("server stops")
    adapter.subscribe()
    bus.subscribe("start", lambda: order.append("drop privileges"), 77)
    bus.subscribe("start", lambda: order.append("plugin starts"))
    bus.subscribe("stop", lambda: order.append("plugin stops"))
    bus.start()
    bus.exit()
    assert order == [
        "plugin starts",
        "server starts",
        "drop privileges",
        "server stops",
        "plugin stops",
    ]


def test_an_unsubscribed_server_is_left_alone(bus):
    """After unsubscribe() the bus starts without a server: the embedding recipe."""
    adapter = ServerAdapter(bus, FakeServer())
    adapter.subscribe()
    adapter.unsubscribe()
    bus.start()
    assert not adapter.running
    bus.exit()


def test_nothing_to_serve(bus):
    """start() without a server says so."""
    with pytest.raises(ValueError, match=r"^No HTTP server has been created\.$"):
        ServerAdapter(bus).start()


def test_starting_and_stopping_twice_is_told(bus):
    """A second start or stop changes nothing but the log."""
    adapter = ServerAdapter(bus, FakeServer(), ("::1", 80))
    adapter.start()
    adapter.start()
    adapter.stop()
    adapter.stop()
    assert bus.lines == [
        "Serving on http://[::1]:80",
        "Already serving on http://[::1]:80",
        "HTTP Server http://[::1]:80 shut down",
        "HTTP Server http://[::1]:80 already shut down",
    ]


def test_restart(bus):
    """restart() is a stop and a start."""
    server = FakeServer()
    adapter = ServerAdapter(bus, server)
    adapter.start()
    adapter.restart()
    assert adapter.running
    assert len(server.threads) == 2
    adapter.stop()


@pytest.mark.parametrize("error", [OSError("no socket"), SystemExit(2), KeyboardInterrupt()])
def test_an_error_at_start_is_raised_by_start(bus, error):
    """What the server raises in its thread before it is ready, start() raises."""
    adapter = ServerAdapter(bus, FakeServer(failure=error))
    with pytest.raises(type(error)):
        adapter.start()
    assert adapter.interrupt is error
    assert not adapter.running


def test_an_error_while_serving_shuts_the_bus_down(bus):
    """A server that dies takes the bus with it, and the error is in the log."""
    server = FakeServer(late=RuntimeError("broken pipe dream"))
    adapter = ServerAdapter(bus, server)
    adapter.subscribe()
    bus.start()
    server.stopped.set()
    bus.wait(states.EXITING)
    server.threads[0].join(WAIT_SECONDS)
    assert not adapter.running
    assert adapter.interrupt is server.late
    assert any("Error in HTTP server" in line and "dream" in line for line in bus.lines)


def test_an_error_between_ready_and_running_is_raised_by_start(bus):
    """A server that is ready for a moment only has not started."""

    class Flash:
        """Ready, and dead by the time somebody has heard of it."""

        def __init__(self):
            self.asked, self.thread = threading.Event(), None

        @property
        def ready(self):
            """Return True when the thread has ended."""
            self.asked.set()
            if self.thread is None:
                return False
            self.thread.join(WAIT_SECONDS)
            return True

        def start(self):
            """Fail once somebody asks."""
            self.thread = threading.current_thread()
            assert self.asked.wait(WAIT_SECONDS)
            raise OSError("flash")

        def stop(self):
            """Never called: it never ran."""

    adapter = ServerAdapter(bus, Flash())
    with pytest.raises(OSError, match="flash"):
        adapter.start()
    assert not adapter.running


def test_a_server_that_returns_at_once_is_an_error(bus):
    """start() must not return before the server is stopped."""

    class Empty:
        ready = False

        def start(self):
            """Return."""

        def stop(self):
            """Never called."""

    with pytest.raises(RuntimeError, match="without being ready"):
        ServerAdapter(bus, Empty()).start()


def test_a_server_that_is_never_ready_is_an_error(bus, monkeypatch):
    """The bus does not wait for ever."""
    monkeypatch.setattr(servers, "READY_TIMEOUT_SECONDS", 0.05)

    class Never(FakeServer):
        ready = property(lambda self: False, lambda self, value: None)

    server = Never()
    with pytest.raises(TimeoutError, match="must set its `ready`"):
        ServerAdapter(bus, server).start()
    assert server.stopped.is_set()
    server.threads[0].join(WAIT_SECONDS)


def test_a_foreign_server_needs_no_adapter(bus):
    """In a process that another server owns, the adapter does nothing."""
    server = FakeServer()
    adapter = ServerAdapter(bus, server)
    adapter.subscribe()
    bus.start_embedded()
    assert not adapter.running
    assert not server.threads
    bus.exit()
    assert not [line for line in bus.lines if "HTTP Server" in line]


@pytest.mark.parametrize(
    ("bind_addr", "description"),
    [
        (None, "unknown interface (FakeServer)"),
        ("/run/app.sock", "socket file: /run/app.sock"),
        (("127.0.0.1", 8080), "http://127.0.0.1:8080"),
        (("::1", 8080), "http://[::1]:8080"),
        ((None, 8080), "http://0.0.0.0:8080"),
    ],
)
def test_description(bus, bind_addr, description):
    """The log names the server by its address."""
    assert ServerAdapter(bus, FakeServer(), bind_addr).description == description


def test_bound_addr_is_the_real_one(bus):
    """The address that the server found for itself wins over the one that was asked for."""
    adapter = ServerAdapter(bus, FakeServer(bind_addr=("127.0.0.1", 41)), ("127.0.0.1", 0))
    assert adapter.bound_addr == ("127.0.0.1", 41)


def test_join_host_port():
    """A host without a port stands alone."""
    assert join_host_port("example.com", None) == "example.com"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_while_a_server_gets_ready(bus, monkeypatch, error):
    """Ctrl-C, or a signal, while a server starts: it is stopped, though it began only then."""
    begin = threading.Event()

    class Late(FakeServer):
        def start(self):
            begin.wait(WAIT_SECONDS)
            super().start()

        def stop(self):
            super().stop()
            begin.set()

    server = Late()
    adapter = ServerAdapter(bus, server)

    def interrupt(*args):
        raise error

    monkeypatch.setattr(adapter, "_wait_until_ready", interrupt)
    with pytest.raises(error):
        adapter.start()
    assert not adapter._thread.is_alive()
    assert not adapter.running
