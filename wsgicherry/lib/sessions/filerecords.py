"""What is in the file of a session: one line about it, then its content. Pure.

    wsgicherry-session 1 <checksum> <expires> <version> LF <content>

`checksum` is the CRC-32 of all that follows it, so that a file cut off, or with a bit flipped,
is known as such (who tampers is found out by the signature in the content, not here).
"""

from __future__ import annotations

import math
import re
import zlib

from .stores import Stored

MAX_HEAD_BYTES = 128
# Of a file that is none of ours no more than this is looked at.
MAX_DAMAGED_BYTES = 64 * 1024
DAMAGED_VERSION = ""

HEAD = re.compile(
    rb"wsgicherry-session 1 ([0-9a-f]{8}) (([0-9]{1,15}\.[0-9]{6}) ([0-9a-f]{32}))\n"
)


def pack(content: bytes, expires: float, version: str) -> bytes:
    """Return the text of a file; `version` is 32 hexadecimal digits."""
    line = f"{expires:.6f} {version}\n".encode()
    checksum = zlib.crc32(content, zlib.crc32(line))
    return b"".join([b"wsgicherry-session 1 %08x " % checksum, line, content])


def unpack(data: bytes) -> Stored:
    """Return what a file holds; the whole of it, never expired, if it is damaged."""
    head = HEAD.match(data)
    if head and int(head[1], 16) == zlib.crc32(memoryview(data)[head.start(2) :]):
        return Stored(data[head.end() :], head[4].decode(), float(head[3]))
    return damaged(data)


def unpack_head(data: bytes) -> tuple[str, float]:
    """Return version and time of expiry, given the first MAX_HEAD_BYTES of a file."""
    head = HEAD.match(data)
    return (head[4].decode(), float(head[3])) if head else (DAMAGED_VERSION, math.inf)


def damaged(data: bytes = b"") -> Stored:
    """Return what stands for a file that is no record of ours."""
    return Stored(data[:MAX_DAMAGED_BYTES], DAMAGED_VERSION, math.inf)
