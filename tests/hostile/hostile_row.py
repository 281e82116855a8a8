"""A row of the table: one request, and what must come back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import quote, unquote_to_bytes

ABSENT = None
"""As a value of the environ: the server does not give this key."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

CREDENTIAL = "hunter2-the-credential"
"""Rows send it where secrets stand; no log line may hold it."""


@dataclass(frozen=True)
class Row:
    """One request to one of the sites of `hostile_sites`, and what its answer must be."""

    id: str
    status: int | tuple[int, ...]
    """The one right status, or all that would do where no page settles it."""
    path: str = "/"
    """PATH_INFO, a native string of PEP 3333: bytes as ISO-8859-1."""
    query: str = ""
    method: str = "GET"
    environ: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    source: Callable[[], BinaryIO] | None = None
    """Makes `wsgi.input` instead of `body`."""
    site: str = "plain"
    contains: str = ""
    lacks: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Headers of the answer; None: must not be there."""
    leaves: bool = False
    """The program itself sent the client to another host."""
    is_programs_fault: bool = False
    """The program fails, or refuses what it was made to send: 5xx is right."""
    breaks_off: bool = False
    """The body ends in an exception, by which alone the server knows that it is not whole."""
    why: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that is right."""
        return (self.status,) if isinstance(self.status, int) else self.status


def make_environ(row: Row) -> dict[str, Any]:
    """Return the environ of `row`, with a fresh `wsgi.input`."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": row.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": row.path,
        "QUERY_STRING": row.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if row.body is not None:
        environ["CONTENT_LENGTH"] = str(len(row.body))
    environ.update(row.environ)
    for key in [key for key, value in environ.items() if value is ABSENT]:
        del environ[key]
    environ["wsgi.input"] = row.source() if row.source else io.BytesIO(row.body or b"")
    return environ


def raw(path: str) -> str:
    """Return what a server makes of a percent-encoded path: PATH_INFO, bytes as ISO-8859-1."""
    return unquote_to_bytes(path).decode("latin-1")


def escaped(text: str | bytes) -> str:
    """Return `text` percent-encoded, for a query string or a form."""
    return quote(text, safe="", errors="surrogatepass" if isinstance(text, str) else None)


def asks(**params: str) -> str:
    """Return a query string."""
    return "&".join(f"{name}={escaped(value)}" for name, value in params.items())


class BrokenInput(io.RawIOBase):
    """A client that sends `data` and then goes away."""

    def __init__(self, data: bytes, error: type[OSError] = ConnectionResetError) -> None:
        self.data = io.BytesIO(data)
        self.error = error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.data.read(size)
        if not data:
            raise self.error("the client is gone")
        return data

    def readline(self, size: int | None = -1) -> bytes:
        return self.read(size or -1)
