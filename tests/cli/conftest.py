"""What the tests of the command line share: a project directory, and a site of their own."""

from __future__ import annotations

import sys

import pytest

from wsgicherry import cli
from wsgicherry.site import Site

PAGES = """
from wsgicherry import expose

class Root:
    made = 0

    def __init__(self, greeting="hello"):
        Root.made += 1
        self.greeting = greeting

    @expose
    def index(self):
        return self.greeting

def plain(environ, start_response):
    start_response("200 OK", [])
    return [b"plain"]
"""


@pytest.fixture
def site(monkeypatch):
    """The site that the commands find, the test's own; whatever it starts is stopped."""
    site = Site(logger_root="test.cli")
    monkeypatch.setattr(cli, "site", site)
    yield site
    site.engine.signals.unsubscribe()
    site.log.screen = False
    if site.engine.is_embedded:
        site.engine.exit()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write modules into the current directory; forget them, and the path, afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text="", name="shop.py", pages=PAGES):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(pages + text, encoding="utf-8")
        return path

    yield write
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
