"""What the tests of the library share: the error log of a site."""

from __future__ import annotations

import pytest


@pytest.fixture
def error_text(error_lines):
    """A function that returns what the error log of the test's site holds so far."""
    return lambda: "\n".join(error_lines)
