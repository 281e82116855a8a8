"""Every file in deploy/ is started, in a real server."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

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


@pytest.fixture
def unit(tmp_path):
    """app.service for a folder of the test's own, laid out as its first lines say."""
    for name in ("wsgi.py", "gunicorn.conf.py"):
        shutil.copy(os.path.join(DEPLOY, name), tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("gunicorn", "wsgicherry"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m {name} "$@"\n')
        program.chmod(0o755)
    text = Path(DEPLOY, "app.service").read_text().replace("/srv/app", str(tmp_path))
    file = tmp_path / "app.service"
    file.write_text(text)
    return file


def commands(unit, key):
    """Return the commands that a unit has for `key`."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def test_systemd_takes_the_unit(require_program, unit):
    """systemd finds no unknown word in app.service."""
    require_program("systemd-analyze", "apt-get install systemd")
    command = ["systemd-analyze", "verify", "--recursive-errors=no", unit]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0
    # Of other units of the machine it may have something to say as well.
    assert unit.name not in checked.stderr


def test_the_commands_of_the_unit(require_program, unit):
    """They check, serve, say READY=1 as Type=notify wants it, reload and stop with 0."""
    require_program("gunicorn", "pip install gunicorn")
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
    ):
        notified.bind(os.path.join(folder, "notify"))
        notified.settimeout(CHECK_SECONDS)
        how = {
            "cwd": unit.parent,
            "env": {
                **os.environ,
                "PYTHONPATH": REPOSITORY,
                "NOTIFY_SOCKET": notified.getsockname(),
                "BIND": "127.0.0.1:0",
                "WEB_CONCURRENCY": "1",
            },
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        for command in commands(unit, "ExecStartPre"):
            subprocess.run(shlex.split(command), check=True, timeout=CHECK_SECONDS, **how)
        (command,) = commands(unit, "ExecStart")
        with subprocess.Popen(shlex.split(command), **how) as master:
            try:
                assert notified.recv(100).startswith(b"READY=1")
                for command in commands(unit, "ExecReload"):
                    words = shlex.split(command.replace("$MAINPID", str(master.pid)))
                    subprocess.run(words, check=True, timeout=CHECK_SECONDS, **how)
                master.send_signal(signal.SIGTERM)
                assert master.wait(CHECK_SECONDS) == 0
            finally:
                master.kill()
