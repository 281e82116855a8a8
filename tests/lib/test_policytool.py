"""Tools that are loaded when they are asked for: cors, csrf, secure_headers."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from wsgicherry.toolbox import make_toolbox

MODULES = {"cors": "cors", "csrf": "csrf", "secure_headers": "secureheaders"}


@pytest.mark.parametrize(("name", "module"), MODULES.items())
def test_the_table_says_where_they_work(name, module):
    """The toolbox, which does not load them, and the module are of one mind."""
    first = import_module(f"wsgicherry.lib.{module}").POINTS[0]
    tool = getattr(make_toolbox(), name)
    assert (tool._point, tool._priority) == (first.point, first.priority)
    assert tool.callable.__name__ == name


def test_a_program_without_them_does_not_load_them():
    """The start of a program does not pay for tools that it has not."""
    code = "import sys, wsgicherry; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {f"wsgicherry.lib.{module}" for module in MODULES.values()} & {*run.stdout.split()}
    assert loaded == set()
