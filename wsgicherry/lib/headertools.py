"""`response_headers` and `ignore_headers`: headers that every answer has, or no page sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..core.current import serving_now
from ..core.loaded import ConfigError
from .headernames import check_name, list_names

_HEADERS = "tools.response_headers.headers"
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def response_headers(
    headers: Iterable[tuple[str, object]] | None = None, debug: bool = False
) -> None:
    """Set headers on the response, which the page may still change.

    `headers`: (name, value) pairs. It runs after another tool has failed, too.
    """
    serving = serving_now()
    if debug:
        serving.request.log(f"setting response headers: {headers!r}", "TOOLS.RESPONSE_HEADERS")
    for name, value in headers or ():
        serving.response.headers[name] = value


response_headers.failsafe = True  # type: ignore[attr-defined]


def prepare_response_headers(
    headers: Iterable[tuple[str, object]] | None = None, debug: bool = False
) -> Callable[[], None]:
    """Return what `response_headers` does; ConfigError for what is no pair, and no header."""
    pairs: list[Any] = [tuple(pair) for pair in headers or ()]
    for pair in pairs:
        if len(pair) != 2:
            raise ConfigError(f"It holds {pair!r}, which is not (name, value).", key=_HEADERS)
        check_name(_HEADERS, pair[0])
        if _CONTROLS.search(str(pair[1])):
            met = f"It holds the value {pair[1]!r};"
            wanted = "a header is one line without control characters."
            raise ConfigError(met, wanted, key=_HEADERS)
    return partial(response_headers, headers=pairs, debug=debug)


def ignore_headers(headers: str | Iterable[str] = ("Range",), debug: bool = False) -> None:
    """Drop headers of the request, so that nothing after this tool heeds them.

    `headers`: the name, or several. Source: CherryPy's rule (BEHAVIOUR 6.3).
    """
    request = serving_now().request
    for name in [headers] if isinstance(headers, str) else headers:
        try:
            # Not asked for first: what is ignored makes no difference to the answer.
            del request.headers[name]
        except KeyError:
            continue
        if debug:
            request.log(f"ignoring the request header {name!r}", "TOOLS.IGNORE_HEADERS")


def prepare_ignore_headers(
    headers: str | Iterable[str] = ("Range",), debug: bool = False
) -> Callable[[], None]:
    """Return what `ignore_headers` does; ConfigError for what is no name of a header."""
    names = list_names("tools.ignore_headers.headers", headers)
    return partial(ignore_headers, headers=names, debug=debug)
