"""Ask a page in process, as a server would, and see what came: bytes and headers as they are.

(WebTest would undo a compression, and count the body anew.)
"""

from __future__ import annotations

import io
from wsgiref.validate import validator

from wsgicherry.core.expose import expose


class Answer:
    """What a server would send."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.code = int(status[:3])

    def header(self, name, default=None):
        """Return the one value of a header."""
        values = [value for known, value in self.headers if known.lower() == name.lower()]
        assert len(values) < 2, (name, values)
        return values[0] if values else default

    @property
    def etag(self):
        return self.header("ETag")


def ask(app, path="/", method="GET", body=None, headers=None, **environ):
    """Return the answer of `app`, under wsgiref's validator; read to the end, closed once."""
    asked = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "h",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "h",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **environ,
    }
    if body is None and method in ("POST", "PUT"):
        body = b""  # without a length they are a 411
    if body is not None:
        asked["CONTENT_LENGTH"] = str(len(body))
    for name, value in (headers or {}).items():
        if value is not None:
            asked["HTTP_" + name.upper().replace("-", "_")] = value
    sent = {}

    def start_response(status, headers, exc_info=None):
        sent.update(status=status, headers=list(headers))
        return lambda data: None

    chunks = validator(app)(asked, start_response)
    try:
        data = b"".join(chunks)
    finally:
        chunks.close()
    return Answer(**sent, body=data)


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
