"""Config values: what a file may say, and that it can never run a program."""

import logging
import os.path
import sys
import types

import pytest

from wsgicherry.core import literals
from wsgicherry.core.literals import ConfigError, parse_value, resolve


class Dispatcher:
    """A dispatcher of a program's own."""

    def __init__(self, *args, **kwargs):
        if "fail" in kwargs:
            raise RuntimeError("no such mood")
        self.args, self.kwargs = args, kwargs

    def __call__(self, path_info):
        """Dispatch nothing."""


class NotADispatcher:
    """A class whose instances cannot be called."""


class Box:
    """An object with a plain attribute, a method and a property."""

    plain = 3

    def method(self):
        """Do nothing."""

    @property
    def computed(self):
        """Never read by a config file."""
        raise AssertionError("a config file ran a property")


def a_function(*args):
    """Never called by a config file."""
    raise AssertionError("a config file called a function")


@pytest.fixture(autouse=True)
def shop(monkeypatch):
    """An importable package 'shop' with the things above."""
    module = types.ModuleType("shop")
    module.__path__ = []
    module.Dispatcher, module.NotADispatcher = Dispatcher, NotADispatcher
    module.box, module.a_function = Box(), a_function
    monkeypatch.setitem(sys.modules, "shop", module)
    monkeypatch.setattr(Dispatcher, "__module__", "shop")
    return module


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("  \n", ""),
        ("1", 1),
        ("-1", -1),
        ("--1", 1),
        ("1.5", 1.5),
        ("1 + 2j", 1 + 2j),
        ("0x10", 16),
        ("'a'", "a"),
        ("'a' \"b\"", "ab"),
        (r"'^\d+\.py$'", r"^\d+\.py$"),
        ("b'x'", b"x"),
        ("None", None),
        ("True", True),
        ("...", ...),
        ("[1, 'a', [2]]", [1, "a", [2]]),
        ("(1, 2)", (1, 2)),
        ("1, 2", (1, 2)),
        ("{'a': 1, 2: [3]}", {"a": 1, 2: [3]}),
        ("{1, 2}", {1, 2}),
        ("60 * 60", 3600),
        ("'-' * 3", "---"),
        ("3 * [0]", [0, 0, 0]),
        ("'a' + 'b'", "ab"),
        ("[1] + [2]", [1, 2]),
        ("8080  # the port", 8080),
        ("8080; 9090", 8080),
        ("[1,\n2]", [1, 2]),
        ("'a'\n'b'", "ab"),
        ("1 +\n2  # three", 3),
        ("ValueError", ValueError),
        ("int", int),
        ("logging.INFO", logging.INFO),
        ("os.path.join", os.path.join),
        ("shop.Dispatcher", Dispatcher),
        ("shop.box.plain", 3),
        ("[logging.INFO]", [logging.INFO]),
    ],
)
def test_allowed_values(text, value):
    """Literals, dotted names and builtin types mean what they mean in Python."""
    result = parse_value(text)
    assert result == value
    assert type(result) is type(value)


def test_a_method_of_an_object_can_be_named(shop):
    """A dotted name may end at a method of a module's object."""
    assert resolve("shop.box.method") == shop.box.method


def test_a_submodule_is_imported_only_when_needed():
    """The longest module prefix is imported: xml.dom.minidom needs no import elsewhere."""
    assert parse_value("xml.dom.minidom.parseString").__name__ == "parseString"


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("__import__('os').system('true')", "is a call"),
        ("os.system('true')", "is a call"),
        ("subprocess.call(['true'])", "is a call"),
        ("open('/etc/passwd')", "is a call"),
        ("'a'.upper()", "is a call"),
        ("datetime.timedelta(seconds=5)", "is a call"),
        ("os.system", "can run programs"),
        ("subprocess.Popen", "can run programs"),
        ("shop.os.system", "cannot be imported"),
        ("logging.os.system", "can run programs"),
        ("builtins.eval", "can run programs"),
        ("eval", "neither a builtin type nor a dotted name"),
        ("localhost", "neither a builtin type nor a dotted name"),
        ("__builtins__", "neither a builtin type nor a dotted name"),
        ("os.__dict__", "dunder"),
        ("lambda: 1", "is a lambda"),
        ("[x for x in (1, 2)]", "is a comprehension"),
        ("{x for x in (1, 2)}", "is a comprehension"),
        ("{x: x for x in (1, 2)}", "is a comprehension"),
        ("(x for x in (1, 2))", "is a generator"),
        ("[*(1, 2)]", "is an unpacking"),
        ("f'{1}'", "is an f-string"),
        ("1 if True else 2", "is an expression that computes"),
        ("True and False", "is an expression that computes"),
        ("1 < 2", "is an expression that computes"),
        ("1 - 2", "is an expression that computes"),
        ("2 ** 9", "is an expression that computes"),
        ("'%s' % 1", "is an expression that computes"),
        ("not True", "is an expression that computes"),
        ("~1", "is an expression that computes"),
        ("-'a'", "is an expression that computes"),
        ("-True", "is an expression that computes"),
        ("'a' + 1", "Cannot use '+' between str and int"),
        ("'a' * 'b'", "Cannot use '*' between str and str"),
        ("10.0 * " + "9" * 400, "Cannot use '*' between float and int"),
        ("{} + {}", "Cannot use '+' between dict and dict"),
        ("1 + {}", "Cannot use '+' between int and dict"),
        ("{[]: 1}", "A dict cannot have this key"),
        ("{[]}", "A set cannot hold this"),
        ("{**{'a': 1}}", "'**' stands in a dict"),
        ("[1, 2][0]", "is a look-up that runs code"),
        ("'a'.upper", "computes an attribute"),
        ("import os", "not a Python value"),
        ("a = 1", "not a Python value"),
        ("a b", "not a Python value"),
        ("# nothing", "not a Python value"),
        ("1) + (2", "not a Python value"),
        ("'\0'", "not a Python value"),
        ("shop.box.computed", "no plain attribute 'computed'"),
        ("shop.box.absent", "no plain attribute 'absent'"),
        ("shop.Dispatcher.absent", "has no 'absent'"),
        ("os.path.absent", "has no 'absent'"),
        ("nowhere.to.be.found", "cannot be imported"),
        ("shop.nothing", "cannot be imported"),
    ],
)
def test_refused_values(text, met):
    """What could run code, and what is no value, is refused with what was met."""
    with pytest.raises(ConfigError, match=r"\w") as caught:
        parse_value(text, "tools.gzip.on")
    assert met in caught.value.met
    assert caught.value.wanted


@pytest.mark.parametrize(
    ("text", "meant"), [("true", "True"), ("Yes", "True"), ("off", "False"), ("null", "None")]
)
def test_words_of_other_languages(text, meant):
    """What is true, false or nothing elsewhere is told as Python writes it."""
    with pytest.raises(ConfigError, match=rf"Did you mean {meant}\? If it is a text, quote it"):
        parse_value(text)


@pytest.mark.parametrize(
    "text", ["os.environ['X']", "os.getenv('X')", "os.environ.get('X')", "os.environ"]
)
def test_the_environment_is_read_by_env(text):
    """Whoever reaches for os.environ is told about env()."""
    with pytest.raises(ConfigError, match=r'Use env\("NAME", default\)'):
        parse_value(text)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 60000 + "1", "[" * 190 + "]" * 190 + "x" * 60000]
)
def test_deep_nesting_is_refused(text):
    """A value cannot exhaust the parser's stack."""
    with pytest.raises(ConfigError):
        parse_value(text)


def test_deep_values_are_refused(monkeypatch):
    """A value that is nested too deeply for us is refused like any other."""

    def exhaust(node, key):
        raise RecursionError

    monkeypatch.setattr(literals, "_read", exhaust)
    with pytest.raises(ConfigError, match="nested too deeply"):
        parse_value("1")


def test_long_values_are_refused():
    """A value has at most 64 KiB."""
    with pytest.raises(ConfigError, match="The limit is 65536"):
        parse_value("'" + "x" * 65536 + "'")


@pytest.mark.parametrize("text", ["'x' * 10000000000", "10000 * [0]", "('ab' * 2000) * 2000"])
def test_repetition_is_limited(text):
    """No repetition can eat memory."""
    with pytest.raises(ConfigError, match="The limit is 4096"):
        parse_value(text)


# env() ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "environment", "value"),
    [
        ("env('SHOP')", "8080", "8080"),
        ("env('SHOP', 80)", "8080", 8080),
        ("env('SHOP', 1.5)", "2", 2.0),
        ("env('SHOP', False)", "Yes", True),
        ("env('SHOP', True)", "off", False),
        ("env('SHOP', 'x')", "", ""),
        ("env('SHOP', None)", "y", "y"),
        ("env('SHOP', None)", None, None),
        ("env('SHOP', 80)", None, 80),
        ("[env('SHOP', 'a') + '/b']", None, ["a/b"]),
    ],
)
def test_env(monkeypatch, text, environment, value):
    """env() gives the variable as its default's type, or the default."""
    monkeypatch.delenv("SHOP", raising=False)
    if environment is not None:
        monkeypatch.setenv("SHOP", environment)
    result = parse_value(text)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("env('SHOP')", "The environment variable 'SHOP' is not set"),
        ("env()", "not an env"),
        ("env('A', 1, 2)", "not an env"),
        ("env('A', default=1)", "not an env"),
        ("env(1)", "The name in env() is 1"),
        ("env('')", "The name in env() is ''"),
        ("env('WORD', 1)", "The environment variable 'WORD' is 'maybe'"),
        ("env('WORD', True)", "The environment variable 'WORD' is 'maybe'"),
    ],
)
def test_env_errors(monkeypatch, text, message):
    """A missing or unfit variable is named."""
    monkeypatch.delenv("SHOP", raising=False)
    monkeypatch.setenv("WORD", "maybe")
    with pytest.raises(ConfigError) as caught:
        parse_value(text)
    assert message in str(caught.value)


# Calls ----------------------------------------------------------------------------------------


def test_request_dispatch_may_call_a_dispatcher_class():
    """`request.dispatch` takes the call CherryPy documents, with values as arguments."""
    text = "shop.Dispatcher(1, shop.Dispatcher(), a='x', **{'a': 'y', 'b': [2]})"
    dispatcher = parse_value(text, "request.dispatch")
    assert dispatcher.args[0] == 1
    assert isinstance(dispatcher.args[1], Dispatcher)
    assert dispatcher.kwargs == {"a": "x", "b": [2]}


@pytest.mark.parametrize(
    "name", ["Dispatcher", "MethodDispatcher", "VirtualHost", "XMLRPCDispatcher"]
)
def test_our_own_dispatchers_may_be_called(name):
    """Every dispatcher of ours can be made in a config file."""
    dispatcher = parse_value(f"wsgicherry.dispatch.{name}()", "request.dispatch")
    assert type(dispatcher).__name__ == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shop.a_function()", "not a dispatcher class"),
        ("shop.NotADispatcher()", "not a dispatcher class"),
        ("functools.partial(shop.a_function)", "not a dispatcher class"),
        ("subprocess.Popen(['true'])", "can run programs"),
        ("Dispatcher()", "is a call"),
        ("shop.Dispatcher()()", "is a call"),
        ("shop.Dispatcher(a_function())", "is a call"),
        ("shop.Dispatcher(**[1])", "not a dict of names"),
        ("shop.Dispatcher(**{1: 2})", "not a dict of names"),
        ("shop.Dispatcher(fail=True)", "RuntimeError: no such mood"),
        ("logging.INFO()", "not a dispatcher class"),
    ],
)
def test_request_dispatch_calls_nothing_else(text, message):
    """Even `request.dispatch` cannot call a function or run a program."""
    with pytest.raises(ConfigError) as caught:
        parse_value(text, "request.dispatch")
    assert message in str(caught.value)


# Importing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import gone_for_good", "gone_for_good"),
        ("raise OSError('no disk')", "OSError: no disk"),
    ],
)
def test_a_module_that_fails_to_import(tmp_path, monkeypatch, source, message):
    """The error of a module that cannot be imported is shown."""
    (tmp_path / "broken_shop.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=message) as caught:
        parse_value("broken_shop.thing")
    assert caught.value.__cause__ is not None


def test_an_attribute_wins_over_a_submodule(tmp_path, monkeypatch):
    """No submodule is imported for a name that the package has already."""
    package = tmp_path / "quiet_shop"
    package.mkdir()
    (package / "__init__.py").write_text("tools = 1")
    (package / "tools.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert parse_value("quiet_shop.tools") == 1
    finally:
        sys.modules.pop("quiet_shop", None)


# ConfigError ----------------------------------------------------------------------------------


def test_config_error_text():
    """The text says where, what was met, and what is wanted."""
    error = ConfigError("Met.", "Wanted.").at("app.conf:3", "/", "a.b", "1 - 2")
    assert str(error) == "app.conf:3: [/] a.b = 1 - 2: Met. Wanted."
    assert (error.origin, error.section, error.key) == ("app.conf:3", "/", "a.b")
    assert (error.value, error.met, error.wanted) == ("1 - 2", "Met.", "Wanted.")
    assert isinstance(error, ValueError)


def test_config_error_shortens_long_values():
    """A long value does not bury the message."""
    error = ConfigError("Met.", key="a.b", value="x" * 1000)
    assert str(error) == f"a.b = {'x' * 77}...: Met."


def test_config_error_without_a_place():
    """An error that knows no place is just its sentences."""
    assert str(ConfigError("Met.")) == "Met."
