"""Config files and namespaces for programs' own use, by CherryPy's names.

Values are read as everywhere: literals, `env()` and dotted names; no file can run a program.
Source: BEHAVIOUR 4.2 to 4.5 and 12.3.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import IO, Any, ClassVar

from ..core.config import ConfigError, NamespaceSet
from ..core.inifiles import IniParser
from ..core.literals import parse_value, parse_value_at
from ..core.sources import Source, load

__all__ = ["Config", "ConfigError", "NamespaceSet", "Parser", "attributes", "modules", "unrepr"]

_FILENAME = (str, bytes, os.PathLike)


class Config(dict[str, Any]):
    """A flat dict of settings that hands each one to its namespace as it comes in.

    A class of your own brings `defaults`, `environments` (presets that the key `environment`
    asks for by name) and `namespaces`.
    """

    defaults: ClassVar[Mapping[str, Any]] = {}
    environments: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    namespaces: ClassVar[NamespaceSet] = NamespaceSet()

    def __init__(self, file: Source | None = None, **kwargs: Any) -> None:
        super().__init__()
        self.reset()
        if file is not None:
            self.update(file)
        if kwargs:
            self.update(kwargs)

    def reset(self) -> None:
        """Go back to the defaults, without running namespaces: what they did stays done."""
        self.clear()
        dict.update(self, self.defaults)

    def update(self, config: Source) -> None:  # type: ignore[override]
        """Take over a file's sections or a dict's keys; run the namespaces on them.

        Raises `ConfigError` for an unknown environment, and what `Parser.load` raises.
        """
        values = Parser.load(config)
        name = values.get("environment")
        if name:
            if name not in self.environments:
                known = ", ".join(sorted(self.environments)) or "none"
                raise ConfigError(f"There is no environment {name!r}.", f"Known are {known}.")
            values = {**self.environments[name], **values}
        dict.update(self, values)
        self.namespaces(values)

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.namespaces({key: value})


class Parser(IniParser):
    """An INI file whose values are Python's: read it, then ask for `as_dict()`."""

    def read(  # type: ignore[override]  # as configparser's, but for the type of the names
        self, filenames: Any, encoding: str | None = None
    ) -> list[str]:
        """Read the files named and return their names; OSError for one that cannot be read."""
        names: Iterable[Any] = [filenames] if isinstance(filenames, _FILENAME) else filenames
        read = []
        for name in map(os.fsdecode, names):
            with open(name, encoding=encoding or "utf-8-sig") as file:
                self.read_file(file, name)
            read.append(name)
        return read

    def as_dict(
        self, raw: bool = False, vars: Mapping[str, str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return {section: {key: value}}; ConfigError for a value that is not allowed.

        `raw`: leave `%(name)s` as it stands. `vars`: more names that may stand there.
        """
        return {
            section: {
                option: parse_value_at(
                    self.get(section, option, raw=raw, vars=vars), "", section, option
                )
                for option in self.options(section)
            }
            for section in self.sections()
        }

    def dict_from_file(
        self, file: str | bytes | os.PathLike[str] | IO[str]
    ) -> dict[str, dict[str, Any]]:
        """Return what a file, named or open, says."""
        if isinstance(file, _FILENAME):
            self.read(file)
        else:
            self.read_file(file)
        return self.as_dict()

    @classmethod
    def load(cls, input: Source) -> dict[str, Any]:
        """Return what a file, named (INI or TOML) or open, says, or a copy of a dict.

        Raises as `core.sources.load` does.
        """
        return dict(load(input))


def unrepr(s: str) -> Any:
    """Return the value that `s` spells, '' and None as they are.

    ConfigError (a ValueError) for what is not allowed in config: see docs/config.md.
    """
    return parse_value(s) if s else s


def modules(modulePath: str) -> ModuleType:
    """Import the module of that dotted name and return it."""
    return import_module(modulePath)


def attributes(full_attribute_name: str) -> Any:
    """Return the attribute `c` of the module `a.b` for 'a.b.c', importing the module.

    ImportError when there is no such module, AttributeError when it has no such attribute,
    ValueError for a name without a dot.
    """
    path, dot, name = full_attribute_name.rpartition(".")
    if not dot:
        raise ValueError(f"{full_attribute_name!r} names no module: write 'module.attribute'.")
    try:
        return getattr(modules(path), name)
    except AttributeError:
        raise AttributeError(f"'{path}' object has no attribute '{name}'") from None
