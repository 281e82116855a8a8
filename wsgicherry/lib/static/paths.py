"""Which file of a directory a path means, and which mean none. Pure: nothing is opened."""

from __future__ import annotations

import os
import re

IS_WINDOWS = os.name == "nt"

WELL_KNOWN = ".well-known"
"""The one dot name that is meant to be seen (RFC 8615)."""

# What Windows takes for a device in any directory and with any extension, superscript digits
# too (Werkzeug CVE-2025-66221, CVE-2026-21860, CVE-2026-27199).
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\xb9\xb2\xb3]) *(?:[.:]|$)",
    re.IGNORECASE,
)
# 'PROGRA~1': the short name of a file, by which a name that is refused could be had after all.
_SHORT_NAME = re.compile(r"~[0-9]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def split_path(
    path: str, *, dotfiles: bool = False, windows: bool = IS_WINDOWS
) -> list[str] | None:
    """Return the names that `path`, relative and decoded already, goes through; None if it
    leads to nothing that may be served.

    Refused are '.', '..' and empty names, backslashes, control characters, with `windows` what
    that system reads otherwise than it is written, and without `dotfiles` names that begin with
    a dot, but for '.well-known'. Nothing is decoded here: PATH_INFO has been, once.
    """
    if "\\" in path or _CONTROL.search(path):
        return None
    names = path.split("/") if path else []
    for name in names:
        if name in ("", ".", ".."):
            return None
        if name[0] == "." and not dotfiles and name != WELL_KNOWN:
            return None
        if windows and is_windows_trap(name):
            return None
    return names


def is_windows_trap(name: str) -> bool:
    """Tell whether Windows takes `name` for another one: a device ('con.txt'), a drive or a
    stream ('c:', 'a.txt:x'), a short name ('PASSWO~1'), or one with dots or spaces cut off.
    """
    return (
        ":" in name
        or name[-1:] in (".", " ")
        or _DEVICE.match(name.lstrip(" ")) is not None
        or _SHORT_NAME.search(name) is not None
    )


def is_inside(root: str, path: str) -> bool:
    """Tell whether `path` is `root` or below it, by whole names; both resolved and absolute.

    '/static-secret' is not below '/static' (CherryPy's slip; Starlette CVE-2023-29159).
    """
    root, path = os.path.normcase(root), os.path.normcase(path)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
