"""What a cache holds: responses, and what stands at a URL whose responses depend on headers."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ...core.headers import Pairs
from .policy import Lifetime

OVERHEAD_BYTES = 1400
"""What Python needs for a record beside its texts, measured; a test watches it."""

PAIR_BYTES = 200
"""The same for one header."""

FORMAT = b"1\n"
"""What a record in a shared store begins with; one of another format is a miss."""


class Entry:
    """A stored response. `created` is when it was made, its Age taken off, in seconds of the
    epoch.
    """

    __slots__ = ("body", "created", "headers", "lifetime", "status", "tags", "told")

    def __init__(
        self,
        status: str,
        headers: Pairs,
        body: bytes,
        created: float,
        lifetime: Lifetime,
        tags: dict[str, str] | None = None,
    ) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.created, self.lifetime = created, lifetime
        self.tags = tags or {}
        """The version that each tag had: the entry ends with any of them."""
        self.told: tuple[int, Any, Pairs] = (-1, None, ())
        """An age, for whom, and the headers with which it was sent then."""

    def find_header(self, name: str) -> str | None:
        """Return the value of the header `name`, in Title-Case."""
        return next((value for key, value in self.headers if key == name), None)

    def count_bytes(self) -> int:
        """Return about how much memory it takes."""
        headers = sum(len(name) + len(value) + PAIR_BYTES for name, value in self.headers)
        tags = sum(len(tag) + PAIR_BYTES for tag in self.tags)
        return OVERHEAD_BYTES + len(self.body) + headers + tags


class Variants(NamedTuple):
    """What stands at a URL whose responses depend on the request headers `names`.

    `version` is part of the keys of those responses: with it they are all out of reach.
    """

    names: tuple[str, ...]
    version: str

    def count_bytes(self) -> int:
        """Return about how much memory it takes."""
        return OVERHEAD_BYTES + sum(map(len, self.names))


Record = Entry | Variants | str
"""A str is the version of a tag."""


def dump(record: Record) -> bytes:
    """Return a record as bytes: a line of JSON, then the body. No pickle: whoever can write to
    the store could run code.
    """
    if isinstance(record, str):
        head: dict[str, Any] = {"version": record}
    elif isinstance(record, Variants):
        head = {"names": record.names, "version": record.version}
    else:
        head = {
            "status": record.status,
            "headers": record.headers,
            "created": record.created,
            "lifetime": record.lifetime,
            "tags": record.tags,
        }
    body = record.body if isinstance(record, Entry) else b""
    return FORMAT + json.dumps(head).encode("ascii") + b"\n" + body


def load(data: bytes) -> Record | None:
    """Return the record that `dump` made bytes of; None for anything else."""
    if not data.startswith(FORMAT):
        return None
    line, _, body = data[len(FORMAT) :].partition(b"\n")
    try:
        head = json.loads(line)
        if "status" in head:
            return Entry(
                str(head["status"]),
                tuple((str(name), str(value)) for name, value in head["headers"]),
                body,
                float(head["created"]),
                Lifetime(*head["lifetime"]),
                {str(tag): str(version) for tag, version in head["tags"].items()},
            )
        if "names" in head:
            return Variants(tuple(map(str, head["names"])), str(head["version"]))
        return str(head["version"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
