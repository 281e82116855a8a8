"""The process bus: states that a process passes through, and channels to be told of them.

Plugins subscribe listeners to channels; `start`, `stop`, `exit` and `graceful` move the bus
and publish on the channel of the same name (CherryPy's Web Site Process Bus).

    STOPPED --start()--> STARTING --> STARTED --stop()--> STOPPING --> STOPPED
                                        any --exit()--> STOPPING --> STOPPED --> EXITING

Two kinds of process run a bus. One of our own calls `start()` and `block()`. A foreign
server's (gunicorn, mod_wsgi) knows nothing of it: there the first request calls
`start_embedded()`, and nothing here ends or replaces a process that is not ours.
The bus never touches signals, and has no state outside itself.
"""

from __future__ import annotations

import atexit
import contextlib
import enum
import os
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from .channels import ERROR, WARNING, ChannelFailures, Channels
from .forks import renew_after_fork
from .respawn import respawn, startup_directory

__all__ = ["Bus", "ChannelFailures", "State", "states"]

CHANNELS = ("start", "stop", "exit", "graceful", "log", "main")
EXIT_SOFTWARE = 70  # EX_SOFTWARE of sysexits.h, as CherryPy ends on an internal error
EXIT_INTERRUPTED = 130  # 128 + SIGINT, what a shell reports for Ctrl-C
# How often the main thread looks for a change: it sleeps between, as only that is sure to
# survive a Ctrl-C. Conditions and joins are not: a KeyboardInterrupt inside them can leave a
# lock held for ever, or have a thread that runs counted as ended (CPython 3.11's join).
POLL_SECONDS = 0.05


class State(enum.Enum):
    """Where a bus is; shown as `states.STARTED`, as CherryPy shows it."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    STOPPING = "STOPPING"
    EXITING = "EXITING"

    def __repr__(self) -> str:
        return f"states.{self.name}"

    __str__ = __repr__


states = State


class Bus(Channels):
    """A state machine and a set of channels; everything it holds is its own."""

    states = states

    def __init__(self) -> None:
        super().__init__(CHANNELS)
        self.execv = False
        self.max_cloexec_files = os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 0
        # True once a foreign server's request has started the bus: plugins that belong to a
        # process of our own (an HTTP server, a reloader, a daemonizer) then stay out of it.
        self.is_embedded = False
        self._startup_directory = startup_directory()
        self._state = states.STOPPED
        self._mover: int | None = None  # the thread in start(), stop() or exit() just now
        self._starter: int | None = None  # the thread in start()
        self._is_exit_unfinished = False
        self._guarded_pid: int | None = None
        self._make_locks()
        renew_after_fork(self)

    def _make_locks(self) -> None:
        # Both can be entered again by their own thread: a signal handler may call exit()
        # in the middle of anything the main thread does here.
        self._start_lock = threading.RLock()
        self._changed = threading.Condition(threading.RLock())

    def after_fork_in_child(self) -> None:
        """Let the child begin afresh: new locks, and STOPPED, as the threads are gone.

        A bus that the forking thread itself is moving stays as it is: that is a Daemonizer,
        and the start goes on in the child.
        """
        self._make_locks()
        if self._mover == threading.get_ident():
            return
        self._mover = self._starter = None
        self._is_exit_unfinished = False
        self.is_embedded = self.execv = False
        self._state = states.STOPPED

    @property
    def state(self) -> State:
        """Where the bus is; setting it wakes everybody in wait()."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        with self._changed:
            self._changed.notify_all()

    # ---- moving

    @contextlib.contextmanager
    def _moving(self) -> Iterator[None]:
        """Mark this thread as the one that moves the bus (see after_fork_in_child)."""
        before, self._mover = self._mover, threading.get_ident()
        try:
            yield
        finally:
            self._mover = before

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """Mark this thread as the one that starts the bus (see exit_on_signal)."""
        before, self._starter = self._starter, threading.get_ident()
        try:
            yield
        finally:
            self._starter = before

    def start(self) -> None:
        """Start everything that listens on 'start', in a process of our own.

        If a listener fails, the bus exits, and with it the process (code 70). A listener
        that raises SystemExit or KeyboardInterrupt has the bus exited in order, and its
        exception goes on to the caller: that is how to refuse a start with one's own code.
        A Ctrl-C while the bus exits ends the process at once (code 130).
        """
        with self._start_lock, self._moving(), self._starting():
            self.is_embedded = self._is_exit_unfinished = False
            try:
                self._start()
            except (KeyboardInterrupt, SystemExit):
                try:
                    self._exit_in_order()
                except KeyboardInterrupt:
                    self._end_at_once()
                raise
            except Exception:
                self.log(
                    "Shutting down due to error in start listener:", level=ERROR, traceback=True
                )
                self.exit()
                raise

    def _start(self) -> None:
        self._guard_process_end()
        self.state = states.STARTING
        self.log("Bus STARTING")
        self.publish("start")
        self._guard_process_end()  # once more: a Daemonizer has changed the process
        self.state = states.STARTED
        self.log("Bus STARTED")

    def start_embedded(self) -> None:
        """Start the bus for a foreign server, once; to be called at each request.

        Threads that come while another starts it wait until it is STARTED. Nothing happens
        if our own `start()` is at work or done, or if the bus is on its way down. When this
        process ends, the bus stops and exits without a word on the process's own end.

        Raises ChannelFailures if a start listener failed: what had started is stopped, and
        the next call tries again. The process is not ours to end.
        """
        # PERF: runs for each request, and nearly all leave here: 0.11 us, with the lock 1.5.
        state = self._state
        if state is states.STARTED or (state is states.STARTING and not self.is_embedded):
            return
        with self._start_lock, self._moving():
            # An exit passes through STOPPED: a late request must not start the bus there.
            if self._state is not states.STOPPED or self._is_exit_unfinished:
                return
            self.is_embedded = True
            try:
                self._start()
            except BaseException:
                with contextlib.suppress(Exception):  # each failure is in the log
                    self.stop()
                self.state = states.STOPPED
                raise

    def stop(self) -> None:
        """Stop everything that listens on 'stop'. Raises ChannelFailures."""
        with self._moving():
            self.state = states.STOPPING
            self.log("Bus STOPPING")
            self.publish("stop")
            self.state = states.STOPPED
            self.log("Bus STOPPED")

    def graceful(self) -> None:
        """Tell everybody to begin anew without stopping: reopen files, restart threads."""
        self.log("Bus graceful")
        self.publish("graceful")

    def exit(self) -> None:
        """Stop, then tell everybody that the process ends; block() returns after that.

        If a listener fails, or the bus was still STARTING, the process ends here and now
        with code 70, as what is left running is unknown; but never a foreign server's.
        Does nothing while another exit is under way.
        """
        if self.is_embedded:
            self._exit_in_order()
            return
        if not self._begin_exit():
            return
        state_before = self._state
        try:
            self.stop()
            self._publish_exit()
        except KeyboardInterrupt:
            raise  # the exit stays unfinished; block() ends the process
        except Exception:
            os._exit(EXIT_SOFTWARE)
        except BaseException:
            self._finish_exit()
            raise
        if state_before is states.STARTING:
            os._exit(EXIT_SOFTWARE)
        self._finish_exit()

    def exit_on_signal(self) -> None:
        """Exit, from a signal handler in the main thread; in the end with the code 0.

        Where that thread is in start(), and before the first start, it raises SystemExit(0):
        start() undoes what it did, and its caller does not go on as if the bus were started.
        """
        is_starting = (
            self._starter == threading.get_ident()
            and self._state is not states.STARTED
            and not self._is_exit_unfinished
        )
        was_started = self._guarded_pid == os.getpid()
        if is_starting or (self._state is states.STOPPED and not was_started):
            raise SystemExit(0)
        self.exit()

    def exit_on_interrupt(self) -> None:
        """Exit because of a Ctrl-C that came before block() could hear it; then do as block().

        Another Ctrl-C meanwhile ends the process at once (code 130).
        """
        try:
            if self._state is not states.EXITING:
                self.log("Keyboard Interrupt: shutting down bus")
                self.exit()
        except KeyboardInterrupt:
            self._end_at_once()
        self.block()

    def _exit_in_order(self) -> None:
        """Stop and exit as far as it goes; failures are in the log, the process lives."""
        if not self._begin_exit():
            return
        try:
            for step in (self.stop, self._publish_exit):
                with contextlib.suppress(Exception):
                    step()
        finally:
            self.state = states.EXITING
            self._finish_exit()

    def _publish_exit(self) -> None:
        with self._moving():
            self.state = states.EXITING
            self.log("Bus EXITING")
            self.publish("exit")
            self.log("Bus EXITED")

    def _begin_exit(self) -> bool:
        with self._changed:
            is_first = not self._is_exit_unfinished
            self._is_exit_unfinished = True
        return is_first

    def _finish_exit(self) -> None:
        atexit.unregister(self._at_process_end)
        self._guarded_pid = None
        with self._changed:
            self._is_exit_unfinished = False
            self._changed.notify_all()

    def restart(self) -> None:
        """Exit; then block(), in the main thread, replaces the process by a new one.

        A foreign server's process is left alone, with a warning in the log.
        """
        if self.is_embedded:
            self.log(
                "Restart ignored: this process belongs to the server that loaded the "
                "application. Reload it there (gunicorn: signal HUP to its master).",
                level=WARNING,
            )
            return
        self.execv = True
        self.exit()

    # ---- the end of the process

    def _guard_process_end(self) -> None:
        """Have the bus exited when this process ends, if nobody else does."""
        if self._guarded_pid != os.getpid():
            self._guarded_pid = os.getpid()
            atexit.register(self._at_process_end, self._guarded_pid)

    def _at_process_end(self, pid: int) -> None:
        # A forked child inherits its parent's atexit handlers (SERVERS.md, R6).
        if pid != os.getpid() or self._state is states.EXITING:
            return
        if self.is_embedded:
            self._exit_in_order()
            return
        try:
            warnings.warn(
                f"The main thread is exiting, but the Bus is in the {self._state!r} state; "
                "shutting it down automatically now. Call bus.block() after bus.start(), or "
                "bus.exit() before the main thread ends.",
                RuntimeWarning,
                stacklevel=2,
            )
        finally:
            self.exit()

    # ---- waiting

    def wait(
        self,
        state: State | Collection[State],
        interval: float = 0.1,
        channel: str | None = None,
    ) -> None:
        """Return when the bus is in `state` (or in one of them).

        Publishes on `channel` every `interval` seconds meanwhile. A change of state wakes it
        at once, in the main thread within POLL_SECONDS.
        """
        wanted = {state} if isinstance(state, State) else set(state)
        while self._state not in wanted:
            self._pause(lambda: self._state in wanted, interval)
            if channel is not None:
                self.publish(channel)

    def _pause(self, is_over: Callable[[], bool], seconds: float) -> None:
        """Return when `is_over()` is true, or after `seconds`."""
        if threading.current_thread() is not threading.main_thread():
            with self._changed:
                self._changed.wait_for(is_over, seconds)
            return
        give_up_at = time.monotonic() + seconds
        while not is_over() and (left := give_up_at - time.monotonic()) > 0:
            time.sleep(min(left, POLL_SECONDS))

    def block(self, interval: float = 0.1) -> None:
        """Hold the main thread until the bus has exited, publishing 'main' meanwhile.

        Ctrl-C, and a SystemExit of a signal or 'main' listener, exit the bus; SystemExit is
        then raised again. A Ctrl-C while the bus exits ends the process at once (code 130).
        Returns when all threads that are not daemons have ended; after restart() it never
        returns but replaces the process.
        """
        try:
            self._wait_for_exit(interval)
            self._join_threads()
        except KeyboardInterrupt:
            self._end_at_once()
        if self.execv:
            respawn(self._startup_directory, self.max_cloexec_files, self.log)

    def _wait_for_exit(self, interval: float) -> None:
        try:
            self.wait(states.EXITING, interval=interval, channel="main")
            # Another thread's exit(), perhaps a daemon's, may still be telling listeners.
            while self._is_exit_unfinished:
                self._pause(lambda: not self._is_exit_unfinished, POLL_SECONDS)
        except (KeyboardInterrupt, OSError):
            if self._is_exit_unfinished:
                raise
            self.log("Keyboard Interrupt: shutting down bus")
            self.exit()
        except SystemExit:
            self.log("SystemExit raised: shutting down bus")
            self.exit()
            raise

    def _join_threads(self) -> None:
        self.log("Waiting for child threads to terminate...")
        spared = (threading.current_thread(), threading.main_thread())
        for thread in threading.enumerate():
            if thread not in spared and not thread.daemon:
                self.log(f"Waiting for thread {thread.name}.")
                while thread.is_alive():
                    time.sleep(POLL_SECONDS)

    def _end_at_once(self) -> None:
        try:
            self.log("Keyboard Interrupt while exiting: ending the process at once")
        finally:
            os._exit(EXIT_INTERRUPTED)

    def start_with_callback(
        self,
        func: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> threading.Thread:
        """Start the bus and, once it is STARTED, call `func` in a thread; return the thread.

        The call is left out if the bus exits instead.
        """

        def call_when_started() -> None:
            self.wait((states.STARTED, states.EXITING))
            if self._state is states.STARTED:
                func(*(args or ()), **(kwargs or {}))

        thread = threading.Thread(target=call_when_started)
        thread.name = f"Bus Callback {thread.name}"
        thread.start()
        self.start()
        return thread


bus: Bus
"""As in `process`: globals.py sets it."""
