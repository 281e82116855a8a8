"""SIGTERM and Ctrl-C to a process that serves with the bus: drain, then exit 0."""

from __future__ import annotations

import signal
import time

import pytest

from wsgicherry.process.wspbus import EXIT_INTERRUPTED


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_finishes_the_running_request(run_program, raw_client, number):
    """The request that runs is answered, then the process ends with 0 (R33)."""
    program = run_program("bus_server.py")
    client = raw_client(program.port)
    program.wait_for("Press Ctrl-C")
    client.send_request(target="/slow")
    program.wait_for("slow: begun")
    program.signal(number)
    program.wait_for("Bus STOPPING")
    program.say("done")
    assert client.read_response().body == b"slow: done"
    assert program.wait() == 0
    assert "HTTP Server http://127.0.0.1" in program.output
    assert "Bus EXITED" in program.output
    assert "Traceback" not in program.output


def test_a_stuck_request_delays_the_exit_by_the_timeout(run_program, raw_client):
    """server.shutdown_timeout bounds how long a stop may take."""
    program = run_program("bus_server.py", "0.5")
    client = raw_client(program.port)
    program.wait_for("Press Ctrl-C")
    client.send_request(target="/stuck")
    program.wait_for("stuck: begun")
    begun = time.monotonic()
    program.signal(signal.SIGTERM)
    assert program.wait() == 0
    assert 0.4 < time.monotonic() - begun < 5
    assert client.is_closed()


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_second_ctrl_c_exits_at_once(run_program, raw_client, first):
    """Who presses Ctrl-C again does not want to wait for a stuck request."""
    program = run_program("bus_server.py", "60")
    client = raw_client(program.port)
    program.wait_for("Press Ctrl-C")
    client.send_request(target="/stuck")
    program.wait_for("stuck: begun")
    program.signal(first)
    program.wait_for("Bus STOPPING")
    begun = time.monotonic()
    program.signal(signal.SIGINT)
    assert program.wait() == EXIT_INTERRUPTED
    assert time.monotonic() - begun < 5


def test_a_page_that_exits_the_bus_is_answered(run_program, raw_client):
    """engine.exit() in a page: its answer is sent, then the process ends with 0."""
    program = run_program("bus_server.py", "60")
    program.wait_for("Bus STARTED")  # an exit before that ends the process (BEHAVIOUR 11.1)
    begun = time.monotonic()
    assert raw_client(program.port).request(target="/leave").status == 200
    assert program.wait() == 0
    assert "Bus EXITED" in program.output
    assert time.monotonic() - begun < 30


def test_exit_in_a_page_does_not_end_the_process(run_program, raw_client):
    """sys.exit() in a handler is a 500; the next request is served (SECURITY.md goal 39)."""
    program = run_program("bus_server.py")
    assert raw_client(program.port).request(target="/exit").status == 500
    assert raw_client(program.port).request(target="/").status == 200
    program.signal(signal.SIGTERM)
    assert program.wait() == 0
