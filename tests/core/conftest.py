"""What the tests of `core` share: pages, and calls in process that obey PEP 3333."""

from __future__ import annotations

import pytest
from asking import build_environ, call_app


@pytest.fixture
def environ():
    """The function that makes a WSGI environ: environ(path, method, qs, body, headers,
    **keys).
    """
    return build_environ


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
