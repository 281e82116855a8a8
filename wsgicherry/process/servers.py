"""Let the bus start and stop any server that has `start()`, `stop()` and `ready`."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from .channels import ERROR
from .wspbus import Bus

# How often a starting server is asked whether it is ready.
READY_POLL_SECONDS = 0.01
# A server that is not ready by then never will be; CherryPy waits for ever.
READY_TIMEOUT_SECONDS = 60.0
# How long stop() waits for the server's thread after the server said it had stopped.
THREAD_EXIT_SECONDS = 5.0

BindAddress = tuple[str | None, int | None] | str | None


class HTTPServer(Protocol):
    """What the adapter asks of a server."""

    @property
    def ready(self) -> bool:
        """Tell whether the server accepts connections."""

    def start(self) -> None:
        """Serve until `stop()` is called; called in a thread of its own."""

    def stop(self) -> None:
        """Make `start()` return; called from another thread."""


class ServerAdapter:
    """Run a server in a thread while the bus runs (BEHAVIOUR 11.4).

    `bind_addr` is a (host, port) tuple, the path of a unix socket, or None when the
    server knows its own address; it only serves to name the server in the log.
    """

    # After the plugins that prepare the process, before privileges are dropped (77).
    START_PRIORITY = 75
    STOP_PRIORITY = 25

    def __init__(
        self, bus: Bus, httpserver: HTTPServer | None = None, bind_addr: BindAddress = None
    ) -> None:
        self.bus = bus
        self.httpserver = httpserver
        self.bind_addr = bind_addr
        self.interrupt: BaseException | None = None
        self.running = False
        self._thread: threading.Thread | None = None
        # An error in the server's thread is told once: by start(), or by that thread.
        self._handover = threading.Lock()

    def subscribe(self) -> None:
        """Start and stop with the bus."""
        self.bus.subscribe("start", self.start, self.START_PRIORITY)
        self.bus.subscribe("stop", self.stop, self.STOP_PRIORITY)

    def unsubscribe(self) -> None:
        """Leave the bus; a running server goes on."""
        self.bus.unsubscribe("start", self.start)
        self.bus.unsubscribe("stop", self.stop)

    @property
    def bound_addr(self) -> BindAddress:
        """The address really bound: the port that a port of 0 became, if it can be known."""
        real = getattr(self.httpserver, "bind_addr", None)
        return self.bind_addr if real is None else real

    @property
    def description(self) -> str:
        """The server's address as a log line shows it, e.g. 'http://127.0.0.1:8080'."""
        address = self.bound_addr
        if address is None:
            return f"unknown interface ({type(self.httpserver).__name__})"
        if isinstance(address, str):
            return f"socket file: {address}"
        return f"http://{join_host_port(*address)}"

    def start(self) -> None:
        """Start the server in a thread and return when it is ready.

        Under a foreign server nothing happens: the process serves already.
        Raise ValueError without a server, what the server raised if it failed, and
        TimeoutError if it never became ready.
        """
        if self.bus.is_embedded:
            return
        if self.running:
            self.bus.log(f"Already serving on {self.description}")
            return
        if self.httpserver is None:
            raise ValueError("No HTTP server has been created.")
        self.interrupt = None
        self._thread = threading.Thread(
            target=self._serve,
            args=(self.httpserver,),
            name=f"HTTPServer {self.description}",
            daemon=False,  # it keeps a process alive whose main thread has ended
        )
        self._thread.start()
        try:
            self._wait_until_ready(self.httpserver, self._thread)
        except (KeyboardInterrupt, SystemExit) as error:
            if error is not self.interrupt:  # Ctrl-C or a signal, not the server's own
                self._stop_half_started(self.httpserver, self._thread)
            raise
        with self._handover:
            if self.interrupt is not None:
                raise self.interrupt
            self.running = True
        self.bus.log(f"Serving on {self.description}")

    def stop(self) -> None:
        """Stop the server and wait for its thread; harmless when it is not running."""
        if self.bus.is_embedded:
            return
        description = self.description
        if not self.running or self.httpserver is None:
            self.bus.log(f"HTTP Server {description} already shut down")
            return
        self.running = False
        self.httpserver.stop()
        self._join()
        self.bus.log(f"HTTP Server {description} shut down")

    def restart(self) -> None:
        """Stop the server and start it again."""
        self.stop()
        self.start()

    def _serve(self, httpserver: HTTPServer) -> None:
        """Serve in this thread; an error after the start shuts the bus down.

        An error while start() still waits is start()'s to raise, and the bus acts on it.
        """
        try:
            httpserver.start()
        except BaseException as error:
            with self._handover:
                self.interrupt = error
                was_running = self.running
            if was_running:
                self.bus.log(f"Error in HTTP server: shutting down ({error!r})", ERROR, True)
                self.bus.exit()

    def _stop_half_started(self, httpserver: HTTPServer, thread: threading.Thread) -> None:
        """Stop a server that may not even have begun to start: such a one is told again."""
        give_up_at = time.monotonic() + THREAD_EXIT_SECONDS
        while thread.is_alive() and time.monotonic() < give_up_at:
            httpserver.stop()
            time.sleep(READY_POLL_SECONDS)

    def _wait_until_ready(self, httpserver: HTTPServer, thread: threading.Thread) -> None:
        give_up_at = time.monotonic() + READY_TIMEOUT_SECONDS
        while not getattr(httpserver, "ready", False):
            time.sleep(READY_POLL_SECONDS)  # not join(): see POLL_SECONDS in wspbus.py
            if self.interrupt is not None:
                raise self.interrupt
            if not thread.is_alive():
                raise RuntimeError(f"{httpserver!r} returned from start() without being ready.")
            if time.monotonic() >= give_up_at:
                httpserver.stop()
                raise TimeoutError(
                    f"{httpserver!r} was not ready after {READY_TIMEOUT_SECONDS:g} seconds: "
                    "it must set its `ready` attribute once it accepts connections."
                )

    def _join(self) -> None:
        thread, self._thread = self._thread, None
        # An error in the server's thread stops the bus from there: it cannot wait for itself.
        if thread is None or thread is threading.current_thread():
            return
        # Nor can a page; a server that knows its threads may tell.
        runs_here = getattr(self.httpserver, "runs_here", None)
        if runs_here is not None and runs_here():
            return
        give_up_at = time.monotonic() + THREAD_EXIT_SECONDS
        while thread.is_alive() and time.monotonic() < give_up_at:
            time.sleep(READY_POLL_SECONDS)


def join_host_port(host: str | None, port: int | None) -> str:
    """Return 'host:port' as a URL shows it; an IPv6 address gets its brackets."""
    shown = "0.0.0.0" if host is None else f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"
