"""RFC 2047 encoded words: text beyond ISO-8859-1 in a header, '=?utf-8?b?4oKs?='."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import a2b_qp

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_-]{1,20})\?([bBqQ])\?([^?]*)\?=")
# Clients name the charset; these three are what anyone sends and what cannot bite.
_WORD_CHARSETS = frozenset(("utf-8", "us-ascii", "iso-8859-1"))


def decode_TEXT(value: str) -> str:
    """Return `value` with its RFC 2047 encoded words decoded; never raises.

    A word that cannot be decoded, or whose charset is not UTF-8, US-ASCII or ISO-8859-1,
    stays as it stands. White space between two decoded words is dropped (section 6.2), and
    so are control characters that a word hides.
    """
    parts: list[str] = []
    position = 0
    after_word = False
    for match in _ENCODED_WORD.finditer(value):
        word = _decode_word(*match.groups())
        between = value[position : match.start()]
        if not (after_word and word is not None and not between.strip(" \t\r\n")):
            parts.append(between)
        parts.append(match[0] if word is None else word)
        after_word = word is not None
        position = match.end()
    parts.append(value[position:])
    return "".join(parts)


def decode_TEXT_maybe(value: str) -> str:
    """Return decode_TEXT(value) if `value` looks encoded, else `value`; never raises."""
    return decode_TEXT(value) if "=?" in value else value


def _decode_word(charset: str, scheme: str, text: str) -> str | None:
    """Return what one encoded word says, or None if that cannot be told."""
    if charset.lower() not in _WORD_CHARSETS:
        return None
    try:
        raw = b64decode(text) if scheme in "bB" else a2b_qp(text, header=True)
        return _CONTROLS.sub("", raw.decode(charset))
    except ValueError:
        return None


def encoded_word(text: str) -> str:
    """Return `text` as one encoded word, however long."""
    # RFC 2047 would fold after 75 characters; RFC 9110 section 5.5 forbids folding.
    word = b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return f"=?utf-8?b?{word}?="
