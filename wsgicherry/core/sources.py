"""Read a config source (INI or TOML file, open file, dict) and note where each value stood."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, Any, TypeAlias

from .loaded import ConfigError, Loaded

# A megabyte of settings is a mistake, and TOML and INI readers keep several copies of it.
MAX_FILE_CHARS = 1024 * 1024

Source: TypeAlias = "str | bytes | os.PathLike[str] | IO[str] | Mapping[str, Any]"


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
    name = str(getattr(file, "name", "<config>"))
    try:
        text: str | bytes = file.read(MAX_FILE_CHARS + 1)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].rpartition(b"\n")[2].decode("utf-8", "replace")
        met = f"The file is not UTF-8: {error.object[error.start]:#x} stands behind {line!r}."
        raise ConfigError(met, "Save it as UTF-8.", origin=name) from None
    if len(text) > MAX_FILE_CHARS:
        raise ConfigError(
            f"The file is larger than {MAX_FILE_CHARS} characters.",
            "A config file is smaller.",
            origin=name,
        )
    return text.decode("utf-8-sig") if isinstance(text, bytes) else text


def _load_text(text: str, name: str) -> Loaded:
    # PERF: what reads files is imported by who reads some. It needs ast, inspect and
    # configparser, 40 of the 217 ms that importing all of us took on top of WebOb.
    from . import inifiles, tomlfiles

    if name.lower().endswith(".toml"):
        return tomlfiles.load_toml(text, name)
    return inifiles.load_ini(text, name)
