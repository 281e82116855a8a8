"""The settings object `server`, and the server that it makes of them."""

from __future__ import annotations

import importlib
import os
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..core.settings import describe, describe_misfit, reference
from ..process.channels import WARNING
from ..process.servers import BindAddress, HTTPServer, ServerAdapter, join_host_port
from ..process.wspbus import Bus
from .sockets import BACKLOG, MAX_CONNECTIONS, Address

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from .waitress import WaitressServer

# CherryPy's default of socket_queue_size, which therefore nobody chose.
CHERRYPY_QUEUE_SIZE = 5
MAX_PORT = 65_535
ANY_ADDRESS = (None, "0.0.0.0", "::")
DEFAULT_PORTS = (80, 443)

ROWS = tuple(row for row in reference() if row.namespace == "server" and row.name != "on")
"""The settings that are attributes of a Server."""

MAY_BE_NONE = ("socket_host", "socket_port", "ssl_module")
"""Of those with another default."""

TLS_KEYS = (
    *("ssl_context", "ssl_certificate", "ssl_certificate_chain"),
    *("ssl_private_key", "ssl_ciphers"),
)
NO_TLS = (
    "waitress speaks no TLS; put a TLS proxy (nginx) in front, or serve with "
    "gunicorn --certfile CERTIFICATE --keyfile KEY."
)


class Server(ServerAdapter):
    """The settings of one server; as a plugin of the bus, that server (BEHAVIOUR 11.6).

    `httpserver` is made from the settings at start, unless one was set; `instance` may
    be such a server object, or the dotted name of a callable that makes one when it is
    called with this Server. `application` is what the server serves.
    """

    socket_port: int | None
    socket_queue_size: int
    socket_timeout: float
    accepted_queue_size: int
    accepted_queue_timeout: float
    shutdown_timeout: float
    protocol_version: str
    thread_pool: int
    thread_pool_max: int
    max_request_header_size: int
    max_request_body_size: int
    instance: Any
    ssl_context: Any
    ssl_certificate: str | None
    ssl_certificate_chain: str | None
    ssl_private_key: str | None
    ssl_ciphers: str | None
    ssl_module: str | None
    nodelay: bool
    wsgi_version: tuple[Any, ...]
    statistics: bool
    peercreds: bool
    peercreds_resolve: bool

    def __init__(self, bus: Bus, application: WSGIApplication | None = None) -> None:
        super().__init__(bus)
        self.application = application
        for row in ROWS:
            setattr(self, row.name, row.default)
        # The server that we made from the settings, and that no later start shall meet.
        self._made: HTTPServer | None = None

    @property
    def socket_host(self) -> str | None:
        """The host name or address to listen on; None is all of them."""
        return self._socket_host

    @socket_host.setter
    def socket_host(self, value: str | None) -> None:
        if value == "":
            raise ValueError(
                "server.socket_host '' is not allowed: use '0.0.0.0' to listen on all "
                "IPv4 addresses, '::' for IPv6 as well."
            )
        self._socket_host = value

    @property
    def socket_file(self) -> str | None:
        """The path of a unix socket, to listen on instead of host and port."""
        return self._socket_file

    @socket_file.setter
    def socket_file(self, value: str | os.PathLike[str] | None) -> None:
        self._socket_file = os.fspath(value) if isinstance(value, os.PathLike) else value

    @property
    def bind_addr(self) -> BindAddress:
        """The configured address: (host, port), the path of a unix socket, or None."""
        if self.socket_file:
            return self.socket_file
        if self.socket_host is None and self.socket_port is None:
            return None
        return self.socket_host, self.socket_port

    @bind_addr.setter
    def bind_addr(self, value: BindAddress) -> None:
        if value is None or isinstance(value, str):
            self.socket_file, self.socket_host, self.socket_port = value, None, None
            return
        try:
            host, port = value
        except (TypeError, ValueError):
            raise ValueError(
                f"server.bind_addr {value!r} must be a (host, port) tuple for a TCP socket "
                "or a path for a unix socket."
            ) from None
        self.socket_file, self.socket_host, self.socket_port = None, host, port

    def base(self) -> str:
        """Return the URL of this server, or the path of its socket file.

        All addresses ('0.0.0.0', '::') are shown as this host's name.
        """
        address = self.bound_addr
        if isinstance(address, str):
            return address
        host, port = address or (None, None)
        if host in ANY_ADDRESS:
            host = socket.gethostname()
        return f"http://{join_host_port(host, None if port in DEFAULT_PORTS else port)}"

    def bind(self) -> None:
        """Make the server and bind its address, so that start() cannot find it taken.

        For callers that want to know before the bus announces anything. Raise
        CannotListen or AddressInUse (one sentence), ValueError for settings that
        cannot be served. Harmless when it was done already.
        """
        if self.httpserver is None:
            self.httpserver = self._made = self._make_httpserver()
        ours = self._ours()
        if ours is not None:
            try:
                ours.bind()
            except BaseException:
                self._forget()
                raise

    def unbind(self) -> None:
        """Release what bind() took; nothing happens while it is served."""
        if not self.running:
            self._release()

    def _ours(self) -> WaitressServer | None:
        """Return the server if it is of our kind, which can be bound ahead of its start."""
        server: Any = self.httpserver
        return server if getattr(server, "binds_ahead", False) else None

    def _release(self) -> None:
        ours = self._ours()
        if ours is not None:
            ours.stop()
        self._forget()

    def start(self) -> None:
        """Start the server; make it from the settings if there is none."""
        if not self.running and not self.bus.is_embedded:
            self.bind()
        super().start()

    def stop(self) -> None:
        """Stop the server, also one that is bound and was never started."""
        super().stop()
        self._release()

    def _forget(self) -> None:
        if self.httpserver is self._made:
            self.httpserver = None
        self._made = None

    def _make_httpserver(self) -> HTTPServer:
        made = self.instance
        if isinstance(made, str):
            made = load(made)(self)
        if made is None:
            return self._make_waitress()
        return made  # type: ignore[no-any-return]

    def _make_waitress(self) -> WaitressServer:
        if self.application is None:
            raise ValueError("The server has no application: set server.application.")
        self._check()
        if self.peercreds or self.peercreds_resolve:
            self.bus.log("server.peercreds has no effect: waitress does not offer it.", WARNING)
        # waitress is 26 of the 217 ms that importing all of us takes on top of WebOb, and a
        # process under a foreign server never needs it.
        from .waitress import WaitressServer

        return WaitressServer(
            self.application,
            addresses=[self._address()],
            threads=self.thread_pool,
            backlog=self._backlog(),
            connection_limit=self._connection_limit(),
            idle_timeout_seconds=self.socket_timeout,
            shutdown_timeout_seconds=self.shutdown_timeout,
            max_request_header_bytes=self.max_request_header_size,
            max_request_body_bytes=self.max_request_body_size or sys.maxsize,
            server_name=self._server_name(),
            protocol=self.protocol_version,
        )

    def _check(self) -> None:
        """Raise ValueError for a setting that is refused or makes no sense."""
        for row in ROWS:
            value = getattr(self, row.name)
            if row.name in TLS_KEYS and value != row.default:
                raise ValueError(f"{row.key} cannot be served: {NO_TLS}")
            misfit = describe_misfit(row, value)
            if value is None and row.default is not None and row.name not in MAY_BE_NONE:
                misfit = f"is None, which is not {describe(row)}"
            if misfit:
                raise ValueError(f"{row.key} {misfit}.")
        if self.thread_pool < 1:
            raise ValueError(
                f"server.thread_pool is {self.thread_pool!r}; it must be 1 or more."
            )

    def _address(self) -> Address:
        if self.socket_file:
            return self.socket_file
        port = self.socket_port
        if port is None or not 0 <= port <= MAX_PORT:
            raise ValueError(f"server.socket_port is {port!r}; it must be 0 to {MAX_PORT}.")
        return self.socket_host, port

    def _backlog(self) -> int:
        is_chosen = self.socket_queue_size != CHERRYPY_QUEUE_SIZE
        return self.socket_queue_size if is_chosen else BACKLOG

    def _connection_limit(self) -> int:
        if self.accepted_queue_size < 0:
            return MAX_CONNECTIONS
        return self.thread_pool + self.accepted_queue_size

    def _server_name(self) -> str:
        """Return the SERVER_NAME for requests without a Host header."""
        if self.socket_file:
            return "localhost"
        host = self.socket_host
        return socket.gethostname() if host is None or host in ANY_ADDRESS else host


def load(dotted_name: str) -> Any:
    """Return the callable 'package.module.name'; raise ValueError if there is none."""
    module_name, _, name = dotted_name.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ImportError, ValueError, AttributeError) as error:
        raise ValueError(
            f"server.instance {dotted_name!r} cannot be loaded ({error}); it must be the "
            "dotted name of a callable that takes the Server and returns a server."
        ) from error


def banner(servers: Sequence[Server], applications: Iterable[str]) -> list[str]:
    """Return the plain lines that greet a developer once the bus is started.

    `servers` are those that run; `applications` are the mounted script names ('' is the
    root), a mapping by script name will do. No colours: a log file may be reading along.
    """
    mounted = sorted(name or "/" for name in applications)
    return [
        f"Open {' or '.join(url for server in servers for url in reachable_urls(server))}",
        f"Mounted: {', '.join(mounted) or 'nothing yet'}",
        "This is the development server: use `gunicorn app:wsgi` for production.",
        "Press Ctrl-C to stop.",
    ]


def reachable_urls(server: Server) -> list[str]:
    """Return the URLs under which a browser finds the server."""
    address = server.bound_addr
    if address is None or isinstance(address, str):
        return [server.description]
    host, port = address
    hosts = ["127.0.0.1", socket.gethostname()] if host in ANY_ADDRESS else [host]
    return [f"http://{join_host_port(each, port)}/" for each in hosts]
