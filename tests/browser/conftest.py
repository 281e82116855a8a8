"""Chromium, driven by chromedriver, and the servers that it visits.

One Chromium lives as long as the tests of this folder; each test has a tab of its own, without
cookies, and fails when the page has left an error in the console that it did not expect.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

PROGRAMS = Path(__file__).with_name("programs")
EXAMPLES = PROGRAMS.parents[2] / "examples"
INSTALL = "apt-get install chromium chromium-driver"
WAIT_SECONDS = 20  # generous, for a loaded machine
POLL_SECONDS = 0.02

# As root, and on a machine without a network or a screen.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--no-proxy-server", "--disable-quic", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="session")
def chromium(require_program):
    """Give a running Chromium, as Selenium's driver."""
    options = webdriver.ChromeOptions()
    options.binary_location = require_program("chromium", INSTALL)
    # A path, so that Selenium never looks for a driver to download.
    service = Service(require_program("chromedriver", INSTALL))
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    # Chromium's last processes may still write there when it has quit.
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options, service)
        driver.set_page_load_timeout(WAIT_SECONDS)
        driver.set_script_timeout(WAIT_SECONDS)
        yield driver
        driver.quit()


class Browser:
    """A tab of Chromium, in the words that these tests need."""

    def __init__(self, driver) -> None:
        self.driver = driver
        self._first = driver.current_window_handle
        driver.switch_to.new_window("tab")
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def open(self, server, target="/"):
        """Go to a page of `server` and wait until it is loaded."""
        self.driver.get(f"http://127.0.0.1:{server.port}{target}")

    def find(self, css):
        """Return the first element that a CSS selector finds; wait for it, fail without one."""
        return self.wait_until(
            lambda: next(iter(self.driver.find_elements(By.CSS_SELECTOR, css)), None),
            f"an element {css}",
        )

    def texts(self, css):
        """Return the texts of all elements that a CSS selector finds."""
        return self.run(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", css
        )

    def run(self, script, *arguments):
        """Return what a piece of JavaScript returns."""
        return self.driver.execute_script(script, *arguments)

    def wait_until(self, condition, expected):
        """Wait until `condition()` is true and return it; fail, naming what was `expected`."""
        wait = WebDriverWait(self.driver, WAIT_SECONDS, POLL_SECONDS)
        return wait.until(lambda driver: condition(), expected)

    def wait_for(self, css, text):
        """Wait until the first element that `css` finds holds `text`; return all its text."""
        found = self.wait_until(
            lambda: [each for each in self.texts(css)[:1] if text in each],
            f"{text!r} in {css}",
        )
        return found[0]

    def fill(self, html):
        """Make `html` the body of the page."""
        self.find("body")  # a new tab may have none yet
        self.run("document.body.innerHTML = arguments[0]", html)

    def choose(self, *files):
        """Choose `files` in the first file input."""
        for file in files:
            self.find("input[type=file]").send_keys(str(file))

    def submit(self):
        """Click the first button; return when the page that it leads to is loaded."""
        self.find("button").click()

    def address(self):
        """Return path and query string of the page that is shown."""
        return self.run("return location.pathname + location.search")

    def limit_upload(self, bytes_per_second):
        """Let this tab send no more than `bytes_per_second`."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
        limits["uploadThroughput"] = bytes_per_second
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", limits)

    def allow_scripts(self, is_allowed):
        """Let pages of this tab run their scripts, or not; those of a test run anyway."""
        is_off = {"value": not is_allowed}
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", is_off)

    def take_errors(self):
        """Return the errors in the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def close(self):
        """Close the tab, and those that it has opened."""
        for handle in self.driver.window_handles:
            if handle != self._first:
                self.driver.switch_to.window(handle)
                self.driver.close()
        self.driver.switch_to.window(self._first)


@pytest.fixture
def browser(chromium, start_process):
    """Give a fresh tab; an error in its console that the test has not taken is a failure.

    It is closed before the servers are stopped, whose going away would be an error.
    """
    tab = Browser(chromium)
    yield tab
    errors = tab.take_errors()
    tab.close()
    assert not errors


@pytest.fixture
def folders():
    """The folders of programs, by name."""
    return {"programs": PROGRAMS, "examples": EXAMPLES}


@pytest.fixture(params=["waitress", "gthread"])
def serve(request, start_process, run_gunicorn):
    """Give a function that serves the program `name` of a folder, on each server in turn."""

    def run(name, folder=PROGRAMS):
        if request.param == "gthread":
            # Chromium keeps a spare connection open; gunicorn would wait 5 s for it at its end.
            options = ["-k", "gthread", "--threads", "8", "--graceful-timeout", "0"]
            return run_gunicorn(f"{name}:wsgi", *options, cwd=folder)
        command = [sys.executable, "-m", "wsgicherry", "serve", f"{name}:wsgi", "--port", "0"]
        return start_process(command, cwd=folder)

    return run
