"""The settings of a tool: what its signature and its docstring say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Optional, Union

import pytest

from wsgicherry.core.hooks import HookMap
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.settings import Setting, describe, describe_misfit
from wsgicherry.core.settingtypes import Takes, read_annotation
from wsgicherry.core.tools import Elsewhere, ErrorTool, HandlerTool, PreparedTool, Tool, Toolbox
from wsgicherry.core.toolsettings import (
    REQUIRED,
    find_missing,
    read_documentation,
    tool_settings,
)

LIST = (Iterable,)


@pytest.mark.parametrize(
    ("annotation", "types", "allowed", "elements"),
    [
        ("bool", (bool,), (), ()),
        (bool, (bool,), (), ()),
        ("int | str | None", (int, str), (), ()),
        ("float", (int, float), (), ()),
        ("int | float", (int, float), (), ()),
        ("bytes", (bytes,), (), ()),
        ("None", (), (), ()),
        (None, (), (), ()),
        ("Any", (), (), ()),
        ("Any | str", (), (), ()),
        ("str | Strange", (), (), ()),
        ("not an annotation", (), (), ()),
        ("1 + 1", (), (), ()),
        ("f()", (), (), ()),
        ("Iterable[str]", LIST, (), (str,)),
        ("str | Sequence[str] | None", (str, Iterable), (), (str,)),
        ("list[int] | tuple[str, ...]", LIST, (), (int, str)),
        ("Iterable[tuple[str, str]]", LIST, (), LIST),
        ("Iterable[Strange]", LIST, (), ()),
        ("tuple", LIST, (), ()),
        ("Mapping[str, str]", (Mapping,), (), ()),
        ("dict[str, str]", (Mapping,), (), ()),
        ("Callable[[str], bool]", (Callable,), (), ()),
        ("collections.abc.Callable[..., Any]", (Callable,), (), ()),
        ("str | os.PathLike[str]", (str, os.PathLike), (), ()),
        (
            "type[BaseException] | tuple[type[BaseException], ...]",
            (type, Iterable),
            (),
            (type,),
        ),
        ("timedelta", (timedelta,), (), ()),
        ("Literal['a', 'b']", (str,), ("a", "b"), ()),
        ("typing.Literal['a', 1] | None", (str, int), ("a", 1), ()),
        ("Literal['a'] | int", (str, int), (), ()),
        ("Literal[-1]", (int,), (-1,), ()),
        (Optional[int], (int,), (), ()),  # noqa: UP045 - as programs write it
        (Union[int, str, None], (int, str), (), ()),  # noqa: UP007
        (int | None, (int,), (), ()),
        (list[int], LIST, (), (int,)),
        (Callable[..., Any], (Callable,), (), ()),
    ],
    ids=str,
)
def test_annotations(annotation, types, allowed, elements):
    """An annotation, a text or an object, becomes what may be given."""
    assert read_annotation(annotation) == Takes(types, allowed, elements)


@pytest.mark.parametrize(
    ("docstring", "docs"),
    [
        (None, {}),
        ("Do it.", {}),
        ("Do `it` now.", {}),
        ("Do it.\n\n    `a`: one thing.\n    ", {"a": "One thing."}),
        ("`a`: one\n    thing. `b`: another. The end.", {"a": "One thing.", "b": "Another."}),
        ("`a`: as in 'x.y', text/*. More.", {"a": "As in 'x.y', text/*."}),
        ("Do it.\n\n- `a`: Yes.\n- `b`: 3.5 of `a`.", {"a": "Yes.", "b": "3.5 of `a`."}),
        ("`a`: without an end", {}),
        ("`a`, or not: nothing.", {}),
    ],
)
def test_docstrings(docstring, docs):
    """A sentence that begins with "`name`:" says what that setting means."""
    assert read_documentation(docstring) == docs


def serve(path: str, size: int = 3, *, kind: str, debug: bool = False, other=None):
    """Serve it.

    `path`: what to serve. `size`: how much.
    """


@pytest.fixture
def box():
    box = Toolbox("mine")
    box.serve = Tool("before_handler", serve)
    return box


def test_the_settings_of_a_tool(box):
    """Each parameter is a row of the table of settings."""
    settings = tool_settings(box.serve)
    assert settings["path"] == Setting("mine.serve", "path", (str,), REQUIRED, "What to serve.")
    assert settings["size"] == Setting("mine.serve", "size", (int,), 3, "How much.")
    assert settings["other"] == Setting("mine.serve", "other", (), None, "")
    assert settings["debug"].doc.endswith(".")
    assert settings["path"].key == "mine.serve.path"
    assert repr(settings["path"].default) == "required"


class Old:
    """A tool of the oldest kind."""

    def _setup(self):
        """Do nothing."""


@pytest.mark.parametrize("tool", [Old(), Tool("before_handler", lambda **kwargs: None)])
def test_tools_that_take_anything(tool):
    """Of a tool that takes any keyword, or tells nothing, nothing is known."""
    assert tool_settings(tool) is None
    assert find_missing(tool, {}) is None


def test_a_tool_that_is_no_tool_of_ours():
    """An object with arguments() alone has settings, without a meaning."""

    class Other(Old):
        def arguments(self):
            return Tool("before_handler", serve).arguments()

    assert tool_settings(Other())["path"].doc == ""


@pytest.mark.parametrize("kind", [lambda f: Tool("before_handler", f), HandlerTool, ErrorTool])
@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "path"),
        ({"path": "x"}, "kind"),
        ({"kind": "x"}, "path"),
        ({"path": "x", "kind": "y"}, None),
        ({"path": None, "kind": "y"}, None),
    ],
)
def test_required_settings(kind, settings, missing):
    """A required setting that is not there is a fault, told with its key and its meaning."""
    box = Toolbox("tools")
    box.serve = kind(serve)
    fault = box.serve.find_fault(settings)
    assert (fault is None) == (missing is None)
    if missing:
        assert fault[0] == "tools.serve.on"
        assert f"needs 'tools.serve.{missing}'" in fault[1]
    if missing == "path":
        assert fault[1].endswith("What to serve.")


def test_what_the_dispatcher_fills_in_is_not_missing():
    """`tools.staticdir.section` comes of itself."""
    box = Toolbox("tools")
    box.staticdir = HandlerTool(lambda section: None)
    assert box.staticdir.find_fault({}) is None


@pytest.mark.parametrize(
    ("function", "missing"),
    [(str.upper, True), (len, True), (lambda a=1, *, b=2: None, False), (Old, False)],
)
def test_functions_of_every_kind(function, missing):
    """Callables that are no Python functions are asked too."""
    box = Toolbox("tools")
    box.any = Tool("before_handler", function)
    assert (box.any.find_fault({}) is not None) == missing


def test_a_tool_with_its_own_setup_may_know_the_rest():
    """A subclass that overrides `_setup()` may fill in what config lacks."""

    class Own(Tool):
        def _setup(self):
            """Attach nothing."""

    assert Own("before_handler", serve).find_fault({}) is None


def prepare(path, size=3):
    """Refuse what cannot be."""
    if size < 0:
        raise ValueError("size is negative.")
    if path == "bad":
        raise ConfigError("No such path.", "Take another.", key="tools.p.path", value="bad")
    if path == "worse":
        raise ConfigError("No such path.", key="path")
    return lambda: None


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"path": "x"}, None),
        ({"path": "x", "size": -1}, ("", "size is negative.")),
        ({"path": "bad"}, ("tools.p.path", "No such path. Take another.")),
        ({"path": "worse"}, ("tools.p.path", "No such path.")),
    ],
)
def test_prepared_tools_tell_what_they_refuse(settings, fault):
    """What `prepare` raises is told when the application is mounted."""
    tool = PreparedTool("before_handler", lambda path, size=3: None, prepare, "p")
    assert tool.find_fault(settings) == fault


def test_prepared_tools_work_elsewhere_too():
    """What `prepare` returns beside the tool's own hook has its own place."""
    own, other, last = lambda: None, lambda: None, lambda: None
    last.priority = 90
    more = (Elsewhere("before_handler", other, 5), Elsewhere("on_end_request", last))
    target = SimpleNamespace(hooks=HookMap())
    tool = PreparedTool("before_finalize", prepare, lambda **settings: (own, *more), "p", 70)
    tool.attach(target, {"priority": 20})
    found = {p: [(h.callback, h.priority) for h in hooks] for p, hooks in target.hooks.items()}
    assert found["before_finalize"] == [(own, 20)]
    assert found["before_handler"] == [(other, 5)]
    assert found["on_end_request"] == [(last, 90)]


def test_prepared_tools_tell_what_is_missing():
    """A required setting is told as for any other tool."""
    tool = PreparedTool("before_handler", lambda path, size=3: None, prepare, "p")
    assert "needs 'tools.p.path'" in tool.find_fault({})[1]


def row(annotation):
    takes = read_annotation(annotation)
    return Setting("tools.x", "y", takes.types, None, "", takes.allowed, takes.elements)


@pytest.mark.parametrize(
    ("annotation", "value", "misfit"),
    [
        ("str | Iterable[str]", "GET", ""),
        ("str | Iterable[str]", ["GET", "PUT"], ""),
        ("str | Iterable[str]", {"GET"}, ""),
        ("str | Iterable[str]", {"GET": 1}.keys(), ""),
        ("str | Iterable[str]", None, ""),
        ("str | Iterable[str]", 7, "is 7, which is not a text or a list"),
        ("str | Iterable[str]", True, "is True, which is not a text or a list"),
        ("str | Iterable[str]", b"GET", "is b'GET', which is not a text or a list"),
        ("str | Iterable[str]", ["GET", 1], "holds 1, which is not a text"),
        ("str | Iterable[str]", [None], "holds None, which is not a text"),
        ("Iterable[str]", "GET", "is 'GET', which is not a list"),
        ("Iterable[tuple[str, str]]", {"A": "1"}, "is {'A': '1'}, which is not a list"),
        ("Iterable[tuple[str, str]]", ["A: 1"], "holds 'A: 1', which is not a list"),
        ("Iterable[tuple[str, str]]", [("A", "1"), ["B", "2"]], ""),
        ("Mapping[str, str]", {"A": "1"}, ""),
        ("Mapping[str, str]", [], "is [], which is not a dict"),
        ("Callable[[], None]", print, ""),
        (
            "Callable[[], None]",
            "print",
            "is 'print', which is not something that can be called",
        ),
        ("type[Exception]", ValueError, ""),
        ("type[Exception]", 1, "is 1, which is not a class"),
        ("Literal['a', 'b']", "a", ""),
        ("Literal['a', 'b']", "c", "is 'c', which is not one of 'a', 'b'"),
        ("Any", object, ""),
    ],
)
def test_misfits(annotation, value, misfit):
    """What config gives is held against the annotation, down to the members of a list."""
    assert describe_misfit(row(annotation), value) == misfit


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("Any", "anything"),
        ("str | Iterable[str] | None", "a text or a list"),
        ("Literal['a', 'b']", "'a' or 'b'"),
    ],
)
def test_words(annotation, words):
    """What a setting takes is told in the words of a config file's reader."""
    assert describe(row(annotation)) == words
