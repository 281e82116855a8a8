"""Pages that encode and compress, asked as a server asks."""

from __future__ import annotations

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose


class Answer:
    """What a server would send. (WebTest would undo the gzip, and count the body anew.)"""

    def __init__(self, app, path="/", headers=(), method="GET"):
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "HTTP_HOST": "h",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
        }
        environ.update({"HTTP_" + name.upper(): value for name, value in dict(headers).items()})
        self.chunks = app(environ, self.start)

    def start(self, status, headers, exc_info=None):
        self.status, self.headers = int(status[:3]), dict(headers)

    def read(self):
        """Read to the end, and close."""
        self.body = b"".join(self.chunks)
        if hasattr(self.chunks, "close"):
            self.chunks.close()
        return self

    @property
    def text(self):
        return self.body.decode()


class Page:
    """A page whose handler is a function, and requests for it."""

    def __init__(self, site, handler, **config):
        root = type("Root", (), {})()
        root.index = expose(handler)
        settings = {f"tools.{key.replace('__', '.')}": value for key, value in config.items()}
        self.app = site.tree
        site.tree.mount(root, "", {"/": settings})

    def get(self, status=200, method="GET", **headers):
        """Return the answer to a request with these headers, 'Accept_Encoding' and such."""
        answer = Answer(self.app, "/", headers, method).read()
        assert answer.status == status
        return answer


class Chunks:
    """A body of chunks that notes when it is closed."""

    def __init__(self, *chunks):
        self.chunks, self.closed = chunks, 0

    def __iter__(self):
        return iter(self.chunks)

    def close(self):
        self.closed += 1


def response():
    """Return the response of the request in hand."""
    return serving_now().response


def stream(chunks):
    """Return `chunks` as the body of a response that streams."""
    response().stream = True
    return chunks
