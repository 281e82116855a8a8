"""The log: one manager over two standard loggers, and the access line.

Nothing is added to the `logging` tree unless it is asked for (`screen`, `error_file`,
`access_file`, `wsgi`), and `propagate` is never touched, so whatever a program says with
`logging.config.dictConfig`, before or after us, holds.

Each record carries plain attributes, escaped already, for formatters of any kind: `context` and
`text` (the message without time and context); an access record also `ACCESS_FIELDS`.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from weakref import finalize

from .current import serving_now
from .loghandlers import (
    LogFile,
    ScreenHandler,
    WSGIErrorHandler,
    find_builtin,
    reopen,
    tell_failure,
)
from .logtext import (
    ACCESS_LOG_FORMAT,
    JSONFormatter,
    escape_field,
    escape_line,
    escape_message,
    format_local,
    format_traceback,
    format_utc,
    logfmt,
    make_uuid4,
    read_text,
    rebuild_request_line,
    redact_headers,
)

__all__ = ["ACCESS_LOG_FORMAT", "JSONFormatter", "LogManager", "logfmt", "redact_headers"]

_gunicorn_access = logging.getLogger("gunicorn.access")


class _Remote(Protocol):
    @property
    def name(self) -> str | None: ...
    @property
    def ip(self) -> str | None: ...


class LoggedRequest(Protocol):
    """What the access line wants to know of a request."""

    @property
    def remote(self) -> _Remote: ...
    @property
    def login(self) -> str | None: ...
    @property
    def unique_id(self) -> object: ...
    @property
    def environ(self) -> Mapping[str, Any]: ...


class LoggedResponse(Protocol):
    """What the access line wants to know of a response."""

    @property
    def output_status(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, Any]: ...


class LogManager:
    """The error log and the access log of a site (`appid` None) or of one application.

    The loggers are `<logger_root>.error` and `.access`, or `<logger_root>.error.<appid>` and
    `.access.<appid>`, which propagate to the former. The two global ones get the level INFO if
    they have none. Other attributes may be set (`log.rot_maxBytes` in a config): recipes for
    handlers of one's own read them (BEHAVIOUR 10.1).
    """

    access_log_format = ACCESS_LOG_FORMAT
    find_current: Callable[[], LogManager | None] | None = None
    """Set by the site: return the manager of the application now served, for `log(...)`."""
    has_own_access = False
    """Whether this is a derived class with an `access()` of its own."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.has_own_access = cls.access is not LogManager.access

    def __init__(self, appid: object = None, logger_root: str = "wsgicherry") -> None:
        self.appid = appid
        self.logger_root = logger_root
        suffix = "" if appid is None else f".{appid}"
        self.error_log = logging.getLogger(f"{logger_root}.error{suffix}")
        self.access_log = logging.getLogger(f"{logger_root}.access{suffix}")
        self._global_access_log = logging.getLogger(f"{logger_root}.access")
        self._is_json = False
        # What this manager has added to the loggers goes with it: they live for ever, and the
        # id of an application that is gone may be the `appid` of a later one.
        self._added: list[tuple[logging.Logger, logging.Handler]] = []
        finalize(self, _take_back, self._added).atexit = False
        for logger in (logging.getLogger(f"{logger_root}.error"), self._global_access_log):
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.INFO)

    # The error log.

    def __call__(
        self,
        msg: object = "",
        context: str = "",
        severity: int = logging.INFO,
        traceback: bool = False,
    ) -> None:
        """Write to the error log of the application now served (`find_current`), else here."""
        current = self.find_current() if self.find_current is not None else None
        (self if current is None else current).error(msg, context, severity, traceback)

    def error(
        self,
        msg: object = "",
        context: str = "",
        severity: int = logging.INFO,
        traceback: bool = False,
    ) -> None:
        """Write `[time] CONTEXT msg` here, and the traceback of the exception in hand if asked.

        Each line of `msg` behind the first, and each line of the traceback, is indented by four
        blanks: a newline in data cannot begin a record of its own. Other control characters
        but the tab are escaped. A handler that fails raises nothing here.
        """
        logger = self.error_log
        if not logger.isEnabledFor(severity):
            return
        if severity < logging.WARNING and not logger.hasHandlers():
            return  # nobody listens; without handlers, `logging` prints warnings and worse
        text, context = escape_message(str(msg)), escape_line(str(context))
        line = f"{self.time()} {context} {text}"
        exc_info: Any = sys.exc_info() if traceback else None
        path, number, function = _find_caller()
        extra = {"context": context, "text": text}
        record = logger.makeRecord(
            logger.name, severity, path, number, line, (), exc_info, function, extra
        )
        if traceback:
            record.exc_text = format_traceback(exc_info)  # formatters use what is ready
        _handle(logger, record)

    # The access log.

    def is_access_wanted(self) -> bool:
        """Tell whether anybody listens: the level is enabled, and a handler can be reached.

        Under gunicorn with an access log of its own, handlers above our loggers do not count:
        gunicorn logs the request, and once is enough, unless our access logger was given a
        handler (SERVERS R29).
        """
        # PERF: asked for every request, 0.06 us when nobody listens. Nothing is kept that could
        # go stale; gunicorn's logger is looked at only when a handler was found above ours.
        logger, common = self.access_log, self._global_access_log
        above = common.parent
        is_bare = not logger.handlers and not common.handlers
        if is_bare and above is not None and not above.handlers and above.parent is None:
            return False
        while not logger.handlers:
            if not logger.propagate or logger.parent is None:
                return False
            logger = logger.parent
        if not self.access_log.isEnabledFor(logging.INFO):
            return False
        if logger is self.access_log or logger is self._global_access_log:
            return True
        return not _is_logged_by_gunicorn()

    def access(self) -> None:
        """Write the access line of the request in hand, if anybody listens.

        A derived class may write its own (CherryPy's rule, BEHAVIOUR 10.1).
        """
        serving = serving_now()
        self.access_of(serving.request, serving.response)

    def access_of(self, request: LoggedRequest, response: LoggedResponse) -> None:
        """Write the access line of one request, if anybody listens. Never raises."""
        if not self.is_access_wanted():
            return
        try:
            remote = request.remote
            self._write_access(
                request.environ,
                remote.name or remote.ip,
                request.login,
                response.output_status,
                response.headers.get("Content-Length"),
                request.unique_id,
            )
        except Exception:
            self._tell_failed_access()

    def access_environ(
        self, environ: Mapping[str, Any], status: str | None, length: str | int | None
    ) -> None:
        """Write the access line of what was served without a Request. Never raises.

        That is a grafted application, or the tree's own 404. `status` is the whole status
        ("200 OK"), None if there was none; `length` the Content-Length, None if there was none.
        """
        if not self.is_access_wanted():
            return
        try:
            self._write_access(
                environ,
                environ.get("REMOTE_HOST") or environ.get("REMOTE_ADDR"),
                environ.get("REMOTE_USER"),
                status,
                length,
                make_uuid4(),
            )
        except Exception:
            self._tell_failed_access()

    def _write_access(
        self,
        environ: Mapping[str, Any],
        remote: str | None,
        login: str | None,
        status: str | None,
        length: str | int | None,
        request_id: object,
    ) -> None:
        atoms: dict[str, Any] = {
            "h": escape_field(remote or "-"),
            "l": "-",
            "u": escape_field(login or "-"),
            "t": self.time(),
            "r": escape_field(rebuild_request_line(environ)),
            "s": "-" if not status else escape_field(status.split(" ", 1)[0]),
            "b": "-" if length is None or length == "" else escape_field(length),
            "f": _read_header(environ, "HTTP_REFERER"),
            "a": _read_header(environ, "HTTP_USER_AGENT"),
            "o": _read_header(environ, "HTTP_HOST") or "-",
            "i": escape_field(request_id),
            "z": _UtcNow(),
        }
        line = self.access_log_format.format(**atoms)
        logger, extra = self.access_log, _describe_access(atoms)
        record = logger.makeRecord(
            logger.name, logging.INFO, __file__, 0, line, (), None, "access", extra
        )
        _handle(logger, record)

    def _tell_failed_access(self) -> None:
        message = (
            "The access line could not be written "
            f"(log.access_log_format = {self.access_log_format!r})."
        )
        self.error(message, "LOG", logging.ERROR, traceback=True)

    def time(self) -> str:
        """Return the local time as `[22/Nov/2026:05:48:02]`, the month in English."""
        return format_local()

    # The built-in handlers.

    @property
    def screen(self) -> bool:
        """Whether errors go to stderr and access lines to stdout."""
        return any(find_builtin(logger, "screen") for logger in self._loggers)

    @screen.setter
    def screen(self, wanted: bool) -> None:
        for logger, stream in ((self.error_log, "stderr"), (self.access_log, "stdout")):
            if bool(wanted) != bool(find_builtin(logger, "screen")):
                handler = ScreenHandler(logger, stream) if wanted else None
                self._replace(logger, "screen", handler)

    @property
    def error_file(self) -> str:
        """The absolute path of the error log's file, or ''. Set '' or None to remove it."""
        return _find_path(self.error_log)

    @error_file.setter
    def error_file(self, path: str | os.PathLike[str] | None) -> None:
        self._set_file(self.error_log, "log.error_file", path)

    @property
    def access_file(self) -> str:
        """The absolute path of the access log's file, or ''. Set '' or None to remove it."""
        return _find_path(self.access_log)

    @access_file.setter
    def access_file(self, path: str | os.PathLike[str] | None) -> None:
        self._set_file(self.access_log, "log.access_file", path)

    @property
    def wsgi(self) -> bool:
        """Whether errors go to `wsgi.errors` of the request in hand."""
        return find_builtin(self.error_log, "wsgi") is not None

    @wsgi.setter
    def wsgi(self, wanted: bool) -> None:
        if bool(wanted) != self.wsgi:
            self._replace(self.error_log, "wsgi", WSGIErrorHandler() if wanted else None)

    @property
    def json(self) -> bool:
        """Whether the built-in handlers write one JSON object a line (`JSONFormatter`)."""
        return self._is_json

    @json.setter
    def json(self, wanted: bool) -> None:
        self._is_json = bool(wanted)
        for logger in self._loggers:
            for handler in logger.handlers:
                if hasattr(handler, "_cpbuiltin"):
                    handler.setFormatter(self._formatter)

    def reopen_files(self) -> None:
        """Close and open again every file of both logs, for logrotate.

        The site subscribes this to the bus channel 'graceful'. Handlers of the program's own
        are reopened too (BEHAVIOUR 10.1). Never raises.
        """
        for logger in self._loggers:
            for handler in logger.handlers:
                if isinstance(handler, logging.FileHandler):
                    reopen(handler)

    @property
    def _loggers(self) -> tuple[logging.Logger, logging.Logger]:
        return self.error_log, self.access_log

    @property
    def _formatter(self) -> logging.Formatter:
        return JSONFormatter() if self._is_json else logfmt

    def _set_file(
        self, logger: logging.Logger, key: str, path: str | os.PathLike[str] | None
    ) -> None:
        wanted = os.path.abspath(path) if path else ""
        if wanted == _find_path(logger):
            return
        directory = os.path.dirname(wanted)
        if wanted and not os.path.isdir(directory):
            raise FileNotFoundError(
                f"{key} = {str(path)!r}: there is no directory {directory!r}. Make it, "
                "or name a file in a directory that is there."
            )
        if os.path.isdir(wanted):
            raise IsADirectoryError(f"{key} = {str(path)!r} is a directory. Name a file in it.")
        self._replace(logger, "file", LogFile(wanted) if wanted else None)

    def _replace(
        self, logger: logging.Logger, kind: str, handler: logging.Handler | None
    ) -> None:
        old = find_builtin(logger, kind)
        if old is not None:
            _take_back([(logger, old)])
            self._added[:] = [each for each in self._added if each[1] is not old]
        if handler is not None:
            handler.setFormatter(self._formatter)
            logger.addHandler(handler)
            self._added.append((logger, handler))
            # dictConfig disables the loggers that it does not name. Whoever asks us for output
            # after that wants to see some.
            logger.disabled = False


def _take_back(added: Iterable[tuple[logging.Logger, logging.Handler]]) -> None:
    """Remove and close handlers."""
    for logger, handler in added:
        logger.removeHandler(handler)
        handler.close()


class _UtcNow:
    """The time of now in RFC 3339, UTC; found only if the format asks for it."""

    def __str__(self) -> str:
        return format_utc(time.time(), "microseconds")


def _describe_access(atoms: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an access record carries: numbers as int, None for what is not there."""
    code, length = atoms["s"], atoms["b"]
    return {
        "context": "",
        "text": atoms["r"],
        "remote": atoms["h"],
        "user": None if atoms["u"] == "-" else atoms["u"],
        "request": atoms["r"],
        "status": int(code) if code.isdecimal() else None,
        "bytes": int(length) if length.isdecimal() else None,
        "referer": atoms["f"] or None,
        "agent": atoms["a"] or None,
        "host": None if atoms["o"] == "-" else atoms["o"],
        "request_id": atoms["i"],
    }


def _read_header(environ: Mapping[str, Any], key: str) -> str:
    return escape_field(read_text(environ.get(key) or ""))


def _find_caller() -> tuple[str, int, str]:
    """Return path, line and function of the nearest caller outside this file."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name


def _handle(logger: logging.Logger, record: logging.LogRecord) -> None:
    """Hand `record` to the handlers; a foreign one that raises must not kill a request."""
    try:
        logger.handle(record)
    except Exception:
        tell_failure(logger)


def _is_logged_by_gunicorn() -> bool:
    # gunicorn's master puts SERVER_SOFTWARE into the process environment. A handler on its
    # access logger alone proves nothing: one dictConfig often serves development, too.
    software = os.environ.get("SERVER_SOFTWARE", "") if _gunicorn_access.handlers else ""
    return software.startswith("gunicorn")


def _find_path(logger: logging.Logger) -> str:
    return getattr(find_builtin(logger, "file"), "baseFilename", "")
