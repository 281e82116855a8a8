"""Mutations of the table's rows: from a seed, always the same."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from hostile_forms import boundary_of, change_form
from hostile_row import Row

MAX_CHARS = 70_000
MAX_BODY_BYTES = 200_000
MAX_MUTATIONS = 4

# What the server makes, not the client.
SERVERS_OWN = frozenset(("SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME", "REMOTE_ADDR"))

NASTY = [
    *(
        "\x00",
        "\r\n",
        "\n",
        "\t",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\xff",
        "\xc3",
        "\xc0\xaf",
        "\ud800",
    ),
    *("\u2603", "\u2028", "%00", "%0D%0A", "%FF", "%", "%%", "%2F", "%5C", "%25", "+", "//"),
    *("\\", "..", "/../", "./", "__", "--", "__class__", "<script>", "<img src=x onerror=a>"),
    *(
        '"',
        "'",
        '\\"',
        ";",
        ",",
        "=",
        "&",
        "?",
        "#",
        "@",
        ":",
        "*",
        "[",
        "]",
        "{",
        "}",
        "$",
        "|",
    ),
    *(" ", "  ", ";q=", "q=x", "=?utf-8?q?=0D?=", "javascript:", "//evil.example", "9" * 30),
    *("-1", "0", "1e999", "NaN", "\xed\xa0\x80", "\xe2\x80\xae", "{0}", "%s", "None", "self=1"),
]
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE", "BREW")

# What a proxy names this host in.
HOST_NAMES = ("HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")

# The sites whose programs do what they are asked to, be it wrong.
PROGRAMS_DOING = ("writer", "faulty", "streams", "uploads_failing", "uploads_full")


def is_fit(row: Row) -> bool:
    """Tell whether what comes of `row` is the client's doing alone."""
    is_own_doing = row.is_programs_fault or row.leaves or row.site in PROGRAMS_DOING
    is_small = len(row.path + row.query) < MAX_CHARS and len(row.body or b"") < MAX_BODY_BYTES
    return is_small and not is_own_doing and row.source is None


def is_multipart(row: Row) -> bool:
    """Tell whether `row` sends a multipart body."""
    kind = str(row.environ.get("CONTENT_TYPE", "")).lower()
    return "multipart" in kind and row.body is not None


def choose_multipart(chance: random.Random, rows: Sequence[Row]) -> Row:
    """Return a row that sends a multipart body."""
    while not is_multipart(row := chance.choice(rows)):
        pass
    return row


def mutations(table: Sequence[Row], seed: int, count: int) -> Iterator[Row]:
    """Yield `count` mutated rows of `table`."""
    chance = random.Random(seed)
    rows = [row for row in table if is_fit(row)]
    for number in range(count):
        row = chance.choice(rows)
        for _ in range(chance.randint(1, MAX_MUTATIONS)):
            row = chance.choice(STEPS)(row, chance, rows)
        query = unquote(row.query)
        yield dataclasses.replace(
            row,
            id=f"{number}:{row.id}",
            # A full address is the program's wish, and so is a status it is asked for; a
            # trusted proxy says which host this is.
            leaves=":" in query or any(name in row.environ for name in HOST_NAMES),
            is_programs_fault="status" in query,
        )


def change_path(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, path=change_text(row.path, chance))


def change_query(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, query=change_text(row.query, chance))


def change_environ(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    environ: dict[str, Any] = {"HTTP_HOST": "localhost", **row.environ}
    keys = [k for k, v in environ.items() if isinstance(v, str) and k not in SERVERS_OWN]
    if keys and not keys[0].startswith("wsgi."):
        key = chance.choice([key for key in keys if not key.startswith("wsgi.")])
        environ[key] = as_server_gives(change_text(environ[key], chance))
    return dataclasses.replace(row, environ=environ)


def as_server_gives(text: str) -> str:
    """Return `text` as a native string of PEP 3333: bytes as ISO-8859-1."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")
    return text


def change_method(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, method=chance.choice(METHODS))


def change_body(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    text = change_text((row.body or b"").decode("latin-1"), chance)
    return dataclasses.replace(row, body=text.encode("utf-8", "surrogatepass"))


def change_multipart(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    """Change the structure of a multipart body; a row without one is left for another row."""
    if not is_multipart(row):
        row = choose_multipart(chance, rows)
    other = choose_multipart(chance, rows)
    body = change_form(row.body or b"", boundary_of(row), other.body or b"", chance)
    return dataclasses.replace(row, body=body[:MAX_BODY_BYTES])


def cross_environ(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, environ={**row.environ, **chance.choice(rows).environ})


def cross_query(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, query=chance.choice(rows).query)


def cross_path(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    return dataclasses.replace(row, path=chance.choice(rows).path)


def cross_body(row: Row, chance: random.Random, rows: Sequence[Row]) -> Row:
    other = chance.choice(rows)
    return dataclasses.replace(row, method=other.method, body=other.body)


STEPS: tuple[Callable[[Row, random.Random, Sequence[Row]], Row], ...] = (
    change_path,
    change_query,
    change_environ,
    change_environ,
    change_method,
    change_body,
    change_multipart,
    change_multipart,
    cross_environ,
    cross_query,
    cross_path,
    cross_body,
)


def change_text(text: str, chance: random.Random) -> str:
    """Return `text` with one thing wrong more."""
    start = chance.randint(0, len(text))
    stop = min(len(text), start + chance.choice((1, 1, 2, 5, 50)))
    piece = text[start:stop]
    made = chance.choice(
        (
            lambda: chance.choice(NASTY),
            lambda: piece + chance.choice(NASTY),
            lambda: chr(chance.randrange(256)),
            lambda: "",
            lambda: piece * chance.choice((2, 3, 300)),
            lambda: piece.swapcase(),
            lambda: "".join(f"%{ord(letter) & 255:02x}" for letter in piece),
            lambda: piece[::-1],
            lambda: chance.choice(NASTY) * chance.choice((2, 1001, 5000)),
        )
    )()
    return (text[:start] + made + text[stop:])[:MAX_CHARS]
