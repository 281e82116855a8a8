"""How the application of MODULE[:NAME] is found, in process."""

from __future__ import annotations

import sys

import pytest
from asking import build_environ, call_app

from wsgicherry.cli.finding import find_application
from wsgicherry.cli.modules import CommandError, only_loading, put_on_path
from wsgicherry.core.config import ConfigError
from wsgicherry.core.tree import Tree


def fetch(application, path="/"):
    """Return the body that a WSGI application answers."""
    return call_app(application, build_environ(path), validate=False).body


@pytest.mark.parametrize(
    ("text", "target", "body"),
    [
        ("", "shop:plain", b"plain"),
        ("", "shop.py:plain", b"plain"),
        ("", "shop:Root", b"hello"),
        ("", "shop: Root ", b"hello"),
        ("pages = Root('there')", "shop:pages", b"there"),
        ("def make(x=1, y=2):\n    return Root(f'{x}{y}')", "shop:make()", b"12"),
        ("def make(x=1, y=2):\n    return Root(f'{x}{y}')", "shop:make(3, y=-4)", b"3-4"),
        ("def make(x):\n    return Root(x['a:b'])", "shop:make({'a:b': 'c'})", b"c"),
        ("wsgi = plain\napp = Root()", "shop", b"plain"),
        ("application = plain\napp = Root()", "shop", b"plain"),
        ("wsgi = 'no application'\napp = Root()", "shop", b"hello"),
        ("app = plain\ndef make_app(): 1 / 0", "shop", b"plain"),
        ("def make_app():\n    return plain", "shop", b"plain"),
        ("def create_app(x=1):\n    return Root(f'{x}')", "shop", b"1"),
        ("root = Root('instance')", "shop", b"instance"),
        ("", "shop", b"hello"),
        ("from functools import partial\nwsgi = partial(plain)", "shop", b"plain"),
        ("import json as app", "shop", b"hello"),
        ("def page(): return 'page'\npage.exposed = True", "shop:page", b"page"),
    ],
)
def test_what_is_found(site, write, text, target, body):
    """A name, a call with literals, or the usual names in their order."""
    write(text)
    assert fetch(find_application(target, site)) == body


def test_what_cannot_show_its_signature_is_taken_at_its_word(site, write):
    """A callable whose signature Python does not know may be a WSGI application."""
    write(
        "class Odd:\n"
        "    __signature__ = 'not one'\n"
        "    def __call__(self, *args): return plain(*args)\n"
        "wsgi = Odd()"
    )
    assert fetch(find_application("shop", site)) == b"plain"


def test_a_root_may_have_pages_on_its_attributes_alone(site, write):
    """A root without pages of its own is mounted for those of its children."""
    write("class Top:\n    shop = Root()\nroot = Top()\ndel Root")
    assert fetch(find_application("shop", site), "/shop/") == b"hello"


def test_what_is_mounted_comes_before_a_root(site, write):
    """A module that mounts on the tree is served as it mounted; no second root is made."""
    write()
    site.tree.mount(type("Shop", (), {})(), "/shop")
    assert find_application("shop", site) is site.tree
    assert list(site.tree.apps) == ["/shop"]


@pytest.mark.parametrize("target", ["shop:Root", "shop:root"])
def test_a_root_is_not_mounted_twice(site, write, target):
    """A root that the module mounted already, with its config, stays as it is."""
    write("root = Root()")
    site.tree.mount(find_root(), "/shop")
    assert find_application(target, site) is site.tree
    assert list(site.tree.apps) == ["/shop"]
    assert sys.modules["shop"].Root.made == 1


def find_root():
    """Return the root of the module that the test has written."""
    import shop

    return shop.root


def test_a_tree_and_an_application_are_what_they_are(site, write):
    """They are handed on, never mounted."""
    write(
        "from wsgicherry.site import Site\n"
        "site = Site(logger_root='test.cli.own')\n"
        "tree = site.tree\n"
        "wsgi = site.Application(Root(), '/shop')"
    )
    assert isinstance(find_application("shop:tree", site), Tree)
    assert find_application("shop", site).script_name == "/shop"
    assert not site.tree.apps


def test_a_file_in_a_package_is_imported_by_its_dotted_name(site, write, tmp_path):
    """Relative imports work in a file that is named by its path."""
    write(pages="", name="market/__init__.py")
    write("SIZE = 3", name="market/sizes.py", pages="")
    write("from .sizes import SIZE\nwsgi = plain", name="market/stall.py")
    assert fetch(find_application(str(tmp_path / "market" / "stall.py"), site)) == b"plain"
    assert sys.modules["market.stall"].SIZE == 3


@pytest.mark.parametrize(
    ("text", "target", "complaint"),
    [
        ("", "shap", r"There is no module 'shap' in '.*'"),
        ("", "shop.door", r"There is no module 'shop.door'|not a package"),
        ("", "shap.py", r"There is no file '.*shap\.py'\."),
        ("", "", r"'' names no module: write MODULE:NAME"),
        ("", ".shop:app", r"'\.shop' names no module"),
        ("", "shop:plian", r"'shop' has no 'plian'; did you mean 'plain'\?"),
        ("", "shop:x", r"'shop' has no 'x'; name an application"),
        ("", "shop:", r"'' is neither a name nor a call"),
        ("", "shop:a.b", r"'a\.b' is neither a name nor a call .*: wsgi = a\.b"),
        ("", "shop:a.b()", r"'a\.b\(\)' is neither a name nor a call"),
        ("", "shop:Root(x)", r"'Root\(x\)' is neither a name nor a call"),
        ("", "shop:Root(*'ab')", r"is neither a name nor a call"),
        ("", "shop:Root(**{})", r"is neither a name nor a call"),
        ("", "shop:Root(", r"is neither a name nor a call"),
        ("", "shop:plain()", r"'plain\(\)' cannot be called so: missing a required argument"),
        ("x = 3", "shop:x()", r"'x\(\)' cannot be called: it is 3\."),
        (
            "x = 3",
            "shop:x",
            r"'x' of 'shop' is no WSGI application, and has no exposed methods",
        ),
        ("def make(): ...", "shop:make", r"if it makes one, write MODULE:make\(\)"),
        ("def make(): ...", "shop:make()", r"'make\(\)' of 'shop' is no .*: it is None\."),
        ("def create_app(db): ...", "shop", r"'create_app\(\)' cannot be called so"),
        ("class Root: ...", "shop", r"'Root' of 'shop' has no page: put @wsgicherry\.expose"),
        ("del Root", "shop", r"There is no application in 'shop': it has none of wsgi, app"),
        ("Root.__init__ = lambda self, db, *, cache: None", "shop", r"'Root\(\)' cannot be"),
        ("import sys; sys.exit(3)", "shop", r"Importing 'shop' ended with SystemExit: 3"),
    ],
)
def test_what_is_not_found(site, write, text, target, complaint):
    """One sentence says what was met and what to write instead."""
    write(text)
    with pytest.raises(CommandError, match=complaint):
        find_application(target, site)


def test_a_file_that_has_the_name_of_another_module(site, write):
    """A file called like a module that is loaded already cannot be imported: say so."""
    write(name="json.py")
    with pytest.raises(
        CommandError, match=r"that is the name of <module 'json'.*rename the file"
    ):
        find_application("json.py", site)


@pytest.mark.parametrize(
    ("text", "target", "task"),
    [
        ("1 / 0", "shop", "Importing 'shop'"),
        ("import no_such_module", "shop", "Importing 'shop'"),
        ("def ]", "shop", "Importing 'shop'"),
        ("def make_app():\n    1 / 0", "shop", "Calling 'make_app()'"),
        ("def make():\n    no_such_name", "shop:make()", "Calling 'make()'"),
    ],
)
def test_the_users_own_error_is_shown_from_his_first_line(site, write, text, target, task):
    """A failing module is told with its traceback, without our frames or the importer's."""
    path = write(text)
    with pytest.raises(CommandError) as caught:
        find_application(target, site)
    told = str(caught.value)
    assert told.endswith(f"{task} failed: see the error above.")
    assert f'File "{path}", line' in told
    assert "cli/" not in told
    assert "importlib" not in told


def test_a_refused_config_is_not_a_failure_of_the_module(site, write):
    """ConfigError says itself where to look; it passes without a traceback."""
    write("from wsgicherry.core.config import ConfigError\nraise ConfigError('wrong')")
    with pytest.raises(ConfigError, match="wrong"):
        find_application("shop", site)


def test_a_module_that_serves_while_it_is_imported_is_refused(site):
    """Loading must not start the engine; afterwards it starts as ever."""
    prepare = site.engine.prepare
    with only_loading(site), pytest.raises(SystemExit, match="if __name__ == '__main__'"):
        site.engine.start()
    assert site.engine.prepare == prepare
    assert site.engine.state is site.engine.states.STOPPED


def test_a_directory_is_put_on_the_path_once(monkeypatch, tmp_path):
    """The directory comes first, and is not repeated there."""
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    put_on_path(tmp_path)
    put_on_path(str(tmp_path))
    assert sys.path == [str(tmp_path), "elsewhere"]
