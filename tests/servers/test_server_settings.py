"""`server.*`: every key of BEHAVIOUR 11.6, and the server that is made of them."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from wsgicherry.process.wspbus import Bus
from wsgicherry.serving import server as server_module
from wsgicherry.serving.server import ROWS, TLS_KEYS, Server, banner
from wsgicherry.serving.sockets import AddressInUse, CannotListen
from wsgicherry.serving.waitress import BACKLOG, MAX_CONNECTIONS, WaitressServer

WAIT_SECONDS = 10


def show_environ(environ, start_response):
    """Show the environ's texts as JSON."""
    texts = {key: value for key, value in environ.items() if isinstance(value, str)}
    body = json.dumps(texts).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def bus():
    """Return a bus that keeps its log lines in `bus.lines`, and exit it at the end."""
    bus = Bus()
    bus.lines = []
    bus.subscribe("log", lambda message, level: bus.lines.append(message))
    yield bus
    bus.exit()


@pytest.fixture
def server(bus):
    """Return a server on a free port that starts and stops with the bus."""
    server = Server(bus, show_environ)
    server.socket_port = 0
    server.subscribe()
    yield server
    server.stop()


class FakeServer:
    """A server of somebody else."""

    def __init__(self):
        self.ready, self.stopped = False, threading.Event()

    def start(self):
        """Serve until stopped."""
        self.ready = True
        self.stopped.wait(WAIT_SECONDS)

    def stop(self):
        """End start()."""
        self.stopped.set()


def make_fake(settings):
    """Make a server from the settings, as `server.instance` names it."""
    made = FakeServer()
    made.settings = settings
    return made


# ---- the settings


DEFAULTS = {
    "socket_host": "127.0.0.1",
    "socket_port": 8080,
    "socket_file": None,
    "socket_queue_size": 5,
    "socket_timeout": 10,
    "accepted_queue_size": -1,
    "accepted_queue_timeout": 10,
    "shutdown_timeout": 5,
    "protocol_version": "HTTP/1.1",
    "thread_pool": 10,
    "thread_pool_max": -1,
    "max_request_header_size": 512000,
    "max_request_body_size": 104857600,
    "instance": None,
    "ssl_context": None,
    "ssl_certificate": None,
    "ssl_certificate_chain": None,
    "ssl_private_key": None,
    "ssl_ciphers": None,
    "ssl_module": "builtin",
    "nodelay": True,
    "wsgi_version": (1, 0),
    "statistics": False,
    "peercreds": False,
    "peercreds_resolve": False,
}


def test_defaults_are_cherrypys():
    """A new server has CherryPy's keys with CherryPy's values, and the table knows them."""
    server = Server(Bus())
    assert {key: getattr(server, key) for key in DEFAULTS} == DEFAULTS
    assert {row.name: row.default for row in ROWS} == DEFAULTS
    assert set(DEFAULTS) <= {*Server.__annotations__, *vars(Server)}


@pytest.mark.parametrize(
    ("key", "value", "option", "expected"),
    [
        ("socket_queue_size", 5, "backlog", BACKLOG),
        ("socket_queue_size", 7, "backlog", 7),
        ("socket_timeout", 30, "channel_timeout", 30),
        ("socket_timeout", 0.5, "channel_timeout", 1),
        ("accepted_queue_size", -1, "connection_limit", MAX_CONNECTIONS),
        ("accepted_queue_size", 20, "connection_limit", 30),
        ("max_request_header_size", 1000, "max_request_header_size", 1000),
        ("max_request_body_size", 1000, "max_request_body_size", 1001),  # waitress: >=
        ("protocol_version", "HTTP/1.0", "protocol", "HTTP/1.0"),
        ("thread_pool", 3, "threads", 3),
        ("shutdown_timeout", 1, "shutdown_timeout_seconds", 1),
    ],
)
def test_a_setting_reaches_waitress(server, key, value, option, expected):
    """What the table promises is what the server gets."""
    setattr(server, key, value)
    server.bind()
    made = server.httpserver
    known = {**vars(made), **made._adjustments}
    known["protocol"] = made._environ["ACTUAL_SERVER_PROTOCOL"]
    assert known[option] == expected


def test_a_body_limit_of_zero_is_none(server):
    """CherryPy's 0 means that any size is allowed."""
    server.max_request_body_size = 0
    server.bind()
    assert server.httpserver._adjustments["max_request_body_size"] > 10**15


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("accepted_queue_timeout", 99),
        ("thread_pool_max", 99),
        ("ssl_module", "other"),
        ("ssl_module", None),
        ("nodelay", False),
        ("wsgi_version", ("u", 0)),
        ("statistics", True),
        ("peercreds_resolve", True),
    ],
)
def test_an_ignored_setting_is_accepted(server, key, value):
    """Programs that set what does not matter here still start."""
    setattr(server, key, value)
    server.bind()


@pytest.mark.parametrize("key", TLS_KEYS)
def test_tls_is_refused_with_advice(server, key):
    """TLS settings stop the start: serving plain text instead would be a breach."""
    setattr(server, key, "cert.pem")
    with pytest.raises(ValueError, match=rf"server\.{key} .*proxy.*gunicorn --certfile"):
        server.bind()


def test_peercreds_has_no_effect_and_says_so(server, bus):
    """A program that relies on peer credentials must hear that it gets none."""
    server.peercreds = True
    server.bind()
    assert any("peercreds" in line for line in bus.lines)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("socket_port", "8080", r"server\.socket_port is '8080', which is not a whole number"),
        ("socket_port", 65536, r"server\.socket_port is 65536; it must be 0 to 65535"),
        ("socket_port", -1, r"server\.socket_port is -1"),
        ("socket_port", None, r"server\.socket_port is None"),
        ("thread_pool", 0, r"server\.thread_pool is 0; it must be 1 or more"),
        ("thread_pool", "10", r"server\.thread_pool is '10', which is not a whole number"),
        ("thread_pool", None, r"server\.thread_pool is None, which is not a whole number"),
        ("application", None, r"server\.application"),
        ("instance", "nonsense", r"server\.instance 'nonsense' cannot be loaded"),
        ("instance", "no_such_module.Server", "cannot be loaded"),
        ("instance", "socket.NoSuchServer", "cannot be loaded"),
    ],
)
def test_a_setting_that_makes_no_sense(server, key, value, message):
    """A wrong value is named, with what would be right."""
    setattr(server, key, value)
    with pytest.raises(ValueError, match=message):
        server.bind()


def test_the_empty_host_is_refused_at_once():
    """'' used to mean all addresses, and would open a site to the world by accident."""
    with pytest.raises(ValueError, match=r"use '0\.0\.0\.0'"):
        Server(Bus()).socket_host = ""


@pytest.mark.parametrize(
    ("value", "host", "port", "file"),
    [
        (("10.0.0.1", 99), "10.0.0.1", 99, None),
        ("/run/a.sock", None, None, "/run/a.sock"),
        (None, None, None, None),
    ],
)
def test_bind_addr(value, host, port, file):
    """bind_addr is the three settings in one."""
    server = Server(Bus())
    server.bind_addr = value
    assert (server.socket_host, server.socket_port, server.socket_file) == (host, port, file)
    assert server.bind_addr == value


@pytest.mark.parametrize("value", [8080, ("127.0.0.1",), ("a", 1, 2)])
def test_a_bind_addr_that_is_none(value):
    """Something else is refused by name."""
    with pytest.raises(ValueError, match=r"must be a \(host, port\) tuple"):
        Server(Bus()).bind_addr = value


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (("127.0.0.1", 8080), "http://127.0.0.1:8080"),
        (("shop.example", 80), "http://shop.example"),
        (("shop.example", 443), "http://shop.example"),
        (("::1", 8080), "http://[::1]:8080"),
        (("0.0.0.0", 8080), f"http://{socket.gethostname()}:8080"),
        (("::", 80), f"http://{socket.gethostname()}"),
        ("/run/a.sock", "/run/a.sock"),
        (None, f"http://{socket.gethostname()}"),
    ],
)
def test_base(value, base):
    """base() is the address as a browser would write it."""
    server = Server(Bus())
    server.bind_addr = value
    assert server.base() == base


# ---- serving


def test_the_bus_serves_the_application(server, bus, raw_client):
    """Started by the bus, the server answers; after the bus's exit no thread remains."""
    before = set(threading.enumerate())
    bus.start()
    host, port = server.bound_addr
    assert (host, server.socket_port) == ("127.0.0.1", 0)
    assert server.base() == f"http://127.0.0.1:{port}"
    environ = json.loads(raw_client(port).request().body)
    assert environ["SERVER_NAME"] == "127.0.0.1"
    assert f"Serving on http://127.0.0.1:{port}" in bus.lines
    bus.exit()
    assert set(threading.enumerate()) <= before
    assert f"HTTP Server http://127.0.0.1:{port} shut down" in bus.lines


def test_changed_settings_count_at_the_next_start(server, raw_client):
    """stop() forgets the server made from the settings; a restart makes a new one."""
    server.start()
    first = server.httpserver
    server.protocol_version = "HTTP/1.0"
    server.restart()
    assert server.httpserver is not first
    environ = json.loads(raw_client(server.bound_addr[1]).request().body)
    assert environ["ACTUAL_SERVER_PROTOCOL"] == "HTTP/1.0"
    server.stop()
    assert server.httpserver is None


@pytest.mark.parametrize("host", [None, "0.0.0.0"])
def test_all_addresses_are_named_after_the_host(server, raw_client, host):
    """Without a Host header, a server on all addresses is called what its host is called."""
    server.socket_host = host
    server.start()
    client = raw_client(server.bound_addr[1])
    client.send(b"GET / HTTP/1.0\r\n\r\n")
    assert json.loads(client.read_response().body)["SERVER_NAME"] == socket.gethostname()


def test_socket_file_wins(server, raw_client, tmp_path):
    """With socket_file set, host and port are not listened on."""
    server.socket_file = str(tmp_path / "app.sock")
    server.start()
    assert server.bound_addr == server.socket_file
    environ = json.loads(raw_client(server.socket_file).request().body)
    assert environ["SERVER_NAME"] == "localhost"


def test_a_second_server_serves_the_same_application(server, bus, raw_client):
    """More than one Server may ride on one bus."""
    second = Server(bus, show_environ)
    second.socket_port = 0
    second.subscribe()
    bus.start()
    ports = {server.bound_addr[1], second.bound_addr[1]}
    assert len(ports) == 2
    assert [raw_client(port).request().status for port in ports] == [200, 200]


def test_a_busy_port_is_known_before_the_bus_speaks(server, bus):
    """bind() finds the port taken; nothing was announced, and nothing is left bound."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        server.socket_port = other.getsockname()[1]
        with pytest.raises(AddressInUse, match=r"choose another address with server\.socket_"):
            server.bind()
    assert bus.lines == []
    assert server.httpserver is None


def test_the_port_is_ours_from_bind_on(server, bus):
    """Between bind() and the bus's start nobody can take the port; stop() gives it back."""
    server.bind()
    address = server.bound_addr
    second = Server(bus, show_environ)
    second.bind_addr = address
    with pytest.raises(AddressInUse):
        second.bind()
    server.stop()
    second.bind()
    second.stop()


def test_an_address_of_others(server):
    """An address that this host does not have is told in one sentence."""
    server.socket_host = "192.0.2.1"
    with pytest.raises(CannotListen, match=r"Cannot listen on 192\.0\.2\.1"):
        server.start()


@pytest.mark.parametrize("instance", ["object", "dotted name"])
def test_instance(server, monkeypatch, instance):
    """server.instance is a server, or names a callable that makes one of the settings."""
    made = FakeServer()
    if instance == "dotted name":
        monkeypatch.setattr(server_module, "make_fake", make_fake, raising=False)
        server.instance = f"{server_module.__name__}.make_fake"
    else:
        server.instance = made
    server.start()
    assert isinstance(server.httpserver, FakeServer)
    assert instance == "object" or server.httpserver.settings is server
    server.stop()


def test_a_given_httpserver_is_used_and_kept(server):
    """A server that the program set is not replaced, not even by stop()."""
    own = server.httpserver = WaitressServer(show_environ, addresses=[("127.0.0.1", 0)])
    server.start()
    server.restart()
    server.stop()
    assert server.httpserver is own


def test_a_foreign_server_owns_the_process(server, bus):
    """Under gunicorn the bus starts, and our server binds nothing."""
    bus.start_embedded()
    assert server.httpserver is None


# ---- the banner


def test_banner(server):
    """The developer sees where to look, what is mounted, and what this server is not."""
    server.bind_addr = ("127.0.0.1", 8080)
    assert banner([server], {"": object(), "/blog": object()}) == [
        "Open http://127.0.0.1:8080/",
        "Mounted: /, /blog",
        "This is the development server: use `gunicorn app:wsgi` for production.",
        "Press Ctrl-C to stop.",
    ]


@pytest.mark.parametrize(
    ("bind_addr", "line"),
    [
        (("0.0.0.0", 1), f"Open http://127.0.0.1:1/ or http://{socket.gethostname()}:1/"),
        ("/run/a.sock", "Open socket file: /run/a.sock"),
        (("::1", 1), "Open http://[::1]:1/"),
    ],
)
def test_banner_names_every_reachable_url(server, bind_addr, line):
    """All addresses are shown by names that a browser understands."""
    server.bind_addr = bind_addr
    first, mounted, *_ = banner([server], [])
    assert first == line
    assert mounted == "Mounted: nothing yet"
