"""A session and its store: which one it is, what is asked of it, and its locks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cached_property
from time import time
from typing import Any, ClassVar

from ...core.current import find_serving
from .base import Session, shown
from .errors import DamagedRecord
from .records import Codec, Record
from .stores import SessionStore, Stored, StoreLock, store_settings


class AttachedSession(Session):
    """A session attached to a store of the class `store_class`, whose settings are attributes
    here.

    Once the store has failed, it is asked no more by this session. `serializer` and `secret`
    say how records are written.
    """

    store_class: ClassVar[type[SessionStore]]
    stores: ClassVar[dict[Any, SessionStore]] = {}
    """All that this process has, by their classes and settings."""

    locking = "explicit"
    serializer: str = "json"
    secret: Any = ()

    _has_own_clock = False
    """Whether a derived class defines `now()`."""

    _kept: Stored | None = None  # what the store has, as far as we know
    _lock: StoreLock | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._has_own_clock = cls.now is not AttachedSession.now

    # -- the store ---------------------------------------------------------------------

    @cached_property
    def store(self) -> SessionStore:
        """The store, the same one for all sessions with the same settings."""
        names = store_settings(self.store_class)
        return self.find_store({n: getattr(self, n) for n in names if hasattr(self, n)})

    @classmethod
    def find_store(cls, settings: Mapping[str, Any]) -> SessionStore:
        """Return this process's store with these settings; make it at the first use."""
        named = sorted((name, repr(value)) for name, value in settings.items())
        key = (cls.store_class, *named)
        store = AttachedSession.stores.get(key)
        if store is None:  # of two threads one wins; nothing has been opened yet
            store = AttachedSession.stores.setdefault(key, cls.store_class(**settings))
        return store

    @cached_property
    def codec(self) -> Codec:
        """What turns records into bytes and back."""
        return Codec(self.serializer, self.secret)

    def now(self) -> datetime:
        """Return the time by which sessions expire, in UTC."""
        return datetime.now(timezone.utc)

    def _time(self) -> float:
        # PERF: 0.05 us, not 0.5, by the clock of all.
        return self.now().timestamp() if self._has_own_clock else time()

    # -- asking it ---------------------------------------------------------------------

    def _fetch(self) -> Stored | None:
        # PERF: `_guard`, without the call of it: 0.3 us, and a request does three of these.
        if self._failure is not None:
            raise self._failure
        try:
            return self.store.load(self._id or self.id, self._lock)
        except Exception as error:
            self._failure = error
            raise

    def _try_save(self, content: Any, expires: float) -> bool:
        version = None if self._kept is None else self._kept.version
        # PERF: `_guard`, without the call of it: 0.3 us, and a request does three of these.
        if self._failure is not None:
            raise self._failure
        try:
            return self.store.save(self._id or self.id, content, expires, version)
        except Exception as error:
            self._failure = error
            raise

    def _read(self, kept: Stored, id: str) -> Record | None:
        """Return the record in `kept`; of a damaged one, which is set aside, None."""
        if self.store.keeps_objects:
            record: Record = kept.content
            return record
        try:
            return self.codec.decode(kept.content, id)
        except DamagedRecord as error:
            self._report(f"The session {shown(id)} is damaged and was set aside: {error}")
            self._guard(self.store.set_aside, id, kept.content)
            return None

    def clean_up(self) -> None:
        """Remove what has expired from the store."""
        self.store.clean_up()

    def __len__(self) -> int:
        """Return how many sessions the store has (CherryPy's rule)."""
        return len(self.store)

    def _guard(self, operation: Any, *args: Any) -> Any:
        """Call the store; once it has failed, this request asks it no more."""
        if self._failure is not None:
            raise self._failure
        try:
            return operation(*args)
        except Exception as error:
            self._failure = error
            raise

    def _report(self, msg: str) -> None:
        serving = find_serving()
        if serving is not None:
            serving.request.log(msg, "TOOLS.SESSIONS", 30)

    # -- locking -----------------------------------------------------------------------

    def _take_lock(self) -> None:
        # PERF: `_lock_seconds`, without the call of it: 0.1 us.
        timeout = self.lock_timeout
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        # PERF: `_guard`, without the call of it: 0.3 us, and a request does three of these.
        if self._failure is not None:
            raise self._failure
        try:
            self._lock = self.store.lock(self._id or self.id, seconds)
        except Exception as error:
            self._failure = error
            raise
        self.locked = True

    def _lock_seconds(self) -> float | None:
        timeout = self.lock_timeout
        return timeout.total_seconds() if isinstance(timeout, timedelta) else timeout

    def release_lock(self) -> None:
        """Give the lock back; nothing happens without one."""
        lock, self._lock, self.locked = self._lock, None, False
        if lock is not None:
            lock.release()
