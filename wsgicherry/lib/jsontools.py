"""JSON in request bodies (`tools.json_in`) and in what handlers return (`tools.json_out`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

from ..core.charsets import find_charset
from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.headers import JSON, PLAIN_HTML
from ..core.loaded import ConfigError
from ..wire.headers import TOKEN, parse_header
from .jsoncodecs import (
    SHAPE,
    Decode,
    decode_json,
    encode_json,
    find_decoder,
    find_encoder,
    is_encodable,
)

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 100
# An empty list takes 80 bytes of memory, so a document of nothing else 30 times its own size.
# More lists and objects than this must be worth their room: so many bytes each, on average.
MAX_SMALL_CONTAINERS = 100_000
CONTAINER_BYTES = 10

JSON_TYPES = ("application/json", "text/javascript")


# -- what comes in ---------------------------------------------------------------------


def json_processor(
    entity: Any,
    *,
    allow_nan: bool = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
    decode: Decode | None = None,
) -> None:
    """Read the body as JSON into `request.json`.

    HTTPError 400 for what is no JSON (NaN and Infinity are none, RFC 8259 section 6; nor are
    numbers that would become infinite, and halves of surrogate pairs, RFC 7493 section 2), or
    nested deeper than `max_depth`; 413 for more than `max_bytes`, or `max_small_containers`;
    415 for a Content-Type that is malformed, and for a charset other than UTF-8.
    """
    if entity._raw_type != JSON[1] and not is_json_type(entity._raw_type):
        raise HTTPError(415, "JSON is UTF-8, and its Content-Type a type with parameters.")
    data = entity.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise HTTPError(413, f"The JSON document is larger than {max_bytes} bytes.")
    serving_now().request.json = parse_json(
        data, allow_nan, max_depth, max_small_containers, decode
    )


_MEDIA_TYPE = re.compile(
    rf"[ \t]*{TOKEN}/{TOKEN}[ \t]*"
    rf'(?:;[ \t]*(?:{TOKEN}=(?:{TOKEN}|"(?:[^"\\]|\\.)*")[ \t]*)?)*'
)
MAX_TYPE_CHARS = 1024


@lru_cache(maxsize=64)  # PERF: clients of a site send few different types
def is_json_type(content_type: str) -> bool:
    """Tell whether a Content-Type follows its grammar (RFC 9110 section 8.3.1), and names no
    charset but UTF-8 (RFC 8259 section 8.1).
    """
    if len(content_type) > MAX_TYPE_CHARS or not _MEDIA_TYPE.fullmatch(content_type):
        return False
    charset = parse_header(content_type)[1].get("charset")
    return charset is None or find_charset(charset) in ("utf-8", "us-ascii")


def parse_json(
    data: bytes,
    allow_nan: bool = False,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
    decode: Decode | None = None,
) -> Any:
    """Return the document in `data`, read by `decode`; None: by Python's json.

    HTTPError 400 when it is none, or none that we take; 413 when it is almost only brackets.
    """
    shape = data.translate(SHAPE)
    brackets = shape.count(b"[")
    if brackets > max_small_containers and brackets * CONTAINER_BYTES > len(data):
        raise HTTPError(
            413,
            f"The JSON document has more than {max_small_containers} small lists or objects.",
        )
    try:
        document = decode(data) if decode else decode_json(data, shape, allow_nan)
    except (ValueError, RecursionError):
        raise HTTPError(400, "Invalid JSON document") from None
    # Few documents have so many brackets that they may be deep.
    if brackets > max_depth and depth_of(document) > max_depth:
        raise HTTPError(400, f"The JSON document is nested deeper than {max_depth} levels.")
    # PERF: a search for one byte takes a tenth of the time of one for two.
    if b"\\" in data and b"\\u" in data and not decode and not is_encodable(document):
        raise HTTPError(400, "Invalid JSON document")
    return document


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


def json_in(
    content_type: str | Iterable[str] = JSON_TYPES,
    force: bool = True,
    debug: bool = False,
    processor: Callable[[Any], None] = json_processor,
    allow_nan: bool = False,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_small_containers: int = MAX_SMALL_CONTAINERS,
    decoder: str | Callable[[bytes], Any] = "stdlib",
) -> None:
    """Parse the body into `request.json`.

    Where there is none to parse (a GET, another type without `force`) that is an attribute that
    is missing; to read it all the same is HTTPError 400.

    `content_type`: the type of the bodies to parse, or several. `force`: refuse bodies of any
    other type with 415. `processor`: what parses in place of ours; called with the body.
    `allow_nan`: take NaN and Infinity. `max_bytes`: how large a document may be; more is
    answered 413. `max_depth`: how many levels it may have; more is answered 400.
    `max_small_containers`: how many lists and objects of under ten bytes on average it may
    have; more is answered 413. `decoder`: 'stdlib', 'orjson', 'msgspec', or a function of the
    bytes that raises ValueError for what is no JSON.

    A `processor` uses none of what stands behind it. Source: BEHAVIOUR 6.4.
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
        decoder,
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
    decoder: str | Callable[[bytes], Any] = "stdlib",
) -> Callable[[], None]:
    """Return what `json_in` does with these settings; ConfigError for what they cannot be."""
    types = (content_type,) if isinstance(content_type, str) else tuple(content_type)
    decode = find_decoder(decoder)
    if decode and (allow_nan or processor is not json_processor):
        met = "'allow_nan' and 'processor' are of no use beside a decoder:"
        raise ConfigError(met, "leave out one of the two.", key="tools.json_in.decoder")
    if processor is json_processor:
        processor = partial(
            json_processor,
            allow_nan=allow_nan,
            max_bytes=max_bytes,
            max_depth=max_depth,
            max_small_containers=max_small_containers,
            decode=decode,
        )
    processors = {name.lower(): processor for name in types}
    refuse = partial(refuse_type, ", ".join(types)) if force else None
    return partial(use_processors, processors, refuse, debug)


def use_processors(
    processors: dict[str, Callable[..., None]], refuse: Callable[[], None] | None, debug: bool
) -> None:
    """Have the body of the current request read by `processors`, one for a type, and others by
    `refuse`; if that is None, as without us.
    """
    request = serving_now().request
    request.wants_json = True
    if not request.process_request_body:
        return
    if debug:
        request.log(f"reading bodies of {', '.join(processors)}", "TOOLS.JSON_IN")
    body = request.body
    if refuse:
        body.processors = processors.copy()
        body.default_proc = refuse
    else:
        body.processors.update(processors)


def refuse_type(expected: str) -> None:
    """Raise HTTPError 415: the body is none of the types `expected`."""
    raise HTTPError(415, f"Expected an entity of content type {expected}")


# -- what goes out ---------------------------------------------------------------------


def json_handler(*args: Any, **kwargs: Any) -> bytes:
    """Return the wrapped handler's result as ASCII JSON. ValueError for NaN and Infinity."""
    request: Any = serving_now().request
    return encode_json(request._json_inner_handler(*args, **kwargs))


def json_out(
    content_type: str | None = "application/json",
    debug: bool = False,
    handler: Callable[..., Any] = json_handler,
    encoder: str | Callable[[Any], bytes | str] = "stdlib",
) -> None:
    """Turn what the handler returns into JSON.

    `content_type`: the Content-Type to set; None leaves it as it is. `handler`: what is called
    in the page's place; it finds the page in `request._json_inner_handler`. `encoder`:
    'stdlib', 'orjson', 'msgspec', or a function that returns bytes or str.
    """
    prepare_json_out(content_type, debug, handler, encoder)()


def prepare_json_out(
    content_type: str | None = "application/json",
    debug: bool = False,
    handler: Callable[..., Any] = json_handler,
    encoder: str | Callable[[Any], bytes | str] = "stdlib",
) -> Callable[[], None]:
    """Return what `json_out` does with these settings; ConfigError for what they cannot be."""
    if encoder != "stdlib":
        if handler is not json_handler:
            met = "'handler' does not use an encoder:"
            raise ConfigError(met, "leave out one of the two.", key="tools.json_out.encoder")
        handler = make_handler(encoder)

    def wrap_handler() -> None:
        serving = serving_now()
        request: Any = serving.request
        # A request whose handler is None is answered already (by a cache, by a static file).
        if request.handler is None:
            return
        if debug:
            request.log(f"what {request.handler!r} returns becomes JSON", "TOOLS.JSON_OUT")
        response = serving.response
        if content_type == JSON[1] and response._headerlist == [PLAIN_HTML]:
            response._headerlist[0] = JSON  # PERF: 0.2 us, and 3 less when it is sent
        elif content_type is not None:
            response.headers["Content-Type"] = content_type
        request._json_inner_handler = request.handler
        request.handler = handler

    return wrap_handler


def make_handler(encoder: str | Callable[[Any], bytes | str]) -> Callable[..., bytes]:
    """Return a `json_handler` that writes by `encoder`."""
    encode = find_encoder(encoder)

    def handle(*args: Any, **kwargs: Any) -> bytes:
        request: Any = serving_now().request
        return encode(request._json_inner_handler(*args, **kwargs))

    return handle
