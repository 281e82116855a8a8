"""Files of a known content and time, pages beside them, and what a server would send."""

from __future__ import annotations

import os
from pathlib import Path

from wsgicherry.core.expose import expose
from wsgicherry.lib.static import serve_file, serve_fileobj

MTIME = 1_700_000_000
SIZE = 1000
CONTENT = bytes(range(250)) * 4


class Answer:
    """What a server would send."""

    def __init__(self, status, headers, body):
        self.status, self.body = int(status[:3]), body
        self.headers = {name.lower(): value for name, value in headers}
        assert len(self.headers) == len(headers), headers

    def __getitem__(self, name):
        return self.headers.get(name.lower())


def put(path, data=CONTENT, mtime=MTIME):
    """Write a file of a known time, with the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (mtime, mtime))
    return path


class Root:
    """Pages beside the files; the site's folder stands in `folder`."""

    folder = Path()

    @expose
    def index(self):
        return "index page"

    @expose
    def page(self, *args):
        return "page " + "/".join(args)

    @expose
    def file(self):
        return serve_file(str(self.folder / "data.bin"))

    @expose
    def opened(self):
        return serve_fileobj(open(self.folder / "data.bin", "rb"), "text/x-own")
