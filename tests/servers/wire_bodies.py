"""What the tests of bodies on the wire share: how they are written, and what a server holds."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

WAIT_SECONDS = 10
POLL_SECONDS = 0.01

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=boundary"}
JSON = {"Content-Type": "application/json"}
RAW = {"Content-Type": "application/octet-stream"}
CHUNKED = {"Transfer-Encoding": "chunked"}


def in_chunks(data, size=7, extension=b"", trailer=b""):
    """Return the body in the chunked coding (RFC 9112 section 7.1)."""
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    chunks = [b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts]
    return b"".join(chunks) + b"0%b\r\n%b\r\n" % (extension, trailer)


def part(name, data, filename=None, type="application/octet-stream"):
    """Return one part of a multipart body whose boundary is 'boundary'."""
    head = f'--boundary\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: {type}'
    return head.encode() + b"\r\n\r\n" + data + b"\r\n"


def multipart(*parts):
    """Return a multipart body of `parts`."""
    return b"".join(parts) + b"--boundary--\r\n"


def write_request(method, target, headers, body=b"", version="HTTP/1.1"):
    """Return a request as bytes; with Content-Length unless its headers say otherwise."""
    fields = {"Host": "localhost", **headers}
    if "Transfer-Encoding" not in fields and (body or method == "POST"):
        fields.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {target} {version}", *(f"{k}: {v}" for k, v in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_all(client, *methods):
    """Return all responses, up to the end of the connection; `methods` are those asked with.

    The last of them stands for all that may follow.
    """
    responses, methods = [], list(methods)
    while client.leftover or has_more(client):
        method = methods.pop(0) if len(methods) > 1 else methods[0]
        responses.append(client.read_response(method))
    return responses


def has_more(client):
    """Wait for bytes; tell whether there are any before the connection ends."""
    with suppress(ConnectionResetError):
        client.leftover += client.socket.recv(65536)
    return bool(client.leftover)


def talk(client, data, *methods):
    """Send `data` and read at the same time; return what `read_all` returns."""

    def send():
        with suppress(OSError):  # a server may close before it has all
            client.send(data)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        return read_all(client, *methods)
    finally:
        sender.join(WAIT_SECONDS)


def wait_until(condition):
    """Wait for something that another process does, and fail when it does not."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "It never came true."
        time.sleep(POLL_SECONDS)


def temporary_files(pid):
    """Return how many nameless files a process holds."""
    folder, found = f"/proc/{pid}/fd", 0
    for number in os.listdir(folder):
        with suppress(FileNotFoundError):
            found += os.readlink(f"{folder}/{number}").endswith("(deleted)")
    return found


def is_held(ports):
    """Tell whether a server still holds its end of a connection, given as (the server's port,
    ours): one of the two alone may be somebody else's.
    """
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, *rest = line.split()
        is_owned = rest[6] != "0"  # the inode; a closed socket that lingers has none
        found = tuple(int(end.partition(":")[2], 16) for end in (local, remote))
        if is_owned and found == ports:
            return True
    return False
