"""Read one config value: a literal, `env("NAME", default)` or a dotted name; run no program."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import os
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

from .loaded import ConfigError, shorten

# The only keys that CherryPy documents with a call: "request.dispatch: a.b.MethodDispatcher()".
CALL_KEYS = frozenset({"request.dispatch"})

# `"-" * 40` is a fair value; `"x" * 10 ** 9` would eat the machine.
MAX_REPEATED_ITEMS = 4096
MAX_VALUE_CHARS = 64 * 1024

# Where functions live that start programs or run text as code: not even a reference may leave,
# because `request.dispatch = os.system` would run whatever path a client asks for.
_RUNNERS = frozenset(
    {"os", "posix", "nt", "subprocess", "pty", "runpy", "code", "ctypes", "multiprocessing"}
    | {"importlib", "builtins", "pdb", "timeit", "pickle", "_pickle", "marshal"}
)

_WANTED = (
    'A value is a Python literal, env("NAME", default) or the dotted name of something '
    "importable."
)
_WANTED_ENV = 'Use env("NAME", default) to read an environment variable.'
_TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
_FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
_NONE_WORDS = frozenset({"none", "null"})
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Mult: "*"}


def parse_value(text: str, key: str | None = None) -> Any:
    """Return the value that `text` spells; the empty text is the empty string.

    Allowed are Python literals with displays, unary minus, `+` and `*`; `env("NAME",
    default)`, whose answer takes the type of a bool, int or float default; dotted names; and,
    for the keys in `CALL_KEYS`, the call of a dispatcher class. As in CherryPy, a comment
    after the value and whatever follows a `;` are dropped. Raises `ConfigError` for
    everything else.
    """
    if not text.strip():
        return ""
    if len(text) > MAX_VALUE_CHARS:
        raise ConfigError(
            f"The value has {len(text)} characters.", f"The limit is {MAX_VALUE_CHARS}."
        )
    try:
        return _read(_parse(text), key or "")
    except (RecursionError, MemoryError):
        raise ConfigError("The value is nested too deeply.", _WANTED) from None


def parse_value_at(raw: str, origin: str, section: str, key: str) -> Any:
    """Return the value of `raw` as `parse_value` does; an error tells where it stood."""
    try:
        return parse_value(raw, key)
    except ConfigError as error:
        raise error.at(origin, section, key, raw) from error.__cause__


def _parse(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            # '\d' in a quoted pattern is common in config files and means what it says.
            warnings.simplefilter("ignore")
            return _first_expression(text.strip())
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ConfigError(
            f"This is not a Python value ({reason}).", _WANTED + " A text needs quotes."
        ) from None


def _first_expression(text: str) -> ast.expr:
    if "\n" in text:
        # A continued value may break anywhere, as it could between parentheses.
        return ast.parse(f"(\n{text}\n)", mode="eval").body
    statements = ast.parse(text).body
    if not statements or not isinstance(statements[0], ast.Expr):
        raise SyntaxError("it is not an expression")
    return statements[0].value


def _read(node: ast.AST, key: str) -> Any:
    reader = _READERS.get(type(node))
    if reader is None:
        kind = _REFUSED.get(type(node), "an expression that computes")
        raise ConfigError(f"{shorten(ast.unparse(node))} is {kind}.", _WANTED)
    return reader(node, key)


def _read_constant(node: ast.Constant, key: str) -> Any:
    return node.value


def _read_list(node: ast.List, key: str) -> list[Any]:
    return [_read(item, key) for item in node.elts]


def _read_tuple(node: ast.Tuple, key: str) -> tuple[Any, ...]:
    return tuple(_read(item, key) for item in node.elts)


def _read_set(node: ast.Set, key: str) -> set[Any]:
    try:
        return {_read(item, key) for item in node.elts}
    except TypeError as error:
        raise ConfigError(f"A set cannot hold this: {error}.", _WANTED) from None


def _read_dict(node: ast.Dict, key: str) -> dict[Any, Any]:
    result = {}
    for name, value in zip(node.keys, node.values, strict=True):
        if name is None:
            raise ConfigError("'**' stands in a dict.", "Write its entries out.")
        try:
            result[_read(name, key)] = _read(value, key)
        except TypeError as error:
            raise ConfigError(f"A dict cannot have this key: {error}.", _WANTED) from None
    return result


def _read_minus(node: ast.UnaryOp, key: str) -> Any:
    operand = _read(node.operand, key)
    is_number = isinstance(operand, (int, float, complex)) and not isinstance(operand, bool)
    if not isinstance(node.op, ast.USub) or not is_number:
        raise ConfigError(
            f"{shorten(ast.unparse(node))} is an expression that computes.",
            "The only sign is a minus before a number.",
        )
    return -operand


def _read_operation(node: ast.BinOp, key: str) -> Any:
    sign = _OPERATORS.get(type(node.op))
    if sign is None:
        raise ConfigError(
            f"{shorten(ast.unparse(node))} is an expression that computes.",
            "The only operators are + and *.",
        )
    left, right = _read(node.left, key), _read(node.right, key)
    simple = (int, float, complex, str, bytes, list, tuple)
    if isinstance(left, simple) and isinstance(right, simple):
        if sign == "*":
            _limit_repetition(left, right)
        try:
            return left + right if sign == "+" else left * right  # type: ignore[operator]
        except (TypeError, OverflowError):
            pass
    raise ConfigError(
        f"Cannot use {sign!r} between {type(left).__name__} and {type(right).__name__}.",
        "Both sides of + and * must be literals that go together.",
    )


def _limit_repetition(left: Any, right: Any) -> None:
    for items, times in ((left, right), (right, left)):
        if not isinstance(items, (str, bytes, list, tuple)) or not isinstance(times, int):
            continue
        if len(items) * times > MAX_REPEATED_ITEMS:
            raise ConfigError(
                f"The repetition makes {len(items) * times} items.",
                f"The limit is {MAX_REPEATED_ITEMS}.",
            )


def _read_name(node: ast.Name, key: str) -> Any:
    found = getattr(builtins, node.id, None)
    if isinstance(found, type):
        return found
    word = node.id.lower()
    meant = f"{word in _TRUE_WORDS}" if word in _TRUE_WORDS | _FALSE_WORDS else ""
    meant = "None" if word in _NONE_WORDS else meant
    raise ConfigError(
        f"The name {node.id!r} is neither a builtin type nor a dotted name.",
        (f"Did you mean {meant}? " if meant else "")
        + f"If it is a text, quote it: {node.id!r}; otherwise write package.module.name.",
    )


def _read_attribute(node: ast.Attribute, key: str) -> Any:
    name = _dotted(node)
    if name is None:
        raise ConfigError(f"{shorten(ast.unparse(node))} computes an attribute.", _WANTED)
    return resolve(name)


def _read_subscript(node: ast.Subscript, key: str) -> Any:
    wanted = _WANTED_ENV if _is_environment(_dotted(node.value)) else _WANTED
    raise ConfigError(f"{shorten(ast.unparse(node))} is a look-up that runs code.", wanted)


def _read_call(node: ast.Call, key: str) -> Any:
    name = _dotted(node.func)
    if name == "env":
        return _read_env(node, key)
    if _is_environment(name):
        raise ConfigError(f"{shorten(ast.unparse(node))} is a call.", _WANTED_ENV)
    if key not in CALL_KEYS or name is None or "." not in name:
        raise ConfigError(
            f"{shorten(ast.unparse(node))} is a call, and {key or 'this key'!r} takes none.",
            f"{_WANTED} Only {', '.join(sorted(CALL_KEYS))} may call a dispatcher class.",
        )
    factory = resolve(name)
    if not _makes_dispatchers(factory):
        raise ConfigError(
            f"{name!r} is not a dispatcher class.", f"{key} may only call a dispatcher class."
        )
    args, kwargs = _read_arguments(node, key)
    try:
        return factory(*args, **kwargs)
    except Exception as error:
        raise ConfigError(
            f"{name} failed: {type(error).__name__}: {error}.", "Mend its arguments."
        ) from error


def _read_arguments(node: ast.Call, key: str) -> tuple[list[Any], dict[str, Any]]:
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        value = _read(keyword.value, key)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value, dict) and all(isinstance(name, str) for name in value):
            kwargs = {**value, **kwargs}
        else:
            raise ConfigError("What follows '**' is not a dict of names.", _WANTED)
    return [_read(arg, key) for arg in node.args], kwargs


def _makes_dispatchers(factory: Any) -> bool:
    """Tell whether calling `factory` can only make a dispatcher.

    That is: a class from outside the standard library whose instances can be called (so neither
    subprocess.Popen nor functools.partial).
    """
    module = getattr(factory, "__module__", None) or ""
    if not inspect.isclass(factory) or module.partition(".")[0] in sys.stdlib_module_names:
        return False
    return any("__call__" in vars(base) for base in factory.__mro__)


def _read_env(node: ast.Call, key: str) -> Any:
    if node.keywords or len(node.args) not in (1, 2):
        raise ConfigError(f"{shorten(ast.unparse(node))} is not an env() call.", _WANTED_ENV)
    name, *defaults = [_read(arg, key) for arg in node.args]
    if not isinstance(name, str) or not name:
        raise ConfigError(f"The name in env() is {name!r}.", _WANTED_ENV)
    text = os.environ.get(name)
    if text is not None:
        return _like(name, text, defaults[0] if defaults else "")
    if defaults:
        return defaults[0]
    raise ConfigError(
        f"The environment variable {name!r} is not set.",
        f'Set it, or give a default: env("{name}", default).',
    )


def _like(name: str, text: str, default: Any) -> Any:
    """Return `text` as the type of `default`, so that env("PORT", 8080) is a number."""
    if isinstance(default, bool):
        word = text.strip().lower()
        if word in _TRUE_WORDS or word in _FALSE_WORDS:
            return word in _TRUE_WORDS
    elif isinstance(default, (int, float)):
        try:
            return type(default)(text)
        except ValueError:
            pass
    else:
        return text
    raise ConfigError(
        f"The environment variable {name!r} is {shorten(text)!r}.",
        f"Its default {default!r} asks for a value of type {type(default).__name__}.",
    )


def resolve(name: str) -> Any:
    """Return what the dotted `name` refers to, importing no more modules than it takes.

    An attribute that is there wins over a submodule of the same name. Raises `ConfigError` if
    the name leads nowhere, passes a property, or ends at something that runs programs.
    """
    first, *rest = name.split(".")
    if any(part.startswith("__") for part in (first, *rest)):
        raise ConfigError(f"{name!r} reaches for a dunder name.", _WANTED)
    if _is_environment(name):
        raise ConfigError(f"{name!r} is the process environment.", _WANTED_ENV)
    found: Any = _import(first, name)
    passed = first
    for part in rest:
        found = _step(found, passed, part, name)
        passed = f"{passed}.{part}"
    module = getattr(found, "__module__", None) or ""
    is_builtin_type = module == "builtins" and isinstance(found, type)
    runs = isinstance(module, str) and module.partition(".")[0] in _RUNNERS
    if callable(found) and runs and not is_builtin_type:
        raise ConfigError(f"{name!r} can run programs or code.", _WANTED)
    return found


def _step(found: Any, passed: str, part: str, name: str) -> Any:
    # Anything but a module or class may compute its attributes: that is running code.
    is_static = isinstance(found, (ModuleType, type))
    if not is_static and isinstance(inspect.getattr_static(found, part, property()), property):
        raise ConfigError(f"{passed!r} has no plain attribute {part!r}.", _WANTED)
    try:
        return getattr(found, part)
    except AttributeError:
        if not isinstance(found, ModuleType) or not hasattr(found, "__path__"):
            raise ConfigError(f"{passed!r} has no {part!r}.", "Mend the name.") from None
    return _import(f"{passed}.{part}", name)


def _import(module: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(error.name + ".")):
            raise ConfigError(
                f"{name!r} cannot be imported (no module named {error.name!r}).",
                "Mend the name, or install the package; if it is a text, quote it.",
            ) from None
        raise _import_failed(module, error) from error
    except Exception as error:
        raise _import_failed(module, error) from error


def _import_failed(module: str, error: Exception) -> ConfigError:
    met = f"Importing {module!r} failed: {type(error).__name__}: {error}."
    return ConfigError(met, "Mend that module.")


def _dotted(node: ast.AST) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _is_environment(name: str | None) -> bool:
    return f"{name}.".startswith(("os.environ.", "os.environb.", "os.getenv."))


_READERS: dict[type[ast.AST], Callable[[Any, str], Any]] = {
    ast.Constant: _read_constant,
    ast.List: _read_list,
    ast.Tuple: _read_tuple,
    ast.Set: _read_set,
    ast.Dict: _read_dict,
    ast.UnaryOp: _read_minus,
    ast.BinOp: _read_operation,
    ast.Name: _read_name,
    ast.Attribute: _read_attribute,
    ast.Subscript: _read_subscript,
    ast.Call: _read_call,
}

_REFUSED: dict[type[ast.AST], str] = {
    ast.JoinedStr: "an f-string",
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a generator",
    ast.Starred: "an unpacking",
}
