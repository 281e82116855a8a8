"""Sessions in a SessionStore: found, locked, loaded and kept with as few trips as can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from time import time
from typing import Any

from .attached import AttachedSession
from .base import LOCK_THEMSELVES, shown
from .counter import Counter
from .errors import LockTimeout
from .merging import merge
from .plaincopy import copy_plain, is_flat, is_same
from .records import Record
from .stores import Stored, StoreLock

EXTEND_AFTER = 1 / 20
"""The life of a session is extended when this part of it has passed, at its next use."""

MERGES_UNLOCKED = 2
"""So often another request may be faster with its save, before a lock is taken."""

MAX_MERGES = 200
"""So often, under that lock, requests that came later may still be faster (they try once or
twice without); then this one is told to come back.
"""


class StoredSession(AttachedSession):
    """A session in a store of the class `store_class`; its settings are attributes here.

    `absolute_timeout`: minutes after its beginning, or the last login, when a session ends.
    `lock_timeout`: seconds, or a timedelta, to wait for a lock, None is for ever.
    `merge`: what becomes of a key that two requests changed at once: {key: policy}, see
    `merging.merge`. `serializer`: how records are written: 'json', or 'pickle' with a secret.
    `secret`: what signs the records; of several the first signs and all are taken.
    `id_pattern`: what a client's id must look like, for a class with ids of its own.
    """

    merge: Mapping[str, Any] = {}

    _user: str | None = None
    _noted_user: tuple[str, str] | None = None  # user and id, as the store has noted them
    _created = 0.0
    _is_version_known = True
    _is_shared = False  # `_data` is also what `_kept` says is stored
    _counts: dict[str, Any] | None = None  # what was added to which counter

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:
        # PERF: 0.5 us, against 1.6 by the base's __init__; none of ours is a property.
        if kwargs:
            self.__dict__.update(kwargs)
        self.id_observers = []
        self._data = {}
        self.originalid = self._wanted = id
        # PERF: said again here, they are quicker to find than in the classes; each is asked for
        # several times in a request.
        self._id = self._failure = self._kept = self._lock = self._counts = None
        self.loaded = self.locked = self.is_saved = self._is_ended = self._is_shared = False

    # -- finding and loading -----------------------------------------------------------

    def _open(self) -> None:
        if not self.loaded:
            self._touch()
            if self._id is None:
                self._settle_id()
            else:
                self.load()

    def _settle_id(self, is_locking: bool | None = None) -> None:
        """Lock and load what the client's id names, in one go; else take a new id."""
        if is_locking is None:
            # PERF: `_locks_itself`, without the call of it: 0.1 us.
            is_locking = self.locking in LOCK_THEMSELVES and not self.is_saved
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            if self.is_valid_id(wanted):
                self._id = wanted
                if is_locking:
                    self._take_lock()
                self._load_anew()
                if self._is_stored:
                    return
                self.release_lock()
                self._id = None
            self._log(f"The client's id {shown(wanted)} is not known.")
            self._is_missing = True
        self._renew_id()
        self._data, self.loaded = {}, True
        self.locked = is_locking  # nobody else knows the new id

    def _renew_id(self) -> None:
        # The store is not asked whether it is free: it takes nothing under an id that is not.
        self._kept, self._is_version_known, self._is_stored = None, True, False
        self.id = self.generate_id()

    def load(self) -> None:
        """Load what is stored; changes that were not saved are lost."""
        self._touch()
        if self._id is None:
            self._settle_id()
        else:
            self._load_anew()

    def _load_anew(self) -> None:
        # PERF: by the shorter way, unless a derived class has a hook of its own.
        if type(self)._load is StoredSession._load:
            self._data = self._take_in() or {}
        else:
            found = self._load()
            self._data = {} if found is None else found[0]
        self._is_stored = self._kept is not None
        self._counts = None
        self.loaded, self._is_changed = True, False

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        data = self._take_in()
        if data is None or self._kept is None:
            return None
        return data, datetime.fromtimestamp(self._kept.expires, timezone.utc)

    def _take_in(self) -> dict[str, Any] | None:
        """Return the data that is stored, None without any; note what the record says."""
        self._kept, self._is_version_known = None, True
        kept = self._fetch()
        if kept is None:
            return None
        id = self._id or self.id
        keeps_objects = self.store.keeps_objects
        record = kept.content if keeps_objects else self._read(kept, id)
        if record is None:
            return None
        # PERF: usually the store has seen to that: 0.1 us, not 0.7.
        may_be_over = self.absolute_timeout or self._has_own_clock
        if may_be_over and self._is_over(kept, record):
            self._guard(self.store.delete, id)
            return None
        self._kept, self._created, self._user = kept, record.created, record.user
        self._noted_user = None if record.user is None else (record.user, id)
        data: dict[str, Any] = record.data
        self._is_shared = keeps_objects and is_flat(data)
        if keeps_objects:
            return data if self._is_shared else copy_plain(data)
        if self.serializer == "pickle":
            # What pickle writes of an equal set may differ from what it read.
            self._kept = kept._replace(content=self.codec.encode(record, self.id))
        return data

    def _is_over(self, kept: Stored, record: Record) -> bool:
        """Tell whether a session has ended that the store still has."""
        now = self._time()
        if self.absolute_timeout and record.created + self.absolute_timeout * 60 <= now:
            return True
        # The store goes by the clock, a derived class perhaps by a `now()` of its own.
        return self._has_own_clock and kept.expires <= now

    def _exists(self) -> bool:
        return self._fetch() is not None

    # -- keeping -----------------------------------------------------------------------

    def _keep(self) -> None:
        # PERF: 0.2 us, not 0.7 by the general way.
        is_plain = self._created and not self.absolute_timeout
        now = self._time() if self._has_own_clock else time()
        expires = now + self.timeout * 60 if is_plain else self._expiry(now)
        self.life_minutes = (expires - now) / 60
        kept = self._kept
        # Not at each use, but a little later: store and client need not be told so often.
        is_due = kept is None or (
            not -1 < expires - kept.expires < self.timeout * 60 * EXTEND_AFTER
        )
        if kept is None or self._is_changed or self._has_changed():
            until = expires if is_due or kept is None else kept.expires
            if type(self)._save is StoredSession._save:
                self._save_until(until)
            else:
                self._save(datetime.fromtimestamp(until, timezone.utc))
        elif is_due:
            self._guard(self.store.touch, self.id, expires, kept)
            self._kept, self._is_version_known = kept._replace(expires=expires), False
        if is_due and self._is_stored:
            self._tell_kept()

    def _expiry(self, now: float) -> float:
        """Return until when the session lives if it is used no more, in seconds."""
        if not self._created:
            self._created = now
        expires = now + self.timeout * 60
        if self.absolute_timeout:
            expires = min(expires, self._created + self.absolute_timeout * 60)
        return expires

    def _has_changed(self) -> bool:
        """Tell whether the data differs from what is stored."""
        kept = self._kept
        if kept is None or self._is_changed:
            return True
        if is_flat(self._data):
            return False  # PERF: nothing was set, and nothing there can change in place
        if self.store.keeps_objects:
            return not is_same(self._data, kept.content.data)
        return bool(self._content() != kept.content)

    def _content(self) -> Any:
        # PERF: 0.15 us, not 0.35 by the class.
        record = tuple.__new__(Record, (self._data, self._created, self._user))
        return record if self.store.keeps_objects else self.codec.encode(record, self.id)

    def _save(self, expiration_time: datetime) -> None:
        self._save_until(expiration_time.timestamp())

    def _save_until(self, expires: float) -> None:
        """Store the data; what other requests have stored meanwhile is merged with it.

        A session that has ended meanwhile (logged out, perhaps) is not brought back.
        """
        content = self._content()
        if not self._is_version_known or not self._try_save(content, expires):
            content = self._save_merged(expires)
            if content is None:
                return
        # Of what we have just stored the version is not known: see `_try_save`.
        # PERF: as in `_content`.
        self._kept = tuple.__new__(Stored, (content, None, expires))
        self._is_version_known = False
        if self.is_final:
            self._is_shared = True  # what is set later copies it; in place nothing changes
        elif self.store.keeps_objects:
            self._keep_apart()
        self._is_stored, self._is_changed = True, False
        self._counts = None
        if self._user is not None:
            self._note_user()

    def _save_merged(self, expires: float) -> Any:
        """Store the data, merged with what is there; return what was stored, None if the
        session has ended.
        """
        lock: StoreLock | None = None
        try:
            for failed in range(1, MAX_MERGES):
                if failed == MERGES_UNLOCKED and self._lock is None:
                    lock = self._guard(self.store.lock, self.id, self._lock_seconds())
                if not self._take_over():
                    return None
                content = self._content()
                if self._try_save(content, expires):
                    return content
            self._failure = LockTimeout(self._lock_seconds())
            raise self._failure
        finally:
            if lock is not None:
                lock.release()

    def _keep_apart(self) -> None:
        """See to it that what is changed from now on is not what we know to be stored."""
        if is_flat(self._data):
            self._is_shared = True  # as above: in place nothing can change
        else:
            self._data = copy_plain(self._data)

    def _take_over(self) -> bool:
        """Merge what is stored by now into our data; False if the session has ended."""
        theirs = self._fetch()
        ours = self._kept
        if theirs is None and ours is None:
            return True  # the id was taken for a moment
        if ours is None:
            self._renew_id()  # somebody else's
            return True
        record = None if theirs is None else self._read(theirs, self.id)
        if record is None or theirs is None:
            self._log(f"The session {shown(self.id)} has ended meanwhile.")
            self._data, self._kept = {}, None
            self._is_stored, self._is_ended = False, True
            return False
        base = self._read(ours, self.id)
        self._data = merge(
            {} if base is None else base.data,
            record.data,
            self._data,
            self.merge,
            self._counts,
        )
        if base is not None and base.user == self._user:
            self._user = record.user
        self._kept, self._is_version_known = theirs, True
        return True

    def _delete(self) -> None:
        if self._is_stored:
            self._guard(self.store.delete, self.id)
        if self._noted_user is not None:
            self._guard(self.store.remove_id, *self._noted_user)
            self._noted_user = None

    def delete(self) -> None:
        """Forget the data, here and in the store. What is written later begins a session."""
        super().delete()
        self._kept, self._user, self._created, self._counts = None, None, 0.0, None

    def __setitem__(self, key: Any, value: Any) -> None:
        # PERF: usually there is nothing else to note: 0.2 us, not 0.8.
        if not self.loaded or self._is_ended or self._counts:
            self._note_change(key)
        if self._is_shared:
            self._data, self._is_shared = self._data.copy(), False
        self._is_changed = True
        self._data[key] = value

    def _note_change(self, *keys: Any) -> None:
        super()._note_change(*keys)
        if self._is_shared:
            self._data, self._is_shared = self._data.copy(), False
        for key in keys:
            # What was counted is part of the value no more.
            if self._counts:
                self._counts.pop(key, None)

    # -- counting ----------------------------------------------------------------------

    def counter(self, key: str) -> Counter:
        """Return the counter `key`: what is added to it is exact, whoever else counts."""
        return Counter(self, key)

    # -- locking -----------------------------------------------------------------------

    def acquire_lock(self) -> None:
        """Wait for the lock of this session, and see what is stored from then on.

        LockTimeout (503) after `lock_timeout` seconds. Changes made before are kept, and
        merged when they are saved.
        """
        if self.locked:
            return
        self._touch()
        if self._id is None and self._wanted is not None and self.is_valid_id(self._wanted):
            self._settle_id(is_locking=True)
        else:
            self.id  # noqa: B018 - settled now, if it was not
            if self._is_stored:
                self._take_lock()
                if not self._is_changed:
                    self.load()
        self.locked = True

    # -- users -------------------------------------------------------------------------

    @property
    def user(self) -> str | None:
        """Whose session this is, as `login` was told."""
        self._open()
        return self._user

    def login(self, user: str) -> None:
        """Begin the session of `user`: the same data under a new id; without it, if that was
        the data of another user.

        `sessions.of(user)` finds it, wherever the user has logged in.
        """
        if not isinstance(user, str):
            raise TypeError(f"session.login() wants the user's name as a str, not {user!r}.")
        self._open()
        if self._user not in (None, user):
            self.clear()
        self.regenerate()
        self._user, self._created = user, self._time()

    def _note_user(self) -> None:
        """Have the store know whose session this is."""
        noted = (str(self._user), self.id)
        if self._noted_user != noted:
            self._guard(self.store.add_id, *noted)
            self._noted_user = noted
