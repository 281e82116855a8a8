"""The hooks of serving/gunicorn.py, alone and in a real gunicorn."""

from __future__ import annotations

import signal
from types import SimpleNamespace

import pytest

from wsgicherry.process.wspbus import Bus, states
from wsgicherry.serving.gunicorn import post_worker_init, worker_exit

HOOKS = "from wsgicherry.serving.gunicorn import post_worker_init, worker_exit\n"


def test_the_engine_lives_as_long_as_the_worker():
    """The engine is started when the worker is ready, and has exited when it is gone."""
    bus = Bus()
    worker = SimpleNamespace(wsgi=SimpleNamespace(engine=bus))
    post_worker_init(worker)
    assert bus.state is states.STARTED
    assert bus.is_embedded
    worker_exit(None, worker)
    assert bus.state is states.EXITING


@pytest.mark.parametrize(
    "application",
    [
        None,
        lambda environ, start_response: [],
        SimpleNamespace(engine=None),
        SimpleNamespace(engine="a steam engine"),
    ],
    ids=["failed to load", "plain callable", "no engine", "foreign engine"],
)
def test_a_foreign_application_is_left_alone(application):
    """An application without an engine of ours passes through both hooks."""
    worker = SimpleNamespace(wsgi=application)
    post_worker_init(worker)
    worker_exit(None, worker)


@pytest.mark.parametrize(
    "options",
    [
        ["-k", "sync"],
        ["-k", "gthread", "--threads", "2"],
        ["-k", "gthread", "--threads", "2", "--preload"],
        ["-k", "gevent"],
    ],
    ids=" ".join,
)
def test_each_worker_starts_and_exits_its_engine(
    run_gunicorn, raw_client, tmp_path, programs, options
):
    """Two workers: two starts before any request, and two exits on TERM."""
    if "gevent" in options:
        pytest.importorskip("gevent")
    (tmp_path / "gunicorn.conf.py").write_text(
        HOOKS + "bind, workers, control_socket_disable = '127.0.0.1:0', 2, True\n"
    )
    server = run_gunicorn(
        "engine_app:wsgi", "-c", str(tmp_path / "gunicorn.conf.py"), *options, cwd=programs
    )
    pids = {server.wait_for(r"engine started in (\d+)")[1]}
    # Not `\b`: two workers may write at once, one's words behind the other's in one line.
    first = pids.copy().pop()
    pids.add(server.wait_for(rf"engine started in (?!{first}(?!\d))(\d+)")[1])
    assert raw_client(server.port).request().status == 200
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    for pid in pids:
        assert server.output.count(f"engine exited in {pid}") == 1
    assert server.output.count("engine started") == len(pids) == 2
