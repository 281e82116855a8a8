"""The log manager: two loggers, their built-in handlers, the access line, no forged lines."""

import gc
import json
import logging
import os
import re
import subprocess
import sys
import timeit
from pathlib import Path
from types import SimpleNamespace

import pytest

import wsgicherry.core.logs as logs_module
from wsgicherry.core.logs import JSONFormatter, LogManager, logfmt
from wsgicherry.core.logtext import ACCESS_FIELDS

TIME = r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\]"
QUOTED = r'"((?:[^"\\]|\\.)*)"'
ACCESS_LINE = re.compile(rf"(\S+) - (\S+) {TIME} {QUOTED} (\S+) (\S+) {QUOTED} {QUOTED}")


@pytest.fixture
def top(logger_root):
    """The top of the tree. Tests cut it off themselves: pytest adds its handlers, which are on
    the root logger, to loggers that do not propagate when a test begins, too.
    """
    return logging.getLogger(logger_root)


@pytest.fixture
def log(logger_root):
    """The global manager of the tree."""
    return LogManager(logger_root=logger_root)


@pytest.fixture
def app_log(logger_root, log):
    """The manager of one application."""
    return LogManager(7, logger_root)


class Records(logging.Handler):
    """A handler that keeps what it gets."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


def make_request(**changes):
    environ = {
        "HTTP_REFERER": "http://example.com/",
        "HTTP_USER_AGENT": "Agent/1.0",
        "HTTP_HOST": "example.org",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/x",
        "QUERY_STRING": "y=1",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    values = {
        "remote": SimpleNamespace(name="", ip="127.0.0.1"),
        "login": "ann",
        "unique_id": "the-id",
        "environ": environ | changes.pop("environ", {}),
    }
    return SimpleNamespace(**values | changes)


def make_response(status="200 OK", **headers):
    return SimpleNamespace(output_status=status, headers=headers or {"Content-Length": "12"})


# What a manager is.


@pytest.mark.parametrize(
    ("appid", "suffix"), [(None, ""), (7, ".7"), ("shop", ".shop")], ids=str
)
def test_loggers_have_cherrypys_names(logger_root, appid, suffix):
    """Programs reach the loggers by name: `<root>.error` and `<root>.access`, plus the id."""
    log = LogManager(appid, logger_root)
    assert log.error_log is logging.getLogger(f"{logger_root}.error{suffix}")
    assert log.access_log is logging.getLogger(f"{logger_root}.access{suffix}")
    assert (log.appid, log.logger_root) == (appid, logger_root)


def test_a_manager_adds_no_handler(log, app_log):
    """Nobody gets a handler that was not asked for; application loggers take what comes."""
    for logger in (log.error_log, log.access_log, app_log.error_log, app_log.access_log):
        assert logger.handlers == []
        assert logger.propagate
    assert (log.screen, log.error_file, log.access_file) == (False, "", "")
    assert (log.wsgi, log.json) == (False, False)


def test_the_global_loggers_get_a_level_unless_they_have_one(logger_root):
    """INFO is a default, not an order: a level set before us stays."""
    logging.getLogger(f"{logger_root}.error").setLevel(logging.ERROR)
    app_log = LogManager(7, logger_root)
    assert logging.getLogger(f"{logger_root}.error").level == logging.ERROR
    assert logging.getLogger(f"{logger_root}.access").level == logging.INFO
    assert app_log.error_log.level == logging.NOTSET


def test_attributes_of_any_name_may_be_set(log):
    """`log.rot_maxBytes` in a config is a plain attribute for a recipe to read."""
    log.rot_maxBytes = 1000
    assert log.rot_maxBytes == 1000


# The error log.


def test_error_writes_time_context_and_message(log, caplog):
    """The message is CherryPy's; its parts are attributes for other formatters."""
    log.error("Bus STARTED", "ENGINE")
    log.error()
    first, second = caplog.records
    assert re.fullmatch(rf"{TIME} ENGINE Bus STARTED", first.getMessage())
    assert re.fullmatch(rf"{TIME}  ", second.getMessage())
    assert (first.context, first.text, first.levelno) == ("ENGINE", "Bus STARTED", logging.INFO)


def test_error_names_its_caller(log, caplog):
    """`%(pathname)s` and `%(funcName)s` are those of the program, through both doors."""
    log.error("x")
    log("x")
    for record in caplog.records:
        assert (record.pathname, record.funcName) == (__file__, "test_error_names_its_caller")


def test_error_takes_any_object_and_percent_signs(log, caplog):
    """A message is text as it is, never a format; what is no text is shown."""
    log.error("100% %s %(x)d")
    log.error(ValueError("x"))
    assert [record.text for record in caplog.records] == ["100% %s %(x)d", "x"]


def test_error_has_the_traceback_if_asked(log, tmp_path):
    """Every formatter gets the indented traceback; outside an exception Python's own words."""
    log.error_file = tmp_path / "error.log"
    try:
        raise ValueError("bad\nline")
    except ValueError:
        log.error("Oops", "APP", logging.ERROR, traceback=True)
    log.error("None", traceback=True)
    first, *rest, last_but_one, last = (tmp_path / "error.log").read_text().splitlines()
    assert first.endswith("APP Oops")
    assert rest[0] == "    Traceback (most recent call last):"
    assert rest[-2:] == ["    ValueError: bad", "    line"]
    assert last_but_one.endswith("  None")
    assert last == "    NoneType: None"


def test_severity_is_the_level(log, logger_root, caplog):
    """What is below the logger's level is not written."""
    log.error("quiet", severity=logging.DEBUG)
    log.error("loud", severity=logging.CRITICAL)
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


def test_nothing_is_formatted_when_nobody_listens(log, top, capsys):
    """Without a handler a message is not even made a string; warnings and worse still show."""
    top.propagate = False

    class Unwilling:
        def __str__(self):
            raise AssertionError("formatted for nobody")

    log.error(Unwilling())
    log.error("Disk gone", "ENGINE", logging.ERROR)
    assert re.fullmatch(rf"{TIME} ENGINE Disk gone\n", capsys.readouterr().err)


def test_a_foreign_handler_that_raises_kills_nothing(log, capsys):
    """A program's own broken handler costs a line on stderr, not the request."""

    class Broken(logging.Handler):
        def emit(self, record):
            raise RuntimeError("broken\nhandler")

    log.error_log.addHandler(Broken())
    log.error("x")
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert r"RuntimeError('broken\nhandler')" in told


def test_the_call_goes_to_the_application_now_served(log, app_log, caplog):
    """`log(...)` asks whom to tell; `log.error(...)` is always this manager's."""
    log("one")
    log.find_current = lambda: app_log
    log("two", "APP", logging.WARNING)
    log.error("three")
    log.find_current = lambda: None
    log("four")
    names = [record.name for record in caplog.records]
    assert names == [log.error_log.name, app_log.error_log.name, *[log.error_log.name] * 2]
    assert (caplog.records[1].context, caplog.records[1].levelname) == ("APP", "WARNING")


# The built-in handlers.


def test_screen_sends_errors_to_stderr_and_access_to_stdout(log, capsys):
    """Two streams, one switch; asking twice adds nothing."""
    log.screen = True
    log.screen = True
    log.error("e")
    log.access_of(make_request(), make_response())
    captured = capsys.readouterr()
    assert (captured.err.count("\n"), captured.out.count("\n")) == (1, 1)
    assert [handler._cpbuiltin for handler in log.error_log.handlers] == ["screen"]
    assert log.screen
    log.screen = False
    assert not log.screen
    assert log.error_log.handlers == log.access_log.handlers == []


def test_an_application_with_a_screen_of_its_own_prints_once(log, app_log, capsys):
    """The application's line is printed by the global handler, not by both."""
    log.screen = app_log.screen = True
    app_log.error("e")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("kind", ["error", "access"])
def test_files_are_absolute_and_can_be_changed(log, tmp_path, monkeypatch, kind):
    """A relative path is fixed when it is set; '' and None remove, another path replaces."""
    monkeypatch.chdir(tmp_path)
    key, logger = f"{kind}_file", getattr(log, f"{kind}_log")
    setattr(log, key, "a.log")
    assert getattr(log, key) == str(tmp_path / "a.log")
    handler = logger.handlers[0]
    setattr(log, key, tmp_path / "a.log")
    assert logger.handlers == [handler]
    setattr(log, key, "b.log")
    assert getattr(log, key) == str(tmp_path / "b.log")
    assert len(logger.handlers) == 1
    for nothing in ("", None):
        setattr(log, key, nothing)
        assert getattr(log, key) == ""
        assert logger.handlers == []


def test_a_file_that_cannot_be_is_refused_by_key(log, tmp_path):
    """The error names the config key, the value and the way out."""
    with pytest.raises(FileNotFoundError, match=r"log\.access_file = .*no directory .*Make it"):
        log.access_file = tmp_path / "gone" / "access.log"
    with pytest.raises(IsADirectoryError, match=r"log\.error_file = .*Name a file in it"):
        log.error_file = tmp_path
    assert (log.access_file, log.error_file) == ("", "")


def test_a_program_s_own_file_handler_is_no_built_in_one(log, tmp_path):
    """`error_file` is about our handler; others on the same logger are left top."""
    own = logging.FileHandler(tmp_path / "own.log")
    log.error_log.addHandler(own)
    assert log.error_file == ""
    log.error_file = tmp_path / "ours.log"
    log.error_file = None
    assert log.error_log.handlers == [own]


def test_the_handlers_of_a_manager_go_with_it(logger_root, tmp_path):
    """The id of an application that is gone may come again: its log files do not."""
    first = LogManager(7, logger_root)
    first.error_file, first.screen = tmp_path / "first.log", True
    first.error_file = tmp_path / "second.log"
    own = logging.NullHandler()
    first.error_log.addHandler(own)
    first.error("hello")
    (file,) = [each for each in first.error_log.handlers if hasattr(each, "baseFilename")]
    assert file.stream is not None
    del first
    gc.collect()
    assert file.stream is None
    later = LogManager(7, logger_root)
    assert (later.error_file, later.screen) == ("", False)
    assert later.error_log.handlers == [own]
    assert later.access_log.handlers == []


def test_managers_of_the_same_loggers_share_their_handlers(logger_root, tmp_path):
    """Two managers of one name see the same files, and either can take them away."""
    first, second = LogManager(7, logger_root), LogManager(7, logger_root)
    first.error_file = tmp_path / "error.log"
    assert second.error_file == first.error_file
    second.error_file = ""
    assert first.error_log.handlers == []
    del first
    gc.collect()
    assert second.error_file == ""


def test_wsgi_is_a_switch(log):
    """One handler on the error log, at most."""
    top.propagate = False
    log.wsgi = True
    log.wsgi = True
    assert [handler._cpbuiltin for handler in log.error_log.handlers] == ["wsgi"]
    log.wsgi = False
    assert log.error_log.handlers == []


def test_json_changes_the_built_in_handlers_only(log, tmp_path):
    """Handlers set before and after the switch write JSON; a program's own stay as they are."""
    own = logging.NullHandler()
    log.error_log.addHandler(own)
    log.error_file = tmp_path / "error.log"
    log.json = True
    log.access_file = tmp_path / "access.log"
    assert log.json
    assert own.formatter is None
    log.error("Bus\nSTARTED", "ENGINE")
    log.access_of(make_request(), make_response())
    error = json.loads((tmp_path / "error.log").read_text())
    assert (error["context"], error["message"], error["pid"]) == (
        "ENGINE",
        "Bus\n    STARTED",
        os.getpid(),
    )
    access = json.loads((tmp_path / "access.log").read_text())
    assert [access[name] for name in ACCESS_FIELDS] == [
        *("127.0.0.1", "ann", "GET /x?y=1 HTTP/1.1", 200, 12),
        *("http://example.com/", "Agent/1.0", "example.org", "the-id"),
    ]
    log.json = False
    assert log.access_log.handlers[0].formatter is logfmt
    assert isinstance(JSONFormatter(), logging.Formatter)


def test_reopen_files_follows_logrotate(log, tmp_path):
    """Both logs go on in new files of the old names, a program's own handlers too."""
    own = logging.FileHandler(tmp_path / "own.log")
    log.error_log.addHandler(own)
    log.error_log.addHandler(logging.NullHandler())
    log.error_file, log.access_file = tmp_path / "error.log", tmp_path / "access.log"
    names = ("own.log", "error.log", "access.log")
    for _ in range(2):
        log.error("x")
        log.access_of(make_request(), make_response())
        for name in names:
            (tmp_path / name).rename(tmp_path / f"{name}.1")
        log.reopen_files()
    for name in names:
        assert (tmp_path / name).read_text() == ""
        assert (tmp_path / f"{name}.1").read_text().count("\n") == 1


# Who listens.


def test_access_is_wanted_when_a_handler_can_be_reached(log, app_log, top):
    """Level and handlers anywhere up the tree decide, at the moment of asking."""
    top.propagate = False
    assert not log.is_access_wanted()
    assert not app_log.is_access_wanted()
    top.addHandler(handler := Records())
    assert log.is_access_wanted()
    assert app_log.is_access_wanted()
    log.access_log.setLevel(logging.WARNING)
    assert not app_log.is_access_wanted()
    log.access_log.setLevel(logging.INFO)
    app_log.access_log.propagate = False
    assert not app_log.is_access_wanted()
    app_log.access_log.addHandler(handler)
    assert app_log.is_access_wanted()


def test_access_is_not_wanted_in_a_bare_process(logger_root, monkeypatch):
    """Where nobody has set up any logging, no line is made."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    assert not LogManager(7, logger_root).is_access_wanted()


def test_access_asks_the_request_nothing_when_nobody_listens(log, top):
    """Not one attribute is read, so nothing is computed."""
    top.propagate = False
    log.access_of(object(), object())
    log.access_environ({}, None, None)


def test_asking_who_listens_is_cheap(app_log, top):
    """The question costs well under a microsecond (5 here: test machines are slow)."""
    top.propagate = False
    seconds = min(timeit.repeat(app_log.is_access_wanted, number=1000, repeat=5))
    assert seconds / 1000 < 5e-6


@pytest.mark.parametrize(
    ("software", "has_handler", "is_ours_explicit", "is_wanted"),
    [
        ("gunicorn/23.0.0", True, False, False),
        ("gunicorn/23.0.0", True, True, True),
        ("gunicorn/23.0.0", False, False, True),
        ("waitress", True, False, True),
        (None, True, False, True),
    ],
)
def test_gunicorn_s_access_log_makes_ours_silent(
    app_log, log, top, monkeypatch, software, has_handler, is_ours_explicit, is_wanted
):
    """A request is logged once: by gunicorn, unless our access logger was given a handler."""
    top.propagate = False
    if software is None:
        monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    else:
        monkeypatch.setenv("SERVER_SOFTWARE", software)
    handlers = [logging.NullHandler()] if has_handler else []
    monkeypatch.setattr(logging.getLogger("gunicorn.access"), "handlers", handlers)
    top.addHandler(logging.NullHandler())
    if is_ours_explicit:
        log.access_log.addHandler(logging.NullHandler())
    assert app_log.is_access_wanted() is is_wanted
    assert log.is_access_wanted() is is_wanted


# The access line.


def test_access_line_is_combined_log_format(log, caplog):
    """The default line has CherryPy's nine fields; the record has them as attributes."""
    log.access_of(make_request(), make_response())
    (record,) = caplog.records
    assert ACCESS_LINE.fullmatch(record.getMessage()).groups() == (
        *("127.0.0.1", "ann", "GET /x?y=1 HTTP/1.1", "200", "12"),
        *("http://example.com/", "Agent/1.0"),
    )
    assert (record.remote, record.user, record.request) == (
        "127.0.0.1",
        "ann",
        "GET /x?y=1 HTTP/1.1",
    )
    assert (record.status, record.bytes, record.host) == (200, 12, "example.org")
    assert (record.referer, record.agent) == ("http://example.com/", "Agent/1.0")
    assert (record.request_id, record.context) == ("the-id", "")
    assert (record.levelno, record.name) == (logging.INFO, log.access_log.name)


def test_access_line_says_what_the_client_asked(log, caplog):
    """Neither a script name nor a path that is in the request alone changes the line."""
    request = make_request(environ={"SCRIPT_NAME": "/a", "PATH_INFO": "/caf\xc3\xa9"})
    request.script_name, request.path_info = "/elsewhere", "/changed"
    log.access_of(request, make_response())
    assert caplog.records[0].request == r"GET /a/caf\xc3\xa9?y=1 HTTP/1.1"


def test_access_line_without_anything(log, caplog):
    """What is not there is `-`, and '' between quotes; the record says None."""
    environ = dict.fromkeys(("HTTP_REFERER", "HTTP_USER_AGENT", "HTTP_HOST", "QUERY_STRING"))
    nobody = SimpleNamespace(name="", ip="")
    log.access_log_format += " {o} {i}"
    log.access_of(
        make_request(remote=nobody, login=None, environ=environ, unique_id=1),
        make_response(None, **{"Content-Type": "text/plain"}),
    )
    (record,) = caplog.records
    assert re.fullmatch(rf'- - - {TIME} "GET /x HTTP/1.1" - - "" "" - 1', record.getMessage())
    assert (record.status, record.bytes, record.user, record.host) == (None,) * 4
    assert (record.referer, record.agent) == (None, None)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("{h}", "client.example"),
        ("{l}{u}", "-ann"),
        ("{t}", TIME),
        ("{s} {b}", "404 0"),
        ("{o}", "example\\.org"),
        ("{i}", "the-id"),
        ("{z}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
        ("no atoms", "no atoms"),
    ],
)
def test_access_format_has_every_atom(log, caplog, pattern, written):
    """Each atom can be used top, set on the instance or in a config."""
    log.access_log_format = pattern
    remote = SimpleNamespace(name="client.example", ip="127.0.0.1")
    log.access_of(
        make_request(remote=remote), make_response("404 Not Found", **{"Content-Length": 0})
    )
    assert re.fullmatch(written, caplog.records[0].getMessage())


@pytest.mark.parametrize("sent", ["é", "Ã©"])
def test_access_line_shows_the_bytes_of_utf8(log, caplog, sent):
    """An é is logged as its UTF-8 bytes, whether WSGI carries it as latin-1 bytes or not."""
    top.propagate = False
    log.access_of(make_request(environ={"HTTP_USER_AGENT": sent}), make_response())
    assert caplog.records[0].agent == r"\xc3\xa9"


ENVIRON = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "/graft",
    "PATH_INFO": "/caf\xc3\xa9",
    "QUERY_STRING": "a=1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "192.0.2.1",
    "HTTP_USER_AGENT": "Agent/1.0",
}


def test_access_line_of_a_graft(log, caplog):
    """What no Request was made for has the same line, from its environ top."""
    log.access_environ(ENVIRON, "201 Created", 5)
    log.access_environ(ENVIRON | {"REMOTE_HOST": "h", "REMOTE_USER": "u"}, None, "")
    first, second = caplog.records
    assert ACCESS_LINE.fullmatch(first.getMessage()).groups() == (
        *("192.0.2.1", "-", r"POST /graft/caf\xc3\xa9?a=1 HTTP/1.1", "201", "5"),
        *("", "Agent/1.0"),
    )
    assert ACCESS_LINE.fullmatch(second.getMessage()).groups()[:5] == (
        *("h", "u", r"POST /graft/caf\xc3\xa9?a=1 HTTP/1.1", "-", "-"),
    )
    assert first.request_id != second.request_id


def test_access_line_of_a_bare_environ(log, caplog):
    """A path without query, in bytes that are no UTF-8, is logged all the same."""
    top.propagate = False
    log.access_environ({"REQUEST_METHOD": "GET", "PATH_INFO": "/\xff"}, "404 Not Found", None)
    assert caplog.records[0].request == r"GET /\xc3\xbf -"


@pytest.mark.parametrize(
    "write",
    [
        lambda log: log.access_of(make_request(), make_response()),
        lambda log: log.access_environ(ENVIRON, "200 OK", 1),
    ],
)
def test_a_bad_format_is_told_in_the_error_log(log, caplog, write):
    """An unknown atom costs the line, not the request; the error names the config key."""
    log.access_log_format = "{h} {nonsense}"
    write(log)
    (record,) = caplog.records
    assert record.name == log.error_log.name
    assert "log.access_log_format = '{h} {nonsense}'" in record.text
    assert "KeyError: 'nonsense'" in record.exc_text


def test_a_broken_request_is_told_in_the_error_log(log, caplog):
    """A request that cannot say who it is raises nothing at the caller's."""
    log.access_of(object(), make_response())
    assert "AttributeError" in caplog.records[0].exc_text


# Nothing a client sends can pass for a line of ours.

FORGED = '127.0.0.1 - admin [22/Nov/2026:05:48:02] "GET /admin HTTP/1.1" 200 1 "" ""'
HOSTILE = {
    "newline": f"x\n{FORGED}",
    "carriage return": f"x\r{FORGED}",
    "both": f"x\r\n{FORGED}",
    "many newlines": "\n" * 50 + FORGED,
    "form feed": f"x\x0c{FORGED}",
    "vertical tab": f"x\x0b{FORGED}",
    "file separators": f"x\x1c\x1d\x1e{FORGED}",
    "next line": f"x\x85{FORGED}",
    "line separator": f"x\u2028{FORGED}",
    "paragraph separator": f"x\u2029{FORGED}",
    "utf-8 line separator": f"x\xe2\x80\xa8{FORGED}",
    "escape": "\x1b[2K\x1b[1G" + FORGED,
    "one-byte escape": "\x9b2K" + FORGED,
    "window title": "\x1b]0;owned\x07",
    "backspaces": "\x08" * 80 + FORGED,
    "nul": "x\x00y",
    "delete": "\x7f" * 5,
    "tab": f"x\t{FORGED}",
    "quote": '" 200 1 "" "',
    "escaped quote": '\\" 200 1 "" "',
    "doubly escaped quote": '\\\\" 200 1 "" "',
    "trailing backslash": "x\\",
    "trailing backslashes": "x\\\\\\",
    "literal newline": r"x\n" + FORGED,
    "non-ascii": "Größe \u20ac \U0001f352",
    "right to left": "\u202e" + FORGED[::-1],
    "lone surrogates": "\ud800 \udfff \udc0a",
    "long": "A" * 10_000,
    "long quotes": '"\\' * 5_000,
    "format": "{h} {0} %s %(x)s",
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_access_line_can_be_forged(log, tmp_path, text):
    """Whatever a client sends, one request is one line of printable ASCII with nine fields."""
    log.access_file = path = tmp_path / "access.log"
    hostile = {"HTTP_REFERER": text, "HTTP_USER_AGENT": text, "HTTP_HOST": text}
    asked = {"REQUEST_METHOD": text, "PATH_INFO": text, "QUERY_STRING": text}
    # User and host stand without quotes, as in CherryPy: a blank in them shifts fields.
    word = text.replace(" ", "")
    log.access_of(
        make_request(login=word, environ=hostile | asked),
        make_response(),
    )
    log.access_environ(ENVIRON | hostile | asked, "200 X", 1)
    data = path.read_bytes()
    assert data.count(b"\n") == 2
    assert re.fullmatch(rb"[\x20-\x7e\n]*", data)
    assert len(data) < 100_000
    for line in data.decode().splitlines():
        fields = ACCESS_LINE.fullmatch(line).groups()
        assert fields[3] == "200"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_error_line_can_be_forged(log, tmp_path, text):
    """In message, context and exception alike: a line at column 0 is a record of ours."""
    log.error_file = path = tmp_path / "error.log"
    try:
        raise ValueError(text)
    except ValueError:
        log.error(f"Value {text}", f"APP{text}", logging.ERROR, traceback=True)
    text = path.read_bytes().decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", text)
    first, *others = text.removesuffix("\n").split("\n")
    assert re.match(rf"{TIME} APP", first)
    assert all(line.startswith("    ") for line in others)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_json_line_can_be_forged(log, tmp_path, text):
    """A record is one line and one object in JSON, too."""
    log.json = True
    log.error_file = log.access_file = path = tmp_path / "all.log"
    log.error(text, text)
    request = make_request(environ={"PATH_INFO": text, "HTTP_REFERER": text})
    log.access_of(request, make_response())
    lines = path.read_bytes().splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["INFO", "INFO"]
    assert b"".join(lines).isascii()


# Beside a program's own `logging` configuration. In processes of their own: dictConfig is for
# the whole process, and pytest's handlers are on the root logger here.

CONSOLE = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"f": {"format": "own %(levelname)s %(name)s"}},
    "handlers": {
        "c": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}
    },
}
ON_ROOT = CONSOLE | {"root": {"handlers": ["c"], "level": "INFO"}}
ON_OURS = CONSOLE | {
    "loggers": {"wsgicherry.error": {"handlers": ["c"]}, "wsgicherry.access": {"level": "INFO"}}
}
ON_PARENT = CONSOLE | {"loggers": {"wsgicherry": {"handlers": ["c"], "level": "INFO"}}}
DISABLING = ON_ROOT | {"disable_existing_loggers": True}
SCRIPT = """
import logging.config, sys
from wsgicherry.core.logs import LogManager
log = LogManager()
for step in sys.argv[1:]:
    eval(step)
log.error("hello", "APP")
"""
SCREEN = "setattr(log, 'screen', True)"
OURS = rf"{TIME} APP hello\n"
THEIRS = "own INFO wsgicherry\\.error\n"


@pytest.mark.parametrize(
    ("steps", "printed"),
    [
        ([], ""),
        ([SCREEN], OURS),
        ([ON_ROOT], THEIRS),
        ([ON_ROOT, SCREEN], THEIRS),
        ([SCREEN, ON_ROOT], THEIRS),
        ([ON_PARENT, SCREEN], THEIRS),
        ([SCREEN, ON_PARENT], THEIRS),
        ([SCREEN, ON_OURS], THEIRS),
        ([DISABLING], ""),
        ([DISABLING, SCREEN, "logging.root.handlers.clear()"], OURS),
    ],
    ids=lambda value: None,
)
def test_lines_are_printed_once_beside_dictconfig(steps, printed):
    """Before or after us, a program's dictConfig holds, and no line is printed twice."""
    arguments = [
        step if isinstance(step, str) else f"logging.config.dictConfig({step!r})"
        for step in steps
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(logs_module.__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.fullmatch(printed, done.stdout + done.stderr)
