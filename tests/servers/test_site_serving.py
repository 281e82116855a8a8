"""A whole site serves: its addresses, signals at any moment, and nothing left behind."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import types

import pytest

from wsgicherry.core.expose import expose
from wsgicherry.core.tree import Tree
from wsgicherry.process.wspbus import states
from wsgicherry.serving.server import Server
from wsgicherry.site import Site


class Root:
    """One page."""

    @expose
    def index(self):
        return "hello"


@pytest.fixture
def site(logger_root):
    """A site that serves on a free port, quietly; its engine exits at the end."""
    site = Site(logger_root)
    site.config.update({"log.screen": False, "server.socket_port": 0})
    logging.getLogger(logger_root).propagate = False
    site.tree.mount(Root())
    yield site
    if site.engine.state is not states.EXITING:
        site.engine.is_embedded = True  # this process is the tests'
        site.engine.exit()


def count_files():
    """Return how many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


# -- cycles ------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system has no /proc")
def test_twenty_cycles_leave_nothing(site, raw_client, tmp_path):
    """20 times engine.start() and engine.exit(): no thread, file or socket more."""
    path = str(tmp_path / "cycle.sock")
    site.config.update(
        {
            "server.other.socket_file": path,
            "log.error_file": str(tmp_path / "error.log"),
            "engine.autoreload.on": True,
        }
    )
    site.engine.start()
    site.engine.exit()
    threads, files = set(threading.enumerate()), count_files()
    for _ in range(20):
        site.engine.start()
        _, port = site.server.bound_addr
        for address in (port, path):
            client = raw_client(address)
            assert client.request(headers={"Connection": "close"}).body == b"hello"
            client.close()
        site.engine.exit()
        assert not os.path.exists(path)
    assert set(threading.enumerate()) <= threads
    assert count_files() <= files


# -- addresses ---------------------------------------------------------------------------------

HEAD = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits "ignore"
import wsgicherry
from wsgicherry.globals import site

class Root:
    @wsgicherry.expose
    def index(self):
        return "hello"

"""


@pytest.fixture
def run(start_process, tmp_path):
    """Run a program that begins with HEAD: run(text, *arguments)."""

    def run(text, *arguments):
        (tmp_path / "program.py").write_text(HEAD + text)
        return start_process([sys.executable, "program.py", *arguments], cwd=tmp_path)

    return run


STARTS = {
    "quickstart": "wsgicherry.quickstart(Root())\n",
    "engine.start": (
        "wsgicherry.tree.mount(Root())\nwsgicherry.engine.start()\nwsgicherry.engine.block()\n"
    ),
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS.keys())
def test_a_busy_port(run, start):
    """One sentence with the port and how to change it, the exit code 1, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        program = run(f"wsgicherry.config.update({{'server.socket_port': {port}}})\n{start}")
        assert program.wait() == 1
    (line,) = program.lines
    assert line.startswith(f"127.0.0.1:{port} is in use by another program; ")
    assert "server.socket_port" in line


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"server.socket_port": 70_000}, "server.socket_port is 70000; it must be 0 to 65535."),
        ({"server.ssl_module": 7}, "The configuration is refused:"),
        ({"server.ssl_certificate": "x.pem"}, "server.ssl_certificate cannot be served: "),
        ({"server.socket_file": "/no/such/place"}, "Cannot listen on /no/such/place: "),
        ({"server.instance": "no.such.thing"}, "server.instance 'no.such.thing' cannot be"),
    ],
)
def test_what_cannot_be_served_is_refused(site, config, sentence):
    """A start that cannot be is refused in one sentence; nothing has started."""
    site.config.update(config)
    started = []
    site.engine.subscribe("start", lambda: started.append(1), 1)
    with pytest.raises(SystemExit) as caught:
        site.engine.start()
    assert caught.value.code.startswith(sentence)
    assert started == []
    assert site.engine.state is states.STOPPED


def test_a_busy_second_address_frees_the_first(site, tmp_path):
    """All addresses are bound, or none: what was bound already is released."""
    path = tmp_path / "first.sock"
    site.config.update({"server.socket_file": str(path)})
    with socket.create_server(("127.0.0.1", 0)) as busy:
        site.config.update({"server.two.socket_port": busy.getsockname()[1]})
        with pytest.raises(SystemExit, match="is in use by another program"):
            site.engine.start()
    assert not path.exists()
    assert site.server.httpserver is None


def test_an_error_of_a_servers_maker_is_no_sentence(site, tmp_path):
    """What a program's own server raises stays its own, and addresses are released."""
    path = tmp_path / "first.sock"

    def make(server):
        raise KeyError("broken")

    module = types.ModuleType("broken_maker")
    module.make = make
    sys.modules["broken_maker"] = module
    try:
        site.config.update(
            {"server.socket_file": str(path), "server.two.instance": "broken_maker.make"}
        )
        with pytest.raises(KeyError, match="broken"):
            site.engine.start()
    finally:
        del sys.modules["broken_maker"]
    assert not path.exists()


def test_servers_that_do_not_start_are_not_bound(site):
    """A server that is off, or that left the bus, may be configured to whatever it likes."""
    site.config.update(
        {"server.two.socket_port": 70_000, "server.two.on": False, "server.on": False}
    )
    site.engine.start()
    assert not site.server.running
    assert not site.servers["two"].running


def test_a_server_of_ones_own_making_is_bound_too(site):
    """A Server that a program has subscribed is like one that config has made."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        own = Server(site.engine, site.tree)
        own.socket_port = busy.getsockname()[1]
        own.subscribe()
        with pytest.raises(SystemExit, match="is in use by another program"):
            site.engine.start()


def test_a_second_start_while_serving_releases_nothing(site, raw_client):
    """unbind() leaves alone what is served."""
    site.engine.start()
    site.unbind()
    assert raw_client(site.server.bound_addr[1]).request().body == b"hello"


@pytest.mark.parametrize(
    "config",
    [
        {"global": {"engine.autorelaod.on": True}},
        {"/": {"request.show_tracebaks": True}},
        {"global": {"environment": "prodution"}},
    ],
)
def test_quickstart_refuses_a_wrong_config_in_a_sentence(site, config):
    """What stops a start is told without a traceback, whenever it is found."""
    with pytest.raises(SystemExit) as caught:
        site.quickstart(Root(), "", config)
    first, *findings = caught.value.code.split("\n")
    assert first == "The configuration is refused:"
    assert len(findings) == 1


# -- Ctrl-C and SIGTERM ------------------------------------------------------------------------

STRIKE = """
moment, number = sys.argv[1], int(sys.argv[2])
engine = wsgicherry.engine

def strike(*arguments):
    os.kill(os.getpid(), number)

if moment.isdecimal():
    engine.subscribe("start", strike, int(moment))
elif moment == "preparation":
    prepare = engine.prepare
    engine.prepare = lambda: (prepare(), strike())
elif moment == "greeting":
    site._greet = strike
elif moment == "main":
    engine.subscribe("main", strike)
else:
    engine.subscribe("log", lambda message, level: strike() if message == moment else None)
wsgicherry.config.update({"server.socket_file": "site.sock"})
"""

STARTING = ("preparation", "Bus STARTING", "10", "74", "76", "Bus STARTED", "greeting", "main")
# A Ctrl-C in the middle of an exit ends the process at once, on purpose.
EXITING = ("Bus STOPPING", "Bus EXITED")


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        *((moment, signal.SIGTERM) for moment in STARTING + EXITING),
        *((moment, signal.SIGINT) for moment in STARTING),
    ],
)
def test_a_signal_at_any_moment_ends_in_order(run, tmp_path, moment, number):
    """While it starts, greets, serves: the code is 0, and no socket file is left behind."""
    text = "wsgicherry.quickstart(Root())\n"
    if moment in EXITING:
        text = f"engine.subscribe('main', engine.exit)\n{text}"
    program = run(STRIKE + text, moment, str(int(number)))
    assert program.wait() == 0, program.output
    assert "Traceback" not in program.output
    assert "Exception ignored" not in program.output
    assert not (tmp_path / "site.sock").exists()
    if moment != "preparation":
        assert program.output.count("Bus EXITED") == 1


@pytest.mark.parametrize("moment", ["Bus STARTING", "10", "76", "Bus STARTED", "main"])
def test_a_sigterm_to_a_program_that_starts_the_engine_itself(run, tmp_path, moment):
    """signals.subscribe(), start() and block() by hand end in order as well."""
    text = (
        "engine.signals.subscribe()\nwsgicherry.tree.mount(Root())\n"
        "engine.start()\nengine.block()\n"
    )
    program = run(STRIKE + text, moment, str(int(signal.SIGTERM)))
    assert program.wait() == 0, program.output
    assert "Traceback" not in program.output
    assert not (tmp_path / "site.sock").exists()


def test_a_sigterm_before_the_first_start(run):
    """Who has its signals handled and has not started anything simply ends."""
    text = "wsgicherry.engine.signals.subscribe()\nos.kill(os.getpid(), signal.SIGTERM)\n"
    program = run(text + "print('lived')\nwsgicherry.quickstart(Root())\n")
    assert program.wait() == 0
    assert "lived" not in program.output


# -- what is served ----------------------------------------------------------------------------


def plain(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"plain"]


def test_serve_an_application_of_its_own(site, raw_client):
    """serve() takes the place of the tree; the check is about what is served."""
    site.tree.mount(Root(), "/wrong", {"/": {"tools.gzpi.on": True}})
    app = site.Application(Root(), "/shop", {"/": {"response.headers.X-Own": "yes"}})
    site.serve(app)
    assert site.mounts == {"/shop": app}
    assert site.check() == []
    site.engine.start()
    response = raw_client(site.server.bound_addr[1]).request(target="/")
    assert (response.body, response.header("X-Own")) == (b"hello", "yes")


def test_serve_another_tree(site):
    """What is mounted in the tree that is served is checked, and greeted with."""
    tree = Tree(site, site.Application)
    app = tree.mount(Root(), "/second", {"/": {"tools.gzpi.on": True}})
    site.serve(tree)
    assert site.mounts == {"/second": app}
    assert site.find_applications() == [app]
    (finding,) = site.check()
    assert "tools.gzpi" in str(finding)


def test_serve_middleware(site):
    """Foreign middleware may hold anything: every application is checked."""
    loose = site.Application(Root(), "/loose", {"/": {"tools.gzpi.on": True}})
    assert site.check() == []
    site.serve(plain)
    mounted = site.tree.apps[""]
    assert site.mounts == {"": mounted}
    assert site.find_applications() == [mounted, loose]
    assert len(site.check()) == 1
    del site.tree.apps[""]
    assert site.mounts == {"": plain}


def test_servers_made_later_serve_it_too(site, raw_client):
    """Every server serves it, now or later made, but one with an application of its own."""
    site.config.update({"server.own.socket_port": 0, "server.old.socket_port": 0})
    site.servers["own"].application = site.tree.not_found
    site.serve(plain)
    site.config.update({"server.new.socket_port": 0})
    assert site.servers["own"].application == site.tree.not_found
    site.engine.start()
    for server in (site.server, site.servers["old"], site.servers["new"]):
        assert raw_client(server.bound_addr[1]).request().body == b"plain"


# -- the greeting ------------------------------------------------------------------------------


@pytest.fixture
def greet(site, capsys):
    """Run the site until it is started; return what it printed on stderr."""

    def greet():
        site.engine.subscribe("main", site.engine.exit)
        try:
            site.run()
        finally:
            site.engine.signals.unsubscribe()
            site.log.screen = False
        return capsys.readouterr().err

    return greet


def test_the_greeting_names_every_server(site, greet):
    """One line has all addresses; the applications are there with their script names."""
    site.config.update({"log.screen": True, "server.two.socket_port": 0, "server.x.on": False})
    site.tree.mount(Root(), "/blog")
    lines = greet().splitlines()
    (line,) = [line for line in lines if line.startswith("Open ")]
    assert line.count("http://127.0.0.1:") == 2
    assert "Mounted: /, /blog" in lines


def test_nobody_is_greeted_without_a_screen_or_a_server(site, greet):
    """`log.screen` False means silence."""
    assert greet() == ""


def test_a_closed_stderr_stops_nothing(site, greet, monkeypatch):
    """A terminal that has gone away is no reason to end."""
    site.config.update({"log.screen": True})
    with open(os.devnull, "w") as closed:
        pass
    monkeypatch.setattr(sys, "stderr", closed)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    greet()
    assert site.engine.state is states.EXITING


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({}, True),
        ({"server.two.socket_host": "0.0.0.0", "server.two.socket_port": 0}, False),
        ({"server.two.socket_host": "0.0.0.0", "server.two.on": False}, True),
        ({"server.socket_host": "0.0.0.0"}, False),
        ({"server.socket_file": "UNIX"}, False),
        ({"environment": "production"}, False),
    ],
)
def test_tracebacks_are_for_this_machine_alone(site, greet, tmp_path, config, shown):
    """Not when any server listens elsewhere, nor on a unix socket: that is for a proxy."""
    unix = str(tmp_path / "x.sock")
    site.config.update({k: unix if v == "UNIX" else v for k, v in config.items()})
    site.config.update({"log.screen": False})
    greet()
    assert bool(site.config.get("request.show_tracebacks")) is shown


def test_quickstart_reads_an_open_file_once(site, greet, tmp_path):
    """[global] and the path sections of one open file reach the site and the application."""
    path = tmp_path / "app.conf"
    path.write_text("[global]\nserver.thread_pool: 3\n[/]\nresponse.headers.X-A: 'yes'\n")
    site.engine.subscribe("main", site.engine.exit)
    with open(path) as file:
        try:
            site.quickstart(Root(), "", file)
        finally:
            site.engine.signals.unsubscribe()
    assert site.server.thread_pool == 3
    assert site.tree.apps[""].config["/"] == {"response.headers.X-A": "yes"}
