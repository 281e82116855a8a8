"""The engine of a site: the process bus with its plugins, and channels for requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .process.forks import renew_after_fork
from .process.monitor import Autoreloader
from .process.plugins import SignalHandler, ThreadManager
from .process.wspbus import Bus

# Who listens to these must be told about every request; nobody else costs a request anything.
REQUEST_CHANNELS = (
    "acquire_thread",
    "start_thread",
    "stop_thread",
    "release_thread",
    "before_request",
    "after_request",
)


class Engine(Bus):
    """The bus with CherryPy's channels and plugins.

    `prepare` is called before a start in a process of our own; what it raises is raised by
    `start()`, and nothing has started then.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hears_requests = False
        self.prepare: Callable[[], None] = lambda: None
        for channel in REQUEST_CHANNELS:
            self.listeners.setdefault(channel, {})
        self.thread_manager = ThreadManager(self)
        self.thread_manager.subscribe()
        self.autoreload = Autoreloader(self)
        self.signals = self.signal_handler = SignalHandler(self)
        renew_after_fork(self)

    def subscribe(self, channel: str, *args: Any, **kwargs: Any) -> Any:
        """Add a listener; see `Bus.subscribe`."""
        try:
            return super().subscribe(channel, *args, **kwargs)
        finally:
            self._note_hearing()

    def unsubscribe(self, channel: str, callback: Any) -> None:
        """Remove a listener; see `Bus.unsubscribe`."""
        super().unsubscribe(channel, callback)
        self._note_hearing()

    def _note_hearing(self) -> None:
        """Settle whether requests must be announced: not for the thread manager's own sake."""
        own = {"acquire_thread": 1, "release_thread": 1}
        self.hears_requests = any(
            len(self.listeners.get(channel, ())) > own.get(channel, 0)
            for channel in REQUEST_CHANNELS
        )

    def start(self) -> None:
        """Start everything, in a process of our own; see `Bus.start`."""
        with self._starting():  # a SIGTERM meanwhile ends the start, see Bus.exit_on_signal
            self.prepare()
            super().start()
