"""The Content-Disposition header: of a form's part (RFC 7578), and of a response (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
from binascii import a2b_qp
from urllib.parse import quote

from .headers import MalformedHeader, parse_header

# Each is a step of Python's, and a body of a megabyte has room for a million of them.
MAX_SEMICOLONS = 32
MAX_BACKSLASHES = 512

# What browsers send for names without odd characters, which is nearly every part.
_PLAIN = re.compile(
    r'form-data; name="([^"\\%\x80-\xff]*)"(?:; filename="([^"\\%/\x80-\xff]*)")?'
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_ESCAPABLE = re.compile(r'["\\]')
# RFC 8187 section 3.2.1: charset'language'value
_EXTENDED = re.compile(r"([A-Za-z0-9-]{1,20})'[A-Za-z0-9-]*'([A-Za-z0-9!#$&+.^_`|~%-]*)")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_EXTENDED_CHARSETS = ("utf-8", "iso-8859-1")
# How browsers write what would end a quoted string (WHATWG HTML, multipart/form-data).
_BROWSER_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))


def parse_disposition(value: str) -> tuple[str | None, str | None]:
    """Return (name, filename) of a part; None for one that is not given.

    `value` is a native string (bytes read as ISO-8859-1); text in it is UTF-8 if it can be.
    `filename*` (RFC 8187) wins over `filename`; MalformedHeader for one that is none, and for
    more than MAX_SEMICOLONS or MAX_BACKSLASHES. Of a file name no directories and no control
    characters are left.
    """
    plain = _PLAIN.fullmatch(value)
    if plain is not None:
        name, filename = plain.groups()
        return name, filename if not filename else base_name(filename)
    if value.count(";") > MAX_SEMICOLONS or value.count("\\") > MAX_BACKSLASHES:
        raise MalformedHeader(value)
    _, params = parse_header(value)
    name, filename = params.get("name"), params.get("filename")
    if "filename*" in params:
        filename = _decode_extended(params["filename*"])
    elif filename is not None:
        filename = _read_text(filename)
    return (
        None if name is None else _read_text(name),
        None if filename is None else base_name(filename),
    )


def base_name(filename: str) -> str:
    r"""Return `filename` without directories ('/' and '\') and without control characters.

    What is then no name of a file ('', '.', '..') becomes '_', but '' stays: it is what a file
    input sends that was left empty.
    """
    if not filename:
        return ""
    last = _CONTROLS.sub("", filename).replace("\\", "/").rpartition("/")[2].strip()
    return "_" if last in ("", ".", "..") else last


def _read_text(text: str) -> str:
    for escape, character in _BROWSER_ESCAPES:
        text = text.replace(escape, character)
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _decode_extended(text: str) -> str:
    match = _EXTENDED.fullmatch(text)
    if match is None or match[1].lower() not in _EXTENDED_CHARSETS:
        raise MalformedHeader(text)
    if _BROKEN_ESCAPE.search(match[2]):
        raise MalformedHeader(text)
    try:
        # PERF: escapes are those of quoted-printable but for their first character, and its
        # decoder is written in C: 8 kB of them take 10 us, not 600.
        return a2b_qp(match[2].replace("%", "=").encode("ascii")).decode(match[1])
    except UnicodeDecodeError:
        raise MalformedHeader(text) from None


def write_disposition(disposition: str, filename: str | None = None) -> str:
    """Return the value of the header for a response: 'attachment; filename="a.txt"'.

    The name in ASCII, as near as it comes, and the whole of it as `filename*` where it differs
    (RFC 8187). Quotes and backslashes are escaped, control characters are dropped.
    """
    if filename is None:
        return disposition
    name = _CONTROLS.sub("", filename)
    plain = unicodedata.normalize("NFKC", name).encode("ascii", "ignore").decode()
    escaped = _ESCAPABLE.sub(r"\\\g<0>", plain)
    header = f'{disposition}; filename="{escaped}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return header
