"""What the tests of `core` share: fresh sites, and calls in process that obey PEP 3333."""

from __future__ import annotations

import io
import logging
from urllib.parse import unquote_to_bytes
from wsgiref.validate import validator

import pytest

from wsgicherry.site import Site

PEER = "192.0.2.7"


class Answer:
    """What a server would send, and what it would log of a wrong use of `start_response`."""

    def __init__(self):
        self.status = ""
        self.headers = []
        self.body = b""

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


def build_environ(path="/", method="GET", qs="", body=None, headers=None, **more):
    """Return a WSGI environ as waitress would make it; `body=None` sends no length at all."""
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


def call_app(app, environ, *, validate=True):
    """Call a WSGI application as a server does: iterate to the end, close once."""
    answer = Answer()

    def start_response(status, headers, exc_info=None):
        answer.status, answer.headers = status, list(headers)
        return lambda data: None

    chunks = (validator(app) if validate else app)(environ, start_response)
    try:
        answer.body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return answer


class Records(logging.Handler):
    """A handler that keeps what is logged, as text."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        self.lines.append(text)


@pytest.fixture
def environ():
    """The function that makes a WSGI environ: environ(path, method, qs, body, headers,
    **keys).
    """
    return build_environ


@pytest.fixture
def error_lines(logger_root):
    """The error log of all sites of this test, a list of texts."""
    records = Records()
    logging.getLogger(f"{logger_root}.error").addHandler(records)
    return records.lines


@pytest.fixture
def access_lines(logger_root):
    """The access log of all sites of this test, a list of texts."""
    records = Records()
    logging.getLogger(f"{logger_root}.access").addHandler(records)
    return records.lines


@pytest.fixture
def make_site(logger_root):
    """Make a site of the test's own; its engine exits at the test's end."""
    sites = []

    def make():
        site = Site(logger_root)
        logging.getLogger(logger_root).propagate = False
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.engine.exit()


@pytest.fixture
def site(make_site):
    """A site of the test's own."""
    return make_site()


@pytest.fixture
def call():
    """The function that calls an application: call(app, environ, validate=True) -> Answer."""
    return call_app


class Root:
    """An object to hang handlers on."""


class Page:
    """One handler, mounted, and calls to it."""

    def __init__(self, site, app):
        self.site, self.app = site, app

    def __call__(self, path="/", method="GET", *, validate=True, **options):
        return call_app(
            self.site.tree, build_environ(path, method, **options), validate=validate
        )


@pytest.fixture
def page(site):
    """Mount a function (or lambda) as the handler of every path: page(handler, config) -> Page.

    A call of the Page makes an environ (`build_environ`) and gives back an Answer.
    """

    def make(handler, config=None, script_name="", **settings):
        def default(*args, **kwargs):
            return handler(*args, **kwargs)

        default.exposed = True
        root = Root()
        root.index = root.default = default
        # Written with a double underscore for each dot: tools__encode__on=False.
        sections = {"/": {}, **(config or {})}
        own = {key.replace("__", "."): value for key, value in settings.items()}
        sections["/"] = {**sections["/"], **own}
        return Page(site, site.tree.mount(root, script_name, sections))

    return make


@pytest.fixture
def client(site):
    """A WebTest client for the site's tree; it checks PEP 3333 at each call."""
    webtest = pytest.importorskip("webtest")
    return webtest.TestApp(site.tree)
