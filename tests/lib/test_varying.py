"""`tools.autovary`: what the answer depends on, told to caches."""

from __future__ import annotations

import pytest
from toolpage import Page, refusal

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.lib.cptools import MonitoredHeaderMap
from wsgicherry.lib.varying import IGNORED, join_vary, list_ignored


@pytest.mark.parametrize(
    ("present", "accessed", "ignored", "vary"),
    [
        ("", [], [], ""),
        ("", ["Accept"], [], "Accept"),
        ("", ["X-B", "X-A"], [], "X-A, X-B"),
        ("Cookie", ["Accept"], [], "Accept, Cookie"),
        ("cookie", ["Cookie"], [], "cookie"),
        ("Cookie,  , Accept", [], [], "Accept, Cookie"),
        ("*", ["Accept"], [], "*"),
        ("Accept, *", [], [], "*"),
        ("", ["Range", "Accept"], ["range"], "Accept"),
        ("Range", [], ["range"], ""),
    ],
)
def test_vary(present, accessed, ignored, vary):
    """Names are sorted, each is there once, and '*' says it all."""
    assert join_vary(present, accessed, ignored) == vary


@pytest.mark.parametrize(
    ("ignore", "ignored"),
    [
        (None, {name.lower() for name in IGNORED}),
        ([], set()),
        ("X-A", {"x-a"}),
        (["X-A", "x-B"], {"x-a", "x-b"}),
    ],
)
def test_ignored(ignore, ignored):
    """The names that do not count are given, one or several, or are those of the body."""
    assert list_ignored(ignore) == ignored


@pytest.fixture(autouse=True)
def quiet(site):
    """No tool but those of the test asks for headers."""
    site.config.update({"tools.encode.on": False})


READERS = {
    "get": lambda headers: headers.get("x-fOO"),
    "[]": lambda headers: headers["x-fOO"],
    "in": lambda headers: "X-FOO" in headers,
    "elements": lambda headers: headers.elements("x-foo"),
    "values": lambda headers: headers.values("x-foo"),
    "pop": lambda headers: headers.pop("x-foo"),
    "setdefault": lambda headers: headers.setdefault("x-foo", "1"),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_header_that_is_asked_for(site, read):
    """However a page asks for a header, and spells it: its name is in Vary, in Title-Case."""

    def page():
        read(serving_now().request.headers)
        return b"page"

    answer = Page(site, page, {"tools.autovary.on": True})(X_Foo="bar")
    assert answer.headers["Vary"] == "X-Foo"


def ask(site, page, **settings):
    config = {f"tools.autovary.{name}": value for name, value in settings.items()}
    return Page(site, page, {"tools.autovary.on": True, **config})()


def reading(*names):
    def page():
        found = [serving_now().request.headers.get(name, "") for name in names]
        return "".join(found).encode()

    return page


@pytest.mark.parametrize("debug", [False, True])
def test_a_page_that_asks_for_nothing(site, debug):
    """There is no Vary then."""
    assert "Vary" not in ask(site, reading(), debug=debug).headers


def test_headers_of_the_body_do_not_count(site):
    """Content-Type and its like are about the request's own body."""
    assert ask(site, reading(*IGNORED, "X-A")).headers["Vary"] == "X-A"


def test_ignore(site):
    """What is ignored by config takes the place of those."""
    answer = ask(site, reading("Content-Type", "X-A"), ignore=["x-a"])
    assert answer.headers["Vary"] == "Content-Type"


def test_an_error_page_varies_too(site):
    """What a page asked for before it refused counts."""

    def page():
        reading("X-A")()
        raise HTTPError(403)

    answer = ask(site, page)
    assert (answer.status_int, answer.headers["Vary"]) == (403, "Accept, X-A")


def test_other_tools_count(site):
    """A header that a tool asks for is in Vary: `referer`, which asks the mapping."""
    site.config.update({"tools.referer.on": True, "tools.referer.pattern": "x"})
    page = Page(site, lambda: b"page", {"tools.autovary.on": True})
    answer = page(Referer="xy")
    assert (answer.status_int, answer.headers["Vary"]) == (200, "Referer")


def test_tools_of_accept_headers_count(site):
    """So is one of Accept and its like, which tools ask for in another way."""
    config = {"tools.autovary.on": True, "tools.gzip.on": True}
    assert Page(site, lambda: b"page", config)().headers["Vary"] == "Accept-Encoding"


def test_the_charset_counts(site):
    """Text is in a charset that the client may choose: every page of text depends on that."""
    site.config.update({"tools.encode.on": True})
    assert ask(site, lambda: "text").headers["Vary"] == "Accept-Charset"


def test_the_priority_is_configs_to_say(site):
    """`priority` places the beginning; the end is where it was."""
    assert ask(site, reading("X-A"), priority=10).headers["Vary"] == "X-A"


@pytest.mark.parametrize(
    ("ignore", "message"),
    [("X-A, X-B", "holds 'X-A, X-B'"), ([""], "holds ''"), (7, "a text or a list")],
)
def test_names_that_cannot_be(site, ignore, message):
    """They are told when the application is mounted."""
    config = {"tools.autovary.on": True, "tools.autovary.ignore": ignore}
    assert "[/] tools.autovary.ignore" in refusal(site, config)
    assert message in refusal(site, config)


def test_by_hand(site):
    """`tools.autovary.callable` in a page counts from there on, and twice is once."""

    def page():
        reading("X-Before")()
        site.tools.autovary.callable()
        reading("X-A")()
        site.tools.autovary.callable(ignore="X-B")
        reading("X-B")()
        return b"page"

    assert Page(site, page, {})().headers["Vary"] == "X-A"


def test_without_a_request():
    """The mapping can be made by itself."""
    headers = MonitoredHeaderMap()
    headers["A"] = "1"
    assert headers.accessed_headers == set()
    assert headers.get("a") == "1"
    assert headers.accessed_headers == {"A"}
