"""No input is expensive: at most 32 MiB for 64 kB of headers and 1 MB of body.

The time that they take is what `python tests/benchmarks/cost.py` measures, for a test that
waits for a clock fails on a busy machine; that it grows in step is in test_growth.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hostile_costs import (
    LEAST_BYTES,
    MOST_BYTES,
    MOST_RATIO,
    count_bytes,
    rows_of,
    serve,
    steepest,
)
from hostile_growing import GROWING, MAX_BODY_BYTES, MAX_HEAD_BYTES, head_bytes
from hostile_row import make_environ

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("make_row", GROWING.values(), ids=GROWING)
def test_the_largest_input_takes_little_memory(find_site, make_row):
    """The largest of its kind takes at most 32 MiB, and at most 2.5 x what half of it takes."""
    rows = rows_of(make_row, (2, 1))
    site = find_site(rows[0].site)
    serve(site, make_environ(rows[0]))  # what is compiled or imported once
    half, whole = (count_bytes(site, row) for row in rows)
    assert whole <= MOST_BYTES
    assert steepest([half, whole], LEAST_BYTES) <= MOST_RATIO, (half, whole)


def test_the_largest_inputs_are_large():
    """What is measured is what the figures are about: most inputs come near to their limit."""
    rows = {name: rows_of(make_row, (1,))[0] for name, make_row in GROWING.items()}
    assert len(rows) >= 200
    heads = [head_bytes(row) for row in rows.values()]
    bodies = [len(row.body) for row in rows.values() if row.body]
    assert max(heads) <= MAX_HEAD_BYTES
    assert max(bodies) <= MAX_BODY_BYTES
    assert sum(size > 0.9 * MAX_HEAD_BYTES for size in heads) > 70
    assert sum(size > 0.9 * MAX_BODY_BYTES for size in bodies) > 90


def test_the_command_prints_what_each_input_costs():
    """`cost.py` prints a line for each input, and ends with 0 when all are within limits."""
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "benchmarks" / "cost.py")]
    done = subprocess.run(
        [*command, "--only", "accept-commas", "form-separators", "--turns", "1"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert "accept-commas" in done.stdout, done.stderr
    assert "2 inputs" in done.stdout


@pytest.mark.parametrize(
    ("costs", "step"),
    [([1, 2, 4, 8], 2), ([1, 2, 6], 3), ([0, 0, 0.5], 1), ([0.1, 0.2, 3], 3), ([8, 4], 0.5)],
)
def test_the_steepest_step_is_found_above_the_noise(costs, step):
    """A step counts from where costs begin to mean something."""
    assert steepest(costs, least=1) == step
