"""Tools: functions that config turns on for a path, and the boxes they are in."""

from __future__ import annotations

import functools
from functools import partial

import pytest

from wsgicherry.core.config import ConfigError
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, NotFound
from wsgicherry.core.expose import expose
from wsgicherry.core.request import Request
from wsgicherry.core.tools import (
    ErrorTool,
    HandlerTool,
    HandlerWrapperTool,
    Tool,
    Toolbox,
)


@pytest.fixture
def get(site, call, environ):
    """Call the site's tree: get(path, method, **keys) -> Answer."""
    return lambda path="/", method="GET", **keys: call(site.tree, environ(path, method, **keys))


@pytest.fixture
def seen():
    """What the tools of this test noted."""
    return []


class Root:
    """A page."""

    @expose
    def index(self, **params):
        return "index"

    @expose
    def other(self):
        return "other"

    @expose
    def fault(self):
        raise ZeroDivisionError("in the handler")

    @expose
    def refuse(self):
        raise HTTPError(410)


def noter(seen):
    """Return a tool's function that notes its arguments."""

    def note(a=1, b=2):
        """Note the arguments."""
        seen.append((a, b))

    return note


# -- Tool --------------------------------------------------------------------------------------


def test_a_tool_knows_its_arguments():
    """The parameters of the function are attributes, for introspection; so is its docstring."""
    tool = Tool("before_handler", noter([]))
    assert (tool.a, tool.b) == (None, None)
    assert list(tool.arguments()) == ["a", "b"]
    assert tool.__doc__ == "Note the arguments."


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda *args, a=1: None, ["a"]),
        (lambda **settings: None, None),
        (dict, None),
        (functools.partial(noter([]), a=1), ["a", "b"]),
    ],
)
def test_arguments_that_can_be_told(function, names):
    """A function that takes any keyword, or tells nothing, has no list of arguments."""
    arguments = Tool("before_handler", function).arguments()
    assert (None if arguments is None else list(arguments)) == names


def test_an_argument_never_hides_the_tools_own_attribute():
    """A parameter called `callable` leaves the tool's attribute of that name alone."""

    def function(callable=None, handler=None):
        """Has arguments named as the tool's own attributes."""

    tool = HandlerTool(function)
    assert tool.callable is function
    assert callable(tool.handler)


def test_on_is_not_an_attribute():
    """Reading or writing `on` says how a tool is turned on."""
    tool = Tool("before_handler", noter([]))
    with pytest.raises(AttributeError, match="Turn them on via config"):
        tool.on  # noqa: B018
    with pytest.raises(AttributeError, match="cannot be turned on directly"):
        tool.on = True


def test_decorator(site, get, seen):
    """A tool called with settings decorates functions and classes, and gives back the same
    object.
    """
    site.tools.note = Tool("before_handler", noter(seen))

    @site.tools.note(a=5)
    class Page(Root):
        @expose
        @site.tools.note(b=6)
        def other(self):
            return "other"

    def plain(self):
        return "plain"

    assert site.tools.note()(plain) is plain
    assert plain._cp_config == {"tools.note.on": True}
    site.tree.mount(Page(), "")
    get("/")
    get("/other")
    assert seen == [(5, 2), (5, 6)]


def test_decorator_with_positional_arguments(site):
    """Settings go by keyword; the error names the tool."""
    with pytest.raises(TypeError, match="The 'gzip' Tool does not accept positional arguments"):
        site.tools.gzip(9)


def test_a_decorator_without_its_brackets(site):
    """The error says how to write it."""
    with pytest.raises(TypeError, match=r"arguments\. Write @tools\.gzip\(\) above it\."):

        @site.tools.gzip
        def page():
            """A page."""


def test_decorator_leaves_the_parent_class(site, get, seen):
    """A decorated subclass has config of its own: its parent's stays as it was."""
    site.tools.note = Tool("before_handler", noter(seen))

    @site.tools.note(a=1)
    class Parent(Root):
        """Has the tool on."""

    @site.tools.note(a=2)
    class Child(Parent):
        """Overrides an argument."""

    assert Parent._cp_config == {"tools.note.on": True, "tools.note.a": 1}
    assert Child._cp_config == {"tools.note.on": True, "tools.note.a": 2}
    site.tree.mount(Parent(), "")
    get("/")
    assert seen == [(1, 2)]


def test_section_of_the_path_overrides_the_decorator(site, get, seen):
    """What config says of the handler's path comes over the decorator's settings."""
    site.tools.note = Tool("before_handler", noter(seen))

    class Page(Root):
        @expose
        @site.tools.note(a="decorator", b="decorator")
        def other(self):
            return "other"

    site.tree.mount(
        Page(), "", {"/": {"tools.note.b": "/"}, "/other": {"tools.note.a": "section"}}
    )
    get("/other")
    assert seen == [("section", "decorator")]


def test_direct_call(site, seen):
    """`tool.callable` is the function itself."""
    site.tools.note = Tool("before_handler", noter(seen))
    site.tools.note.callable(b=9)
    assert seen == [(1, 9)]


@pytest.mark.parametrize(
    ("config", "called"),
    [
        ({"on": True}, [(1, 2)]),
        ({"on": True, "a": 3, "b": 4}, [(3, 4)]),
        ({"on": False, "a": 3}, []),
        ({"a": 3}, []),
        ({"on": 1}, [(1, 2)]),
    ],
)
def test_settings(site, get, seen, config, called):
    """A tool runs if `on` is true, with its settings; those of tools that are off count for
    nothing.
    """
    site.tools.note = Tool("before_handler", noter(seen))
    site.tree.mount(Root(), "", {"/": {f"tools.note.{k}": v for k, v in config.items()}})
    get("/")
    assert seen == called


def test_priorities(site, get, seen):
    """Config's `priority` comes over the function's own, that over the tool's."""
    for name, own, tool in [("a", None, 60), ("b", 55, 10), ("c", 1, 1), ("d", None, 50)]:
        function = partial(seen.append, name)
        if own is not None:
            function.priority = own
        setattr(site.tools, name, Tool("before_handler", function, priority=tool))
    config = {f"tools.{name}.on": True for name in "abcd"}
    site.tree.mount(Root(), "", {"/": {**config, "tools.c.priority": 58}})
    get("/")
    assert seen == ["d", "b", "c", "a"]


def test_equal_priorities_run_in_order_of_config(site, get, seen):
    """Tools of equal priority run in the order in which the merged config names them."""
    for name in "xyz":
        setattr(site.tools, name, Tool("before_handler", partial(seen.append, name)))
    root = Root()
    root._cp_config = {"tools.z.on": True, "tools.x.on": True}
    site.tree.mount(root, "", {"/": {"tools.y.on": True, "tools.z.priority": 50}})
    get("/")
    assert seen == ["z", "x", "y"]


def test_failsafe_is_the_functions(site, get, seen):
    """A function with a true `failsafe` runs after an earlier hook has failed."""

    def fail():
        raise HTTPError(410)

    def safe():
        seen.append("safe")

    safe.failsafe = True
    site.tools.fail = Tool("before_handler", fail, priority=10)
    site.tools.safe = Tool("before_handler", safe)
    site.tree.mount(Root(), "", {"/": {"tools.fail.on": True, "tools.safe.on": True}})
    assert get("/").code == 410
    assert seen == ["safe"]


def test_a_tool_without_a_point(site, get, seen):
    """A tool without a hook point does nothing by itself; its settings can be read."""
    site.tools.note = Tool(None, noter(seen))
    site.tree.mount(Root(), "", {"/": {"tools.note.on": True, "tools.note.a": 5}})
    assert get("/").code == 200
    assert seen == []


# -- what is wrong with a tool's config --------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tools.nothing.on", True),  # unknown tool: decided at the first request
        ("tools.note.unknown", 1),  # unknown setting of a known tool
        ("tools.note", True),  # no setting at all
    ],
)
def test_wrong_keys_are_never_served(site, get, seen, error_lines, key, value):
    """Unknown tools and settings are refused at mount, or answered 500 and logged."""
    site.tools.note = Tool("before_handler", noter(seen))
    try:
        site.tree.mount(Root(), "", {"/": {key: value, "tools.note.on": True}})
    except ConfigError as error:
        assert key in str(error)
        return
    assert get("/").code == 500
    assert any("CONFIG" in line and key.split(".")[1] in line for line in error_lines)


# -- Toolbox -----------------------------------------------------------------------------------


def test_setting_an_attribute_names_the_tool():
    """The attribute's name is the tool's, unless it has one; the box's namespace is its own."""
    box = Toolbox("mine")
    box.a, box.b = Tool("before_handler", noter([])), Tool("before_handler", noter([]), "own")
    assert (box.a._name, box.b._name) == ("a", "own")
    assert box.a.namespace == box.b.namespace == "mine"
    assert box.b(a=1)(lambda: None)._cp_config == {"mine.own.on": True, "mine.own.a": 1}
    assert (list(box), repr(box)) == (["a", "b"], "Toolbox('mine')")


def test_a_box_holds_more_than_tools():
    """Attributes that cannot be set up are no tools."""
    box = Toolbox("mine")
    box.text = "text"
    assert box.tools() == {}
    del box.text
    assert not hasattr(box, "text")


def test_register(site, get, seen):
    """`register` makes a function a tool and gives it back."""

    @site.tools.register("before_handler")
    def first():
        seen.append("first")

    @site.tools.register("before_finalize", name="renamed", priority=5)
    def second(a=0):
        seen.append(("second", a))

    assert first() is None
    assert seen == ["first"]
    assert (site.tools.first._point, site.tools.first._priority) == ("before_handler", 50)
    assert (site.tools.renamed._name, site.tools.renamed._priority) == ("renamed", 5)
    site.tree.mount(
        Root(),
        "",
        {"/": {"tools.first.on": True, "tools.renamed.on": True, "tools.renamed.a": 3}},
    )
    get("/")
    assert seen == ["first", "first", ("second", 3)]


def test_changes_of_a_box_after_the_first_request(site, get, seen):
    """Tools replaced, added or removed while the site runs are heeded."""
    site.tools.note = Tool("before_handler", partial(seen.append, "old"))
    site.tree.mount(Root(), "", {"/": {"tools.note.on": True}})
    get("/")
    site.tools.note = Tool("before_handler", partial(seen.append, "new"))
    get("/")
    assert seen == ["old", "new"]
    del site.tools.note
    assert get("/").code == 500


# -- boxes of one's own ------------------------------------------------------------------------


@pytest.fixture
def box(seen):
    """A toolbox `mine` with the tool `note`."""
    box = Toolbox("mine")
    box.note = Tool("before_handler", noter(seen))
    return box


ON = {"/": {"mine.note.on": True, "mine.note.a": 7}}


def test_toolbox_of_one_application(site, get, seen, box):
    """A box in `app.toolboxes` works in that application alone."""
    app = site.tree.mount(Root(), "")
    app.toolboxes["mine"] = box
    app.merge(ON)
    site.tree.mount(Root(), "/two", ON)
    get("/")
    assert seen == [(7, 2)]
    assert get("/two/").code == 500  # an unknown namespace
    assert seen == [(7, 2)]


def test_toolbox_of_an_application_class(site, get, seen, box):
    """A box in the class's `toolboxes` works in all its applications."""

    class Mine(site.Application):
        toolboxes = {"mine": box}

    site.tree.mount(Mine(Root(), "/own", ON))
    assert get("/own/").code == 200
    assert seen == [(7, 2)]


def test_toolbox_of_a_request_class(site, get, seen, box):
    """A box among the request class's namespaces works, too."""

    class Mine(Request):
        namespaces = Request.namespaces.copy()

    Mine.namespaces["mine"] = box
    app = site.tree.mount(Root(), "")
    app.request_class = Mine
    app.merge(ON)
    assert get("/").code == 200
    assert seen == [(7, 2)]
    assert "mine" not in Request.namespaces


def test_changes_of_an_own_box(site, get, seen, box):
    """A change of an application's own box after the first request is heeded, too."""
    app = site.tree.mount(Root(), "")
    app.toolboxes["mine"] = box
    app.merge(ON)
    get("/")
    box.note = Tool("before_handler", lambda a: seen.append("new"))
    get("/")
    assert seen == [(7, 2), "new"]


def test_toolmaps(site, get, box):
    """`request.toolmaps` has the settings of every tool, a copy for each request."""
    maps = []

    class Page(Root):
        @expose
        def look(self):
            maps.append(serving_now().request.toolmaps)
            maps[-1]["mine"]["note"]["a"] = "changed"
            serving_now().request.toolmaps = {}
            return "look"

    app = site.tree.mount(Page(), "")
    app.toolboxes["mine"] = box
    app.merge({"/": {"mine.note.on": False, "mine.note.a": 7, "tools.gzip.on": False}})
    get("/look")
    get("/look")
    assert maps[0]["mine"] == maps[1]["mine"] == {"note": {"on": False, "a": "changed"}}
    assert maps[0]["tools"]["gzip"] == {"on": False}
    assert maps[0]["mine"] is not maps[1]["mine"]


# -- namespaces of one's own -------------------------------------------------------------------


def mount_with_namespace(site, handler, config):
    class Mine(Request):
        namespaces = Request.namespaces.copy()

    Mine.namespaces["own"] = handler
    app = site.tree.mount(Root(), "")
    app.request_class = Mine
    app.merge(config)
    return app


def test_namespace_that_is_a_function(site, get, seen):
    """A function in the request class's namespaces gets each of its keys, at each request."""
    mount_with_namespace(
        site, lambda key, value: seen.append((key, value)), {"/": {"own.a": 1, "own.b.c": 2}}
    )
    get("/")
    get("/")
    assert seen == [("a", 1), ("b.c", 2)] * 2


def test_namespace_that_is_not_used(site, get, seen):
    """Without keys of its own a function is not called."""
    mount_with_namespace(site, lambda key, value: seen.append(key), {"/": {}})
    assert get("/").code == 200
    assert seen == []


class Context:
    """A namespace that is a context manager."""

    def __init__(self, seen, swallow=False):
        self.seen, self.swallow = seen, swallow

    def __enter__(self):
        self.seen.append("enter")
        return self.take

    def take(self, key, value):
        self.seen.append((key, value))
        if value == "fail":
            raise HTTPError(410)

    def __exit__(self, kind, value, traceback):
        self.seen.append(kind)
        return self.swallow


@pytest.mark.parametrize(
    ("config", "swallow", "status", "noted"),
    [
        ({}, False, 200, ["enter", None]),
        ({"own.a": 1}, False, 200, ["enter", ("a", 1), None]),
        ({"own.a": "fail"}, False, 410, ["enter", ("a", "fail"), HTTPError]),
        ({"own.a": "fail"}, True, 200, ["enter", ("a", "fail"), HTTPError]),
    ],
)
def test_namespace_that_is_a_context_manager(site, get, seen, config, swallow, status, noted):
    """It is entered at each request even without keys, and told of errors, which it may
    swallow.
    """
    mount_with_namespace(site, Context(seen, swallow), {"/": config})
    assert get("/").code == status
    assert seen == noted


def test_namespace_that_wraps_the_handler(site, get):
    """The handler is known when namespaces run, so they may wrap it."""

    def wrap(key, value):
        request = serving_now().request
        inner = request.handler
        request.handler = lambda: value + inner()

    mount_with_namespace(site, wrap, {"/": {"own.prefix": "<"}})
    assert get("/").text == "<index"


def test_namespace_sees_the_tools_set_up(site, get, seen):
    """Namespaces of one's own run after the built-in ones: hooks of config are there."""

    def look(key, value):
        hooks = serving_now().request.hooks["before_handler"]
        seen.extend(getattr(hook.callback, "func", hook.callback) for hook in hooks)

    mount_with_namespace(site, look, {"/": {"own.a": 1, "hooks.before_handler": noter([])}})
    get("/")
    assert site.tools.trailing_slash.callable in seen
    assert len(seen) >= 3


# -- the old road: tools that set themselves up at each request --------------------------------


class OwnSetup(Tool):
    """A tool that decides at request time."""

    def _setup(self):
        request = serving_now().request
        settings = self._merged_args({"default": 1, "a": 0})
        if "skip" not in request.path_info:
            request.hooks.attach("before_handler", self.callable, priority=1, **settings)
            super()._setup()


def test_a_tool_with_its_own_setup(site, get, seen):
    """A tool that overrides `_setup` runs it for each request, with its merged settings."""

    def note(**settings):
        seen.append(settings)

    class Page(Root):
        @expose
        def skip(self):
            return "skip"

    site.tools.own = OwnSetup("before_handler", note)
    site.tree.mount(Page(), "", {"/": {"tools.own.on": True, "tools.own.a": 5}})
    assert get("/").text == "index"
    assert seen == [{"default": 1, "a": 5}, {"a": 5}]
    assert get("/skip").text == "skip"
    assert len(seen) == 2
    assert get("/").text == "index"
    assert len(seen) == 4


def test_a_tool_with_its_own_setup_takes_any_setting(site, get, seen):
    """Its `_setup` reads them; the function that it attaches need not know them."""

    class Numbers(Tool):
        def _setup(self):
            seen.append(self._merged_args()["map"])

    site.tools.numbers = Numbers("before_finalize", lambda: None)
    config = {"tools.numbers.on": True, "tools.numbers.map": {"pie": 3.14}}
    site.tree.mount(Root(), "", {"/": config})
    assert get("/").code == 200
    assert seen == [{"pie": 3.14}]


def test_a_tool_with_an_init_of_its_own(site, get, seen):
    """It says itself where it runs, and calls `_setargs`, as CherryPy's do."""

    class Note(Tool):
        def __init__(self):
            self._point, self._name, self._priority = "before_handler", None, 50
            self._setargs()

        def callable(self, word="on"):
            seen.append(word)

    site.tools.note = Note()
    site.tree.mount(Root(), "", {"/": {"tools.note.on": True}})
    get()
    assert seen == ["on"]
    assert site.tools.note.word is None


def test_an_object_with_nothing_but_a_setup(site, get, seen):
    """A tool may be any object with `_setup()`."""

    class Own:
        def _setup(self):
            seen.append(serving_now().request.toolmaps["tools"]["own"])

    site.tools.own = Own()
    site.tree.mount(Root(), "", {"/": {"tools.own.on": True, "tools.own.any": 5}})
    assert get("/").text == "index"
    assert get("/").text == "index"
    assert seen == [{"on": True, "any": 5}] * 2


def test_other_tools_beside_one_with_its_own_setup(site, get, seen):
    """The other tools of the path keep their order, priorities, handler and error tools."""

    class Own:
        def _setup(self):
            seen.append("setup")

    site.tools.own = Own()
    site.tools.note = Tool("before_handler", noter(seen), priority=10)
    site.tools.answer = HandlerTool(lambda: serving_now().request.path_info == "/other")
    site.tools.faults = ErrorTool(partial(answer_error, seen))
    config = {f"tools.{name}.on": True for name in ("own", "note", "answer", "faults")}
    site.tree.mount(Root(), "", {"/": config})
    assert get("/").text == "index"
    assert seen == ["setup", (1, 2)]
    assert get("/other").body == b""
    assert get("/fault").code == 503
    # The next request begins anew: nothing is attached twice.
    seen.clear()
    assert get("/").text == "index"
    assert seen == ["setup", (1, 2)]


def answer_error(seen, text="sorry"):
    seen.append(text)
    serving_now().response.status = 503
    serving_now().response.body = text.encode()


# -- HandlerTool -------------------------------------------------------------------------------


def test_handler_tool(site, get, seen):
    """A true result means that the tool has answered: the handler is not called."""

    def answer(path="/", text="tool"):
        request, response = serving_now().request, serving_now().response
        seen.append(text)
        if request.path_info != path:
            return False
        response.body = text.encode()
        return True

    site.tools.answer = HandlerTool(answer)
    site.tree.mount(Root(), "", {"/": {"tools.answer.on": True, "tools.answer.path": "/other"}})
    assert get("/").text == "index"
    assert get("/other").text == "tool"
    assert seen == ["tool", "tool"]


def test_handler_tool_as_a_page(site, get):
    """`tool.handler(...)` is an exposed page that answers with the tool, config over its
    arguments.
    """

    def answer(text=""):
        serving_now().response.body = text.encode()
        return bool(text)

    site.tools.answer = HandlerTool(answer)
    root = Root()
    root.page = site.tools.answer.handler(text="own")
    root.nothing = site.tools.answer.handler()
    root.configured = site.tools.answer.handler(text="own")
    site.tree.mount(root, "", {"/configured": {"tools.answer.text": "config"}})
    assert root.page.exposed is True
    assert get("/page").text == "own"
    assert get("/page/more/segments").text == "own"
    assert get("/page?q=1").text == "own"
    assert get("/configured").text == "config"
    assert get("/nothing").code == 404


def test_handler_tool_priority(site, get, seen):
    """A handler tool has the usual priorities, by config or by its function."""
    for name in ("a", "b"):
        setattr(site.tools, name, HandlerTool(partial(seen.append, name)))
    config = {"tools.a.on": True, "tools.b.on": True, "tools.b.priority": 10}
    site.tree.mount(Root(), "", {"/": config})
    get("/")
    assert seen == ["b", "a"]


# -- HandlerWrapperTool ------------------------------------------------------------------------


def test_handler_wrapper_tool(site, get):
    """The new handler gets the inner one, and may change what it returns."""

    def shout(inner, *args, **kwargs):
        """Make it loud."""
        assert (args, kwargs) == ((), {})
        return inner().upper()

    site.tools.shout = HandlerWrapperTool(shout)
    assert site.tools.shout.__doc__ == "Make it loud."
    site.tree.mount(Root(), "", {"/": {"tools.shout.on": True}})
    assert get("/").text == "INDEX"
    assert get("/refuse").code == 410


def test_handler_wrapper_tool_options(site, get):
    """Its point, name and priority may be given; what runs later wraps what ran before."""

    def wrap(mark, inner, *args, **kwargs):
        return mark + inner(*args, **kwargs)

    site.tools.a = HandlerWrapperTool(partial(wrap, "a"), priority=10)
    site.tools.b = HandlerWrapperTool(partial(wrap, "b"), "on_start_resource", "b", 90)
    site.tools.c = HandlerWrapperTool(partial(wrap, "c"), priority=20)
    site.tree.mount(Root(), "", {"/": {f"tools.{name}.on": True for name in "abc"}})
    assert get("/").text == "cabindex"


def test_handler_wrapper_tool_takes_any_setting(site, get):
    """The wrapper finds its settings in the config of the request."""

    def paint(inner):
        return f"{serving_now().request.config['tools.wrap.colour']} {inner()}"

    site.tools.wrap = HandlerWrapperTool(paint)
    site.tree.mount(Root(), "", {"/": {"tools.wrap.on": True, "tools.wrap.colour": "red"}})
    assert get("/").text == "red index"


# -- ErrorTool ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "noted"),
    [("/", 200, []), ("/fault", 503, ["oh"]), ("/refuse", 410, []), ("/nothing", 404, [])],
)
def test_error_tool(site, get, seen, path, status, noted):
    """An error tool answers unexpected errors, and those alone."""
    site.tools.faults = ErrorTool(partial(answer_error, seen))
    site.tree.mount(
        Root(),
        "",
        {"/": {"tools.faults.on": True, "tools.faults.text": "oh", "tools.faults.priority": 1}},
    )
    assert get(path).code == status
    assert seen == noted


def test_error_tool_of_one_path(site, get, seen):
    """Elsewhere the usual page answers."""
    site.tools.faults = ErrorTool(partial(answer_error, seen))
    site.tree.mount(Root(), "", {"/other": {"tools.faults.on": True}})
    assert get("/fault").code == 500
    assert seen == []


# -- tools and requests without a handler ------------------------------------------------------


def test_tools_run_for_pages_that_are_not_there(site, get, seen):
    """A 404 passes the tools of its path: authentication comes before it."""

    def protect():
        raise HTTPError(401)

    site.tools.protect = Tool("before_handler", protect)
    site.tree.mount(Root(), "", {"/secret": {"tools.protect.on": True}, "/": {}})
    site.check_application = lambda app, final=True: []
    assert get("/secret/x").code == 401
    assert get("/nothing").code == 404


def test_not_found_is_a_handler(site, get, seen):
    """Tools see the 404 as the request's handler, which raises itself."""

    def look():
        seen.append(serving_now().request.handler)

    site.tools.look = Tool("before_handler", look, priority=1)
    site.tree.mount(Root(), "", {"/": {"tools.look.on": True}})
    get("/nothing")
    assert isinstance(seen[0], NotFound)


def test_settings_can_be_looked_up():
    """A tool shows what it takes, as attributes that are None: for introspection only."""
    tool = Tool("before_handler", lambda depth=1, width=2: None, "measure")
    assert (tool.depth, tool.width) == (None, None)
    assert {"depth", "width", "callable"} <= set(dir(tool))
    with pytest.raises(AttributeError, match="Tool has no attribute 'height'"):
        _ = tool.height
