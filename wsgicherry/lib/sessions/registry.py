"""The stores of this process: one for all sessions with the same settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .stores import SessionStore

STORES: dict[Any, SessionStore] = {}
"""Each store, by its class and its settings."""


def find_store(store_class: type[SessionStore], settings: Mapping[str, Any]) -> SessionStore:
    """Return this process's store with these settings; make it at the first use."""
    named = sorted((name, repr(value)) for name, value in settings.items())
    key = (store_class, *named)
    store = STORES.get(key)
    if store is None:  # of two threads one wins; nothing has been opened yet
        store = STORES.setdefault(key, store_class(**settings))
    return store


@cache
def store_settings(store_class: type[SessionStore]) -> Mapping[str, Any]:
    """Return the settings of a store: the keyword arguments of its `__init__`."""
    # PERF: 5 ms that a start need not pay; see core/tools.py.
    from inspect import signature

    parameters = dict(signature(store_class.__init__).parameters)
    parameters.pop("self", None)
    return parameters
