"""Coverage: measured where asked for, and the pages that show it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from webtest import TestApp

from wsgicherry.lib import covercp
from wsgicherry.lib.covercp import CoverStats

coverage = pytest.importorskip("coverage")

MODULE = """\
def ran():
    return 1

def idle(text='<script>alert("x")</script>'):
    return 2

ran()
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A folder `root` with two files that were measured, one beside it, and the file of what
    was measured.
    """
    folder = tmp_path_factory.mktemp("measured")
    (folder / "root" / "shop").mkdir(parents=True)
    for name in ("root/app.py", "root/shop/<b>.py", "root/shop/test_x.py", "beside.py"):
        (folder / name).write_text(MODULE)
    code = (
        "import coverage, runpy, sys\n"
        "cover = coverage.Coverage(data_file='data'); cover.start()\n"
        "for name in sys.argv[1:]: runpy.run_path(name)\n"
        "cover.stop(); cover.save()"
    )
    names = ["root/app.py", "root/shop/<b>.py", "root/shop/test_x.py", "beside.py"]
    command = [sys.executable, "-c", code, *names]
    subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture
def app(site, measured):
    """A client of a site that shows what was measured below `root` at /c/."""
    cover = coverage.Coverage(data_file=str(measured / "data"))
    cover.load()

    class Root:
        c = CoverStats(cover, str(measured / "root"))

    site.tree.mount(Root(), "")
    yield TestApp(site.tree)
    cover.get_data().close()


def run(code, folder):
    """Run a program in `folder`; return what it says, and what it says of errors."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout.strip(), done.stderr


def test_measuring_begins_before_the_servers():
    """`start` comes early among what the engine starts."""
    assert covercp.start.priority == 20


def test_what_ran_is_in_the_file_at_the_end(tmp_path):
    """A program that subscribes `start` leaves its coverage in the working directory; a second
    start of the engine changes nothing.
    """
    (tmp_path / "app.py").write_text(MODULE)
    code = (
        "import runpy; from wsgicherry.lib import covercp\n"
        "from wsgicherry.engine import Engine; engine = Engine()\n"
        "engine.subscribe('start', covercp.start)\n"
        "for _ in range(2): engine.publish('start')\n"
        "runpy.run_path('app.py')"
    )
    assert run(code, tmp_path) == ("", "")
    cover = coverage.Coverage(data_file=str(tmp_path / covercp.localFile))
    cover.load()
    assert str(tmp_path / "app.py") in cover.get_data().measured_files()
    cover.get_data().close()


@pytest.mark.parametrize("call", ["start()", "serve()"])
def test_without_coverage_it_says_what_to_install(tmp_path, call):
    """The module can be imported; what needs the package names it, and how to get it."""
    code = (
        "import sys; sys.modules['coverage'] = None\n"
        "from wsgicherry.lib import covercp\n"
        f"try: covercp.{call}\n"
        "except ImportError as error: print(error)"
    )
    output, errors = run(code, tmp_path)
    assert output.endswith("'coverage', which is not installed: pip install coverage"), errors


@pytest.mark.parametrize("address", ["/c/", "/c/menu"])
def test_the_menu_lists_what_was_measured(app, address):
    """Files below the root are listed, without tests; not what lies beside it."""
    page = app.get(address)
    links = {link.text: link["href"] for link in page.html.find_all("a")}
    assert links == {
        "app.py": "report?name=app.py",
        "shop/<b>.py": "report?name=shop%2F%3Cb%3E.py",
    }
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("base=shop", ["shop/<b>.py"]),
        ("base=/shop/", ["shop/<b>.py"]),
        ("base=sho", []),
        ("base=../", []),
        ("exclude=", ["app.py", "shop/<b>.py", "shop/test_x.py"]),
        ("exclude=shop|app", []),
        ("exclude=(", ["app.py", "shop/<b>.py", "shop/test_x.py"]),
    ],
)
def test_the_menu_can_be_narrowed(app, query, names):
    """`base` is a folder below the root, `exclude` are words of paths that are left out."""
    page = app.get(f"/c/menu?{query}")
    assert [link.text for link in page.html.find_all("a")] == names


@pytest.mark.parametrize(("pct", "is_marked"), [("50", False), ("90", True)])
def test_percentages(app, pct, is_marked):
    """With `showpct` the menu tells how much of a file ran, and marks what is below `pct`."""
    page = app.get(f"/c/menu?showpct=checked&pct={pct}")
    assert page.text.count("80%") == 2
    assert ('class="missing"' in page.text) == is_marked


@pytest.mark.parametrize("pct", ["x", "", "-1", "101", "nan", "inf"])
def test_a_percentage_that_is_none(app, pct):
    """Anything but a number from 0 to 100 is the client's error."""
    assert app.get(f"/c/menu?pct={pct}", expect_errors=True).status_int == 400


def test_a_report_shows_the_source(app):
    """The lines of a file, numbered and escaped; those that did not run are marked."""
    page = app.get("/c/").click("app.py")
    assert "80% of it ran." in page.text
    assert [mark.text.split()[0] for mark in page.html.find_all(class_="missing")] == ["5"]
    assert "&lt;script&gt;alert(&quot;x&quot;)" in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "name", ["", "../beside.py", "beside.py", "/etc/passwd", "./app.py", "app.py\x00", "shop"]
)
def test_only_what_was_measured_is_shown(app, measured, name):
    """A file that is not listed cannot be seen: 404."""
    assert app.get("/c/report", {"name": name}, expect_errors=True).status_int == 404
    path = str(measured / "beside.py")
    assert app.get("/c/report", {"name": path}, expect_errors=True).status_int == 404


def test_a_file_that_is_gone(site, tmp_path):
    """A file that was measured, and is not there any more, is listed, and cannot be seen."""
    cover = coverage.Coverage(data_file=str(tmp_path / "data"))
    cover.get_data().add_lines({str(tmp_path / "gone.py"): [1]})

    class Root:
        c = CoverStats(cover, str(tmp_path))

    site.tree.mount(Root(), "")
    app = TestApp(site.tree)
    assert "<td>?</td>" in app.get("/c/menu?showpct=checked").text
    assert app.get("/c/report?name=gone.py", expect_errors=True).status_int == 404
    cover.get_data().close()


def test_a_file_without_statements_is_covered():
    """Of nothing all has run."""
    assert covercp.find_percentage([], []) == 100


def test_without_a_root_it_is_the_working_directory(tmp_path, monkeypatch):
    """What is not below the working directory is not shown unless somebody says so."""
    monkeypatch.chdir(tmp_path)
    assert CoverStats(None).root == str(tmp_path)
