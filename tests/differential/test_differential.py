"""The same program gives the same answers under CherryPy and under wsgicherry.

Each program runs twice, each time in a process of its own; see run_program.py for what a
program is, comparison.py for what is compared, intended.py for what differs on purpose.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from comparison import compare
from intended import INTENDED

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROGRAMS = sorted(path.stem for path in (HERE / "programs").glob("*.py"))
TIMEOUT_SECONDS = 60
INSTALL = 'install it with: python -m pip install "cherrypy>=18.10,<19"'


@pytest.fixture(scope="session")
def reference():
    """Skip without the real CherryPy, or fail where everything is required."""
    if find_spec("cherrypy") is None:
        is_required = os.environ.get("WSGICHERRY_REQUIRE_ALL") == "1"
        complain = pytest.fail if is_required else pytest.skip
        complain(f"CherryPy, the reference of this test, is missing; {INSTALL}")


def start(framework, program):
    """Start `program` under `framework`; warnings there are none of our business."""
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONWARNINGS"}
    environment["PYTHONPATH"] = str(ROOT)
    environment["PYTHONHASHSEED"] = "0"
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", HERE / "run_program.py", framework,
         HERE / "programs" / f"{program}.py"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment,
    )  # fmt: skip


def finish(process):
    """Return the answers that `process` printed; fail with its last words if it died."""
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0, f"{process.args} ended with {process.returncode}:\n{err}"
    return json.loads(out)


@pytest.mark.parametrize("program", PROGRAMS)
def test_answers_agree(program, reference):
    """Every answer is CherryPy's, but for the rows of the intended table."""
    with start("cherrypy", program) as theirs, start("wsgicherry", program) as ours:
        try:
            expected, got = finish(theirs), finish(ours)
        finally:
            theirs.kill()
            ours.kill()
    findings = compare(program, expected, got, INTENDED)
    if findings:
        lines = "\n".join(findings)
        pytest.fail(f"{len(findings)} differences in {program}:\n{lines}", pytrace=False)


def test_every_intended_difference_names_a_program():
    """No row of the intended table outlives its program."""
    assert {row[0] for row in INTENDED} <= set(PROGRAMS)
