"""`tools.proxy`: whose word on host, scheme, client and prefix becomes the request's own."""

from __future__ import annotations

import json

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatch import VirtualHost
from wsgicherry.core.errors import HTTPRedirect, InternalRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.tools import Tool

PEER = "10.0.0.1"
TRUSTED = ["10.0.0.0/8"]
OUTER = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": "www.example.com",
    "X-Forwarded-Proto": "https",
}
SIX = {
    **OUTER,
    "X-Forwarded-Port": "99",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=1.2.3.4;host=www.example.com;proto=https",
}


def describe(site):
    """Return what a page can see of where its request came from."""
    request = serving_now().request
    serving_now().response.headers["Content-Type"] = "application/json"
    return json.dumps(
        {
            "url": site.url("/x"),
            "base": request.base,
            "ip": request.remote.ip,
            "name": request.remote.name,
            "scheme": request.scheme,
            "host": request.host,
            "webob": request.path_url,
            "header": request.headers["Host"],
            "script_name": request.script_name,
            "tree": site.tree.script_name(),
        }
    ).encode()


class Page:
    def __init__(self, site):
        self.site = site

    @expose
    def index(self):
        return describe(self.site)


class Root(Page):
    def __init__(self, site):
        super().__init__(site)
        self.deep = self.blog = Page(site)

    @expose
    def there(self):
        raise HTTPRedirect("deep/")

    @expose
    def inside(self):
        raise InternalRedirect("/deep/")

    @expose
    def cookie(self):
        serving_now().session["a"] = 1
        return "kept"


@pytest.fixture
def lines(error_lines):
    """The texts of the error log."""
    return error_lines


@pytest.fixture
def serve(site):
    """Mount the pages with settings of the tool, and return a client that is one's proxy."""

    def serve(sections=None, script_name="", peer=PEER, **settings):
        config = {"tools.proxy.on": True}
        config |= {f"tools.proxy.{name}": value for name, value in settings.items()}
        site.tree.mount(Root(site), script_name, sections or {"/": config})
        return TestApp(site.tree, extra_environ={"REMOTE_ADDR": peer})

    return serve


def test_nothing_is_believed_by_default(serve):
    """Of six forwarded headers none is, whoever sends them, and none is refused."""
    client = serve()
    assert client.get("/", headers=SIX).json == client.get("/").json
    for name in SIX:
        assert client.get("/", headers={name: "<javascript>, x"}).json["ip"] == PEER


@pytest.mark.parametrize("peer", ["9.9.9.9", "", "localhost", "::1"])
def test_a_peer_that_is_not_trusted(serve, peer):
    """Its headers are a client's."""
    client = serve(trusted=TRUSTED, prefix="X-Forwarded-Prefix", forwarded=True, peer=peer)
    assert client.get("/", headers=SIX).json == client.get("/").json


def test_a_trusted_peer(serve):
    """Host, scheme and client are those at the proxy, in every word that names them."""
    assert serve(trusted=TRUSTED).get("/", headers=OUTER).json == {
        "url": "https://www.example.com/x",
        "base": "https://www.example.com",
        "ip": "1.2.3.4",
        "name": "",
        "scheme": "https",
        "host": "www.example.com",
        "webob": "https://www.example.com/",
        "header": "www.example.com",
        "script_name": "",
        "tree": "",
    }


@pytest.mark.parametrize(
    ("settings", "headers", "word", "value"),
    [
        ({}, {"X-Forwarded-For": "6.6.6.6, 1.2.3.4"}, "ip", "1.2.3.4"),
        ({}, {"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.2.2.2"}, "ip", "1.2.3.4"),
        ({"hops": 1}, {"X-Forwarded-For": "1.2.3.4, 10.2.2.2"}, "ip", "10.2.2.2"),
        ({"trusted": (), "hops": 2}, {"X-Forwarded-For": "::6, 1.2.3.4, ::5"}, "ip", "1.2.3.4"),
        ({}, {"X-Forwarded-For": "unknown"}, "ip", ""),
        ({}, {"X-Forwarded-For": "_hidden"}, "name", "_hidden"),
        ({"remote": ""}, {"X-Forwarded-For": "1.2.3.4"}, "ip", PEER),
        ({"remote": "X-Real-Ip"}, {"X-Real-Ip": "1.2.3.4"}, "ip", "1.2.3.4"),
        ({"local": ""}, OUTER, "url", "https://localhost:80/x"),
        ({"local": None}, OUTER, "host", "localhost:80"),
        ({"scheme": ""}, OUTER, "url", "http://www.example.com/x"),
        ({"scheme": "X-Forwarded-Ssl"}, {"X-Forwarded-Ssl": "on"}, "scheme", "https"),
        ({"port": "X-Forwarded-Port"}, SIX, "url", "https://www.example.com:99/x"),
        ({"prefix": "X-Forwarded-Prefix"}, SIX, "url", "https://www.example.com/evil/x"),
        ({"prefix": "X-Forwarded-Prefix"}, SIX, "webob", "https://www.example.com/evil/"),
        ({"prefix": "X-Forwarded-Prefix"}, SIX, "tree", ""),
        ({"forwarded": True}, SIX, "url", "https://www.example.com/x"),
        ({"forwarded": True}, {"Forwarded": 'for="[::2]:5";host=a'}, "ip", "::2"),
        ({"forwarded": True}, {"X-Forwarded-Host": "evil.example"}, "host", "localhost:80"),
        ({"base": "https://b.example"}, {}, "url", "https://b.example/x"),
        ({"base": "https://b.example"}, {}, "scheme", "https"),
        ({"base": "https://b.example"}, {"X-Forwarded-Proto": "http"}, "scheme", "https"),
        ({"base": "https://b.example"}, OUTER, "host", "www.example.com"),
        ({"base": "http://b.example"}, OUTER, "scheme", "https"),
        ({"base": "b.example:81"}, {"X-Forwarded-Proto": "https"}, "base", "https://b.example:81"),
        ({"base": "https://b.example/shop/"}, {}, "url", "https://b.example/shop/x"),
        ({"base": "/shop"}, OUTER, "url", "https://www.example.com/shop/x"),
        ({"base": "/shop", "trusted": ()}, OUTER, "url", "http://localhost:80/shop/x"),
        ({"base": "b.example", "trusted": ()}, OUTER, "base", "http://b.example"),
        ({"base": "/", "trusted": ()}, {}, "script_name", ""),
        ({"priority": 10}, OUTER, "ip", "1.2.3.4"),
    ],
)  # fmt: skip
def test_settings(serve, settings, headers, word, value):
    """Each setting, and what a page sees of it."""
    client = serve(**{"trusted": TRUSTED, **settings})
    assert client.get("/", headers=headers).json[word] == value


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Proto": "https, http"},
        {"X-Forwarded-Host": "a.example, b.example"},
        {"X-Forwarded-Host": "a.example/x"},
        {"X-Forwarded-For": "<script>"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"Forwarded": "for=a b"},
        {"Forwarded": "host=a.example", "X-Forwarded-Host": "b.example"},
    ],
)
def test_contradictions_are_refused(serve, lines, headers):
    """400; the log has the reason, the client no word of it."""
    client = serve(trusted=TRUSTED, forwarded=True, prefix="X-Forwarded-Prefix")
    answer = client.get("/", headers=headers, status=400)
    assert "wrong" in answer
    (line,) = [line for line in lines if "PROXY" in line]
    assert "Refused what proxies said" in line
    assert "example" not in answer


def test_a_mounted_application_behind_a_prefix(serve):
    """The prefix stands before the mount point; the tree knows the mount point alone."""
    client = serve(script_name="/app", trusted=TRUSTED, prefix="X-Forwarded-Prefix")
    seen = client.get("/app/", headers={"X-Forwarded-Prefix": "/shop"}).json
    assert seen["url"] == "http://localhost:80/shop/app/x"
    assert (seen["script_name"], seen["tree"]) == ("/shop/app", "/app")


def test_redirects_follow(serve):
    """Those of handlers, and those to a missing slash, which come before any tool of a page."""
    client = serve(trusted=TRUSTED, prefix="X-Forwarded-Prefix")
    headers = {**OUTER, "X-Forwarded-Prefix": "/shop"}
    for path in ("/there", "/deep"):
        location = client.get(path, headers=headers).headers["Location"]
        assert location == "https://www.example.com/shop/deep/"


def test_an_internal_redirect_keeps_what_was_seen(serve):
    """The other request is seen from outside too, and only once."""
    client = serve(trusted=TRUSTED, prefix="X-Forwarded-Prefix")
    seen = client.get("/inside", headers={**OUTER, "X-Forwarded-Prefix": "/shop"}).json
    assert seen["url"] == "https://www.example.com/shop/x"


def test_encoded_slashes_stay(serve, site):
    """A path that came with '%2F' keeps it, though the request's target had no prefix."""
    client = serve(trusted=TRUSTED, prefix="X-Forwarded-Prefix")
    seen = []
    site.tree.apps[""].root.default = expose(lambda *args: seen.append(args) or "")
    client.get(
        "/a%2Fb", headers={"X-Forwarded-Prefix": "/s"}, extra_environ={"RAW_URI": "/a%2Fb"}
    )
    assert seen == [("a/b",)]


def test_virtual_hosts_see_the_outer_host(serve):
    """The tool has run when a dispatcher asks for the host."""
    config = {
        "request.dispatch": VirtualHost(**{"www.example.com": "/blog"}),
        "tools.proxy.on": True,
        "tools.proxy.trusted": TRUSTED,
        "tools.proxy.prefix": "X-Forwarded-Prefix",
    }
    client = serve({"/": config, "/blog": {"tools.proxy.base": "/of-the-blog"}})
    assert client.get("/", headers=OUTER).json["script_name"] == "/of-the-blog"
    assert client.get("/").json["script_name"] == ""


def test_allowed_hosts_see_the_outer_host(serve, lines):
    """Behind a proxy it is the host that the client asked for which must be allowed."""
    config = {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED}
    client = serve({"/": {**config, "request.allowed_hosts": ["www.example.com"]}})
    assert client.get("/", headers=OUTER).json["host"] == "www.example.com"
    client.get("/", headers={**OUTER, "X-Forwarded-Host": "evil.example"}, status=400)
    client.get("/", status=400)
    assert [line for line in lines if "HOSTS" in line][-1].endswith(
        "Refused the host 'localhost:80': request.allowed_hosts has www.example.com. If it is "
        "yours, add it there."
    )


def test_allowed_hosts_hold_for_deeper_settings(site, serve):
    """Where only a path's own settings, or its handler, make another host of it."""
    client = serve(
        {
            "/": {"request.allowed_hosts": ["localhost", "www.example.com"]},
            "/deep": {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED},
        }
    )

    @expose
    def default(*args):
        site.tools.proxy.callable(trusted=TRUSTED)
        return describe(site)

    client.app.apps[""].root.default = default
    for path in ("/deep/", "/inside", "/by_hand"):
        assert client.get(path, headers=OUTER).json["host"] == "www.example.com"
        client.get(path, headers={**OUTER, "X-Forwarded-Host": "evil.example"}, status=400)


def test_deeper_settings(serve):
    """A section's own settings hold for its pages, from what arrived and not from what was
    made of it.
    """
    client = serve(
        {
            "/": {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED,
                  "tools.proxy.prefix": "X-Forwarded-Prefix"},
            "/deep": {"tools.proxy.local": "X-Host", "tools.proxy.prefix": ""},
        }
    )  # fmt: skip
    headers = {**OUTER, "X-Forwarded-Prefix": "/shop"}
    assert client.get("/", headers=headers).json["url"] == "https://www.example.com/shop/x"
    seen = client.get("/deep/", headers=headers).json
    assert seen["url"] == "https://localhost:80/x"
    assert seen["header"] == "localhost:80"


def test_a_section_alone(serve):
    """Where only a path has the tool it runs before the body is read, as in CherryPy."""
    settings = {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED}
    client = serve({"/": {}, "/deep": settings})
    assert client.get("/", headers=OUTER).json["ip"] == PEER
    assert client.get("/deep/", headers=OUTER).json["url"] == "https://www.example.com/x"


def test_headers_that_were_looked_at_before(serve, site):
    """What a hook has read and changed stays, and the host is the outer one by then."""
    settings = {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED}
    client = serve({"/": {}, "/deep": {**settings, "hooks.on_start_resource": look_and_change}})
    assert client.get("/deep/", headers=OUTER).json["header"] == "www.example.com"


def look_and_change():
    headers = serving_now().request.headers
    headers["X-Forwarded-Proto"] = headers["X-Forwarded-Proto"].upper()


def test_headers_of_a_programs_own(serve):
    """A mapping that a program has put in the headers' place is left there."""
    settings = {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED}
    client = serve({"/": {}, "/deep": {**settings, "hooks.on_start_resource": replace_headers}})
    assert client.get("/deep/", headers=OUTER).json["header"] == "mine"


def replace_headers():
    serving_now().request.headers = {"Host": "mine"}


def test_beside_a_tool_that_decides_at_each_request(serve, site):
    """A tool with a `_setup()` of its own delays the others, but not what comes before them."""

    class Slow(Tool):
        def _setup(self):
            super()._setup()

    site.tools.slow = Slow("before_handler", lambda: None)
    config = {"tools.slow.on": True, "tools.proxy.on": True, "tools.proxy.trusted": TRUSTED}
    client = serve({"/": {**config, "request.allowed_hosts": "www.example.com"}})
    assert client.get("/", headers=OUTER).json["url"] == "https://www.example.com/x"


def test_by_hand(site, serve):
    """`tools.proxy.callable` works in a handler, with the tool's arguments."""
    client = serve({"/": {}})

    @expose
    def default(*args):
        site.tools.proxy.callable(trusted=TRUSTED)
        return describe(site)

    site.tree.apps[""].root.default = default
    assert client.get("/by/hand", headers=OUTER).json["url"] == "https://www.example.com/x"


def test_as_a_decorator(site, serve):
    """On the root it holds for the application, and so before dispatch."""
    Outer = site.tools.proxy(trusted=TRUSTED)(type("Outer", (Root,), {}))
    site.tree.mount(Outer(site), "/outer", {"/": {"request.allowed_hosts": "www.example.com"}})
    client = TestApp(site.tree, extra_environ={"REMOTE_ADDR": PEER})
    assert client.get("/outer/", headers=OUTER).json["ip"] == "1.2.3.4"


def test_site_wide(site, serve):
    """In the site's config it holds for every application."""
    site.config.update({"tools.proxy.on": True, "tools.proxy.trusted": "10.0.0.0/8, ::1"})
    assert serve({"/": {}}).get("/", headers=OUTER).json["ip"] == "1.2.3.4"


def test_secure_cookies(serve):
    """A session's cookie is Secure where the client came by https to the proxy."""
    config = {"tools.proxy.on": True, "tools.proxy.trusted": TRUSTED, "tools.sessions.on": True}
    client = serve({"/": config})
    assert "secure" in client.get("/cookie", headers=OUTER).headers["Set-Cookie"].lower()
    client.reset()
    assert "secure" not in client.get("/cookie").headers["Set-Cookie"].lower()


def test_what_arrived_is_kept(site, serve):
    """The environ as the server made it is in `environ["wsgicherry.arrived"]`."""
    client = serve(trusted=TRUSTED)
    environs = []
    site.tree.apps[""].root.index = expose(
        lambda: environs.append(serving_now().request.environ) or ""
    )
    client.get("/", headers=OUTER)
    (environ,) = environs
    arrived = environ["wsgicherry.arrived"].environ
    assert (environ["REMOTE_ADDR"], arrived["REMOTE_ADDR"]) == ("1.2.3.4", PEER)
    assert (environ["HTTP_HOST"], arrived["HTTP_HOST"]) == ("www.example.com", "localhost:80")


def test_debug(serve, lines):
    """`debug` logs what was believed."""
    serve(trusted=TRUSTED, debug=True).get("/", headers=OUTER)
    (line,) = [line for line in lines if "PROXY" in line]
    assert "www.example.com" in line
    assert PEER in line


def test_the_access_line_has_the_client(serve, access_lines):
    """The log names who asked, not the proxy."""
    serve(trusted=TRUSTED).get("/", headers=OUTER, extra_environ={"REMOTE_HOST": "proxy.local"})
    assert access_lines[-1].startswith("1.2.3.4 ")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"trusted": ["10.0.0.1/8"]}, "no network"),
        ({"trusted": ["*"]}, "no network"),
        ({"trusted": "::1", "local": "X Host"}, r"tools\.proxy\.local: It holds 'X Host'"),
        ({"hops": 0}, "begins at 1"),
        ({"base": "ftp://a.example"}, "base is 'ftp://a.example'"),
        ({"base": "a b"}, "base is 'a b'"),
        ({"base": "https://a.example//b"}, "base is '//b'"),
        ({"trust": TRUSTED}, "did you mean 'tools.proxy.trusted'"),
        ({"hops": "1"}, "not a whole number"),
    ],
)
def test_wrong_settings_are_told_at_mount(serve, settings, told):
    """Not at the first request, and not swallowed."""
    with pytest.raises(ConfigError, match=told):
        serve(**settings)


def test_trusting_nobody_is_told_once(site, serve, lines):
    """A program of CherryPy's finds in its log why nothing is believed, and the remedy."""
    client = serve()
    client.get("/")
    client.get("/deep/")
    (line,) = [line for line in lines if "CHECKER" in line]
    assert "tools.proxy.trusted = ['10.0.0.0/8']" in line
    assert "['0.0.0.0/0', '::/0']" in line
    assert [finding.severity for finding in site.check()] == ["advice"]


@pytest.mark.parametrize("settings", [{"trusted": TRUSTED}, {"hops": 1}, {"base": "/shop"}])
def test_trusting_somebody_needs_no_word(serve, site, settings):
    """Nor does a base, which is all that some programs set."""
    serve(**settings)
    assert site.check() == []


def test_as_cherrypy_did(serve):
    """Everybody is trusted: the first address and the first host count, whoever wrote them."""
    client = serve(trusted=["0.0.0.0/0", "::/0"], peer="9.9.9.9")
    seen = client.get("/", headers={**OUTER, "X-Forwarded-For": "6.6.6.6, 1.2.3.4"}).json
    assert (seen["ip"], seen["url"]) == ("6.6.6.6", "https://www.example.com/x")


def test_behind_a_unix_socket(serve):
    """Whoever may write to the socket is trusted, if that is said."""
    assert serve(trusted=["unix"], peer="").get("/", headers=OUTER).json["ip"] == "1.2.3.4"


def test_after_a_server_that_has_read_the_headers(serve):
    """waitress's own trusted_proxy has set address and scheme, and cut the list: the same
    answer; so has gunicorn set the scheme.
    """
    client = serve(trusted=["10.0.0.0/8", "1.2.3.4"])
    done = {"REMOTE_ADDR": "1.2.3.4", "wsgi.url_scheme": "https"}
    headers = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    seen = client.get("/", headers=headers, extra_environ=done).json
    assert (seen["ip"], seen["scheme"]) == ("1.2.3.4", "https")
