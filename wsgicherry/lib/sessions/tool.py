"""`tools.sessions`: a session for each request that looks into it, and nothing for the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.current import serving_now
from ...core.hooks import DEFAULT_PRIORITY
from ...core.sending import StartedStream
from ...core.settings import nearest
from ...core.tools import Tool, ToolTarget
from .. import is_iterator
from .base import Session
from .builtin import BUILTIN, RamSession
from .cleaning import ensure_cleaner
from .cookies import SessionCookie, mark_private
from .merging import check_policies
from .records import Codec
from .stored import StoredSession, store_settings

if TYPE_CHECKING:
    import inspect

LOCKINGS = ("implicit", "early", "explicit", "merge")

EARLY_PRIORITY = 60
"""Just after the session is there, before the body is read (CherryPy's rule)."""

RAM_IN_WORKERS = (
    "The sessions are kept in RAM, and this server has several worker processes: each would "
    "have sessions of its own. Set tools.sessions.storage_class to 'file', 'memcached' or "
    "'redis', or run one worker (gunicorn -w 1 --threads 8)."
)


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
            remedy = f"did you mean {meant!r}?" if meant else f"it has {', '.join(sorted(known))}."
            raise ValueError(
                f"tools.sessions.{name}: {session_class.__name__} has no such setting; {remedy}"
            )
    lock_timeout = attributes.get("lock_timeout")
    if isinstance(lock_timeout, bool) or not isinstance(
        lock_timeout, (int, float, timedelta, type(None))
    ):
        raise ValueError(
            f"tools.sessions.lock_timeout is {lock_timeout!r}; it must be seconds, a timedelta, "
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
    *("is_saved", "is_expired", "locked", "loaded", "regenerated", "touched", "originalid", "clean_thread", "on_touch"),
    *("on_kept", "on_expire", "stores", "store_class", "cache", "locks"),
}
"""Attributes of a session that say how it is, and are no settings."""


# -- the hooks -------------------------------------------------------------------------


def init(**settings: Any) -> None:
    """Give the current request its session; nothing is read, locked or sent before somebody
    looks into it.

    Takes the settings of `tools.sessions`. What a store of CherryPy's kind does not know of its
    keyword arguments becomes attributes. Source: CherryPy's rule (BEHAVIOUR 7.2).
    """
    begin(settle(**settings))


def begin(settings: Settings) -> None:
    """Give the current request its session, by settled `settings`; once."""
    serving = serving_now()
    if "session" in serving.__dict__:
        return
    request = serving.request
    session_class, cookie = settings.session_class, settings.cookie
    if session_class is RamSession and request.environ.get("wsgi.multiprocess"):
        raise RuntimeError(RAM_IN_WORKERS)
    if hasattr(session_class, "setup"):
        set_up(session_class, settings.attributes)
    session = session_class(cookie.find(request), **settings.attributes)
    session.on_touch = partial(note_touch, session)
    session.on_kept = partial(send_cookie, session, cookie)
    session.on_expire = partial(expire_cookie, session, cookie)
    serving.session = session  # type: ignore[attr-defined]


_setting_up = threading.Lock()
_set_up: set[type[Session]] = set()


def set_up(session_class: Any, attributes: Mapping[str, Any]) -> None:
    """Call `setup()` of a class in CherryPy's manner, once in each process."""
    if session_class in _set_up:
        return
    with _setting_up:
        if session_class not in _set_up:
            own = ("timeout", "clean_freq", "debug", "locking")
            session_class.setup(**{k: v for k, v in attributes.items() if k not in own})
            _set_up.add(session_class)


def note_touch(session: Session) -> None:
    """Mark the response as this client's own, and have the store cleaned from now on."""
    serving = serving_now()
    mark_private(serving.response)
    if session.clean_freq > 0:
        if isinstance(session, StoredSession):
            store = session.store
            if store.needs_cleaning:
                app = serving.request.app
                ensure_cleaner(store, app, store.clean_up, session.clean_freq)
        elif type(session).clean_up is not Session.clean_up:
            kind = type(session)
            ensure_cleaner(kind, serving.request.app, session.clean_up, session.clean_freq)


def send_cookie(session: Session, cookie: SessionCookie) -> None:
    """Have the client keep the session as long as the store does."""
    serving = serving_now()
    request, response = serving.request, serving.response
    if response.header_list is not None:  # the head has been sent, or is about to be
        if session.id != session.originalid:
            request.log(
                "A session began after the head of its response: the client does not learn of "
                "it. Write to the session before the first chunk.",
                "TOOLS.SESSIONS",
                30,
            )
    elif not session.is_expired and (cookie.persistent or session.id != session.originalid):
        cookie.send(request, response, session.id, session.timeout)


def expire_cookie(session: Session, cookie: SessionCookie) -> None:
    """Have the client forget the cookie."""
    serving = serving_now()
    session.is_expired = True
    cookie.expire(serving.request, serving.response)


def lock_early() -> None:
    """Lock the session that the client has, before its body is read."""
    session: Session = serving_now().session  # type: ignore[attr-defined]
    if session.originalid is not None:
        session.acquire_lock()


def save() -> None:
    """Save what was changed, and unlock, before the head of the response is made; once.

    Of a body that is made while it is sent the first chunk is made now, so that what it changes
    is saved too. Source: CherryPy's rule (BEHAVIOUR 7.3); there the lock was held to the end.
    """
    serving = serving_now()
    session: Session | None = getattr(serving, "session", None)
    if session is None or session.is_saved:
        return
    session.is_saved = True
    response = serving.response
    if is_iterator(response.body):
        if not response.stream:
            response.collapse_body()
        elif hasattr(response.body, "send"):  # a generator
            response.body = StartedStream(response.body)
    if session.touched:
        mark_private(response)  # an error page has lost it
        session.save()


save.failsafe = True  # type: ignore[attr-defined]


def close() -> None:
    """Save what the rest of a streamed body has changed, and unlock whatever happened."""
    session: Session | None = getattr(serving_now(), "session", None)
    if session is None or not session.touched:
        return
    try:
        if session.is_saved and session.loaded and session._is_changed:
            session.save()
    finally:
        if session.locked:
            session.release_lock()


close.failsafe = True  # type: ignore[attr-defined]
close.priority = 90  # type: ignore[attr-defined]


def expire() -> None:
    """Have the client forget the session's cookie. The data stays: see `session.delete()`."""
    serving_now().session.expire()  # type: ignore[attr-defined]


def set_response_cookie(
    path: str | None = None,
    path_header: str | None = None,
    name: str = "session_id",
    timeout: float | None = 60,
    domain: str | None = None,
    secure: bool | None = None,
    httponly: bool = True,
    samesite: str | None = "Lax",
    partitioned: bool = False,
) -> None:
    """Send the cookie of the current session, with these attributes.

    `timeout` is in minutes; None makes it one that ends with the browser. Source: CherryPy's
    rule (BEHAVIOUR 7.2).
    """
    serving = serving_now()
    cookie = SessionCookie(
        name, path, path_header, domain, secure, httponly, samesite, partitioned
    )
    session: Session = serving.session  # type: ignore[attr-defined]
    cookie.send(serving.request, serving.response, session.id, timeout)


# -- the tool --------------------------------------------------------------------------


class SessionTool(Tool):
    """The tool `sessions`; its settings are settled once for a plan.

    `locking`: 'implicit' locks a session when it is first touched and until it is saved, 'early'
    before the body is read, 'explicit' when the program says `session.acquire_lock()`; 'merge'
    never, what two requests changed at once is merged when it is saved.
    """

    def __init__(self) -> None:
        super().__init__("before_request_body", init, "sessions")

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter] | None:
        # PERF: 5 ms that a start need not pay; see core/tools.py.
        from inspect import Parameter, signature

        known = dict(signature(settle).parameters)
        del known["attributes"]
        for kind in BUILTIN.values():
            known.update(store_settings(kind.store_class))
            for name in public_attributes(kind):
                known.setdefault(name, Parameter(name, Parameter.KEYWORD_ONLY))
        return known

    def arguments(self) -> Mapping[str, inspect.Parameter] | None:
        """Return the settings; None (anything) where a program has session classes of its own,
        for CherryPy made every keyword an attribute of those.
        """
        return None if has_own_classes(Session) else self._arguments

    def find_fault(self, settings: Mapping[str, Any]) -> str:
        """Return what is wrong with `settings`, all for one page; '' if nothing is."""
        try:
            settle(**{name: value for name, value in settings.items() if name != "priority"})
        except (TypeError, ValueError) as error:
            return str(error)
        return ""

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach the hooks of a session with `settings`."""
        priority = settings.pop("priority", None)
        settled = settle(**settings)
        hook: Callable[[], None] = partial(begin, settled)
        hooks = target.hooks
        hooks.attach(
            "before_request_body", hook, priority=DEFAULT_PRIORITY if priority is None else priority
        )
        if settled.attributes["locking"] == "early":
            hooks.attach("before_request_body", lock_early, priority=EARLY_PRIORITY)
        hooks.attach("before_finalize", save)
        hooks.attach("on_end_request", close)

    def regenerate(self) -> None:
        """Go on under a new id (CherryPy's name for `session.regenerate()`)."""
        serving_now().session.regenerate()  # type: ignore[attr-defined]


def has_own_classes(kind: type) -> bool:
    """Tell whether a program has derived session classes of its own."""
    return any(
        each.__module__.partition(".")[0] != __name__.partition(".")[0] or has_own_classes(each)
        for each in kind.__subclasses__()
    )
