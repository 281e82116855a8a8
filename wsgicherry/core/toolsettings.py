"""The settings of a tool as rows of the table: read from its signature and its docstring.

A parameter of the tool's function is a setting: the annotation says what it takes, the default
what holds without it. What it means is the sentence that begins with its name in the docstring:
"`methods`: what may be asked for, one name or several."
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

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
    takes = read_annotation(parameter.annotation)
    is_required = parameter.default is parameter.empty
    default = REQUIRED if is_required else parameter.default
    return Setting(
        space, parameter.name, takes.types, default, doc, takes.allowed, takes.elements
    )


class Takes(NamedTuple):
    """What an annotation allows, in the words of `Setting`; () in `types` is anything."""

    types: tuple[type, ...] = ()
    allowed: tuple[Any, ...] = ()
    elements: tuple[type, ...] = ()


_LIST: tuple[type, ...] = (Iterable,)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bytes": (bytes,),
    "dict": (Mapping,),
    "Mapping": (Mapping,),
    "PathLike": (os.PathLike,),
    "Path": (os.PathLike,),
    "timedelta": (timedelta,),
    "type": (type,),
    "Callable": (Callable,),  # type: ignore[dict-item]
    **dict.fromkeys(
        ("Iterable", "Collection", "Sequence", "list", "tuple", "set", "frozenset"), _LIST
    ),
}


def read_annotation(annotation: Any) -> Takes:
    """Return what `annotation` allows: anything, if there is a word in it that is not known
    here.

    It is read as a text, never evaluated: it may name what only a type checker imports.
    """
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    try:
        alternatives = list(_alternatives(ast.parse(text, mode="eval").body))
        each = [_read_alternative(alternative) for alternative in alternatives]
    except (SyntaxError, KeyError):
        return Takes()
    types = tuple(kind for takes in each for kind in takes.types)
    is_closed = bool(each) and all(takes.allowed for takes in each)
    return Takes(
        tuple(dict.fromkeys(types)),
        tuple(value for takes in each for value in takes.allowed) if is_closed else (),
        tuple(dict.fromkeys(kind for takes in each for kind in takes.elements)),
    )


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the members of a union; None is left out, as it always fits."""
    if isinstance(node, ast.BinOp):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    elif isinstance(node, ast.Subscript) and _name(node.value) in ("Optional", "Union"):
        for member in _arguments(node):
            yield from _alternatives(member)
    elif ast.unparse(node) not in ("None", "NoneType"):
        yield node


def _read_alternative(node: ast.expr) -> Takes:
    """Return what one member of a union allows; KeyError for what is not known here."""
    name = _name(node.value if isinstance(node, ast.Subscript) else node)
    arguments = _arguments(node)
    if name == "Literal":
        values = tuple(ast.literal_eval(argument) for argument in arguments)
        return Takes(tuple(dict.fromkeys(map(type, values))), values)
    types = _TYPES[name]
    if types != _LIST or not arguments:
        return Takes(types)
    inner = [read_annotation(ast.unparse(argument)) for argument in arguments[:1]]
    return Takes(types, (), inner[0].types)


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name; "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _arguments(node: ast.expr) -> list[ast.expr]:
    """Return what stands in the brackets of `node`."""
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
