"""The settings of `tools.response_headers`, and `tools.ignore_headers`."""

from __future__ import annotations

import pytest
from toolpage import Page, refusal

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.lib import cptools


def tell_headers():
    """A page that says which headers it sees, in both of the ways in which it can."""
    request = serving_now().request
    names = ("Range", "X-A", "X-B")
    seen = [name for name in names if name in request.headers]
    seen += [
        name for name in names if f"HTTP_{name.upper().replace('-', '_')}" in request.environ
    ]
    return " ".join(seen)


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        (None, "X-A X-A"),
        ("x-a", "Range Range"),
        (["Range", "X-A"], ""),
        (("X-B",), "Range X-A Range X-A"),
        ([], "Range X-A Range X-A"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_ignore_headers(site, headers, seen, debug):
    """Nobody sees them any more: neither the page nor WebOb; one that is not there is none."""
    config = {"tools.ignore_headers.on": True, "tools.ignore_headers.debug": debug}
    if headers is not None:
        config["tools.ignore_headers.headers"] = headers
    assert Page(site, tell_headers, config)(Range="bytes=0-1", X_A="1").text == seen


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ("Range, X-A", "tools.ignore_headers.headers: It holds 'Range, X-A'"),
        ([""], "tools.ignore_headers.headers: It holds ''"),
        ([1], "holds 1, which is not a text"),
        (1, "is 1, which is not a text or a list"),
    ],
)
def test_names_that_cannot_be(site, headers, message):
    """They are told when the application is mounted."""
    config = {"tools.ignore_headers.on": True, "tools.ignore_headers.headers": headers}
    assert message in refusal(site, config)


def test_ignore_headers_by_hand(site):
    """`tools.ignore_headers.callable` in a page drops them from there on."""

    def page():
        site.tools.ignore_headers.callable("X-A")
        return tell_headers()

    assert Page(site, page, {})(X_A="1", X_B="2").text == "X-B X-B"
    assert cptools.ignore_headers is site.tools.ignore_headers.callable


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X-A": "1"}, "which is not a list"),
        ("X-A", "is 'X-A', which is not a list"),
        (["X-A: 1"], "holds 'X-A: 1', which is not a list"),
        ([("X-A",)], "holds ('X-A',), which is not (name, value)"),
        ([("X-A", "1", "2")], "which is not (name, value)"),
        ([("X A", "1")], "holds 'X A', which is no name"),
        ([(1, "1")], "holds 1, which is no name"),
        ([("X-A", "1\r\nX-B: 2")], "holds the value '1\\r\\nX-B: 2'"),
        ([("X-A", "\0")], "holds the value '\\x00'"),
    ],
)
def test_headers_that_cannot_be(site, headers, message):
    """They are told when the application is mounted."""
    config = {"tools.response_headers.on": True, "tools.response_headers.headers": headers}
    assert message in refusal(site, config)


def test_an_iterator_of_headers(site):
    """A generator in config serves every request, not the first alone."""
    pairs = (pair for pair in [("X-A", "ä\t1"), ("X-B", 2)])
    page = Page(
        site,
        lambda: "page",
        {"tools.response_headers.on": True, "tools.response_headers.headers": list(pairs)},
    )
    for _ in range(2):
        assert page().headers["X-B"] == "2"


def test_response_headers_are_failsafe(site):
    """They are set after another tool has failed."""

    def fail():
        raise HTTPError(410)

    config = {
        "hooks.on_start_resource.fail": fail,
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("X-A", "1")],
    }
    answer = Page(site, lambda: "page", config)()
    assert (answer.status_int, answer.headers["X-A"]) == (410, "1")


def test_response_headers_by_hand(site):
    """`tools.response_headers.callable` in a page sets them."""

    def page():
        site.tools.response_headers.callable([("X-A", "1")], debug=True)
        return "page"

    assert Page(site, page, {})().headers["X-A"] == "1"
    assert cptools.response_headers is site.tools.response_headers.callable
