"""Query strings and urlencoded bodies: from the wire to one plain dict."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Mapping, Sequence
from typing import Any

# Two numbers, as a browser sends them for a click on <img ismap> (HTML 4.01 section 13.6.2).
_IMAGE_MAP = re.compile(r"([0-9]{1,9}),([0-9]{1,9})")
# What cannot be undone before the pairs are split: '&', NUL, and an escape that is none.
_ODD_ESCAPE = re.compile(r"%(?:26|00|(?![0-9A-Fa-f]{2}))")

_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


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
    if len(separators) > 1:
        qs = _same_separator(qs, separators)
    try:
        return _collect(qs, separators[0], encoding, max_fields)
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
    if len(separators) > 1:
        text = _same_separator(text, separators)
    for encoding in encodings:
        try:
            return _collect(text, separators[0], encoding, max_fields), encoding
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


def merge_params(params: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Add `found` to `params`; the values of a name that both have become one list, those of
    `params` first.
    """
    if not params:
        params.update(found)
        return
    for name, value in found.items():
        for item in value if isinstance(value, list) else (value,):
            add_param(params, name, item)


def _same_separator(text: str, separators: str) -> str:
    """Return `text` with the first of `separators` for each of them."""
    for other in separators[1:]:
        text = text.replace(other, separators[0])
    return text


def _collect(text: str, separator: str, encoding: str, max_fields: int) -> dict[str, Any]:
    """Return the dict of the pairs in `text`.

    Raises TooManyParams, UnicodeError when they are not in `encoding`, LookupError when that
    is unknown.
    """
    equals, is_decoded = "=", True
    text = text.replace("+", " ")
    is_ascii = text.isascii()
    if "%" in text or not is_ascii:
        # The text means the same when its escapes are undone before it is split.
        is_decoded = (
            is_ascii and separator == "&" and "\0" not in text and not _ODD_ESCAPE.search(text)
        )
        if is_decoded:
            # PERF: escapes are those of quoted-printable but for their first character, and its
            # decoder is written in C: a form of six fields takes 3 us, not 8.
            quoted = text.replace("=", "\0").replace("%", "=")
            text, equals = a2b_qp(quoted).decode(encoding), "\0"
    pairs = text.split(separator)
    if len(pairs) > max_fields:
        pairs = list(filter(None, pairs))  # a megabyte of '&' holds no pair, and costs none
        if len(pairs) > max_fields:
            raise TooManyParams(max_fields)
    params: dict[str, Any] = {}
    for pair in pairs:
        try:
            key, value = pair.split(equals)
        except ValueError:  # there is not exactly one '='
            if not pair:
                continue
            key, _, value = pair.partition(equals)
            value = value.replace(equals, "=")
        if not is_decoded:
            key, value = _decode(key, encoding), _decode(value, encoding)
        if key in params:
            add_param(params, key, value)
        else:
            params[key] = value
    return params


def _decode(text: str, encoding: str) -> str:
    """Return the text that a native string with escapes stands for, broken ones as they are.

    `unquote_to_bytes` would take 190 bytes of memory for each escape of a megabyte of them.
    """
    if "%" in text:
        # Two rounds, since those of one do not overlap, leave no '%%' for the slower search.
        text = text.replace("%%", "%25%").replace("%%", "%25%").replace("=", "%3D")
        text = _BROKEN_ESCAPE.sub("%25", text).replace("%", "=")
        return a2b_qp(text.encode("latin-1")).decode(encoding)
    return text.encode("latin-1").decode(encoding)
