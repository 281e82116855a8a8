"""What browsers report of a policy is logged, and no more is done with it."""

from __future__ import annotations

import json

import pytest
from webtest import TestApp

from wsgicherry.lib.cspreports import MAX_BYTES, MAX_LOGGED, ReportPage

OLD = {
    "csp-report": {
        "document-uri": "http://h.example/page",
        "effective-directive": "script-src-elem",
        "blocked-uri": "inline",
        "line-number": 7,
        "disposition": "report",
        "source-file": "",
    }
}
NEW = {
    "type": "csp-violation",
    "body": {
        "documentURL": "http://h.example/page",
        "effectiveDirective": "script-src-elem",
        "blockedURL": "inline",
        "lineNumber": 7,
        "disposition": "report",
        "sourceFile": None,
    },
}
TOLD = (
    "A browser reports: documentURL 'http://h.example/page', effectiveDirective "
    "'script-src-elem', blockedURL 'inline', lineNumber '7', disposition 'report'"
)


@pytest.fixture
def send(site, error_lines):
    """Mount the page; send(document) posts it and returns (status, lines of the log)."""

    class Root:
        reports = ReportPage()

    site.tree.mount(Root(), "", {"/": {"tools.csrf.on": True}})
    client = TestApp(site.tree)

    def post(document, kind="application/reports+json"):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = {"Content-Type": kind, "Sec-Fetch-Site": "cross-site"}
        response = client.post("/reports", data, headers, expect_errors=True)
        return response.status_int, [line for line in error_lines if " CSP " in line]

    post.client = client
    return post


@pytest.mark.parametrize("document", [OLD, NEW, [NEW]], ids=["report-uri", "one", "list"])
def test_a_report_is_a_line_of_the_log(send, document):
    """Browsers have two forms for it; either says the same."""
    status, (line,) = send(document)
    assert status == 204
    assert line.endswith(TOLD)


def test_many_reports(send):
    """Only so many of one request are logged."""
    assert len(send([NEW] * (MAX_LOGGED + 5))[1]) == MAX_LOGGED


@pytest.mark.parametrize(
    "document", [{}, [], 1, None, [1], {"csp-report": 1}, {"type": "crash", "body": {}}]
)
def test_what_is_no_report(send, document):
    """Other kinds of report, and what is none, is taken and forgotten."""
    assert send(document) == (204, [])


def test_a_report_that_says_nothing(send):
    """A report without what we look for is a line too."""
    assert send({"csp-report": {"blocked-uri": ["x"]}})[1][0].endswith("reports: nothing")


def test_a_report_that_is_hostile(send):
    """No value is long, and none ends the line."""
    status, (line,) = send({"csp-report": {"blocked-uri": "a\r\nb\x1b[0m" + "x" * 5000}})
    assert status == 204
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 400


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 400), (b"{", 400), (b"[" * 1000, 400), (b" " * (MAX_BYTES + 1), 413)],
)
def test_what_is_refused(send, data, status):
    """What is no JSON, or too much."""
    assert send(data) == (status, [])


def test_nothing_but_post(send):
    """The page has nothing to show."""
    assert send.client.get("/reports", expect_errors=True).status_int == 405
