"""The folder of files of the site `static`, with what must never be served in and beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from invariants import OUTSIDE_MARKER

MTIME = 1_700_000_000
CONTENT = bytes(range(250)) * 4
TAG = f'"{MTIME * 10**9:x}-{len(CONTENT):x}"'
"""The tag of data.bin: its time and size."""

STATIC_SITES = ("static",)


def put(path: Path, data: bytes | str) -> None:
    """Write a file of a known time, with the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (MTIME, MTIME))


def static_folder(directory: Path) -> dict[str, dict[str, Any]]:
    """Make the folder, and return the config that serves it at /files and, as the fallback of a
    program in the browser, at /app.
    """
    public = directory / "public"
    put(public / "data.bin", CONTENT)
    put(public / "app.js", "plain")
    put(public / "app.js.gz", "packed")
    put(public / "index.html", "index page")
    put(public / "sub" / "index.html", "index of sub")
    put(public / "sub" / "\xe9.txt", "accent")
    put(public / ".env", OUTSIDE_MARKER)
    put(public / ".git" / "config", OUTSIDE_MARKER)
    put(public / "sub" / ".hidden", OUTSIDE_MARKER)
    links = {
        "link-in": "data.bin",
        "link-out": "../secret.txt",
        "link-folder": "../public-secret",
        "link-up": "..",
        "link-loop": "link-loop",
        "link-nowhere": "nowhere",
        "link-device": "/dev/zero",
        "link-absolute": str(directory / "secret.txt"),
        "sub/chain": "../link-out",
    }
    for name, target in links.items():
        if not (public / name).is_symlink():
            (public / name).symlink_to(target)
    if not (public / "fifo").exists():
        os.mkfifo(public / "fifo")
    settings = {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(public),
        "tools.staticdir.index": "index.html",
        "tools.staticdir.precompressed": True,
    }
    return {
        "/files": settings,
        "/app": {**settings, "tools.staticdir.fallback": "index.html"},
    }
