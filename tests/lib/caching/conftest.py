"""What the tests of caching share: pages with a cache, and a clock to set."""


import pytest
from cached_pages import Pages


@pytest.fixture
def pages(site):
    """Mount a handler with a cache: pages(handler, config, delay=5) -> Pages."""

    def make(handler=None, config=None, **settings):
        return Pages(site, handler, settings, config)

    return make


class Clock:
    """The time at which requests come, in seconds of the epoch."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until the test moves it."""
    made = Clock()
    monkeypatch.setattr("wsgicherry.core.response.time", made)
    return made


@pytest.fixture
def log(error_lines):
    """The lines of the site's error log."""
    return error_lines
