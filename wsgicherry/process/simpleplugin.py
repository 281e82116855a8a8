"""The usual shape of a plugin: its methods are named like the channels they listen on."""

from __future__ import annotations

from .wspbus import Bus


class SimplePlugin:
    """Base of plugins; `subscribe()` connects each method that is named like a channel.

    A method may carry a `priority` attribute (`start.priority = 70`), see Bus.subscribe.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def subscribe(self) -> None:
        """Listen on every existing channel for which there is a method of that name."""
        for channel in list(self.bus.listeners):
            method = getattr(self, channel, None)
            if method is not None:
                self.bus.subscribe(channel, method)

    def unsubscribe(self) -> None:
        """Listen no more."""
        for channel in list(self.bus.listeners):
            method = getattr(self, channel, None)
            if method is not None:
                self.bus.unsubscribe(channel, method)
