"""`tools.decode`: the charsets in which the text of a form is tried."""

from __future__ import annotations

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose

FORM = "application/x-www-form-urlencoded"


class Root:
    @expose
    def index(self, **params):
        return f"{params} {serving_now().request.body.charset}"


@pytest.fixture
def post(site):
    """Give a function that posts a form to a site with settings of the tool."""

    def send(body, status=200, content_type=FORM, **settings):
        config = {f"tools.decode.{name}": value for name, value in settings.items()}
        site.tree.mount(Root(), "", {"/": {"tools.decode.on": True, **config}})
        headers = {"Content-Type": content_type}
        return TestApp(site.tree).post("/", body, headers=headers, status=status).text

    return send


@pytest.mark.parametrize(
    ("settings", "body", "expected"),
    [
        ({}, b"a=%C3%A9", "{'a': '\xe9'} utf-8"),
        ({"encoding": "latin-1"}, b"a=%C3%A9", "{'a': '\xc3\xa9'} latin-1"),
        ({"encoding": ["utf-8", "latin-1"]}, b"a=%E9", "{'a': '\xe9'} latin-1"),
        ({"default_encoding": "latin-1"}, b"a=%E9", "{'a': '\xe9'} latin-1"),
        ({"default_encoding": "latin-1"}, b"a=%C3%A9", "{'a': '\xe9'} utf-8"),
        ({"default_encoding": ["cp1252"]}, b"a=%80", "{'a': '\u20ac'} cp1252"),
    ],
)
def test_charsets_are_tried_in_order(post, settings, body, expected):
    """`encoding` takes the place of UTF-8, `default_encoding` comes after it."""
    assert post(body, **settings) == expected


@pytest.mark.parametrize("settings", [{}, {"encoding": "ascii"}, {"default_encoding": "ascii"}])
def test_a_form_that_fits_none(post, settings):
    """The page of the 400 names what was tried."""
    text = post(b"a=%FF", 400, **settings)
    assert "could not be decoded" in text
    assert settings.get("encoding", "utf-8") in text


def test_the_charset_of_the_client_comes_first(post):
    """What the Content-Type names is tried before those."""
    text = post(
        b"a=%C3%A9", content_type=FORM + ";charset=iso-8859-1", default_encoding="cp1252"
    )
    assert text == "{'a': '\xc3\xa9'} iso-8859-1"


@pytest.mark.parametrize("named", ["iso-8859-1", "utf-8", "windows-1252", "nope"])
def test_an_encoding_counts_whatever_the_client_names(post, named):
    """With `encoding` the Content-Type's charset is not looked at (CherryPy's rule)."""
    text = post(b"a=%80", content_type=f"{FORM};charset={named}", encoding="cp1252")
    assert text == "{'a': '\u20ac'} cp1252"


def test_a_request_without_a_body(site):
    """A GET is none the worse for the tool."""
    site.tree.mount(Root(), "", {"/": {"tools.decode.on": True}})
    assert TestApp(site.tree).get("/?a=1").text == "{'a': '1'} None"
