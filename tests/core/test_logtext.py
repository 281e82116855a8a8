"""What may stand in a log: escapes, cuts, times, the JSON formatter."""

import json
import logging
import re
import sys
import time

import pytest

from wsgicherry.core.logtext import (
    ACCESS_FIELDS,
    MAX_FIELD_CHARS,
    MAX_MESSAGE_CHARS,
    JSONFormatter,
    escape_field,
    escape_line,
    escape_message,
    format_local,
    format_traceback,
    format_utc,
    new_error_id,
    redact_headers,
)

FIELD_CASES = [
    # given                 written
    ("", ""),
    ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"),
    ("it's 100%", "it's 100%"),
    (200, "200"),
    ('say "hi"', r"say \"hi\""),
    ("é", r"\xc3\xa9"),
    ("\u20ac", r"\xe2\x82\xac"),
    ("a\nb", r"a\nb"),
    ("a\r\n\tb", r"a\r\n\tb"),
    ("\x1b[31m", r"\x1b[31m"),
    ("\x00\x7f", r"\x00\x7f"),
    ("\x85\u2028", r"\xc2\x85\xe2\x80\xa8"),
    ("\ud800", r"\ud800"),
    (r"/slashed\path", r"/slashed\path"),
    ("trailing\\", "trailing\\\\"),
    ('\\"', r"\\\""),
    ('\\\\" x "\\', r"\\\\\" x \"\\"),
]


@pytest.mark.parametrize(("given", "written"), FIELD_CASES)
def test_a_field_is_escaped_as_cherrypy_does_and_keeps_its_quotes(given, written):
    """A field is printable ASCII; only a backslash that would undo an escape is doubled."""
    assert escape_field(given) == written


def test_a_long_field_is_cut():
    """A value of the access line takes part up to its limit, and shows that it was cut."""
    assert escape_field("x" * MAX_FIELD_CHARS) == "x" * MAX_FIELD_CHARS
    assert escape_field("x" * (MAX_FIELD_CHARS + 1)) == "x" * MAX_FIELD_CHARS + "..."


def test_escaping_a_field_takes_linear_time():
    """A field of nothing but backslashes and quotes costs no more than its length."""
    start = time.perf_counter()
    for _ in range(100):
        escape_field("\\" * MAX_FIELD_CHARS)
        escape_field('\\"' * MAX_FIELD_CHARS)
    assert time.perf_counter() - start < 1


MESSAGE_CASES = [
    # given                 written
    ("plain", "plain"),
    ("Größe\tin €", "Größe\tin €"),
    ("a\nb", "a\n    b"),
    ("a\r\nb", "a\n    b"),
    ("a\rb", r"a\rb"),
    ("\nRequest Headers:\n  Host: x", "\n    Request Headers:\n      Host: x"),
    ("\x1b[2J\x00\x7f", r"\x1b[2J\x00\x7f"),
    ("\x85\x9b31m\u2028\u2029", r"\x85\x9b31m\u2028\u2029"),
    ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
    ("\udcff", r"\udcff"),
]


@pytest.mark.parametrize(("given", "written"), MESSAGE_CASES)
def test_a_message_keeps_words_and_loses_controls(given, written):
    """Text stays readable, lines are indented, terminal and direction controls are shown."""
    assert escape_message(given) == written


def test_a_context_is_one_line():
    """What stands before the message has neither newline nor tab."""
    assert escape_line("a\nb\tc\r") == r"a\nb\tc\r"


def test_a_long_message_loses_its_middle():
    """Beginning and end of an overlong message are kept, with a note between."""
    text = escape_message("begin" + "x" * MAX_MESSAGE_CHARS + "end")
    assert text.startswith("begin")
    assert text.endswith("end")
    assert " [... 8 characters left out ...] " in text
    assert len(text) < MAX_MESSAGE_CHARS + 50


def test_no_traceback_is_told_as_such():
    """Outside an exception the text is Python's own, as in CherryPy."""
    assert format_traceback((None, None, None)) == "    NoneType: None"


def test_a_traceback_is_indented():
    """Every line of a traceback begins with blanks, the words of the exception too."""
    try:
        raise ValueError("evil\n[22/Nov/2026:05:48:02] ENGINE forged")
    except ValueError:
        text = format_traceback(sys.exc_info())
    assert text.startswith("    Traceback (most recent call last):\n")
    assert all(line.startswith("    ") for line in text.split("\n"))


def test_local_time_has_english_months():
    """The time is local, day first, without a zone."""
    noon = time.mktime((2026, 11, 2, 5, 48, 9, 0, 0, -1))
    assert format_local(noon) == "[02/Nov/2026:05:48:09]"
    assert re.fullmatch(r"\[\d\d/[A-Z][a-z]{2}/\d{4}(:\d\d){3}\]", format_local())


def test_utc_time_has_a_plain_z():
    """RFC 3339 times end in Z, not in +00:00Z, even on a full second."""
    assert format_utc(0, "milliseconds") == "1970-01-01T00:00:00.000Z"
    assert format_utc(0.25, "microseconds") == "1970-01-01T00:00:00.250000Z"


def make_record(**extra):
    record = logging.LogRecord("app.error", 40, __file__, 1, "%s!", ("é\n",), None)
    record.created = 1.5
    vars(record).update(extra)
    return record


def test_json_of_a_foreign_record():
    """A record that somebody else made is one ASCII line with the fields it has."""
    line = JSONFormatter().format(make_record())
    assert line.isascii()
    assert "\n" not in line
    record = json.loads(line)
    assert record.pop("pid") > 0
    assert record == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "ERROR",
        "logger": "app.error",
        "context": "",
        "message": "é\n!",
    }


def test_json_of_our_record_has_context_and_bare_message():
    """Time and context are fields of their own, not part of the message."""
    record = json.loads(JSONFormatter().format(make_record(context="ENGINE", text="")))
    assert (record["context"], record["message"]) == ("ENGINE", "")


def test_json_of_an_access_record_has_every_field():
    """A field without a value is null, never missing."""
    record = json.loads(JSONFormatter().format(make_record(request_id="abc", status=200)))
    assert set(ACCESS_FIELDS) <= set(record)
    assert (record["request_id"], record["status"], record["user"]) == ("abc", 200, None)


def test_json_has_the_traceback():
    """The traceback is a field, taken ready-made or made here."""
    ready = json.loads(JSONFormatter().format(make_record(exc_text="ready")))
    try:
        raise ValueError("x")
    except ValueError:
        made = json.loads(JSONFormatter().format(make_record(exc_info=sys.exc_info())))
    assert ready["traceback"] == "ready"
    assert made["traceback"].endswith("ValueError: x")


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("Authorization", True),
        ("PROXY-AUTHORIZATION", True),
        ("cookie", True),
        ("Set-Cookie", True),
        ("X-Api-Key", True),
        ("X-Csrf-Token", True),
        ("X-Auth-Token", True),
        ("Host", False),
        ("Cookie2", False),
    ],
)
def test_credentials_are_redacted(name, is_secret):
    """Values that open a door never reach the log; names stay."""
    assert redact_headers([(name, "v")]) == [(name, "[redacted]" if is_secret else "v")]


def test_error_ids_differ():
    """An id is twelve hexadecimal digits, new each time."""
    ids = {new_error_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{12}", each) for each in ids)
