"""What `tools.sessions` does at each point of a request: next to nothing, unless somebody looks
into the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from logging import WARNING
from typing import Any

from ...core.bodies import FileChunks
from ...core.current import serving_now
from ...core.errors import UNEXPECTED
from ...core.sending import StartedStream
from ...core.tools import Elsewhere
from .. import is_iterator
from ..privatepages import mark_private
from .base import Session
from .cleaning import ensure_cleaner
from .cookies import SessionCookie
from .settings import Settings, settle
from .stored import StoredSession

EARLY_PRIORITY = 60
"""Just after the session is there, before the body is read (CherryPy's rule)."""

RAM_IN_WORKERS = (
    "The sessions are kept in RAM, and this server has several worker processes: each would "
    "have sessions of its own. Set tools.sessions.storage_class to 'file', 'memcached' or "
    "'redis', or run one worker (gunicorn -w 1 --threads 8)."
)


SetUpLock = AbstractContextManager[Any]


def prepare_init(lock: SetUpLock, /, **settings: Any) -> tuple[Any, ...]:
    """Return what gives requests a session with `settings`, and what looks after it.

    `lock` is held while a session class is set up. ConfigError, ValueError or TypeError for
    settings that cannot be.
    """
    settled = settle(**settings)
    early = (Elsewhere("before_request_body", lock_early, EARLY_PRIORITY),)
    return (
        partial(begin, settled, maker_of(settled), lock),
        *(early if settled.attributes["locking"] == "early" else ()),
        Elsewhere("before_finalize", save),
        Elsewhere("after_error_response", keep_private),
        # An unexpected error skips `save`; nobody need wait until its page has been sent.
        Elsewhere("after_error_response", unlock),
        Elsewhere("on_end_request", close),
    )


def init(**settings: Any) -> None:
    """Give the current request its session; nothing is read, locked or sent before somebody
    looks into it.

    Takes the settings of `tools.sessions`. What a store of CherryPy's kind does not know of its
    keyword arguments becomes attributes. Source: CherryPy's rule (BEHAVIOUR 7.2).
    """
    settled = settle(**settings)
    begin(settled, maker_of(settled), nullcontext())


Maker = Callable[[str | None], Session]


def maker_of(settings: Settings) -> Maker:
    """Return what makes a session of the id that a client sent."""
    kind = settings.session_class
    callbacks: dict[str, Callable[[Any], None]] = {
        "on_touch": note_touch_of(settings),
        "on_kept": partial(send_cookie, settings.cookie),
        "on_expire": partial(expire_cookie, settings.cookie),
    }
    if kind.__init__ is StoredSession.__init__:
        # PERF: what is the same for all sessions of a plan stands in a class of theirs: 2 us
        # less for each of them.
        own = {name: staticmethod(function) for name, function in callbacks.items()}
        about = {"__module__": kind.__module__, "__doc__": kind.__doc__}
        return type(kind.__name__, (kind,), {**settings.attributes, **own, **about})

    def make(id: str | None) -> Session:
        session = kind(id, **settings.attributes)
        vars(session).update(callbacks)
        return session

    return make


def begin(settings: Settings, make: Maker, lock: SetUpLock) -> None:
    """Give the current request its session, by settled `settings`; once."""
    serving = serving_now()
    if getattr(serving, "session", None) is not None:
        return
    request = serving.request
    session_class, cookie = settings.session_class, settings.cookie
    if request.environ.get("wsgi.multiprocess") and not settings.is_shared:
        raise RuntimeError(RAM_IN_WORKERS)
    if settings.has_setup:
        set_up(session_class, settings.attributes, lock)
    serving.session = make(cookie.find(request))  # type: ignore[attr-defined]


def set_up(session_class: Any, attributes: Mapping[str, Any], lock: SetUpLock) -> None:
    """Call `setup()` of a class in CherryPy's manner, once in a process."""
    if "_is_set_up" in vars(session_class):
        return
    with lock:
        if "_is_set_up" not in vars(session_class):
            own = ("timeout", "clean_freq", "debug", "locking")
            session_class.setup(**{k: v for k, v in attributes.items() if k not in own})
            session_class._is_set_up = True


def note_touch_of(settings: Settings) -> Callable[[Any], None]:
    """Return what notes that somebody has looked into a session: it has the store cleaned from
    now on, and the response marked as this client's own, unless `save` is still to come.
    """
    kind = settings.session_class
    clean = None
    if issubclass(kind, StoredSession) and kind.clean_up is StoredSession.clean_up:
        clean = have_store_cleaned
    elif kind.clean_up is not Session.clean_up:
        clean = partial(have_class_cleaned, settings)

    def note_touch(session: Any) -> None:
        if session.is_saved:
            mark_private(serving_now().response)
        if clean is not None and session.clean_freq > 0:
            clean(session)

    return note_touch


def have_store_cleaned(session: Any) -> None:
    """Have the session's store cleaned from now on, if it needs it."""
    store = session.store
    cleaner = store.clean_thread
    # PERF: of a monitor that has been started no more is asked: 0.1 us, not 1.5.
    if store.needs_cleaning and (cleaner is None or cleaner.thread is None):
        app = serving_now().request.app
        if store.warn is None:
            store.warn = partial(app.log.error, context="TOOLS.SESSIONS", severity=WARNING)
        ensure_cleaner(vars(store), "clean_thread", app, store.clean_up, session.clean_freq)


def have_class_cleaned(settings: Settings, session: Session) -> None:
    """Have a class in CherryPy's manner clean up from now on."""
    kind = settings.session_class
    app = serving_now().request.app
    sweep = partial(clean_up, settings)
    kind.clean_thread = ensure_cleaner(Session.cleaners, kind, app, sweep, session.clean_freq)


def clean_up(settings: Settings) -> None:
    """Have a class in CherryPy's manner clean up, by a session that no request has."""
    settings.session_class(None, **settings.attributes).clean_up()


def send_cookie(cookie: SessionCookie, session: Session) -> None:
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
        minutes: float | None = session.life_minutes
        if session._by_hand is not None:
            cookie, minutes = session._by_hand.get(cookie.name_for(request), (cookie, minutes))
        cookie.send(request, response, session.id, minutes)


def expire_cookie(cookie: SessionCookie, session: Session) -> None:
    """Have the client forget the cookie."""
    serving = serving_now()
    session.is_expired = session.touched = True
    mark_private(serving.response)
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
    if session is None:
        return
    response = serving.response
    if session.is_saved:
        keep_private()
        return
    body = response._app_iter
    if type(body) is not list and is_iterator(body):
        if not response.stream:
            response.collapse_body()
        elif not isinstance(body, FileChunks):
            response.body = save_at_end(session, StartedStream(body))
    session.is_saved, session.is_final = True, not response.stream
    if session.touched:
        mark_private(response)
        session.save()


save.failsafe = True  # type: ignore[attr-defined]


def keep_private() -> None:
    """Mark the response again: an error page or the handler has taken away what a touch set."""
    serving = serving_now()
    session: Session | None = getattr(serving, "session", None)
    if session is not None and session.touched:
        mark_private(serving.response)


def unlock() -> None:
    """Give the lock back, if it is still held."""
    session: Session | None = getattr(serving_now(), "session", None)
    if session is not None and session.locked:
        session.release_lock()


unlock.failsafe = True  # type: ignore[attr-defined]


def save_at_end(session: Session, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `chunks`, and save what they have changed before the client sees their end.

    Its next request is to find it, in whichever process.
    """
    yield from chunks
    try:
        save_rest(session)
    except UNEXPECTED:
        session.is_saved = False  # `close` need not try again
        serving_now().request.log("", "TOOLS.SESSIONS", 40, traceback=True)


def save_rest(session: Session) -> None:
    """Save what has changed since the session was saved."""
    if session.is_saved and session.loaded and session._has_changed():
        session.save()


def close() -> None:
    """Save what a streamed body has changed that broke off, and unlock whatever happened."""
    session: Session | None = getattr(serving_now(), "session", None)
    if session is None or not session.touched:
        return
    try:
        # PERF: only the rest of a stream may have changed, in place, what nobody has set.
        if session._is_changed or not session.is_final:
            save_rest(session)
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
    # The end of the request may send it again: with the id that the session has then.
    name = cookie.name_for(serving.request)
    session._by_hand = {**(session._by_hand or {}), name: (cookie, timeout)}
