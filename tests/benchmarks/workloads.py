"""What every framework is asked, what it must answer, and the work that is not its own.

A workload is plain data, so it can be sent to a worker process as JSON. The functions below
are the "business" of each program: every framework calls the same ones, and only the road to
them differs.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urlencode

import bodies

HELLO = "Hello, world!"
SESSION_ID = "0123456789abcdef" * 2 + "01234567"
VISITED = "Counted in a session in RAM."
LEAF = "The leaf of six segments."
LEAF_PATH = "/one/two/three/four/five/leaf"
DEPTH_HEADER = ("X-Depth", "6")

_WORDS = ["river", "stone", "window", "garden", "letter", "copper", "morning", "paper"]
_WORDS += ["harbour", "silver", "orchard", "candle", "winter", "pocket", "thread", "lantern"]
_WORDS += ["meadow", "engine", "ribbon", "shadow"]


def long_text(size: int = 10_000) -> str:
    """Return `size` characters of prose-like text, the same in every process."""
    words, length, state = [], 0, 1
    while length < size:
        state = (state * 1103515245 + 12345) % 2**31  # a plain congruential generator
        word = _WORDS[(state >> 16) % len(_WORDS)]
        words.append(word if (state >> 8) % 5 else f"{word}{state % 97}")
        length += len(words[-1]) + 1
    return " ".join(words)[:size]


LONG_TEXT = long_text()
FILE_SECONDS = 1_700_000_000
FILE_DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
USER, PASSWORD = "ada", "the countess"
CACHED = "Made once."
SECRET = "For Ada alone."


def item_text(number: str, color: str, size: str) -> str:
    """Answer the `item` workload from its path segment and its two query arguments."""
    return f"Item {number} is {color} in size {size}."


def form_text(name: str, email: str, city: str, note: str, tags: Sequence[str]) -> str:
    """Answer the `form` workload from its five fields, the last of them repeated."""
    return f"{name} <{email}> of {city} says {note!r} under {', '.join(tags)}."


def fields_text(fields: Mapping[str, str]) -> str:
    """Answer `fields` and `multipart_fields`: how many came, and how long they are."""
    return f"{len(fields)} fields of {sum(map(len, fields.values()))} characters."


def upload_text(title: str, author: str, note: str, filename: str, file: BinaryIO) -> str:
    """Answer the `upload` workload: its three fields, the file's name and its size."""
    file.seek(0, os.SEEK_END)
    return f"{title} by {author} ({note}): {filename} has {file.tell()} bytes."


def order_reply(order: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the `json` workload: the order's lines with their sums."""
    lines = [
        {"article": line["article"], "sum": line["count"] * line["price"]}
        for line in order["lines"]
    ]
    total = sum(line["sum"] for line in lines)
    return {"customer": order["customer"], "lines": lines, "total": total, "accepted": True}


@dataclass(frozen=True)
class Workload:
    """One request, and the answer that is right.

    `kind` says how the body is compared: "text" to the letter, "json" by value, "gzip" after
    unpacking; "error" pages are each framework's own and must only name the status.
    """

    name: str
    path: str
    expected: Any
    kind: str = "text"
    status: int = 200
    method: str = "GET"
    query: str = ""
    body: str = ""
    made_body: str = ""
    """The name of the body in `bodies.BODIES`, instead of `body`."""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    expected_header: tuple[str, str] | None = None

    def body_bytes(self) -> bytes:
        """Return the body as it is sent."""
        return bodies.make(self.made_body) if self.made_body else self.body.encode()

    def find_fault(self, status: str, headers: Sequence[tuple[str, str]], body: bytes) -> str:
        """Return what is wrong with an answer in one sentence, "" if nothing is."""
        if not status.startswith(f"{self.status} "):
            return f"status {status!r} instead of {self.status}; body {body[:300]!r}"
        fields = {name.lower(): value for name, value in headers}
        if self.expected_header is not None:
            name, value = self.expected_header
            if fields.get(name.lower()) != value:
                return f"header {name} is {fields.get(name.lower())!r} instead of {value!r}"
        if self.kind == "gzip" and fields.get("content-encoding") != "gzip":
            return "the answer is not packed with gzip"
        try:
            found = _COMPARABLE[self.kind](body)
        except (ValueError, OSError) as error:
            return f"the body is no {self.kind} ({error}): {body[:300]!r}"
        if self.kind == "error":
            return "" if self.expected in found else f"{self.expected!r} is not in {found!r}"
        return "" if found == self.expected else f"body {found!r} instead of {self.expected!r}"


_COMPARABLE = {
    "text": bytes.decode,
    "json": json.loads,
    "gzip": lambda body: gzip.decompress(body).decode(),
    "error": lambda body: body.decode().lower(),
}

_ORDER = {
    "customer": "Zoë Example",
    "address": {"street": "12 Orchard Lane", "city": "Harbour", "country": "NZ"},
    "express": False,
    "lines": [
        {"article": "lantern", "count": 3, "price": 1250},
        {"article": "copper thread", "count": 12, "price": 85},
        {"article": "candle", "count": 40, "price": 60},
    ],
}

_SURVEY = {f"question{number}": f"Answer {number}, 50% Zürich" for number in range(100)}

WORKLOADS = (
    Workload("hello", "/", HELLO),
    Workload(
        "item",
        "/items/42",
        item_text("42", "red", "9"),
        query="color=red&size=9",
    ),
    Workload(
        "json",
        "/orders",
        order_reply(_ORDER),
        kind="json",
        method="POST",
        body=json.dumps(_ORDER, ensure_ascii=False),
        content_type="application/json",
        headers={"Accept": "application/json"},
    ),
    Workload(
        "form",
        "/contact",
        form_text("Ada Example", "ada@example.org", "Zürich", "50% off?", ["blue", "green"]),
        method="POST",
        body="name=Ada+Example&email=ada%40example.org&city=Z%C3%BCrich&note=50%25+off%3F"
        "&tag=blue&tag=green",
        content_type="application/x-www-form-urlencoded",
    ),
    Workload(
        "fields",
        "/survey",
        fields_text(_SURVEY),
        method="POST",
        body=urlencode(_SURVEY),
        content_type="application/x-www-form-urlencoded",
    ),
    Workload(
        "multipart_fields",
        "/survey",
        fields_text(bodies.PROFILE),
        method="POST",
        made_body="profile",
        content_type=bodies.MULTIPART,
    ),
    Workload(
        "upload",
        "/upload",
        "Harbour by Zoë Example (50% off?): harbour.jpg has 10485760 bytes.",
        method="POST",
        made_body="upload",
        content_type=bodies.MULTIPART,
    ),
    Workload("deep", LEAF_PATH, LEAF, expected_header=DEPTH_HEADER),
    Workload("missing", "/nothing/here", "not found", kind="error", status=404),
    Workload(
        "gzip", "/long", LONG_TEXT, kind="gzip", headers={"Accept-Encoding": "gzip, deflate"}
    ),
    Workload("static", "/static/page.txt", LONG_TEXT),
    Workload(
        "static_304",
        "/static/page.txt",
        "",
        status=304,
        headers={"If-Modified-Since": FILE_DATE},
    ),
    Workload("cached", "/cached", CACHED),
    Workload(
        "basic",
        "/secret",
        SECRET,
        headers={"Authorization": "Basic YWRhOnRoZSBjb3VudGVzcw=="},
    ),
    Workload("session", "/visits", VISITED, headers={"Cookie": f"session_id={SESSION_ID}"}),
)
NAMES = tuple(workload.name for workload in WORKLOADS)
