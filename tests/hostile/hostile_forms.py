"""Mutations of multipart bodies that know how such a body is made, and forms made by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from hostile_row import Row

_BOUNDARY = re.compile(r'boundary="?([^";]{1,201})')
_PIECE = re.compile(rb"(\r\n|[\r\n])")
DEFAULT_BOUNDARY = b"B"

HEADERS = (
    b'Content-Disposition: form-data; name="a"; filename="../x"',
    b"Content-Disposition: form-data; name=a; filename*=utf-8''%FF",
    b"Content-Type: text/plain; charset=rot13",
    b"Content-Type: multipart/mixed; boundary=C",
    b"Content-Type: multipart/mixed",
    b"Content-Length: 1",
    b"Transfer-Encoding: chunked",
    b"X-Long: " + b"x" * 9000,
    b" folded",
    b"no colon",
    b": no name",
    b"",
)


def boundary_of(row: Row) -> bytes:
    """Return the boundary of a row's body, one that many rows have if it has none."""
    found = _BOUNDARY.search(str(row.environ.get("CONTENT_TYPE", "")))
    return found[1].encode("latin-1", "replace") if found else DEFAULT_BOUNDARY


def change_form(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return `body` with one thing wrong more; `other` is a body to take pieces of."""
    return chance.choice(CHANGES)(body, boundary, other, chance)


def swap_line_end(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    pieces = _PIECE.split(body)
    if len(pieces) > 1:
        place = chance.randrange(1, len(pieces), 2)
        pieces[place] = chance.choice((b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\r\n", b""))
    return b"".join(pieces)


def swap_line_ends(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    return body.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n")))


def cut(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    return body[: chance.randint(0, len(body))]


def cut_at_mark(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    """Cut in, before or behind a boundary."""
    places = [found.start() for found in re.finditer(re.escape(b"--" + boundary), body)]
    place = chance.choice(places) if places else 0
    return body[: max(0, place + chance.randint(-3, len(boundary) + 5))]


def drop_part(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = split(body, boundary)
    del parts[chance.randrange(len(parts))]
    return join(parts, boundary)


def repeat_part(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = split(body, boundary)
    place = chance.randrange(len(parts))
    return join(parts[:place] + parts[place:] * chance.choice((2, 2, 3, 1001)), boundary)


def splice(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    """Put parts of another body among those of this one."""
    parts, more = split(body, boundary), split(other, boundary)
    start = chance.randrange(len(more))
    place = chance.randint(0, len(parts))
    return join(parts[:place] + more[start:][:3] + parts[place:], boundary)


def nest(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    """Make the whole body one part of a form."""
    inner = chance.choice((b"C", boundary, boundary + b"C"))
    head = b"Content-Type: multipart/mixed; boundary=" + inner
    content = body.replace(boundary, inner)
    return b"--%b\r\n%b\r\n\r\n%b\r\n--%b--" % (boundary, head, content, boundary)


def flip_in_mark(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    places = [found.start() for found in re.finditer(re.escape(b"--" + boundary), body)]
    start = chance.choice(places) if places else 0
    return flip(body, start, start + len(boundary) + 6, chance)


def flip_in_head(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    start = body.find(b"\r\n") + 1
    return flip(body, start, max(start, body.find(b"\r\n\r\n")) + 4, chance)


def flip(body: bytes, start: int, stop: int, chance: random.Random) -> bytes:
    """Change one bit between two places."""
    if not body:
        return body
    place = min(chance.randrange(start, max(stop, start + 1)), len(body) - 1)
    changed = bytes((body[place] ^ (1 << chance.randrange(8)),))
    return body[:place] + changed + body[place + 1 :]


def add_header(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    mark = b"--" + boundary + b"\r\n"
    lines = b"".join(
        chance.choice(HEADERS) + b"\r\n" for _ in range(chance.choice((1, 1, 2, 17)))
    )
    return body.replace(mark, mark + lines, chance.choice((1, 1, 2, 1000)))


def add_mark(body: bytes, boundary: bytes, other: bytes, chance: random.Random) -> bytes:
    """Put what is, or looks like, a boundary somewhere."""
    start, stop = chance.choice((b"\r\n", b"\n", b"\r", b"", b" ")), chance.choice(STOPS)
    place = chance.randint(0, len(body))
    return body[:place] + start + b"--" + boundary + stop + body[place:]


STOPS = (b"\r\n", b"--", b"--\r\n", b"\n", b"-", b" \r\n", b"", b"B\r\n", b"\x00\r\n")

CHANGES: tuple[Callable[[bytes, bytes, bytes, random.Random], bytes], ...] = (
    swap_line_end,
    swap_line_ends,
    cut,
    cut_at_mark,
    drop_part,
    repeat_part,
    splice,
    nest,
    flip_in_mark,
    flip_in_head,
    add_header,
    add_mark,
)


def split(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what stands between the boundaries of `body`, at least one piece."""
    return body.split(b"--" + boundary)


def join(parts: list[bytes], boundary: bytes) -> bytes:
    """Return parts with boundaries between them."""
    return (b"--" + boundary).join(parts)
