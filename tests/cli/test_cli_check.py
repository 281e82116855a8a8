"""`wsgicherry check`: findings on stdout, one a line, and the exit code."""

from __future__ import annotations

import os
import sys

import pytest

from wsgicherry.cli import main
from wsgicherry.process.wspbus import states

BAD_INI = """\
[global]
server.socket_port: "x"
server.shutdown_timeout: 3

[/]
tools.gzpi.on: True
tools.gzip.mime_type: ["text/*"]
request.show_traceback: True

[/sohp]
tools.gzip.on: True
"""

BAD_TOML = """\
[global]
server.thread_pool = "many"

["/"]
tools.json_otu.on = true
"""


@pytest.fixture
def check(site, write, capsys):
    """Run `check shop` with options; return the exit code, the lines on stdout, and stderr."""

    def check(*options, target="shop"):
        code = main(["check", target, *options])
        out, err = capsys.readouterr()
        assert site.engine.state is states.STOPPED
        assert site.server.bound_addr == site.server.bind_addr
        return code, out.splitlines(), err

    return check


def test_a_good_config_has_no_findings(check, write):
    """All is well: one line says so, and the code is 0."""
    write()
    write("[/]\ntools.gzip.on: True\n", "app.conf", pages="")
    assert check("-c", "app.conf", "-e", "production") == (0, ["No findings."], "")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "app.conf",
            BAD_INI,
            [
                ("app.conf:2: [global] server.socket_port", "'x'"),
                ("app.conf:6: [/] tools.gzpi.on", "'tools.gzip'"),
                ("app.conf:7: [/] tools.gzip.mime_type", "'tools.gzip.mime_types'"),
                ("app.conf:8: [/] request.show_traceback", "'request.show_tracebacks'"),
                ("app.conf:10: [/sohp]", "'sohp'"),
            ],
        ),
        (
            "app.toml",
            BAD_TOML,
            [
                ("app.toml:2: [global] server.thread_pool", "whole number"),
                ("app.toml:5: [/] tools.json_otu.on", "'tools.json_out'"),
            ],
        ),
    ],
)
def test_each_finding_is_a_line(check, write, name, text, expected):
    """File, line, section, key, what is wrong and the nearest right spelling; the code is 1."""
    write()
    write(text, name, pages="")
    code, lines, err = check("-c", name)
    assert (code, err) == (1, "")
    for place, remedy in expected:
        (line,) = [line for line in lines if line.startswith(place)]
        assert remedy in line
    assert len(lines) == len(expected)


def test_advice_does_not_fail(check, write):
    """What does not stop a start is printed as advice, and the code is 0."""
    write()
    write('[global]\nserver.socket_host: "localhost"\n', "app.conf", pages="")
    code, lines, _ = check("-c", "app.conf")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith("app.conf:2: [global] server.socket_host: 'localhost' may")
    assert lines[0].endswith("(advice)")


def test_a_key_that_stops_the_update_is_a_finding(check, write):
    """A value that fails when it is applied is told as the check would tell it."""
    write()
    write("[global]\nlog.error_file: 3.5\n", "app.conf", pages="")
    code, lines, err = check("-c", "app.conf")
    assert (code, err) == (1, "")
    assert ["app.conf:2: [global] log.error_file: " in line for line in lines] == [True]


def test_a_plugin_that_does_not_exist(check, write):
    """The engine's refusal is told with the file's name, and without a traceback."""
    write()
    write("[global]\nengine.autorelaod.on: True\n", "app.conf", pages="")
    code, lines, err = check("-c", "app.conf")
    told = "\n".join([*lines, err])
    assert code == 1
    assert "app.conf" in told
    assert "autorelaod" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("site.Application(Root(), '', {'/': {'tools.gzip.level': 3}})", "tools.gzip.level"),
        ("site.Application(Root(), '', {'tools.gzip.on': True})", "doesn't have any sections"),
        ("site.config.update({'environment': 'prodution'})", "did you mean 'production'?"),
    ],
)
def test_what_is_refused_while_loading_is_a_finding(check, write, text, complaint):
    """ConfigError in the module is told without a traceback, and the code is 1."""
    write(f"from wsgicherry.site import Site\nsite = Site(logger_root='test.cli.own')\n{text}")
    code, lines, err = check()
    assert (code, err) == (1, "")
    assert complaint.lower() in "\n".join(lines).lower()
    assert "Traceback" not in "\n".join(lines)


@pytest.mark.parametrize("wrap", ["", "wsgi = lambda e, s, inner=app: inner(e, s)"])
def test_an_application_that_is_not_mounted_is_checked(check, write, wrap):
    """Neither standing alone nor being inside middleware hides a config from the check."""
    write(
        "from wsgicherry import cli\n"
        "app = cli.site.Application(Root(), '/shop', {'/': {'tools.gzpi.on': True}})\n" + wrap
    )
    code, lines, _ = check()
    assert code == 1
    assert ["tools.gzpi.on" in line for line in lines] == [True]


def test_a_config_file_goes_into_the_one_application_inside_middleware(check, write):
    """Path sections have one place to go to, even if the callable served is foreign."""
    write(
        "from wsgicherry import cli\n"
        "app = cli.site.Application(Root())\n"
        "wsgi = lambda e, s: app(e, s)\n"
    )
    write("[/]\ntools.gzip.on: True\n", "app.conf", pages="")
    assert check("-c", "app.conf") == (0, ["No findings."], "")
    assert sys.modules["shop"].app.config["/"] == {"tools.gzip.on": True}


def test_path_sections_with_two_applications_are_a_finding(check, site, write):
    """A file's path sections cannot mean two applications: they are not dropped silently."""
    write()
    site.tree.mount(object(), "/a")
    site.tree.mount(object(), "/b")
    write("[/]\ntools.gzip.on: True\n", "app.conf", pages="")
    code, lines, _ = check("-c", "app.conf")
    assert code == 1
    assert "pass path sections to tree.mount" in lines[0]


@pytest.mark.parametrize(
    ("options", "text", "complaint"),
    [
        (["-c", "none.conf"], "", "The config file 'none.conf' cannot be read: No such file"),
        (["-c", "app.conf"], "tools.gzip.on: True", "app.conf: File contains no section"),
        (
            ["-c", "app.conf"],
            "[global]\nserver.socket_host: ''",
            "app.conf: server.socket_host",
        ),
        (["-i", "none"], "", "There is no module 'none'"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(check, write, options, text, complaint):
    """A file or module that cannot be read is told on stderr, and the code is 1."""
    write()
    write(text, "app.conf", pages="")
    code, lines, err = check(*options)
    assert (code, lines) == (1, [])
    assert err.startswith(complaint)
    assert err.count("\n") == 1


def test_a_namespace_of_the_users_that_fails(check, site, write):
    """An error in the user's own config namespace is told from his first frame on."""
    path = write(
        "def broken(name, value): 1 / 0\nfrom wsgicherry import cli\n"
        "cli.site.config.namespaces['db'] = broken"
    )
    write("[global]\ndb.host: 'x'\n", "app.conf", pages="")
    code, lines, err = check("-c", "app.conf")
    assert (code, lines) == (1, [])
    assert err.startswith("app.conf: Traceback")
    assert f'File "{path}"' in err.splitlines()[1]
    assert err.rstrip().endswith("ZeroDivisionError: division by zero")


def test_imports_and_paths_come_first(check, write, tmp_path):
    """-i imports a module, from a directory that -P names, before the program is loaded."""
    write("VALUE = 3", "elsewhere/early.py", pages="")
    write("import sys\nassert 'early' in sys.modules")
    assert check("-P", "elsewhere", "-i", "early")[0] == 0
    assert os.path.join(tmp_path, "elsewhere") in sys.path


def test_a_module_that_serves_itself(check, write):
    """A module that calls quickstart() while it is imported is refused with the remedy."""
    write("from wsgicherry import cli\ncli.site.quickstart(Root())")
    code, _, err = check()
    assert code == 1
    assert "if __name__ == '__main__'" in err


def test_check_in_a_process_of_its_own(start_process, tmp_path):
    """The command prints the findings of a program on the global tree, and starts nothing."""
    (tmp_path / "shop.py").write_text(
        "import wsgicherry\n"
        "wsgicherry.engine.subscribe('start', lambda: print('started'))\n"
        "wsgicherry.tree.mount(object(), '', {'/': {'tools.gzpi.on': True}})\n"
    )
    check = start_process([sys.executable, "-m", "wsgicherry", "check", "shop"], cwd=tmp_path)
    assert check.wait() == 1
    (line,) = check.lines
    assert line == (
        "a dict passed to tree.mount: [/] tools.gzpi.on: there is no tool 'gzpi' in 'tools'; "
        "did you mean 'tools.gzip'?"
    )
