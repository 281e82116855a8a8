"""Tools whose modules are loaded when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wsgicherry.core.hooks import HookMap
from wsgicherry.lib.latetool import LateErrorTool, LateTool
from wsgicherry.toolbox import make_toolbox

TOOLS = make_toolbox().tools()
LATE = sorted(name for name, tool in TOOLS.items() if isinstance(tool, LateTool))


class Target:
    """What a tool attaches itself to."""

    def __init__(self):
        self.hooks = HookMap()
        self.error_response = None


@pytest.mark.parametrize("name", LATE)
def test_the_table_names_what_there_is(name):
    """The module has the function, and tools that are attached to nothing else have a point."""
    tool = TOOLS[name]
    assert callable(tool.callable)
    assert callable(tool.prepare)
    assert (tool._point is None) == isinstance(tool, LateErrorTool)


def test_a_program_without_them_does_not_load_them():
    """The start of a program does not pay for tools that it has not."""
    code = "import sys, wsgicherry; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    eager = {"encoding", "redirecting", "loggingtools"}
    modules = {TOOLS[name]._module_name for name in LATE} - {f".{name}" for name in eager}
    assert {f"wsgicherry.lib{name}" for name in modules} & {*run.stdout.split()} == set()


def test_config_moves_what_runs_at_the_own_point():
    """`priority` is that of the tool's own point; elsewhere the tool knows its place."""
    target = Target()
    TOOLS["csrf"].attach(target, {"priority": 7})
    assert [hook.priority for hook in target.hooks["before_request_body"]] == [7]
    assert [hook.priority for hook in target.hooks["before_handler"]] == [5]


def test_a_function_without_preparation_runs_with_its_settings():
    """`redirect` has nothing to settle."""
    target = Target()
    TOOLS["redirect"].attach(target, {"url": "/new"})
    (hook,) = target.hooks["on_start_resource"]
    assert hook.callback.func is TOOLS["redirect"].callable
    assert hook.callback.keywords == {"url": "/new"}


def test_a_tool_that_fails_safe_runs_after_another_has_failed():
    """`response_headers` says so of itself."""
    target = Target()
    TOOLS["response_headers"].attach(target, {"headers": [("X-A", "1")]})
    (hook,) = target.hooks["on_start_resource"]
    assert hook.failsafe


def test_the_priority_of_the_function_holds(monkeypatch):
    """A callable's own `priority` is honoured, as that of any tool's."""
    target, tool = Target(), make_toolbox().tools()["expires"]
    monkeypatch.setattr(tool.callable, "priority", 3, raising=False)
    tool.attach(target, {})
    assert [hook.priority for hook in target.hooks["before_finalize"]] == [3]


@pytest.mark.parametrize(
    ("name", "settings", "key"),
    [
        ("cors", {}, "tools.cors.origins"),
        ("auth_basic", {"realm": 'a "b"', "checkpassword": bool}, "tools.auth_basic.realm"),
        ("staticfile", {"filename": "here.txt"}, "tools.staticfile.filename"),
        ("staticfile", {"filename": "/nothing/of/that/name"}, "tools.staticfile.filename"),
        ("staticdir", {"dir": "/", "max_age": -1}, "tools.staticdir.max_age"),
        ("compress", {"codings": "zip"}, "tools.compress.codings"),
        ("xmlrpc", {"max_depth": 0}, "tools.xmlrpc.max_depth"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(name, settings, key):
    """Whether the module names the setting or its whole key."""
    assert TOOLS[name].find_fault(settings)[0] == key


def test_an_error_tool_is_the_answer_to_errors():
    """`err_redirect` is attached to no hook point."""
    target = Target()
    TOOLS["err_redirect"].attach(target, {"url": "/sorry", "priority": 9})
    assert target.error_response.keywords == {"url": "/sorry"}
    assert not any(target.hooks.values())
