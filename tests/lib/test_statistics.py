"""`logging.statistics`: the shape of the numbers, and what is computed when they are read."""

from __future__ import annotations

import logging
import time

import pytest

from wsgicherry.lib import cpstats
from wsgicherry.lib.statistics import application_statistics, extrapolate_statistics


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch):
    """A `logging.statistics` of the test's own."""
    monkeypatch.setattr(logging, "statistics", {}, raising=False)


def test_cherrypys_names_are_where_they_were():
    """`lib.cpstats` has the names that CherryPy has there."""
    assert cpstats.extrapolate_statistics is extrapolate_statistics
    assert cpstats.StatsTool and cpstats.StatsPage
    assert cpstats.appstats["Enabled"] is True


def test_the_namespace_is_the_processes(monkeypatch):
    """Whoever asks gets the one dict, in `logging.statistics`."""
    monkeypatch.delattr(logging, "statistics")
    numbers = application_statistics()
    assert logging.statistics == {"CherryPy Applications": numbers}
    assert application_statistics() is numbers


def test_numbers_that_nobody_has_counted_yet():
    """Before the first request all is 0, and nothing divides by it."""
    seen = extrapolate_statistics(application_statistics())
    assert seen.pop("Enabled") is True
    assert seen.pop("Requests") == {}
    assert seen.pop("Current Time") - seen.pop("Start Time") < 60
    assert 0 <= seen.pop("Uptime") < 60
    assert seen == {
        "Bytes Read/Request": 0.0,
        "Bytes Read/Second": 0.0,
        "Bytes Written/Request": 0.0,
        "Bytes Written/Second": 0.0,
        "Current Requests": 0,
        "Requests/Second": 0.0,
        "Total Bytes Read": 0,
        "Total Bytes Written": 0,
        "Total Requests": 0,
        "Total Time": 0,
    }


def test_averages_are_computed_from_the_totals():
    """What is for each request or each second follows from the totals."""
    numbers = application_statistics()
    numbers.update(
        {
            "Start Time": time.time() - 10,
            "Total Requests": 4,
            "Total Bytes Read": 100,
            "Total Bytes Written": 1000,
        }
    )
    seen = extrapolate_statistics(numbers)
    assert (seen["Bytes Read/Request"], seen["Bytes Written/Request"]) == (25, 250)
    assert seen["Requests/Second"] == pytest.approx(0.4, rel=0.1)
    assert seen["Bytes Read/Second"] == pytest.approx(10, rel=0.1)
    assert seen["Bytes Written/Second"] == pytest.approx(100, rel=0.1)
    assert seen["Uptime"] == pytest.approx(10, rel=0.1)


def test_functions_are_called_with_the_dict_they_stand_in():
    """A function in a record sees the record, one in a namespace the namespace."""
    scope = {
        "Events": 4,
        "Twice": lambda scope: scope["Events"] * 2,
        "Records": {1: {"Rows": 3, "More": lambda record: record["Rows"] + 1}},
        "List": [{"Rows": 5, "More": lambda record: record["Rows"] + 1}, 7],
        "Pair": (1, 2),
    }
    assert extrapolate_statistics(scope) == {
        "Events": 4,
        "Twice": 8,
        "Records": {1: {"Rows": 3, "More": 4}},
        "List": [{"Rows": 5, "More": 6}, 7],
        "Pair": [1, 2],
    }


def test_what_comes_back_is_a_copy():
    """A report may change what it got; the numbers stay."""
    scope = {"Records": {1: {"Rows": 3}}, "List": [{"Rows": 5}]}
    seen = extrapolate_statistics(scope)
    seen["Records"][1]["Rows"] = seen["List"][0]["Rows"] = 0
    assert scope == {"Records": {1: {"Rows": 3}}, "List": [{"Rows": 5}]}


def test_an_error_of_a_function_is_told():
    """A function that fails is not passed over: whoever wrote it must know."""
    with pytest.raises(ZeroDivisionError):
        extrapolate_statistics({"Bad": lambda scope: 1 / 0})
