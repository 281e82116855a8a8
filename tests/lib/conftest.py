"""What the tests of the library share: the error log of a site."""

from __future__ import annotations

import logging

import pytest


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
