"""Status codes and status lines."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from wsgicherry.wire.status import (
    REASONS,
    has_no_body,
    is_not_modified,
    status_line,
    valid_status,
)


def test_every_code_of_the_standard_library_has_a_reason():
    """All codes of http.HTTPStatus are known here too."""
    assert {int(code) for code in HTTPStatus} <= set(REASONS)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (413, "Request Entity Too Large"),
        (414, "Request-URI Too Long"),
        (416, "Requested Range Not Satisfiable"),
        (418, "I'm a Teapot"),
        (422, "Unprocessable Entity"),
        (425, "Too Early"),
        (451, "Unavailable For Legal Reasons"),
    ],
)
def test_reasons_are_pinned(code, reason):
    """Reasons do not vary with the version of Python."""
    assert valid_status(code)[1] == reason


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (404, "Nothing matches the given URI"),
        (405, "Specified method is invalid for this resource"),
        (400, "Bad request syntax or unsupported method"),
        (
            500,
            "The server encountered an unexpected condition which prevented it from "
            "fulfilling the request.",
        ),
        (
            503,
            "The server is currently unable to handle the request due to a temporary "
            "overloading or maintenance of the server.",
        ),
    ],
)
def test_descriptions_are_those_programs_show(code, description):
    """The texts of error pages are CherryPy's."""
    assert REASONS[code][1] == description


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (None, 200, "OK"),
        ("", 200, "OK"),
        (0, 200, "OK"),
        (404, 404, "Not Found"),
        (404.5, 404, "Not Found"),
        (b"404", 404, "Not Found"),
        ("404", 404, "Not Found"),
        (" 404 ", 404, "Not Found"),
        ("404  Hi There ", 404, "Hi There"),
        ("201 Made it", 201, "Made it"),
        (HTTPStatus.NOT_FOUND, 404, "Not Found"),
        (100, 100, "Continue"),
        (599, 599, ""),
        ("599 Mine", 599, "Mine"),
    ],
)
def test_a_status_can_be_written_in_many_ways(status, code, reason):
    """None, numbers, HTTPStatus and text all name a status."""
    assert valid_status(status)[:2] == (code, reason)


@pytest.mark.parametrize(
    ("status", "met"),
    [
        ("abc", "'abc' is non-numeric"),
        ("404x", "'404x' is non-numeric"),
        (" ", "'' is non-numeric"),
        ("4_0_4", "'4_0_4' is non-numeric"),
        ("\u0664\u0660\u0664", "'\u0664\u0660\u0664' is non-numeric"),
        ([1], "[1] is non-numeric"),
        (float("inf"), "inf is non-numeric"),
        (b"x", "b'x' is non-numeric"),
        (99, "99 is out of range"),
        (600, "600 is out of range"),
        ("-5", "-5 is out of range"),
        (True, "1 is out of range"),
        ("999 x", "999 is out of range"),
    ],
)
def test_an_illegal_status_is_refused(status, met):
    """The error says what was met, in CherryPy's words."""
    with pytest.raises(ValueError) as error:
        valid_status(status)
    assert str(error.value) == f"Illegal response status from server ({met})."
    with pytest.raises(ValueError):
        status_line(status)


def test_a_number_of_many_digits_is_refused():
    """Python's own limit on int() is not what the client sees."""
    with pytest.raises(ValueError, match="non-numeric"):
        valid_status("4" * 5000)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (None, "200 OK"),
        (200, "200 OK"),
        ("404", "404 Not Found"),
        (HTTPStatus.FOUND, "302 Found"),
        (599, "599 "),
        ("200 a\r\nX: y\x00\x7f", "200 aX: y"),
        ("200 \r\n", "200 OK"),
        ("200 \x01", "200 "),
        ("200 caf\xe9 \u20ac", "200 caf\xe9 ?"),
        ("200 " + "x" * 100, "200 " + "x" * 100),
    ],
)
def test_a_status_line_is_always_legal(status, line):
    """A status line has a space after its code, no controls, only ISO-8859-1."""
    assert status_line(status) == line


@pytest.mark.parametrize(
    ("code", "expected"), [(100, True), (204, True), (205, True), (304, True), (200, False)]
)
def test_some_codes_have_no_body(code, expected):
    """1xx, 204, 205 and 304 are answered without a body."""
    assert has_no_body(code) is expected


@pytest.mark.parametrize("status", [304, "304", "304 Not Modified", HTTPStatus.NOT_MODIFIED])
def test_not_modified(status):
    """A 304 is one in every form in which a program may set it."""
    assert is_not_modified(status)
    assert not is_not_modified(None)
