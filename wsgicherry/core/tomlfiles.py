"""Read a TOML file: tables become sections of flat keys, each with its line."""

from __future__ import annotations

import importlib
import re
from typing import Any

from .literals import parse_value_at
from .loaded import ConfigError, Loaded

# `tools.staticdir.content_types` is the longest kind of key; what lies deeper is a dict value.
MAX_KEY_PARTS = 3

_TOML_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_TOML_NAME = rf"{_TOML_PART}(?:[ \t]*\.[ \t]*{_TOML_PART})*"
_TOML_HEADER = re.compile(rf"\s*\[\[?[ \t]*({_TOML_NAME})[ \t]*\]")
_TOML_KEY = re.compile(rf"\s*({_TOML_NAME})[ \t]*=")


def load_toml(text: str, name: str) -> Loaded:
    """Return what a TOML file says; raise ConfigError if it is malformed or not allowed."""
    try:
        tables = _toml_reader().loads(text)
    except ValueError as error:
        raise ConfigError(f"This is not valid TOML: {error}.", origin=name) from None
    lines = _toml_lines(text)
    loaded = Loaded({}, name, is_file=True)
    for section, table in tables.items():
        header = lines.get((section,))
        if header is None or not isinstance(table, dict):
            starts = [number for path, number in lines.items() if path[0] == section]
            raise ConfigError(
                f"{section!r} stands before any table.",
                "Put site-wide settings under [global].",
                origin=f"{name}:{min(starts, default=1)}",
                key=section,
                value=str(table),
            )
        is_settings = section == "global" or section.startswith("/")
        flat = _flatten(table) if is_settings else table
        origins = loaded.origins[section] = {"": f"{name}:{header}"}
        loaded[section] = {}
        for key, value in flat.items():
            origins[key] = f"{name}:{_find_line(lines, section, key)}"
            loaded[section][key] = _toml_value(value, origins[key], section, key)
    return loaded


def _toml_reader() -> Any:
    for module in ("tomllib", "tomli"):
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError:
            continue
    raise ConfigError(
        "TOML needs Python 3.11 or the package tomli.", "Install tomli, or write INI."
    )


def _flatten(table: dict[str, Any], prefix: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return `table` with dotted keys: {"tools": {"gzip": {"on": True}}} is "tools.gzip.on"."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        parts = (*prefix, *name.split(".", MAX_KEY_PARTS - 1))
        is_nested = isinstance(value, dict) and value and not _is_expression(value)
        if is_nested and len(parts) < MAX_KEY_PARTS:
            flat.update(_flatten(value, parts))
        else:
            flat[".".join(parts)] = value
    return flat


def _is_expression(value: Any) -> bool:
    """Tell { python = 'env("PORT", 8080)' }, the way to write what TOML has no literal for."""
    return isinstance(value, dict) and value.keys() == {"python"}


def _toml_value(value: Any, origin: str, section: str, key: str) -> Any:
    if _is_expression(value) and isinstance(value["python"], str):
        return parse_value_at(value["python"], origin, section, key)
    return value


def _toml_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the first line of each table and key. It does not know multi-line strings."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        header, key = _TOML_HEADER.match(line), _TOML_KEY.match(line)
        if header:
            table = _toml_parts(header[1])
            # [global.server] opens the section "global", too.
            lines.setdefault(table[:1], number)
            lines.setdefault(table, number)
        elif key:
            lines.setdefault((*table, *_toml_parts(key[1])), number)
    return lines


def _toml_parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_TOML_PART, name))


def _find_line(lines: dict[tuple[str, ...], int], section: str, key: str) -> int:
    wanted = f"{section}.{key}"
    dotted = {".".join(path): number for path, number in lines.items()}
    while wanted not in dotted and wanted != section:
        deeper = [number for path, number in dotted.items() if path.startswith(wanted + ".")]
        if deeper:
            return min(deeper)
        wanted = wanted.rpartition(".")[0] if "." in wanted[len(section) :] else section
    return dotted[wanted]
