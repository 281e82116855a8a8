"""The calls that a warmed-up request costs stay under their ceilings."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from calls import CEILINGS, Count, faults
from worker import HERE, ROOT
from workloads import NAMES


@pytest.fixture(scope="module")
def counts() -> dict[str, Count]:
    """Count in a process of its own: the program mounts itself in the package's global tree."""
    done = subprocess.run(
        [sys.executable, str(HERE / "calls.py"), "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.stdout, done.stderr
    return {name: Count(**count) for name, count in json.loads(done.stdout).items()}


@pytest.mark.parametrize("workload", NAMES)
def test_a_request_stays_under_its_ceilings(counts, workload):
    """A warmed-up request costs no more calls, and moves between files, than its ceiling."""
    assert faults({workload: counts[workload]}) == []


def test_hello_has_the_ceilings_of_the_design():
    """A hello world costs at most 40 own calls and 20 moves (issue 2 section 4)."""
    assert CEILINGS["hello"] == (40, 20)


def test_a_passed_ceiling_is_named():
    """What passes its ceiling is reported with the number and the ceiling."""
    assert faults({"hello": Count(own=41, moves=20, total=60)}) == [
        "hello: 41 own calls, the ceiling is 40"
    ]
