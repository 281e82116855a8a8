"""The settings that `staticdir` and `staticfile` share, and what they say of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...core.headers import Pairs
from ...core.loaded import ConfigError
from .handover import Handover
from .mediatypes import find_type
from .representation import Description

FINGERPRINT = r"[.-](?=[^.-]*[0-9])[0-9a-fA-F]{8,64}\."
"""What build tools put into the name of a file that never changes: 'app.3f9c2b1a.js'."""

ONE_YEAR_SECONDS = 31536000  # RFC 8246 means what is this far in the future


class Options(NamedTuple):
    """Which paths files answer, how they are described, and how long what is known of them
    holds.
    """

    match: re.Pattern[str] | None
    content_types: Mapping[str, str]
    immutable: re.Pattern[str] | None
    max_age: int | None
    precompressed: bool
    handover: Handover
    stat_seconds: float
    follow_symlinks: bool
    debug: bool

    def describe(
        self,
        path: str,
        *,
        coding: str = "",
        has_versions: bool = False,
        is_fallback: bool = False,
    ) -> Description:
        """Return what is said of the file at `path` (of whose versions in some coding this may
        be one).
        """
        headers: Pairs = ()
        value = "no-cache" if is_fallback else self.cache_control(os.path.basename(path))
        if value:
            headers += (("Cache-Control", value),)
        chosen_by = ["Accept"] * is_fallback + ["Accept-Encoding"] * has_versions
        if chosen_by:
            headers += (("Vary", ", ".join(chosen_by)),)
        return Description(find_type(path, self.content_types), coding, headers)

    def cache_control(self, name: str) -> str:
        """Return the Cache-Control of a file of that name, '' for none."""
        if self.immutable is not None and self.immutable.search(name):
            return f"max-age={ONE_YEAR_SECONDS}, immutable"
        return "" if self.max_age is None else f"max-age={self.max_age}"


def make_options(
    *,
    match: str,
    content_types: Mapping[str, str] | None,
    immutable: bool | str,
    max_age: int | None,
    precompressed: bool,
    sendfile_header: str,
    sendfile_prefix: str,
    stat_seconds: float,
    follow_symlinks: bool,
    debug: bool,
) -> Options:
    """Return options of what config says; ConfigError for what cannot be meant."""
    for setting, seconds in (("max_age", max_age), ("stat_seconds", stat_seconds)):
        if seconds is not None and seconds < 0:
            raise describe_fault(setting, seconds, "it counts seconds, from 0 on.")
    is_nginx = sendfile_header.lower() == "x-accel-redirect"
    if (is_nginx or sendfile_prefix) and not sendfile_prefix.startswith("/"):
        wanted = "nginx wants the path of an internal location, such as '/protected/'."
        raise describe_fault("sendfile_prefix", sendfile_prefix, wanted)
    pattern = FINGERPRINT if immutable is True else immutable or None
    return Options(
        compile_pattern("match", match) if match else None,
        {k.lower().lstrip("."): v for k, v in (content_types or {}).items()},
        None if pattern is None else compile_pattern("immutable", pattern),
        max_age,
        precompressed,
        Handover(sendfile_header, sendfile_prefix),
        stat_seconds,
        follow_symlinks,
        debug,
    )


def compile_pattern(setting: str, pattern: Any) -> re.Pattern[str]:
    """Return a pattern of the config; ConfigError for what is none."""
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as error:
        raise describe_fault(setting, pattern, f"no regular expression ({error}).") from None


def describe_fault(setting: str, value: Any, wanted: str) -> ConfigError:
    """Return the error of a setting that cannot be meant."""
    return ConfigError(f"the value is {value!r}:", wanted, key=setting, value=repr(value))
