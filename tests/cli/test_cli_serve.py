"""`wsgicherry serve`, in processes of its own: what is served, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

# A shell's background jobs inherit an ignored SIGINT; here it is what the tests are about.
PROGRAM = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)

import wsgicherry

class Root:
    @wsgicherry.expose
    def index(self):
        return "hello"

    @wsgicherry.expose
    def setting(self):
        return str(wsgicherry.request.config.get("shop.name"))

    @wsgicherry.expose
    def wrong(self):
        raise RuntimeError("secret")

def plain(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"plain"]

def tell():
    print("listening on", wsgicherry.server.bound_addr, flush=True)

wsgicherry.engine.subscribe("start", tell, 90)
"""


@pytest.fixture
def serve(start_process, tmp_path):
    """Write shop.py and run `serve` on it: serve(text, *options, target=...)."""

    def serve(text, *options, target="shop", port=("--port", "0")):
        (tmp_path / "shop.py").write_text(PROGRAM + text)
        command = [sys.executable, "-m", "wsgicherry", "serve", target, *port, *options]
        return start_process(command, cwd=tmp_path)

    return serve


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_program_is_served_until_a_signal(serve, raw_client, number):
    """It greets, answers, and ends with 0, without a word of Python's."""
    server = serve("wsgi = wsgicherry.tree\nwsgicherry.tree.mount(Root(), '/shop')")
    assert raw_client(server.port).request(target="/shop/").body == b"hello"
    server.wait_for("Mounted: /shop$")
    server.wait_for("Press Ctrl-C")
    server.signal(number)
    assert server.wait() == 0
    assert "Bus EXITED" in server.output
    assert "Traceback" not in server.output


@pytest.mark.parametrize(
    ("text", "target", "mounted", "body"),
    [
        ("", "shop", "/", b"hello"),
        ("", "shop.py:Root", "/", b"hello"),
        ("root = Root()", "shop", "/", b"hello"),
        ("wsgicherry.tree.mount(Root())", "shop", "/", b"hello"),
        ("app = wsgicherry.tree.mount(Root())", "shop:app", "/", b"hello"),
        ("def create_app():\n    return wsgicherry.Application(Root())", "shop", "/", b"hello"),
        (
            "def make(name):\n    return wsgicherry.tree.mount(Root(), name)",
            "shop:make('')",
            "/",
            b"hello",
        ),
        ("application = plain", "shop", "/", b"plain"),
        (
            "wsgicherry.tree.mount(Root(), '/x')\napp = lambda e, s: plain(e, s)",
            "shop",
            "/x",
            b"plain",
        ),
    ],
)
def test_each_kind_of_application(serve, raw_client, text, target, mounted, body):
    """A tree, an application, a factory, a root, a foreign callable: each is served."""
    server = serve(text, target=target)
    response = raw_client(server.port).request()
    assert (response.status, response.body) == (200, body)
    server.wait_for(f"Mounted: {mounted}$")


def test_an_application_of_its_own(serve, raw_client):
    """An application that is not in the tree is served alone, greeted and logged."""
    server = serve(
        "wsgicherry.tree.mount(Root(), '/other')\n"
        "wsgi = wsgicherry.Application(Root(), '/shop')"
    )
    assert raw_client(server.port).request(target="/").body == b"hello"
    server.wait_for("Mounted: /shop$")
    server.wait_for(r'"GET /\S* HTTP/1.1" 200 ')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop.conf", "[global]\nserver.thread_pool: 3\n[/]\nshop.name: 'ini'\n"),
        ("shop.toml", "[global]\nserver.thread_pool = 3\n['/']\nshop.name = 'toml'\n"),
    ],
)
@pytest.mark.parametrize("how", ["", "wsgi = wsgicherry.Application(Root())"])
def test_a_config_file(serve, raw_client, tmp_path, name, text, how):
    """[global] goes to the site, the path sections to the one application (11.7)."""
    (tmp_path / name).write_text(text)
    server = serve(
        "wsgicherry.config.namespaces['shop'] = lambda *args: None\n"
        "def show(): print('threads:', wsgicherry.server.thread_pool)\n"
        f"wsgicherry.engine.subscribe('start', show)\n{how}",
        "-c",
        name,
    )
    body = raw_client(server.port).request(target="/setting").body
    assert body == name.rpartition(".")[2].replace("conf", "ini").encode()
    server.wait_for("threads: 3$")


def test_production_is_silent_and_shows_no_traceback(serve, raw_client):
    """-e production: no banner, no log on the screen but errors, no traceback in a page."""
    server = serve("", "-e", "production")
    port = int(server.wait_for(r"listening on \('127.0.0.1', (\d+)\)")[1])
    response = raw_client(port).request(target="/wrong")
    assert response.status == 500
    assert b"secret" not in response.body
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert "Bus STARTED" not in server.output
    assert "Open http" not in server.output
    assert "GET /wrong" not in server.output


def test_a_unix_socket_and_a_pidfile(serve, raw_client, tmp_path):
    """The socket is served and the pidfile names the process; both are gone afterwards."""
    server = serve("", "--unix", "shop.sock", "-p", "shop.pid", port=())
    server.wait_for("Press Ctrl-C")
    assert raw_client(str(tmp_path / "shop.sock")).request().body == b"hello"
    assert int((tmp_path / "shop.pid").read_text()) == server.pid
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not (tmp_path / "shop.sock").exists()
    assert not (tmp_path / "shop.pid").exists()


def test_a_busy_port(serve):
    """One sentence that names the port and the option, and the exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        server = serve("", port=("--port", str(port)))
        assert server.wait() == 1
    (line,) = server.lines
    assert line.startswith(f"127.0.0.1:{port} is in use by another program")
    assert "--port" in line


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        ("del Root, plain", [], "There is no application in 'shop'"),
        ("", ["-e", "prodution"], "the option -e: environment = 'prodution': There is no"),
        ("", ["--unix", "no/such/place"], "Cannot listen on no/such/place: No such file"),
        ("", ["-d"], "-d (daemon) is not offered"),
    ],
)
def test_what_cannot_be_served(serve, text, options, complaint):
    """One sentence on stderr, and the exit code 1."""
    server = serve(text, *options, port=())
    assert server.wait() == 1
    (line,) = server.lines
    assert line.startswith(complaint)


def test_an_error_in_the_module(serve):
    """The module's own traceback, a sentence, and the exit code 1."""
    server = serve("1 / 0")
    assert server.wait() == 1
    assert server.lines[0] == "Traceback (most recent call last):"
    assert "shop.py" in server.lines[1]
    assert server.lines[-2:] == [
        "ZeroDivisionError: division by zero",
        "Importing 'shop' failed: see the error above.",
    ]


def test_a_refused_config(serve, tmp_path):
    """Findings stop the start, each with file, line and the nearest right spelling."""
    (tmp_path / "shop.conf").write_text("[/]\ntools.gzpi.on: True\n")
    server = serve("", "-c", os.fspath("shop.conf"))
    assert server.wait() == 1
    assert server.lines == [
        "The configuration is refused:",
        "shop.conf:2: [/] tools.gzpi.on: there is no tool 'gzpi' in 'tools'; did you mean "
        "'tools.gzip'?",
    ]
