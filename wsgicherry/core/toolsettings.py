"""The settings of a tool as rows of the table: read from its signature and its docstring.

A parameter of the tool's function is a setting: the annotation says what it takes, the default
what holds without it. What it means is the sentence that begins with its name in the docstring:
"`methods`: what may be asked for, one name or several."
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .settings import Setting

if TYPE_CHECKING:
    import inspect


class _Required:
    """The default of a setting that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()

COMMON = {
    "on": Setting("", "on", (bool,), False, "Whether the tool works for this path."),
    "priority": Setting(
        "", "priority", (int, float), None, "Its place among the hooks of its point."
    ),
}
"""The settings that every tool has."""

# What the compiling of a plan sets by itself (BEHAVIOUR 3.2).
_FILLED_IN = frozenset({"tools.staticdir.section"})

_DEBUG = "Write to the error log what the tool does."


def tool_settings(tool: Any) -> Mapping[str, Setting] | None:
    """Return the settings of a tool by name, without those of COMMON; None if it takes any.

    A tool may be any object: `arguments()` gives its parameters, `documentation()` what they
    mean.
    """
    list_arguments = getattr(tool, "arguments", None)
    arguments = list_arguments() if callable(list_arguments) else None
    if arguments is None:
        return None
    explain = getattr(tool, "documentation", dict)
    docs = {"debug": _DEBUG, **explain()}
    space = f"{getattr(tool, 'namespace', 'tools')}.{getattr(tool, '_name', None) or ''}"
    return {
        name: _make_setting(space, parameter, docs.get(name, ""))
        for name, parameter in arguments.items()
    }


def find_missing(tool: Any, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return a key and what is wrong if `settings` lack what the tool cannot do without."""
    for name, setting in (tool_settings(tool) or {}).items():
        is_needed = setting.default is REQUIRED and setting.key not in _FILLED_IN
        if is_needed and name not in settings:
            message = f"the tool {setting.namespace!r} needs {setting.key!r}: {setting.doc}"
            return f"{setting.namespace}.on", message.rstrip(": ")
    return None


def read_documentation(docstring: str | None) -> dict[str, str]:
    """Return {name: sentence} for the sentences of `docstring` that begin with "`name`:"."""
    found = _SENTENCE.findall(docstring or "")
    texts = ((name, " ".join(text.split())) for name, text in found)
    return {name: text[:1].upper() + text[1:] for name, text in texts}


_SENTENCE = re.compile(r"(?:^|(?<=[.\s]))`(\w+)`:\s+(.+?\.)(?=\s|$)", re.DOTALL)


def _make_setting(space: str, parameter: inspect.Parameter, doc: str) -> Setting:
    # PERF: with ast, 5 ms that a start without a finding need not pay.
    from .settingtypes import read_annotation

    takes = read_annotation(parameter.annotation)
    is_required = parameter.default is parameter.empty
    default = REQUIRED if is_required else parameter.default
    return Setting(
        space, parameter.name, takes.types, default, doc, takes.allowed, takes.elements
    )
