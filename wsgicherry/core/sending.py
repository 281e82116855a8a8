"""Bodies on their way to the server, and the end of a request, which the server's `close()`
brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from .bodies import as_bytes, close_body
from .current import Serving, enter, find_serving, leave
from .errors import UNEXPECTED
from .hooks import run


def end_request(serving: Serving) -> None:
    """Tell the engine, run `on_end_request`, once. Errors are logged: the response has been
    sent.
    """
    request = serving.request
    if request.closed:
        return
    request.closed = True
    hooks = request.plan.on_end_request
    engine = request.app.engine
    if not hooks and not engine.hears_requests:
        return
    token = enter(serving)
    try:
        if engine.hears_requests:
            tell_end(request, engine)
        run(hooks)
    except UNEXPECTED:
        request.log("", "HTTP", 40, traceback=True)
    finally:
        leave(token)


def tell_end(request: Any, engine: Any) -> None:
    """Tell the engine that a request ends; an error of a listener's is logged."""
    try:
        engine.publish("after_request")
    except UNEXPECTED:
        request.log("", "HTTP", 40, traceback=True)


def end_stream(serving: Serving) -> None:
    """End the request, then close what its handler returned, whatever of it was sent."""
    end_request(serving)
    token = enter(serving)
    try:
        serving.response.discard_body()
    finally:
        leave(token)


def close_quietly(body: Any) -> None:
    """Close a body; an error of that is logged: no client has a use for it."""
    try:
        close_body(body)
    except UNEXPECTED:
        serving = find_serving()
        if serving is None:
            raise
        serving.request.log("", "HTTP", 40, traceback=True)


class FinishedBody(list[bytes]):
    """A body that is complete; the server's `close()` ends the request."""

    # PERF: a list, so that len() tells servers of a single block; filled by list's own
    # __init__.
    __slots__ = ("serving",)
    serving: Serving

    def close(self) -> None:
        """End the request."""
        request = self.serving.request
        if request.plan.on_end_request or request.app.engine.hears_requests:
            end_request(self.serving)
        else:
            request.closed = True


class BodyLengthError(Exception):
    """A body ended before the Content-Length that was sent: no client may take it as whole."""


class StreamedBody:
    """A body made while it is sent: each step runs in the context of its request.

    What is longer than the Content-Length that was sent is cut there and logged; what is
    shorter breaks off, as nothing else tells the client (and the next response on the same
    connection would be taken for the rest).
    """

    def __init__(self, body: Iterable[bytes], serving: Serving) -> None:
        self.serving = serving
        self.iterator: Iterator[bytes] = iter(body)
        self.left_bytes = find_length(serving)

    def __iter__(self) -> StreamedBody:
        return self

    def __next__(self) -> bytes:
        token = enter(self.serving)
        try:
            return self._take()
        except StopIteration:
            raise
        except BaseException as error:
            # Nothing but an abort tells the client that this is not the whole body.
            self.serving.request.report_error_id("the body broke off.", traceback=True)
            if isinstance(error, UNEXPECTED) and not isinstance(error, Exception):
                # A SystemExit or KeyboardInterrupt of the handler's must not end the worker.
                raise RuntimeError(f"The body broke off with {error!r}.") from error
            raise
        finally:
            leave(token)

    def _take(self) -> bytes:
        """Return the next chunk, within the length that was sent."""
        for chunk in self.iterator:
            data = as_bytes(chunk)
            if self.left_bytes is not None:
                data = self._cut(data)
            return data
        if self.left_bytes:
            raise BodyLengthError(
                f"The body ended {self.left_bytes} bytes before its Content-Length. Leave the "
                "header to the toolkit, or send as many bytes as it says."
            )
        raise StopIteration

    def _cut(self, data: bytes) -> bytes:
        assert self.left_bytes is not None
        if len(data) > self.left_bytes:
            self.serving.request.report_error_id("the body is longer than its Content-Length.")
            data = data[: self.left_bytes]
            self.iterator = iter(())
        self.left_bytes -= len(data)
        return data

    def close(self) -> None:
        """End the request, and close what the handler returned."""
        end_stream(self.serving)


def find_length(serving: Serving) -> int | None:
    """Return the Content-Length that was sent, None where there was none."""
    for name, value in serving.response.header_list or ():
        if name == "Content-Length":
            return int(value)
    return None


class StartedStream:
    """A body whose first chunk has been made already, empty ones left out: servers hold the
    head back until there is a byte (PEP 3333), and so can an error page still be sent.
    """

    def __init__(self, body: Iterable[bytes]) -> None:
        self.rest = iter(body)
        self.first = list(islice(filter(None, map(as_bytes, self.rest)), 1))

    def __iter__(self) -> Iterator[bytes]:
        return chain(self.first, self.rest)
