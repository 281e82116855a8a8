"""What is known of files for a moment: each with its versions in the codings of HTTP."""

from __future__ import annotations

import os
import stat
from time import monotonic
from typing import Any

from ...core.current import Serving
from ...wire.accept import IDENTITY, choose_coding
from .opening import find_file
from .options import Options
from .representation import Representation
from .serving import serve_known

MAX_ENTRIES = 2000
"""Files that are remembered for one directory."""

MAX_KEY_CHARS = 1024
"""A longer path is looked up each time."""

# The smallest first: a server may choose among what the client takes.
CODINGS = (("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz"))


class Entry:
    """A file that was found: `plain`, and what is there of it in a coding.

    `inner_path` is its path as the server in front knows it; `until` (seconds of the monotonic
    clock) is when all this is looked up again.
    """

    __slots__ = ("inner_path", "is_index", "options", "plain", "until", "versions")

    def __init__(
        self,
        path: str,
        status: os.stat_result,
        options: Options,
        inner_path: str,
        *,
        is_index: bool = False,
        is_fallback: bool = False,
    ) -> None:
        self.options, self.inner_path, self.is_index = options, inner_path, is_index
        self.until = monotonic() + options.stat_seconds
        found = []
        if options.precompressed and not options.handover.header:
            found = [
                (coding, path + extension, version)
                for coding, extension in CODINGS
                if (version := find_version(path + extension, status)) is not None
            ]
        about: dict[str, Any] = {"has_versions": bool(found), "is_fallback": is_fallback}
        self.plain = Representation.of(path, options.describe(path, **about), status)
        self.versions = {
            coding: Representation.of(
                neighbour, options.describe(path, coding=coding, **about), version
            )
            for coding, neighbour, version in found
        }

    def has_changed(self) -> bool:
        """Tell whether the file is another by now: its versions are then of another content."""
        status = find_file(self.plain.path)
        return status is None or not self.plain.is_of(status)

    def choose(self, accept_encoding: str | None) -> Representation:
        """Return the version that is sent to a client that takes these codings."""
        coding = choose_coding(accept_encoding, tuple(self.versions))
        return self.versions.get(coding or IDENTITY, self.plain)

    def answer(self, serving: Serving) -> None:
        """Make the file the response. NotFound if it has gone."""
        handover = self.options.handover
        if handover.header:
            handover.answer(serving, self.plain.description, self.plain.path, self.inner_path)
            return
        # PERF: few files have versions: 0.3 us.
        known = self.plain
        if self.versions:
            known = self.choose(serving.request.environ.get("HTTP_ACCEPT_ENCODING"))
            if known is not self.plain and self.has_changed():
                known, self.until = self.plain, 0.0
        serve_known(serving, known, through_links=self.options.follow_symlinks)


def find_version(path: str, status: os.stat_result) -> os.stat_result | None:
    """Return what the system says of a file in a coding, None if there is none beside the one
    of `status`: one that is older is of another content, and a link may lead anywhere.
    """
    try:
        version = os.lstat(path)
    except (OSError, ValueError):
        return None
    is_of_it = stat.S_ISREG(version.st_mode) and version.st_mtime_ns >= status.st_mtime_ns
    return version if is_of_it and version.st_size else None


class Entries(dict[str, Entry]):
    """Entries by the path of the request, MAX_ENTRIES at most."""

    def find_current(self, path: str) -> Entry | None:
        """Return the entry of `path` if there is one that still holds."""
        entry = self.get(path)
        return entry if entry is not None and monotonic() < entry.until else None

    def keep(self, path: str, entry: Entry) -> None:
        """Keep `entry` as that of `path`, if it is to be kept at all."""
        if not entry.options.stat_seconds or len(path) > MAX_KEY_CHARS:
            return
        if len(self) >= MAX_ENTRIES:
            self.clear()
        self[path] = entry
