"""What is mounted, and the names of sections: what beginners get wrong is told at the start."""

from __future__ import annotations

import pytest

from wsgicherry.core.config import AppConfig
from wsgicherry.core.dispatch import MethodDispatcher
from wsgicherry.core.dispatcher import Dispatcher
from wsgicherry.core.expose import expose
from wsgicherry.core.rootchecks import check_root
from wsgicherry.core.sectionchecks import check_sections
from wsgicherry.core.tools import HandlerTool, Tool, Toolbox


class Shop:
    """An object with pages."""

    def count(self):
        """No page."""

    @expose
    def index(self):
        """Say hello."""


class Forgetful:
    """An object whose methods should have been exposed."""

    title = "A shop"

    def index(self):
        """Say hello."""

    def item(self):
        """Show one."""


class Deep(Forgetful):
    """One with a page below it."""

    shop = Shop()


class Open(Forgetful):
    """One that answers whatever is asked for."""

    @expose
    def default(self, *args):
        """Answer."""


class OfTheClass:
    """Pages that need no object."""

    @staticmethod
    @expose
    def index():
        """Say hello."""


class OfBoth(Shop):
    """Pages of which one needs no object."""

    @classmethod
    @expose
    def about(cls):
        """Say who we are."""


@pytest.fixture
def known():
    """A site with one tool that serves files, and one that does not."""
    tools = Toolbox("tools")
    tools.gzip = Tool("before_finalize", lambda level=5: None)
    tools.staticdir = HandlerTool(lambda dir: None)
    return {"toolboxes": {"tools": tools}, "site_config": {}, "dispatcher": Dispatcher()}


def test_a_class_that_is_mounted(known):
    """Its methods want an object: that stops the start, and says what to write."""
    (finding,) = check_root(Shop, {}, "/shop", **known)
    assert str(finding) == (
        "the class Shop is mounted at '/shop', and its index() wants an object: write Shop()."
    )
    assert finding.severity == "error"


def test_an_object_without_a_page(known):
    """The log advises to expose the methods that are there."""
    (finding,) = check_root(Forgetful(), {}, "", **known)
    assert str(finding) == (
        "the Forgetful that is mounted at '/' has no page. Put @wsgicherry.expose above those "
        "of its methods that are pages (index, item)."
    )
    assert finding.severity == "advice"


@pytest.mark.parametrize(
    ("root", "config"),
    [
        (Shop(), {}),
        (Deep(), {}),
        (Open(), {}),
        (OfTheClass, {}),
        (OfBoth, {}),
        (type("Empty", (), {}), {}),
        (object(), {}),
        (None, {}),
        (Forgetful(), {"/": {"request.dispatch": MethodDispatcher()}}),
        (Forgetful(), {"/files": {"tools.staticdir.on": True}}),
    ],
)
def test_what_may_answer_is_no_finding(known, root, config):
    """A page anywhere below, a tool that serves files, another dispatcher: all is well."""
    assert list(check_root(root, config, "", **known)) == []


def test_another_dispatcher_has_its_own_rules(known):
    """Of what it finds nothing is known."""
    known["dispatcher"] = MethodDispatcher()
    assert list(check_root(Forgetful(), {}, "", **known)) == []


@pytest.mark.parametrize(
    ("name", "key", "told"),
    [
        ("static", "tools.staticdir.on", "a path begins with a slash: write '/static'."),
        (" /static ", "tools.gzip.on", "a path begins with a slash: write '/static'."),
        ("admin", "request.show_tracebacks", "a path begins with a slash: write '/admin'."),
        ("Global", "server.socket_port", "write 'global' for the site's settings."),
    ],
)
def test_a_section_without_its_slash(known, name, key, told):
    """It would be the application's own, and what it turns on would not be on."""
    config = AppConfig({name: {"mine": 1, key: True}})
    (finding,) = check_sections(None, config, "", **known, final=False)
    assert str(finding) == f"a dict: [{name}] {key}: it does nothing in this section; {told}"
    assert finding.severity == "error"


@pytest.mark.parametrize(
    "values",
    [
        {"host": "x"},
        {"tools": {"hammer": True}},
        {"tools": 1},
        {"tools.hammer.on": True},
        {"engine.pool.size": 5},
        {"tools.": 1},
        {"environment": 1},
    ],
)
def test_sections_of_your_own(known, values):
    """They may hold what they like, if it is no tool and no setting of ours."""
    config = AppConfig({"database": values, "global": {"server.socket_port": 1}})
    assert list(check_sections(None, config, "", **known, final=True)) == []


def test_a_section_of_toml_without_its_slash(known, tmp_path):
    """There a tool is a table in a table, and found too."""
    file = tmp_path / "app.toml"
    file.write_text("[static]\ntools.staticdir.on = true\n")
    (finding,) = check_sections(None, AppConfig(file), "", **known, final=False)
    assert "[static] tools: it does nothing in this section" in str(finding)
