"""Publishing handlers, and the config that a decorator leaves on them."""

from __future__ import annotations

import functools

import pytest

from wsgicherry.core.expose import expose, is_dunder, own_config, popargs


def test_exposing_returns_the_same_object():
    """`@expose` marks the function and gives it back."""

    def page(self):
        """A page."""

    assert expose(page) is page
    assert page.exposed is True
    assert not hasattr(page, "allowed_methods")


def test_exposing_what_is_no_page():
    """A property cannot be called: that is said where it is exposed."""
    with pytest.raises(TypeError, match="functions, methods and classes, not <property"):
        expose(property(lambda self: "x"))


def test_every_form_of_expose():
    """With and without brackets, with one alias or several, given by place or by name."""

    class Root:
        @expose
        def a(self):
            """Plain."""

        @expose()
        def b(self):
            """With brackets."""

        @expose("b.xml")
        def c(self):
            """One alias."""

        @expose(["d1", "d.2"])
        def d(self):
            """A list of aliases."""

        @expose(alias="e1")
        def e(self):
            """One alias by name."""

        @expose(alias=("e2", "e3"))
        def f(self):
            """Several aliases by name."""

        @expose("g1", alias="g2")
        def g(self):
            """Both."""

        h = expose(lambda self: None, alias="h1")

        @expose(set())
        def i(self):
            """No alias at all."""

    for name in "abcdefghi":
        assert getattr(Root, name).exposed is True, name
    assert Root.b_xml is Root.c
    assert (Root.d1, Root.d_2) == (Root.d, Root.d)
    assert Root.e1 is Root.e
    assert (Root.e2, Root.e3) == (Root.f, Root.f)
    assert (Root.g1, Root.g2) == (Root.g, Root.g)
    assert Root.h1 is Root.h


def test_exposing_a_class():
    """A class is exposed, and with it its instances."""

    @expose
    class Node:
        """A resource."""

    assert Node.exposed is True
    assert Node().exposed is True


def test_exposing_what_is_no_function():
    """Static methods, class methods, partials and callable objects are exposed, never taken
    for an alias.
    """

    class Callable:
        def __call__(self):
            """A page."""

    class Root:
        @expose
        @staticmethod
        def static():
            """Under expose."""

        @staticmethod
        @expose
        def inner():
            """Above expose."""

        @expose
        @classmethod
        def of_class(cls):
            """Under expose."""

        object = expose(Callable())

    Root.partial = staticmethod(expose(functools.partial(print, 1)))
    for name in ("static", "inner", "of_class", "partial", "object"):
        assert getattr(Root(), name).exposed is True, name


def test_exposing_a_bound_method():
    """`expose(obj.method)` marks the function behind it."""

    class Root:
        def page(self):
            """A page."""

    root = Root()
    assert expose(root.page) == root.page
    assert root.page.exposed is True


@pytest.mark.parametrize(
    ("methods", "allowed"),
    [
        ("get", ("GET", "HEAD")),
        ("POST", ("POST",)),
        (("PUT", "get"), ("GET", "HEAD", "PUT")),
        (["GET", "HEAD", "GET"], ("GET", "HEAD")),
        ({"delete"}, ("DELETE",)),
    ],
)
def test_methods(methods, allowed):
    """`methods` are upper-cased and sorted; GET brings HEAD along."""

    @expose(methods=methods)
    def page(self):
        """A page."""

    assert page.allowed_methods == allowed


@pytest.mark.parametrize("methods", ["", (), []])
def test_no_methods(methods):
    """An empty list of methods would answer nothing, and is refused."""
    with pytest.raises(ValueError, match="at least one HTTP method"):
        expose(lambda self: None, methods=() if methods == "" else methods)


def test_unknown_options():
    """A misspelled option is refused."""
    with pytest.raises(TypeError):
        expose(method="GET")
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'handlers'"):
        popargs("a", handlers=None)


def test_popargs_needs_a_class_or_a_path():
    """popargs on a function is refused, with what it is for."""
    with pytest.raises(TypeError, match="decorates a class"):
        popargs("a")(lambda self: None)


def test_popargs_leaves_the_class():
    """The class decorator gives the class back, with a `_cp_dispatch` that is not exposed."""

    class Root:
        """A node."""

    assert popargs("a")(Root) is Root
    assert callable(Root._cp_dispatch)
    assert not getattr(Root._cp_dispatch, "exposed", False)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("__class__", True), ("____", True), ("__a", False), ("a__", False), ("_a_", False)],
)
def test_is_dunder(name, answer):
    """Names that begin and end with two underscores are Python's own."""
    assert is_dunder(name) is answer


def test_own_config_of_a_subclass():
    """A subclass gets a copy of what it inherits, so that its parent stays as it is."""

    class Parent:
        _cp_config = {"a": 1}

    class Child(Parent):
        """Inherits."""

    own_config(Child)["b"] = 2
    assert Child._cp_config == {"a": 1, "b": 2}
    assert Parent._cp_config == {"a": 1}
    assert own_config(Child) is Child._cp_config


def test_own_config_of_a_function():
    """A function without config gets an empty dict of its own."""

    def page(self):
        """A page."""

    assert own_config(page) == {}
    assert page._cp_config is own_config(page)
