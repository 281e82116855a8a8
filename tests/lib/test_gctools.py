"""What stays in memory: requests that run, instances, referrers, and the page that tells."""

from __future__ import annotations

import gc
import sys

import pytest
from toolpage import Page
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.core.request import Request
from wsgicherry.core.response import Response
from wsgicherry.lib import gctools
from wsgicherry.lib.gctools import GCRoot, ReferrerTree, RequestCounter, get_instances
from wsgicherry.lib.referrers import describe


class Thing:
    """Something to be found."""


# What other tests have left in memory is of other classes.
class WatchedRequest(Request):
    pass


class WatchedResponse(Response):
    pass


class WatchingRoot(GCRoot):
    classes = (WatchedRequest, WatchedResponse)


@pytest.fixture
def collected():
    """What other tests left behind is gone before and after."""
    gc.collect()
    yield
    gc.collect()


@pytest.fixture
def app(site, collected, monkeypatch):
    """A client of a site with GCRoot at /gc/, and a page that keeps its request."""
    monkeypatch.setattr(gctools, "MAX_WAIT_SECONDS", 0)

    class Root:
        gc = WatchingRoot()
        kept = []

        @expose
        def keep(self, **params):
            self.kept.append(serving_now().request)

    application = site.tree.mount(Root(), "")
    application.request_class = WatchedRequest
    application.response_class = WatchedResponse
    yield TestApp(site.tree)
    Root.kept.clear()


def test_instances_are_found(collected):
    """All instances of a class and its subclasses, and no others."""

    class Other(Thing):
        pass

    class Pretender:
        @property
        def __class__(self):
            return Thing

    things = [Thing(), Other(), Pretender()]
    assert {id(thing) for thing in get_instances(Thing)} == {id(things[0]), id(things[1])}


def test_referrers_are_found_two_levels_up(collected):
    """The dict that holds a thing, and the list that holds the dict."""
    holder = {"thing": Thing()}
    outer = [holder]
    tree = ReferrerTree(ignore=[sys._getframe()]).ascend(holder["thing"])
    assert [(parent, [p for p, _ in parents]) for parent, parents in tree] == [
        (holder, [outer])
    ]
    lines = ReferrerTree().format(tree)
    assert lines[0].startswith("    builtins.dict: {'thing': <")
    assert lines[1].startswith("        builtins.list: [{'thing': <")


def test_the_depth_is_limited(collected):
    """`maxdepth` levels are looked at, no more."""
    holder = [Thing()]
    outer = (holder,)
    assert ReferrerTree(maxdepth=1).ascend(holder[0]) == [(holder, [])]
    assert outer


def test_many_referrers_are_a_number(collected):
    """Of more than `maxparents` referrers only the number is told."""
    thing = Thing()
    holders = [[thing], [thing], [thing], [thing]]
    tree = ReferrerTree(maxparents=3)
    assert tree.format(tree.ascend(thing)) == ["    [4 referrers]"]
    assert len(holders) == 4


def test_frames_are_named():
    """A function that runs, and holds the thing, is told by its name."""
    assert describe(sys._getframe()) == "<frame of function 'test_frames_are_named'>"


def test_a_repr_that_fails_is_no_error(collected):
    """What refers to a thing is told, whatever its repr does, and shortly."""

    class Bad(list):
        def __repr__(self):
            raise ZeroDivisionError

    thing = Thing()
    holders = Bad([thing]), ["x" * 1000, thing]
    tree = ReferrerTree(maxdepth=1)
    lines = tree.format(tree.ascend(thing))
    assert len(lines) == len(holders)
    assert all(len(line) < 200 for line in lines)


def test_the_counter_counts_requests_that_run(site):
    """`count` is what runs now, of those that began since the subscription."""
    counter = RequestCounter(site.engine)
    counts = []

    def handler():
        if not counts:
            counter.subscribe()
        counts.append(counter.count)
        return ""

    served = Page(site, handler, {})
    served()
    assert counter.count == 0  # and not -1: it never began for the counter
    served()
    assert (counts, counter.count) == ([0, 1], 0)
    counter.unsubscribe()


def test_the_counter_begins_with_the_engine(site):
    """A start of the engine begins at 0."""
    counter = RequestCounter(site.engine)
    request = Request({})
    counter._running.add(request)
    counter.start()
    assert counter.count == 0


def test_a_clean_site(app):
    """When nothing is left of the requests before, the page says 'Statistics:', no more."""
    for _ in range(3):
        assert app.get("/gc/").text == "Hello, world!"
    answer = app.get("/gc/stats")
    assert answer.text == "Statistics:"
    assert answer.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_leak_is_told(app):
    """A request that is kept after its end is told, with what keeps it."""
    app.get("/keep")
    text = app.get("/gc/stats").text
    assert f"Expected 1 {WatchedRequest!r} references, got 2." in text
    assert "Referrers for WatchedRequest (refcount=" in text
    assert "    builtins.list: [" in text
    assert "WatchedResponse" not in text


def test_few_of_many_leaks_are_told(app, monkeypatch):
    """Of many leaks some are told of: each takes a look at all objects."""
    monkeypatch.setattr(gctools, "MAX_LEAKS_SHOWN", 2)
    for _ in range(3):
        app.get("/keep")
    text = app.get("/gc/stats").text
    assert "references, got 4." in text
    assert text.count("Referrers for WatchedRequest") == 2


def test_it_waits_for_what_is_on_its_way_out(app, monkeypatch):
    """A server lets go of a request a moment after its end: that is no leak."""
    monkeypatch.setattr(gctools, "MAX_WAIT_SECONDS", 10)
    app.get("/keep")
    kept = app.app.apps[""].root.kept
    monkeypatch.setattr(gctools.time, "sleep", lambda seconds: kept.clear())
    assert app.get("/gc/stats").text == "Statistics:"
