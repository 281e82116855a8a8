"""Reading INI, TOML, open files and dicts, with the place of every value."""

import configparser
import datetime
import importlib
import io
import logging

import pytest

from wsgicherry.core import sources
from wsgicherry.core.literals import ConfigError
from wsgicherry.core.sources import load

INI = """\
# A comment before any section.
[DEFAULT]
shared = 'from above'

[global]
server.socket_port: 8080  # the port
log.rot_maxBytes = 10
empty =
; another comment
[/]
tools.response_headers.headers = [
    ("X-A", "1"),

    # a comment within

    ("X-B", "[not a section]"),
  ]
tools.gzip.on = True
greeting = "%(name)s & co, 100%%"
name = 'shop'
[/admin]
  tools.sessions.on = True
"""


@pytest.fixture
def write(tmp_path):
    """A function that writes a file and returns its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_ini_values_and_lines(write):
    """An INI file gives its values, its defaults, and the line of each key and header."""
    path = write("shop.conf", INI.replace('"%(name)s', '%(name)s + "'))
    loaded = load(path)
    assert loaded.is_file
    assert loaded.source == str(path)
    assert loaded["global"] == {
        "server.socket_port": 8080,
        "log.rot_maxBytes": 10,
        "empty": "",
        "shared": "from above",
    }
    assert loaded["/"]["tools.response_headers.headers"] == [
        ("X-A", "1"),
        ("X-B", "[not a section]"),
    ]
    assert loaded["/"]["greeting"] == "shop & co, 100%"
    lines = {key: int(place.rpartition(":")[2]) for key, place in loaded.origins["/"].items()}
    assert lines == {
        "": 10,
        "tools.response_headers.headers": 11,
        "tools.gzip.on": 18,
        "greeting": 19,
        "name": 20,
        "shared": 3,
    }
    assert loaded.origins["/admin"][""] == f"{path}:21"
    assert loaded.origins["/admin"]["tools.sessions.on"] == f"{path}:22"


@pytest.mark.parametrize("kind", [str, lambda path: str(path).encode(), lambda path: path])
def test_a_file_may_be_named_by_str_bytes_or_path(write, kind):
    """A filename is a str, bytes or a path object."""
    path = write("a.conf", "[global]\na = 1\n")
    assert load(kind(path)) == {"global": {"a": 1}}


def test_an_open_file_is_read(write):
    """An open file is read, and named by its name."""
    with open(write("a.conf", "[global]\na = 1\n")) as file:
        loaded = load(file)
    assert loaded.origins["global"]["a"].endswith("a.conf:2")


def test_a_nameless_file_is_read():
    """A file without a name is called <config>; bytes are UTF-8."""
    loaded = load(io.StringIO("[global]\na = 1\n"))
    assert loaded.origins["global"]["a"] == "<config>:2"
    assert load(io.BytesIO("[global]\na = 'é'\n".encode())) == {"global": {"a": "é"}}


def test_a_byte_order_mark_is_no_section(tmp_path):
    """A byte order mark does not hide the first section."""
    path = tmp_path / "a.conf"
    path.write_bytes(b"\xef\xbb\xbf[global]\na = 1\n")
    assert load(path) == {"global": {"a": 1}}


def test_a_file_in_another_encoding(tmp_path):
    """It is told which byte is not UTF-8, and behind what it stands."""
    file = tmp_path / "app.conf"
    file.write_bytes(b'[a]\nname = "K\xe4se"\n')
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert str(refused.value) == (
        f"{file}: The file is not UTF-8: 0xe4 stands behind 'name = \"K'. Save it as UTF-8."
    )


def test_a_percent_sign_in_ini(write):
    """Where one stands alone is told, and how to write it."""
    with pytest.raises(configparser.InterpolationSyntaxError) as refused:
        load(write("app.conf", "[a]\nrate = '50%'\n"))
    assert "app.conf:2: [a] rate: " in str(refused.value)
    assert "Write '%%' for a percent sign." in str(refused.value)


def test_a_dict_is_copied():
    """A dict is copied, and called what the caller calls it."""
    source = {"/": {"a": 1}}
    loaded = load(source, "a dict passed to tree.mount")
    assert (loaded, loaded.source, loaded.is_file) == (
        source,
        "a dict passed to tree.mount",
        False,
    )
    source["/x"] = {}
    assert "/x" not in loaded
    assert load(loaded) is loaded


def test_other_things_are_no_source():
    """What is neither a file nor a dict is refused."""
    with pytest.raises(TypeError, match="give a filename, an open text file or a dict"):
        load(42)


def test_a_missing_file(tmp_path):
    """A missing file is an error, not an empty config."""
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.conf")


@pytest.mark.parametrize("make", [io.StringIO, lambda text: io.BytesIO(text.encode())])
def test_a_huge_file_is_refused(make):
    """No more than a megabyte is read."""
    with pytest.raises(ConfigError, match="<config>: The file is larger than 1048576"):
        load(make("#" * (sources.MAX_FILE_CHARS + 1)))


def test_a_file_of_a_megabyte_on_disk_is_refused(write):
    """The error names the file."""
    with pytest.raises(ConfigError, match=r"big\.conf: The file is larger"):
        load(write("big.conf", "#" * (sources.MAX_FILE_CHARS + 1)))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a = 1\n", configparser.MissingSectionHeaderError),
        ("[a]\nb\n", configparser.ParsingError),
        ("[a]\nb = 1\nb = 2\n", configparser.DuplicateOptionError),
        ("[a]\n[a]\n", configparser.DuplicateSectionError),
        ("[a]\nb = '50%'\n", configparser.InterpolationSyntaxError),
        ("[a]\nb = %(c)s\n", configparser.InterpolationMissingOptionError),
        ("[a]\nb = %(b)s\n", configparser.InterpolationDepthError),
        (
            "[a]\nb = '%(c)s'\nc = %(d)s%(d)s\nd = " + "x" * 40_000,
            configparser.InterpolationDepthError,
        ),
        ("[a]\nb = '" + "%(c)s" * 1001 + "'\nc =\n", configparser.InterpolationDepthError),
    ],
)
def test_malformed_ini(text, error):
    """Malformed INI raises what configparser raises; interpolation cannot eat memory."""
    with pytest.raises(error):
        load(io.StringIO(text))


def test_a_bad_value_names_its_place(write):
    """A bad value is an error with file, line, section, key and value."""
    path = write("shop.conf", "[/]\n\na.b = os.system('true')\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(
        f"{path}:3: [/] a.b = os.system('true'): os.system('true') is a call, and 'a.b'"
    )
    assert caught.value.origin == f"{path}:3"


# TOML -----------------------------------------------------------------------------------------

TOML = """\
# Comment
[global]
server.socket_port = 8080
engine.autoreload.on = false   # dotted
opened = 2026-01-02

[global.log]
screen = false

["/"]
tools.gzip.on = true
tools.staticdir.content_types.rss = "application/rss+xml"
"tools.etags.on" = true
'odd key' = 1
empty = {}
levels = [1, 2]
request.dispatch = { python = "logging.getLogger" }
error_page = { 404 = "missing.html" }
not_code = { python = 1 }

["/static".tools.staticdir]
on = true

[databases]
main = { host = "db", port = 5432 }
"""


def test_toml(write):
    """TOML tables are sections; dotted and nested keys are the flat keys of INI."""
    path = write("shop.toml", TOML)
    loaded = load(path)
    assert loaded == {
        "global": {
            "server.socket_port": 8080,
            "engine.autoreload.on": False,
            "opened": datetime.date(2026, 1, 2),
            "log.screen": False,
        },
        "/": {
            "tools.gzip.on": True,
            "tools.staticdir.content_types": {"rss": "application/rss+xml"},
            "tools.etags.on": True,
            "odd key": 1,
            "empty": {},
            "levels": [1, 2],
            "request.dispatch": logging.getLogger,
            "error_page.404": "missing.html",
            "not_code": {"python": 1},
        },
        "/static": {"tools.staticdir.on": True},
        "databases": {"main": {"host": "db", "port": 5432}},
    }
    lines = {
        (section, key): int(place.rpartition(":")[2])
        for section, places in loaded.origins.items()
        for key, place in places.items()
    }
    assert lines == {
        ("global", ""): 2,
        ("global", "server.socket_port"): 3,
        ("global", "engine.autoreload.on"): 4,
        ("global", "opened"): 5,
        ("global", "log.screen"): 8,
        ("/", ""): 10,
        ("/", "tools.gzip.on"): 11,
        ("/", "tools.staticdir.content_types"): 12,
        ("/", "tools.etags.on"): 13,
        ("/", "odd key"): 14,
        ("/", "empty"): 15,
        ("/", "levels"): 16,
        ("/", "request.dispatch"): 17,
        ("/", "error_page.404"): 18,
        ("/", "not_code"): 19,
        ("/static", ""): 21,
        ("/static", "tools.staticdir.on"): 22,
        ("databases", ""): 24,
        ("databases", "main"): 25,
    }


def test_toml_values_may_be_written_in_python(monkeypatch, write):
    """{ python = "..." } writes what TOML has no literal for, by the rules of INI values."""
    monkeypatch.setenv("SHOP_PORT", "8081")
    text = "[global]\nserver.socket_port = { python = 'env(\"SHOP_PORT\", 8080)' }\n"
    assert load(write("a.toml", text)) == {"global": {"server.socket_port": 8081}}
    with pytest.raises(ConfigError, match=r"a.toml:2: \[global\] a = os.system\(1\)"):
        load(write("a.toml", "[global]\na = { python = 'os.system(1)' }\n"))


@pytest.mark.parametrize("text", ["\nserver.socket_port = 1\n", "\nport = 1\n"])
def test_toml_keys_before_any_table(write, text):
    """A TOML key that stands in no table is an error, as it is in INI."""
    with pytest.raises(ConfigError, match=r"a.toml:2: .* stands before any table"):
        load(write("a.toml", text))


def test_toml_keys_of_unusual_form(write):
    """A table that the line finder cannot read still loads, or is refused with line 1."""
    with pytest.raises(ConfigError, match=r"a\.toml:1: "):
        load(write("a.toml", '\n["a\\"b"]\nc = 1\n'))
    loaded = load(write("a.toml", '["/"]\n"a\\"b" = 1\n'))
    assert loaded == {"/": {'a"b': 1}}
    assert loaded.origins["/"]['a"b'].endswith("a.toml:1")


def test_malformed_toml(write):
    """Malformed TOML is a ConfigError with the parser's reason."""
    with pytest.raises(ConfigError, match=r"a.toml: This is not valid TOML: .*line 2"):
        load(write("a.toml", "[global]\na = \n"))


def test_without_a_toml_parser(monkeypatch, write):
    """Python 3.10 without tomli says what to do."""

    def refuse(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ConfigError, match="Install tomli, or write INI"):
        load(write("a.toml", "[global]\n"))
