"""lib.reprconf: config for programs' own use (BEHAVIOUR 4.2 to 4.5 and 12.3)."""

from __future__ import annotations

import configparser
import copy
import datetime
import io
import json.decoder

import pytest

from wsgicherry.lib import reprconf
from wsgicherry.lib.reprconf import Config, NamespaceSet, Parser, attributes, modules, unrepr

INI = """
[DEFAULT]
shared: 'all'
[global]
Server.Port = 8080
greeting: "hello " + "you"
[/path]
where: '%(here)s/x'
here: /srv
empty:
"""
SECTIONS = {
    "global": {"Server.Port": 8080, "greeting": "hello you", "shared": "all"},
    "/path": {"where": "/srv/x", "shared": "all", "empty": ""},
}


@pytest.fixture
def ini(tmp_path):
    """A config file."""
    path = tmp_path / "my.conf"
    path.write_text(INI.replace("here: /srv\n", "").replace("%(here)s", "/srv"))
    return path


# -- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        (None, None),
        ("1", 1),
        ("-1.5", -1.5),
        ("'a' 'b'", "ab"),
        ("[1, (2,), {'a': None}]", [1, (2,), {"a": None}]),
        ("'x' * 3", "xxx"),
        ("datetime.timedelta", datetime.timedelta),
        ("json.decoder.JSONDecodeError", json.decoder.JSONDecodeError),
        ("dict", dict),
    ],
)
def test_unrepr(text, value):
    """A literal or a dotted name; what is empty stays as it is."""
    assert unrepr(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "open('/etc/passwd')", "__import__('os').system('true')", "os.environ['HOME']",
        "[x for x in y]", "lambda: 1", "1 +", "nothing", "os.system", "(lambda: 1)()",
        "{}.__class__",
    ],
)  # fmt: skip
def test_unrepr_runs_no_program(text):
    """What would run something is a ValueError, where CherryPy ran it."""
    with pytest.raises(ValueError, match=r"\w"):
        unrepr(text)


def test_modules():
    """The module of a dotted name, not its package."""
    assert modules("json.decoder") is json.decoder
    with pytest.raises(ImportError):
        modules("nothing_of_that_name")


def test_attributes():
    """An attribute of a module, by its dotted name."""
    assert attributes("json.decoder.JSONDecoder") is json.decoder.JSONDecoder
    assert attributes("json.decoder") is json.decoder


def test_attributes_that_are_not_there():
    """CherryPy's words for an absent attribute; a name without a dot is no attribute."""
    with pytest.raises(AttributeError) as error:
        attributes("json.decoder.nope")
    assert str(error.value) == "'json.decoder' object has no attribute 'nope'"
    with pytest.raises(ImportError):
        attributes("nothing_of_that_name.x")
    with pytest.raises(ValueError, match="'json' names no module"):
        attributes("json")


# -- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [str, lambda path: str(path).encode(), lambda path: path, open]
)
def test_a_file_as_a_dict(ini, kind):
    """By name (text, bytes, path) or open: sections of values, names in their own case."""
    file = kind(ini)
    assert Parser.load(file) == SECTIONS
    if hasattr(file, "close"):
        file.close()


@pytest.mark.parametrize("kind", [str, lambda path: path, open])
def test_dict_from_file(ini, kind):
    """The same of a parser of one's own."""
    file = kind(ini)
    assert Parser().dict_from_file(file) == SECTIONS
    if hasattr(file, "close"):
        file.close()


def test_several_files_are_read_in_turn(ini, tmp_path):
    """Later files add to earlier ones."""
    more = tmp_path / "more.conf"
    more.write_text("[more]\na = 1\n")
    parser = Parser()
    assert parser.read([ini, str(more)]) == [str(ini), str(more)]
    assert parser.as_dict() == {**SECTIONS, "more": {"a": 1, "shared": "all"}}


def test_a_dict_is_copied():
    """`load` gives what may be changed."""
    given = {"a": 1}
    loaded = Parser.load(given)
    assert loaded == given
    assert loaded is not given
    assert type(loaded) is dict


def test_toml(tmp_path):
    """A file whose name ends so is TOML."""
    path = tmp_path / "my.toml"
    path.write_text('["/path"]\n"tools.encode.on" = true\n')
    assert Parser.load(path) == {"/path": {"tools.encode.on": True}}


def test_interpolation():
    """`%(name)s` is another key's text, `vars` may bring more; `raw` leaves it alone."""
    parser = Parser()
    parser.read_string("[s]\nroot = '/srv'\nb = %(root)s + '/x'\nc = '%(more)s'\n")
    assert parser.as_dict(vars={"more": "M"})["s"]["b"] == "/srv/x"
    assert parser.as_dict(vars={"more": "M"})["s"]["c"] == "M"
    assert parser.optionxform("MiXed") == "MiXed"
    raw = Parser()
    raw.read_string("[s]\nc = '%(more)s'\n")
    assert raw.as_dict(raw=True) == {"s": {"c": "%(more)s"}}


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a = 1", configparser.MissingSectionHeaderError, "no section headers"),
        ("[s]\na = 1\na = 2", configparser.DuplicateOptionError, "already exists"),
        ("[s]\n[s]", configparser.DuplicateSectionError, "already exists"),
        ("[s]\na = 5%", configparser.InterpolationSyntaxError, "%"),
        ("[s]\na = 1 +", ValueError, r"\[s\] a = 1 \+: This is not a Python value"),
        ("[s]\na = os.system('x')", ValueError, r"\[s\] a = os.system"),
    ],
)
def test_what_is_wrong_in_a_file(text, error, words):
    """configparser's own errors, and ValueError for a value that is not allowed."""
    with pytest.raises(error, match=words):
        Parser().dict_from_file(io.StringIO(text))


def test_a_file_that_is_not_there(tmp_path):
    """It is not skipped as configparser would."""
    with pytest.raises(FileNotFoundError):
        Parser.load(str(tmp_path / "nothing.conf"))
    with pytest.raises(FileNotFoundError):
        Parser().read(tmp_path / "nothing.conf")


def test_what_is_no_source():
    """A TypeError that says what may be given."""
    with pytest.raises(TypeError, match="give a filename, an open text file or a dict"):
        Parser.load(5)


# -- namespaces -------------------------------------------------------------------------------


def test_namespaces_get_their_keys():
    """Each handler gets the rest of the key, in the order of registration."""
    seen = []
    namespaces = NamespaceSet()
    namespaces["b"] = lambda key, value: seen.append(("b", key, value))
    namespaces["a"] = lambda key, value: seen.append(("a", key, value))
    namespaces({"a.x": 1, "b.y.z": 2, "c.w": 3, "plain": 4})
    assert seen == [("b", "y.z", 2), ("a", "x", 1)]


@pytest.mark.parametrize("swallows", [True, False])
def test_a_namespace_may_be_a_context(swallows):
    """Entered always, left with the error if there is one; a true answer swallows it."""
    seen = []

    class Context:
        def __enter__(self):
            seen.append("enter")
            return self.handle

        def handle(self, key, value):
            seen.append(key)
            if value == "bad":
                raise LookupError(value)

        def __exit__(self, kind, error, traceback):
            seen.append(kind)
            return swallows

    namespaces = NamespaceSet(n=Context())
    namespaces({})
    assert seen == ["enter", None]
    if swallows:
        namespaces({"n.a": "bad", "n.b": 1})
    else:
        with pytest.raises(LookupError):
            namespaces({"n.a": "bad", "n.b": 1})
    assert seen[2:] == ["enter", "a", LookupError]


@pytest.mark.parametrize("duplicate", [NamespaceSet.copy, copy.copy])
def test_a_copy_of_a_namespace_set(duplicate):
    """It is one too, and apart."""
    one = NamespaceSet(a=print)
    two = duplicate(one)
    two["b"] = print
    assert type(two) is NamespaceSet
    assert list(one) == ["a"]


# -- a config of one's own --------------------------------------------------------------------


@pytest.fixture
def kind():
    """A class of configs with defaults and a namespace; `seen` is what that has got."""
    seen = []

    class Mine(Config):
        defaults = {"a.one": 1, "b": 2}
        environments = {"test": {"a.one": 10, "a.two": 20}}
        namespaces = NamespaceSet(a=lambda key, value: seen.append((key, value)))

    Mine.seen = seen
    return Mine


def test_a_fresh_config_has_the_defaults(kind):
    """Without running the namespaces on them."""
    assert kind() == {"a.one": 1, "b": 2}
    assert Config() == {}
    assert kind.seen == []


def test_a_config_from_a_dict_and_keywords(kind):
    """Both are taken over, and namespaces run on both."""
    config = kind({"a.x": 1}, b=3)
    assert config == {"a.one": 1, "a.x": 1, "b": 3}
    assert kind.seen == [("x", 1)]


def test_a_config_from_a_file(kind, ini):
    """Sections are stored as they are."""
    assert kind(ini)["global"]["Server.Port"] == 8080


def test_setting_a_key_runs_its_namespace(kind):
    """For that key alone."""
    config = kind()
    config["a.z"] = 5
    config["b"] = 6
    assert kind.seen == [("z", 5)]
    assert config["b"] == 6


def test_an_environment_fills_in(kind):
    """What is given wins over the preset."""
    given = {"environment": "test", "a.two": 2}
    config = kind()
    config.update(given)
    assert config == {"a.one": 10, "a.two": 2, "b": 2, "environment": "test"}
    assert sorted(kind.seen) == [("one", 10), ("two", 2)]
    assert given == {"environment": "test", "a.two": 2}


@pytest.mark.parametrize(("use", "known"), [(Config, "none"), (None, "test")])
def test_an_unknown_environment(kind, use, known):
    """It is named, with those that are known."""
    with pytest.raises(reprconf.ConfigError, match=f"no environment 'x'. Known are {known}"):
        (use or kind)().update({"environment": "x"})


def test_reset(kind):
    """Back to the defaults; namespaces are not asked."""
    config = kind({"a.x": 1})
    kind.seen.clear()
    config.reset()
    assert config == kind.defaults
    assert kind.seen == []
