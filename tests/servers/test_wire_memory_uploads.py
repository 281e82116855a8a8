"""Large bodies in flat memory: 1 GiB comes into a server's process, which stays small."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from wire_bodies import (
    CHUNKED,
    MULTIPART,
    RAW,
    part,
    read_all,
    temporary_files,
    wait_until,
    write_request,
)

LARGE_BYTES = 1024 * 1024 * 1024
WARM_BYTES = 8 * 1024 * 1024
MAX_GROWTH_BYTES = 16 * 1024 * 1024
# waitress and we have one copy each.
NEEDED_DISK_BYTES = 3 * LARGE_BYTES
ANSWER_SECONDS = 60

# Every byte there is, and now and then what looks like the beginning of a boundary.
BLOCK = bytes(range(256)) * 4080 + b"\r\n--boundar".ljust(4096, b"-")
END = b"\r\n--boundary--\r\n"


def read_peak(pid):
    """Return the most memory (bytes) that a process has had in use at one time (VmHWM)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("Only Linux tells the peak of a process's memory.")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[1]) * 1024


def send_large(client, kind, size):
    """Send a body of about `size` bytes block by block; return how many it has, and the
    response.
    """
    count = size // len(BLOCK)
    head, end = (part("upload", b"", "large")[:-2], END) if kind == "multipart" else (b"", b"")
    headers = {**(MULTIPART if kind == "multipart" else RAW), "Connection": "close"}
    if kind == "chunked":
        headers |= CHUNKED
        head, end = b"", b"0\r\n\r\n"
        block = b"%x\r\n%b\r\n" % (len(BLOCK), BLOCK)
    else:
        block = BLOCK
        headers["Content-Length"] = str(len(head) + count * len(BLOCK) + len(end))
    client.send(write_request("POST", "/measure", headers) + head)
    for _ in range(count):
        client.send(block)
    client.send(end)
    (response,) = read_all(client, "POST")
    client.close()
    return count * len(BLOCK), response


class Measured:
    """A server that has just been started, and what its worker had when it was warm."""

    def __init__(self, server, ask, raw_client):
        self.server = server
        self.worker = int(ask(server, target="/pid").body)
        for kind in ("multipart", "raw", "chunked"):
            send_large(raw_client(server.port), kind, WARM_BYTES)
        self.peak = read_peak(self.worker)
        self.file_count = int(ask(server, target="/open_files").body)


@pytest.fixture(scope="module")
def memory_servers(serve_program):
    """Give a function that returns the running server of a kind, which nobody else uses."""
    return serve_program("upload_site")


@pytest.fixture(scope="module")
def measured():
    """The servers that have been measured, by kind."""
    return {}


@pytest.fixture(params=["waitress", "gthread"])
def warm_server(request, memory_servers, measured, ask, raw_client):
    """Give each of the servers in turn, warm."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < NEEDED_DISK_BYTES and os.environ.get("WSGICHERRY_REQUIRE_ALL") != "1":
        pytest.skip(f"{tempfile.gettempdir()} has less than 3 GiB free.")
    if request.param not in measured:
        server = memory_servers(request.param)
        measured[request.param] = Measured(server, ask, raw_client)
    return measured[request.param]


@pytest.mark.parametrize("kind", ["multipart", "raw", "chunked"])
def test_an_upload_of_1_gib(warm_server, raw_client, kind):
    """An upload of 1 GiB, and a body that a page reads by pieces, grow the peak of the
    server's memory by 16 MiB at most, and leave no file.
    """
    client = raw_client(warm_server.server.port, ANSWER_SECONDS)
    size, response = send_large(client, kind, LARGE_BYTES)
    assert (response.status, int(response.body)) == (200, size)
    assert read_peak(warm_server.worker) - warm_server.peak <= MAX_GROWTH_BYTES
    wait_until(lambda: temporary_files(warm_server.worker) == warm_server.file_count)
