"""The built-in log handlers: what they print, what they spare, how they fail."""

import io
import logging
import os
import sys
from types import SimpleNamespace

import pytest

from wsgicherry.core import current
from wsgicherry.core.loghandlers import (
    REPORT_SECONDS,
    LogFile,
    ScreenHandler,
    WSGIErrorHandler,
    find_builtin,
    reopen,
    tell_failure,
)

needs_full_disk = pytest.mark.skipif(
    not os.path.exists("/dev/full"), reason="this system has no /dev/full"
)


@pytest.fixture
def logger():
    """A logger that no other test knows, under a parent of its own."""
    parent = logging.Logger("parent", logging.INFO)
    child = logging.Logger("child", logging.INFO)
    child.parent = parent
    yield child
    for handler in (*child.handlers, *parent.handlers):
        handler.close()


def test_screen_prints_to_the_stream_of_now(logger, capsys, monkeypatch):
    """When a test runner or a daemon exchanges sys.stderr, lines go to the new one."""
    logger.addHandler(ScreenHandler(logger, "stderr"))
    logger.info("first")
    monkeypatch.setattr(sys, "stderr", other := io.StringIO())
    logger.info("second")
    assert capsys.readouterr().err == "first\n"
    assert other.getvalue() == "second\n"


def test_no_screen_is_no_failure(logger, monkeypatch):
    """A process without stdout (pythonw, some services) logs on."""
    monkeypatch.setattr(sys, "stdout", None)
    logger.addHandler(ScreenHandler(logger, "stdout"))
    logger.info("nowhere")


@pytest.mark.parametrize(
    ("level", "propagate", "is_printed_twice"),
    [
        (logging.NOTSET, True, False),
        (logging.INFO, True, False),
        (logging.WARNING, True, True),  # it takes no INFO, so the line is ours
        (logging.NOTSET, False, True),
    ],
)
def test_screen_keeps_still_when_a_console_above_prints(
    logger, capsys, level, propagate, is_printed_twice
):
    """A line that a console handler up the tree prints is not printed by ours too."""
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(level)
    logger.parent.addHandler(console)
    logger.propagate = propagate
    handler = ScreenHandler(logger, "stdout")
    logger.addHandler(handler)
    logger.info("line")
    captured = capsys.readouterr()
    assert (captured.out == "line\n") is is_printed_twice
    assert captured.out + captured.err == "line\n"


def test_screen_prints_beside_a_file_above(logger, capsys, tmp_path):
    """A file or a capture handler on the root logger is no reason to keep still."""
    logger.parent.addHandler(logging.StreamHandler(capture := io.StringIO()))
    logger.parent.addHandler(logging.NullHandler())
    logger.addHandler(ScreenHandler(logger, "stderr"))
    logger.info("line")
    assert (capsys.readouterr().err, capture.getvalue()) == ("line\n", "line\n")


def test_file_is_opened_at_its_first_line(logger, tmp_path):
    """Asking for a file makes none; what cannot be encoded is escaped, not lost."""
    path = tmp_path / "error.log"
    logger.addHandler(LogFile(str(path)))
    assert not path.exists()
    logger.info("é\ud800")
    assert path.read_bytes() == "é\\ud800\n".encode()


def test_file_that_cannot_be_opened_is_told(logger, tmp_path, capsys):
    """A directory that vanished costs a line on stderr, no exception."""
    logger.addHandler(LogFile(str(tmp_path / "gone" / "error.log")))
    logger.info("line")
    told = capsys.readouterr().err
    assert told.startswith("wsgicherry: cannot write to the log <LogFile ")
    assert "FileNotFoundError" in told


@needs_full_disk
def test_full_disk_is_told_once(logger, capsys):
    """A hundred lines on a full disk are one line on stderr; closing raises nothing."""
    handler = LogFile("/dev/full")
    logger.addHandler(handler)
    for _ in range(100):
        logger.info("line")
    handler.close()
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "No space left on device" in told


@needs_full_disk
def test_full_disk_is_told_again_after_a_while(logger, capsys):
    """A failure that lasts is not forgotten."""
    handler = LogFile("/dev/full")
    logger.addHandler(handler)
    logger.info("line")
    handler._told_at -= REPORT_SECONDS
    logger.info("line")
    handler.close()
    assert capsys.readouterr().err.count("\n") == 2


def test_closed_stream_is_told(logger, capsys, monkeypatch):
    """A stream closed under our feet kills no request."""
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    logger.addHandler(ScreenHandler(logger, "stdout"))
    logger.info("line")
    assert "I/O operation on closed file" in capsys.readouterr().err


def test_failures_are_silent_if_logging_says_so(capsys, monkeypatch):
    """`logging.raiseExceptions = False` means here what it means in `logging`."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    tell_failure("x")
    assert capsys.readouterr().err == ""


def test_telling_a_failure_cannot_fail(monkeypatch):
    """Without a working stderr there is nobody left to tell."""
    monkeypatch.setattr(sys, "stderr", None)
    tell_failure("x")


def test_wsgi_errors_of_the_request_in_hand(logger):
    """A record goes to `wsgi.errors` of the request now served, flushed; else nowhere."""
    stream = io.StringIO()
    logger.addHandler(WSGIErrorHandler())
    logger.info("before")
    request = SimpleNamespace(environ={"wsgi.errors": stream})
    serving = current.Serving()
    serving.request, serving.response = request, None
    token = current.enter(serving)
    try:
        logger.info("line")
        del request.environ["wsgi.errors"]
        logger.info("a server without it")
    finally:
        current.leave(token)
    assert stream.getvalue() == "line\n"


def test_wsgi_errors_that_fail_are_told(logger, capsys):
    """A server's error stream that is gone costs a line on stderr."""
    stream = io.StringIO()
    stream.close()
    logger.addHandler(WSGIErrorHandler())
    request = SimpleNamespace(environ={"wsgi.errors": stream})
    serving = current.Serving()
    serving.request, serving.response = request, None
    token = current.enter(serving)
    try:
        logger.info("line")
    finally:
        current.leave(token)
    assert "<WSGIErrorHandler (NOTSET)>" in capsys.readouterr().err


def test_reopen_follows_the_name(logger, tmp_path):
    """After logrotate moved the file away, lines go to a new one of the old name."""
    path, moved = tmp_path / "a.log", tmp_path / "a.log.1"
    handler = LogFile(str(path))
    logger.addHandler(handler)
    logger.info("one")
    path.rename(moved)
    reopen(handler)
    assert path.exists()
    logger.info("two")
    assert (moved.read_text(), path.read_text()) == ("one\n", "two\n")


def test_reopen_leaves_a_file_unopened(tmp_path):
    """A file that no line was written to stays so."""
    handler = LogFile(str(tmp_path / "a.log"))
    reopen(handler)
    handler.close()
    assert not (tmp_path / "a.log").exists()


def test_reopen_survives_a_directory_that_is_gone(logger, tmp_path, capsys):
    """The failure is told, and the next line tries again."""
    path = tmp_path / "logs" / "a.log"
    path.parent.mkdir()
    handler = LogFile(str(path))
    logger.addHandler(handler)
    logger.info("one")
    path.unlink()
    path.parent.rmdir()
    reopen(handler)
    assert "FileNotFoundError" in capsys.readouterr().err
    path.parent.mkdir()
    logger.info("two")
    assert path.read_text() == "two\n"


@needs_full_disk
def test_reopen_survives_a_full_disk(logger):
    """What could not be written cannot be flushed; the file is opened again all the same."""
    handler = LogFile("/dev/full")
    logger.addHandler(handler)
    logger.info("line")
    reopen(handler)
    assert not handler.stream.closed
    handler.close()


def test_builtin_handlers_are_found_by_kind(logger):
    """Handlers of the program's own are never taken for ours."""
    logger.addHandler(logging.StreamHandler())
    assert find_builtin(logger, "screen") is None
    logger.addHandler(handler := ScreenHandler(logger, "stdout"))
    assert find_builtin(logger, "screen") is handler
    assert find_builtin(logger, "file") is None
