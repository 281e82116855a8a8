"""Read an INI file: sections of literal values, each with its line."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .literals import parse_value_at
from .loaded import Loaded

# `%(a)s%(a)s` ten levels deep would grow without end; CherryPy's parser has no such limit.
MAX_INTERPOLATIONS = 1000
MAX_INTERPOLATED_CHARS = 64 * 1024


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
                reason = (
                    f"'%' must be followed by '%' or '(name)s'; found: {found!r}. Write '%%' "
                    "for a percent sign."
                )
                raise configparser.InterpolationSyntaxError(option, section, reason)
            if name not in defaults:
                raise configparser.InterpolationMissingOptionError(option, section, raw, name)
            if count > MAX_INTERPOLATIONS:
                raise configparser.InterpolationDepthError(option, section, value)
            return expand(defaults[name], depth + 1)

        return expand(value, 1)


class IniParser(configparser.ConfigParser):
    """Read INI text as CherryPy does: names keep their case, interpolation has its limits."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("interpolation", _Interpolation())
        super().__init__(**options)

    def optionxform(self, optionstr: str) -> str:
        """Keep the case: `log.rot_maxBytes` needs it."""
        return optionstr


def load_ini(text: str, name: str) -> Loaded:
    """Return what an INI file says, as CherryPy reads it.

    Raises configparser's own errors, and ConfigError for a value that is not allowed.
    """
    parser = IniParser()
    parser.read_string(text, source=name)
    loaded = Loaded({}, name, is_file=True)
    lines = {(section, key): number for number, section, key in _ini_lines(text)}
    for section in parser.sections():
        values = loaded[section] = {}
        origins = loaded.origins[section] = {"": f"{name}:{lines.get((section, ''), 0)}"}
        for key in parser.options(section):
            line = lines.get((section, key)) or lines.get((parser.default_section, key), 0)
            origins[key] = f"{name}:{line}"
            try:
                raw = parser.get(section, key)
            except configparser.InterpolationError as error:
                error.message = f"{origins[key]}: [{section}] {key}: {error.message}"
                raise
            values[key] = parse_value_at(raw, origins[key], section, key)
    return loaded


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
