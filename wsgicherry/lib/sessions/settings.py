"""The settings of `tools.sessions`: which there are, and what they mean together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.settings import nearest
from .base import Session
from .builtin import BUILTIN, RamSession
from .cookies import SessionCookie
from .merging import check_policies
from .records import Codec
from .stored import StoredSession, store_settings

if TYPE_CHECKING:
    import inspect

LOCKINGS = ("implicit", "early", "explicit", "merge")


class Settings(NamedTuple):
    """What `tools.sessions.*` says for a page, settled."""

    session_class: type[Session]
    cookie: SessionCookie
    attributes: Mapping[str, Any]


def settle(
    storage_type: str | None = None,
    path: str | None = None,
    path_header: str | None = None,
    name: str = "session_id",
    timeout: float = 60,
    domain: str | None = None,
    secure: bool | None = None,
    clean_freq: float = 5,
    persistent: bool = True,
    httponly: bool = True,
    debug: bool = False,
    storage_class: Any = None,
    samesite: str | None = "Lax",
    partitioned: bool = False,
    locking: str = "implicit",
    **attributes: Any,
) -> Settings:
    """Return what the settings mean; ValueError or TypeError for what cannot be."""
    session_class = find_class(storage_class or storage_type or RamSession)
    cookie = SessionCookie(
        name, path, path_header, domain, secure, httponly, samesite, partitioned, persistent
    )
    if issubclass(session_class, StoredSession):
        check_locking(locking)
        check_attributes(session_class, attributes)
    if timeout <= 0:
        raise ValueError(f"tools.sessions.timeout is {timeout!r} minutes; it must be over 0.")
    attributes.update(timeout=timeout, clean_freq=clean_freq, debug=debug, locking=locking)
    return Settings(session_class, cookie, attributes)


def find_class(storage: Any) -> type[Session]:
    """Return the session class that is named: itself, by a dotted name, or by a short one."""
    found = storage
    if isinstance(storage, str):
        module, _, attribute = storage.rpartition(".")
        found = BUILTIN.get(storage.lower().removesuffix("session"))
        if found is None and module:
            found = getattr(import_module(module), attribute)
    if isinstance(found, type) and issubclass(found, Session):
        return found
    raise ValueError(
        f"tools.sessions.storage_class is {storage!r}, which is no session class. It can be "
        f"{', '.join(map(repr, BUILTIN))}, a class derived from Session, or its dotted name."
    )


def check_locking(locking: str) -> None:
    """ValueError for a way of locking that there is not."""
    if locking not in LOCKINGS:
        raise ValueError(
            f"tools.sessions.locking is {locking!r}; it can be "
            f"{', '.join(map(repr, LOCKINGS))}."
        )


def check_attributes(session_class: type[StoredSession], attributes: Mapping[str, Any]) -> None:
    """ValueError for settings of a session class that it does not have, or cannot use."""
    known = {*store_settings(session_class.store_class), *public_attributes(session_class)}
    for name in attributes:
        if name not in known:
            meant = nearest(name, known)
            remedy = (
                f"did you mean {meant!r}?" if meant else f"it has {', '.join(sorted(known))}."
            )
            raise ValueError(
                f"tools.sessions.{name}: {session_class.__name__} has no such setting; {remedy}"
            )
    lock_timeout = attributes.get("lock_timeout")
    if isinstance(lock_timeout, bool) or not isinstance(
        lock_timeout, (int, float, timedelta, type(None))
    ):
        raise ValueError(
            f"tools.sessions.lock_timeout is {lock_timeout!r}; it must be seconds, a timedelta "
            "or None (no limit)."
        )
    check_policies(attributes.get("merge", {}))
    if not session_class.store_class.keeps_objects:
        Codec(attributes.get("serializer", "json"), attributes.get("secret", ()))


def public_attributes(session_class: type[Session]) -> set[str]:
    """Return the names of what a session class has to set: its public data attributes."""
    return {
        name
        for kind in session_class.__mro__
        for name, value in vars(kind).items()
        if not name.startswith("_")
        and not callable(value)
        and not isinstance(value, (property, classmethod, staticmethod))
    } - STATE


STATE = {
    *(
        "is_saved",
        "is_expired",
        "locked",
        "loaded",
        "regenerated",
        "touched",
        "originalid",
        "clean_thread",
        "on_touch",
    ),
    *("on_kept", "on_expire", "stores", "store_class", "cache", "locks", "cleaners"),
}
"""Attributes of a session that say how it is, and are no settings."""


def list_settings() -> dict[str, inspect.Parameter]:
    """Return every setting of the session classes in the box."""
    # PERF: 5 ms that a start need not pay; see core/tools.py.
    from inspect import Parameter, signature

    known = dict(signature(settle).parameters)
    del known["attributes"]
    for kind in BUILTIN.values():
        known.update(store_settings(kind.store_class))
        for name in public_attributes(kind):
            known.setdefault(name, Parameter(name, Parameter.KEYWORD_ONLY))
    return known


def has_own_classes(kind: type = Session) -> bool:
    """Tell whether the program has derived session classes of its own from `kind`."""
    ours = __name__.partition(".")[0]
    derived: list[type] = kind.__subclasses__()
    return any(
        each.__module__.partition(".")[0] != ours or has_own_classes(each) for each in derived
    )
