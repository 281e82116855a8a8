"""Query strings and urlencoded bodies: from the wire to one plain dict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

# Two numbers, as a browser sends them for a click on <img ismap> (HTML 4.01 section 13.6.2).
_IMAGE_MAP = re.compile(r"([0-9]{1,9}),([0-9]{1,9})")


class UndecodableParams(ValueError):
    """The parameters are not text in any of the encodings that were tried."""

    def __init__(self, encodings: Sequence[str]) -> None:
        super().__init__(f"The parameters cannot be decoded; tried {', '.join(encodings)}.")
        self.encodings = tuple(encodings)


class TooManyParams(ValueError):
    """There are more parameters than the limit allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"There are more than {limit} parameters.")
        self.limit = limit


def parse_query_string(
    qs: str,
    *,
    encoding: str = "utf-8",
    separators: str = "&",
    image_map: bool = False,
    keep_blank_values: bool = True,
    max_fields: int = 1000,
) -> dict[str, Any]:
    """Return the parameters in `qs`: text for a key met once, a list in order for repeats.

    `qs` is the environ's native string (PEP 3333: bytes read as ISO-8859-1). A key without
    '=' has the value ''. `separators` is '&', or '&;' as CherryPy splits (a cache in front
    of us may not: CVE-2020-28473). With `image_map`, '12,34' is {'x': 12, 'y': 34}.
    Raises UndecodableParams when `qs` is not text in `encoding`, TooManyParams when it has
    more than `max_fields` pairs, and LookupError for an encoding Python does not know.
    """
    if not qs:
        return {}
    if image_map and (point := _IMAGE_MAP.fullmatch(qs)):
        return {"x": int(point[1]), "y": int(point[2])}
    pairs = _split_pairs(qs, separators, max_fields)
    try:
        return _collect(pairs, qs, encoding, keep_blank_values)
    except UnicodeError as error:
        raise UndecodableParams((encoding,)) from error


def parse_urlencoded(
    data: bytes,
    encodings: Sequence[str],
    *,
    separators: str = "&",
    max_fields: int = 1000,
) -> tuple[dict[str, Any], str]:
    """Return the parameters of a form's body, and the one encoding that fits all of it.

    The encodings are tried in order; one that Python does not know fits nothing, since a
    client may have named it. Raises UndecodableParams when none fits, TooManyParams when
    there are more than `max_fields` pairs.
    """
    text = data.decode("latin-1")
    pairs = _split_pairs(text, separators, max_fields)
    for encoding in encodings:
        try:
            return _collect(pairs, text, encoding, True), encoding
        except (UnicodeError, LookupError):
            continue
    raise UndecodableParams(encodings)


def add_param(params: dict[str, Any], key: str, value: Any) -> None:
    """Put `value` under `key`; a second value for a key turns both into a list."""
    if key not in params:
        params[key] = value
        return
    held = params[key]
    if isinstance(held, list):
        held.append(value)
    else:
        params[key] = [held, value]


def _split_pairs(text: str, separators: str, max_fields: int) -> list[str]:
    """Return the pairs of `text` that are not empty; raise TooManyParams over the limit."""
    first = separators[0]
    for other in separators[1:]:
        text = text.replace(other, first)
    pairs = [pair for pair in text.split(first) if pair]
    if len(pairs) > max_fields:
        raise TooManyParams(max_fields)
    return pairs


def _collect(
    pairs: list[str], text: str, encoding: str, keep_blank_values: bool
) -> dict[str, Any]:
    """Return the dict of `pairs`, which were cut from `text`.

    Raises UnicodeError when they are not in `encoding`, LookupError when that is unknown.
    """
    # PERF: without an escape there is nothing to decode; one look at the whole text
    # saves two calls a pair, and most query strings are like this.
    is_plain = text.isascii() and "%" not in text and "+" not in text
    params: dict[str, Any] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if not (value or keep_blank_values):
            continue
        if not is_plain:
            key, value = _decode(key, encoding), _decode(value, encoding)
        if key in params:
            add_param(params, key, value)
        else:
            params[key] = value
    return params


def _decode(text: str, encoding: str) -> str:
    """Return the text that a urlencoded native string stands for."""
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode(encoding)
