"""The comparison itself: what it sees, what it overlooks on purpose."""

import pytest
from comparison import compare

PAGE = "<title>404 Not Found</title><h2>404 Not Found</h2><p>{}</p><pre>{}</pre>"


def answer(status="200 OK", headers=(), body="", name="GET /", method="GET", raised=None):
    """Return an answer as run_program.py would print it."""
    return {
        "request": {"name": name, "method": method},
        "status": status,
        "headers": [list(pair) for pair in headers],
        "body": body,
        "raised": raised,
        "time": 0,
    }


DIFFERENT = [
    ("status", answer("200 OK"), answer("201 OK")),
    ("status", answer("200 OK"), answer("200 Fine")),
    ("body", answer(body="a"), answer(body="b")),
    ("raised", answer(), answer(raised="SystemExit: 1")),
    ("header x-own", answer(), answer(headers=[("X-Own", "1")])),
    ("header etag", answer(headers=[("ETag", "a")]), answer(headers=[("ETag", "b")])),
    ("cookies", answer(), answer(headers=[("Set-Cookie", "a=b")])),
    ("length", answer(headers=[("Content-Length", "0")]), answer()),
    ("length", answer(), answer(headers=[("Content-Length", "7")])),
    ("length", answer(method="HEAD", headers=[("Content-Length", "7")]),
     answer(method="HEAD", headers=[("Content-Length", "8")])),
    ("body", answer("404 Not Found", body=PAGE.format("a", "")),
     answer("404 Not Found", body=PAGE.format("b", ""))),
    ("traceback", answer("404 Not Found", body=PAGE.format("a", "")),
     answer("404 Not Found", body=PAGE.format("a", "Traceback (most recent call last):"))),
]  # fmt: skip


@pytest.mark.parametrize(("field", "theirs", "ours"), DIFFERENT)
def test_a_difference_is_found(field, theirs, ours):
    """Each kind of difference is reported under its field's name."""
    (finding,) = compare("program", [theirs], [ours], {})
    assert finding.startswith(f"GET /: {field}\n")


EQUAL = [
    (answer(headers=[("Server", "CherryPy/18")]), answer(headers=[("Date", "today")])),
    (answer("404 Not Found", body=PAGE.format("a &amp; b", "") + " " * 300),
     answer("404 Not Found", body="<title>404 Not Found</title><h2>404 Not Found</h2>\n"
                                  "<p class='m'>a &#38; b</p>")),
    (answer("404 Not Found", body=PAGE.format("a &amp; b", "")),
     answer("404 Not Found", body='{"type": "about:blank", "title": "Not Found", '
                                  '"status": 404, "detail": "a & b"}')),
    (answer(headers=[("Set-Cookie", "a=b; Path=/; Secure"), ("Set-Cookie", "c=d")]),
     answer(headers=[("Set-Cookie", "c=d"), ("Set-Cookie", "a=b; secure; path=/")])),
]  # fmt: skip


@pytest.mark.parametrize(("theirs", "ours"), EQUAL)
def test_what_differs_by_design_everywhere_is_overlooked(theirs, ours):
    """The server's headers, padding, markup, the form of a page and the order of cookies do not
    count.
    """
    assert compare("program", [theirs], [ours], {}) == []


def test_an_intended_difference_is_not_reported():
    """A row of the table explains one field of one request."""
    intended = {("program", "GET /", "status"): "reason"}
    assert compare("program", [answer("200 OK")], [answer("201 OK")], intended) == []


def test_a_stale_row_is_reported():
    """A row that no longer differs, or whose request is gone, is a finding."""
    rows = [("program", "GET /", "status"), ("program", "GET /gone", "status")]
    findings = compare("program", [answer()], [answer()], dict.fromkeys(rows, "reason"))
    assert [finding.rpartition(": ")[2] for finding in findings] == [
        "the two agree",
        "there is no such request",
    ]
