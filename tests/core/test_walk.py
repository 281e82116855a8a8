"""The walk along a path: a pure function from a tree and sections to a trail."""

from __future__ import annotations

import pytest

from wsgicherry.core.errors import CherryPyException, HTTPError
from wsgicherry.core.expose import PUNCTUATION_TO_UNDERSCORES
from wsgicherry.core.walk import MAX_PATH_SEGMENTS, walk


class Node:
    """An object to hang attributes on."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def go(root, path, sections=None, translate=PUNCTUATION_TO_UNDERSCORES, name="_cp_dispatch"):
    """Walk, with the paths that have sections below them."""
    sections = sections or {}
    parents = {
        section[:end]
        for section in sections
        if section != "/"
        for end, character in enumerate(section)
        if character == "/"
    }
    return walk(root, path, sections, parents, translate, name)


def met(trail):
    """The nodes of a trail with the number of names used by then."""
    return [(node, used) for node, used, _ in trail.steps]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", ["index"]),
        ("", ["index"]),
        ("/a", ["a", "index"]),
        ("/a/", ["a", "index"]),
        ("//a///b//", ["a", "b", "index"]),
        ("/a.b/c-d", ["a.b", "c-d", "index"]),
    ],
)
def test_names_of_a_path(path, names):
    """A path is its segments that are not empty, and a hidden 'index' at the end."""
    assert go(Node(), path).names == names


def test_nodes_from_root_to_leaf():
    """The trail holds each node with how many names it took to get there."""
    leaf = Node()
    branch = Node(b=leaf)
    root = Node(a=branch)
    assert met(go(root, "/a/b"))[:3] == [(root, 0), (branch, 1), (leaf, 2)]


def test_a_missing_node_ends_the_trail():
    """A node that is not there is None, and raises nothing."""
    root = Node()
    assert met(go(root, "/a/b/c")) == [(root, 0), (None, 1)]


def test_a_trail_goes_on_as_far_as_sections_reach():
    """Behind a missing node the sections of deeper paths are still met, in order."""
    sections = {name: {"x": name} for name in ("/", "/a", "/a/b", "/a/b/c", "/z")}
    trail = go(Node(), "/a/b/c/d", sections)
    assert [config["x"] for config in trail.configs] == ["/", "/a", "/a/b", "/a/b/c"]


def test_the_hidden_index_has_a_section_of_its_own():
    """A section '/a/index' is met by '/a/', after that of '/a'."""
    sections = {"/a": {"x": 1}, "/a/index": {"x": 2}}
    root = Node(a=Node(index=Node()))
    assert [config["x"] for config in go(root, "/a/", sections).configs] == [1, 2]


def test_own_config_comes_before_the_section_of_the_same_place():
    """At each node its `_cp_config` is met before the section of its path."""
    root = Node(_cp_config={"x": 1}, a=Node(_cp_config={"x": 3}))
    sections = {"/": {"x": 2}, "/a": {"x": 4}}
    assert [config["x"] for config in go(root, "/a", sections).configs] == [1, 2, 3, 4]


def test_sections_are_matched_by_the_raw_segment():
    """'/a.b' reaches the attribute a_b, but only the section '/a.b'."""
    root = Node(a_b=Node())
    sections = {"/a.b": {"x": "dot"}, "/a_b": {"x": "underscore"}}
    trail = go(root, "/a.b", sections)
    assert trail.steps[1][0] is root.a_b
    assert [config["x"] for config in trail.configs] == ["dot"]


@pytest.mark.parametrize("character", list("!\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~"))
def test_punctuation_means_an_underscore(character):
    """Each ASCII punctuation character of a segment is looked up as '_'."""
    root = Node(a_b=Node())
    assert go(root, f"/a{character}b").steps[1][0] is root.a_b


def test_lookup_is_case_sensitive():
    """'/A' does not reach the attribute a."""
    assert go(Node(a=Node()), "/A").steps[1][0] is None


def test_another_table_of_characters():
    """A dispatcher's own table decides, also for names that are identifiers."""
    root = Node(axb=Node(), a_b=Node())
    assert go(root, "/a.b", translate={ord("."): "x"}).steps[1][0] is root.axb
    assert go(root, "/a_b", translate={ord("_"): "x"}).steps[1][0] is root.axb
    assert go(root, "/a-b", translate={}).steps[1][0] is None


@pytest.mark.parametrize(
    "segment",
    [
        "__class__",
        "__init__",
        "__dict__",
        "__func__",
        "__call__",
        "--class--",
        "_-class-_",
        "..class..",
        "--func--",
        "____",
    ],
)
def test_dunder_names_lead_nowhere(segment):
    """Python's own names are no nodes, also when punctuation stands for the underscores."""

    class Root:
        def page(self):
            """A method has __func__."""

    root = Root()
    assert met(go(root, f"/{segment}")) == [(root, 0), (None, 1)]
    assert go(root, f"/page/{segment}/x").steps[2][0] is None


@pytest.mark.parametrize("segment", ["_own", "__half", "half__"])
def test_other_underscores_are_plain_names(segment):
    """Only names that begin and end with two underscores are refused."""
    root = Node(**{segment: Node()})
    assert go(root, f"/{segment}").steps[1][0] is getattr(root, segment)


def test_as_many_segments_as_allowed():
    """A path of MAX_PATH_SEGMENTS segments is walked."""
    assert len(go(Node(), "/a" * MAX_PATH_SEGMENTS).names) == MAX_PATH_SEGMENTS + 1


def test_one_segment_too_many():
    """A path of one more segment is answered 414."""
    with pytest.raises(HTTPError) as caught:
        go(Node(), "/a" * (MAX_PATH_SEGMENTS + 1))
    assert caught.value.code == 414


# -- `_cp_dispatch` ----------------------------------------------------------------------------


class Choosing:
    """A node that says itself what comes next; it notes what it was asked."""

    def __init__(self, choose):
        self.asked = []
        self.choose = choose

    def _cp_dispatch(self, vpath):
        self.asked.append(list(vpath))
        return self.choose(vpath)


def test_dispatch_method_gets_the_names_without_the_index():
    """The method gets all names that are left, without the hidden 'index'."""
    root = Choosing(lambda vpath: None)
    go(root, "/a/b/")
    assert root.asked == [["a", "b"]]


def test_dispatch_method_is_not_asked_for_the_hidden_index():
    """With nothing but the hidden 'index' left, the method is not called."""
    root = Choosing(lambda vpath: None)
    assert met(go(root, "/")) == [(root, 0), (None, 1)]
    assert root.asked == []


def test_dispatch_method_is_asked_only_for_what_is_not_there():
    """A real attribute comes before the method."""
    root = Choosing(lambda vpath: None)
    root.a = Node()
    assert go(root, "/a").steps[1][0] is root.a
    assert root.asked == []


def test_dispatch_method_that_takes_no_name_uses_one():
    """If the list stays as long as it was, one name is used up."""
    leaf = Node()
    root = Choosing(lambda vpath: leaf)
    assert met(go(root, "/a/b"))[:2] == [(root, 0), (leaf, 1)]


def test_dispatch_method_that_takes_names_uses_those():
    """If the list gets shorter, what is left is left."""
    leaf = Node()

    def take_two(vpath):
        del vpath[:2]
        return leaf

    root = Choosing(take_two)
    assert met(go(root, "/a/b/c"))[:2] == [(root, 0), (leaf, 2)]


def test_dispatch_method_that_takes_all():
    """If nothing is left, the hidden 'index' of the next node is looked up."""
    leaf = Node(index=Node())

    def take_all(vpath):
        vpath.clear()
        return leaf

    root = Choosing(take_all)
    assert met(go(root, "/a/b")) == [(root, 0), (leaf, 2), (leaf.index, 3)]


def test_dispatch_method_may_rename_what_is_left():
    """What the method writes into the list is walked; the path's own names stay as they
    came.
    """
    leaf = Node(new=Node())

    def rename(vpath):
        vpath.pop(0)
        vpath[0] = "new"
        return leaf

    trail = go(Choosing(rename), "/a/old")
    assert trail.steps[2][0] is leaf.new
    assert trail.names == ["a", "old", "index"]


def test_dispatch_method_that_returns_none():
    """None means that there is no next node."""
    root = Choosing(lambda vpath: None)
    assert met(go(root, "/a/b")) == [(root, 0), (None, 1)]


def test_dispatch_method_must_not_add_names():
    """A longer list is an error that says so."""
    root = Choosing(lambda vpath: vpath.append("more"))
    with pytest.raises(CherryPyException, match="A vpath segment was added"):
        go(root, "/a/b")


def test_dispatch_method_that_is_exposed_is_not_asked():
    """An exposed `_cp_dispatch` is a page, not a dispatch method."""
    root = Choosing(lambda vpath: Node())
    asked = []

    def page(vpath):
        asked.append(vpath)

    page.exposed = True
    root._cp_dispatch = page
    assert go(root, "/a").steps[1][0] is None
    assert asked == []


def test_dispatch_method_that_cannot_be_called_is_not_asked():
    """A `_cp_dispatch` that is not callable counts for nothing."""
    assert go(Node(_cp_dispatch="no"), "/a/b").steps[1] == (None, 1, 0)


def test_dispatch_method_of_another_name():
    """A dispatcher may name the method otherwise."""
    leaf = Node()
    root = Node(choose=lambda vpath: leaf)
    assert go(root, "/a", name="choose").steps[1][0] is leaf


def test_sections_of_names_that_a_dispatch_method_used():
    """The sections of all prefixes that the used names cover are met, in order, by the next
    node.
    """

    def take_two(vpath):
        del vpath[:2]
        return Node(_cp_config={"x": "node"})

    sections = {"/a": {"x": "/a"}, "/a/b": {"x": "/a/b"}}
    trail = go(Choosing(take_two), "/a/b/c", sections)
    assert [config["x"] for config in trail.configs] == ["node", "/a", "/a/b"]
