"""One file, whatever the path below it (`tools.staticfile`)."""

from __future__ import annotations

import os
from typing import Any

from ...core.current import Serving, serving_now
from ...core.errors import NotFound
from ...core.loaded import ConfigError
from ...wire.conditions import READING
from .entries import Entries, Entry
from .opening import find_file
from .options import make_options


class SingleFile:
    """The file `filename`. Its name is the program's own: links are followed."""

    def __init__(
        self,
        *,
        filename: str | os.PathLike[str],
        root: str | os.PathLike[str] | None,
        **shared: Any,
    ) -> None:
        filename = os.fspath(filename)
        if not os.path.isabs(filename):
            if not root or not os.path.isabs(root):
                raise ConfigError(
                    f"Static tool requires an absolute filename (got {filename!r}); a relative "
                    "one needs an absolute root.",
                    key="filename",
                    value=repr(filename),
                )
            filename = os.path.join(root, filename)
        self.filename = filename
        self.options = make_options(**shared, follow_symlinks=True)
        self.entries = Entries()

    def answer(self) -> bool:
        """Make the file the response; return whether it is there."""
        serving = serving_now()
        request, match = serving.request, self.options.match
        if request.environ["REQUEST_METHOD"] not in READING or (
            match is not None and not match.search(request.path_info)
        ):
            return False
        entry = self.entries.find_current("")
        if entry is not None and self.send(serving, entry):
            return True
        entry = self.find()
        return entry is not None and self.send(serving, entry)

    def send(self, serving: Serving, entry: Entry) -> bool:
        """Make the file of `entry` the response; return False if it has gone since."""
        try:
            entry.answer(serving)
        except NotFound:
            self.entries.clear()
            return False
        if self.options.debug:
            serving.request.log(f"serving {self.filename!r}", "TOOLS.STATICFILE")
        return True

    def find(self) -> Entry | None:
        """Return what is known of the file now, None if it is not there."""
        status = find_file(self.filename)
        if status is None:
            return None
        entry = Entry(self.filename, status, self.options, os.path.basename(self.filename))
        self.entries.keep("", entry)
        return entry
