"""The built-in log handlers: screen, file, `wsgi.errors`. None is there unless asked for.

They carry `_cpbuiltin`, as CherryPy's do. A log that cannot be written (full disk, closed
stream) costs one line a minute on stderr, and never a request.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import time

from .current import find_serving
from .logtext import escape_line

REPORT_SECONDS = 60.0  # a handler that fails says so no more often than this


class _CalmHandler(logging.Handler):
    """A handler that tells its failure once a minute; `logging` prints a traceback per line."""

    _told_at = float("-inf")

    def handleError(self, record: logging.LogRecord) -> None:
        """Tell the failure in hand, unless it was told a moment ago."""
        now = time.monotonic()
        if now - self._told_at >= REPORT_SECONDS:
            self._told_at = now
            tell_failure(self)


# Python 3.10 cannot subscript StreamHandler.
class ScreenHandler(_CalmHandler, logging.StreamHandler):  # type: ignore[type-arg]
    """Print to sys.stdout or sys.stderr, unless a console handler up the tree will do it.

    So a line is never seen twice (SERVERS R28), whoever comes first: we, a `dictConfig`, or a
    `basicConfig` later on. `propagate` is not touched for it: pytest's caplog and a file on the
    root logger get every record.
    """

    _cpbuiltin = "screen"

    def __init__(self, home: logging.Logger, stream_name: str) -> None:
        super().__init__(getattr(sys, stream_name))
        self._home = home
        self._stream_name = stream_name

    def emit(self, record: logging.LogRecord) -> None:
        """Print `record` to the stream as it is now: test runners and daemons exchange it."""
        self.stream = getattr(sys, self._stream_name)
        if self.stream is not None and not _is_printed_above(self._home, record.levelno):
            super().emit(record)


class LogFile(_CalmHandler, logging.FileHandler):
    """Append to a file in UTF-8, opened at its first line: the user may change before that."""

    _cpbuiltin = "file"

    def __init__(self, path: str) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; a file that cannot be opened is a failure like any other."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Close the file; what a full disk did not take is lost, and was told."""
        with contextlib.suppress(OSError, ValueError):
            super().close()


class WSGIErrorHandler(_CalmHandler):
    """Write to `wsgi.errors` of the request in hand; outside a request, nowhere."""

    _cpbuiltin = "wsgi"

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record` and flush."""
        serving = find_serving()
        stream = serving.request.environ.get("wsgi.errors") if serving is not None else None
        if stream is None:
            return
        try:
            stream.write(f"{self.format(record)}\n")
            stream.flush()
        except Exception:
            self.handleError(record)


def reopen(handler: logging.FileHandler) -> None:
    """Close the file of `handler` and open it again by its name; one not yet opened stays so.

    Never raises: a failure is told, and the next line tries again.
    """
    handler.acquire()
    try:
        stream, handler.stream = handler.stream, None
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()
            handler.stream = handler._open()
    except OSError:
        tell_failure(handler)
    finally:
        handler.release()


def tell_failure(place: object) -> None:
    """Print a line about the exception in hand, if `logging.raiseExceptions`. Never raises."""
    if logging.raiseExceptions:
        with contextlib.suppress(Exception):
            reason = escape_line(repr(sys.exc_info()[1]))
            sys.stderr.write(f"wsgicherry: cannot write to the log {place!r}: {reason}\n")


def find_builtin(logger: logging.Logger, kind: str) -> logging.Handler | None:
    """Return the built-in handler of `kind` ('screen', 'file', 'wsgi') on `logger` itself."""
    handlers = (each for each in logger.handlers if getattr(each, "_cpbuiltin", None) == kind)
    return next(handlers, None)


def _is_printed_above(logger: logging.Logger, level: int) -> bool:
    """Tell whether a handler above `logger` prints a record of `level` on the console."""
    consoles = [
        each
        for each in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
        if each is not None
    ]
    while logger.propagate and logger.parent is not None:
        logger = logger.parent
        for handler in logger.handlers:
            if getattr(handler, "stream", None) in consoles and handler.level <= level:
                return True
    return False
