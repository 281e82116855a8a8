"""Looking at trees of handlers without running them."""

import inspect
import types
from typing import ClassVar

import pytest

from wsgicherry.core import reach
from wsgicherry.core.expose import expose
from wsgicherry.core.reach import COMPUTED, find_configs, find_gap, has_path, list_names, look


class Page:
    """A page with handlers of several shapes."""

    slot_free = None

    @expose
    def index(self):
        """Take nothing."""

    @expose
    def one(self, year):
        """Take one segment."""

    @expose
    def many(self, *args):
        """Take all segments."""

    @expose
    @staticmethod
    def still(year, month):
        """Take two segments."""

    @expose
    def with_star_only(self, *, word=None):
        """Take no segments."""

    def hidden(self, year):
        """Not exposed."""

    @property
    def computed(self):
        """Never read."""
        raise AssertionError("a check ran a property")


class Root(Page):
    """A root with all sorts of nodes."""

    def __init__(self):
        self.admin = Page()
        self.with_default = WithDefault()
        self.with_dispatch = WithDispatch()
        self.callable_page = CallablePage()
        self.exposed_thing = ExposedThing()
        self.exposed_builtin = ExposedBuiltin()
        self.lazy = Lazy()
        self.very_lazy = VeryLazy()
        self.configured = Configured()
        self.computed_default = ComputedDefault()
        self.a_b = Page()
        self.shown_method = self.admin.one


class WithDefault:
    """Takes whatever comes."""

    @expose
    def default(self, *args):
        """Take all segments."""


class ComputedDefault:
    """Nobody knows."""

    @property
    def default(self):
        """Never read."""
        raise AssertionError("a check ran a property")


class WithDispatch:
    """Chooses the next node itself."""

    def _cp_dispatch(self, vpath):
        """Never called."""


class CallablePage:
    """Itself a handler."""

    exposed = True

    def __call__(self, name):
        """Take one segment."""


class ExposedThing:
    """Exposed, but no handler."""

    exposed = True


class ExposedBuiltin:
    """Exposed, and nobody can tell what it takes."""

    exposed = True
    __call__ = staticmethod(print)


class Lazy:
    """Makes attributes as they are asked for."""

    def __getattr__(self, name):
        raise AssertionError("a check asked for an attribute")


class VeryLazy:
    """Makes all its attributes itself."""

    def __getattribute__(self, name):
        if name in ("__dict__", "__class__"):
            return object.__getattribute__(self, name)
        raise AssertionError("a check asked for an attribute")


class Configured:
    """Serves files."""

    _cp_config: ClassVar = {"serves": True}


def serves(values):
    """Stand for a tool that serves files."""
    return "serves" in values


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index",
        "/admin",
        "/admin/index",
        "/a.b",
        "/a-b/index",
        "/one/2024",
        "/shown_method/2024",
        "/many/1/2/3",
        "/still/2024/12",
        "/admin/one/2024",
        "/with_default/x/y",
        "/with_dispatch/x",
        "/callable_page/x",
        "/exposed_builtin/x",
        "/lazy/x",
        "/very_lazy/x",
        "/configured/x/y",
        "/computed/x",
        "/computed_default/x",
        "/hidden",
    ],
)
def test_reachable_paths(path):
    """A path is reachable if it leads to a node, or a node may take the rest."""
    assert find_gap(Root(), path, serves) is None


@pytest.mark.parametrize(
    ("path", "parent", "name", "kind"),
    [
        ("/adnim", "", "adnim", Root),
        ("/admin/x/y", "/admin", "x", Page),
        ("/one/2024/12", "/one", "2024", types.MethodType),
        ("/with_star_only/x", "/with_star_only", "x", types.MethodType),
        ("/hidden/2024", "/hidden", "2024", types.MethodType),
        ("/callable_page/x/y", "/callable_page", "x", CallablePage),
        ("/exposed_thing/x", "/exposed_thing", "x", ExposedThing),
        ("/slot_free", "", "slot_free", Root),
    ],
)
def test_unreachable_paths(path, parent, name, kind):
    """A path stops at the first segment that nothing can take."""
    gap = find_gap(Root(), path, serves)
    assert gap is not None
    assert (gap.parent, gap.name, type(gap.node)) == (parent, name, kind)


@pytest.mark.parametrize(
    ("path", "found"),
    [("", True), ("/admin", True), ("/computed/x", True), ("/x", False), ("/admin/x/y", False)],
)
def test_has_path(path, found):
    """has_path() goes by attributes alone."""
    assert has_path(Root(), path) is found


def test_an_unreadable_signature_takes_anything(monkeypatch):
    """A handler whose signature cannot be read may take any segments."""

    def refuse(handler):
        raise ValueError

    monkeypatch.setattr(inspect, "signature", refuse)
    assert find_gap(Root(), "/with_star_only/x", serves) is None


def test_look_runs_nothing():
    """look() binds methods, and does not run properties."""
    root = Root()
    assert look(root, "index") == root.index
    assert look(root, "computed") is COMPUTED
    assert look(root, "absent") is None
    assert look(root.index, "exposed") is True
    assert look(root, "still") is Page.still


def test_list_names():
    """The names are the public attributes of the object and its classes."""
    names = list_names(CallablePage())
    assert names == ["exposed"]
    assert {"admin", "index"} <= set(list_names(Root()))


# _cp_config -----------------------------------------------------------------------------------


class Base:
    """A base class with config."""

    _cp_config: ClassVar = {"a": 1}


class Shop(Base):
    """A tree with config in several places."""

    text, number, module = "x", 1, types
    nothing = None

    def __init__(self):
        self._private = Base()
        self.again = self
        self.cellar = Cellar()
        self.twin = self.cellar
        self.loose = Loose()
        self.klass = Exposed

    @expose
    def index(self):
        """Carry config."""

    def helper(self):
        """No page."""

    @property
    def computed(self):
        """Never read."""
        raise AssertionError("a check ran a property")


class Cellar:
    """No config of its own, but an exposed handler with some."""

    @expose
    def wine(self):
        """Carry config."""


class Loose:
    """Nothing here is a page."""

    def __init__(self):
        self.inner = Base()


Shop.index._cp_config = {"b": 2}
Cellar.wine._cp_config = {"c": 3}


class Exposed:
    """A class as a page."""

    exposed = True
    _cp_config: ClassVar = {"d": 4}


def test_find_configs():
    """Every _cp_config on the root and the pages below is found, with its owner."""
    shop = Shop()
    shop._cp_config = Base._cp_config
    found = {node.path: (node.owner, dict(node.values)) for node in find_configs(shop)}
    here = __name__
    assert found == {
        "/": (f"{here}.Base", {"a": 1}),
        "/again": (f"{here}.Base", {"a": 1}),
        "/index": (f"{here}.Shop.index", {"b": 2}),
        "/cellar/wine": (f"{here}.Cellar.wine", {"c": 3}),
        "/klass": (f"{here}.Exposed", {"d": 4}),
    }


def test_a_page_at_two_paths():
    """Its config counts at both, and a page that holds the root has no end of paths."""
    root, page = types.SimpleNamespace(), Exposed()
    root.first, root.second, page.root = page, page, root
    root._cp_config = {"e": 5}
    paths = [node.path for node in find_configs(root)]
    assert paths == ["/", "/first", "/second", "/first/root"]


def test_the_config_of_an_instance_belongs_to_its_class():
    """A config that only the instance has is said to be its class's."""
    node = Cellar()
    node._cp_config = {"e": 5}
    assert next(find_configs(node)).owner == f"{__name__}.Cellar"


def test_no_root_no_configs():
    """An application without a root has no nodes."""
    assert list(find_configs(None)) == []


def test_the_search_is_bounded(monkeypatch):
    """A tree without end is looked at for so long, and no longer."""
    monkeypatch.setattr(reach, "MAX_NODES", 10)
    root = types.SimpleNamespace(exposed=True)
    node = root
    for number in range(100):
        node.next = types.SimpleNamespace(exposed=True, _cp_config={"n": number})
        node = node.next
    assert len(list(find_configs(root))) < 10


class Hiding(type):
    """A metaclass with attributes of its own, one of them computed."""

    on_meta = "meta"
    shared = "meta"

    @property
    def computed(cls):
        raise AssertionError("code was run")

    @property
    def __dict__(cls):
        raise AssertionError("code was run")


class Plain:
    """What the others inherit from."""

    shared = "base"
    inherited = "base"

    def method(self):
        """Stands for a page."""

    @property
    def both(self):
        raise AssertionError("code was run")


class Full(Plain, metaclass=Hiding):
    """Instance attributes, properties, slots' opposite."""

    def __init__(self):
        self.own = "own"
        self.shared = "own"
        vars(self)["both"] = "own"

    def __getattr__(self, name):
        raise AssertionError("code was run")

    @property
    def __class__(self):
        raise AssertionError("code was run")


class Slotted:
    """No dict at all."""

    __slots__ = ("full",)


@pytest.mark.parametrize(
    "name",
    ["own", "shared", "inherited", "method", "both", "on_meta", "computed", "full", "no"],
)
@pytest.mark.parametrize("make", [Plain, Full, Slotted, lambda: Full, lambda: Plain, lambda: 7])
def test_static_look_up_is_that_of_inspect(make, name):
    """The raw attribute is the one that `inspect.getattr_static` finds, and no code is run."""
    node = make()
    assert reach.find_static(node, name) is inspect.getattr_static(node, name, None)
