"""What site-wide config does to the parts of a site, and what it refuses at once."""

from __future__ import annotations

import os

import pytest

from wsgicherry.core.config import ConfigError
from wsgicherry.process.plugins import SimplePlugin


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "engine.autorelaod.on",
            True,
            "engine.autorelaod.on = True: The engine has no plugin 'autorelaod'. Did you mean "
            "'engine.autoreload.on'?",
        ),
        ("engine.nothing_like_it.x", 1, "Its plugins are autoreload, signal_handler, "),
        ("engine.execv.on", True, "The engine has no plugin 'execv'."),
        ("engine.autoreload.frequncy", 1, "Did you mean 'engine.autoreload.frequency'?"),
        ("engine.SIGHPU", None, "There is no setting 'engine.SIGHPU'. Did you mean"),
        ("server.socket_prot", 1, "Did you mean 'server.socket_port'?"),
        ("server.admin.socket_prot", 1, "There is no setting 'server.admin.socket_prot'."),
        ("log.sreen", True, "log.sreen = True: There is no setting 'log.sreen'. Did you mean"),
        ("checker.off", True, "There is no setting 'checker.off'."),
    ],
)
def test_a_slip_is_refused_at_once(site, key, value, message):
    """The error has the key, its value and the nearest right spelling; nothing is changed."""
    with pytest.raises(ConfigError) as caught:
        site.config.update({key: value})
    assert message in str(caught.value)
    assert caught.value.key == key
    assert site.servers == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.conf", "[global]\n\nengine.autorelaod.on: True\n"),
        ("app.toml", "[global]\n\nengine.autorelaod.on = true\n"),
    ],
)
def test_a_slip_in_a_file_has_its_place(site, tmp_path, name, text):
    """File and line are named."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        site.config.update(str(path))
    assert str(caught.value).startswith(f"{path}:3: engine.autorelaod.on = True: ")


@pytest.mark.parametrize("key", ["engine.timeout_monitor.on", "server.default_content_type"])
def test_what_is_obsolete_acts_no_more(site, key):
    """CherryPy's old keys are advice of the checker, not an error."""
    site.config.update({key: 1})
    (finding,) = site.check()
    assert finding.severity == "advice"


def test_attributes_that_recipes_use(site):
    """`log.rot_*` and `checker.check_*` are a program's own."""
    site.config.update({"log.rot_maxBytes": 10, "checker.check_localhost": False})
    assert site.log.rot_maxBytes == 10
    assert site.checker.check_localhost is False


def test_a_plugin_of_ones_own(site):
    """What a program has set on the engine can be switched and configured, whatever it has."""

    class Mine(SimplePlugin):
        speed = 1

        def start(self):
            """Listen to the start."""

    class Bare:
        """Something that cannot be subscribed."""

    site.engine.mine, site.engine.bare = Mine(site.engine), Bare()
    site.config.update(
        {"engine.mine.on": True, "engine.mine.speed": 3, "engine.bare.anything": 4}
    )
    assert site.engine.mine.speed == 3
    assert site.engine.mine.start in site.engine.listeners["start"]
    assert site.engine.bare.anything == 4
    assert site.check() == []
    with pytest.raises(ConfigError, match="no plugin 'bare'"):
        site.config.update({"engine.bare.on": True})


def test_a_file_of_the_socket_may_be_a_path(site, tmp_path):
    """A pathlib.Path is as good as a text."""
    site.config.update({"server.socket_file": tmp_path / "x.sock"})
    assert site.server.socket_file == str(tmp_path / "x.sock")


def test_a_silenced_check(site):
    """`checker.check_<rule>` False silences that advice, and no other."""
    site.server.unsubscribe()
    lines = []
    site.log.error = lambda message, *rest: lines.append(message)
    site.config.update({"server.socket_host": "localhost", "log.screen": False})
    site.prepare()
    assert len(lines) == 1
    site.config.update({"checker.check_localhost": False, "log_file": "x"})
    lines.clear()
    site.prepare()
    (line,) = lines
    assert "log_file" in line


# -- files that the autoreloader watches -------------------------------------------------------


def test_config_files_are_watched(site, tmp_path, monkeypatch):
    """Files of the site and of its applications, by absolute names, also if they are broken."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.conf").write_text("[global]\nengine.autoreload.frequency: 2\n")
    (tmp_path / "app.conf").write_text("[/]\ntools.gzip.on: True\n")
    (tmp_path / "more.conf").write_text("[/x]\n")
    site.config.update("site.conf")
    app = site.tree.mount(object(), "", os.fspath("app.conf"))
    with pytest.raises(OSError, match="absent"):
        site.config.update("absent.conf")
    assert site.config.files == ["site.conf", "absent.conf"]
    files = {str(tmp_path / name) for name in ("site.conf", "app.conf", "absent.conf")}
    assert site.engine.autoreload.files == files
    app.merge(tmp_path / "more.conf")
    assert site.engine.autoreload.files == files | {str(tmp_path / "more.conf")}


def test_more_files_by_config_replace_none_of_these(site, tmp_path):
    """`engine.autoreload.files` adds to the config files, whichever comes first."""
    path = tmp_path / "site.conf"
    path.write_text("[global]\nengine.autoreload.files: ['one.txt']\n")
    site.config.update(path)
    assert site.engine.autoreload.files == {str(path), "one.txt"}
    site.config.update({"engine.autoreload.files": ("two.txt",)})
    assert site.engine.autoreload.files == {str(path), "two.txt"}
