"""The frameworks that are compared; each has a file of its name in `programs/`."""

from __future__ import annotations

from importlib import metadata
from typing import NamedTuple

from workloads import NAMES


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


STATIC = frozenset({"static", "static_304"})
NO_SESSION = frozenset({"session", "cached", "basic"})  # none on the server, or no part of it
NO_GZIP = NO_SESSION | {"gzip"}
NO_STATIC = NO_GZIP | STATIC
NO_MULTIPART = NO_SESSION | {"multipart_fields", "upload"} | STATIC
FORMS_ONLY = NO_SESSION | {"hello", "item", "json", "deep", "missing", "gzip"} | STATIC
FILES_ONLY = frozenset(NAMES) - STATIC

FRAMEWORKS = (
    Framework("raw", "raw WSGI", "", NO_MULTIPART),
    Framework("multipart", "multipart alone", "multipart", FORMS_ONLY),
    Framework("webob", "bare WebOb", "webob", NO_SESSION),
    Framework("wsgicherry", "wsgicherry", "wsgicherry"),
    Framework("falcon", "Falcon", "falcon", NO_GZIP),
    Framework("whitenoise", "WhiteNoise", "whitenoise", FILES_ONLY),
    Framework("bottle", "Bottle", "bottle", NO_GZIP - {"basic"}),
    Framework("pyramid", "Pyramid", "pyramid", NO_GZIP),
    Framework("pecan", "Pecan", "pecan", NO_STATIC),
    Framework("flask", "Flask", "flask", NO_GZIP),
    Framework("cherrypy", "CherryPy", "cherrypy"),
)
KEYS = tuple(framework.key for framework in FRAMEWORKS)
BY_KEY = {framework.key: framework for framework in FRAMEWORKS}
