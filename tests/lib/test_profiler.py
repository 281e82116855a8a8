"""Profiles of runs and of requests: what is written, what is kept, what can be seen."""

from __future__ import annotations

import gc
import os
import pstats
import threading

import pytest
from webtest import TestApp

from wsgicherry.core.expose import expose
from wsgicherry.lib import profiler
from wsgicherry.lib.profiler import ProfileAggregator, Profiler, make_app


def slow_step(number):
    """Something that takes time."""
    return number * 2


def run_steps(count, *, start=0):
    """Take `count` steps."""
    return sum(slow_step(number + start) for number in range(count))


def calls_in(path, name="slow_step"):
    """Return how often the profile at `path` says that a function was called."""
    stats = pstats.Stats(str(path)).stats
    return sum(calls for (_, _, function), (calls, *_) in stats.items() if function == name)


@pytest.fixture
def folder(tmp_path):
    """A folder for profiles; it is not there yet."""
    return tmp_path / "profiles"


@pytest.fixture
def app(site, folder):
    """A client of a site that shows the profiles in the folder at /p/."""

    class Root:
        p = Profiler(str(folder))

    site.tree.mount(Root(), "")
    return TestApp(site.tree)


def test_a_run_is_profiled(folder):
    """`run` gives what the function gives, and writes what was called, and how often."""
    assert Profiler(str(folder)).run(run_steps, 3, start=1) == 12
    assert os.listdir(folder) == ["cp_0001.prof"]
    assert calls_in(folder / "cp_0001.prof") == 3


def test_a_run_that_fails_is_profiled(folder):
    """An error of the function passes, and how far it came is written."""
    with pytest.raises(TypeError):
        Profiler(str(folder)).run(run_steps, 3, start="x")
    assert len(os.listdir(folder)) == 1


def test_a_run_inside_a_run_is_part_of_it(folder):
    """Inside a run that is profiled another is only called: it is in the profile."""
    profiler = Profiler(str(folder))
    assert profiler.run(profiler.run, run_steps, 3) == 6
    assert os.listdir(folder) == ["cp_0001.prof"]
    assert calls_in(folder / "cp_0001.prof") == 3


def test_a_run_beside_a_run_is_not_profiled(folder):
    """While one thread is profiled the run of another is only called, and in no profile."""
    profiler = Profiler(str(folder))

    def run_another():
        other = threading.Thread(target=profiler.run, args=(run_steps, 3))
        other.start()
        other.join()
        return run_steps(2)

    assert profiler.run(run_another) == 2
    assert os.listdir(folder) == ["cp_0001.prof"]
    assert calls_in(folder / "cp_0001.prof") == 2


def test_the_folder_is_the_users_alone(folder):
    """What a program does is nobody else's business."""
    Profiler(str(folder)).run(run_steps, 1)
    assert os.stat(folder).st_mode & 0o77 == 0
    assert os.stat(folder / "cp_0001.prof").st_mode & 0o77 == 0


def test_without_a_path_it_is_the_working_directory(tmp_path, monkeypatch):
    """Who names no folder gets `profile` where the program was started."""
    monkeypatch.chdir(tmp_path)
    assert Profiler().path == str(tmp_path / "profile")
    assert (tmp_path / "profile").is_dir()


def test_nothing_is_written_over(folder):
    """Numbers go on where another process has left off."""
    Profiler(str(folder))
    (folder / "cp_0041.prof").write_bytes(b"other")
    Profiler(str(folder)).run(run_steps, 1)
    assert sorted(os.listdir(folder)) == ["cp_0041.prof", "cp_0042.prof"]


def test_a_number_that_is_taken_meanwhile_is_passed_over(folder):
    """Of two processes at once each has a number of its own."""
    Profiler(str(folder))
    (folder / "cp_0001.prof").symlink_to(folder / "nowhere")  # not a profile, but a name
    Profiler(str(folder)).run(run_steps, 1)
    assert not (folder / "nowhere").exists()
    assert calls_in(folder / "cp_0002.prof") == 1


def test_profiles_are_bounded(folder, monkeypatch):
    """Of more than MAX_FILES the oldest are removed."""
    monkeypatch.setattr(profiler, "MAX_FILES", 2)
    own = Profiler(str(folder))
    for _ in range(4):
        own.run(run_steps, 1)
    assert own.statfiles() == ["cp_0003.prof", "cp_0004.prof"]


def test_an_aggregate_is_one_profile(folder):
    """All runs of an aggregator are in one file."""
    aggregator = ProfileAggregator(str(folder))
    for count in (1, 2, 3):
        aggregator.run(run_steps, count)
    assert os.listdir(folder) == ["cp_0001.prof"]
    assert calls_in(folder / "cp_0001.prof") == 6


def test_what_the_garbage_collector_calls_is_left_out(folder):
    """It would break the profile; it is called again afterwards."""
    called = []

    def note(phase, info):
        called.append(phase)

    gc.callbacks.append(note)
    try:
        Profiler(str(folder)).run(lambda: (gc.collect(), run_steps(2), gc.isenabled()))
        assert (called, calls_in(folder / "cp_0001.prof")) == ([], 2)
        assert gc.isenabled()
        gc.collect()
        assert "stop" in called
    finally:
        gc.callbacks.remove(note)


@pytest.mark.parametrize(("aggregate", "files"), [(False, 2), (True, 1)])
def test_middleware_profiles_requests(site, folder, aggregate, files):
    """In a pipeline `make_app` profiles each request, or all of them together."""
    config = {
        "wsgi.pipeline": [("profiler", make_app)],
        "wsgi.profiler.path": str(folder),
        "wsgi.profiler.aggregate": aggregate,
    }

    class Root:
        @expose
        def index(self):
            return str(run_steps(3))

    site.tree.mount(Root(), "", {"/": config})
    app = TestApp(site.tree)
    assert [app.get("/").text, app.get("/").text] == ["6", "6"]
    names = sorted(os.listdir(folder))
    assert len(names) == files
    assert sum(calls_in(folder / name) for name in names) == 6


def test_middleware_ends_the_request(folder):
    """What the application returned is closed, even if it breaks off."""
    ended = []

    class Body:
        def __iter__(self):
            yield b"a"
            raise ZeroDivisionError

        def close(self):
            ended.append(True)

    with pytest.raises(ZeroDivisionError):
        make_app(lambda environ, start_response: Body(), str(folder))({}, None)
    assert ended == [True]


@pytest.mark.parametrize("address", ["/p/", "/p/menu"])
def test_the_page_lists_the_profiles(app, folder, address):
    """The newest is first, and leads to its report."""
    own = Profiler(str(folder))
    own.run(run_steps, 1)
    own.run(run_steps, 1)
    (folder / "other.txt").write_text("other")
    page = app.get(address)
    assert [link["href"] for link in page.html.find_all("a")] == [
        "report?filename=cp_0002.prof",
        "report?filename=cp_0001.prof",
    ]
    assert page.headers["Cache-Control"] == "no-store"
    assert "slow_step" in page.click("cp_0001.prof").text


def test_a_report_is_text(app, folder):
    """The report says what took the time, as text that no browser takes for HTML."""
    Profiler(str(folder)).run(run_steps, 3)
    answer = app.get("/p/report?filename=cp_0001.prof")
    assert "test_profiler.py" in answer.text
    assert "(slow_step)" in answer.text
    assert answer.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "filename",
    [
        *("", "cp_0002.prof", "../secret.prof", "../cp_0001.prof", "/etc/passwd", "other.txt"),
        *("cp_0001.prof/", "./cp_0001.prof", "cp_0001.prof\x00", "cp_9999.prof", "cp_1.prof"),
        *("cp_0007.prof", "cp_0008.prof", "cp_0009.prof"),
    ],
)
def test_only_profiles_of_the_folder_are_shown(app, folder, tmp_path, filename):
    """A name that is none of the profiles', and a file that is none: 404 (BEHAVIOUR 13.1)."""
    own = Profiler(str(folder))
    own.run(run_steps, 1)
    for path in (tmp_path / "secret.prof", tmp_path / "cp_0001.prof", folder / "other.txt"):
        os.link(folder / "cp_0001.prof", path)
    (folder / "cp_0007.prof").symlink_to(tmp_path / "secret.prof")
    (folder / "cp_0008.prof").write_bytes(b"")
    (folder / "cp_0009.prof").write_bytes(b"no profile")
    answer = app.get("/p/report", {"filename": filename}, expect_errors=True)
    assert answer.status_int == 404
    assert "slow_step" not in answer.text
