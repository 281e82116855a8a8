"""The login page of tools.session_auth in a browser."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys


@pytest.fixture
def site(serve):
    """Give the running program."""
    return serve("login")


def press(browser, *keys):
    """Press keys where the cursor is."""
    ActionChains(browser.driver).send_keys(*keys).perform()


def log_in(browser, name):
    """Fill the form in and send it."""
    browser.find("#username").send_keys(name)
    browser.find("#password").send_keys("right horse")
    browser.submit()


def style_of(browser, css, name):
    return browser.run(
        "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", css, name
    )


@pytest.mark.parametrize("has_script", [True, False])
def test_a_login_by_the_keyboard_alone(browser, site, has_script):
    """The cursor is in the form; Tab and Enter do the rest, and lead back to the page."""
    browser.allow_scripts(has_script)
    browser.open(site, "/?x=1")
    browser.find("#username")
    press(browser, "eva", Keys.TAB, "right horse", Keys.ENTER)
    assert browser.wait_for("#user", "eva") == "eva"
    assert browser.address() == "/?x=1"
    browser.submit()
    browser.find("#username")


def test_the_cookie(browser, site):
    """A visitor has none; that of a login is kept from scripts, and gone after the logout."""
    browser.open(site)
    browser.find("#username")
    assert browser.driver.get_cookies() == []
    log_in(browser, "eva")
    browser.wait_for("#user", "eva")
    (cookie,) = browser.driver.get_cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert browser.run("return document.cookie") == ""
    browser.submit()
    browser.find("#username")
    assert browser.driver.get_cookies() == []


def test_a_login_that_leads_to_another_site(browser, site):
    """The policy of the page does not hold the redirect back."""
    browser.open(site)
    log_in(browser, "moved")
    browser.wait_until(lambda: "//localhost:" in browser.driver.current_url, "another site")
    browser.find("#username")


def test_what_is_long(browser, site):
    """The longest name, and a message with it, stay within the page."""
    size = {"width": 320, "height": 568, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.open(site)
    log_in(browser, "W" * 256)
    browser.wait_for("[role=alert]", "is wrong")
    width = browser.run("return document.documentElement.scrollWidth")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


def test_a_wrong_password(browser, site):
    """The page says so, as text; the name is still there, and the cursor in the password."""
    browser.open(site)
    browser.find("#username").send_keys("<b>eva</b>")
    browser.find("#password").send_keys("wrong")
    browser.submit()
    alert = browser.wait_for("[role=alert]", "is wrong")
    assert alert == "The name <b>eva</b> or the password is wrong."
    # A browser obeys autofocus a moment after the text is there.
    browser.wait_until(
        lambda: browser.run("return document.activeElement.id") == "password",
        "the cursor in the password",
    )
    assert browser.run("return username.value") == "<b>eva</b>"
    assert browser.run("return password.value") == ""


def test_a_form_that_is_not_filled_in(browser, site):
    """The browser itself asks for what is missing, and sends nothing."""
    browser.open(site)
    browser.submit()
    assert browser.address() == "/"
    assert browser.run("return document.querySelectorAll('input:invalid').length") == 2


def test_the_style_is_let_in(browser, site):
    """The policy of the page lets its own style work, in the light and in the dark."""
    browser.open(site)
    seen = []
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        seen.append(style_of(browser, "body", "backgroundColor"))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert seen == ["rgb(245, 242, 243)", "rgb(28, 27, 28)"]


def test_a_narrow_screen(browser, site):
    """Nothing of the page is cut off on a telephone."""
    size = {"width": 320, "height": 568, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.open(site)
    width = browser.run("return document.documentElement.scrollWidth")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


def test_a_form_that_another_site_sends(browser, site):
    """Its browser is told that nothing was done."""
    form = (
        f'<form method="post" action="http://127.0.0.1:{site.port}/do_login">'
        '<input name="username" value="eva"><input name="password" value="right horse">'
        "<button>Go</button></form>"
    )
    browser.driver.get(f"data:text/html,{form}")
    browser.submit()
    browser.wait_for("body", "sent by a page of another site")
    (error,) = browser.take_errors()
    assert "status of 403" in error
