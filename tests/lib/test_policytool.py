"""Tools that are loaded when they are asked for: cors, csrf, secure_headers."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from wsgicherry.toolbox import JUDGING, make_toolbox

MODULES = [module for _, module, _, _ in JUDGING]


@pytest.mark.parametrize(("name", "module", "point", "priority"), JUDGING)
def test_the_table_says_where_they_work(name, module, point, priority):
    """The toolbox, which does not load them, and the module are of one mind."""
    points = import_module(f"wsgicherry.lib.{module}").POINTS
    assert (points[0].point, points[0].priority) == (point, priority)
    assert getattr(make_toolbox(), name).callable.__name__ == name


def test_a_program_without_them_does_not_load_them():
    """The start of a program does not pay for tools that it has not."""
    code = "import sys, wsgicherry; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {f"wsgicherry.lib.{module}" for module in MODULES} & {*run.stdout.split()}
    assert loaded == set()
