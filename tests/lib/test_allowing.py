"""`tools.allow`: the methods that a page answers."""

from __future__ import annotations

import pytest
from toolpage import Page, refusal

from wsgicherry.lib import cptools
from wsgicherry.lib.allowing import list_methods


@pytest.mark.parametrize(
    ("methods", "allowed"),
    [
        (None, "GET, HEAD"),
        ([], "GET, HEAD"),
        ("", "GET, HEAD"),
        ("GET", "GET, HEAD"),
        ("get", "GET, HEAD"),
        ("POST", "POST"),
        (["POST", "get"], "POST, GET, HEAD"),
        (("HEAD", "GET"), "HEAD, GET"),
        (["PROPFIND", "M-SEARCH"], "PROPFIND, M-SEARCH"),
    ],
)
def test_methods(methods, allowed):
    """One name or several, in any case; GET implies HEAD; none is GET and HEAD."""
    if methods != "":
        assert ", ".join(list_methods(methods)) == allowed


@pytest.mark.parametrize("methods", ["", "GET, POST", ["GET POST"], ["GET", ""], ["GÉT"]])
def test_what_is_no_method(methods, site):
    """It is told when the application is mounted, with how several are written."""
    config = {"tools.allow.on": True, "tools.allow.methods": methods}
    assert "tools.allow.methods: It holds" in refusal(site, config)
    with pytest.raises(ValueError, match="are a list"):
        list_methods(methods)


@pytest.mark.parametrize("methods", [7, True, ["GET", None], {"GET": 1}])
def test_methods_of_another_type(methods, site):
    """What is neither a text nor a list of texts is told with what the setting means."""
    message = refusal(site, {"tools.allow.methods": methods})
    assert "[/] tools.allow.methods" in message
    assert "The name of one or several" in message


@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", 200), ("HEAD", 200), ("POST", 405), ("DELETE", 405)],
)
@pytest.mark.parametrize("debug", [False, True])
def test_requests(site, method, status, debug):
    """Every answer says what is allowed; the others are 405."""
    page = Page(site, lambda: "page", {"tools.allow.on": True, "tools.allow.debug": debug})
    answer = page(method=method)
    assert answer.status_int == status
    assert answer.headers["Allow"] == "GET, HEAD"


def test_by_hand(site):
    """`tools.allow.callable` in a page raises the 405."""

    def page():
        site.tools.allow.callable(methods="POST")
        return "posted"

    asked = Page(site, page, {})
    assert asked(method="POST").text == "posted"
    answer = asked()
    assert (answer.status_int, answer.headers["Allow"]) == (405, "POST")
    assert cptools.allow is site.tools.allow.callable
