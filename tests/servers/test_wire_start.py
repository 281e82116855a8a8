"""How a site starts and ends: by quickstart and in gunicorn, with good config and with bad."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import time

import pytest

# What only the first request can tell: a later registration could still mend it.
LATE_FINDINGS = {
    "unknown tool": ({"/": {"tools.sesions.on": True}}, "sesions"),
    "unreachable section": ({"/nowhere": {"tools.gzip.on": True}}, "/nowhere"),
    "unknown namespace": ({"/": {"tolls.gzip.on": True}}, "tolls"),
}
# What no registration can mend.
EARLY_FINDINGS = {
    "unknown setting of a tool": ({"/": {"tools.gzip.levl": 3}}, "levl"),
    "wrong type": ({"/": {"request.max_params": "many"}}, "max_params"),
}
FINDINGS = {**LATE_FINDINGS, **EARLY_FINDINGS}
SITE_FINDINGS = {
    "unknown server setting": ({"global": {"server.socket_prot": 8080}}, "socket_prot"),
    "unknown plugin": ({"global": {"engine.autorelaod.on": True}}, "autorelaod"),
    "wrong type in global": ({"global": {"server.thread_pool": "ten"}}, "thread_pool"),
}


@pytest.fixture
def serve(run_program):
    """Give a function that serves wire_config.py by quickstart: serve(config, **settings)."""

    def run(config=None, **settings):
        settings = {key.replace("__", "."): value for key, value in settings.items()}
        config = config or {}
        whole = {
            **config,
            "global": {"server.socket_port": 0, **settings, **config.get("global", {})},
        }
        return run_program("wire_config.py", env={"WIRE_CONFIG": json.dumps(whole)})

    return run


@pytest.fixture
def socket_file():
    """Give the path of a socket file; pytest's own folder may be too deep for one."""
    with tempfile.TemporaryDirectory() as folder:
        yield os.path.join(folder, "wire.sock")


# ---- quickstart


def test_the_greeting(serve, ask):
    """quickstart tells the engine's steps, the address, the mounts, and how to stop it."""
    server = serve()
    server.wait_for("Press Ctrl-C to stop")
    steps = ["Listening for SIGTERM", "Bus STARTING", "Serving on http://127.0.0.1:"]
    steps += ["Bus STARTED", "Open http://127.0.0.1:", "Mounted: /", "gunicorn app:wsgi"]
    places = [server.output.index(step) for step in steps]
    assert places == sorted(places)
    assert ask(server).body == b"hello"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_finishes_what_runs(serve, raw_client, tmp_path, number):
    """Ctrl-C and SIGTERM let the running request end; the process ends with 0."""
    server = serve(server__shutdown_timeout=8)
    client = raw_client(server.port)
    server.wait_for("Press Ctrl-C")
    client.send_request(target=f"/slow?until={tmp_path / 'now'}")
    server.wait_for("slow: begun")
    server.signal(number)
    server.wait_for("Bus STOPPING")
    (tmp_path / "now").touch()
    response = client.read_response()
    assert (response.status, response.body) == (200, b"slow: done")
    begun = time.monotonic()
    assert server.wait() == 0
    assert time.monotonic() - begun < 4
    ends = ["Bus STOPPING", "shut down", "Bus STOPPED", "Bus EXITING", "Bus EXITED"]
    places = [server.output.index(end) for end in ends]
    assert places == sorted(places)
    assert "Traceback" not in server.output


def test_a_stuck_request_is_cut_off(serve, raw_client, tmp_path):
    """A request that does not end delays the exit by server.shutdown_timeout, no more."""
    server = serve(server__shutdown_timeout=0.3)
    client = raw_client(server.port)
    server.wait_for("Press Ctrl-C")
    client.send_request(target=f"/slow?until={tmp_path / 'never'}")
    server.wait_for("slow: begun")
    begun = time.monotonic()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert 0.2 < time.monotonic() - begun < 4


def test_a_busy_port(serve):
    """A port that is taken is told in one sentence with the remedy, and the exit code is 1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = serve(server__socket_port=port)
        assert server.wait() == 1
    assert "Traceback" not in server.output
    told = [line for line in server.lines if f"127.0.0.1:{port}" in line]
    assert len(told) == 1, server.output
    assert "in use" in told[0]
    assert "server.socket_port" in told[0]
    assert "Bus STARTED" not in server.output


def test_several_servers(serve, ask, socket_file):
    """More servers by server.<name>.*: each is told, answers, and leaves no file behind."""
    server = serve(server__second__socket_port=0, server__third__socket_file=socket_file)
    server.wait_for("Press Ctrl-C")
    told = [line for line in server.lines if "Serving on" in line]
    ports = {int(line.rpartition(":")[2]) for line in told if "http://" in line}
    assert len(told) == 3
    assert len(ports) == 2
    for address in [*ports, socket_file]:
        assert ask(address).body == b"hello"
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not os.path.exists(socket_file)


@pytest.mark.parametrize("finding", [*FINDINGS, *SITE_FINDINGS])
def test_a_finding_stops_the_start(serve, finding):
    """A mistake in the config is told in a sentence that names it; the exit code is 1."""
    config, name = {**FINDINGS, **SITE_FINDINGS}[finding]
    server = serve(config)
    assert server.wait() == 1
    told = [line for line in server.lines if name in line]
    assert len(told) == 1, server.output
    assert "Traceback" not in server.output
    assert "Serving on" not in server.output


def test_log_files_and_their_rotation(serve, ask, tmp_path):
    """Both logs go to their files; SIGUSR1 opens new ones after a rotation."""
    files = {name: tmp_path / f"{name}.log" for name in ("access", "error")}
    server = serve(log__access_file=str(files["access"]), log__error_file=str(files["error"]))
    server.wait_for("Press Ctrl-C")
    assert ask(server, target="/error?turn=1").status == 500
    for file in files.values():
        file.rename(f"{file}.1")
    server.signal(signal.SIGUSR1)
    server.wait_for("Bus graceful")
    # The line is written before the files are opened anew: they are there when it is done.
    wait_until(lambda: all(file.exists() for file in files.values()))
    assert ask(server, target="/error?turn=2").status == 500
    old, new = (
        [(tmp_path / f"{name}.log{end}").read_text() for name in files] for end in (".1", "")
    )
    for access, error, turn in [(*old, 1), (*new, 2)]:
        line = f'"GET /error?turn={turn} HTTP/1.1" 500 '
        assert access.count("\n") == access.count(line) == 1
        assert error.count("ValueError: as asked") == 1
    assert "Bus STARTED" in old[1]


def wait_until(is_done, seconds=10):
    """Poll for a state that has no event of its own."""
    give_up_at = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


# ---- gunicorn


@pytest.mark.parametrize("options", [[], ["--preload"]], ids=["fork", "preload"])
@pytest.mark.parametrize("finding", LATE_FINDINGS)
def test_a_late_finding_closes_the_site(run_gunicorn, ask, finding, options):
    """Under gunicorn a finding makes every answer a 500, and stands in the error log."""
    config, name = LATE_FINDINGS[finding]
    server = run_gunicorn("wire_config:wsgi", *options, env={"WIRE_CONFIG": json.dumps(config)})
    for target in ("/", "/error", "/nowhere", "/favicon.ico"):
        response = ask(server, target=target)
        assert response.status == 500
        assert name.encode() not in response.body
    head = ask(server, "HEAD", "/")
    assert (head.status, head.body) == (500, b"")
    server.wait_for(name)
    assert "Traceback" not in server.output


@pytest.mark.parametrize("options", [[], ["--preload"]], ids=["fork", "preload"])
@pytest.mark.parametrize("finding", EARLY_FINDINGS)
def test_an_early_finding_stops_the_boot(start_process, require_program, finding, options):
    """What is certain at mount keeps gunicorn from starting at all."""
    require_program("gunicorn", "pip install gunicorn")
    config, name = EARLY_FINDINGS[finding]
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", *options]
    server = start_process(
        [*command, "--no-control-socket", "wire_config:wsgi"],
        env={"WIRE_CONFIG": json.dumps(config)},
    )
    assert server.wait() in (1, 3)
    assert name in server.output
    assert "ConfigError" in server.output


def test_log_files_under_gunicorn(run_gunicorn, ask, tmp_path):
    """gunicorn's USR1 opens our files anew after a rotation (R30)."""
    file = tmp_path / "access.log"
    config = {"global": {"log.access_file": str(file)}}
    server = run_gunicorn("wire_config:wsgi", env={"WIRE_CONFIG": json.dumps(config)})
    ask(server, target="/?turn=1")
    file.rename(f"{file}.1")
    server.signal(signal.SIGUSR1)
    wait_until(file.exists)
    ask(server, target="/?turn=2")
    for path, turn in ((f"{file}.1", 1), (file, 2)):
        with open(path) as lines:
            assert [f'"GET /?turn={turn} HTTP/1.1" 200 5' in line for line in lines] == [True]
