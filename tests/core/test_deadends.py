"""Paths that lead to no handler, below a folder of files: walked once, till a change."""

from __future__ import annotations

import pytest

from wsgicherry.core import dispatcher
from wsgicherry.core.deadends import DEAD_END, DeadEnd
from wsgicherry.core.expose import expose


class Node:
    """A node of the tree."""


@pytest.fixture
def files(site, tmp_path):
    """A folder at /files/static, below a node `files`, with one file."""
    (tmp_path / "a.txt").write_text("file")
    site.root = Node()
    site.root.files = Node()
    settings = {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)}
    site.app = site.tree.mount(site.root, "", {"/files/static": settings})
    return tmp_path


PATH = "/files/static/a.txt"


@pytest.fixture
def get(site, files, call, environ):
    """The function that asks for a path and returns the body."""
    return lambda path=PATH: call(site.tree, environ(path)).text


def test_a_path_is_walked_once(site, get, monkeypatch):
    """The second request for a file walks no tree."""
    assert get() == "file"
    route = site.app.routes[PATH]
    assert type(route) is DeadEnd
    assert route.follow(site.app.request_class.dispatch, site.root) is DEAD_END
    monkeypatch.setattr(dispatcher, "walk", None)
    assert get() == "file"


def test_what_is_not_found_either(site, get):
    """A path without a file is a 404 each time."""
    assert "404" in get("/files/static/nothing")
    assert "404" in get("/files/static/nothing")


def page(*args):
    return "page"


page.exposed = True


def add_page(root):
    root.files.static = page


def add_default(root):
    root.files.default = page


def add_default_above(root):
    root.default = page


def add_config(root):
    root._cp_config = {"tools.staticdir.on": False}


def replace_node(root):
    root.files = Node()
    root.files.default = page


def remove_node(root):
    del root.files
    root.default = page


class Exposed:
    exposed = True

    def __call__(self, *args):
        return "page"


def expose_node(root):
    root.files.__class__ = Exposed


def add_dispatch(root):
    node = Node()
    node.default = page
    root.files._cp_dispatch = lambda vpath: vpath.clear() or node


@pytest.mark.parametrize(
    "change",
    [
        *(add_page, add_default, add_default_above, add_config, replace_node),
        *(remove_node, expose_node, add_dispatch),
    ],
)
def test_a_tree_that_changes(site, files, get, change):
    """What is put into the tree later is met: the page answers when the file has gone."""
    assert get() == "file"
    change(site.root)
    (files / "a.txt").unlink()
    assert ("404" in get()) if change is add_config else (get() == "page")


@pytest.mark.parametrize("root", [None, Node()])
def test_a_mount_point_of_files_alone(site, files, call, environ, monkeypatch, root):
    """An application may be a folder and nothing else."""
    settings = {"tools.staticdir.on": True, "tools.staticdir.dir": str(files)}
    app = site.tree.mount(root, "/alone", {"/": settings})
    assert call(site.tree, environ("/alone/a.txt")).text == "file"
    monkeypatch.setattr(dispatcher, "walk", None)
    assert call(site.tree, environ("/alone/a.txt")).text == "file"
    monkeypatch.undo()
    (files / "a.txt").unlink()
    app.root = Node()
    app.root.default = page
    assert call(site.tree, environ("/alone/a.txt")).text == "page"


def test_nodes_that_are_not_exposed(site, files, get):
    """A path of nodes alone is walked each time."""
    site.root.files.static = Node()
    site.root.files.static.a_txt = Node()
    site.root.files.static.a_txt.index = Node()
    assert get() == "file"
    assert PATH not in site.app.routes


def test_another_dispatcher(site, get):
    """A dead end is one of the dispatcher that found it."""
    assert get() == "file"
    assert site.app.routes[PATH].follow(dispatcher.Dispatcher(), site.root) is None


class Chooser:
    """A node that chooses the next one itself."""

    def __init__(self, count):
        self.count = count

    def _cp_dispatch(self, vpath):
        del vpath[: self.count]
        return None


@pytest.mark.parametrize("count", [1, 2])
def test_a_node_that_chooses(site, files, get, count):
    """Where a node chooses, each path is walked."""
    site.root.files = Chooser(count)
    assert get() == "file"
    assert PATH not in site.app.routes


@pytest.mark.parametrize("name", ["__class__", "__init__"])
def test_names_of_pythons_own(site, files, get, name):
    """What only Python's own attributes would lead to is walked each time."""
    assert "404" in get(f"/files/static/{name}")
    assert "404" in get(f"/files/{name}/x")


def test_a_page_beside_files(site, files, get):
    """A page below the folder is found as ever."""
    site.root.files.static = Node()
    site.root.files.static.page = expose(page)
    assert get("/files/static/page") == "page"
    assert get("/files/static/a.txt") == "file"
    assert get("/files/static/a.txt") == "file"
