"""The built-in tools: every setting has type, default and a line of doc."""

from __future__ import annotations

import inspect

import pytest

from wsgicherry.core.settings import describe_misfit
from wsgicherry.core.toolsettings import REQUIRED, tool_settings
from wsgicherry.toolbox import make_toolbox

TOOLS = make_toolbox().tools()

ROWS = [
    pytest.param(tool, name, setting, id=setting.key)
    for _, tool in sorted(TOOLS.items())
    for name, setting in tool_settings(tool).items()
]


@pytest.mark.parametrize(("tool", "name", "setting"), ROWS)
def test_every_setting_is_described(tool, name, setting):
    """It has an annotation, a default that fits it, and a sentence in the docstring."""
    assert tool.arguments()[name].annotation is not inspect.Parameter.empty
    assert setting.doc.endswith("."), "write: `name`: what it means."
    assert setting.doc[0].isupper() or not setting.doc[0].isalpha()
    if setting.default is not REQUIRED:
        assert describe_misfit(setting, setting.default) == ""


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_help_shows_what_the_tool_does(name):
    """The docstring of a tool is its function's; that of its class says what the class is."""
    assert inspect.getdoc(TOOLS[name]) == inspect.getdoc(TOOLS[name].callable)
    assert type(TOOLS[name]).__doc__ != TOOLS[name].__doc__


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_documentation_is_of_settings(name):
    """A docstring explains no setting that the tool does not have."""
    assert {*TOOLS[name].documentation()} <= {*tool_settings(TOOLS[name])}
