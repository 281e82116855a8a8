"""Profiles and coverage, served by themselves when the program that made them has ended."""

from __future__ import annotations

import os
import signal
import sys

import pytest


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("from wsgicherry.lib import profiler; profiler.serve('runs', 0)", "Profiles"),
        ("from wsgicherry.lib import covercp; covercp.serve('data', 0)", "Coverage"),
    ],
    ids=["profiler", "covercp"],
)
def test_serve_shows_the_page_to_this_machine(start_process, raw_client, tmp_path, code, title):
    """`serve` serves the page at a loopback address until it is told to stop."""
    pytest.importorskip("coverage")
    server = start_process([sys.executable, "-c", code], cwd=tmp_path)
    client = raw_client(server.port)  # read from a line with a loopback address
    answer = client.request("GET", "/")
    assert answer.status == 200
    assert f"<h1>{title}</h1>".encode() in answer.body
    client.close()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert os.listdir(tmp_path) == (["runs"] if title == "Profiles" else [])
