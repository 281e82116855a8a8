"""The benchmark measures right answers only, and says plainly what it found."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import bodies
import pytest
from aims import judge
from compare import NOT_INSTALLED, Contest, main, report
from frameworks import BY_KEY, FRAMEWORKS
from worker import Worker, WorkerError
from workloads import WORKLOADS

HELLO = WORKLOADS[0]


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.key)
def test_every_program_answers_alike(framework):
    """Each framework's program gives the same answers to every workload that it knows."""
    if framework.package not in ("", "wsgicherry") and not framework.version():
        missing = f"{framework.title} is not installed: pip install 'wsgicherry[bench]'"
        if os.environ.get("WSGICHERRY_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with Worker(framework.key) as worker:
        shared = [w for w in WORKLOADS if w.name not in framework.lacks]
        assert {w.name: worker.verify(w) for w in shared} == {w.name: "" for w in shared}


def test_the_command_writes_what_it_measured(tmp_path, capsys):
    """One command prints a row for each framework and writes every figure as JSON."""
    file = tmp_path / "figures.json"
    arguments = ["--only", "raw", "webob", "--workload", "hello", "--rounds", "2"]
    assert main([*arguments, "--json", str(file)]) == 0
    figures = json.loads(file.read_text())["microseconds"]
    assert [figure["framework"] for figure in figures] == ["raw", "webob"]
    assert all(0 < figure["best"] <= figure["median"] for figure in figures)
    assert "bare WebOb" in capsys.readouterr().out


def test_a_wrong_answer_is_not_timed():
    """A program that answers wrongly gets no time: its row says so, and the run fails."""
    wrong = replace(HELLO, expected="Good bye!")
    with Contest(("raw",), (wrong,)) as contest:
        contest.start()
        contest.verify()
        contest.run(1)
    assert contest.turns == {}
    assert "instead of 'Good bye!'" in contest.faults[0]
    assert "wrong" in report(contest)


def test_a_peer_that_is_not_installed_is_a_gap():
    """A missing peer leaves a row that says how to get it, and is no fault."""
    contest = Contest(("flask",), (HELLO,))
    contest.note_absence("flask", WorkerError("No module named 'flask'", missing="flask"))
    assert NOT_INSTALLED in report(contest)
    assert contest.faults == []


def test_a_program_that_fails_is_a_fault():
    """A program that cannot start for another reason is reported with that reason."""
    with pytest.raises(WorkerError, match="has no attribute 'no_such_function'"):
        Worker("raw", "no_such_function")


@pytest.mark.parametrize(
    ("own", "met"),
    [
        (5.6, {"webob": True, "bottle": True, "pyramid": True, "cherrypy": True}),
        (5.7, {"webob": False, "bottle": True, "pyramid": True, "cherrypy": True}),
        (8.0, {"webob": False, "bottle": False, "pyramid": True, "cherrypy": True}),
        (10.1, {"webob": False, "bottle": False, "pyramid": False, "cherrypy": False}),
    ],
)
def test_the_aims_are_judged_by_the_figures(own, met):
    """hello: at most 1.4 x bare WebOb, ahead of Bottle and Pyramid, 15 x CherryPy."""
    peers = {"webob": 4.0, "bottle": 8.0, "pyramid": 10.0, "cherrypy": 150.0}
    times = {key: {"hello": time} for key, time in {**peers, "wsgicherry": own}.items()}
    verdicts = list(judge(times, ("hello",)))
    found = {key: v.met for key in met for v in verdicts if key in v.aim.lower()}
    assert found == met


@pytest.mark.parametrize(
    ("workload", "other", "own", "met"),
    [
        ("form", "webob", 40.0, True),
        ("form", "webob", 40.1, False),
        ("json", "webob", 40.1, False),
        ("fields", "webob", 40.1, False),
        ("upload", "multipart", 52.0, True),
        ("upload", "multipart", 52.1, False),
    ],
)
def test_bodies_have_aims_of_their_own(workload, other, own, met):
    """Forms and JSON: at most bare WebOb's time; an upload: 1.3 x the multipart package."""
    times = {other: {workload: 40.0}, "wsgicherry": {workload: own}}
    title = BY_KEY[other].title
    verdicts = [v for v in judge(times, (workload,)) if v.aim.endswith(f"x {title}")]
    assert [verdict.met for verdict in verdicts] == [met]


def test_made_bodies_are_alike_everywhere():
    """A body that is made from its name has the file, and is the same each time it is made."""
    body = bodies.BODIES["upload"]()
    assert body == bodies.BODIES["upload"]()
    assert bodies.UPLOAD_BYTES < len(body) < bodies.UPLOAD_BYTES + 1000


def test_what_was_not_measured_is_not_met():
    """Without wsgicherry's own figures no aim is met or missed."""
    verdicts = list(judge({"webob": {"hello": 4.0}}, ("hello",)))
    assert {verdict.met for verdict in verdicts} == {None}
