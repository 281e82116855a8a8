"""Which handler a path reaches, with which segments, and with which config."""

from __future__ import annotations

from functools import partial
from types import MethodType

import pytest

from wsgicherry.core.config import ConfigError
from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatcher import Dispatcher
from wsgicherry.core.expose import expose, popargs


@pytest.fixture
def get(site, call, environ):
    """Call the site's tree: get(path, method, **environ keys) -> Answer."""

    def get(path="/", method="GET", **options):
        return call(site.tree, environ(path, method, **options))

    return get


def told(name, *args):
    """What a handler was given, and how its page was found, as text."""
    kind = {True: "index", False: "page", None: "none"}[serving_now().request.is_index]
    return f"{name}({','.join(args)}) {kind}"


class Callable:
    """A node that is a page itself."""

    exposed = True

    def __call__(self, *args):
        return told("callable", *args)

    @expose
    def deeper(self, *args):
        return told("callable.deeper", *args)


class OnlyDefault:
    @expose
    def default(self, *args):
        return told("only.default", *args)


class DefaultAndPage(Callable):
    @expose
    def default(self, *args):
        return told("both.default", *args)

    @expose
    def page(self, *args):
        return told("both.page", *args)

    def hidden(self):
        """Not exposed."""


class Directory:
    @expose
    def index(self):
        return told("dir.index")

    @expose
    def meth(self, *args):
        return told("dir.meth", *args)

    def hidden(self):
        """Not exposed."""

    @expose
    def with_dots(self):
        return told("dir.with_dots")


class Root:
    def __init__(self):
        self.dir = Directory()
        self.only = OnlyDefault()
        self.node = Callable()
        self.both = DefaultAndPage()
        self.empty = object()
        self.nothing = None

    @expose
    def index(self, *args):
        return told("index", *args)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "index() index"),
        # `/index` is a page like any other, and takes what follows.
        ("/index", "index() page"),
        ("/index/a", "index(a) page"),
        ("/dir/", "dir.index() index"),
        ("//dir//", "dir.index() index"),
        ("/dir/index", "dir.index() page"),
        ("/dir/meth", "dir.meth() page"),
        ("/dir/meth/", "dir.meth() page"),
        ("/dir/meth/1/2", "dir.meth(1,2) page"),
        ("//dir///meth//1", "dir.meth(1) page"),
        ("/dir/meth/index", "dir.meth(index) page"),
        ("/dir/with.dots", "dir.with_dots() page"),
        ("/dir/with-dots", "dir.with_dots() page"),
        # A node that is exposed and callable takes what follows.
        ("/node", "callable() page"),
        ("/node/x/y", "callable(x,y) page"),
        ("/node/deeper/z", "callable.deeper(z) page"),
        # A class with `default` alone gets everything, with and without a slash.
        ("/only", "only.default() page"),
        ("/only/", "only.default() index"),
        ("/only/b", "only.default(b) page"),
        ("/only/b/", "only.default(b) index"),
        # `default` comes before the exposed node itself, a deeper page before `default`.
        ("/both", "both.default() page"),
        ("/both/x", "both.default(x) page"),
        ("/both/page/x", "both.page(x) page"),
        ("/both/hidden/x", "both.default(hidden,x) page"),
        ("/both/default/x", "both.default(x) page"),
    ],
)
def test_paths_that_are_served(site, get, path, answer):
    """The deepest exposed node on the path answers, with the segments it did not use."""
    site.tree.mount(Root(), "")
    assert get(path).text == answer


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/x/y/z",
        "/dir/x",  # an index never takes segments
        "/dir/x/",
        "/dir/hidden",
        "/dir/Meth",
        "/empty",
        "/nothing",
        "/nothing/x",
        "/dir/inner",
        "/dir/hidden/__func__/x",
        "/dir/hidden/--func--/x",
        "/__class__",
        "/--class--",
        "/__init__/",
        "/dir/__class__/meth",
        "/favicon.ic",
    ],
)
def test_paths_that_are_not_served(site, get, path):
    """A path that leads to nothing exposed is 404; Python's own names are never reached."""
    site.tree.mount(Root(), "")
    assert get(path).code == 404


@pytest.mark.parametrize("segment", ["__func__", "--func--", "__self__", "__wrapped__"])
def test_functions_behind_methods(site, get, segment):
    """Behind a page Python's names are its arguments, never the undecorated function."""
    site.tree.mount(Root(), "")
    assert get(f"/dir/meth/{segment}/x/y").text == f"dir.meth({segment},x,y) page"


def test_dunder_segments_are_arguments_of_a_default(site, get):
    """Where a `default` takes any segment, Python's names are text like any other."""
    site.tree.mount(OnlyDefault(), "")
    assert get("/__class__/x").text == "only.default(__class__,x) page"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/dir", "http://h.example/dir/"),
        ("/dir?a=1&b=2", "http://h.example/dir/?a=1&b=2"),
    ],
)
def test_missing_slash(site, get, path, location):
    """An index page without its slash is redirected, with the query string."""
    site.tree.mount(Root(), "")
    answer = get(path)
    assert (answer.code, answer.header("Location")) == (301, location)


def test_an_application_without_its_slash(site, get):
    """The bare script name is redirected to the application's index page."""
    site.tree.mount(Root(), "/app")
    answer = get("/app")
    assert (answer.code, answer.header("Location")) == (301, "http://h.example/app/")


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(
    ("path", "target", "answer"),
    [
        ("/one%2Ftwo/x", "/one%2Ftwo/x", "only.default(one/two,x) page"),
        ("/one%2ftwo", "/one%2ftwo?q=%2F", "only.default(one/two) page"),
        ("/%2F%2F", "/%2F%2F", "only.default(//) page"),
        # No slash was encoded, or the path is not the one of the target any more.
        ("/one/two", "/one/two", "only.default(one,two) page"),
        ("/other/path", "/one%2Ftwo", "only.default(other,path) page"),
    ],
)
def test_encoded_slash(site, call, environ, name, path, target, answer):
    """'%2F' is one segment with a slash in it, unless a middleware has rewritten the path."""
    site.tree.mount(OnlyDefault(), "")
    assert call(site.tree, environ(path, **{name: target})).text == answer


def test_encoded_slash_below_a_mount_point(site, call, environ):
    """An encoded slash is kept below a script name, and never makes a mount point."""
    site.tree.mount(OnlyDefault(), "/app")
    site.tree.mount(Root(), "/app/one")
    environ = environ("/app/one%2Ftwo", RAW_URI="/app/one%2Ftwo")
    assert call(site.tree, environ).text == "only.default(one/two) page"


def test_encoded_slash_in_an_application_alone(site, call, environ):
    """An application called without a tree keeps encoded slashes, too."""
    app = site.Application(OnlyDefault(), "")
    assert call(app, environ("/a%2Fb", RAW_URI="/a%2Fb")).text == "only.default(a/b) page"


def test_too_many_segments(site, get):
    """A path of more than 1000 segments is 414."""
    site.tree.mount(OnlyDefault(), "")
    assert get("/a" * 1000).code == 200
    assert get("/a" * 1001).code == 414


# -- config along the trail --------------------------------------------------------------------


def config_of(**values):
    """Decorate with `_cp_config`: the key 'x' and more."""

    def decorate(target):
        target._cp_config = values
        return target

    return decorate


@config_of(x="class", own="class")
class Configured:
    @expose
    @config_of(x="method")
    def method(self, *args):
        return self.tell()

    @expose
    def plain(self, *args):
        return self.tell()

    @expose
    @config_of(x="default")
    def default(self, *args):
        return self.tell()

    @staticmethod
    def tell():
        config = serving_now().request.config
        return f"{config.get('x')} {config.get('own')}"


class ConfiguredRoot(Configured):
    _cp_config = {"x": "root class", "own": "root class"}

    def __init__(self):
        self.sub = Configured()


@pytest.mark.parametrize(
    ("path", "sections", "answer"),
    [
        ("/plain", {}, "root class root class"),
        ("/plain", {"/": {"x": "/"}}, "/ root class"),
        ("/plain", {"/": {"x": "/"}, "/plain": {"x": "/plain"}}, "/plain root class"),
        ("/method", {"/": {"x": "/"}}, "method root class"),
        ("/method", {"/method": {"x": "/method"}}, "/method root class"),
        ("/method/1/2", {"/method/1": {"x": "/method/1"}}, "/method/1 root class"),
        ("/method/1/2", {"/method/2": {"x": "no"}}, "method root class"),
        ("/sub/plain", {"/": {"x": "/"}}, "class class"),
        ("/sub/plain", {"/sub": {"x": "/sub"}}, "/sub class"),
        ("/sub/plain", {"/sub": {"x": "/sub"}, "/sub/plain": {"x": "leaf"}}, "leaf class"),
        ("/sub/method", {"/sub": {"x": "/sub", "own": "/sub"}}, "method /sub"),
        # default's own config: above its owner's section, below those of deeper paths.
        ("/sub/q", {"/sub": {"x": "/sub"}}, "default class"),
        ("/sub/q", {"/sub": {"x": "/sub"}, "/sub/q": {"x": "deeper"}}, "deeper class"),
        ("/sub/q/r/s", {"/sub/q/r": {"x": "deeper"}}, "deeper class"),
        ("/q", {"/": {"x": "/"}}, "default root class"),
        ("/sub/", {"/sub/index": {"x": "index"}}, "index class"),
    ],
)
def test_config_is_merged_from_root_to_leaf(site, get, path, sections, answer):
    """At each place `_cp_config` comes before the section of the path; what is deeper wins."""
    site.tree.mount(ConfiguredRoot(), "", sections)
    assert get(path).text == answer


def test_site_config_is_below_everything(site, get):
    """The site's config holds where nothing on the trail says otherwise."""
    site.config.update({"x": "site", "own": "site"})
    site.tree.mount(Configured(), "")
    assert get("/plain").text == "class class"
    seen = []
    root = Root()
    root.look = expose(lambda: seen.append(dict(serving_now().request.config)))
    site.tree.mount(root, "/other")
    assert get("/other/look").code == 200
    assert (seen[0]["x"], seen[0]["own"]) == ("site", "site")


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/plain", "/"),
        ("/sub/plain", "/sub"),
        ("/sub/deep/er", "/sub/deep"),
        ("/method", "/method"),
    ],
)
def test_section_of_a_static_folder(site, get, path, section):
    """`tools.staticdir.section` is the path at which `tools.staticdir.dir` was set."""
    root = ConfiguredRoot()
    app = site.tree.mount(root, "")
    seen = []
    root.plain = root.sub.plain = root.sub.default = root.method = expose(
        lambda *args: seen.append(serving_now().request.config["tools.staticdir.section"])
    )
    # Put there after the mount: the tool belongs to a later version, its keys are known.
    app.root._cp_config = {"tools.staticdir.dir": "a"}
    root.sub._cp_config = {"tools.staticdir.dir": "b"}
    app.config["/sub/deep"] = {"tools.staticdir.dir": "c"}
    app.config["/method"] = {"tools.staticdir.dir": "d"}
    site.open = lambda app: []
    get(path)
    assert seen == [section]


# -- `_cp_dispatch` and popargs ----------------------------------------------------------------


class Vpath:
    """A node whose segments are parameters."""

    def _cp_dispatch(self, vpath):
        if vpath[0] == "add":
            vpath.append("x")
            return self
        if vpath[0] == "fail":
            raise KeyError("in _cp_dispatch")
        if vpath[0] == "none":
            return None
        serving_now().request.params["user"] = vpath.pop(0)
        return self if not vpath else Directory()

    @expose
    def index(self, user="-"):
        return told("user", user)


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("/", 200, "user(-) index"),
        ("/ann/", 200, "user(ann) index"),
        ("/ann", 301, None),
        ("/none/x", 404, None),
        ("/add/x", 500, None),
        ("/fail", 500, None),
    ],
)
def test_dispatch_method(site, get, error_lines, path, code, text):
    """A node's `_cp_dispatch` takes segments from the path and chooses the next node."""
    site.tree.mount(Vpath(), "")
    answer = get(path)
    assert answer.code == code
    assert text is None or answer.text == text
    assert (code == 500) == any("Traceback" in line for line in error_lines)


def test_dispatch_method_goes_to_another_object(site, get):
    """The walk goes on at the object that the method returned."""
    site.tree.mount(Vpath(), "")
    answer = get("/ann/meth/1")  # which takes no parameter 'user'
    assert answer.code == 404
    assert "Unexpected query string parameters: user" in answer.text


@popargs("year", "month")
class Calendar:
    @expose
    def index(self, year=None, month=None):
        return f"{year} {month}"

    @expose
    def edit(self, year=None, month=None):
        return f"edit {year} {month}"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "None None"),
        ("/2000/", "2000 None"),
        ("/2000/05/", "2000 05"),
        ("/edit", "edit None None"),  # an attribute comes before popping
        ("/2000/edit/", "2000 edit"),  # the second name takes it
        ("/2000/05/edit", "edit 2000 05"),
        ("/2000/05/__class__/edit", None),
        ("/2000/05/__init__/", None),
        ("/2000/05/edi-t", None),  # popargs looks up the raw name
        ("/2000/05/nothing/", None),
    ],
)
def test_popargs(site, get, path, answer):
    """popargs binds segments to names, and looks for the next node under the one behind
    them.
    """
    site.tree.mount(Calendar(), "")
    result = get(path)
    assert (result.code, answer) == (404, None) if answer is None else result.text == answer


def test_popargs_without_a_slash(site, get):
    """The index page behind popped segments is still redirected to its slash."""
    site.tree.mount(Calendar(), "")
    answer = get("/2000/05")
    assert (answer.code, answer.header("Location")) == (301, "http://h.example/2000/05/")


@pytest.mark.parametrize("kind", ["class", "function", "instance"])
def test_popargs_with_a_handler(site, get, kind):
    """A class or function is called with what was popped, an instance is the next node."""

    class Item:
        def __init__(self, item=None):
            self.item = item

        @expose
        def index(self, item=None):
            return f"{self.item} {item}"

    def make(item):
        return Item(item)

    handler = {"class": Item, "function": make, "instance": Item()}[kind]

    @popargs("item", handler=handler)
    class Items:
        """Nothing but items."""

    site.tree.mount(Items(), "")
    assert get("/7/").text == ("None 7" if kind == "instance" else "7 None")


def test_popargs_as_an_attribute(site, get):
    """popargs may be assigned to `_cp_dispatch` in the class body."""

    class Users:
        _cp_dispatch = popargs("user")

        @expose
        def index(self, user):
            return user

    site.tree.mount(Users(), "")
    assert get("/ann/").text == "ann"


def test_query_string_comes_over_popped_parameters(site, get):
    """A parameter of the query string replaces a popped one of the same name (CherryPy's
    rule).
    """
    site.tree.mount(Calendar(), "")
    assert get("/2000/?year=1999").text == "1999 None"


# -- dispatchers -------------------------------------------------------------------------------


def test_translate_must_be_a_dict():
    """A table of characters that is no dict is refused."""
    with pytest.raises(ValueError, match="The translate argument must be a dict"):
        Dispatcher(translate="abc")


class Choosing(OnlyDefault):
    def choose(self, vpath):
        vpath.clear()
        return self.other

    @expose
    def other(self):
        return told("other")


def test_dispatcher_of_a_path(site, get):
    """The nearest section upward chooses the dispatcher."""
    own = Dispatcher("choose", {ord("x"): "y"})
    site.tree.mount(Choosing(), "", {"/own": {"request.dispatch": own}})
    assert get("/a").text == "only.default(a) page"
    assert get("/own/a").text == "other() page"


def test_dispatcher_of_a_class_is_refused(site):
    """`_cp_config` cannot choose the dispatcher that finds it, and says so at mount."""

    class Root(OnlyDefault):
        _cp_config = {"request.dispatch": Dispatcher()}

    with pytest.raises(ConfigError, match=r"request\.dispatch"):
        site.tree.mount(Root(), "")


def test_any_callable_is_a_dispatcher(site, get):
    """A dispatcher is any callable that sets the handler and the config."""
    hooks = []

    def dispatch(path):
        request = serving_now().request
        hook = partial(hooks.append, path)
        request.config = {"response.headers.X-Path": path, "hooks.before_handler": hook}
        request.handler = lambda: b"mine"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    answer = get("/a/b")
    assert (answer.text, answer.header("X-Path"), hooks) == ("mine", "/a/b", ["/a/b"])


def test_dispatcher_that_sets_no_config(site, get):
    """A dispatcher that leaves the config alone is served with what '/' says of errors."""

    def dispatch(path):
        serving_now().request.handler = lambda: b"bare"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    assert get("/a/b").text == "bare"


def test_dispatcher_that_sets_no_handler(site, get):
    """Without a handler the body is empty."""
    site.tree.mount(Root(), "", {"/": {"request.dispatch": lambda path: None}})
    answer = get("/a")
    assert (answer.code, answer.body) == (200, b"")


def test_dispatcher_that_wraps_ours(site, get):
    """A dispatcher may hand on to another with another path, and change the config."""
    inner = Dispatcher()

    def dispatch(path):
        inner("/dir/meth" + path)
        serving_now().request.config["response.headers.X-Wrapped"] = "yes"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    answer = get("/a")
    assert (answer.text, answer.header("X-Wrapped")) == ("dir.meth(a) page", "yes")


def test_request_class_with_a_dispatcher(site, get):
    """The application's request class says which dispatcher is used where no section does."""
    app = site.tree.mount(Root(), "")

    class Request(app.request_class):
        dispatch = Dispatcher(translate={ord("+"): "_"})

    app.request_class = Request
    assert get("/dir/with+dots").text == "dir.with_dots() page"
    assert get("/dir/with-dots").code == 404


class Descriptor:
    """A decorator written as a class, whose methods are bound by hand; it is exposed as a
    class.
    """

    exposed = True
    _cp_config = {"response.headers.X-Kind": "descriptor"}

    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner=None):
        return MethodType(self, instance)

    def __call__(self, instance, *args):
        return self.function(instance, *args)


class SlottedDescriptor(Descriptor):
    """The same, whose instances have no `__dict__`."""

    __slots__ = ("function",)


@pytest.mark.parametrize("kind", [Descriptor, SlottedDescriptor])
def test_methods_of_decorators_that_are_classes(site, get, kind):
    """A bound method whose function is an object of a class is asked through that class."""

    class Root:
        @kind
        def page(self, *args):
            return told("page", *args)

    site.tree.mount(Root(), "")
    answer = get("/page/1")
    assert (answer.code, answer.text) == (200, "page(1) page")
    assert answer.header("X-Kind") == "descriptor"


def test_default_that_is_bound_by_hand(site, get):
    """A `default` of that kind is found, too."""

    class Root:
        @Descriptor
        def default(self, *args):
            return told("default", *args)

    site.tree.mount(Root(), "")
    assert get("/page/1").text == "default(page,1) page"


class Shop:
    """An object that is exposed and called."""

    exposed = True

    def __call__(self):
        return "the shop"


def test_known_ways_to_objects(site, get):
    """An exposed object is found again without a walk, until something about it changes."""
    root = Root()
    root.shop = Shop()
    app = site.tree.mount(root, "")
    assert [get("/shop").text for _ in range(3)] == ["the shop"] * 3
    assert "/shop" in app.routes
    root.shop.index = expose(lambda: "an index")
    assert get("/shop/").text == "an index"
    del root.shop.index
    root.shop.default = expose(lambda: "a default")
    assert get("/shop").text == "a default"
    del root.shop.default
    assert get("/shop").text == "the shop"
    root.shop._cp_config = {"tools.response_headers.on": True,
                            "tools.response_headers.headers": [("X-Own", "yes")]}  # fmt: skip
    assert get("/shop").header("X-Own") == "yes"
    root.shop.exposed = False
    assert get("/shop").code == 404
    root.shop = Callable()
    assert get("/shop").text == "callable() page"


def test_objects_that_are_made_for_a_request(site, get):
    """What a node makes for one request is not kept."""

    class Maker:
        def _cp_dispatch(self, vpath):
            vpath.pop(0)
            return Shop()

    app = site.tree.mount(Maker(), "")
    assert [get(f"/{number}").text for number in range(3)] == ["the shop"] * 3
    assert not app.routes


@pytest.mark.parametrize(
    ("dispatcher", "path", "missing"),
    [
        (Dispatcher(), "/dri", "dri"),
        (Dispatcher(), "/dir", None),
        (Dispatcher(translate={ord("-"): "_"}), "/dri", "dri"),
        # These may reach more than can be told.
        (Dispatcher(translate={ord("x"): "d"}), "/xir", None),
        (Dispatcher("find_next"), "/dri", None),
        (type("Mine", (Dispatcher,), {})(), "/dri", None),
    ],
)
def test_what_the_check_knows(dispatcher, path, missing):
    """The default dispatcher tells where a section leads nowhere, as far as that is plain."""
    gap = dispatcher.find_gap(Root(), path, lambda values: False)
    assert (gap and gap.name) == missing
