"""The page of the statistics: HTML for people, JSON for monitors, buttons to pause."""

from __future__ import annotations

import datetime
import json
import logging

import pytest
from webtest import TestApp

from wsgicherry.lib.statistics import application_statistics
from wsgicherry.lib.statspage import StatsPage

NAME = "CherryPy Applications"
COUNTED = {"/": {"tools.cpstats.on": True}}


@pytest.fixture(autouse=True)
def statistics(monkeypatch):
    """A `logging.statistics` of the test's own, as `lib.cpstats` makes it."""
    monkeypatch.setattr(logging, "statistics", {}, raising=False)
    application_statistics()
    return logging.statistics


@pytest.fixture
def app(site):
    """A client of a site whose statistics are at /cpstats/."""

    class Root:
        cpstats = StatsPage()

    site.tree.mount(Root(), "", COUNTED)
    return TestApp(site.tree)


def test_the_page_shows_scalars_and_collections(app):
    """Each namespace has a heading, its numbers, and a table for each collection."""
    text = app.get("/cpstats/").text
    assert "<h1>CherryPy Applications</h1>" in text
    assert "<th>Total Requests</th><td>1</td>" in text
    assert "<h2>Requests</h2>" in text
    assert "<td>GET /cpstats/ HTTP/1.0</td>" in text
    assert "End Time" not in text


def test_the_page_loads_nothing_and_is_not_kept(app):
    """Only its style may be used, no other page may frame it, no cache may keep it."""
    headers = app.get("/cpstats/").headers
    assert headers["Content-Type"] == "text/html;charset=utf-8"
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'sha256-"
    )
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_everything_on_the_page_is_escaped(app, statistics):
    """Neither what clients send nor what programs name can be markup."""
    bad = "<script>alert('\"')</script>"
    statistics[bad] = {
        "Enabled": True,
        bad: bad,
        "List": [{bad: bad}],
        "Dict": {bad: {bad: bad}},
    }
    text = app.get(f"/cpstats/?{bad}", expect_errors=True).text
    text += app.get("/cpstats/").text
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;&quot;&#x27;)" in text


def test_formats(app, statistics, monkeypatch):
    """A format is a text for '%', a function, or None for what is left out; a value that it
    does not fit is shown as it is.
    """
    statistics["Mine"] = {
        "Ratio": 0.123456,
        "When": 5,
        "Secret": "concealed",
        "Odd": "text",
        "Rows": [{"a": 0.5, "b": "concealed", "c": None}, "plain"],
    }
    formats = {
        "Ratio": "%.2f",
        "When": lambda value: f"<{value}>",
        "Secret": None,
        "Odd": "%d",
        "Rows": {"a": "%.3f", "b": None},
    }
    monkeypatch.setitem(StatsPage.formatting, "Mine", formats)
    text = app.get("/cpstats/").text
    assert "<td>0.12</td>" in text
    assert "<td>&lt;5&gt;</td>" in text
    assert "<th>Odd</th><td>text</td>" in text
    assert "<tr><td>0.500</td><td></td></tr>" in text
    assert "<tr><td>plain</td></tr>" in text
    assert "concealed" not in text


def test_data_is_json(app, statistics):
    """/data has every number, computed, with no format."""
    statistics["Mine"] = {"Day": datetime.date(2026, 1, 2), "Twice": lambda scope: 2}
    answer = app.get("/cpstats/data")
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.body)
    assert data["Mine"] == {"Day": "2026-01-02", "Twice": 2}
    assert data[NAME]["Total Requests"] == 1
    (record,) = data[NAME]["Requests"].values()
    assert record["Request-Line"] == "GET /cpstats/data HTTP/1.0"


def test_pause_and_resume(app, statistics):
    """The buttons stop and go on with the counting of a namespace, and lead back."""
    answer = app.post("/cpstats/pause", {"namespace": NAME})
    assert answer.location.endswith("/cpstats/")
    assert statistics[NAME]["Enabled"] is False
    assert "<button disabled>Pause</button>" in app.get("/cpstats/").text
    app.post("/cpstats/resume", {"namespace": NAME})
    assert statistics[NAME]["Enabled"] is True
    assert "<button disabled>Resume</button>" in app.get("/cpstats/").text


@pytest.mark.parametrize("action", ["pause", "resume"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_only_post_pauses(app, statistics, action, method):
    """Following a link changes nothing: 405 (BEHAVIOUR 13.1 item 11)."""
    statistics[NAME]["Enabled"] = before = object()
    path = f"/cpstats/{action}?namespace=CherryPy%20Applications"
    answer = app.request(path, method=method, expect_errors=True)
    assert (answer.status_int, answer.headers["Allow"]) == (405, "POST")
    assert statistics[NAME]["Enabled"] is before


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_no_other_site_pauses(app, statistics, headers):
    """A form of another site's page is refused."""
    fields = {"namespace": NAME}
    answer = app.post("/cpstats/pause", fields, headers=headers, expect_errors=True)
    assert answer.status_int == 403
    assert statistics[NAME]["Enabled"] is True


@pytest.mark.parametrize(
    ("fields", "status"), [({"namespace": "None"}, 404), ({}, 404), ({"namespace": ["a"]}, 404)]
)
def test_no_namespace_is_made(app, statistics, fields, status):
    """A namespace that does not exist cannot be paused, and is not made."""
    answer = app.post("/cpstats/pause", fields, expect_errors=True)
    assert answer.status_int == status
    assert list(statistics) == [NAME]
