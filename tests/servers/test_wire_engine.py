"""The engine in gunicorn's workers: started by the first request, once, stopped with them.

Per kind of worker one gunicorn with two workers lives a whole life; the tests look at what
was seen of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from contextlib import closing

import pytest

KINDS = {
    "sync": ["-k", "sync"],
    "sync preload": ["-k", "sync", "--preload"],
    "gthread": ["-k", "gthread", "--threads", "4"],
    "gthread preload": ["-k", "gthread", "--threads", "4", "--preload"],
    "gevent": ["-k", "gevent"],
    "gevent preload": ["-k", "gevent", "--preload"],
}
REQUESTS_PER_WORKER = 3
MORE_LOAD_SECONDS = 0.25


class Life:
    """The life of one gunicorn with two workers, and all that was seen of it."""

    def __init__(self, server, connect, folder):
        self.server, self._connect = server, connect
        self.workers = {server.wait_for(r"Booting worker with pid: (\d+)")[1]}
        other = rf"Booting worker with pid: (?!{min(self.workers)}\b)(\d+)"
        self.workers.add(server.wait_for(other)[1])
        self.answered, self.states, self.ticked = [], [], []
        self.started_early = self.heard("start")
        for worker in self.workers:
            self._with_others_stopped(worker, self._use)
        self.favicons = [self._ask("/favicon.ico", method) for method in ("HEAD", "GET")]
        self.last = self._end(folder / "now")
        self.code = server.wait()

    def _ask(self, target="/", method="GET"):
        with closing(self._connect(self.server.port)) as client:
            return client.request(method, target)

    def _with_others_stopped(self, worker, use):
        """Have one worker answer, as the others are asleep."""
        others = [int(pid) for pid in self.workers if pid != worker]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            use()
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)

    def _use(self):
        for _ in range(REQUESTS_PER_WORKER):
            self.answered.append(self._ask().body.decode())
        self.states.append(json.loads(self._ask("/state").body))
        self.ticked.append(self._ask("/ticked").body)

    def _end(self, file):
        """Send TERM while a request runs; return its response."""
        with closing(self._connect(self.server.port)) as client:
            client.send_request(target=f"/slow?until={file}")
            self.server.wait_for("slow: begun")
            self.server.signal(signal.SIGTERM)
            self.server.wait_for("Handling signal: term")
            file.touch()
            return client.read_response()

    def heard(self, channel):
        """Return the process ids in which a listener on the channel was called, in order."""
        pattern = rf"^heard {channel} in (\d+)$"
        return re.findall(pattern, self.server.output, re.MULTILINE)


@pytest.fixture(scope="module", params=KINDS)
def life(request, harness, tmp_path_factory):
    """Give the life of each kind of gunicorn."""
    harness.find_program("gunicorn", "pip install gunicorn")
    if "gevent" in request.param:
        pytest.importorskip("gevent")
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "-w", "2"]
    command += ["--no-control-socket", *KINDS[request.param], "wire_engine:wsgi"]
    server = harness.ServerProcess(command, cwd=harness.PROGRAMS, env={"WIRE_HEAR": "1"})
    try:
        yield Life(
            server,
            lambda port: harness.RawClient(("127.0.0.1", port)),
            tmp_path_factory.mktemp("life"),
        )
    finally:
        server.close()


def test_each_worker_starts_the_engine_once(life):
    """One start in each worker, at its first request; none in the master."""
    assert life.started_early == []
    assert set(life.answered) == life.workers
    assert sorted(life.heard("start")) == sorted(life.workers)


def test_each_worker_stops_the_engine_once(life):
    """TERM stops and exits the engine in each worker, and gunicorn ends well."""
    assert life.code == 0
    assert sorted(life.heard("stop")) == sorted(life.heard("exit")) == sorted(life.workers)
    assert life.server.output.count("Bus EXITED") == len(life.workers)
    assert "Traceback" not in life.server.output


def test_the_monitor_runs_in_each_worker(life):
    """A Monitor of the program ticks in the workers, also when it was made before the fork."""
    assert life.ticked == [b"True", b"True"]


def test_the_server_is_gunicorns(life):
    """In a worker the bus is STARTED; nothing of ours listens or handles signals."""
    for state in life.states:
        assert state["engine"] == "states.STARTED"
        assert state["serving"] is False
        threads = " ".join(state["threads"])
        assert "HTTP" not in threads
        assert "waitress" not in threads
        owners = state["handlers"].values()
        assert not [owner for owner in owners if owner.startswith("wsgicherry")]
    assert "Listening for SIG" not in life.server.output
    assert "Serving on" not in life.server.output


def test_a_running_request_is_finished(life):
    """TERM lets the request that runs end before the listeners on 'stop' are called there."""
    assert (life.last.status, life.last.body) == (200, b"slow: done")
    served_by = life.server.wait_for(r"slow: begun in (\d+)")[1]
    rest = life.server.lines[life.server.lines.index(f"slow: begun in {served_by}") :]
    assert rest.index(f"heard after_request in {served_by}") < rest.index(
        f"heard stop in {served_by}"
    )


def test_request_listeners_are_called(life):
    """Listeners on the request's channels hear each request, and each thread's two ends."""
    count = len(life.workers) * (REQUESTS_PER_WORKER + 2) + len(life.favicons) + 1
    before, after = life.heard("before_request"), life.heard("after_request")
    assert len(before) == count
    assert sorted(before) == sorted(after)
    assert set(life.heard("start_thread")) == life.workers
    assert sorted(life.heard("stop_thread")) == sorted(life.heard("start_thread"))


def test_head_of_the_favicon(life):
    """The favicon is a file, whose HEAD has the headers of GET and no body."""
    head, get = life.favicons
    assert head.status == get.status == 200
    assert head.header("Content-Length") == str(len(get.body))
    assert head.header("Content-Type") == get.header("Content-Type")


@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_a_reload_loses_no_request(run_gunicorn, raw_client, kind):
    """HUP under load: every request is answered, by the old worker or by the new one."""
    server = run_gunicorn("wire_engine:wsgi", "-w", "1", *KINDS[kind])
    port, over, pids, failures = server.port, threading.Event(), [], []

    def send_requests():
        while not over.is_set():
            client = raw_client(port)
            try:
                pids.append(client.request(headers={"Connection": "close"}).body.decode())
            except Exception as error:
                failures.append(error)
            finally:
                client.close()

    threads = [threading.Thread(target=send_requests) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        old = server.wait_for(r"heard start in (\d+)")[1]
        server.signal(signal.SIGHUP)
        server.wait_for(rf"heard exit in {old}")
        new = server.wait_for(rf"heard start in (?!{old}\b)(\d+)")[1]
        over.wait(MORE_LOAD_SECONDS)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(pids) == {old, new}
    assert "Traceback" not in server.output


@pytest.mark.parametrize(
    ("options", "ours", "gunicorns"),
    [([], 1, 0), (["--access-logfile", "-"], 0, 1)],
    ids=["without", "with"],
)
def test_no_access_line_twice(run_gunicorn, ask, options, ours, gunicorns):
    """Beside an access log of gunicorn's, ours keeps silent (R29); without one it speaks."""
    server = run_gunicorn("wire_engine:wsgi", "-k", "gthread", "--threads", "2", *options)
    assert ask(server, headers={"User-Agent": "agent0"}).status == 200
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    lines = [line for line in server.lines if line.endswith('"agent0"')]
    assert len(lines) == ours + gunicorns, server.output
    assert len([line for line in lines if line.startswith("wsgicherry.access")]) == ours
