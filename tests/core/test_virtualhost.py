"""Which part of the tree, or which application, a host name leads to."""

from __future__ import annotations

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatch import Dispatcher, MethodDispatcher, VirtualHost
from wsgicherry.core.expose import expose
from wsgicherry.core.tools import Tool
from wsgicherry.core.virtualhost import find_domain
from wsgicherry.core.wsgi import VirtualHost as AppSwitch

DOMAINS = {
    "a.example": 1,
    "a.example:8080": 2,
    "b.example:80": 3,
    "c.example:443": 4,
    "[::1]": 5,
}


@pytest.mark.parametrize(
    ("host", "scheme", "found"),
    [
        ("a.example", "http", 1),
        ("A.Example", "http", 1),
        ("a.example:8080", "http", 2),
        ("a.example:9", "http", None),
        ("a.example:80", "http", 1),
        ("a.example:80", "https", None),
        ("a.example:443", "https", 1),
        ("b.example", "http", 3),
        ("b.example", "https", None),
        ("c.example", "https", 4),
        ("c.example", "http", None),
        ("[::1]", "http", 5),
        ("[::1]:80", "http", 5),
        ("[::1]:81", "http", None),
        ("", "http", None),
        (":80", "http", None),
        ("x", "odd", None),
        ("www.a.example", "http", None),
    ],
)
def test_hosts(host, scheme, found):
    """Names have no case; a port is part of them, but the scheme's own may stand or not."""
    environ = {"HTTP_HOST": host, "wsgi.url_scheme": scheme}
    assert find_domain(environ, DOMAINS, False) == found


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("a.example", 1),
        ("evil.example, a.example", 1),
        ("a.example, evil.example", None),
        ("", None),
        (",", None),
        ("\xff\x00", None),
        ("a" * 65536, None),
    ],
)
def test_forwarded_hosts(forwarded, found):
    """X-Forwarded-Host counts only when it is asked for, and then what stands last."""
    environ = {
        "HTTP_HOST": "a.example:8080",
        "HTTP_X_FORWARDED_HOST": forwarded,
        "wsgi.url_scheme": "http",
    }
    assert find_domain(environ, DOMAINS, True) == found
    assert find_domain(environ, DOMAINS, False) == 2


def test_no_host():
    """A request without a Host has no domain."""
    assert find_domain({"wsgi.url_scheme": "http"}, DOMAINS, True) is None


class Part:
    def __init__(self, name):
        self.name = name

    @expose
    def index(self):
        return self.tell()

    @expose
    def page(self, *args):
        return self.tell(*args)

    def tell(self, *args):
        request = serving_now().request
        section = request.config.get("tools.staticdir.section")
        return f"{self.name} {args} {request.path_info} {request.config.get('note')} {section}"


@pytest.fixture
def ask(site, call, environ):
    """Mount two parts under a VirtualHost with `options`, and call: ask(host, path)."""

    def mount(next_dispatcher=None, config=None, **options):
        site.tools.staticdir = Tool(None, lambda dir="", section="": None)
        root = Part("root")
        root.blog = Part("blog")
        dispatcher = VirtualHost(next_dispatcher, **{"blog.example": "/blog/", **options})
        sections = {"/": {"request.dispatch": dispatcher, "note": "root"}, **(config or {})}
        app = site.tree.mount(root, "", sections)

        def ask(host, path, **more):
            return call(site.tree, environ(path, headers={"Host": host, **more}))

        ask.app = app
        return ask

    return mount


@pytest.mark.parametrize(
    ("host", "path", "text"),
    [
        ("blog.example", "/", "blog () / blog None"),
        ("BLOG.example:80", "/page/x", "blog ('x',) /page/x blog None"),
        ("other.example", "/page", "root () /page root None"),
        ("other.example", "/blog/page", "blog () /blog/page blog None"),
    ],
)
def test_parts_of_a_tree(ask, host, path, text):
    """A host's prefix stands before the path for dispatch and config, and nowhere else."""
    assert ask(config={"/blog": {"note": "blog"}})(host, path).text == text


@pytest.mark.parametrize("prefix", ["blog", "/blog", "//blog//"])
def test_spellings_of_a_prefix(ask, prefix):
    """Slashes around a prefix may stand or not."""
    asks = ask(**{"blog.example": prefix})
    assert asks("blog.example", "/").text.startswith("blog")


@pytest.mark.parametrize("prefix", ["", "/"])
def test_an_empty_prefix(ask, prefix):
    """A host may have the whole tree."""
    assert ask(**{"blog.example": prefix})("blog.example", "/").text.startswith("root")


def test_forwarding_is_off(ask):
    """X-Forwarded-Host, which any client can send, is not believed unless asked for."""
    assert ask()("x", "/", **{"X-Forwarded-Host": "blog.example"}).text.startswith("root")


def test_forwarding_that_is_asked_for(ask):
    """Behind a proxy that sets it, X-Forwarded-Host is the host."""
    asks = ask(use_x_forwarded_host=True)
    assert asks("x", "/", **{"X-Forwarded-Host": "blog.example"}).text.startswith("blog")


def test_static_sections(ask):
    """What a static tool cuts off a path does not hold the prefix, which no path has."""
    config = {"/blog": {"tools.staticdir.dir": "x"}, "/page": {"tools.staticdir.dir": "y"}}
    asks = ask(config=config)
    assert asks("blog.example", "/page").text == "blog () /page root "
    assert asks("x", "/blog/page").text == "blog () /blog/page root /blog"
    assert asks("x", "/page").text == "root () /page root /page"
    plans = len(asks.app.plans)
    assert asks("blog.example", "/page").text == "blog () /page root "
    assert len(asks.app.plans) == plans


def test_a_static_section_of_all(ask):
    """A static section that is not the prefix's stays as it is."""
    asks = ask(config={"/": {"tools.staticdir.dir": "x"}})
    asks.app.merge({"/": {"request.dispatch": VirtualHost(**{"blog.example": "/blog"})}})
    assert asks("blog.example", "/page").text == "blog () /page None /"


def test_a_dispatcher_of_its_own(ask):
    """The next dispatcher may be any; one that makes its own config has its section cut."""

    def choose(path):
        request = serving_now().request
        request.config = {"tools.staticdir.section": "/blog/static", "note": path}
        request.handler = lambda: request.config["tools.staticdir.section"].encode()

    assert ask(choose)("blog.example", "/page").text == "/static"


def test_a_dispatcher_that_does_nothing(ask):
    """A next dispatcher that finds nothing leaves an empty answer."""
    answer = ask(lambda path: None)("blog.example", "/page")
    assert (answer.code, answer.body) == (200, b"")


def test_what_the_check_knows():
    """Its sections are those of the dispatcher behind it, if that can tell."""
    root = Part("root")
    found = VirtualHost(Dispatcher()).find_gap(root, "/pgae", lambda values: False)
    assert found.name == "pgae"
    assert VirtualHost(print).find_gap(root, "/pgae", lambda values: False) is None
    assert VirtualHost(MethodDispatcher()).find_gap(root, "/page", lambda v: False) is None


def test_a_domain_named_self():
    """Any name can be a domain's."""
    assert VirtualHost(**{"self": "/x"}).domains == {"self": "/x"}


@pytest.fixture
def switch(site):
    """Two applications behind one WSGI application, by host."""

    def make(**options):
        first, second = (site.Application(Part(name), "") for name in ("first", "second"))
        return AppSwitch(first, {"Second.example": second}, **options)

    return make


@pytest.mark.parametrize(
    ("host", "name"),
    [("second.example", "second"), ("SECOND.EXAMPLE:80", "second"),
     ("second.example:9", "first"), ("x", "first")],
)  # fmt: skip
def test_applications(switch, site, call, environ, host, name):
    """The application of the host answers, the default one all others."""
    site.tree.graft(switch(), "")
    answer = call(site.tree, environ("/", headers={"Host": host, "X-Forwarded-Host": host}))
    assert answer.text.startswith(name)


def test_applications_behind_a_proxy(switch, call, environ):
    """X-Forwarded-Host chooses the application only when that is asked for."""
    headers = {"X-Forwarded-Host": "second.example"}
    assert call(switch(), environ("/", headers=headers)).text.startswith("first")
    trusting = switch(use_x_forwarded_host=True)
    assert call(trusting, environ("/", headers=headers)).text.startswith("second")


def test_a_default_alone(site, call, environ):
    """Without domains the default answers everything."""
    app = AppSwitch(site.Application(Part("first"), ""))
    assert call(app, environ("/")).text.startswith("first")
