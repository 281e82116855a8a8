"""Chromium at pages behind Basic and Digest."""

from __future__ import annotations

from urllib.parse import quote

import pytest


@pytest.fixture
def site(serve):
    """Give the running program."""
    return serve("auth")


def enter(browser, site, user, password, area):
    """Open an area with name and password in the address, which answers its challenge; then
    without them: the browser keeps them.
    """
    credentials = f"{quote(user)}:{quote(password)}"
    browser.driver.get(f"http://{credentials}@127.0.0.1:{site.port}/{area}/inner?n=0")
    browser.open(site, f"/{area}/")


def test_right_and_wrong_credentials(browser, site):
    """The browser answers the challenge, and 20 requests at once after it."""
    for area, user, password in (
        ("basic", "jäö", "pässword"),
        ("digest", "eva", "right horse"),
    ):
        enter(browser, site, user, "wrong", area)
        assert browser.texts("#user") == []
        enter(browser, site, user, password, area)
        assert browser.texts("#user") == [user]
        assert browser.wait_for("#found", "200") == " ".join(["200"] * 20)
    errors = browser.take_errors()
    assert all("401" in error for error in errors)
