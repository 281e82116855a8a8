"""What is said of a file: its validators, and the headers of a 200 and of a 304."""

from __future__ import annotations

import os
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from ...core.headers import Pairs, settle_headers
from .mediatypes import UNKNOWN

# What a 304 repeats of the 200 (RFC 9110 section 15.4.5).
_ON_304 = ("Etag", "Cache-Control", "Vary")


class Description(NamedTuple):
    """What is said of a file by its name and the settings, and stays when it changes."""

    content_type: str | None = None
    """None: nobody knows."""
    coding: str = ""
    """The Content-Encoding."""
    headers: Pairs = ()
    """More of them: Cache-Control, Vary, Content-Disposition."""


class Representation:
    """One file at `path` ('' for one that was opened by the program), as it is now.

    `size` is None where nobody knows it: such a file has no ranges. `modified` is in seconds of
    the epoch, None if it is not known, and so is `etag`, a strong one.
    """

    __slots__ = (
        "content_type",
        "description",
        "etag",
        "headers",
        "last_modified",
        "modified",
        "mtime_ns",
        "not_modified",
        "path",
        "size",
    )

    def __init__(
        self,
        path: str,
        description: Description,
        size: int | None,
        mtime_ns: int | None,
    ) -> None:
        self.path, self.description = path, description
        self.size, self.mtime_ns = size, mtime_ns
        self.content_type = description.content_type or UNKNOWN
        self.etag = self.modified = self.last_modified = None
        pairs = [("Content-Type", self.content_type)]
        if description.content_type is None:
            # A browser that guesses finds a script in anything.
            pairs.append(("X-Content-Type-Options", "nosniff"))
        if description.coding:
            pairs.append(("Content-Encoding", description.coding))
        if size is not None:
            pairs.append(("Accept-Ranges", "bytes"))
        if mtime_ns is not None and size is not None:
            self.etag = make_etag(size, mtime_ns, description.coding)
            self.modified = mtime_ns // 10**9
            self.last_modified = http_date(self.modified)
            pairs += ("Last-Modified", self.last_modified), ("Etag", self.etag)
        pairs += description.headers
        # PERF: settled once, not whenever they are sent: 1 us.
        self.headers: Pairs = tuple(settle_headers(pairs)[0])
        self.not_modified: Pairs = tuple(pair for pair in self.headers if pair[0] in _ON_304)

    @classmethod
    def of(cls, path: str, description: Description, status: os.stat_result) -> Representation:
        """Return what describes the file at `path` as `status` shows it."""
        return cls(path, description, status.st_size, status.st_mtime_ns)

    def is_of(self, status: os.stat_result) -> bool:
        """Tell whether this describes the file as `status` shows it."""
        return self.mtime_ns == status.st_mtime_ns and self.size == status.st_size


def make_etag(size: int, mtime_ns: int, coding: str = "") -> str:
    """Return the strong tag of a file: its time and size, which are the same on each machine
    that it was copied to (its inode is not), and the coding it is in.
    """
    tail = f"-{coding}" if coding else ""
    return f'"{mtime_ns:x}-{size:x}{tail}"'


@lru_cache(maxsize=512)
def http_date(second: int) -> str:
    """Return a time (seconds of the epoch) as HTTP has it (RFC 9110 section 5.6.7)."""
    return formatdate(second, usegmt=True)
