"""What an annotation says that config may give: types, allowed values, members of a list."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, get_args


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
    "Pattern": (re.Pattern,),
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
    # To Python 3.10, list[int] is a type as well.
    is_plain = isinstance(annotation, type) and not get_args(annotation)
    text = annotation.__name__ if is_plain else str(annotation)
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
    return Takes(types, (), read_annotation(ast.unparse(arguments[0])).types)


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name; "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _arguments(node: ast.expr) -> list[ast.expr]:
    """Return what stands in the brackets of `node`."""
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
