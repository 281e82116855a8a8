"""Bodies on their way to the server, and the end of a request, which the server's `close()`
brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice

from .bodies import close_body
from .current import Serving, enter, leave
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
        for step in (partial(engine.publish, "after_request"), partial(run, hooks)):
            try:
                step()
            except UNEXPECTED:
                request.log("", "HTTP", 40, traceback=True)
    finally:
        leave(token)


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


class StreamedBody:
    """A body made while it is sent: each step runs in the context of its request."""

    def __init__(self, body: Iterable[bytes], serving: Serving) -> None:
        self.serving = serving
        self.body = body
        self.iterator: Iterator[bytes] = iter(body)

    def __iter__(self) -> StreamedBody:
        return self

    def __next__(self) -> bytes:
        token = enter(self.serving)
        try:
            return next(self.iterator)
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

    def close(self) -> None:
        """End the request, and close what the handler returned."""
        end_request(self.serving)
        token = enter(self.serving)
        try:
            close_body(self.body)
        except UNEXPECTED:
            self.serving.request.log("", "HTTP", 40, traceback=True)
        finally:
            leave(token)


class StartedStream:
    """A body whose first chunk has been made already."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self.body = body
        self.rest = iter(body)
        self.first = list(islice(self.rest, 1))

    def __iter__(self) -> Iterator[bytes]:
        return chain(self.first, self.rest)

    def close(self) -> None:
        """Close the body."""
        close_body(self.body)
