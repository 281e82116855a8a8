"""JSON in request bodies (`tools.json_in`) and in what handlers return (`tools.json_out`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from json import JSONDecoder, JSONEncoder, encoder
from math import isfinite
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.headers import JSON, PLAIN_HTML

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 100
# An empty list takes 80 bytes of memory, so a document of nothing else 30 times its own size.
# More lists and objects than this must be worth their room: so many bytes each, on average.
MAX_SMALL_CONTAINERS = 100_000
CONTAINER_BYTES = 10


def refuse_constant(name: str) -> Any:
    """Raise ValueError: `name` (NaN, Infinity) is no JSON."""
    raise ValueError(f"{name} is not JSON.")


def finite_float(text: str) -> float:
    """Return the number; ValueError for one that Python would make infinite."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:20]} is beyond the range of numbers.")
    return number


# PERF: `json.loads` and `json.dumps` with any argument make a new one for each call: 2 us.
# Unchecked circles end in RecursionError, not in ValueError.
_encoder = JSONEncoder(allow_nan=False, check_circular=False)
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


def make_encode() -> Callable[[Any], str]:
    """Return what writes a document as ASCII JSON, and raises ValueError for NaN."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:  # only CPython has it
        return _encoder.encode
    # PERF: `JSONEncoder.encode` makes one of these for each call: 0.8 us.
    quote = encoder.encode_basestring_ascii
    encode = make(None, _encoder.default, quote, None, ": ", ", ", False, False, False)
    return lambda document: "".join(encode(document, 0))


encode_json = make_encode()


def json_processor(
    entity: Any,
    *,
    allow_nan: bool = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
) -> None:
    """Read the body as JSON into `request.json`.

    HTTPError 400 for what is no JSON (NaN and Infinity are none, RFC 8259 section 6; nor are
    numbers that would become infinite, and halves of surrogate pairs, RFC 7493 section 2), or
    nested deeper than `max_depth`; 413 for more than `max_bytes`, or `max_small_containers`.
    """
    data = entity.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise HTTPError(413, f"The JSON document is larger than {max_bytes} bytes.")
    serving_now().request.json = parse_json(data, allow_nan, max_depth, max_small_containers)


def parse_json(
    data: bytes,
    allow_nan: bool = False,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
) -> Any:
    """Return the document in `data`.

    HTTPError 400 when it is none, or none that we take; 413 when it is almost only brackets.
    """
    shape = data.translate(SHAPE)
    brackets = shape.count(b"[")
    if brackets > max_small_containers and brackets * CONTAINER_BYTES > len(data):
        raise HTTPError(
            413,
            f"The JSON document has more than {max_small_containers} small lists or objects.",
        )
    # PERF: with a parse_float of our own a float takes ten times as long.
    decode = _decode
    if allow_nan:
        decode = _decode_any
    elif (b"0e" in shape or len(shape) > MOST_DIGITS) and may_overflow(shape):
        decode = _decode_strictly
    try:
        text = data.decode("utf-8").strip(WHITE_SPACE)
        document, end = decode(text)
    except (ValueError, RecursionError):
        raise HTTPError(400, "Invalid JSON document") from None
    if end != len(text):
        raise HTTPError(400, "Invalid JSON document")
    # Few documents have so many brackets that they may be deep.
    if brackets > max_depth and depth_of(document) > max_depth:
        raise HTTPError(400, f"The JSON document is nested deeper than {max_depth} levels.")
    # PERF: a search for one byte takes a tenth of the time of one for two.
    if b"\\" in data and b"\\u" in data and not is_encodable(document):
        raise HTTPError(400, "Invalid JSON document")
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


def depth_of(document: Any) -> int:
    """Return how deep lists and dicts are nested in `document`."""
    depth, level = 0, [document]
    while level := [item for item in level if isinstance(item, (list, dict))]:
        depth += 1
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


JSON_TYPES = ("application/json", "text/javascript")


def json_in(
    content_type: str | Iterable[str] = JSON_TYPES,
    force: bool = True,
    debug: bool = False,
    processor: Callable[[Any], None] = json_processor,
    allow_nan: bool = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
) -> None:
    """Parse bodies of `content_type` with `processor` into `request.json`.

    `force`: refuse bodies of any other type with 415. `allow_nan`: take NaN and Infinity.
    `max_bytes`, `max_depth`: how large (413) and how deep (400) a document may be;
    `max_small_containers`: how many lists and objects of less than 10 bytes on average it may
    have (413). The last four are for our own processor. Source: BEHAVIOUR 6.4.
    """
    prepare_json_in(
        content_type,
        force,
        debug,
        processor,
        allow_nan,
        max_bytes,
        max_depth,
        max_small_containers,
    )()


def prepare_json_in(
    content_type: str | Iterable[str] = JSON_TYPES,
    force: bool = True,
    debug: bool = False,
    processor: Callable[..., None] = json_processor,
    allow_nan: bool = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
) -> Callable[[], None]:
    """Return what `json_in` does with these settings."""
    types = (content_type,) if isinstance(content_type, str) else tuple(content_type)
    limits = (allow_nan, max_bytes, max_depth, max_small_containers)
    if processor is json_processor and limits != DEFAULT_LIMITS:
        processor = partial(
            json_processor,
            allow_nan=allow_nan,
            max_bytes=max_bytes,
            max_depth=max_depth,
            max_small_containers=max_small_containers,
        )
    processors = {name.lower(): processor for name in types}
    refuse = partial(refuse_type, ", ".join(types))

    def use_processors() -> None:
        request = serving_now().request
        if not request.process_request_body:
            return
        body = request.body
        if force:
            body.processors = processors.copy()
            body.default_proc = refuse
        else:
            body.processors.update(processors)

    return use_processors


DEFAULT_LIMITS = (False, MAX_BYTES, MAX_DEPTH, MAX_SMALL_CONTAINERS)


def refuse_type(expected: str) -> None:
    """Raise HTTPError 415: the body is none of the types `expected`."""
    raise HTTPError(415, f"Expected an entity of content type {expected}")


def json_handler(*args: Any, **kwargs: Any) -> bytes:
    """Return the wrapped handler's result as ASCII JSON. ValueError for NaN and Infinity."""
    request: Any = serving_now().request
    return encode_json(request._json_inner_handler(*args, **kwargs)).encode("ascii")


def json_out(
    content_type: str | None = "application/json",
    debug: bool = False,
    handler: Callable[..., Any] = json_handler,
) -> None:
    """Turn what the handler returns into JSON of `content_type` (None: that stays as it is).

    `handler` stands in for the page handler, which it finds in `request._json_inner_handler`.
    """
    serving = serving_now()
    request: Any = serving.request
    # A request whose handler is None is answered already (by a cache, by a static file).
    if request.handler is None:
        return
    response = serving.response
    if content_type == JSON[1] and response._headerlist == [PLAIN_HTML]:
        response._headerlist[0] = JSON  # PERF: 0.2 us, and 3 less when it is sent
    elif content_type is not None:
        response.headers["Content-Type"] = content_type
    request._json_inner_handler = request.handler
    request.handler = handler
