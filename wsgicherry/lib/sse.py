"""Server-sent events: a response that goes on telling a browser's `EventSource` what happens.

A handler returns `stream(source)`. The wire form is that of WHATWG HTML section 9.2.
"""

from __future__ import annotations

import json
import queue
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ..core.bodies import close_body
from ..core.current import serving_now

HEARTBEAT_SECONDS = 15.0
"""Proxies give up on a silent connection after 30 to 60 seconds (nginx: 60)."""

MIN_HEARTBEAT_SECONDS = 0.01
"""A shorter one would keep a processor busy with nothing."""

POLL_SECONDS = 1.0
"""How often a stream that waits for a queue looks whether its client is still there."""

MAX_LAST_EVENT_ID_BYTES = 1024
"""A longer Last-Event-ID is not one that a program of ours has sent."""

COMMENT = b":\n\n"
"""A line that clients skip: it opens the stream, and later keeps it open."""

# Not str.splitlines(), which also cuts at characters that are none of the format's line ends.
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_NOT_IN_FIELDS = re.compile(r"[\r\n\x00]")


class Event:
    """One event; `bytes()` of it is what is sent.

    `data`: str (may have several lines), or what becomes JSON; None sends `id` and `retry`
    alone. `event`: its type, 'message' for browsers if None. `id`: what the client sends back
    as Last-Event-ID. `retry`: after how many milliseconds the client connects again.
    ValueError for an `event` or `id` with CR, LF or NUL, which would begin a field of its own
    or be ignored, and for a `retry` that is no number from 0 on.
    """

    def __init__(
        self,
        data: Any,
        event: str | None = None,
        id: str | int | None = None,
        retry: int | None = None,
    ) -> None:
        for name, value in (("event", event), ("id", id)):
            if value is not None and _NOT_IN_FIELDS.search(str(value)):
                raise ValueError(
                    f"{name}={value!r} holds CR, LF or NUL: put what has lines into data."
                )
        if retry is not None and (type(retry) is not int or retry < 0):
            raise ValueError(f"retry={retry!r}: it must be milliseconds, an int from 0 on.")
        self.data = data if data is None or isinstance(data, str) else json.dumps(data)
        self.event = event
        self.id = id
        self.retry = retry

    def __bytes__(self) -> bytes:
        fields = (("event", self.event), ("id", self.id), ("retry", self.retry))
        lines = [f"{name}: {value}" for name, value in fields if value is not None]
        if self.data is not None:
            lines += [f"data: {line}" for line in _LINE_ENDS.split(self.data)]
        # What is no UTF-8 (a lone surrogate of somebody's JSON) must not end the stream.
        return "\n".join([*lines, "", ""]).encode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"Event({self.data!r}, {self.event!r}, {self.id!r}, {self.retry!r})"


def last_event_id() -> str:
    """Return the id of the last event that the client has, '' for a client that is new.

    It comes from the client: look it up, do not trust it. One that is not UTF-8, holds control
    characters or is over MAX_LAST_EVENT_ID_BYTES counts as none.
    """
    raw: str = serving_now().request.environ.get("HTTP_LAST_EVENT_ID", "")
    try:
        text = raw.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""
    if len(raw) > MAX_LAST_EVENT_ID_BYTES or any(ord(each) < 32 for each in text):
        return ""
    return text


def stream(source: Any, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> EventStream:
    """Return the body of a response that sends the events of `source` as they come.

    `source`: an iterable of events, which is closed once at the end, or a `queue.Queue`, from
    which None (or `shutdown()`) ends the stream. An event is an `Event`, a str, or what becomes
    JSON; None out of an iterable means 'nothing yet'. A comment is sent at once, and another
    one after `heartbeat_seconds` without an event: by that a client that has gone is noticed.
    A source that waits in `next()` holds up heartbeats too: use a queue, or yield None.

    Sets the headers of the current response. ValueError for too short a heartbeat, TypeError
    for a source that is neither.
    """
    if not heartbeat_seconds >= MIN_HEARTBEAT_SECONDS:
        raise ValueError(
            f"heartbeat_seconds={heartbeat_seconds!r}: it must be at least "
            f"{MIN_HEARTBEAT_SECONDS}."
        )
    serving = serving_now()
    response = serving.response
    body = EventStream(source, heartbeat_seconds, serving.request)
    response.stream = True
    response.headers["Content-Type"] = "text/event-stream"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # or nginx holds events back
    return body


class EventStream:
    """The events of a source as bytes, with comments in between."""

    def __init__(self, source: Any, heartbeat_seconds: float, request: Any) -> None:
        is_queue = callable(getattr(source, "get", None)) and hasattr(source, "put")
        if isinstance(source, (str, bytes)) or not (is_queue or isinstance(source, Iterable)):
            raise TypeError(
                f"The source of events is {source!r}: it must be an iterable or a queue.Queue."
            )
        self.source = source
        self.heartbeat_seconds = heartbeat_seconds
        self.request = request
        self.is_closed = False
        events = self._poll_queue() if is_queue else iter(source)
        self.chunks: Iterator[bytes] = self._generate(events)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self.chunks)

    def _generate(self, events: Iterator[Any]) -> Iterator[bytes]:
        yield COMMENT
        silent_since = time.monotonic()
        for event in events:
            if event is not None:
                yield bytes(event if isinstance(event, Event) else Event(event))
                silent_since = time.monotonic()
            elif not self.request.client_connected():
                return
            elif time.monotonic() - silent_since >= self.heartbeat_seconds:
                yield COMMENT
                silent_since = time.monotonic()

    def _poll_queue(self) -> Iterator[Any]:
        """Yield what comes out of the queue, and None whenever it is silent for a while."""
        ended = getattr(queue, "ShutDown", ())  # from Python 3.13 on
        poll_seconds = min(POLL_SECONDS, self.heartbeat_seconds / 2)
        while True:
            try:
                event = self.source.get(timeout=poll_seconds)
            except queue.Empty:
                yield None
            except ended:
                return
            else:
                if event is None:
                    return
                yield event

    def close(self) -> None:
        """Close the source, once."""
        if not self.is_closed:
            self.is_closed = True
            self.chunks = iter(())
            close_body(self.source)
