"""The type of a file by the extension of its name."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping
from functools import cache

UNKNOWN = "application/octet-stream"

# The same on each Python: 3.10 knows fewer than 3.13, and '.js' has changed.
_OWN = {
    ".avif": "image/avif",
    ".br": "application/x-brotli",
    ".bz2": "application/x-bzip2",
    ".dwg": "image/x-dwg",
    ".gz": "application/gzip",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".tgz": "application/gzip",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xz": "application/x-xz",
    ".zst": "application/zstd",
}


# PERF: both are made when a file is first served: to read the machine's lists takes 3 ms.
@cache
def known_types() -> dict[str, str]:
    """Return {extension: type} of what is sent: what Python itself knows, and `_OWN`."""
    return {**mimetypes.MimeTypes().types_map[True], **_OWN}


@cache
def listed_types() -> dict[str, str]:
    """Return {extension: type} of what Python and the lists of this machine say: `mimetypes`
    before a program tells it more.
    """
    lists = mimetypes.MimeTypes(filter(os.path.isfile, mimetypes.knownfiles))
    lists.read_windows_registry()
    return lists.types_map[True]


def find_type(path: str, content_types: Mapping[str, str] | None = None) -> str | None:
    """Return the type of the file at `path`, None if nobody knows it.

    `content_types` ({extension without its dot: type}) comes first, then what a program has
    told the standard library's `mimetypes`. Only the last extension counts: an archive
    'x.tar.gz' is sent as the gzip file that it is.
    """
    extension = os.path.splitext(path)[1].lower()
    if content_types:
        given = content_types.get(extension[1:])
        if given is not None:
            return given
    listed = listed_types().get(extension)  # first: Python fills `types_map` when asked
    told = mimetypes.types_map.get(extension)
    return told if told != listed else known_types().get(extension) or listed
