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
