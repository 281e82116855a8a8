"""Large bodies in flat memory: 1 GiB passes through a server's process, which stays small."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from conftest import WireServers

LARGE_BYTES = 1024 * 1024 * 1024
MAX_GROWTH_BYTES = 16 * 1024 * 1024
READ_BYTES = 1024 * 1024


def read_peak(pid):
    """Return the most memory (bytes) that a process has had in use at one time (VmHWM)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("Only Linux tells the peak of a process's memory.")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[1]) * 1024


@pytest.fixture(scope="module")
def memory_servers(harness):
    """Give a function that returns the running server of a kind; it has a file of 1 GiB."""
    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder, "large"), "wb") as file:
            file.truncate(LARGE_BYTES)  # sparse: it takes no room
        servers = WireServers(harness, folder, "wire_memory")
        yield servers
        servers.close()


@pytest.fixture(params=["waitress", "sync", "gthread", "gevent"])
def memory_server(request, memory_servers):
    """Give each of the servers in turn."""
    return memory_servers(request.param)


def count_body(client):
    """Read a response, keep nothing of it, and return how many bytes came behind its head."""
    client._read_until(b"\r\n\r\n")
    count, client.leftover = len(client.leftover), b""
    buffer = bytearray(READ_BYTES)
    while size := client.socket.recv_into(buffer):
        count += size
    return count


@pytest.mark.parametrize("page", ["chunks", "file"])
def test_a_download_of_1_gib(memory_server, ask, raw_client, page):
    """A download of 1 GiB, made on the way or returned as an open file, grows the peak of the
    server's memory by 16 MiB at most.
    """
    pid = int(ask(memory_server, target="/pid").body)
    before = read_peak(pid)
    client = raw_client(memory_server.port)
    client.send_request(target=f"/{page}?size={LARGE_BYTES}", headers={"Connection": "close"})
    assert count_body(client) >= LARGE_BYTES
    client.close()
    assert read_peak(pid) - before <= MAX_GROWTH_BYTES
