"""Addresses as the current request sees them: `url()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlencode

from ..wire.urls import normalize_path, relative_url, resolve, without_host
from .current import find_serving
from .request import Request

Relative = bool | Literal["server"] | None


def url(
    path: str = "",
    qs: Any = "",
    script_name: str | None = None,
    base: str | None = None,
    relative: Relative = None,
    *,
    outside_base: Callable[[], str] | None = None,
) -> str:
    """Return the address of `path`: '/x' in the application, 'x' as seen from this page.

    `qs`: a query string, a dict or pairs. `script_name`, `base`: instead of the current ones.
    `relative`: True for an address relative to the current URL, 'server' for one that begins
    with '/', None for what the application's `relative_urls` says. Outside a request `base` (or
    `outside_base`) and `script_name` are put before `path`. Source: CherryPy's rule (BEHAVIOUR
    3.10).
    """
    query = urlencode(qs, doseq=True) if isinstance(qs, (tuple, list, dict)) else qs
    tail = "?" + query if query else ""
    serving = find_serving()
    if serving is None or serving.request.app is None:
        if base is None:
            base = outside_base() if outside_base is not None else ""
        address = base + _absolute((script_name or "") + path) + tail
        return _without_base(address) if relative == "server" and "://" in base else address
    request = serving.request
    whole = request.base if base is None else base
    prefix = request.script_name if script_name is None else script_name
    address = whole + prefix + _in_application(request, path, prefix) + tail
    if relative is None:
        relative = request.app.relative_urls
    if relative == "server":
        return _without_base(address)
    if relative:
        return relative_url(_without_base(request.here()), _without_base(address))
    return address


def _in_application(request: Request, path: str, prefix: str) -> str:
    """Return `path` as it stands behind `prefix`, the application's root, dots resolved."""
    if path.startswith("/"):
        return normalize_path(path)
    current = request.current_path()
    if not path:
        return normalize_path(current)
    if "://" not in path:
        return resolve(current, path)
    # CherryPy's rule: an absolute address is not special here. But it must not go on with the
    # host's name either: 'http://h' and '.evil.example/://'.
    return path if prefix else "/" + path


def _absolute(path: str) -> str:
    return normalize_path(path if not path or path.startswith("/") else "/" + path)


def _without_base(address: str) -> str:
    return without_host("/" + address.split("/", 3)[3]) if address.count("/") > 2 else "/"
