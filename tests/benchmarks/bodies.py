"""Bodies too large for a workload's JSON: made from a name, alike in every process."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache

BOUNDARY = "----benchmark7MA4YWxkTrZu0gW"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

UPLOAD_BYTES = 10 * 1024 * 1024
UPLOAD_NAME = "harbour.jpg"
UPLOAD_FIELDS = {"title": "Harbour", "author": "Zoë Example", "note": "50% off?"}
PROFILE = {f"field{number}": f"Zürich {number} & more" for number in range(10)}


def multipart(fields: Mapping[str, str], file: bytes | None = None) -> bytes:
    """Return a multipart/form-data body: `fields`, then a picture with `file` in it."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    blocks = [f'{head}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    if file is not None:
        picture = f'"picture"; filename="{UPLOAD_NAME}"\r\nContent-Type: image/jpeg\r\n\r\n'
        blocks += [(head + picture).encode(), file, b"\r\n"]
    return b"".join([*blocks, f"--{BOUNDARY}--\r\n".encode()])


BODIES = {
    # As a picture is: bytes of every kind, a line's end in every 256.
    "upload": lambda: multipart(UPLOAD_FIELDS, random.Random(1).randbytes(UPLOAD_BYTES)),
    "profile": lambda: multipart(PROFILE),
}


@lru_cache(maxsize=len(BODIES))
def make(name: str) -> bytes:
    """Return the body `name`; it is made once."""
    return BODIES[name]()
