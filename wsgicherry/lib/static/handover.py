"""Files that a server in front sends: X-Accel-Redirect (nginx), X-Sendfile (Apache)."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import quote

from ...core.current import Serving
from .representation import Description, Representation
from .serving import set_headers


class Handover(NamedTuple):
    """How files are handed over: their place in the header `header`; "" for not at all.

    An X-Accel-Redirect holds a URL: `prefix`, and behind it the path of the file. Without a
    prefix the header holds the file's absolute path. Both are decoded by those servers, so
    what needs it is percent-encoded.
    """

    header: str = ""
    prefix: str = ""

    def locate(self, path: str, inner_path: str) -> str:
        """Return the place of the file at `path`, known behind the prefix as `inner_path`."""
        if not self.prefix:
            return quote(path.replace(os.sep, "/"))
        inner_path = inner_path.replace(os.sep, "/").lstrip("/")
        return f"{self.prefix.rstrip('/')}/{quote(inner_path)}"

    def answer(
        self, serving: Serving, description: Description, path: str, inner_path: str
    ) -> None:
        """Make the response one that the server in front replaces by the file; see `locate`.

        That server has validators and ranges of its own: conditions are left to it.
        """
        set_headers(serving, Representation("", description, None, None).headers)
        serving.response.headers[self.header] = self.locate(path, inner_path)
        serving.response.body = None
