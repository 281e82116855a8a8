"""The tree: mount points, the applications behind them, and what is between them."""

from __future__ import annotations

import copy

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.core.tree import Mounts, Tree


class Root:
    def __init__(self, name="root"):
        self.name = name

    @expose
    def index(self):
        return f"{self.name} index"

    @expose
    def where(self, *args):
        request = serving_now().request
        return f"{self.name}|{request.script_name}|{request.path_info}"

    @expose
    def mount(self):
        return repr(serving_now().request.app.site.tree.script_name())


@pytest.fixture
def get(site, call, environ):
    """Call the site's tree: get(path, method, **keys) -> Answer."""
    return lambda path="/", method="GET", **keys: call(site.tree, environ(path, method, **keys))


# -- mounting ----------------------------------------------------------------------------------


def test_mount_gives_the_application(site):
    """`mount` makes an application of the site, and keeps it by its script name."""
    root = Root()
    app = site.tree.mount(root, "/a/", {"data": {"x": 1}})
    assert isinstance(app, site.Application)
    assert (app.root, app.script_name, app.config["data"]) == (root, "/a", {"x": 1})
    assert site.tree.apps == {"/a": app}


@pytest.mark.parametrize("name", ["", "/"])
def test_mount_at_the_root(site, name):
    """'' and '/' are the same place."""
    app = site.tree.mount(Root(), name)
    assert site.tree.apps == {"": app}


def test_mount_without_a_root(site, get):
    """An application without a root is empty."""
    site.tree.mount(None, "", {"/": {}})
    assert get("/").code == 404


def test_mount_wants_a_script_name(site):
    """None is no script name; the message says why."""
    with pytest.raises(TypeError, match="script_name"):
        site.tree.mount(Root(), None)


def test_a_config_in_the_place_of_the_name(site):
    """A config that is given second is told from a mount point."""
    with pytest.raises(TypeError, match=r"not a dict\. A config is the third"):
        site.tree.mount(Root(), {"/": {}})


def test_a_mount_point_without_a_slash(site):
    """No path would begin with it."""
    with pytest.raises(ValueError, match="'shop'; write '/shop'"):
        site.tree.mount(Root(), "shop")
    with pytest.raises(ValueError, match="'shop/'; write '/shop'"):
        site.tree.graft(lambda environ, start_response: [], "shop/")


def test_mount_an_application(site):
    """An application brings its own script name; config is merged into it."""
    app = site.Application(Root(), "/own", {"data": {"x": 1}})
    assert site.tree.mount(app, config={"data": {"y": 2}}) is app
    assert app.config["data"] == {"x": 1, "y": 2}
    assert site.tree.apps == {"/own": app}
    assert site.tree.mount(app, "/own/") is app


def test_mount_an_application_elsewhere(site):
    """Another script name than the application's own is refused."""
    app = site.Application(Root(), "/own")
    with pytest.raises(ValueError, match="Cannot specify a different script name"):
        site.tree.mount(app, "/other")
    assert site.tree.apps == {}


def test_mount_replaces(site, get):
    """What is mounted at the same place again takes it over."""
    site.tree.mount(Root("one"), "/a")
    assert get("/a/").text == "one index"
    site.tree.mount(Root("two"), "/a")
    assert get("/a/").text == "two index"


def test_unmount(site, get):
    """Deleting a script name unmounts it, in each of a dict's ways."""
    for name in ("/a", "/b", "/c", "/d/e/f"):
        site.tree.mount(Root(name), name)
    assert get("/d/e/f/").code == 200
    del site.tree.apps["/a"]
    site.tree.apps.pop("/b")
    assert site.tree.apps.pop("/b", None) is None
    site.tree.apps.pop("/d/e/f")
    assert [get(path).code for path in ("/a/", "/b/", "/c/", "/d/e/f/")] == [404, 404, 200, 404]
    site.tree.apps.clear()
    assert get("/c/").code == 404


def test_all_applications_may_be_replaced(site, get):
    """`tree.apps` takes another dict of applications."""
    site.tree.mount(Root("old"), "/old")
    site.tree.apps = {"/new/place": site.Application(Root("new"), "/new/place")}
    assert get("/new/place/").text == "new index"
    assert get("/old/").code == 404


# -- the favicon -------------------------------------------------------------------------------


def test_favicon(site, get):
    """An application at the root has our icon until it has one of its own."""
    site.tree.mount(Root(), "")
    answer = get("/favicon.ico")
    assert (answer.code, answer.header("Content-Type")) == (200, "image/x-icon")
    assert answer.body[:4] == b"\0\0\1\0"
    assert get("/favicon.ico", "HEAD").body == b""


@pytest.mark.parametrize("icon", [None, "own"])
def test_favicon_of_ones_own(site, icon):
    """An attribute `favicon_ico`, even None, is left alone."""
    root = Root()
    root.favicon_ico = icon
    site.tree.mount(root, "")
    assert root.favicon_ico == icon


def test_favicon_elsewhere(site):
    """Applications below the root, and objects that take no attributes, do without."""
    root = Root()
    site.tree.mount(root, "/a")
    assert not hasattr(root, "favicon_ico")

    class Slots:
        __slots__ = ()

    assert site.tree.mount(Slots(), "").root.__class__ is Slots


def test_tree_without_favicons(site, call, environ):
    """A tree can be made without any."""
    tree = Tree(site, site.Application)
    root = Root()
    tree.mount(root, "")
    assert not hasattr(root, "favicon_ico")
    assert call(tree, environ("/")).text == "root index"
    assert tree.engine is site.engine


# -- finding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/where", "root||/where"),
        ("/a/where", "a|/a|/where"),
        ("/a/b/where", "b|/a/b|/where"),
        ("/a/b/c/d/where", "d|/a/b/c/d|/where"),
        ("//a//b/where", "b|/a/b|/where"),
        ("/a//where", "a|/a|/where"),
        ("/a/where//x", "a|/a|/where/x"),
        ("/where/a/b", "root||/where/a/b"),
    ],
)
def test_longest_mount_point(site, get, path, answer):
    """The longest script name that begins the path, on a border of segments, gets the
    request.
    """
    for name in ("/a", "/a/b", "/a/b/c/d", "/deep/er"):
        site.tree.mount(Root(name[-1]), name)
    site.tree.mount(Root(), "")
    assert get(path).text == answer


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", ""),
        ("", ""),
        ("/x", ""),
        ("/foo", "/foo"),
        ("/foo/", "/foo"),
        ("/foobar", ""),
        ("/foo/bar", "/foo/bar"),
        ("/foo/barn", "/foo"),
        ("/foo/bar/x/y/z", "/foo/bar"),
    ],
)
def test_script_name_of_a_path(site, path, name):
    """`tree.script_name(path)` says which mount point a path belongs to."""
    for mounted in ("", "/foo", "/foo/bar"):
        site.tree.mount(Root(), mounted)
    assert site.tree.script_name(path) == name


def test_script_name_of_nothing(site, get):
    """None where nothing is mounted; without a path that of the current request."""
    assert site.tree.script_name("/x") is None
    site.tree.mount(Root(), "/a")
    assert site.tree.script_name("/x") is None
    assert get("/a/mount").text == "'/a'"
    with pytest.raises(TypeError, match="no current request"):
        site.tree.script_name()


def test_prefix_of_the_server(site, get):
    """What the server says of SCRIPT_NAME counts as part of the path."""
    site.tree.mount(Root("b"), "/a/b")
    assert get("/b/where", SCRIPT_NAME="/a").text == "b|/a/b|/where"
    assert get("/where", SCRIPT_NAME="/a/b").text == "b|/a/b|/where"
    assert get("/where", SCRIPT_NAME="/x").code == 404


def test_prefix_of_the_server_at_the_root(site, get):
    """An application at the root sees a foreign SCRIPT_NAME as part of its path."""
    site.tree.mount(Root(), "")
    assert get("/x", SCRIPT_NAME="/where").text == "root||/where/x"


@pytest.mark.parametrize("target", ["/a/where/%20x", "/a/where/%252Fx", "/a/where"])
def test_targets_without_an_encoded_slash(site, get, target):
    """Other escapes in the request's target are no matter for the tree."""
    site.tree.mount(Root("a"), "/a")
    assert get(target, RAW_URI=target).text.startswith("a|/a|/where")


def test_environ_of_the_caller_stays(site, call, environ):
    """The server's environ is not changed, but handed on as a copy where it must differ."""
    site.tree.mount(Root("a"), "/a")
    before = environ("/a/where")
    given = copy.copy(before)
    assert call(site.tree, given, validate=False).text == "a|/a|/where"
    assert {k: given[k] for k in before} == before


class CountingDict(Mounts):
    """Mounts that count their look-ups."""

    lookups = 0

    def __contains__(self, name):
        self.lookups += 1
        return super().__contains__(name)


@pytest.mark.parametrize("path", ["/a/b/c", "/x" * 500, "/" * 5000, "/name5/x/y/z/a/b/c"])
def test_lookups_do_not_grow_with_mounts(path):
    """Finding takes as many look-ups as the deepest name has segments, however many names
    there are.
    """
    few, many = CountingDict(), CountingDict()
    few.update({"/name5": 1, "/a/b": 2})
    many.update({**{f"/name{n}": n for n in range(5000)}, "/a/b": 2})
    assert few.find(path) == many.find(path)
    assert few.lookups == many.lookups <= 3


def test_mounts_heed_their_changes():
    """A deeper name that is mounted later is found, and one that was unmounted is not."""
    mounts = Mounts()
    assert mounts.find("/a/b") is None
    mounts[""] = 0
    assert mounts.find("/a/b") == ""
    mounts["/a/b/c"] = 1
    assert mounts.find("/a/b/c/d") == "/a/b/c"
    mounts.setdefault("/a/b/c/d", 2)
    assert mounts.setdefault("/a/b/c/d", 9) == 2
    mounts |= {"/a/b/c/d/e": 3}
    assert mounts.find("/a/b/c/d/e/f") == "/a/b/c/d/e"
    mounts.popitem()
    assert mounts.find("/a/b/c/d/e/f") == "/a/b/c/d"


# -- nothing there -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html"),
        ("application/json", "application/problem+json"),
        ("text/plain", "text/plain"),
    ],
)
def test_not_found(site, get, access_lines, accept, kind):
    """Where nothing is mounted the tree answers 404, with headers, a body and an access
    line.
    """
    site.tree.mount(Root(), "/a")
    answer = get("/nothing", headers={"Accept": accept} if accept else None)
    assert answer.code == 404
    assert answer.header("Content-Type").startswith(kind)
    assert answer.header("Content-Length") == str(len(answer.body))
    assert "/nothing" in answer.text
    assert len(access_lines) == 1
    assert '"GET /nothing HTTP/1.1" 404' in access_lines[0]


def test_not_found_for_head(site, get):
    """HEAD gets the headers of GET and no body."""
    answer = get("/nothing", "HEAD")
    assert (answer.code, answer.body) == (404, b"")
    assert answer.header("Content-Length") == get("/nothing").header("Content-Length")


def test_not_found_shows_no_markup(site, get):
    """The path on the page is escaped, cut and printable."""
    answer = get("/<script>" + "a" * 5000 + "%00%FF")
    assert "<script>a" not in answer.text
    assert len(answer.body) < 5000


@pytest.mark.parametrize("target", ["*", "", "@evil.example/x", "x/y"])
@pytest.mark.parametrize("mounted", ["", "/a", None])
def test_targets_that_are_no_paths(site, call, environ, mounted, target):
    """What does not begin with a slash is 404, or the root's own index for nothing at all."""
    if mounted is not None:
        site.tree.mount(Root(), mounted)
    answer = call(site.tree, environ("/", "OPTIONS", PATH_INFO=target), validate=False)
    assert answer.code == (200 if (target, mounted) == ("", "") else 404)
    assert "evil.example" not in (answer.header("Location") or "")


# -- grafted applications ----------------------------------------------------------------------


def foreign(environ, start_response):
    """A WSGI application of somebody else."""
    body = f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()
    start_response(
        "202 Mine", [("Content-Type", "text/plain"), ("content-length", str(len(body)))]
    )
    return [body]


@pytest.mark.parametrize("name", ["/foreign", "/foreign/"])
def test_graft(site, get, access_lines, name):
    """A foreign application is served at its place, and has its access line."""
    site.tree.mount(Root(), "")
    site.tree.graft(foreign, name)
    answer = get("/foreign/x/y?q=1")
    assert (answer.status, answer.text) == ("202 Mine", "/foreign|/x/y")
    assert len(access_lines) == 1
    assert '"GET /foreign/x/y?q=1 HTTP/1.1" 202 13' in access_lines[0]


def test_graft_without_a_length(site, get, access_lines):
    """Without a Content-Length the access line says '-'."""

    def silent(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    site.tree.graft(silent, "")
    assert get("/").text == "x"
    assert '" 200 -' in access_lines[0]


def test_graft_that_nobody_logs(site, get):
    """Without a listener for access lines the foreign application gets the server's
    start_response.
    """
    site.log.access_log.disabled = True
    seen = []

    def look(environ, start_response):
        seen.append(start_response)
        return foreign(environ, start_response)

    site.tree.graft(look, "/g")
    assert get("/g").code == 202
    assert "wsgicherry" not in seen[0].__module__


def test_graft_starts_the_engine(site, get):
    """The first request starts the engine, also when a foreign application or nobody answers
    it.
    """
    started = []
    site.engine.subscribe("start", lambda: started.append(1))
    site.tree.graft(foreign, "/g")
    get("/g")
    get("/nothing")
    assert started == [1]


def test_the_trees_own_404_starts_the_engine(site, get):
    """A 404 of the tree is the work of a started engine, too."""
    started = []
    site.engine.subscribe("start", lambda: started.append(1))
    get("/nothing")
    assert started == [1]


def test_tree_in_a_tree(site, make_site, call, environ, access_lines):
    """A tree can be grafted into another; the line is logged once."""
    other = make_site()
    other.tree.mount(Root("inner"), "/a/b")
    site.tree.graft(other.tree, "/a")
    assert call(site.tree, environ("/a/b/where")).text == "inner|/a/b|/where"
    assert len(access_lines) == 1


def test_application_in_foreign_middleware(site, call, environ):
    """Our tree inside foreign middleware sees the path that it left."""
    site.tree.mount(Root("a"), "/a")

    def strip(environ, start_response):
        path = environ["PATH_INFO"].removeprefix("/v1")
        return site.tree({**environ, "PATH_INFO": path}, start_response)

    assert call(strip, environ("/v1/a/where", REQUEST_URI="/v1/a/where")).text == "a|/a|/where"
