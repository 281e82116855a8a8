"""The frameworks that are compared; each has a file of its name in `programs/`."""

from __future__ import annotations

from importlib import metadata
from typing import NamedTuple


class Framework(NamedTuple):
    """One row of the comparison."""

    key: str  # the program's file name
    title: str
    package: str  # what is imported, "" for plain WSGI
    lacks: frozenset[str] = frozenset()  # workloads it has nothing for

    def version(self) -> str:
        """Return the version that is installed, "" if there is none."""
        try:
            return metadata.version(self.package) if self.package else ""
        except metadata.PackageNotFoundError:
            return ""


NO_SESSION = frozenset({"session"})  # none on the server, or it is no part of it
NO_GZIP = NO_SESSION | {"gzip"}
NO_MULTIPART = NO_SESSION | {"multipart_fields", "upload"}
FORMS_ONLY = NO_SESSION | {"hello", "item", "json", "deep", "missing", "gzip"}

FRAMEWORKS = (
    Framework("raw", "raw WSGI", "", NO_MULTIPART),
    Framework("multipart", "multipart alone", "multipart", FORMS_ONLY),
    Framework("webob", "bare WebOb", "webob", NO_SESSION),
    Framework("wsgicherry", "wsgicherry", "wsgicherry"),
    Framework("falcon", "Falcon", "falcon", NO_GZIP),
    Framework("bottle", "Bottle", "bottle", NO_GZIP),
    Framework("pyramid", "Pyramid", "pyramid", NO_GZIP),
    Framework("pecan", "Pecan", "pecan", NO_GZIP),
    Framework("flask", "Flask", "flask", NO_GZIP),
    Framework("cherrypy", "CherryPy", "cherrypy"),
)
KEYS = tuple(framework.key for framework in FRAMEWORKS)
BY_KEY = {framework.key: framework for framework in FRAMEWORKS}
