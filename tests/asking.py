"""Ask a WSGI application in process, as a server would, and see what came: status, headers and
bytes as they are. (WebTest would undo a compression, and count the body anew.)
"""

from __future__ import annotations

import io
from urllib.parse import unquote_to_bytes
from wsgiref.validate import validator

from wsgicherry.core.expose import expose

PEER = "192.0.2.7"


class Answer:
    """What a server would send."""

    def __init__(self):
        self.status, self.headers, self.body = "", [], b""

    @property
    def code(self):
        return int(self.status[:3])

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def names(self):
        return [name for name, _ in self.headers]

    def header(self, name, default=None):
        """Return the one value of a header; several are an error of the test's own kind."""
        values = self.all(name)
        assert len(values) < 2, (name, values)
        return values[0] if values else default

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def etag(self):
        return self.header("ETag")

    @property
    def challenges(self):
        return self.all("WWW-Authenticate")

    @property
    def cache_status(self):
        return self.header("Cache-Status", "").removeprefix("wsgicherry; ")


def build_environ(path="/", method="GET", qs="", body=None, headers=None, **more):
    """Return a WSGI environ as waitress would make it; `body=None` sends no length at all.

    What is None, of the headers too, is left out.
    """
    if "?" in path:
        path, _, qs = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": qs,
        "SERVER_NAME": "server.example",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": PEER,
        "HTTP_HOST": "h.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key] = value
    environ.update(more)
    return {key: value for key, value in environ.items() if value is not None}


def begin(app, environ, *, validate=True):
    """Return the answer's head, and its body to iterate over and close."""
    answer = Answer()

    def start_response(status, headers, exc_info=None):
        answer.status, answer.headers = status, list(headers)
        return lambda data: None

    return answer, (validator(app) if validate else app)(environ, start_response)


def call_app(app, environ, *, validate=True):
    """Call a WSGI application as a server does: iterate to the end, close once."""
    answer, chunks = begin(app, environ, validate=validate)
    try:
        answer.body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return answer


def ask(app, path="/", method="GET", body=None, headers=None, **environ):
    """Return the answer of `app`, under wsgiref's validator."""
    if body is None and method in ("POST", "PUT"):
        body = b""  # without a length they are a 411
    return call_app(app, build_environ(path, method, "", body, headers, **environ))


def mount(site, handler, config=None, **tools):
    """Make `handler` the page of every path of `site`; return what asks it, as `ask` does.

    Settings of tools are written `etags__on=True`; `config` holds others.
    """
    root = type("Root", (), {})()
    root.index = root.default = expose(handler)
    settings = {f"tools.{key.replace('__', '.')}": value for key, value in tools.items()}
    site.tree.mount(root, "", {"/": {**settings, **(config or {})}})

    def ask_page(method="GET", **options):
        return ask(site.tree, "/", method, **options)

    return ask_page
