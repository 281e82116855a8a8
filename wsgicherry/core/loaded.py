"""What a config source said, and the error for what cannot be meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_SHOWN_CHARS = 80


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


class ConfigError(ValueError):
    """A config source says something that cannot be meant.

    `origin` is "file:line" when it is known; `section`, `key` and `value` are spelled as the
    user spelled them; `met` and `wanted` are the two sentences of the message.
    """

    def __init__(
        self,
        met: str,
        wanted: str = "",
        *,
        origin: str = "",
        section: str = "",
        key: str = "",
        value: str = "",
    ) -> None:
        self.met, self.wanted = met, wanted
        self.origin, self.section, self.key, self.value = origin, section, key, value
        place = f"[{section}] " if section else ""
        if key:
            place += f"{key} = {shorten(value)}" if value else key
        parts = [part for part in (origin, place.rstrip()) if part]
        super().__init__(": ".join([*parts, f"{met} {wanted}".rstrip()]))

    def at(self, origin: str, section: str, key: str, value: str) -> ConfigError:
        """Return the same error, told where it stood."""
        return ConfigError(
            self.met, self.wanted, origin=origin, section=section, key=key, value=value
        )


def shorten(text: str) -> str:
    """Return `text` on one line, cut to MAX_SHOWN_CHARS."""
    text = text.replace("\n", " ")
    return text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 3] + "..."
