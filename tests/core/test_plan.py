"""Plans: all that follows from a handler and its config is decided once, and anew when it
changes.
"""

from __future__ import annotations

import gc
import threading
from functools import partial

import pytest

from wsgicherry.core.application import MAX_PLANS
from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatcher import Dispatcher
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose, popargs
from wsgicherry.core.tools import Tool


@pytest.fixture
def get(site, call, environ):
    """Call the site's tree: get(path, method, **keys) -> Answer."""
    return lambda path="/", method="GET", **keys: call(site.tree, environ(path, method, **keys))


@pytest.fixture
def compiled(site):
    """An application class of the site that notes each compilation, and where it does so."""

    class Counting(site.Application):
        compiled = []

        def compile(self, config):
            self.compiled.append(dict(config))
            return super().compile(config)

    return Counting


def header(answer):
    return answer.header("X-Plan")


class Root:
    @expose
    def index(self, **params):
        return "index"

    @expose
    def other(self):
        return "other"

    @expose
    def default(self, *args):
        return "default"


class User:
    @expose
    def index(self, **params):
        return "user"


# -- compiled once -----------------------------------------------------------------------------


def test_compiled_once(site, get, compiled):
    """A handler and its config are compiled at the first request, and never again."""
    site.tree.mount(compiled(Root(), "", {"/": {}}))
    for path in ("/", "/other", "/a", "/a/b", "//other/"):
        get(path)
    count = len(compiled.compiled)
    assert count <= 1 + 3  # the base plan, and one for each of the three handlers
    for path in ("/", "/other", "/?a=1", "/c", "/c/d", "//other", "/other/"):
        get(path)
    assert len(compiled.compiled) == count


def test_many_addresses_of_one_handler(site, get, compiled):
    """Plans do not depend on the URL: 300 paths of one handler have one plan."""
    app = site.tree.mount(compiled(Root(), "", {"/": {}}))
    for number in range(300):
        assert get(f"/{number}").text == "default"
    assert len(compiled.compiled) <= 2
    assert len(app.plans) <= 2


def test_plans_are_bounded(site, get):
    """Handlers made for each request do not fill the memory."""

    class Made:
        def _cp_dispatch(self, vpath):
            name = vpath.pop(0)
            return expose(lambda: name)

    app = site.tree.mount(Made(), "")
    for number in range(MAX_PLANS + 50):
        assert get(f"/{number}").text == str(number)
    assert len(app.plans) <= MAX_PLANS + 1


def test_config_made_for_each_request(site, get):
    """A `_cp_config` that is another dict each time is heeded each time, and its plans are
    bounded.
    """

    class Made:
        count = 0

        @property
        def _cp_config(self):
            type(self).count += 1
            return {"response.headers.X-Plan": str(self.count)}

        @expose
        def index(self):
            return "made"

    site.tree.mount(Made(), "")
    first, second = int(header(get("/"))), int(header(get("/")))
    assert second > first


# -- compiled anew -----------------------------------------------------------------------------


def change_section(app, site):
    app.config["/"]["response.headers.X-Plan"] = "new"


def add_section(app, site):
    app.config["/other"] = {"response.headers.X-Plan": "new"}


def replace_section(app, site):
    app.config["/"] = {"response.headers.X-Plan": "new"}


def merge(app, site):
    app.merge({"/": {"response.headers.X-Plan": "new"}})


def change_site(app, site):
    del app.config["/"]["response.headers.X-Plan"]
    site.config["response.headers.X-Plan"] = "new"


def update_site(app, site):
    app.config.clear()
    site.config.update({"response.headers.X-Plan": "new"})


def replace_tool(app, site):
    app.merge({"/": {"tools.mark.on": True}})
    site.tools.mark = Tool("before_finalize", partial(mark, "new"))


def mark(text):
    serving_now().response.headers["X-Plan"] = text


@pytest.mark.parametrize(
    "change",
    [
        change_section,
        add_section,
        replace_section,
        merge,
        change_site,
        update_site,
        replace_tool,
    ],
)
def test_changes_are_heeded(site, get, change):
    """After a change of the site's config, the application's, or a tool, plans are made
    anew.
    """
    site.tools.mark = Tool("before_finalize", partial(mark, "old"))
    app = site.tree.mount(Root(), "", {"/": {"response.headers.X-Plan": "old"}})
    assert header(get("/other")) == "old"
    assert header(get("/other")) == "old"
    change(app, site)
    assert header(get("/other")) == "new"
    assert header(get("/other")) == "new"


def test_removed_settings_are_gone(site, get):
    """A setting that is taken away no longer counts."""
    app = site.tree.mount(Root(), "", {"/": {"response.headers.X-Plan": "old"}})
    assert header(get("/")) == "old"
    del app.config["/"]["response.headers.X-Plan"]
    assert header(get("/")) is None


def test_a_config_dict_that_is_replaced(site, get):
    """Another `_cp_config` dict on a node or a handler is another config, at once."""

    class Node:
        @expose
        def index(self):
            return "node"

    root = Root()
    root.node = Node()
    site.tree.mount(root, "")
    assert [header(get("/node/")), header(get("/other"))] == [None, None]
    root.node._cp_config = {"response.headers.X-Plan": "node"}
    Root.other._cp_config = {"response.headers.X-Plan": "handler"}
    try:
        assert [header(get("/node/")), header(get("/other"))] == ["node", "handler"]
    finally:
        del Root.other._cp_config


def test_a_tree_that_changes(site, get):
    """Handlers and nodes that are replaced, added or hidden between requests are heeded."""
    root = Root()
    root.node = User()
    site.tree.mount(root, "")
    assert get("/node/").text == "user"

    class Another:
        @expose
        def index(self):
            return "another"

    root.node = Another()
    assert get("/node/").text == "another"
    Another.index = expose(lambda self: "replaced")
    assert get("/node/").text == "replaced"
    Another.index.exposed = False
    assert get("/node/").text == "default"
    del root.node
    assert get("/node/").text == "default"
    app = site.tree.apps[""]
    app.root = User()
    assert get("/").text == "user"


def test_a_method_that_another_request_must_not_share(site, get):
    """Two objects of one class each answer for themselves, with their own config."""

    class Item:
        def __init__(self, name):
            self.name = name
            self._cp_config = {"response.headers.X-Plan": name}

        @expose
        def page(self):
            return self.name

    root = Root()
    root.a, root.b = Item("a"), Item("b")
    site.tree.mount(root, "")
    for name in "abab":
        answer = get(f"/{name}/page")
        assert (answer.text, header(answer)) == (name, name)


def test_nodes_made_for_each_request(site, get):
    """A node that is computed is asked at each request."""

    class Root:
        count = 0

        @property
        def node(self):
            type(self).count += 1
            node = User()
            node.index = expose(partial(str, self.count))
            return node

    site.tree.mount(Root(), "")
    assert int(get("/node/").text) < int(get("/node/").text)


def test_dispatchers_do_not_share_what_they_found(site, get):
    """Two dispatchers that read a path otherwise each find their own handler."""

    class Root:
        @expose
        def a_b(self):
            return "underscore"

        @expose
        def axb(self):
            return "x"

    app = site.tree.mount(Root(), "")
    assert get("/a.b").text == "underscore"
    app.config["/"] = {"request.dispatch": Dispatcher(translate={ord("."): "x"})}
    assert get("/a.b").text == "x"
    del app.config["/"]
    assert get("/a.b").text == "underscore"


# -- keys are never confused -------------------------------------------------------------------


def test_ids_that_come_back(site, get):
    """Objects that are gone never lend their plan to new ones at the same address."""

    class Root:
        def _cp_dispatch(self, vpath):
            name = vpath.pop(0)
            node = expose(lambda: name)
            node._cp_config = {"response.headers.X-Plan": name}
            return node

    site.tree.mount(Root(), "")
    for number in range(300):
        answer = get(f"/{number}")
        assert (answer.text, header(answer)) == (str(number), str(number))
        if number % 50 == 0:
            gc.collect()


def test_same_dicts_on_other_handlers(site, get):
    """Two handlers with the same config have each their own allowed methods."""

    class Root:
        @expose(methods="GET")
        def read(self):
            return "read"

        @expose(methods="PUT")
        def write(self):
            return "write"

    site.tree.mount(Root(), "")
    assert get("/read").code == 200
    assert get("/write").code == 405
    assert get("/write", "PUT", body=b"").code == 200


def test_same_dict_in_several_places(site, get, compiled):
    """`tools.staticdir.section` says where a dict was met, also when one dict is met in two
    places.
    """
    seen = []
    shared = {"tools.staticdir.dir": "files", "tools.staticdir.on": False}

    class Node:
        _cp_config = shared

        @expose
        def page(self):
            seen.append(serving_now().request.config["tools.staticdir.section"])
            return "page"

    root = Root()
    root.a, root.b = Node(), Node()
    root.a.inner = root.b
    site.open = lambda app: []
    site.tree.mount(compiled(root, ""))
    for path in ("/a/page", "/b/page", "/a/page", "/b/page", "/a/inner/page", "/a/page"):
        get(path)
    assert seen == ["/a", "/b", "/a", "/b", "/a/inner", "/a"]
    count = len(compiled.compiled)
    for path in ("/a/page", "/b/page", "/a/inner/page"):
        get(path)
    assert len(compiled.compiled) == count


def test_static_section_of_a_default(site, get):
    """A static folder on a `default` handler is that of its owner's path."""
    seen = []

    class Node:
        @expose
        def default(self, *args):
            seen.append(serving_now().request.config["tools.staticdir.section"])
            return "default"

        default._cp_config = {"tools.staticdir.dir": "files", "tools.staticdir.on": False}

    root = Root()
    root.node = Node()
    site.open = lambda app: []
    site.tree.mount(root, "", {"/node/deeper": {"response.headers.X-Plan": "deeper"}})
    assert header(get("/node/deeper/x")) == "deeper"
    get("/node/x")
    assert seen == ["/node", "/node"]


def test_static_section_of_the_site(site, get):
    """A static folder of the site's config has the section 'global'."""
    seen = []

    class Page:
        @expose
        def index(self):
            seen.append(serving_now().request.config["tools.staticdir.section"])
            return "page"

    site.open = lambda app: []
    site.config.update({"tools.staticdir.dir": "files", "tools.staticdir.on": False})
    site.tree.mount(Page(), "")
    get("/")
    assert seen == ["global"]


# -- what a request may change -----------------------------------------------------------------


def test_config_is_copied_on_touch(site, get):
    """What one request writes into `request.config` is not seen by the next."""
    seen = []

    class Page:
        @expose
        def index(self):
            config = serving_now().request.config
            seen.append(config.get("mine"))
            config["mine"] = "changed"
            assert serving_now().request.config["mine"] == "changed"
            return "page"

    site.tree.mount(Page(), "", {"/": {"mine": "config"}})
    get("/")
    get("/")
    assert seen == ["config", "config"]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("response.headers.X-Plan", "value", "value"),
        ("response.status", 202, None),
        ("response.stream", True, None),
    ],
)
def test_response_settings(site, get, key, value, expected):
    """`response.headers.<Name>` sets a header, `response.<attribute>` an attribute, for each
    request.
    """
    app = site.tree.mount(Root(), "", {"/": {key: value}})
    for _ in range(2):
        answer = get("/")
        assert (header(answer), answer.text) == (expected, "index")
        assert answer.code == (202 if key == "response.status" else 200)
    assert app.plans


def test_request_settings(site, get):
    """`request.<attribute>` sets the attribute, for each request."""
    seen = []

    class Page:
        @expose
        def index(self):
            request = serving_now().request
            seen.append((request.methods_with_bodies, request.show_tracebacks))
            request.methods_with_bodies = request.show_tracebacks = None
            return "page"

    settings = {"request.methods_with_bodies": ("POST",), "request.show_tracebacks": True}
    site.tree.mount(Page(), "", {"/": settings})
    get("/")
    get("/")
    assert seen == [(("POST",), True)] * 2


def test_body_settings(site, get):
    """`request.body.<attribute>` sets the attribute on the request's body."""

    class Page:
        @expose
        def index(self, **params):
            return params["a"]

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    site.tree.mount(Page(), "", {"/": {"request.body.attempt_charsets": ["latin-1"]}})
    assert get("/", "POST", body=b"a=%E9", headers=form).text == "\xe9"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ({"error_page.404": lambda **values: "own 404"}, "own 404"),
        ({"error_page.default": lambda **values: "own default"}, "own default"),
        (
            {
                "error_page.default": lambda **values: "own default",
                "error_page.404": lambda **values: "own 404",
            },
            "own 404",
        ),
        ({"error_page.500": lambda **values: "own 500"}, None),
    ],
)
def test_error_pages(site, get, page, text):
    """`error_page.<code>` and `error_page.default` choose the page; a code comes before the
    default.
    """
    del Root.default.exposed
    try:
        site.tree.mount(Root(), "", {"/": page})
        answer = get("/nothing")
    finally:
        Root.default.exposed = True
    assert answer.code == 404
    assert (answer.text == text) == (text is not None)


def test_error_pages_are_copied_on_touch(site, get):
    """What one request writes into `request.error_page` is not seen by the next."""

    class Page:
        @expose
        def index(self, own=""):
            if own:
                serving_now().request.error_page[410] = lambda **values: "own"
            raise HTTPError(410)

    site.tree.mount(Page(), "")
    assert get("/?own=1").text == "own"
    assert get("/").text != "own"


# -- errors before the plan is known -----------------------------------------------------------


class Failing:
    """Fails before a handler is found."""

    def _cp_dispatch(self, vpath):
        raise KeyError("secret detail")

    @expose
    def index(self):
        return "index"


@pytest.mark.parametrize(
    ("path", "keys", "status"),
    [
        ("/x/y", {}, 500),
        ("/", {"HTTP_HOST": None}, 400),
        ("/", {"HTTP_HOST": "bad host"}, 400),
        ("/%FF", {}, 404),
        ("/", {"HTTP_COOKIE": "a" * 20_000}, 431),
    ],
)
def test_early_errors_in_production(site, get, path, keys, status):
    """What fails before the handler is known shows no traceback in production (BEHAVIOUR 13.1
    (9)).
    """
    site.config.update({"environment": "production"})
    site.tree.mount(Failing(), "", {"/": {}})
    answer = get(path, **keys)
    assert answer.code == status
    assert "Traceback" not in answer.text
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(
    ("path", "keys", "status"), [("/x/y", {}, 500), ("/", {"HTTP_HOST": "bad host"}, 400)]
)
def test_early_errors_with_tracebacks(site, get, path, keys, status):
    """Where '/' asks for tracebacks, early errors have theirs, too."""
    site.tree.mount(Failing(), "", {"/": {"request.show_tracebacks": True}})
    answer = get(path, **keys)
    assert (answer.code, "Traceback" in answer.text) == (status, True)


@pytest.mark.parametrize("path", ["/x/y", "/%FF"])
@pytest.mark.parametrize("where", ["site", "section", "class"])
def test_early_errors_have_the_configured_page(site, get, path, where):
    """The error page of the site, of '/' or of the root object is used for early errors."""
    page = {"error_page.default": lambda **values: "own page"}
    root = Failing()
    if where == "site":
        site.config.update(page)
    elif where == "class":
        root._cp_config = page
    site.tree.mount(root, "", {"/": page if where == "section" else {}})
    assert get(path).text == "own page"


def test_early_errors_run_no_tools(site, get):
    """No tool has been set up yet; those of errors are: the traceback is logged."""
    seen = []
    config = {"hooks.before_handler": partial(seen.append, "H")}
    config["hooks.before_error_response"] = partial(seen.append, "E1")
    config["hooks.on_end_resource"] = partial(seen.append, "ER")
    site.tree.mount(Failing(), "", {"/": config})
    assert get("/x/y").code == 500
    assert seen == ["E1"]


def test_early_errors_have_the_configured_response(site, get):
    """`request.error_response` of '/' answers early errors, too."""

    def answer():
        serving_now().response.status = 503
        serving_now().response.body = b"own response"

    site.tree.mount(Failing(), "", {"/": {"request.error_response": answer}})
    result = get("/x/y")
    assert (result.code, result.text) == (503, "own response")


# -- dispatchers with config of their own ------------------------------------------------------


def test_dispatcher_whose_config_is_that_of_the_base_plan(site, get):
    """A dispatcher's own config is compiled wholly, also when it is just that of the site and
    '/'.
    """
    seen = []
    site.tools.protect = Tool("before_handler", partial(seen.append, "protect"))

    def dispatch(path):
        request = serving_now().request
        request.config = {**site.config, **request.app.config["/"]}
        request.handler = lambda: "text"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch, "tools.protect.on": True}})
    assert get("/").text == "text"
    assert seen == ["protect"]


def test_config_that_a_wrapping_dispatcher_changes(site, get):
    """Tools run once each when a dispatcher changes config and hooks of the one it wraps."""
    seen = []
    inner = Dispatcher()
    site.tools.note = Tool("before_handler", partial(seen.append, "tool"))

    def dispatch(path):
        request = serving_now().request
        request.hooks.attach("before_handler", partial(seen.append, "early"))
        inner(path)
        request.config["response.headers.X-Plan"] = "dispatcher"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch, "tools.note.on": True}})
    answer = get("/")
    assert (answer.text, header(answer)) == ("index", "dispatcher")
    assert seen == ["early", "tool"]


@pytest.mark.parametrize(
    "config", [{"tools.note": True}, {"hooks.before_lunch": print}, {"error_page.x": "y"}]
)
def test_config_of_a_dispatcher_that_is_wrong(site, get, error_lines, config):
    """What no request could use is a 500 whose log names the key; it was not there to be
    checked.
    """

    def dispatch(path):
        serving_now().request.config = config
        serving_now().request.handler = lambda: b"never"

    site.tree.mount(Root(), "", {"/": {"request.dispatch": dispatch}})
    assert get("/").code == 500
    assert any(next(iter(config)).rpartition(".")[2] in line for line in error_lines)


# -- threads -----------------------------------------------------------------------------------


def test_a_change_while_a_plan_is_compiled(site, get):
    """A plan that was compiled from config that has changed meanwhile is not kept."""
    changes = []

    class Changing(site.Application):
        def compile(self, config):
            plan = super().compile(config)
            if changes:
                changes.pop()()
            return plan

    app = site.tree.mount(Changing(Root(), "", {"/": {"response.headers.X-Plan": "old"}}))
    assert header(get("/")) == "old"
    changes.append(lambda: app.merge({"/": {"response.headers.X-Plan": "new"}}))
    get("/other")
    assert not changes
    assert header(get("/other")) == "new"
    assert header(get("/")) == "new"


def test_a_change_while_the_first_request_opens_the_site(site, get):
    """Config that changes while the first request is checked is checked again."""
    opened = []
    original = site.open

    def open_slowly(app):
        findings = original(app)
        if not opened:
            app.merge({"/": {"tools.nothing.on": True}})
        opened.append(app)
        return findings

    site.open = open_slowly
    site.tree.mount(Root(), "", {"/": {}})
    get("/")
    assert get("/").code == 500
    assert len(opened) == 2


def test_many_threads_compile_at_once(site, call, environ):
    """Requests that compile the same plan at once all get the same answer."""
    site.tree.mount(Root(), "", {"/": {"response.headers.X-Plan": "one"}})
    barrier, answers = threading.Barrier(8), []

    def fetch():
        barrier.wait()
        answers.append(header(call(site.tree, environ("/other"))))

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["one"] * 8


# -- a walk is needed where a path has meaning of its own --------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_do_not_depend_on_how_often_a_path_was_asked(site, get, count):
    """The first answer to a path and the later ones are the same, for every kind of page."""

    class Item:
        @expose
        def index(self, item=None):
            return f"item {item}"

        @expose
        def edit(self, item=None):
            return f"edit {item}"

    @popargs("item")
    class Items(Item):
        """Items by number."""

    root = Root()
    root.items = Items()
    root.user = User()
    site.tree.mount(root, "")
    expected = {
        "/": (200, "index"),
        "/index": (200, "index"),
        "/other": (200, "other"),
        "/other/": (200, "other"),
        "/user": (301, None),
        "/user/": (200, "user"),
        "/items/7/": (200, "item 7"),
        "/items/8/": (200, "item 8"),
        "/items/7/edit": (200, "edit 7"),
        "/items/7": (301, None),
        "/items/edit": (200, "edit None"),
        "/x": (200, "default"),
        "/x/": (200, "default"),
    }
    for _ in range(count):
        for path, (status, text) in expected.items():
            answer = get(path)
            assert answer.code == status, path
            assert text is None or answer.text == text, path


def test_long_paths_are_served_like_short_ones(site, get):
    """A path of 5000 characters in one segment, or in many, reaches its page again and
    again.
    """
    site.tree.mount(Root(), "")
    for path in ("/" + "a" * 5000, "/" * 300 + "other", "/other" + "/" * 300):
        for _ in range(2):
            assert get(path).text == ("other" if "other" in path else "default")


def test_memory_stays_flat_for_many_spellings_of_a_path(site, get):
    """However many ways of writing one address come in, what is kept is bounded."""
    app = site.tree.mount(Root(), "")
    for before in range(1, 52):
        for behind in range(52):
            assert get("/" * before + "other" + "/" * behind).text == "other"
    kept = len(app.plans) + len(getattr(app, "routes", ()))
    assert kept <= 2 * MAX_PLANS + 2


def test_many_handlers(site, get):
    """More handlers than ways to them are kept are served all the same."""
    names = [f"page{number}" for number in range(2100)]
    pages = {name: expose(lambda self, name=name: name) for name in names}
    app = site.tree.mount(type("Many", (), pages)(), "")
    for name in (*names, *names[:3]):
        assert get(f"/{name}").text == name
    assert len(getattr(app, "routes", ())) <= MAX_PLANS
