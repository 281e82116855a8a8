"""What the tests of static files share: a folder of files, and requests for them."""

from __future__ import annotations

import pytest
from asking import build_environ, call_app
from static_pages import Answer, Root, put


@pytest.fixture
def ask(site):
    """The function that asks the site: ask(path, method, **environ) -> Answer.

    Keywords are headers: `if_match='*'`; upper-case ones are keys of the environ.
    """

    def ask(path, method="GET", validate=True, **headers):
        keys = {
            name if name.isupper() or "." in name else f"HTTP_{name.upper()}": value
            for name, value in headers.items()
        }
        found = call_app(site.tree, build_environ(path, method, **keys), validate=validate)
        return Answer(found.status, found.headers, found.body)

    return ask


@pytest.fixture
def folder(tmp_path):
    """The folder `public`, in a folder with secrets beside it."""
    public = tmp_path / "public"
    put(public / "data.bin")
    put(public / "page.html", b"<p>page")
    put(public / "sub" / "index.html", b"index of sub")
    put(public / "sub" / "deep" / "a b\xe9.txt", b"deep")
    put(tmp_path / "secret.txt", b"SECRET")
    put(tmp_path / "public-secret" / "secret.txt", b"SECRET")
    return public


@pytest.fixture
def mount(site, folder):
    """The function that mounts the folder at /static: mount(**settings of staticdir)."""

    def mount(at="/static", sections=None, **settings):
        own = {"on": True, "dir": str(folder), **settings}
        config = {at: {f"tools.staticdir.{name}": value for name, value in own.items()}}
        root = Root()
        root.folder = folder
        site.tree.mount(root, "", {**config, **(sections or {})})

    return mount


@pytest.fixture(params=["staticdir", "staticfile", "serve_file", "serve_fileobj"])
def way(request, mount, folder):
    """The path of one file of 1,000 bytes, served in each of the four ways."""
    name = str(folder / "data.bin")
    mount(sections={"/one": {"tools.staticfile.on": True, "tools.staticfile.filename": name}})
    return {
        "staticdir": "/static/data.bin",
        "staticfile": "/one",
        "serve_file": "/file",
        "serve_fileobj": "/opened",
    }[request.param]
