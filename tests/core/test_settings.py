"""The table of settings, and what it says about keys and values."""

import logging
import pathlib

import pytest

from wsgicherry.core.config import SiteConfig, environments
from wsgicherry.core.dispatch import MethodDispatcher
from wsgicherry.core.settings import (
    NAMESPACES,
    OBSOLETE,
    PLUGINS,
    Setting,
    describe_misfit,
    find_setting,
    fits,
    name_types,
    nearest,
    nearest_key,
    reference,
)

# BEHAVIOUR 11.6, the whole list.
SERVER_KEYS = """
    socket_host socket_port socket_file socket_queue_size socket_timeout accepted_queue_size
    accepted_queue_timeout shutdown_timeout protocol_version thread_pool thread_pool_max
    max_request_header_size max_request_body_size instance ssl_certificate ssl_private_key
    ssl_certificate_chain ssl_ciphers ssl_context ssl_module nodelay wsgi_version statistics
    peercreds peercreds_resolve
"""


def test_the_reference_is_complete():
    """Every row has a line of doc, a key of its own and a default that fits it."""
    rows = reference()
    assert len({row.key for row in rows}) == len(rows)
    assert {row.namespace for row in rows} - {""} == NAMESPACES
    for row in rows:
        assert row.doc.endswith("."), row
        assert "\n" not in row.doc
        assert describe_misfit(row, row.default) == "", row


def test_the_reference_is_ones_own():
    """Whoever changes the list that reference() returns changes nothing else."""
    reference().clear()
    assert reference()


@pytest.mark.parametrize("name", SERVER_KEYS.split())
def test_server_settings(name):
    """Every server setting of CherryPy is known, also for a named server."""
    assert find_setting(f"server.{name}") is not None
    other = find_setting(f"server.other.{name}")
    assert other is not None
    assert other.key == f"server.other.{name}"


@pytest.mark.parametrize(
    "key", sorted({key for preset in environments.values() for key in preset})
)
def test_what_environments_set_is_known(key):
    """The presets use settings that exist."""
    assert key.startswith("tools.") or find_setting(key) is not None


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("environment", "environment"),
        ("engine.autoreload.on", "autoreload.on"),
        ("engine.my_plugin.frequency", "my_plugin.frequency"),
        ("engine.SIGHUP", "SIGHUP"),
        ("log.screen", "screen"),
        ("log.rot_maxBytes", "rot_<name>"),
        ("checker.check_localhost", "check_<name>"),
        ("tree.blog", "<name>"),
        ("hooks.before_handler", "before_handler"),
        ("hooks.before_handler.mine", "before_handler.<name>"),
        ("request.body.maxbytes", "body.maxbytes"),
        ("request.uri_encoding", "uri_encoding"),
        ("request.allowed_hosts", "allowed_hosts"),
        ("request.max_params", "max_params"),
        ("request.max_cookie_bytes", "max_cookie_bytes"),
        ("response.headers.X-Powered-By", "headers.<name>"),
        ("response.stream", "stream"),
        ("error_page.404", "<code>"),
        ("error_page.default", "default"),
        ("wsgi.pipeline", "pipeline"),
        ("wsgi.gzip.level", "<name>.<argument>"),
    ],
)
def test_known_keys(key, name):
    """A key finds its row, through names that are free as well."""
    setting = find_setting(key)
    assert setting is not None
    assert setting.name == name


@pytest.mark.parametrize(
    "key",
    [
        "server.socket_prot",
        "server.other.socket_prot",
        "server..socket_port",
        "engine.autoreload.of",
        "engine.plugin.",
        "engine..on",
        "engine.foo",
        "log.sreen",
        "log.rot_",
        "checker.check_",
        "tree.",
        "hooks.befor_handler",
        "hooks.nowhere.mine",
        "hooks.before_handler.",
        "request.show_traceback",
        "request.throws",
        "request.body.bufsize",
        "request.body.maxrambytes",
        "request.body.parts",
        "response.headers.",
        "error_page.200",
        "error_page.4040",
        "error_page.\N{ARABIC-INDIC DIGIT FOUR}04",
        "error_page.x",
        "wsgi.pipelines",
        "wsgi.gzip.",
        "wsgi..level",
        "nowhere.at_all",
        "plain",
    ],
)
def test_unknown_keys(key):
    """What no row allows is unknown."""
    assert find_setting(key) is None


def test_the_autoreloader_is_off_unless_asked():
    """The table says what holds without a key: `engine.autoreload.on` is one to ask for."""
    setting = find_setting("engine.autoreload.on")
    assert setting is not None
    assert setting.default is False


def test_plugins():
    """The engine's plugins with settings are known by name."""
    assert set(PLUGINS) == {"autoreload", "thread_manager", "signal_handler", "signals"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("server.socket_port", 8080),
        ("server.socket_port", None),
        ("server.socket_timeout", 0.5),
        ("server.socket_timeout", 5),
        ("server.socket_file", pathlib.Path("/run/x.sock")),
        ("server.protocol_version", "HTTP/1.0"),
        ("server.protocol_version", None),
        ("log.screen", True),
        ("log.screen", 0),
        ("log.access_file", ""),
        ("engine.autoreload.files", {"a"}),
        ("engine.SIGHUP", None),
        ("request.dispatch", print),
        ("request.error_page", {404: "x"}),
        ("response.status", 201),
        ("response.headers.X", object()),
        ("hooks.before_handler", "a.b"),
        ("error_page.404", logging.getLogger),
        ("request.allowed_hosts", [".a.example", "[::1]", "*"]),
        ("request.allowed_hosts", None),
    ],
)
def test_values_that_fit(key, value):
    """A value of a right type fits; None always does."""
    assert describe_misfit(find_setting(key), value) == ""


@pytest.mark.parametrize(
    ("key", "value", "misfit"),
    [
        ("server.socket_port", "8080", "is '8080', which is not a whole number"),
        ("server.socket_port", True, "is True, which is not a whole number"),
        ("server.socket_timeout", "5", "is '5', which is not a whole number or a number"),
        ("log.screen", "False", "is 'False', which is not True or False"),
        ("log.screen", 2, "is 2, which is not True or False"),
        ("log.access_file", 1, "is 1, which is not a text or a path"),
        ("engine.autoreload.files", "a", "is 'a', which is not a list"),
        ("request.dispatch", "a.b", "is 'a.b', which is not something that can be called"),
        ("request.error_page", [], "is [], which is not a dict"),
        (
            "server.protocol_version",
            "HTTP/2",
            "is 'HTTP/2', which is not one of 'HTTP/1.0', 'HTTP/1.1'",
        ),
        ("request.allowed_hosts", 1, "is 1, which is not a list or a text"),
        (
            "request.allowed_hosts",
            ["a.example", "https://b.example"],
            "holds 'https://b.example', which no host can be; write names such as 'a.example', "
            "'.a.example' (and all below), '[::1]', or '*'",
        ),
    ],
)
def test_values_that_do_not_fit(key, value, misfit):
    """A value of a wrong type is described in words."""
    assert describe_misfit(find_setting(key), value) == misfit


def test_without_types_anything_fits():
    """A setting of any type takes any value."""
    assert fits(object(), ())


def test_types_without_a_word_have_their_name():
    """A type that the table has no word for is called by its name."""
    assert name_types((bytes,)) == "bytes"


def test_obsolete_keys_name_keys_that_exist():
    """What takes the place of an obsolete key exists."""
    for successor in filter(None, OBSOLETE.values()):
        assert successor.startswith("tools.") or find_setting(successor)


def test_defaults_of_the_site_are_tools():
    """The site's own defaults are settings of tools."""
    assert all(key.startswith("tools.") for key in SiteConfig.defaults)


@pytest.mark.parametrize(
    ("word", "expected"), [("gzpi", "gzip"), ("gzip", "gzip"), ("charset", None), ("", None)]
)
def test_nearest(word, expected):
    """The nearest word is found, and no far-fetched one."""
    assert nearest(word, ["gzip", "sessions"]) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("server.socket_prot", "server.socket_port"),
        ("request.show_traceback", "request.show_tracebacks"),
        ("server.port", "server.socket_port"),
        ("server.zzz", None),
        ("server.", None),
        ("log.<name>", None),
    ],
)
def test_nearest_key(key, expected):
    """The nearest key of the same namespace is found; rows with free names are no answer."""
    assert nearest_key(key) == expected


def test_a_setting_has_a_key():
    """The key of a setting is namespace and name."""
    assert Setting("log", "screen", (), None, "").key == "log.screen"
    assert Setting("", "environment", (), None, "").key == "environment"


def test_a_class_of_dispatchers_is_no_dispatcher():
    """`request.dispatch` wants one that is made, and is told how."""
    misfit = describe_misfit(find_setting("request.dispatch"), MethodDispatcher)
    assert misfit == "is the class MethodDispatcher; write MethodDispatcher() for one of it"
    assert describe_misfit(find_setting("request.dispatch"), MethodDispatcher()) == ""
    assert describe_misfit(find_setting("request.dispatch"), print) == ""
