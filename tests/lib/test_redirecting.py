"""`tools.redirect`, `tools.err_redirect` and the settings of `trailing_slash`."""

from __future__ import annotations

import pytest
from toolpage import Page, refusal

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.lib import cptools
from wsgicherry.lib.redirecting import prepare_trailing_slash


def tell_path():
    """A page that says where it is; /fault and /refused fail."""
    path = serving_now().request.path_info
    if path == "/fault":
        raise ZeroDivisionError
    if path == "/refused":
        raise HTTPError(403)
    return f"this is {path}"


def at(path, tool, **settings):
    keys = {f"tools.{tool}.{name}": value for name, value in settings.items()}
    return {path: {f"tools.{tool}.on": True, **keys}}


@pytest.mark.parametrize("debug", [False, True])
def test_internal(site, debug):
    """The other page answers in this one's place."""
    page = Page(site, tell_path, at("/old", "redirect", url="/new?a=1", debug=debug))
    answer = page("/old")
    assert (answer.status_int, answer.text) == (200, "this is /new")


@pytest.mark.parametrize("debug", [False, True])
def test_external(site, debug):
    """The client is sent to the other page."""
    config = at("/old", "redirect", url="/new", internal=False, debug=debug)
    answer = Page(site, tell_path, config)("/old")
    assert answer.status_int in (302, 303)
    assert answer.headers["Location"].endswith("/new")


def test_to_another_host(site):
    """An external redirect leads anywhere."""
    config = at("/old", "redirect", url="https://other.example/", internal=False)
    assert Page(site, tell_path, config)("/old").headers["Location"] == "https://other.example/"


@pytest.mark.parametrize("internal", [True, False])
def test_an_unexpected_error(site, internal):
    """`err_redirect` leads there after an error that nobody foresaw, and it is still logged."""
    config = at("/fault", "err_redirect", url="/sorry", internal=internal)
    answer = Page(site, tell_path, config)("/fault")
    if internal:
        assert (answer.status_int, answer.text) == (200, "this is /sorry")
    else:
        assert answer.status_int in (302, 303)
        assert answer.headers["Location"].endswith("/sorry")


@pytest.mark.parametrize(("path", "status"), [("/refused", 403), ("/right", 200)])
def test_nothing_unexpected(site, path, status):
    """A page's own answer is no reason to lead on, be it an error."""
    config = at(path, "err_redirect", url="/sorry")
    answer = Page(site, tell_path, config)(path)
    assert answer.status_int == status


@pytest.mark.parametrize("tool", ["redirect", "err_redirect"])
def test_without_an_address(site, tool):
    """Without one it could only lead back: told when the application is mounted."""
    message = refusal(site, at("/old", tool))
    assert (
        f"[/old] tools.{tool}.on: the tool 'tools.{tool}' needs 'tools.{tool}.url'" in message
    )


@pytest.mark.parametrize(
    ("name", "value"), [("url", 7), ("internal", "no"), ("debug", "yes"), ("uri", "/new")]
)
def test_settings_that_cannot_be(site, name, value):
    """A wrong type and a misspelt name are told when the application is mounted."""
    config = at("/old", "redirect", **{"url": "/new", name: value})
    assert f"[/old] tools.redirect.{name}" in refusal(site, config)


def test_a_loop(site, error_text):
    """A page that leads to itself is a 500, and the log says so."""
    answer = Page(site, tell_path, at("/old", "redirect", url="/old"))("/old")
    assert answer.status_int == 500
    assert "visited the same URL twice" in error_text()


def test_by_hand(site):
    """`tools.redirect.callable` in a page leads on."""

    def page():
        if serving_now().request.path_info == "/old":
            site.tools.redirect.callable("/new")
        return tell_path()

    assert Page(site, page, {})("/old").text == "this is /new"
    assert cptools.redirect is site.tools.redirect.callable


@pytest.mark.parametrize("status", [200, 304, 404, 305])
def test_a_status_that_is_no_redirect(site, status):
    """`tools.trailing_slash.status` is told when the application is mounted."""
    config = {"/": {"tools.trailing_slash.status": status, "tools.trailing_slash.on": True}}
    assert f"tools.trailing_slash.status: It is {status};" in refusal(site, config)
    with pytest.raises(ValueError, match="a redirect is 300, 301"):
        prepare_trailing_slash(status=status)


def test_trailing_slash_by_hand(site):
    """`tools.trailing_slash.callable` in a page redirects it."""

    def page():
        serving_now().request.is_index = True
        site.tools.trailing_slash.callable(status=308)
        return "page"

    answer = Page(site, page, {"tools.trailing_slash.on": False})("/x")
    assert answer.status_int == 308
    assert answer.headers["Location"].endswith("/x/")
