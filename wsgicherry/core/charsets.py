"""Which charsets a client may name, and text that is in one of several."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import HTTPError

# Codec names are never taken from a client as they come: 'zlib' and 'rot13' are codecs too.
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "us-ascii",
    "ascii": "us-ascii",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
}

MAX_SHOWN_CHARS = 40


def find_charset(named: str) -> str | None:
    """Return the charset that a client means by `named`, None unless it is in CHARSETS."""
    return CHARSETS.get(named.strip("\"'").lower())


def unknown_charset(named: str) -> HTTPError:
    """Return HTTPError 415 for a charset that is not in CHARSETS."""
    return HTTPError(
        415,
        f"The charset {named[:MAX_SHOWN_CHARS]!r} is not understood here; use utf-8 or "
        "iso-8859-1.",
    )


def undecodable(charsets: Sequence[str]) -> HTTPError:
    """Return HTTPError 400 for content that is in none of `charsets` (CherryPy's words)."""
    return HTTPError(
        400,
        "The request entity could not be decoded. The following charsets were attempted: "
        f"{list(charsets)!r}",
    )


def decode_text(data: bytes, charsets: Sequence[str]) -> tuple[str, str]:
    """Return `data` as text, and the first of `charsets` that it is in.

    HTTPError 400 when it is in none of them. A charset that Python does not know fits nothing.
    """
    for charset in charsets:
        try:
            return data.decode(charset), charset
        except (UnicodeDecodeError, LookupError):
            continue
    raise undecodable(charsets)
