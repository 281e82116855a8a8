"""Parts of a page that is stored whole: it may answer a Range (RFC 9111 section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from ...core.current import Serving
from ...wire.conditions import parse_date
from ..static.mediatypes import UNKNOWN
from ..static.serving import answer_parts, find_slices
from .entries import Entry


def find_parts(serving: Serving, entry: Entry) -> Sequence[tuple[int, int]] | None:
    """Return the slices of `entry` that the client asks for; None for the whole.

    HTTPError 416 if it has no such bytes.
    """
    if not entry.status.startswith("200 ") or entry.find_header("Content-Encoding"):
        return None  # the client counts bytes of the page, not of what compression made of it
    modified = parse_date(entry.find_header("Last-Modified"))
    return find_slices(serving, len(entry.body), entry.find_header("Etag"), modified)


def show_parts(serving: Serving, entry: Entry, slices: Sequence[tuple[int, int]]) -> None:
    """Make those slices the body of the response, which is `entry` by now."""
    content_type = entry.find_header("Content-Type") or UNKNOWN
    file = BytesIO(entry.body)
    answer_parts(serving.response, file, slices, len(entry.body), content_type)
