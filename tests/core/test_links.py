"""`url()`: addresses as the current request sees them."""

from urllib.parse import urlsplit

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.links import url


@pytest.fixture
def link(page):
    """Return what url(...) gives on the page at `path` of the application at `script_name`."""

    def link(path, *args, mount="/u", is_index=None, config=None, headers=None, **kwargs):
        def handler(*_args, **_kwargs):
            serving_now().request.is_index = is_index
            return url(*args, **kwargs)

        sections = {"/": {"tools.trailing_slash.on": False, **(config or {})}}
        serve = page(handler, sections, mount)
        if link.relative_urls is not None:
            serve.app.relative_urls = link.relative_urls
        answer = serve(path, headers={"Host": "h", **(headers or {})})
        assert answer.code == 200, answer.text
        return answer.text

    link.relative_urls = None
    return link


# BEHAVIOUR 3.10: at /u/d/e in the application /u.
EXAMPLES = [
    (("x",), {}, "http://h/u/d/x"),
    (("/x",), {}, "http://h/u/x"),
    (("../x",), {}, "http://h/u/x"),
    (("/x",), {"relative": True}, "../x"),
    (("/x",), {"relative": "server"}, "/u/x"),
    (("?q",), {}, "http://h/u/d/e?q"),
    (("http://z/y",), {}, "http://h/uhttp://z/y"),
    ((), {}, "http://h/u/d/e"),
    (("",), {}, "http://h/u/d/e"),
    (("",), {"relative": True}, "e"),
    (("",), {"relative": "server"}, "/u/d/e"),
    (("",), {"relative": False}, "http://h/u/d/e"),
    (("x",), {"relative": True}, "x"),
    (("x/y",), {"relative": True}, "x/y"),
    (("/",), {}, "http://h/u/"),
    (("/",), {"relative": True}, "../"),
    (("/d/",), {"relative": True}, ""),
    (("/d/e",), {"relative": True}, "e"),
    (("/a/b/c",), {"relative": True}, "../a/b/c"),
    (("./x",), {}, "http://h/u/d/x"),
    (("../../x",), {}, "http://h/u/x"),
    (("../../../../x",), {}, "http://h/u/x"),
    (("/a/../x",), {}, "http://h/u/x"),
    (("/../../x",), {}, "http://h/u/x"),
    (("/a/./b",), {}, "http://h/u/a/b"),
    (("/p/..",), {}, "http://h/u/p/.."),
    (("/a/./b/",), {}, "http://h/u/a/b"),
    (("x", "a=b"), {}, "http://h/u/d/x?a=b"),
    (("x",), {"qs": {"a": "b c", "d": "é"}}, "http://h/u/d/x?a=b+c&d=%C3%A9"),
    (("x",), {"qs": [("a", 1), ("a", 2)]}, "http://h/u/d/x?a=1&a=2"),
    (("x",), {"qs": (("a", 1),)}, "http://h/u/d/x?a=1"),
    (("x",), {"qs": {"a": [1, 2]}}, "http://h/u/d/x?a=1&a=2"),
    (("x",), {"qs": {}}, "http://h/u/d/x"),
    (("x",), {"qs": ""}, "http://h/u/d/x"),
    (("x",), {"qs": "p=./../y"}, "http://h/u/d/x?p=./../y"),
    (("/x",), {"script_name": "/other"}, "http://h/other/x"),
    (("/x",), {"script_name": ""}, "http://h/x"),
    (("/x",), {"base": "https://public"}, "https://public/u/x"),
    (("x",), {"base": "https://public/deep"}, "https://public/deep/u/d/x"),
    (("/x",), {"base": ""}, "/u/x"),
    (("/x", "q=1"), {"relative": "server"}, "/u/x?q=1"),
    (("/x", "q=1"), {"relative": True}, "../x?q=1"),
    (("/x",), {"relative": "server", "base": "http://p"}, "/u/x"),
    (("",), {"relative": "server", "base": "http://p", "script_name": ""}, "/d/e"),
]


@pytest.mark.parametrize(("args", "kwargs", "expected"), EXAMPLES)
def test_examples(link, args, kwargs, expected):
    """Each variant of url(), on the page /d/e of the application at /u."""
    assert link("/u/d/e", *args, **kwargs) == expected


@pytest.mark.parametrize(
    ("path", "is_index", "args", "expected"),
    [
        ("/u/", True, ("../x",), "http://h/u/x"),  # BEHAVIOUR 13.3 (17): not http://h/ux
        ("/u", True, ("../x",), "http://h/u/x"),
        ("/u/", True, ("x",), "http://h/u/x"),
        ("/u/", True, ("",), "http://h/u/"),
        ("/u", True, ("",), "http://h/u/"),
        ("/u/d", True, ("x",), "http://h/u/d/x"),
        ("/u/d", False, ("x",), "http://h/u/x"),
        ("/u/d/", False, ("x",), "http://h/u/x"),
        ("/u/d/", True, ("x",), "http://h/u/d/x"),
        ("/u/d/", None, ("x",), "http://h/u/d/x"),
        ("/u/d/", False, ("",), "http://h/u/d"),
        ("/u/", False, ("x",), "http://h/u/x"),
        ("/u/d/e/", True, ("..",), "http://h/u/d/"),
        ("/u/d/e", False, (".",), "http://h/u/d/"),
    ],
)
def test_index_pages(link, path, is_index, args, expected):
    """A relative address means the same with and without the page's trailing slash."""
    assert link(path, *args, is_index=is_index) == expected


@pytest.mark.parametrize(
    ("path", "args", "kwargs", "expected"),
    [
        ("/", ("x",), {}, "http://h/x"),
        ("/", ("../x",), {}, "http://h/x"),
        ("/", ("",), {"relative": "server"}, "/"),
        ("/", ("/x",), {"relative": True}, "x"),
        ("/d/e", ("/",), {"relative": "server"}, "/"),
        ("/d/e", ("/",), {"relative": True}, "../"),
    ],
)
def test_in_the_application_at_the_root(link, path, args, kwargs, expected):
    """The same in an application mounted at ''."""
    assert link(path, *args, mount="", **kwargs) == expected


@pytest.mark.parametrize(
    ("of_the_app", "relative", "expected"),
    [
        (None, None, "http://h/u/x"),
        (True, None, "../x"),
        ("server", None, "/u/x"),
        (False, None, "http://h/u/x"),
        (True, False, "http://h/u/x"),
        (False, True, "../x"),
        (True, "server", "/u/x"),
    ],
)
def test_the_application_says_what_is_usual(link, of_the_app, relative, expected):
    """`relative=None` means what the application's `relative_urls` says."""
    link.relative_urls = of_the_app
    assert link("/u/d/e", "/x", relative=relative) == expected


def test_the_browsers_own_address(page):
    """`url(qs=request.query_string)` is the address the browser shows."""
    serve = page(lambda *a, **k: url(qs=serving_now().request.query_string), script_name="/u")
    assert serve("/u/d/e?a=1&b=%20").text == "http://h.example/u/d/e?a=1&b=%20"


def test_a_base_with_a_path(page):
    """Behind a proxy that adds a path, 'server' keeps that path (BEHAVIOUR 13.3 (17))."""

    def handler(*args):
        serving_now().request.base = "https://public.example/prefix"
        return " ".join([url("/x"), url("/x", relative="server"), url("/x", relative=True)])

    answer = page(handler, script_name="/u")("/u/d/e")
    assert answer.text == "https://public.example/prefix/u/x /prefix/u/x ../x"


def test_without_host(page):
    """Without a Host header the server's own name is the base."""
    serve = page(lambda *a: url("/x"))
    answer = serve("/d", HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.0")
    assert answer.text == "http://server.example:8080/x"


def test_no_address_becomes_another_host(link):
    """A relative address that begins with slashes stays on this host."""
    for path in (
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "/./\\/evil.example",
    ):
        for relative in (True, "server"):
            address = link("/u/d/e", path, relative=relative)
            assert not address.startswith(("//", "/\\", "\\")), (path, address)
        assert link("/u/d/e", path).startswith("http://h/u/")


@pytest.mark.parametrize("relative", [True, "server"])
def test_no_address_becomes_another_host_at_the_root(link, relative):
    """The same where nothing stands between the host and the path."""
    for path in ("//evil.example/x", "/\\evil.example", "\\\\evil.example"):
        address = link("/", path, mount="", relative=relative)
        assert not address.startswith(("//", "/\\", "\\")), (path, address)


@pytest.mark.parametrize("path", [".evil.example/://", "@evil.example/://x", "http://z/y"])
@pytest.mark.parametrize("relative", [False, "server"])
def test_no_address_goes_on_with_the_hosts_name(link, path, relative):
    """What has '://' in it is not resolved (BEHAVIOUR 3.10), but begins a path all the same."""
    address = link("/", path, mount="", relative=relative)
    assert urlsplit(address).netloc in ("", "h")


# -- outside a request ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        (("/x",), {}, "http://site/x"),
        (("x",), {}, "http://site/x"),  # BEHAVIOUR 13.3 (17): not http://sitex
        (("",), {}, "http://site"),
        (("/x",), {"script_name": "/app"}, "http://site/app/x"),
        (("",), {"script_name": "/app"}, "http://site/app"),
        (("/x", "a=1"), {}, "http://site/x?a=1"),
        (("/x",), {"qs": {"a": 1}}, "http://site/x?a=1"),
        (("/x",), {"base": "https://other"}, "https://other/x"),
        (("/a/../x",), {}, "http://site/x"),
        (("/x",), {"relative": "server"}, "/x"),
    ],
)
def test_outside_a_request(args, kwargs, expected):
    """Outside a request the base is that of the site's server."""
    assert url(*args, outside_base=lambda: "http://site", **kwargs) == expected


def test_outside_without_any_base():
    """Without a site and without a base it is a path."""
    assert url("/x") == "/x"
    assert url("/x", base="") == "/x"


def test_outside_the_server_of_the_site(site):
    """Site.url() takes the address of the site's own server."""
    site.server.socket_host, site.server.socket_port = "127.0.0.1", 8099
    assert site.url("/x") == "http://127.0.0.1:8099/x"


def test_a_site_inside_a_request(site, call, environ):
    """Site.url() within a request is url()."""

    class Root:
        def index(self):
            return site.url("x", "a=1")

        index.exposed = True

    site.tree.mount(Root(), "/u")
    assert call(site.tree, environ("/u/")).text == "http://h.example/u/x?a=1"
