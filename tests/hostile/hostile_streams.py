"""A program that streams: bodies that are made while they are sent, files and events."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

from hostile_programs import TrackedBody
from invariants import EXCEPTION_TEXT

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.expose import expose
from wsgicherry.lib import sse

LARGE_BYTES = 200_000
MAX_CHUNKS = 100


def number(text: str) -> int:
    """Return what a client says of a size, within bounds; HTTPError 400 for no number."""
    try:
        return min(max(int(text), 0), LARGE_BYTES)
    except ValueError:
        raise HTTPError(400, "not a number") from None


class Streams:
    """Pages that believe what the client says of the body that it wants."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def _track(self, chunks: Iterator[Any]) -> TrackedBody:
        body = TrackedBody(chunks)
        self._ledger.bodies.append(body)
        return body

    @expose
    def index(self, chunks: str = "2", length: str | None = None, stream: str = "1") -> Any:
        """Stream chunks, with the Content-Length that the client asks for."""
        response = serving_now().response
        response.stream = bool(stream)
        if length is not None:
            response.headers["Content-Length"] = length
        count = min(number(chunks), MAX_CHUNKS)
        return self._track(iter([b"chunk "] * count))

    @expose
    def block(self, length: str) -> bytes:
        """Return a body in memory, with the Content-Length that the client asks for."""
        serving_now().response.headers["Content-Length"] = length
        return b"in memory"

    @expose
    def file(self, skip: str = "0", length: str | None = None) -> Any:
        """Return a file from byte `skip` on."""
        file = io.BytesIO(b"f" * LARGE_BYTES)
        file.seek(number(skip))
        if length is not None:
            serving_now().response.headers["Content-Length"] = length
        return file

    @expose
    def breaks(self, at: str, how: str) -> Any:
        """Fail at chunk `at` of three, or while it is closed."""
        serving_now().response.stream = True
        return self._track(self._break(number(at), how))

    @staticmethod
    def _break(at: int, how: str) -> Iterator[Any]:
        for place in range(3):
            if place != at:
                yield b"chunk "
            elif how == "http":
                raise HTTPError(409, "in a stream")
            elif how == "redirect":
                raise HTTPRedirect("/")
            elif how == "exit":
                sys.exit(3)
            elif how == "number":
                yield 3
            else:
                raise ValueError(EXCEPTION_TEXT)

    @expose
    def status(self, code: str) -> Any:
        """Stream a body whatever the status says of it."""
        serving_now().response.status = code
        serving_now().response.stream = True
        return self._track(iter([b"body"]))

    @expose
    def events(self, name: str = "", id: str = "", data: str = "") -> Any:
        """Stream one event, made of what the client says; refuse what is none."""
        try:
            event = sse.Event(str(data), str(name) or None, str(id))
        except ValueError:
            raise HTTPError(400, "That is no event.") from None
        serving_now().response.headers["X-Seen"] = sse.last_event_id()
        return sse.stream(self._track(iter([event])))

    @expose
    def hints(self, value: str = "", name: str = "Link") -> str:
        """Send hints that the client words."""
        try:
            serving_now().response.early_hints([(str(name), value)])
        except ValueError:
            raise HTTPError(400, "That is no header.") from None
        return "page"
