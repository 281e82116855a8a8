"""JSON to documents and back: by Python's json, orjson, msgspec, or a function of one's own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from json import JSONDecoder, JSONEncoder, encoder
from math import isfinite
from typing import Any

from ..core.loaded import ConfigError

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]

# -- Python's own ----------------------------------------------------------------------


def refuse_constant(name: str) -> Any:
    """Raise ValueError: `name` (NaN, Infinity) is no JSON."""
    raise ValueError(f"{name} is not JSON.")


def finite_float(text: str) -> float:
    """Return the number; ValueError for one that Python would make infinite."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:20]} is beyond the range of numbers.")
    return number


class _Encoder(JSONEncoder):
    def default(self, o: Any) -> Any:
        """Raise TypeError: JSON has nothing for `o`."""
        raise TypeError(
            f"Object of type {type(o).__name__} is not JSON serializable: make it a text, a "
            "number, a list or a dict, or set tools.json_out.encoder to what can write it."
        )


# PERF: `json.loads` and `json.dumps` with any argument make a new one for each call: 2 us.
# Unchecked circles end in RecursionError, not in ValueError.
_encoder = _Encoder(allow_nan=False, check_circular=False)
_encode_text = JSONEncoder(ensure_ascii=False, check_circular=False).encode
_decode_any = JSONDecoder().raw_decode
_decode = JSONDecoder(parse_constant=refuse_constant).raw_decode
_decode_strictly = JSONDecoder(
    parse_constant=refuse_constant, parse_float=finite_float
).raw_decode

WHITE_SPACE = " \t\n\r"  # RFC 8259 section 2

# What matters of a document before it is read: digits, exponents and brackets.
SHAPE = bytes.maketrans(b"123456789E{", b"000000000e[")
MOST_DIGITS = 300  # a number of fewer has room in a double
_MANY_DIGITS = b"0" * MOST_DIGITS


def make_encode() -> Encode:
    """Return what writes a document as ASCII JSON, and raises ValueError for NaN."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:  # only CPython has it
        return lambda document: _encoder.encode(document).encode("ascii")
    # PERF: `JSONEncoder.encode` makes one of these for each call: 0.8 us.
    quote = encoder.encode_basestring_ascii
    encode = make(None, _encoder.default, quote, None, ": ", ", ", False, False, False)
    return lambda document: "".join(encode(document, 0)).encode("ascii")


encode_json = make_encode()


def decode_json(data: bytes, shape: bytes, allow_nan: bool = False) -> Any:
    """Return the document in `data`, whose SHAPE is `shape`.

    ValueError and RecursionError for what is none; without `allow_nan` for NaN, Infinity and
    numbers that would become infinite too.
    """
    # PERF: with a parse_float of our own a float takes ten times as long.
    decode = _decode
    if allow_nan:
        decode = _decode_any
    elif (b"0e" in shape or len(shape) > MOST_DIGITS) and may_overflow(shape):
        decode = _decode_strictly
    text = data.decode("utf-8").strip(WHITE_SPACE)
    document, end = decode(text)
    if end != len(text):
        raise ValueError("Something follows the document.")
    return document


def may_overflow(shape: bytes) -> bool:
    """Tell whether a number may be too large: it has an exponent or 300 digits.

    `shape` is the document, translated by SHAPE.
    """
    return b"0e0" in shape or b"0e+0" in shape or _MANY_DIGITS in shape


def is_encodable(document: Any) -> bool:
    """Tell whether the text in `document` is UTF-8: half a surrogate pair is not."""
    try:
        _encode_text(document).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# -- by the settings `encoder` and `decoder` -------------------------------------------

LIBRARIES = ("orjson", "msgspec")


def find_encoder(choice: Any) -> Encode:
    """Return what `tools.json_out.encoder` means: 'stdlib', 'orjson', 'msgspec', or a function
    that returns bytes or str. ConfigError for anything else, and for what is not installed.
    """
    if choice == "stdlib":
        return encode_json
    if callable(choice):
        return lambda document: as_json_bytes(choice(document), choice)
    library = load_library(choice, "tools.json_out.encoder")
    if choice == "msgspec":
        return with_fallback(library.json.encode)
    option = library.OPT_NON_STR_KEYS  # as the other two write them
    return with_fallback(lambda document: library.dumps(document, None, option))


def find_decoder(choice: Any) -> Decode | None:
    """Return what `tools.json_in.decoder` means, None for 'stdlib'; else as `find_encoder`."""
    if choice == "stdlib":
        return None
    if callable(choice):
        return choice  # type: ignore[no-any-return]
    library = load_library(choice, "tools.json_in.decoder")
    decode: Decode = library.json.decode if choice == "msgspec" else library.loads
    return decode


def load_library(choice: Any, key: str) -> Any:
    """Return the module that `choice` names; ConfigError about the setting `key`."""
    if choice not in LIBRARIES:
        raise ConfigError(
            f"{choice!r} is no {key.rpartition('.')[2]} of JSON.",
            "It may be 'stdlib', 'orjson', 'msgspec' or a function of your own.",
            key=key,
        )
    try:
        return import_module(choice)
    except ModuleNotFoundError:
        raise ConfigError(
            f"{choice!r} is not installed.",
            f"Install it: pip install 'wsgicherry[{choice}]'",
            key=key,
        ) from None


def with_fallback(encode: Encode) -> Encode:
    """Return an encoder that leaves to Python's what `encode` refuses of plain data: integers
    of over 64 bits, halves of surrogate pairs, and what else a library may find too much.
    """

    def encode_with_fallback(document: Any) -> bytes:
        try:
            return encode(document)
        except (TypeError, ValueError) as error:
            try:
                return encode_json(document)
            except (TypeError, ValueError):
                raise error from None

    return encode_with_fallback


def as_json_bytes(text: Any, function: Any) -> bytes:
    """Return what an encoder gave as bytes; TypeError if it is neither str nor bytes."""
    if isinstance(text, str):
        return text.encode("utf-8")
    if isinstance(text, (bytes, bytearray, memoryview)):
        return bytes(text)
    raise TypeError(
        f"The JSON encoder {function!r} returned {text!r}: it must be bytes or str."
    )
