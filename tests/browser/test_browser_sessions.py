"""Sessions as a browser has them: what it knows of the cookie, and when it sends it."""

from __future__ import annotations

import json
import time

import pytest

HOUR_SECONDS = 3600


@pytest.fixture
def site(serve):
    """Give the running program."""
    return serve("sessions")


def shown(browser):
    """Return the facts that the page shows."""
    return json.loads(browser.wait_for("#shown", ""))


def cookies(browser):
    """Return the cookies that the browser has for the page: {name: attributes}."""
    return {each["name"]: each for each in browser.driver.get_cookies()}


def open_by_name(browser, site, target):
    """Go to a page by the name localhost, which browsers trust as they do https."""
    browser.driver.get(f"http://localhost:{site.port}{target}")


def test_the_attributes_of_the_cookie(browser, site):
    """By default no script has it, other sites' forms do not send it, and it lives an hour."""
    browser.open(site, "/plain/")
    (cookie,) = browser.driver.get_cookies()
    assert len(cookie.pop("value")) == 40
    assert abs(cookie.pop("expiry") - time.time() - HOUR_SECONDS) < 60
    assert cookie == {
        "name": "session_id",
        "domain": "127.0.0.1",
        "path": "/",
        "httpOnly": True,
        "sameSite": "Lax",
        "secure": False,
    }
    assert browser.run("return document.cookie") == ""


def test_pages_that_need_no_cookie(browser, site):
    """Neither a page that does without the session nor one that looks into none sets one."""
    for target in ("/plain/untouched", "/plain/look"):
        browser.open(site, target)
        assert cookies(browser) == {}


def test_the_session_comes_back(browser, site):
    """A counter counts, under one id; in a browser that has no cookie it begins anew."""
    counts, ids = [], set()
    for _ in range(3):
        browser.open(site, "/plain/")
        counts.append(shown(browser))
        ids.add(cookies(browser)["session_id"]["value"])
    assert (counts, len(ids)) == ([1, 2, 3], 1)
    browser.driver.delete_all_cookies()
    browser.open(site, "/plain/")
    assert shown(browser) == 1


def test_a_new_id(browser, site):
    """After regenerate() the browser has the new id and the same data; the old is dead."""
    browser.open(site, "/plain/")
    old = cookies(browser)["session_id"]
    browser.open(site, "/plain/regenerate")
    assert shown(browser) == 1
    assert cookies(browser)["session_id"]["value"] != old["value"]
    browser.driver.add_cookie(old)
    browser.open(site, "/plain/look")
    assert shown(browser) == 0


def test_a_cookie_until_the_browser_is_closed(browser, site):
    """persistent = False gives it no end of its own, also after a new id."""
    for target in ("/browser/", "/browser/", "/browser/regenerate"):
        browser.open(site, target)
        assert "expiry" not in cookies(browser)["session_id"]
    assert shown(browser) == 2


def test_a_session_that_ends(browser, site):
    """With the session the browser's cookie ends, and the next one is another."""
    browser.open(site, "/short/")
    first = cookies(browser)["session_id"]["value"]
    browser.wait_until(lambda: not cookies(browser), "the end of the cookie")
    browser.open(site, "/short/")
    assert shown(browser) == 1
    assert cookies(browser)["session_id"]["value"] != first


def test_a_cookie_that_is_expired(browser, site):
    """expire() has the browser forget it at once; who still has the id has the data."""
    browser.open(site, "/plain/")
    cookie = cookies(browser)["session_id"]
    browser.open(site, "/plain/expire")
    assert cookies(browser) == {}
    browser.driver.add_cookie(cookie)
    browser.open(site, "/plain/look")
    assert shown(browser) == 1


def test_attributes_that_are_set(browser, site):
    """Name, path, SameSite and HttpOnly are as config says; another path has no such cookie."""
    browser.open(site, "/path/")
    cookie = cookies(browser)["own"]
    found = cookie["path"], cookie["sameSite"], cookie["httpOnly"]
    assert found == ("/path", "Strict", False)
    assert browser.run("return document.cookie") == f"own={cookie['value']}"
    browser.open(site, "/plain/untouched")
    assert cookies(browser) == {}


@pytest.mark.parametrize(
    ("target", "name", "same_site"),
    [("/host/", "__Host-id", "Lax"), ("/frame/", "frame", "None")],
)
def test_a_secure_cookie(browser, site, target, name, same_site):
    """A browser takes it where it trusts the connection (https, localhost), and sends it."""
    open_by_name(browser, site, target)
    cookie = cookies(browser)[name]
    found = cookie["secure"], cookie["httpOnly"], cookie["path"], cookie["sameSite"]
    assert found == (True, True, "/", same_site)
    open_by_name(browser, site, target)
    assert shown(browser) == 2


def test_a_partitioned_cookie(browser, site):
    """It is kept apart for each site whose page it was set in."""
    open_by_name(browser, site, "/frame/")
    open_by_name(browser, site, "/host/")

    def find_both():
        found = browser.driver.execute_cdp_cmd("Storage.getCookies", {})["cookies"]
        keys = {each["name"]: each.get("partitionKey") for each in found}
        return keys if {"frame", "__Host-id"} <= keys.keys() else None

    # The browser keeps cookies in another process, which may lag behind the page.
    keys = browser.wait_until(find_both, "both cookies")
    assert keys["frame"]["topLevelSite"] == "http://localhost"
    assert keys["__Host-id"] is None


ASK_EIGHT_TIMES = """
const [target, done] = arguments;
Promise.all(Array.from("abcdefgh", word => fetch(target + word)))
  .then(responses => done(responses.map(response => response.status)), done)
"""


@pytest.mark.parametrize(
    ("path", "page"), [("/plain", "?word="), ("/merge", "count_together?word=")]
)
def test_eight_requests_at_once(browser, site, path, page):
    """None of what they count is lost, whether they wait for each other or are merged."""
    browser.open(site, f"{path}/")
    statuses = browser.driver.execute_async_script(ASK_EIGHT_TIMES, f"{path}/{page}")
    assert statuses == [200] * 8
    browser.open(site, f"{path}/look")
    assert shown(browser) == 9


def log_in(browser, password):
    """Fill in the login form, and send it."""
    browser.find("#username").clear()
    browser.find("#username").send_keys("eva")
    browser.find("#password").send_keys(password)
    browser.submit()


def test_a_login_from_end_to_end(browser, site):
    """A wrong password opens nothing; the right one a new session, which a logout ends."""
    browser.open(site, "/shop/")
    log_in(browser, "left horse")
    browser.wait_for("[role=alert]", "That is wrong.")
    assert browser.address() == "/shop/do_login"
    planted = "0123456789" * 4
    browser.driver.add_cookie({"name": "shop", "value": planted, "path": "/"})
    log_in(browser, "right horse")
    assert shown(browser) == ["eva", 1]
    assert browser.address() == "/shop/"
    cookie = cookies(browser)["shop"]
    assert cookie["value"] != planted
    browser.find("#do_logout").click()
    browser.wait_for("h1", "Outside")
    assert cookies(browser) == {}
    browser.driver.add_cookie(cookie)
    browser.open(site, "/shop/")
    browser.find("#username")


def test_a_login_gives_a_session_a_new_id(browser, site):
    """The id that the browser had before the login opens nothing after it."""
    browser.open(site, "/shop/")
    log_in(browser, "right horse")
    assert shown(browser) == ["eva", 1]
    before = cookies(browser)["shop"]
    browser.open(site, "/shop/login_screen")
    log_in(browser, "right horse")
    browser.wait_for("h1", "Outside")
    assert cookies(browser)["shop"]["value"] != before["value"]
    browser.driver.add_cookie(before)
    browser.open(site, "/shop/")
    browser.find("#username")


def test_logging_out_everywhere(browser, site):
    """What one browser ends is over for the other."""
    browser.open(site, "/shop/")
    log_in(browser, "right horse")
    assert shown(browser) == ["eva", 1]
    phone = cookies(browser)["shop"]
    browser.driver.delete_all_cookies()
    browser.open(site, "/shop/")
    log_in(browser, "right horse")
    browser.find("#everywhere").click()
    browser.find("#username")
    browser.driver.add_cookie(phone)
    browser.open(site, "/shop/")
    browser.find("#username")
