"""Read a config source (INI or TOML file, open file, dict) and note where each value stood."""

from __future__ import annotations

import configparser
import importlib
import os
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, TypeAlias

from .literals import ConfigError, parse_value

# A megabyte of settings is a mistake, and TOML and INI readers keep several copies of it.
MAX_FILE_CHARS = 1024 * 1024
# `%(a)s%(a)s` ten levels deep would grow without end; CherryPy's parser has no such limit.
MAX_INTERPOLATIONS = 1000
MAX_INTERPOLATED_CHARS = 64 * 1024
# `tools.staticdir.content_types` is the longest kind of key; what lies deeper is a dict value.
MAX_KEY_PARTS = 3

Source: TypeAlias = "str | bytes | os.PathLike[str] | IO[str] | Mapping[str, Any]"


class Loaded(dict[str, Any]):
    """What one source said: sections, or (from a dict only) perhaps flat keys.

    `source` names it; `is_file` tells a file, whose every top-level entry is a section, from a
    dict; `origins` has a "file:line" for each key of each section, and for the section itself
    under the key "".
    """

    def __init__(self, values: Mapping[str, Any], source: str, is_file: bool = False) -> None:
        super().__init__(values)
        self.source, self.is_file = source, is_file
        self.origins: dict[str, dict[str, str]] = {}


def load(source: Source, label: str = "a dict") -> Loaded:
    """Return what `source` says: a filename, an open text file, or a dict (copied, one level).

    Files are TOML if their name ends so, else INI as CherryPy reads it. `label` names a dict in
    messages ("a dict passed to tree.mount"). Raises `OSError` for a file that cannot be read,
    configparser's own errors for malformed INI, `ConfigError` for malformed TOML and for values
    that are not allowed, `TypeError` for another kind of source.
    """
    if isinstance(source, Loaded):
        return source
    if isinstance(source, Mapping):
        return Loaded(source, label)
    if isinstance(source, (str, bytes, os.PathLike)):
        # utf-8-sig: editors of one large system still write a byte order mark.
        with open(source, encoding="utf-8-sig") as file:
            return _load_text(_read(file), os.fsdecode(source))
    if hasattr(source, "read"):
        return _load_text(_read(source), str(getattr(source, "name", "<config>")))
    raise TypeError(
        f"Cannot read config from {source!r}: give a filename, an open text file or a dict."
    )


def _read(file: IO[str]) -> str:
    text: str | bytes = file.read(MAX_FILE_CHARS + 1)
    if len(text) > MAX_FILE_CHARS:
        name = str(getattr(file, "name", "<config>"))
        raise ConfigError(
            f"The file is larger than {MAX_FILE_CHARS} characters.",
            "A config file is smaller.",
            origin=name,
        )
    return text.decode("utf-8-sig") if isinstance(text, bytes) else text


def _load_text(text: str, name: str) -> Loaded:
    return _load_toml(text, name) if name.lower().endswith(".toml") else _load_ini(text, name)


# INI ------------------------------------------------------------------------------------------


class _Interpolation(configparser.BasicInterpolation):
    """Replace `%(name)s` by another key's text and `%%` by `%`, within limits."""

    _pattern = re.compile(r"%(%|\((?P<name>[^)]*)\)s)?")

    def before_get(
        self, parser: Any, section: str, option: str, value: str, defaults: Mapping[str, str]
    ) -> str:
        if "%" not in value:
            return value
        count = 0

        def expand(raw: str, depth: int) -> str:
            if depth > configparser.MAX_INTERPOLATION_DEPTH:
                raise configparser.InterpolationDepthError(option, section, value)
            text = self._pattern.sub(lambda match: replace(match, raw, depth), raw)
            if len(text) > MAX_INTERPOLATED_CHARS:
                raise configparser.InterpolationDepthError(option, section, value)
            return text

        def replace(match: re.Match[str], raw: str, depth: int) -> str:
            nonlocal count
            count += 1
            if match[0] == "%%":
                return "%"
            name = match["name"]
            if name is None:
                found = raw[match.start() : match.start() + 40]
                reason = f"'%' must be followed by '%' or '(name)s'; found: {found!r}"
                raise configparser.InterpolationSyntaxError(option, section, reason)
            if name not in defaults:
                raise configparser.InterpolationMissingOptionError(option, section, raw, name)
            if count > MAX_INTERPOLATIONS:
                raise configparser.InterpolationDepthError(option, section, value)
            return expand(defaults[name], depth + 1)

        return expand(value, 1)


class _Parser(configparser.ConfigParser):
    def optionxform(self, optionstr: str) -> str:
        """Keep the case: `log.rot_maxBytes` needs it."""
        return optionstr


def _load_ini(text: str, name: str) -> Loaded:
    parser = _Parser(interpolation=_Interpolation())
    parser.read_string(text, source=name)
    loaded = Loaded({}, name, is_file=True)
    lines = {(section, key): number for number, section, key in _ini_lines(text)}
    for section in parser.sections():
        values = loaded[section] = {}
        origins = loaded.origins[section] = {"": f"{name}:{lines.get((section, ''), 0)}"}
        for key in parser.options(section):
            line = lines.get((section, key)) or lines.get((parser.default_section, key), 0)
            origins[key] = f"{name}:{line}"
            raw = parser.get(section, key)
            values[key] = _parse(raw, origins[key], section, key)
    return loaded


def _parse(raw: str, origin: str, section: str, key: str) -> Any:
    try:
        return parse_value(raw, key)
    except ConfigError as error:
        raise error.at(origin, section, key, raw) from error.__cause__


def _ini_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line number, section, key) by configparser's own rules; key "" is the header."""
    section, has_key, indent = "", False, 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        depth = len(line) - len(line.lstrip())
        if has_key and depth > indent:
            continue
        header = re.match(r"\[(.+)\]", bare)
        indent, has_key = depth, header is None
        if header:
            section = header[1]
        yield number, section, "" if header else re.split(r"[:=]", bare, maxsplit=1)[0].rstrip()


# TOML -----------------------------------------------------------------------------------------

_TOML_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_TOML_NAME = rf"{_TOML_PART}(?:[ \t]*\.[ \t]*{_TOML_PART})*"
_TOML_HEADER = re.compile(rf"\s*\[\[?[ \t]*({_TOML_NAME})[ \t]*\]")
_TOML_KEY = re.compile(rf"\s*({_TOML_NAME})[ \t]*=")


def _load_toml(text: str, name: str) -> Loaded:
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
        return _parse(value["python"], origin, section, key)
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
