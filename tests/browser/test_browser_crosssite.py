"""What Chromium lets pages of another site do: tools.cors, tools.csrf, tools.secure_headers."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def site(start_process, folders):
    """Give the running program: seen as 127.0.0.1 and as localhost, it is two sites."""
    command = [sys.executable, "-m", "wsgicherry", "serve", "crosssite:wsgi", "--port", "0"]
    return start_process(command, cwd=folders["programs"])


FETCH = """
const [url, options] = arguments;
return fetch(url, options).then(
    async answer => [answer.status, await answer.text(), answer.headers.get("X-Acted")],
    error => "refused")
"""


@pytest.fixture
def fetch(browser, site):
    """Open a page of 127.0.0.1, and give a function that has it call localhost."""
    browser.open(site)

    def call(path, **options):
        return browser.run(FETCH, f"http://localhost:{site.port}{path}", options)

    return call


ASKING = {"method": "PUT", "headers": {"X-Why": "because"}}


def test_a_page_that_may(fetch, browser):
    """It sends what must be asked for first, reads what is exposed, and reads errors."""
    assert fetch("/open", **ASKING) == [200, "put", None]
    status, text, acted = fetch("/open")
    assert (status, text, int(acted) >= 1) == (200, "got", True)
    status, text, _ = fetch("/open/nothing", **ASKING)
    assert (status, "404 Not Found" in text) == (404, True)
    assert fetch("/personal", credentials="include", **ASKING)[:2] == [200, "put"]
    (error,) = browser.take_errors()
    assert "404" in error


REFUSED = (
    # path, what the page sends, what the browser says of it
    ("/closed", {}, "Access-Control-Allow-Origin"),
    ("/closed", ASKING, "preflight"),
    ("/open", {"method": "DELETE"}, "Method DELETE is not allowed"),
    ("/open", {"headers": {"X-Other": "1"}}, "x-other is not allowed"),
    ("/open", {"credentials": "include"}, "credentials mode"),
)


def test_a_page_that_may_not(fetch, browser):
    """What config does not list the browser refuses, and says why."""
    for path, options, reason in REFUSED:
        assert fetch(path, **options) == "refused"
        assert reason in " ".join(browser.take_errors())


def test_a_form_of_our_own(browser, site):
    """It needs no token."""
    browser.open(site)
    browser.submit()
    browser.wait_for("#said", "thanks, eva")


def test_a_form_of_another_site(browser, site):
    """Its browser is told that nothing was done."""
    action = f"http://127.0.0.1:{site.port}/send"
    browser.driver.get(f"http://localhost:{site.port}/?action={action}")
    browser.submit()
    browser.wait_for("body", "sent by a page of another site")
    (error,) = browser.take_errors()
    assert "status of 403" in error


def test_a_script_that_somebody_got_in(browser, site):
    """Ours runs by its nonce; the other does not, and is reported, by http too."""
    browser.open(site, "/scripts")
    assert browser.texts("#ours, #theirs") == ["ran", "no"]
    (error,) = browser.take_errors()
    assert "Content Security Policy" in error
    site.wait_for(r"A browser reports: .*/scripts', .*blockedURL 'inline'")
