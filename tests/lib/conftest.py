"""What the tests of the library share: a site."""

from __future__ import annotations

import logging

import pytest

from wsgicherry.site import Site


@pytest.fixture
def site(logger_root):
    """A site of the test's own; its engine exits at the end."""
    logging.getLogger(logger_root).propagate = False
    site = Site(logger_root)
    yield site
    site.engine.exit()


@pytest.fixture
def error_text(logger_root):
    """A function that returns what the error log of the test's site holds so far."""
    lines = []

    class Lines(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    log = logging.getLogger(f"{logger_root}.error")
    log.addHandler(Lines())
    log.setLevel(logging.DEBUG)
    return lambda: "\n".join(lines)
