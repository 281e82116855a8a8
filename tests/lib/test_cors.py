"""tools.cors: which pages of other origins may read what (Fetch standard, section 3.3)."""

from __future__ import annotations

import logging
import re

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.methoddispatch import MethodDispatcher
from wsgicherry.core.tools import Tool
from wsgicherry.lib.originlist import MAX_ORIGIN_CHARS, OriginList

APP = "https://app.example"
ORIGINS = {"tools.cors.origins": [APP]}
ALLOW = "Access-Control-Allow-"
ASKED = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


class Things:
    exposed = True

    def GET(self):
        return "got"

    def PUT(self):
        return "put"


class Optional(Things):
    def OPTIONS(self):
        return "mine"


class Root:
    things = Things()
    optional = Optional()
    runs = 0

    def __init__(self, tools):
        self._tools = tools

    @expose
    def index(self, **params):
        Root.runs += 1
        return "index"

    @expose(methods=("PUT", "DELETE"))
    def strict(self):
        return "strict"

    @expose
    def fault(self):
        raise ZeroDivisionError

    @expose
    def refused(self):
        raise HTTPError(409)

    @expose
    def moved(self):
        raise HTTPRedirect("/elsewhere")

    @expose
    def unchanged(self):
        raise HTTPRedirect([], 304)

    @expose
    def own(self):
        serving_now().response.headers["Access-Control-Allow-Origin"] = "https://own.example"
        return "own"

    @expose
    def varied(self):
        serving_now().response.headers["Vary"] = "Accept"
        return "varied"

    @expose
    def by_hand(self):
        self._tools.cors.callable(origins=APP, methods="PUT")
        return "by hand"


@pytest.fixture
def ask(site):
    """Mount the program with `tools.cors.*` settings: ask(**settings)(path, method, origin,
    **headers) -> response.
    """
    Root.runs = 0

    def mount(config=None, **settings):
        cors = {f"tools.cors.{name}": value for name, value in settings.items()}
        pages = {"tools.cors.on": True, **ORIGINS, **cors, **(config or {})}
        resource = {"request.dispatch": MethodDispatcher()}
        root = Root(site.toolboxes["tools"])
        site.tree.mount(root, "", {"/": pages, "/things": resource, "/optional": resource})
        client = TestApp(site.tree)

        def request(path="/", method="GET", origin=APP, **headers):
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if origin is not None:
                sent["Origin"] = origin
            return client.request(path, method=method, headers=sent, expect_errors=True)

        return request

    return mount


def preflight(request, path="/", method="PUT", origin=APP, **headers):
    """Ask whether `method` may be sent."""
    return request(
        path, "OPTIONS", origin, **{"Access_Control_Request_Method": method}, **headers
    )


def allowed(response):
    """Return what a response allows: {what: value}."""
    return {
        name.removeprefix(ALLOW): value
        for name, value in response.headers.items()
        if name.startswith(ALLOW)
    }


# -- plain requests --------------------------------------------------------------------


def test_a_page_of_a_listed_origin_may_read(ask):
    """It is named, and caches are told that the answer is for it."""
    response = ask()()
    assert (response.status_int, response.text) == (200, "index")
    assert allowed(response) == {"Origin": APP}
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", [None, "https://other.example", "null", "junk", ""])
def test_another_origin_gets_no_leave(ask, origin):
    """The page is as ever; the answer still depends on who asks."""
    response = ask()(origin=origin)
    assert (response.text, allowed(response)) == ("index", {})
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/fault", 500), ("/refused", 409), ("/strict", 405), ("/moved", 302)],
)
def test_errors_can_be_read(ask, path, status):
    """A script sees the status and the page of an error, not just that something failed."""
    response = ask()(path)
    assert (response.status_int, allowed(response)) == (status, {"Origin": APP})
    assert response.headers["Vary"] == ("Origin" if status < 400 else "Accept, Origin")


def test_a_304_keeps_its_leave(ask):
    """The browser takes the headers over to its copy."""
    response = ask()("/unchanged")
    assert (response.status_int, allowed(response)) == (304, {"Origin": APP})
    assert response.headers["Vary"] == "Origin"


def test_a_password_that_is_missing(ask):
    """The 401 of a tool that asks before the page can be read too."""

    def refuse():
        raise HTTPError(401)

    response = ask({"hooks.before_handler": refuse})()
    assert (response.status_int, allowed(response)) == (401, {"Origin": APP})


def test_what_the_page_allows_itself_stays(ask):
    """The handler knows better."""
    assert allowed(ask()("/own")) == {"Origin": "https://own.example"}


def test_a_vary_of_the_page_stays(ask):
    """Origin comes beside it."""
    assert ask()("/varied").headers["Vary"] == "Accept, Origin"


def test_every_origin(ask):
    """'*' is said to all, so that one copy of a cache serves them."""
    request = ask(origins="*")
    for origin in (None, APP, "null", "junk"):
        response = request(origin=origin)
        assert allowed(response) == {"Origin": "*"}
        assert "Vary" not in response.headers


def test_credentials_and_exposed_headers(ask):
    """A page may send cookies and read more headers if config says so."""
    request = ask(credentials=True, expose_headers=["X-Total", "Link"])
    response = request()
    assert allowed(response) == {"Origin": APP, "Credentials": "true"}
    assert response.headers["Access-Control-Expose-Headers"] == "X-Total, Link"
    assert "Access-Control-Expose-Headers" not in request(origin=None).headers


def test_by_hand(ask):
    """`callable` answers both kinds of request in a handler."""
    request = ask({"tools.cors.on": False})
    assert allowed(request("/by_hand")) == {"Origin": APP}
    response = preflight(request, "/by_hand")
    assert (response.status_int, allowed(response)["Methods"]) == (204, "PUT")


# -- preflights ------------------------------------------------------------------------


def test_a_preflight_runs_nothing(ask):
    """No login, no handler: the answer is empty and says what is allowed."""

    def refuse():
        raise HTTPError(401)

    hooks = {f"hooks.{point}": refuse for point in ("before_request_body", "before_handler")}
    request = ask(hooks, methods=["put", "DELETE"], headers=["Content-Type", "X-Token"])
    response = preflight(request, Access_Control_Request_Headers="x-token")
    assert (response.status_int, response.body, Root.runs) == (204, b"", 0)
    assert allowed(response) == {
        "Origin": APP,
        "Methods": "PUT, DELETE",
        "Headers": "Content-Type, X-Token",
    }
    assert response.headers["Access-Control-Max-Age"] == "600"
    assert response.headers["Vary"] == ASKED
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, POST"),
        ("/nothing", "GET, HEAD, POST"),
        ("/strict", "DELETE, PUT"),
        ("/things", "GET, HEAD, PUT"),
    ],
)
def test_methods_that_the_page_names(ask, path, methods):
    """Without a list in config it is what the page answers, even where OPTIONS is a 405 or
    nothing is found.
    """
    response = preflight(ask(), path)
    assert (response.status_int, allowed(response)["Methods"]) == (204, methods)


def test_options_of_its_own(ask):
    """A resource that answers OPTIONS itself is not asked, but what it answers is told."""
    request = ask()
    assert allowed(preflight(request, "/optional"))["Methods"] == "GET, HEAD, OPTIONS, PUT"
    assert request("/optional", "OPTIONS").text == "mine"


def test_a_tool_that_refuses_options(ask):
    """`on_start_resource` hooks of the usual priority come later."""

    def refuse():
        raise HTTPError(405)

    assert preflight(ask({"hooks.on_start_resource": refuse})).status_int == 204


def test_an_origin_that_is_not_listed(ask):
    """It is told 403, and nothing of what others may do."""
    response = preflight(ask(), origin="https://other.example")
    assert (response.status_int, allowed(response), Root.runs) == (403, {}, 0)
    assert response.headers["Vary"] == "Accept, Origin"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": None},
        {"origin": "junk"},
        {"origin": "https://app.example/"},
        {"method": None},
        {"path": "/strict", "method": None},
    ],
)
def test_options_that_is_no_preflight(ask, headers):
    """Without a good Origin and the header that asks, OPTIONS goes to the page."""
    path, origin = headers.get("path", "/"), headers.get("origin", APP)
    asks = {"Access_Control_Request_Method": "PUT"} if "method" not in headers else {}
    response = ask()(path, "OPTIONS", origin, **asks)
    assert (response.status_int, Root.runs) == (200, int(path == "/"))


def test_the_preflight_of_every_origin(ask):
    """'*' it is here too; names can be '*' as well."""
    response = preflight(ask(origins="*", headers="*", methods="*", max_age=None))
    assert allowed(response) == {"Origin": "*", "Headers": "*", "Methods": "*"}
    assert "Access-Control-Max-Age" not in response.headers


def test_private_networks(ask):
    """A public page may call a private address where config says so, and asks for it."""
    asks = {"Access_Control_Request_Private_Network": "true"}
    request = ask(private_network=True)
    assert allowed(preflight(request, **asks))["Private-Network"] == "true"
    assert "Private-Network" not in allowed(preflight(request))
    assert preflight(request).headers["Vary"].endswith("Access-Control-Request-Private-Network")
    assert "Private-Network" not in allowed(preflight(ask(), **asks))


def test_a_preflight_with_credentials(ask):
    """The answer to a preflight says so too."""
    assert allowed(preflight(ask(credentials=True)))["Credentials"] == "true"


def test_debug(ask, logger_root, caplog):
    """The log says who was let in."""
    logging.getLogger(logger_root).propagate = True
    with caplog.at_level(logging.INFO, f"{logger_root}.error"):
        ask(debug=True)(origin="https://other.example")
    assert "'https://other.example' is not allowed" in caplog.text


# -- which origins ---------------------------------------------------------------------

LISTED = {
    "exact": ([APP], APP),
    "one text": (APP, APP),
    "port": (["http://localhost:5173"], "http://localhost:5173"),
    "IPv4": (["http://127.0.0.1:5173"], "http://127.0.0.1:5173"),
    "IPv6": (["http://[::1]:5173"], "http://[::1]:5173"),
    "null": (["null"], "null"),
    "a scheme of an app": (["capacitor://localhost"], "capacitor://localhost"),
    "an extension": (["chrome-extension://abcdefgh"], "chrome-extension://abcdefgh"),
    "one label": (["https://*.app.example"], "https://a.app.example"),
    "a label with dashes": (["https://*.app.example"], "https://pr-12.app.example"),
    "one label and a port": (["https://*.app.example:8443"], "https://a.app.example:8443"),
    "a label of localhost": (["http://*.localhost"], "http://a.localhost"),
    "pattern": (re.compile(r"https://pr-\d+\.app\.example"), "https://pr-12.app.example"),
    "a set": ({APP}, APP),
}
NOT_LISTED = {
    "other scheme": ([APP], "http://app.example"),
    "other port": ([APP], "https://app.example:8443"),
    "its own port": ([APP], "https://app.example:443"),
    "prefix": ([APP], "https://app.example.evil.example"),
    "suffix": ([APP], "https://evilapp.example"),
    "below": ([APP], "https://a.app.example"),
    "user": ([APP], "https://app.example@evil.example"),
    "slash": ([APP], "https://app.example/"),
    "case": ([APP], "https://APP.example"),
    "space": ([APP], "https://app.example https://app.example"),
    "comma": ([APP], "https://app.example, https://app.example"),
    "newline": ([APP], "https://app.example\n"),
    "dot": ([APP], "https://app.example."),
    "two labels": (["https://*.app.example"], "https://a.b.app.example"),
    "no label": (["https://*.app.example"], "https://app.example"),
    "empty label": (["https://*.app.example"], "https://.app.example"),
    "a star": (["https://*.app.example"], "https://*.app.example"),
    "a label, other scheme": (["https://*.app.example"], "http://a.app.example"),
    "a label, with a port": (["https://*.app.example"], "https://a.app.example:8443"),
    "a label that ends otherwise": (["https://*.app.example"], "https://a.app.example.evil"),
    "a pattern's prefix": (re.compile("https://app.example"), "https://app.example.evil"),
    "a pattern's suffix": (re.compile("https://app.example"), "xhttps://app.example"),
    "a pattern for null": (re.compile(".*"), "null"),
    "a pattern for junk": (re.compile(".*"), "https://a b"),
    "too long": (re.compile(".*"), "https://" + "a" * MAX_ORIGIN_CHARS),
}


@pytest.mark.parametrize(("origins", "origin"), LISTED.values(), ids=LISTED)
def test_listed(ask, origins, origin):
    """The origin is one of those that config lists."""
    assert allowed(ask(origins=origins)(origin=origin)) == {"Origin": origin}


@pytest.mark.parametrize(("origins", "origin"), NOT_LISTED.values(), ids=NOT_LISTED)
def test_not_listed(origins, origin):
    """What only looks like it is not."""
    listed = OriginList(origins, "origins", takes_any=True)
    assert not listed.allows(origin)


# -- what is wrong with the settings ---------------------------------------------------

FAULTS = {
    "no origin": ({"origins": []}, "names no origin"),
    "every origin with credentials": ({"origins": "*", "credentials": True}, "every site"),
    "a pattern for all with credentials": (
        {"origins": re.compile(".*"), "credentials": True},
        "every site",
    ),
    "a path": ({"origins": ["https://app.example/"]}, "No browser sends"),
    "capitals": ({"origins": ["https://App.example"]}, "No browser sends"),
    "no scheme": ({"origins": ["app.example"]}, "No browser sends"),
    "its own port": ({"origins": ["https://app.example:443"]}, "leave out the port"),
    "a star within": ({"origins": ["https://a*.app.example"]}, "No browser sends"),
    "a star that is all": ({"origins": ["https://*"]}, "No browser sends"),
    "a number": ({"origins": [80]}, "It is no text"),
    "a pattern of bytes": ({"origins": [re.compile(b".*")]}, "It is no text"),
    "no list": ({"origins": 80}, "must be a list"),
    "a method that is none": ({"methods": ["GET, PUT"]}, "no name"),
    "a header that is none": ({"headers": ["X Y"]}, "no name"),
    "a header of another kind": ({"expose_headers": [1]}, "not a text"),
    "'*' with credentials": ({"headers": "*", "credentials": True}, "List them"),
    "seconds below nothing": ({"max_age": -1}, "whole seconds"),
    "yes for seconds": ({"max_age": True}, "max_age"),
    "no such setting": ({"origin": APP}, "origins"),
}


@pytest.mark.parametrize(("settings", "text"), FAULTS.values(), ids=FAULTS)
def test_told_at_the_mount(ask, settings, text):
    """What no browser would heed, or would let everybody in, stops the start."""
    with pytest.raises(ConfigError, match=re.escape(text)):
        ask(**settings)


def test_files(ask, tmp_path):
    """A folder of files may be read too, and a preflight for one is answered."""
    (tmp_path / "a.txt").write_text("text")
    folder = {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)}
    request = ask(folder)
    for _ in range(2):
        response = request("/a.txt")
        assert (response.text, allowed(response)) == ("text", {"Origin": APP})
        assert preflight(request, "/a.txt").status_int == 204
    again = request("/a.txt", If_None_Match=response.headers["ETag"])
    assert (again.status_int, allowed(again)) == (304, {"Origin": APP})
    assert "Origin" in again.headers["Vary"]


def test_beside_tags_and_compression(ask):
    """`etags` and `gzip` say their part, in a 304 too."""
    request = ask({"tools.etags.on": True, "tools.etags.autotags": True, "tools.gzip.on": True})
    first = request(Accept_Encoding="gzip")
    again = request(Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert (first.status_int, again.status_int) == (200, 304)
    for response in (first, again):
        assert allowed(response) == {"Origin": APP}
        assert response.headers["Vary"] == "Accept-Encoding, Origin"


def test_beside_a_tool_that_decides_for_each_request(ask, site):
    """A tool that overrides `_setup` has all tools attached anew: it works all the same."""

    class Deciding(Tool):
        def _setup(self):
            super()._setup()

    site.toolboxes["tools"].deciding = Deciding("on_start_resource", lambda: None)
    request = ask({"tools.deciding.on": True})
    assert preflight(request).status_int == 204
    assert allowed(request("/fault")) == {"Origin": APP}


def test_priority(ask):
    """tools.cors.priority is about the preflight."""
    order = []
    request = ask({"hooks.on_start_resource": lambda: order.append("mine")}, priority=90)
    assert (preflight(request).status_int, order) == (204, ["mine"])
