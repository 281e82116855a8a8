"""The settings of `tools.sessions`: which there are, and what they mean together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.loaded import ConfigError
from ...core.settings import nearest
from ...core.toolsettings import read_documentation
from .base import Session
from .builtin import BUILTIN, RamSession
from .cookies import SessionCookie
from .merging import check_policies
from .stored import StoredSession
from .stores import SessionStore, store_settings

if TYPE_CHECKING:
    import inspect

PREFIX = "tools.sessions."

LOCKINGS = ("implicit", "early", "explicit", "merge")


class Settings(NamedTuple):
    """What `tools.sessions.*` says for a page, settled."""

    session_class: type[Session]
    cookie: SessionCookie
    attributes: dict[str, Any]
    is_shared: bool  # with other processes, as far as we know
    has_setup: bool  # as classes in CherryPy's manner have


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
    """Return what the settings mean; ConfigError for what cannot be.

    `storage_class`: where sessions are kept: 'ram', 'file', 'memcached', 'redis', a class or
    its dotted name. `storage_type`: CherryPy's old name of `storage_class`. `timeout`: minutes
    that a session lives after its last use. `clean_freq`: minutes between two clean-ups; 0 is
    never. `locking`: when a session is locked: 'implicit', 'early', 'explicit' or 'merge'.

    `name`: of the cookie. `path`: of the cookie, None is the whole host. `path_header`: a
    request header that has the cookie's path. `domain`: of the cookie, None is this host alone.
    `secure`: send the cookie by https only, None is if the request came so. `httponly`: no
    script can read the cookie. `samesite`: of the cookie: 'Lax', 'Strict', 'None', or None for
    no such attribute. `partitioned`: a cookie for each site that shows yours in a frame.
    `persistent`: the cookie outlives the browser's end.
    """
    session_class = find_class(storage_class or storage_type or RamSession)
    cookie = SessionCookie(
        name, path, path_header, domain, secure, httponly, samesite, partitioned, persistent
    )
    check_minutes("timeout", timeout)
    check_minutes("clean_freq", clean_freq, may_be_never=True)
    is_shared = True
    if issubclass(session_class, StoredSession):
        check_locking(locking, LOCKINGS)
        check_attributes(session_class, attributes)
        if attributes.get("client") is None:  # whose makers may have another package
            check_packages(session_class.store_class)
        # Found once, not for each request; nothing is opened yet.
        twin = session_class(None, **attributes)
        attributes.update(store=twin.store, codec=twin.codec)
        is_shared = session_class.store_class.is_shared
    elif locking == "merge":
        check_locking(locking, LOCKINGS[:-1])
    attributes.update(timeout=timeout, clean_freq=clean_freq, debug=debug, locking=locking)
    has_setup = hasattr(session_class, "setup")
    return Settings(session_class, cookie, attributes, is_shared, has_setup)


OF_THE_TOOL = settle.__code__.co_varnames[: settle.__code__.co_argcount]
"""The settings that are no session class's."""


def bad(name: str, value: Any, wanted: str) -> ConfigError:
    """Return the error that `tools.sessions.<name>` cannot be `value`."""
    met = f"It cannot be {value!r}."
    return ConfigError(met, wanted, key=PREFIX + name, value=repr(value))


def check_minutes(name: str, value: Any, *, may_be_never: bool = False) -> None:
    """ConfigError unless `value` is a number of minutes; 0 only if that `may_be_never`."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf or (value == 0 and not may_be_never):
        wanted = "0 (never) or more" if may_be_never else "more than 0"
        raise bad(name, value, f"It must be a number of minutes, {wanted}.")


def find_class(storage: Any) -> type[Session]:
    """Return the session class that is named: itself, by a dotted name, or by a short one."""
    found = storage
    if isinstance(storage, str):
        module, _, attribute = storage.rpartition(".")
        found = BUILTIN.get(storage.lower().removesuffix("session"))
        if found is None and module:
            found = import_class(storage, module, attribute)
    if isinstance(found, type) and issubclass(found, Session):
        return found
    wanted = (
        f"It must be {', '.join(map(repr, BUILTIN))}, a class derived from Session, or the "
        "dotted name of one."
    )
    raise bad("storage_class", storage, wanted)


class NotThere(ConfigError):
    """A class that is named cannot be imported, so far."""


def import_class(storage: str, module: str, attribute: str) -> Any:
    """Return what the dotted name says; NotThere if that is nothing, so far."""
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        key = PREFIX + "storage_class"
        raise NotThere(f"It cannot be imported: {error}.", key=key, value=storage) from error


def check_locking(locking: str, lockings: Sequence[str]) -> None:
    """ConfigError for a way of locking that there is not."""
    if locking not in lockings:
        raise bad("locking", locking, f"It must be {', '.join(map(repr, lockings))}.")


def check_attributes(session_class: type[StoredSession], attributes: Mapping[str, Any]) -> None:
    """ConfigError for settings of a session class that it does not have, or cannot use."""
    known = {*store_settings(session_class.store_class), *public_attributes(session_class)}
    for name, value in attributes.items():
        if name not in known:
            meant = nearest(name, {*known, *OF_THE_TOOL})
            remedy = (
                f"Did you mean {PREFIX + meant!r}?"
                if meant
                else f"It has {', '.join(sorted(known))}."
            )
            raise ConfigError(
                f"{session_class.__name__} has no such setting.",
                remedy,
                key=PREFIX + name,
                value=repr(value),
            )
    check_lock_timeout(attributes.get("lock_timeout"))
    absolute_timeout = attributes.get("absolute_timeout")
    if absolute_timeout is not None:
        check_minutes("absolute_timeout", absolute_timeout)
    policies = attributes.get("merge", {})
    try:
        check_policies(policies)
    except ValueError as error:
        raise bad("merge", policies, str(error)) from error


def check_packages(store_class: type[SessionStore]) -> None:
    """ConfigError if a package is missing that every store of `store_class` needs."""
    try:
        store_class.check_packages()
    except ImportError as error:
        raise ConfigError(str(error), key=PREFIX + "storage_class") from None


def check_lock_timeout(value: Any) -> None:
    """ConfigError unless `value` is a time to wait, or None."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if seconds is not None and not (is_number and seconds >= 0):
        wanted = "It must be seconds, a timedelta (0 or more) or None (no limit)."
        raise bad("lock_timeout", value, wanted)


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
    *("is_saved", "is_final", "is_expired", "locked", "loaded", "touched", "regenerated"),
    *("originalid", "life_minutes", "on_touch", "on_kept", "on_expire"),
    *("store_class", "stores", "store", "codec", "cache", "locks", "cleaners", "clean_thread"),
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
        annotations = {
            name: annotation
            for base in kind.__mro__
            for name, annotation in vars(base).get("__annotations__", {}).items()
        }
        for name in sorted(public_attributes(kind)):
            parameter = Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=getattr(kind, name),
                annotation=annotations.get(name, Parameter.empty),
            )
            known.setdefault(name, parameter)
    return known


def explain_settings() -> dict[str, str]:
    """Return what every setting of the session classes in the box means."""
    sources = (settle, StoredSession, *(kind.store_class for kind in BUILTIN.values()))
    found: dict[str, str] = {}
    for source in sources:
        for name, text in read_documentation(source.__doc__).items():
            found.setdefault(name, text)
    return found


def has_own_classes(kind: type = Session) -> bool:
    """Tell whether the program has derived session classes of its own from `kind`."""
    ours = __name__.partition(".")[0]
    derived: list[type] = kind.__subclasses__()
    return any(
        each.__module__.partition(".")[0] != ours or has_own_classes(each) for each in derived
    )
