"""One file as a page: `tools.staticfile` and `serve_file`."""

from __future__ import annotations

import os
from email.utils import formatdate

import pytest
from webtest import TestApp

from wsgicherry.core.bodies import FileChunks
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.static import serve_file

MTIME = 1_700_000_000


@pytest.fixture
def folder(tmp_path):
    """A folder with files in it, all of the same time."""
    for name, data in {
        "page.html": b"<p>page",
        "data.unknown": b"data",
        "picture.PNG": b"picture",
        "icon.svg": b"<svg/>",
        "empty.txt": b"",
        "big.bin": os.urandom(200_000),
    }.items():
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (MTIME, MTIME))
    (tmp_path / "sub").mkdir()
    return tmp_path


class Root:
    @expose
    def index(self):
        return "index"

    @expose
    def default(self, *args):
        return "default " + "/".join(args)


def mount(site, folder, file="page.html", **config):
    settings = {
        "tools.staticfile.on": True,
        "tools.staticfile.filename": str(folder / file) if file else "page.html",
    }
    settings.update({f"tools.staticfile.{key}": value for key, value in config.items()})
    site.tree.mount(Root(), "", {"/": {}, "/file": settings})
    return TestApp(site.tree)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("page.html", "text/html"),
        ("picture.PNG", "image/png"),
        ("icon.svg", "image/svg+xml"),
        ("data.unknown", "application/octet-stream"),
        ("empty.txt", "text/plain"),
        ("big.bin", "application/octet-stream"),
    ],
)
def test_files(site, folder, file, kind):
    """The file is the body; type, length and time are in the headers."""
    answer = mount(site, folder, file).get("/file")
    data = (folder / file).read_bytes()
    assert (answer.body, answer.headers["Content-Type"]) == (data, kind)
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Last-Modified"] == formatdate(MTIME, usegmt=True)


def test_segments_behind_the_file(site, folder):
    """What follows the file's path does not matter (CherryPy's rule)."""
    assert mount(site, folder).get("/file/extra/segments").body == b"<p>page"


def test_head(site, folder):
    """HEAD has the headers and no body."""
    answer = mount(site, folder).head("/file")
    assert (answer.body, answer.headers["Content-Length"]) == (b"", "7")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods(site, folder, method):
    """Other methods go to the page handler."""
    client = mount(site, folder)
    answer = client.request("/file", method=method, headers={"Content-Length": "0"})
    assert answer.text == "default file"


@pytest.mark.parametrize("file", ["nothing.html", "sub", "page.html/x", "nul\0byte"])
def test_files_that_are_not_there(site, folder, file):
    """Without a regular file the page handler answers."""
    assert mount(site, folder, file).get("/file").text == "default file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_does_not_hold_the_thread(site, folder):
    """A FIFO is no file, and nobody waits for its writer."""
    os.mkfifo(folder / "fifo")
    assert mount(site, folder, "fifo").get("/file").text == "default file"


def test_relative_to_a_root(site, folder):
    """A relative name needs an absolute `root`."""
    assert mount(site, folder, None, root=str(folder)).get("/file").body == b"<p>page"


@pytest.mark.parametrize("root", [None, "", "relative"])
def test_names_that_are_not_absolute(site, folder, root):
    """Without an absolute root the mount fails, and says why."""
    with pytest.raises(ConfigError, match=r"absolute filename .got 'page.html'.; .*root"):
        mount(site, folder, None, **({} if root is None else {"root": root}))


@pytest.mark.parametrize(("match", "text"), [("file$", "<p>page"), ("other", "default file")])
def test_match(site, folder, match, text):
    """`match` is a pattern that the path must hold."""
    assert mount(site, folder, match=match).get("/file").text == text


def test_content_types(site, folder):
    """`content_types` gives a type by the extension without its dot, in any case."""
    client = mount(site, folder, "picture.PNG", content_types={"png": "image/x-own"})
    assert client.get("/file").headers["Content-Type"] == "image/x-own"


def test_debug(site, folder, error_lines):
    """With `debug` the log says what is served."""
    mount(site, folder, debug=True).get("/file")
    assert any("TOOLS.STATICFILE" in line and "page.html" in line for line in error_lines)


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (formatdate(MTIME, usegmt=True), 304),
        (formatdate(MTIME + 60, usegmt=True), 304),
        (formatdate(MTIME - 60, usegmt=True), 200),
        ("nonsense", 200),
        ("Mon, 01 Jan 99999 00:00:00 GMT", 200),
        ("", 200),
    ],
)
def test_if_modified_since(site, folder, since, status):
    """A client whose copy is as new gets 304 without a body; a bad date counts for nothing."""
    answer = mount(site, folder).get(
        "/file", headers={"If-Modified-Since": since}, status=status
    )
    assert answer.body == (b"" if status == 304 else b"<p>page")
    if status == 304:
        assert "Content-Length" not in answer.headers


def test_serve_file_in_a_handler(site, folder):
    """`serve_file` makes a file the response of a handler."""

    class Page:
        @expose
        def index(self):
            return serve_file(str(folder / "data.unknown"), "application/x-own")

        @expose
        def relative(self):
            return serve_file("data.unknown")

        @expose
        def nothing(self):
            return serve_file(str(folder / "nothing"))

    site.tree.mount(Page(), "")
    client = TestApp(site.tree)
    answer = client.get("/")
    assert (answer.body, answer.headers["Content-Type"]) == (b"data", "application/x-own")
    client.get("/relative", status=500)
    client.get("/nothing", status=404)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("since", [None, formatdate(MTIME, usegmt=True)])
def test_files_are_closed(site, folder, method, since):
    """The file is closed at the end, for HEAD and 304 too."""
    opened = []

    class Page:
        @expose
        def index(self):
            body = serve_file(str(folder / "big.bin"))
            if isinstance(body, FileChunks):
                opened.append(body.input)
            return body

    site.tree.mount(Page(), "")
    headers = {"If-Modified-Since": since} if since else {}
    TestApp(site.tree).request("/", method=method, headers=headers)
    assert all(file.closed for file in opened)
    assert bool(opened) is (since is None)
