"""Every file in deploy/ is started, in a real server."""

from __future__ import annotations

import os
import runpy
import shlex
import signal
import socket
import subprocess
import sys

import pytest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(REPOSITORY, "deploy")
CHECK_SECONDS = 30


def test_the_configuration_passes_gunicorns_own_check(require_program):
    """What deploy/README.md says to do before each reload succeeds."""
    require_program("gunicorn", "pip install gunicorn")
    options = ["--check-config", "-c", "gunicorn.conf.py", "wsgi:wsgi"]
    checked = subprocess.run(
        [sys.executable, "-m", "gunicorn", *options],
        cwd=DEPLOY,
        env={**os.environ, "PYTHONPATH": REPOSITORY},
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", ["wsgi:wsgi", "wsgi"])
def test_the_deployed_application_answers(run_gunicorn, raw_client, name):
    """gunicorn with both files answers, and stops with 0 on TERM."""
    server = run_gunicorn(
        name, "-c", "gunicorn.conf.py", cwd=DEPLOY, env={"WEB_CONCURRENCY": "1"}
    )
    client = raw_client(server.port)
    assert client.request().body == b"It works.\n"
    assert client.request(target="/livez").body.startswith(b"alive, process ")
    assert client.request(target="/nowhere").status == 404
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def read_unit():
    """Return the settings of deploy/app.service: name -> values, as systemd reads them."""
    settings = {}
    with open(os.path.join(DEPLOY, "app.service"), encoding="utf-8") as file:
        for line in file:
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                settings.setdefault(name, []).append(value)
    return settings


def test_the_unit_of_systemd(run_gunicorn, tmp_path):
    """gunicorn, started as the unit says, tells systemd when it is ready, and reloads when
    told; and systemd waits longer for its end than gunicorn does for its requests.
    """
    unit = read_unit()
    [start] = unit["ExecStart"]
    check, reload = unit["ExecReload"]
    program, *options, target = shlex.split(start)
    assert shlex.split(check) == [program, "--check-config", *options, target]
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(place)
        systemd.settimeout(CHECK_SECONDS)
        server = run_gunicorn(
            target, *options, cwd=DEPLOY, env={"WEB_CONCURRENCY": "1", "NOTIFY_SOCKET": place}
        )
        assert unit["Type"] == ["notify"]
        assert "READY=1" in systemd.recv(4096).decode()
    subprocess.run(shlex.split(reload.replace("$MAINPID", str(server.pid))), check=True)
    server.wait_for(r"Handling signal: hup")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    configured = runpy.run_path(os.path.join(DEPLOY, "gunicorn.conf.py"))
    assert int(unit["TimeoutStopSec"][0]) > configured["graceful_timeout"]
