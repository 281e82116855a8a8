"""Static files on the wire: the rows of RFC 9110 section 13 and 14, and how bytes are sent.

Each fact is shown on waitress and on gunicorn's gthread worker.
"""

from __future__ import annotations

import os
import re
import tempfile
from email.utils import formatdate
from pathlib import Path

import pytest
from conftest import WireServers

MTIME = 1_700_000_000
NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
EARLIER = formatdate(MTIME - 3600, usegmt=True)
LATER = formatdate(MTIME + 3600, usegmt=True)
CONTENT = bytes(range(250)) * 4
LARGE_BYTES = 1024 * 1024 * 1024
MAX_GROWTH_BYTES = 16 * 1024 * 1024
TAG = object()


@pytest.fixture(scope="module")
def servers(harness):
    """Give a function that returns the running server of a kind, with a folder of files."""
    with tempfile.TemporaryDirectory() as name:
        public = Path(name, "public")
        public.mkdir()
        (public / "data.bin").write_bytes(CONTENT)
        (public / "big.bin").write_bytes(os.urandom(300_000))
        Path(name, "secret.txt").write_bytes(b"SECRET")
        Path(name, "public-secret").mkdir()
        Path(name, "public-secret", "secret.txt").write_bytes(b"SECRET")
        with open(public / "large", "wb") as file:
            file.truncate(LARGE_BYTES)  # sparse: it takes no room
        for path in public.iterdir():
            os.utime(path, (MTIME, MTIME))
        os.mkfifo(public / "fifo")
        found = WireServers(harness, name, "wire_static")
        found.public = public
        yield found
        found.close()


@pytest.fixture(params=["waitress", "gthread"])
def server(request, servers):
    """Give each of the servers in turn."""
    return servers(request.param)


@pytest.fixture
def client(server, raw_client):
    """A connection to the server that is kept."""
    client = raw_client(server.port)
    yield client
    client.close()


ROWS = [
    # headers of the request, status, bytes of a 206
    ({"Range": "bytes=0-9"}, 206, CONTENT[:10]),
    ({"Range": "bytes=-5"}, 206, CONTENT[-5:]),
    ({"Range": "bytes=990-"}, 206, CONTENT[990:]),
    ({"Range": "bytes=1000-"}, 416, None),
    ({"Range": "bytes=-0"}, 416, None),
    ({"Range": "bytes=-99999"}, 206, CONTENT),
    ({"Range": "bytes=9-5"}, 200, None),
    ({"Range": "bytes=a-b"}, 200, None),
    ({"Range": "items=0-9"}, 200, None),
    ({"Range": "bytes=" + "0-," * 200}, 206, CONTENT),
    ({"Range": "bytes=0-9", "If-Range": EARLIER}, 200, None),
    ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200, None),
    ({"Range": "bytes=0-9", "If-Range": NOW}, 206, CONTENT[:10]),
    ({"Range": "bytes=0-9", "If-Range": TAG}, 206, CONTENT[:10]),
    ({"If-Modified-Since": NOW}, 304, None),
    ({"If-Modified-Since": EARLIER}, 200, None),
    ({"If-Modified-Since": LATER}, 304, None),
    ({"If-Modified-Since": "Tuesday, 14-Nov-23 22:13:20 GMT"}, 304, None),
    ({"If-Modified-Since": "Tue Nov 14 22:13:20 2023"}, 304, None),
    ({"If-Modified-Since": "nonsense"}, 200, None),
    ({"If-Unmodified-Since": EARLIER}, 412, None),
    ({"If-Unmodified-Since": LATER}, 200, None),
    ({"If-Unmodified-Since": "nonsense"}, 200, None),
    ({"If-None-Match": "*"}, 304, None),
    ({"If-None-Match": TAG}, 304, None),
    ({"If-None-Match": '"o"', "If-Modified-Since": LATER}, 200, None),
    ({"If-Match": "*"}, 200, None),
    ({"If-Match": '"other"'}, 412, None),
    ({"If-Match": "*", "If-Unmodified-Since": EARLIER}, 200, None),
    ({"If-Modified-Since": NOW, "Range": "bytes=0-9"}, 304, None),
]


@pytest.mark.parametrize("path", ["/static/data.bin", "/one", "/file", "/opened"])
def test_rows(server, raw_client, path):
    """Each row of SECURITY section 5, HEAD and GET in turn on one connection, for each way to
    serve a file. (waitress closes a connection after each 304.)
    """
    client = raw_client(server.port)
    tag = client.request("GET", path).header("ETag")
    for headers, status, part in ROWS:
        filled = {k: tag if v is TAG else v for k, v in headers.items()}
        head_status = 200 if status in (206, 416) else status
        assert client.request("HEAD", path, filled).status == head_status, headers
        if status == 304 and server.kind == "waitress":
            client = raw_client(server.port)
        answer = client.request("GET", path, filled)
        if status == 304 and server.kind == "waitress":
            client = raw_client(server.port)
        assert answer.status == status, headers
        if status in (200, 206):
            assert answer.body == (CONTENT if part is None else part), headers
            assert answer.header("ETag") == tag
    client.close()


def test_several_parts(client):
    """Several parts come as multipart/byteranges of the length that is told."""
    answer = client.request("GET", "/static/data.bin", {"Range": "bytes=0-0,2-2"})
    assert answer.status == 206
    assert answer.header("Content-Type").startswith("multipart/byteranges")
    assert answer.body.count(b"Content-range") == 2
    assert client.request("GET", "/static/data.bin").body == CONTENT


@pytest.mark.parametrize(
    "target",
    [
        *("/static/../secret.txt", "/static/../public-secret/secret.txt"),
        *("/static/%2e%2e/secret.txt", "/static/..%2fsecret.txt", "/static/..%5csecret.txt"),
        *("/static/%252e%252e/secret.txt", "/static/%2e%2e%2fpublic-secret/secret.txt"),
        *("/static//../secret.txt", "/static/data.bin%00", "/static/fifo"),
    ],
)
def test_paths_out_of_the_folder(client, target):
    """No path leads out of the folder, and a FIFO holds nobody."""
    answer = client.request("GET", target)
    assert answer.status == 404
    assert b"SECRET" not in answer.body


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, slice(None)),
        ({"Range": "bytes=100000-"}, slice(100_000, None)),
        ({"Range": "bytes=70001-170000"}, slice(70_001, 170_001)),
    ],
    ids=["whole", "end", "middle"],
)
def test_sendfile(servers, raw_client, headers, part):
    """gunicorn sends a large file, and a part of one, from the disk to the socket."""
    server = servers("gthread")
    target = f"/static/big.bin?{part.start}"
    client = raw_client(server.port)
    answer = client.request("GET", target, headers)
    client.close()
    assert answer.body == (servers.public / "big.bin").read_bytes()[part]
    assert server.wait_for(rf"sendfile of {re.escape(target)}: (\w+)")[1] == "True"


def test_a_large_part_on_waitress(servers, raw_client):
    """waitress sends a part of a large file, and the connection goes on."""
    client = raw_client(servers("waitress").port)
    data = (servers.public / "big.bin").read_bytes()
    for start in (0, 100_000, 200_000):
        answer = client.request("GET", "/static/big.bin", {"Range": f"bytes={start}-"})
        assert (answer.status, answer.body) == (206, data[start:])
    client.close()


def read_peak(pid):
    """Return the most memory (bytes) that a process has had in use at one time (VmHWM)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("Only Linux tells the peak of a process's memory.")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[1]) * 1024


def test_a_file_of_1_gib(server, client):
    """A file of 1 GiB is sent in flat memory: the peak grows by 16 MiB at most."""
    pid = int(client.request("GET", "/pid").body)
    before = read_peak(pid)
    client.send_request("GET", "/static/large", {"Connection": "close"})
    client._read_until(b"\r\n\r\n")
    count, client.leftover = len(client.leftover), b""
    buffer = bytearray(1024 * 1024)
    while size := client.socket.recv_into(buffer):
        count += size
    assert count == LARGE_BYTES
    assert read_peak(pid) - before <= MAX_GROWTH_BYTES
