"""Every file in deploy/ is started, in a real server."""

from __future__ import annotations

import os
import signal
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
