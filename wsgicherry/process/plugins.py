"""The bus's plugins by their known names; signals and request threads live in this file."""

from __future__ import annotations

import collections
import os
import signal as signals
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from .channels import ChannelFailures
from .daemon import Daemonizer, DropPrivileges, PIDFile
from .forks import renew_after_fork
from .monitor import Autoreloader, BackgroundTask, Monitor, PerpetualTimer
from .simpleplugin import SimplePlugin
from .wspbus import Bus

__all__ = [
    "Autoreloader",
    "BackgroundTask",
    "Daemonizer",
    "DropPrivileges",
    "Monitor",
    "PIDFile",
    "PerpetualTimer",
    "SignalHandler",
    "SimplePlugin",
    "ThreadManager",
]


class SignalHandler:
    """Publish each signal on the channel of its name, and what to do on the usual ones.

    Only for a process of our own: a foreign server has its own signals (SERVERS.md, R7).
    """

    signals: ClassVar[dict[int, str]] = {
        number.value: number.name for number in signals.Signals
    }

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.handlers: dict[str, Callable[[], object]] = {
            "SIGTERM": bus.exit_on_signal,
            "SIGHUP": self.handle_SIGHUP,
            "SIGUSR1": bus.graceful,
        }
        self._previous: dict[int, Any] = {}
        self._subscribed: list[tuple[str, Callable[..., object]]] = []
        self._original_pid = os.getpid()

    def subscribe(self) -> None:
        """Handle every signal in `handlers` that this system has.

        Raises RuntimeError outside the main thread.
        """
        _require_main_thread("subscribe a SignalHandler")
        for name, listener in self.handlers.items():
            if hasattr(signals, name):  # Windows has neither SIGHUP nor SIGUSR1
                self.set_handler(name, listener)

    def unsubscribe(self) -> None:
        """Put the handlers back which were there before.

        Raises RuntimeError outside the main thread.
        """
        _require_main_thread("unsubscribe a SignalHandler")
        for channel, listener in self._subscribed:
            self.bus.unsubscribe(channel, listener)
        self._subscribed.clear()
        while self._previous:
            number, handler = self._previous.popitem()
            # None: it was not set from Python, so that Python cannot set it again.
            signals.signal(number, signals.SIG_DFL if handler is None else handler)

    def set_handler(
        self, signal: int | str, listener: Callable[..., object] | None = None
    ) -> None:
        """Publish `signal` (a name or number) on the bus; subscribe `listener` to it.

        Raises ValueError for an unknown signal, RuntimeError outside the main thread.
        """
        number, name = self._number_and_name(signal)
        _require_main_thread(f"handle {name}")
        previous = signals.signal(number, self._handle_signal)
        self._previous.setdefault(number, previous)
        if listener is not None:
            self.bus.log(f"Listening for {name}.")
            self.bus.subscribe(name, listener)
            self._subscribed.append((name, listener))

    def _number_and_name(self, signal: int | str) -> tuple[int, str]:
        try:
            found = (
                signals.Signals[signal] if isinstance(signal, str) else signals.Signals(signal)
            )
        except (KeyError, ValueError):
            raise ValueError(
                f"No such signal: {signal!r}. Known: {', '.join(self.signals.values())}."
            ) from None
        return found.value, found.name

    def _handle_signal(self, number: int, frame: object = None) -> None:
        name = self.signals[number]
        self.bus.log(f"Caught signal {name}.")
        self.bus.publish(name)

    def handle_SIGHUP(self) -> None:
        """Restart a daemon; exit if the terminal of a foreground process has gone."""
        if self._is_daemonized():
            self.bus.log("SIGHUP caught while daemonized. Restarting.")
            self.bus.restart()
        else:
            self.bus.log("SIGHUP caught but not daemonized. Exiting.")
            self.bus.exit_on_signal()

    def _is_daemonized(self) -> bool:
        return self._original_pid != os.getpid() and not (sys.stdin and sys.stdin.isatty())


def _require_main_thread(task: str) -> None:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(
            f"Cannot {task} in thread {threading.current_thread().name!r}: Python handles "
            "signals in the main thread only. Do it there, or leave signals to the server."
        )


class _Presence:
    """Kept by one thread (or greenlet) for as long as it lives, and by nobody else."""

    __slots__ = ("__weakref__", "key")

    def __init__(self, gone: Callable[[weakref.ref[_Presence]], object]) -> None:
        self.key = weakref.ref(self, gone)


class ThreadManager(SimplePlugin):
    """Tell listeners of 'start_thread' and 'stop_thread' about threads that serve requests.

    Each thread has an index, from 1, free again once the thread has stopped. `threads` has
    the indexes by a key that dies with the thread: the system gives a dead thread's ident
    to a new one, which needs a 'start_thread' of its own.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        for channel in ("acquire_thread", "start_thread", "release_thread", "stop_thread"):
            bus.listeners.setdefault(channel, {})
        self.after_fork_in_child()
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Forget all threads: none of the parent's serves requests here."""
        self.threads: dict[weakref.ref[_Presence], int] = {}
        self._gone: collections.deque[weakref.ref[_Presence]] = collections.deque()
        self._local = threading.local()
        self._lock = threading.RLock()

    def acquire_thread(self) -> None:
        """Publish 'start_thread' with its index the first time this thread is seen."""
        presence = getattr(self._local, "presence", None)
        if presence is not None and presence.key in self.threads:
            return
        presence = self._local.presence = _Presence(self._gone.append)
        with self._lock:
            stopped = self._take_gone()
            taken = set(self.threads.values())
            index = next(i for i in range(1, len(taken) + 2) if i not in taken)
            self.threads[presence.key] = index
        self._publish_stop(stopped)
        self.bus.publish("start_thread", index)

    def release_thread(self) -> None:
        """Publish 'stop_thread' with this thread's index, if it was acquired."""
        presence = getattr(self._local, "presence", None)
        if presence is None:
            return
        with self._lock:
            index = self.threads.pop(presence.key, None)
        if index is not None:
            self.bus.publish("stop_thread", index)

    def stop(self) -> None:
        """Publish 'stop_thread' for every thread that was acquired and not released."""
        with self._lock:
            indexes = sorted(self.threads.values())
            self.threads.clear()
            self._gone.clear()
        self._publish_stop(indexes)

    graceful = stop

    def _take_gone(self) -> list[int]:
        """Return the indexes of threads that ended without a word; forget them."""
        gone = []
        while self._gone:
            index = self.threads.pop(self._gone.popleft(), None)
            if index is not None:
                gone.append(index)
        return gone

    def _publish_stop(self, indexes: Iterable[int]) -> None:
        failures = ChannelFailures()
        for index in indexes:
            try:
                self.bus.publish("stop_thread", index)
            except ChannelFailures as error:
                for instance in error.get_instances():
                    failures.add(instance)
        if failures:
            raise failures
