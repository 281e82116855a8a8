"""`tools.cpstats`: what is counted of requests, and what is kept."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

import pytest
from toolpage import Page, refusal

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, InternalRedirect
from wsgicherry.lib import statstool
from wsgicherry.lib.statistics import application_statistics

ON = {"tools.cpstats.on": True}
SLOW = {**ON, "tools.cpstats.slow_queries": 1e-9}


@pytest.fixture(autouse=True)
def numbers(monkeypatch):
    """The numbers of `tools.cpstats`, of the test's own."""
    monkeypatch.setattr(logging, "statistics", {}, raising=False)
    return application_statistics()


def the_record(numbers):
    """Return the one record of 'Requests'."""
    (record,) = numbers["Requests"].values()
    return record


def test_the_tool_is_in_the_toolbox(site):
    """`tools.cpstats` works at `on_end_request`, at 50; it needs no import before it."""
    tool = site.tools.cpstats
    assert (tool._point, tool._priority) == ("on_end_request", 50)
    assert isinstance(tool, statstool.StatsTool)


def test_importing_the_package_makes_no_statistics():
    """`logging.statistics` is made where it is asked for, as by importing `lib.cpstats`."""
    code = (
        "import logging, sys, wsgicherry; print(hasattr(logging, 'statistics'))\n"
        "assert 'wsgicherry.lib.statspage' not in sys.modules\n"
        "wsgicherry.lib.cpstats; print(*logging.statistics)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.splitlines() == ["False", "CherryPy Applications"], run.stderr


def test_a_request_is_counted(site, numbers):
    """A request that has ended is in the totals, and as the last one of its thread."""
    page = Page(site, lambda: "12345", ON)
    page("/x?a=b")
    record = the_record(numbers)
    seconds = record.pop("Processing Time")
    assert record.pop("End Time") - record.pop("Start Time") == seconds
    assert list(numbers["Requests"]) == [threading.get_ident()]
    assert record == {
        "Bytes Read": 0,
        "Bytes Written": 5,
        "Client": "192.0.2.7:-1",
        "Request-Line": "GET /x?a=b HTTP/1.0",
        "Response Status": "200 OK",
    }
    assert numbers["Total Requests"] == 1
    assert numbers["Current Requests"] == 0
    assert numbers["Total Bytes Read"] == 0
    assert numbers["Total Bytes Written"] == 5
    assert numbers["Total Time"] == seconds > 0


def test_a_request_that_runs_is_seen(site, numbers):
    """While a request runs it is a current one; how long it takes so far is computed."""

    def look():
        record = the_record(numbers)
        assert numbers["Current Requests"] == 1
        assert (
            record["End Time"] is record["Bytes Written"] is record["Response Status"] is None
        )
        assert record["Processing Time"](record) >= 0
        return "seen"

    assert Page(site, look, ON)().text == "seen"


@pytest.mark.parametrize("is_read", [True, False])
def test_bytes_read_are_those_of_the_body(site, numbers, is_read):
    """What was read of the request's body counts, not what was sent."""

    def read():
        return serving_now().request.body.read() if is_read else b""

    Page(site, read, ON)("/x", "POST", b"1234567", Content_Type="text/x-mine")
    assert the_record(numbers)["Bytes Read"] == (7 if is_read else 0)
    assert numbers["Total Bytes Read"] == (7 if is_read else 0)


def test_bytes_read_of_a_form(site, numbers):
    """A form is read before the handler, and counts."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    Page(site, lambda: "", ON)("/x", "POST", b"a=1&b=2", **form)
    assert numbers["Total Bytes Read"] == 7


def test_a_stream_has_no_length(site, numbers):
    """Of a stream 'Bytes Written' is 'chunked', and the total stays."""
    Page(site, lambda: iter([b"a", b"b"]), {**ON, "response.stream": True})()
    assert the_record(numbers)["Bytes Written"] == "chunked"
    assert numbers["Total Bytes Written"] == 0


def test_the_answer_to_head_has_no_body(site, numbers):
    """HEAD is answered with the Content-Length of a GET, and nothing is written."""
    Page(site, lambda: "12345", ON)("/x", "HEAD")
    assert the_record(numbers)["Bytes Written"] == 0


def refuse():
    raise HTTPError(418)


def fail():
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("handler", "status"),
    [(refuse, "418 I'm a Teapot"), (fail, "500 Internal Server Error")],
)
def test_errors_are_counted(site, numbers, handler, status):
    """A request that fails is counted like any other, with its status."""
    Page(site, handler, {**ON, "log.screen": False})()
    assert the_record(numbers)["Response Status"] == status
    assert numbers["Current Requests"] == 0


def test_both_requests_of_an_internal_redirect_are_counted(site, numbers):
    """An internal redirect ends one request and begins another."""

    def move():
        if serving_now().request.path_info == "/x":
            raise InternalRedirect("/y")
        return "moved"

    assert Page(site, move, ON)().text == "moved"
    assert (numbers["Total Requests"], numbers["Current Requests"]) == (2, 0)


def test_the_client_is_the_one_behind_the_proxy(site, numbers):
    """With `tools.proxy` the address is the client's."""
    config = {**ON, "tools.proxy.on": True, "tools.proxy.trusted": ["192.0.2.7"]}
    Page(site, lambda: "", config)("/x", X_Forwarded_For="203.0.113.9")
    assert the_record(numbers)["Client"].startswith("203.0.113.9:")


def test_nothing_is_counted_while_it_is_paused(site, numbers):
    """With 'Enabled' false no request is noted; one that has begun is still ended."""

    def pause():
        numbers["Enabled"] = False
        return ""

    page = Page(site, pause, ON)
    page()
    page()
    assert (numbers["Total Requests"], numbers["Current Requests"]) == (1, 0)
    assert the_record(numbers)["Response Status"] == "200 OK"


def test_a_request_lives_through_a_reset(site, numbers):
    """A program may throw the numbers away while a request runs."""

    def reset():
        logging.statistics.clear()
        return ""

    Page(site, reset, ON)()
    assert numbers["Current Requests"] == 0
    assert application_statistics()["Current Requests"] == 0


def test_times_of_a_uri_set(site, numbers):
    """Requests of one `uriset` are timed together."""
    page = Page(site, lambda: "", {**ON, "tools.cpstats.uriset": "shop"})
    page()
    page()
    times = numbers["URI Set Tracking"]["shop"]
    assert times["Count"] == 2
    assert 0 < times["Min"] <= times["Max"] <= times["Sum"] == numbers["Total Time"]
    assert times["Avg"](times) == times["Sum"] / 2


def test_uri_sets_are_bounded(numbers, monkeypatch):
    """Only the first MAX_URI_SETS names are kept apart; those go on counting."""
    monkeypatch.setattr(statstool, "MAX_URI_SETS", 2)
    sets = {}
    for name in ("a", "b", "c", "a"):
        statstool.add_to_set(sets, name, 1.0)
    assert {name: times["Count"] for name, times in sets.items()} == {"a": 2, "b": 1}


def test_slow_queries_are_kept(site, numbers):
    """A request that takes longer than `slow_queries` seconds is kept, with its record."""
    Page(site, lambda: "", SLOW)("/slow")
    (slow,) = numbers["Slow Queries"]
    assert slow == the_record(numbers)
    assert slow["Request-Line"] == "GET /slow HTTP/1.0"


@pytest.mark.parametrize("limit", [1.0, None, 0])
def test_quick_requests_are_not_kept(site, numbers, limit):
    """A request that is quick enough is not kept, nor any when there is no limit."""
    Page(site, lambda: "", {**ON, "tools.cpstats.slow_queries": limit})()
    assert "Slow Queries" not in numbers


@pytest.mark.parametrize(("count", "kept"), [(2, ["/3", "/4"]), (0, [])])
def test_the_newest_slow_queries_are_kept(site, numbers, count, kept):
    """Of more than `slow_queries_count` the oldest are forgotten."""
    page = Page(site, lambda: "", {**SLOW, "tools.cpstats.slow_queries_count": count})
    for number in range(5):
        page(f"/{number}")
    assert [slow["Request-Line"].split()[1] for slow in numbers["Slow Queries"]] == kept


@pytest.mark.parametrize("count", [-1, statstool.MAX_SLOW_QUERIES + 1])
def test_a_count_that_cannot_be_is_refused_at_the_mount(site, count):
    """`slow_queries_count` has a limit, and is told where it stands."""
    message = refusal(site, {**ON, "tools.cpstats.slow_queries_count": count})
    assert "tools.cpstats.slow_queries_count" in message
    assert "0 to 10000" in message


def test_threads_are_bounded(monkeypatch):
    """Of more than MAX_THREADS the one that has begun nothing for longest is forgotten."""
    monkeypatch.setattr(statstool, "MAX_THREADS", 2)
    records = {}
    for thread in (1, 2, 1, 3):
        statstool.keep_newest(records, thread, {"thread": thread})
    assert list(records) == [1, 3]


def test_a_long_request_line_is_cut(site, numbers):
    """Of a request line that a client made long only the beginning is kept."""
    Page(site, lambda: "", ON)("/x?" + "a" * 10_000)
    line = the_record(numbers)["Request-Line"]
    assert line.startswith("GET /x?aaa")
    assert len(line) == statstool.MAX_LINE_CHARS + len("...")


def test_debug_logs_the_record(site, error_text):
    """`debug` writes each record to the error log."""
    Page(site, lambda: "", {**ON, "tools.cpstats.debug": True})("/seen")
    assert "TOOLS.CPSTATS Stats recorded: {" in error_text()
    assert "GET /seen HTTP/1.0" in error_text()


def test_threads_do_not_lose_counts(site, numbers):
    """Requests of several threads at once are all counted."""
    page = Page(site, lambda: "", ON)
    threads = [threading.Thread(target=lambda: [page() for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (numbers["Total Requests"], numbers["Current Requests"]) == (200, 0)
