"""Forget what is stored, from a handler or from anywhere else in the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.current import find_serving
from .foreign import ForeignCache
from .keys import as_targets
from .mounted import list_caches


def purge(url: str, app: Any = None) -> None:
    """Forget what is stored of the page at `url`, all variants of it.

    `url` is absolute, or a path with its query string as the current request's host has it.
    `app`: the application that keeps it; default is that of the current request. ValueError
    for a path, RuntimeError for no `app`, outside a request. A cache in CherryPy's manner knows
    the current page alone: it forgets everything.
    """
    app, request = _place(app)
    targets = as_targets(url, app.script_name or "", request)
    for cache in list_caches(app):
        if isinstance(cache, ForeignCache):
            cache.clear()
            continue
        for target in targets:
            cache.forget(target)


def purge_tag(tag: str, app: Any = None) -> None:
    """Forget all pages that were stored with `tag`.

    RuntimeError for no `app` outside a request.
    """
    for cache in list_caches(_place(app)[0]):
        cache.forget_tag(tag)


def clear(app: Any = None) -> None:
    """Forget everything. RuntimeError for no `app` outside a request."""
    for cache in list_caches(_place(app)[0]):
        cache.clear()


def find_cache(app: Any = None) -> Any:
    """Return the cache of the application, the first one if it has several; None if it has
    none yet. RuntimeError for no `app` outside a request.
    """
    cache = next(iter(_place(app)[0].caches.values()), None)
    return getattr(cache, "cache", cache)


def find_any_cache(apps: Iterable[Any]) -> Any:
    """Return the cache of the current request's application, or of the first of `apps` that
    has one; None if none has.
    """
    serving = find_serving()
    mounted = [app for app in apps if hasattr(app, "caches")]
    found = map(find_cache, mounted if serving is None else [serving.request.app])
    return next((cache for cache in found if cache is not None), None)


def _place(app: Any) -> tuple[Any, Any]:
    serving = find_serving()
    if serving is not None:
        return app or serving.request.app, serving.request
    if app is None:
        raise RuntimeError(
            "Outside a request nobody knows whose cache is meant: give app=, the application "
            "that tree.mount() returned."
        )
    return app, None
