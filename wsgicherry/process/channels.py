"""Channels: names on which something is published, and the listeners of each."""

from __future__ import annotations

import contextlib
import functools
import operator
import traceback as tracebacks
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

Listener = Callable[..., Any]
L = TypeVar("L", bound=Listener)

DEFAULT_PRIORITY = 50

INFO, WARNING, ERROR = 20, 30, 40  # the numbers of the logging module


class ChannelFailures(Exception):
    """What the listeners of one channel raised; each of them was called nevertheless."""

    delimiter = "\n"

    def __init__(self, *errors: Exception) -> None:
        super().__init__(*errors)
        self._errors = list(errors)

    def add(self, error: Exception) -> None:
        """Add one more error."""
        self._errors.append(error)

    def get_instances(self) -> list[Exception]:
        """Return the errors, in the order in which they came."""
        return list(self._errors)

    def __str__(self) -> str:
        return self.delimiter.join(map(repr, self._errors))

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self._errors)


class Channels:
    """Listeners by channel and priority, and how they are called."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.listeners: dict[str, dict[Listener, float]] = {name: {} for name in names}

    @overload
    def subscribe(
        self, channel: str, callback: None = None, priority: float | None = None
    ) -> Callable[[L], L]: ...

    @overload
    def subscribe(self, channel: str, callback: L, priority: float | None = None) -> L: ...

    def subscribe(
        self, channel: str, callback: Listener | None = None, priority: float | None = None
    ) -> Listener:
        """Call `callback` whenever something is published on `channel`; return it.

        Without a callback, return a decorator. Lower priorities run first, equal ones in
        the order of subscription; the default is `callback.priority`, or 50. A new channel
        is made by its first subscriber.
        """
        if callback is None:
            return functools.partial(self.subscribe, channel, priority=priority)
        if priority is None:
            priority = getattr(callback, "priority", DEFAULT_PRIORITY)
        self._listeners_of(channel)[callback] = priority
        return callback

    def unsubscribe(self, channel: str, callback: Listener) -> None:
        """Call `callback` no more; silent if it was not subscribed."""
        if channel in self.listeners:
            self._listeners_of(channel).pop(callback, None)

    def _listeners_of(self, channel: str) -> dict[Listener, float]:
        """Return the listeners of `channel`, a mapping of listener to priority.

        No lock guards it: single steps of a dict are atomic, and publish() works on a copy.
        """
        found = self.listeners.setdefault(channel, {})
        if not isinstance(found, dict):
            # CherryPy's channels are sets, and its plugins write
            # `bus.listeners.setdefault("my_channel", set())` to make one.
            found = self.listeners[channel] = dict.fromkeys(found, DEFAULT_PRIORITY)
        return found

    def publish(self, channel: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Call every listener of `channel`, lowest priority first; return their results.

        Raises ChannelFailures when all were called, if any of them failed; each failure has
        been logged by then (but for those of 'log'). KeyboardInterrupt and SystemExit pass
        at once; a SystemExit that claims success after failures is given the code 1.
        """
        if not self.listeners.get(channel):
            return []
        failures, results = ChannelFailures(), []
        listeners = self._listeners_of(channel)
        for listener, _ in sorted(listeners.items(), key=operator.itemgetter(1)):
            try:
                results.append(listener(*args, **kwargs))
            except SystemExit as error:
                if failures and error.code in (0, None):
                    error.code = 1
                raise
            except Exception as error:
                failures.add(error)
                if channel != "log":  # the next message would fail as well
                    message = f"Error in {channel!r} listener {listener!r}"
                    with contextlib.suppress(Exception):  # the others are still to be called
                        self.log(message, level=ERROR, traceback=True)
        if failures:
            raise failures
        return results

    def log(self, msg: str = "", level: int = INFO, traceback: bool = False) -> None:
        """Publish `msg` on 'log', with the traceback of the error being handled if asked."""
        if traceback:
            msg += "\n" + tracebacks.format_exc()
        self.publish("log", msg, level)
