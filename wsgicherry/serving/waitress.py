"""A waitress that starts, drains and stops on request (SERVERS.md R33-R36).

`waitress.serve()` dies of a SIGTERM and configures logging; this server does neither. It
uses waitress's listeners, channels and tasks, and runs their loop itself, so that it can
stop accepting, let what runs finish, and close every thread, socket and socket file.
It leans on waitress's insides: hence the `<4` in our dependencies and one test a step.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher, WSGITask

from .sockets import BACKLOG, MAX_CONNECTIONS, Address, BoundSocket, listen_on

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# How long the loop sleeps when nothing happens, and so how late an idle channel is noticed.
LOOP_SECONDS = 1
# The same while draining: a task that ends wakes the loop, a slow client's ack does too.
DRAIN_LOOP_SECONDS = 0.05
# How often stop() looks whether the server has ended. It polls, as it must survive Ctrl-C:
# Python's events and conditions do not. A KeyboardInterrupt inside them can leave them
# locked for ever, and a signal in the moment before they block is noticed when they wake
# (met in 1 of 500 tries each).
STOP_POLL_SECONDS = 0.02
# How much of a stream waits for its client before the next chunk is made. With waitress's own
# 16 MiB a download of 1 GiB took 24 MiB and 2.2 seconds, with this 6 MiB and 0.9.
MAX_WAITING_BYTES = 1024 * 1024
# What stop() grants beyond its timeout for closing what is left.
CLOSE_SECONDS = 1.0

# waitress's settings that are the same for every server.
ADJUSTMENTS = {
    "ident": None,
    "expose_tracebacks": False,
    "clear_untrusted_proxy_headers": False,  # as gunicorn; `tools.proxy` judges them
    "outbuf_high_watermark": MAX_WAITING_BYTES,
    # Keep reading while a request runs: this is how a disconnect is noticed (R32).
    "channel_request_lookahead": 1,
    # A client that goes away is no event for the error log.
    "log_socket_errors": False,
    # select() cannot watch file descriptors above 1023.
    "asyncore_use_poll": True,
}


class WaitressServer:
    """Serve `application` on `addresses` and on `sockets` until stop() is called.

    An address is a (host, port) tuple or the path of a unix socket; `sockets` are bound
    ones that somebody else made (a supervisor, systemd). `bind()` may be called ahead of
    `start()` to learn early whether the addresses are free; `start()` blocks. After
    `stop()` the server can be started again, on its addresses only.
    """

    binds_ahead = True
    """For `Server`, which may hold servers of other kinds: this one has a `bind()` to call."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        addresses: Sequence[Address] = (),
        sockets: Sequence[socket.socket] = (),
        threads: int = 10,
        backlog: int = BACKLOG,
        connection_limit: int = MAX_CONNECTIONS,
        idle_timeout_seconds: float = 10,
        shutdown_timeout_seconds: float = 5,
        max_request_header_bytes: int = 512_000,
        max_request_body_bytes: int = 100 * 1024 * 1024,
        server_name: str = "localhost",
        protocol: str = "HTTP/1.1",
    ) -> None:
        if not addresses and not sockets:
            raise ValueError("WaitressServer needs an address or a socket to listen on.")
        self.application = application
        self.addresses = tuple(addresses)
        self.threads = threads
        self.backlog = backlog
        self.shutdown_timeout_seconds = shutdown_timeout_seconds
        self.ready = False
        self._environ = {
            # waitress would put its Server header here, and we send none.
            "SERVER_SOFTWARE": "waitress",
            # What the server speaks, whatever the client asked for (BEHAVIOUR 11.6).
            "ACTUAL_SERVER_PROTOCOL": protocol,
        }
        self._adjustments: dict[str, Any] = {
            "backlog": backlog,
            "connection_limit": connection_limit,
            "channel_timeout": max(1, round(idle_timeout_seconds)),
            # waitress looks for idle channels every 30 seconds, whatever their timeout is.
            "cleanup_interval": max(1, min(30, round(idle_timeout_seconds / 2))),
            "max_request_header_size": max_request_header_bytes,
            # waitress refuses what reaches its limit, we what passes ours.
            "max_request_body_size": max_request_body_bytes + 1,
            "server_name": server_name,
            **ADJUSTMENTS,
        }
        self._given = [BoundSocket(each) for each in sockets]
        self._bound: list[BoundSocket] = []
        self._listeners: list[Any] = []
        # A map of our own: waitress's global one would mix servers (waitress issue 63).
        self._map: dict[int, Any] = {}
        self._deadline: float | None = None
        self._is_accepting = False
        self._loop_thread: threading.Thread | None = None
        self._tasks = TaskDispatcher()
        # A signal handler may call stop() on top of another stop() of the same thread.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        shown = self.bound_addresses or self.addresses
        return f"<WaitressServer on {', '.join(map(str, shown))}>"

    @property
    def bound_addresses(self) -> list[Address]:
        """The addresses really bound, a port of 0 replaced by the real one."""
        return [each.address for each in self._bound]

    @property
    def bind_addr(self) -> Address | None:
        """The first address really bound, or None: what `ServerAdapter.bound_addr` shows."""
        return self._bound[0].address if self._bound else None

    def bind(self) -> None:
        """Bind and listen on every address, all or none; harmless when it is done already.

        Raise AddressInUse if another program listens there, CannotListen otherwise.
        """
        if self._bound:
            return
        given, self._given = self._given, []
        bound = list(given)
        try:
            for address in self.addresses:
                bound += listen_on(address, self.backlog)
        except BaseException:
            close_all(bound)
            raise
        if not bound:
            raise RuntimeError(f"{self!r} was given sockets, and these are closed now.")
        self._bound = bound

    def start(self) -> None:
        """Serve until stop() is called from another thread, then drain and close."""
        with self._lock:
            if self._loop_thread is not None:
                raise RuntimeError(f"{self!r} is already running.")
            self.bind()
            self._loop_thread = threading.current_thread()
            self._deadline = None
            self._is_accepting = True
        self._tasks = dispatcher = TaskDispatcher()
        try:
            self._open_listeners(dispatcher)
            dispatcher.set_thread_count(self.threads)
            self.ready = True
            self._serve()
            self._drain()
        finally:
            self.ready = self._is_accepting = False
            self._close(dispatcher)
            self._loop_thread = None

    def stop(self, timeout_seconds: float | None = None) -> None:
        """Stop accepting, let running requests finish, close everything; then return.

        What still runs after `timeout_seconds` (default: `shutdown_timeout_seconds`) is
        cut off. Ctrl-C while it waits cuts everything off at once. Harmless when stopped.
        A request that stops the server it runs in (`engine.exit()` in a page) does not wait
        for its own end: it is finished as the others are.
        """
        seconds = self.shutdown_timeout_seconds if timeout_seconds is None else timeout_seconds
        with self._lock:
            if self._loop_thread is None:
                self._release_sockets()
                return
            if self._deadline is None:
                self._deadline = time.monotonic() + seconds
            self._wake()
        if self._loop_thread is threading.current_thread():
            return
        if self.runs_here():
            self._await_close(seconds)
            return
        try:
            self._await_end(seconds + CLOSE_SECONDS)
        except BaseException:
            self._deadline = time.monotonic()
            self._wake()
            self._await_end(CLOSE_SECONDS)
            raise

    def runs_here(self) -> bool:
        """Tell whether the calling thread is one of the server's own, serving a request."""
        return threading.current_thread() in self._tasks.threads_started

    def _await_close(self, seconds: float) -> None:
        """Wait until nobody can connect any more."""
        give_up_at = time.monotonic() + seconds
        while self._is_accepting and time.monotonic() < give_up_at:
            time.sleep(STOP_POLL_SECONDS)

    def _await_end(self, seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while self._loop_thread is not None and time.monotonic() < give_up_at:
            time.sleep(STOP_POLL_SECONDS)

    # -- The loop's thread -------------------------------------------------------------

    def _open_listeners(self, dispatcher: ThreadedTaskDispatcher) -> None:
        """Hand the sockets to waitress: one server per family, as it refuses a mix (R35)."""
        quiet = logging.getLogger("waitress.queue")
        if quiet.level == logging.NOTSET:
            quiet.setLevel(logging.ERROR)  # else a line for each request that waits (R36)
        for is_unix in (False, True):
            family = [each.socket for each in self._bound if each.is_unix is is_unix]
            if not family:
                continue
            create_server(
                describing(self.application, self._environ, is_unix),
                map=self._map,
                _dispatcher=dispatcher,
                sockets=family,
                **self._adjustments,
            )
        self._listeners = [each for each in self._map.values() if hasattr(each, "adj")]
        for listener in self._listeners:
            listener.channel_class = Channel

    def _serve(self) -> None:
        while self._deadline is None:
            self._turn(LOOP_SECONDS)

    def _drain(self) -> None:
        """Finish what has begun; return when all is sent or the time is over."""
        for listener in self._listeners:
            # Who has connected already was not refused: his request counts as begun.
            accept_waiting(listener)
        self._turn(0)
        for listener in self._listeners:
            # Its own close() would close its trigger too, which its channels still need.
            wasyncore.dispatcher.close(listener)
        self._is_accepting = False
        while self._close_idle_channels() and time.monotonic() < (self._deadline or 0):
            self._turn(DRAIN_LOOP_SECONDS)

    def _close_idle_channels(self) -> bool:
        """Close the channels with nothing left to do; tell whether others remain."""
        remain = False
        for channel in self._channels():
            if channel.requests or channel.request is not None or channel.total_outbufs_len:
                remain = True
            else:
                channel.handle_close()
        return remain

    def _turn(self, timeout_seconds: float) -> None:
        wasyncore.loop(timeout_seconds, use_poll=True, map=self._map, count=1)

    def _channels(self) -> list[Channel]:
        return [each for each in self._map.values() if isinstance(each, Channel)]

    def _close(self, dispatcher: TaskDispatcher) -> None:
        for channel in self._channels():
            channel.handle_close()
        deadline = self._deadline or 0
        dispatcher.stop(max(deadline - time.monotonic(), CLOSE_SECONDS / 4))
        with self._lock:
            listeners, self._listeners = self._listeners, []
            for listener in listeners:
                # A task that outlived the time must not write to a file number of others.
                listener.pull_trigger = do_nothing
                listener.close()
            wasyncore.close_all(self._map, ignore_all=True)
            self._release_sockets()

    def _release_sockets(self) -> None:
        bound, self._bound = self._bound, []
        close_all(bound)

    def _wake(self) -> None:
        with self._lock:
            for listener in self._listeners[:1]:
                listener.trigger.pull_trigger()


class Task(WSGITask):
    """One request, answered by the application."""

    def execute(self) -> None:
        """Run the application; its SystemExit is an error of the page, not of the server.

        waitress would log it and leave the client without an answer (SECURITY.md 7).
        """
        try:
            super().execute()
        except Exception:
            raise
        except BaseException as error:
            raise RuntimeError(f"The application raised {error!r} in a request.") from error

    def build_response_header(self) -> bytes:
        """Return the header; while the server drains it says `Connection: close`."""
        if not self.channel.server.accepting:
            headers: dict[str, str] = self.request.headers  # type: ignore[attr-defined]
            headers["CONNECTION"] = "close"
        header = super().build_response_header()
        if self._is_head():
            # waitress would end the body that is not there with a last chunk (SERVERS R18).
            self.chunked_response = False
        return header

    def write(self, data: bytes) -> None:
        """Send `data`; on HEAD the head alone, as a foreign application may not mind it."""
        super().write(b"" if self._is_head() else data)

    def _is_head(self) -> bool:
        return bool(self.request.command == "HEAD")  # type: ignore[attr-defined]


class RequestParser(HTTPRequestParser):
    """Reads one request; refuses those whose end depends on who reads them (SERVERS R24)."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head. ParsingError, and so 400 and the end of the connection, for one that
        is malformed.

        waitress 3.0.2 prefers Transfer-Encoding to a Content-Length beside it, and overlooks it
        in HTTP/1.0 (RFC 9112 sections 6.1 and 6.3).
        """
        super().parse_header(header_plus)
        has_length = "CONTENT_LENGTH" in self.headers
        # What waitress has understood of a Transfer-Encoding it has taken out.
        if (self.chunked and has_length) or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding is not allowed here")


class Channel(HTTPChannel):
    """One connection."""

    parser_class = RequestParser
    task_class = Task


class TaskDispatcher(ThreadedTaskDispatcher):
    """The pool of threads; it knows them, so that it can wait for their end."""

    def __init__(self) -> None:
        super().__init__()
        self.threads_started: list[threading.Thread] = []

    def start_new_thread(self, target: Callable[[int], object], thread_no: int) -> None:
        """Start a thread. It is a daemon: a stuck handler must not keep the process alive."""
        thread = threading.Thread(
            target=target, args=(thread_no,), name=f"waitress-{thread_no}", daemon=True
        )
        self.threads_started.append(thread)
        thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Let the threads end, and wait for them; drop the requests that never began."""
        deadline = time.monotonic() + timeout_seconds
        self.set_thread_count(0)
        for thread in self.threads_started:
            thread.join(max(0, deadline - time.monotonic()))
        with self.lock:
            self.queue.clear()
        if running := sum(thread.is_alive() for thread in self.threads_started):
            self.logger.warning("%d request(s) still running were cut off", running)


def describing(
    application: WSGIApplication, values: dict[str, str], is_unix: bool
) -> WSGIApplication:
    """Return `application` with an environ that says what waitress's own does not.

    On a unix socket waitress says REMOTE_ADDR 'localhost', REMOTE_PORT 'None' and the
    path as SERVER_PORT (R22); here there is no remote address, as under gunicorn.
    """
    if is_unix:
        values = {**values, "REMOTE_ADDR": "", "SERVER_PORT": "80"}
    surplus = ("REMOTE_HOST", "REMOTE_PORT") if is_unix else ()

    def described(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.update(values)
        for name in surplus:
            environ.pop(name, None)
        return application(environ, start_response)

    return described


def accept_waiting(listener: Any) -> None:
    """Accept the connections that wait in the listener's queue, BACKLOG of them at most."""
    for _ in range(BACKLOG):
        count = len(listener.active_channels)
        listener.handle_accept()
        if len(listener.active_channels) == count:
            return


def close_all(bound: Iterable[BoundSocket]) -> None:
    """Close the sockets and remove the socket files."""
    for each in bound:
        each.close()


def do_nothing() -> None:
    """Stand in for the trigger of a listener that is closed."""
