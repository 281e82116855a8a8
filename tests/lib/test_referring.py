"""`tools.referer`: which pages may lead to this one."""

from __future__ import annotations

import re

import pytest
from toolpage import Page, refusal

from wsgicherry.lib import cptools
from wsgicherry.lib.referring import MAX_REFERER_CHARS, compile_pattern

OURS = r"https://our\.example/"
HERE, THERE = "https://our.example/a", "https://other.example/?https://our.example/"


def ask(site, header, **settings):
    config = {"tools.referer.on": True, "tools.referer.pattern": OURS}
    config.update({f"tools.referer.{name}": value for name, value in settings.items()})
    page = Page(site, lambda: "page", config)
    return page(Referer=header) if header is not None else page()


@pytest.mark.parametrize(
    ("header", "settings", "status"),
    [
        (HERE, {}, 200),
        (THERE, {}, 403),
        (None, {}, 403),
        ("", {}, 403),
        (None, {"accept_missing": True}, 200),
        (THERE, {"accept_missing": True}, 403),
        (HERE, {"accept": False}, 403),
        (THERE, {"accept": False}, 200),
        (None, {"accept": False}, 403),
        (None, {"accept": False, "accept_missing": True}, 200),
        (THERE, {"error": 404}, 404),
        (THERE, {"error": "451 No"}, 451),
        (HERE, {"pattern": re.compile("HTTPS://OUR", re.IGNORECASE)}, 200),
        (HERE, {"pattern": "our"}, 403),
        (HERE, {"pattern": ".*our"}, 200),
        (HERE, {"pattern": ""}, 200),
        (OURS.replace("\\", "") + "a" * (MAX_REFERER_CHARS - 20), {}, 200),
        (OURS.replace("\\", "") + "a" * (MAX_REFERER_CHARS - 19), {}, 403),
        (THERE + "a" * MAX_REFERER_CHARS, {"accept": False}, 403),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_referers(site, header, settings, status, debug):
    """The beginning of the address matches, or must not; none, and one too long, have rules."""
    assert ask(site, header, debug=debug, **settings).status_int == status


def test_the_message(site):
    """The page says why, or what config says."""
    assert "Forbidden Referer header." in ask(site, THERE).text
    assert (
        "&lt;Come in by the door.&gt;"
        in ask(site, THERE, message="<Come in by the door.>").text
    )


@pytest.mark.parametrize("pattern", ["(", "[a", "*", re.compile(b"x")])
def test_a_bad_pattern(site, pattern):
    """It is told when the application is mounted."""
    config = {"tools.referer.on": True, "tools.referer.pattern": pattern}
    assert f"tools.referer.pattern: It is {pattern!r}, which" in refusal(site, config)
    with pytest.raises(ValueError, match="which"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the tool 'tools.referer' needs 'tools.referer.pattern': A regular expression"),
        ({"pattern": 7}, "is 7, which is not a text or a pattern"),
        ({"pattern": "x", "error": 200}, "tools.referer.error: It is 200; an error has 400"),
        ({"pattern": "x", "error": "nope"}, "tools.referer.error: It is 'nope'; an error"),
        ({"pattern": "x", "accept": "yes"}, "is 'yes', which is not True or False"),
        ({"pattern": "x", "referrer": "x"}, "has no setting 'referrer'"),
    ],
)
def test_settings_that_cannot_be(site, settings, message):
    """They are told when the application is mounted."""
    config = {f"tools.referer.{name}": value for name, value in settings.items()}
    assert message in refusal(site, {"tools.referer.on": True, **config})


def test_by_hand(site):
    """`tools.referer.callable` in a page raises the error."""

    def page():
        site.tools.referer.callable(OURS, accept_missing=True)
        return "page"

    asked = Page(site, page, {})
    assert asked().status_int == 200
    assert asked(Referer=THERE).status_int == 403
    assert cptools.referer is site.tools.referer.callable
