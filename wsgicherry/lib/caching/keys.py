"""What a stored response is found by: the URL, and the request headers that it depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from ...core.requestheaders import environ_key

Key = tuple[Any, ...]
"""Of texts, Nones and tuples of them."""


def find_target(request: Any) -> Key:
    """Return the key of the URL that `request` asks for.

    A tuple, as a path may hold what looks like the start of a query string. Host and path
    stand in it as the client wrote them: a page may repeat them.
    """
    environ = request.environ
    base = request._base
    if base is None:
        # PERF: what `request.base` says, in 0.1 us, not 0.9.
        host = environ.get("HTTP_HOST")
        base = environ["wsgi.url_scheme"] + "://" + host if host else request.base
    target = (base, request.script_name, request.path_info, request.query_string)
    # '%2F' in the path is what was sent as '%2F' here, and as '%252F' else.
    return (*target, "%2F") if request.has_encoded_slashes else target


def parse_url(url: str, request: Any = None) -> tuple[str, str, str]:
    """Return base, path and query string of an absolute URL, or of a path as `request` sees it.

    ValueError for a path without a request to tell the host.
    """
    parts = urlsplit(url)
    if parts.netloc:
        base = f"{parts.scheme}://{parts.netloc}"
    elif request is not None:
        base = request.base
    else:
        raise ValueError(f"{url!r} names no host: outside a request, give 'https://host/path'.")
    return base, unquote(parts.path) or "/", parts.query


def as_targets(url: str, script_name: str, request: Any = None) -> list[Key]:
    """Return the keys under which the page at `url` may be stored, in an application at
    `script_name`.
    """
    base, path, query = parse_url(url, request)
    plain = (base, script_name, path.removeprefix(script_name), query)
    return [plain, (*plain, "%2F")]


def pick_values(environ: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    """Return the values of the request headers `names`, None for one that was not sent."""
    return tuple([environ.get(environ_key(name)) for name in names])
