"""HTTP by CherryPy's names: headers, dates, ranges, statuses, query strings.

Its functions are those of `wire`; what knows the request's settings is here. Source: BEHAVIOUR
12.1.
"""

from __future__ import annotations

import re
from typing import Any

from ..core.current import find_serving
from ..core.request import Request
from ..core.requestheaders import AcceptElement, header_elements
from ..wire import params, ranges
from ..wire.headers import (
    CaseInsensitiveDict,
    HeaderElement,
    HeaderMap,
    Host,
    HTTPDate,
    SanitizedHost,
    parse_header,
)
from ..wire.status import REASONS as response_codes
from ..wire.status import valid_status
from ..wire.urls import join as urljoin
from ..wire.words import decode_TEXT, decode_TEXT_maybe

__all__ = [
    "AcceptElement",
    "CaseInsensitiveDict",
    "HTTPDate",
    "HeaderElement",
    "HeaderMap",
    "Host",
    "SanitizedHost",
    "decode_TEXT",
    "decode_TEXT_maybe",
    "get_ranges",
    "header_elements",
    "parse_header",
    "parse_query_string",
    "protocol_from_http",
    "response_codes",
    "urljoin",
    "urljoin_bytes",
    "valid_status",
]

_PROTOCOL = re.compile(r"HTTP/([0-9])(?:\.([0-9]))?")


def urljoin_bytes(*atoms: bytes) -> bytes:
    """Return the atoms that are not empty as one path, each run of '/' as one; b'/' if none."""
    return urljoin(*(atom.decode("latin-1") for atom in atoms)).encode("latin-1")


def protocol_from_http(protocol_str: str) -> tuple[int, int]:
    """Return (1, 0) for 'HTTP/1.0', and (2, 0) for 'HTTP/2'; ValueError for what is none."""
    match = _PROTOCOL.fullmatch(protocol_str)
    if match is None:
        raise ValueError(f"{protocol_str!r} is no protocol: write 'HTTP/1.1'.")
    return int(match[1]), int(match[2] or 0)


def get_ranges(
    headervalue: str | None, content_length: int | None
) -> list[tuple[int, int]] | None:
    """Return the (start, stop) slices of `content_length` bytes that a Range header asks for.

    None: send all, since there is no header, or one to be ignored. []: none of the bytes
    asked for is there; answer 416. In a request its `request.max_ranges` is the limit. Source:
    RFC 9110 section 14; see `wire.ranges.get_ranges`.
    """
    serving = find_serving()
    limit = None if serving is None else serving.request.max_ranges
    # In config None says "not set".
    limit = ranges.MAX_RANGES if limit is None else limit
    return ranges.get_ranges(headervalue, content_length, limit)


def parse_query_string(
    query_string: str, keep_blank_values: bool = True, encoding: str = "utf-8"
) -> dict[str, Any]:
    """Return the parameters in `query_string`: text for a key met once, a list for repeats.

    In a request its settings for separators, image maps and the number of parameters hold.
    Raises `wire.params.UndecodableParams` for text that is not in `encoding` and
    `TooManyParams` for too many, both ValueErrors.
    """
    serving = find_serving()
    rules: Any = Request if serving is None else serving.request
    found = params.parse_query_string(
        _as_native(query_string, encoding),
        encoding=encoding,
        separators=rules.query_string_separator,
        image_map=rules.image_map,
        max_fields=rules.max_params,
    )
    return found if keep_blank_values else _without_blanks(found)


def _parse_qs(
    qs: str,
    keep_blank_values: bool = False,
    strict_parsing: bool = False,
    encoding: str = "utf-8",
) -> dict[str, Any]:
    """Do as `parse_query_string`; with `strict_parsing` ValueError for a pair without '='."""
    if strict_parsing:
        for pair in re.split("[&;]", qs):
            if "=" not in pair:
                raise ValueError(f"bad query field: {pair!r}")
    return parse_query_string(qs, keep_blank_values, encoding)


def _as_native(text: str, encoding: str) -> str:
    """Return text as the native string that a server would have made of it (PEP 3333)."""
    return text if text.isascii() else text.encode(encoding).decode("latin-1")


def _without_blanks(found: dict[str, Any]) -> dict[str, Any]:
    """Return `found` without empty values, and without the keys that have no other."""
    kept: dict[str, Any] = {}
    for key, value in found.items():
        for each in value if isinstance(value, list) else [value]:
            if each != "":
                params.add_param(kept, key, each)
    return kept
