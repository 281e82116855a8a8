"""The command line as a whole, and `serve` in this process."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import socket
import sys
from pathlib import Path

import pytest

import wsgicherry
from wsgicherry.__main__ import main
from wsgicherry.process.wspbus import states


@pytest.fixture
def serve(site, write, capsys):
    """Run `serve shop` with options; it exits as soon as it is started."""

    def serve(*options, target="shop"):
        site.engine.subscribe("main", site.engine.exit)
        code = main(["serve", target, *options])
        return code, capsys.readouterr().err

    return serve


def test_versions(capsys):
    """--version names what a report of a bug should."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == (
        f"wsgicherry {wsgicherry.__version__}, WebOb {importlib.metadata.version('webob')}, "
        f"Python {platform.python_version()}\n"
    )


def test_no_command(capsys):
    """Without a command the help says which there are."""
    assert main([]) == 2
    err = capsys.readouterr().err
    assert "serve" in err
    assert "check" in err


@pytest.mark.parametrize("argv", [["srve"], ["serve"], ["serve", "a", "--prt", "1"]])
def test_a_wrong_command_line(argv, capsys):
    """What argparse refuses ends with 2 and the usage."""
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    assert "usage: wsgicherry" in capsys.readouterr().err


def test_python_dash_m(start_process, tmp_path):
    """`python -m wsgicherry` is the command."""
    process = start_process([sys.executable, "-m", "wsgicherry", "--version"], cwd=tmp_path)
    assert process.wait() == 0
    assert process.output.startswith(f"wsgicherry {wsgicherry.__version__}, ")


def test_ctrl_c_while_loading(site, write, capsys):
    """Who presses Ctrl-C while the program is loaded sees no traceback."""
    write("raise KeyboardInterrupt")
    assert main(["check", "shop"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("letter", ["-d", "-f", "-s", "-x"])
def test_letters_of_cherryd_that_are_refused(letter, capsys):
    """One sentence says what to use instead."""
    assert main(["serve", letter, "shop"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"{letter} (")
    assert "gunicorn" in err
    assert err.count("\n") == 1


def test_serve_starts_and_ends_the_engine(serve, site, write):
    """The engine runs with the server, its address on the banner; then the code is 0."""
    write()
    code, err = serve("--host", "127.0.0.1", "--port", "0")
    assert code == 0
    assert "Open http://127.0.0.1:" in err
    assert site.engine.state is states.EXITING


def test_the_command_line_beats_the_config(serve, site, write):
    """--port wins over a unix socket of the config."""
    write()
    write("[global]\nserver.socket_file: 'shop.sock'\n", "shop.conf", pages="")
    assert serve("-c", "shop.conf", "--port", "0")[0] == 0
    assert site.server.socket_file is None
    assert site.config.origin("server.socket_port") == "the command line"


def test_every_server_serves_the_program(serve, site, write):
    """A second server has the same application, and one that is off stays off."""
    write()
    site.config.update(
        {
            "server.two.socket_port": 0,
            "server.off.on": False,
            "server.off.socket_port": 70_000,
        }
    )
    assert serve("--port", "0", target="shop:plain")[0] == 0
    application = sys.modules["shop"].plain
    assert site.server.application is site.servers["two"].application is application


def test_a_server_with_an_application_of_its_own_keeps_it(serve, site, write):
    """What the program gave to a server is not taken away."""
    write()
    site.config.update({"server.two.socket_port": 0})
    own = site.servers["two"].application = site.tree.not_found
    assert serve("--port", "0", target="shop:plain")[0] == 0
    assert site.servers["two"].application is own


def test_the_tree_of_another_site(serve, site, write):
    """A program with a site of its own is served with that site's engine and config."""
    write(
        "from wsgicherry.site import Site\n"
        "own = Site(logger_root='test.cli.own')\n"
        "own.tree.mount(Root(), '/own')\n"
        "own.engine.subscribe('main', own.engine.exit)\n"
        "app = own.tree"
    )
    write("[global]\nserver.thread_pool: 2\n", "shop.conf", pages="")
    assert serve("--port", "0", "-c", "shop.conf")[0] == 0
    own = sys.modules["shop"].own
    own.engine.signals.unsubscribe()
    own.log.screen = False
    assert own.server.thread_pool == 2
    assert site.engine.state is states.STOPPED


def test_a_tree_beside_the_sites_own(serve, site, write):
    """A second tree is what the site serves, greets with and checks."""
    write(
        "from wsgicherry import cli\n"
        "from wsgicherry.core.tree import Tree\n"
        "wsgi = Tree(cli.site, cli.site.Application)\n"
        "wsgi.mount(Root(), '/second')"
    )
    code, err = serve("--port", "0")
    assert code == 0
    assert "Mounted: /second\n" in err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--unix", "x", "--port", "1"], "--unix goes without --host and --port"),
        (["--host", ""], "server.socket_host '' is not allowed"),
        (["--port", "70000"], "server.socket_port is 70000; it must be 0 to 65535."),
        (["-p", "."], "The pidfile '.' cannot be written"),
        (["-p", "no/such/file"], "The pidfile 'no/such/file' cannot be written"),
    ],
)
def test_an_address_or_pidfile_that_cannot_be(serve, site, write, options, complaint):
    """One sentence, the code 1, and nothing is started."""
    write()
    code, err = serve(*options)
    assert code == 1
    assert err.startswith(complaint)
    assert err.count("\n") == 1
    assert site.engine.state is states.STOPPED


def test_a_busy_second_address_frees_the_first(serve, site, write, tmp_path):
    """If one of several addresses is taken, no socket of the others is left behind."""
    write()
    with socket.create_server(("127.0.0.1", 0)) as busy:
        site.config.update({"server.two.socket_port": busy.getsockname()[1]})
        code, err = serve("--unix", "shop.sock")
    assert code == 1
    assert "is in use by another program" in err
    assert not os.path.exists(tmp_path / "shop.sock")


@pytest.mark.parametrize("target", ["shop:app", "shop:wrapped"])
def test_what_is_mounted_is_greeted_with(serve, site, write, target):
    """An application of the tree means the tree; middleware around it hides no mounts."""
    write(
        "from wsgicherry import cli\n"
        "app = cli.site.tree.mount(Root(), '/shop')\n"
        "wrapped = lambda environ, start: cli.site.tree(environ, start)"
    )
    tree = site.tree
    code, err = serve("--port", "0", target=target)
    assert code == 0
    assert "Mounted: /shop\n" in err
    expected = tree if target == "shop:app" else sys.modules["shop"].wrapped
    assert site.server.application is expected
    assert site.tree is tree


def test_findings_stop_the_start(serve, site, write):
    """Nothing is bound nor started with a config that is refused."""
    write()
    write("[/]\ntools.gzpi.on: True\n", "shop.conf", pages="")
    code, err = serve("-c", "shop.conf", "--unix", "shop.sock")
    assert code == 1
    assert err.startswith("The configuration is refused:\nshop.conf:2: [/] tools.gzpi.on: ")
    assert not os.path.exists("shop.sock")


def test_a_pidfile_lives_as_long_as_the_process_serves(serve, site, write):
    """The pidfile holds the process's id while the engine runs, and is removed at the exit."""
    write()
    found = []
    site.engine.subscribe("start", lambda: found.append(Path("shop.pid").read_text()), 90)
    assert serve("--port", "0", "--pidfile", "shop.pid")[0] == 0
    assert found == [f"{os.getpid()}\n"]
    assert not os.path.exists("shop.pid")


def test_a_code_of_ones_own(serve, site, write):
    """A start listener that ends the process by SystemExit chooses the exit code."""
    write()

    def refuse():
        raise SystemExit(3)

    site.engine.subscribe("start", refuse)
    with pytest.raises(SystemExit) as caught:
        serve("--port", "0")
    assert caught.value.code == 3
