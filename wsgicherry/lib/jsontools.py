"""JSON in request bodies (`tools.json_in`) and in what handlers return (`tools.json_out`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 100


def json_processor(entity: Any) -> None:
    """Read the body as JSON into `request.json`.

    HTTPError 400 for what is no JSON (NaN and Infinity are none, RFC 8259 section 6), or nested deeper than
    MAX_DEPTH; 413 for more than MAX_BYTES.
    """
    read_json(entity)


def read_json(entity: Any, allow_nan: bool = False) -> None:
    """Read `entity` as JSON into `request.json`; see `json_processor`."""
    data = entity.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise HTTPError(413, f"The JSON document is larger than {MAX_BYTES} bytes.")
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=None if allow_nan else refuse_constant)
    except (ValueError, RecursionError):
        raise HTTPError(400, "Invalid JSON document") from None
    # Counting brackets is quick, and few documents have so many that their depth must be measured.
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and depth_of(document) > MAX_DEPTH:
        raise HTTPError(400, f"The JSON document is nested deeper than {MAX_DEPTH} levels.")
    serving_now().request.json = document


def refuse_constant(name: str) -> Any:
    """Raise ValueError: `name` (NaN, Infinity) is no JSON."""
    raise ValueError(f"{name} is not JSON.")


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
    content_type: str | Iterable[str] = ("application/json", "text/javascript"),
    force: bool = True,
    debug: bool = False,
    processor: Callable[[Any], None] = json_processor,
    allow_nan: bool = False,
) -> None:
    """Parse bodies of `content_type` with `processor` into `request.json`.

    `force`: refuse bodies of any other type with 415. `allow_nan`: take NaN and Infinity. Source: BEHAVIOUR 6.4.
    """
    request = serving_now().request
    if not request.process_request_body:
        return
    types = [content_type] if isinstance(content_type, str) else list(content_type)
    body = request.body
    if force:
        body.processors.clear()
        expected = ", ".join(types)
        body.default_proc = HTTPError(415, f"Expected an entity of content type {expected}")
    if allow_nan and processor is json_processor:
        processor = read_json_with_nan
    for name in types:
        body.processors[name.lower()] = processor


def read_json_with_nan(entity: Any) -> None:
    """Read the body as JSON into `request.json`, NaN and Infinity included."""
    read_json(entity, allow_nan=True)


def json_handler(*args: Any, **kwargs: Any) -> bytes:
    """Return the result of the wrapped handler as JSON, ASCII only. ValueError for NaN and Infinity."""
    value = serving_now().request._json_inner_handler(*args, **kwargs)
    return json.dumps(value, allow_nan=False).encode("utf-8")


def json_out(
    content_type: str | None = "application/json",
    debug: bool = False,
    handler: Callable[..., Any] = json_handler,
) -> None:
    """Turn what the handler returns into JSON of `content_type` (None leaves that header alone).

    `handler` stands in for the page handler, which it finds in `request._json_inner_handler`.
    """
    serving = serving_now()
    request = serving.request
    # A request whose handler is None is answered already (by a cache, by a static file).
    if request.handler is None:
        return
    if content_type is not None:
        serving.response.headers["Content-Type"] = content_type
    request._json_inner_handler = request.handler
    request.handler = handler
