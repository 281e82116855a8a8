"""Names that config gives: of methods and headers, one or several; checked when mounted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..core.loaded import ConfigError
from ..wire.headers import TOKEN

_TOKEN = re.compile(TOKEN)


def list_names(key: str, names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the names that the config key `key` gives; ConfigError for one that is none."""
    found = (names,) if isinstance(names, str) else tuple(names or ())
    for name in found:
        check_name(key, name, "Several of them are a list: ['a', 'b'].")
    return found


def check_name(key: str, name: object, wanted: str = "Write letters, digits and '-'.") -> None:
    """ConfigError unless `name` can be that of a method or of a header."""
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise ConfigError(f"It holds {name!r}, which is no name.", wanted, key=key)
