"""Session: what one client left with us, as a dict that is loaded when it is first touched."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ...core.current import find_serving
from .stores import SAFE_ID

STRICT_ID = re.compile(r"[0-9a-f]{40}")
"""What `generate_id` makes: 160 bits of the system's random numbers."""

LOCK_THEMSELVES = ("implicit", "early")
"""The ways of locking under which a touch locks."""

MAX_TRIES = 20
"""So many new ids may be taken already before we take it that the store says so to all."""


class Session:
    """The session of one request: a dict that loads itself when it is first touched.

    `timeout` is how long it lives after its last use, `clean_freq` how often expired sessions
    are looked for, both in minutes. Other keyword arguments become attributes.

    This is the base of stores in CherryPy's manner: a subclass defines `_exists()`, `_load()`
    (returns (data, expiration time) or None), `_save(expiration_time)`, `_delete()`,
    `acquire_lock()` and `release_lock()`, and may define `clean_up()`, `__len__()` and a class
    method `setup(**settings)`, called once before the first use. For a new store `SessionStore`
    is the better base. Source: CherryPy's rule (BEHAVIOUR 7.3, 7.4).
    """

    timeout: float = 60
    absolute_timeout: float | None = None
    clean_freq: float = 5
    locking = "explicit"
    lock_timeout: float | timedelta | None = 60
    debug = False

    life_minutes: float = 60
    """How long the session lives if it is used no more, as of its last save."""

    locked = False
    loaded = False
    regenerated = False
    touched = False
    """Whether anybody has looked into the session during this request."""

    is_saved = False
    """Whether the tool has saved this session already."""

    is_final = False
    """Whether that was the last time: nothing is streamed, and so the page is complete."""

    is_expired = False
    """Whether the client was told to forget the cookie."""

    # What the tool does about it; each is called with the session.
    on_touch: Callable[[Any], Any] | None = None
    on_kept: Callable[[Any], Any] | None = None
    on_expire: Callable[[Any], Any] | None = None

    originalid: str | None = None
    clean_thread: Any = None
    cleaners: ClassVar[dict[Any, Any]] = {}
    id_pattern: re.Pattern[str] = STRICT_ID
    """What an id of a client's must look like before the store is asked for it."""

    _id: str | None = None
    # The cookies that `set_response_cookie` has sent: by name, how and for how many minutes.
    _by_hand: Mapping[str, tuple[Any, float | None]] | None = None
    _is_missing = False
    _is_stored = False  # the store has it under this id
    _is_changed = False
    _is_ended = False
    _failure: Exception | None = None  # of the store, which is asked no more then

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:
        self.id_observers: list[Callable[[Any], Any]] = []
        self._data: dict[str, Any] = {}
        self.originalid = self._wanted = id
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "generate_id" in vars(cls) and "id_pattern" not in vars(cls):
            cls.id_pattern = SAFE_ID

    # -- the id ------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id: the client's, if it is known here; else a new one."""
        if self._id is None:
            self._touch()
            self._settle_id()
        assert self._id is not None
        return self._id

    @id.setter
    def id(self, value: str | None) -> None:
        self._wanted = None
        self._id = value
        for observer in self.id_observers:
            observer(value)

    @property
    def missing(self) -> bool:
        """Whether the client came with an id that is not known here (any more)."""
        if self._id is None:
            self._touch()
            self._settle_id()
        return self._is_missing

    @missing.setter
    def missing(self, value: bool) -> None:
        self._is_missing = value

    def is_valid_id(self, id: str) -> bool:
        """Tell whether `id` looks like one of ours; no store is asked for any other."""
        return self.id_pattern.fullmatch(id) is not None

    def generate_id(self) -> str:
        """Return a new id: 160 random bits in hexadecimal."""
        return secrets.token_hex(20)

    def _settle_id(self) -> None:
        """Take the client's id if the store knows it, else a new one: none is adopted."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            if self.is_valid_id(wanted):
                self._id = wanted
                if self._exists():
                    self._log(f"The client's id {shown(wanted)} is known.")
                    return
                self._id = None
            self._log(f"The client's id {shown(wanted)} is not known.")
            self._is_missing = True
        self._renew_id()

    def _renew_id(self) -> None:
        """Take a new id, under which nothing is stored."""
        self._is_stored = False
        for _ in range(MAX_TRIES):
            self.id = self.generate_id()
            if not self._exists():
                return
        raise RuntimeError(
            f"{type(self).__name__}._exists() said of {MAX_TRIES} new ids in a row that they "
            "are taken."
        )

    def regenerate(self) -> None:
        """Go on under a new id, with the same data; the old id opens nothing from now on."""
        self._open()
        self.regenerated = True
        self.is_expired = self._is_ended = False
        self._delete()
        self._go_on_anew()
        self._is_changed = True

    def _go_on_anew(self) -> None:
        """Take a new id, and its lock if the old one's was held."""
        was_locked = self.locked
        if was_locked:
            self.release_lock()
        self._renew_id()
        if was_locked:
            self.acquire_lock()

    # -- touching ----------------------------------------------------------------------

    def _touch(self) -> None:
        """Note that somebody looks into the session."""
        if self._failure is not None:
            raise self._failure
        if not self.touched:
            self.touched = True
            if self.on_touch is not None:
                self.on_touch(self)

    def _open(self) -> None:
        """Find the id, lock if `locking` says so, and load: once."""
        if self.loaded:
            return
        self._touch()
        if self._id is None:
            self._settle_id()
        if self._locks_itself() and not self.locked:
            self.acquire_lock()
        self.load()

    def _locks_itself(self) -> bool:
        """Tell whether a touch locks: not once the session is saved and the body on its way."""
        return self.locking in LOCK_THEMSELVES and not self.is_saved

    def load(self) -> None:
        """Load what is stored; changes that were not saved are lost."""
        self._touch()
        if self._id is None:
            self._settle_id()
        found = self._load()
        # A store of the user's may have kept its times in another manner than now() has.
        if found is None or _is_past(found[1], self.now()):
            self._data = {}
        else:
            self._data = found[0]
            self._is_stored = True
        self.loaded, self._is_changed = True, False

    def _note_change(self, *keys: Any) -> None:
        """Note that `keys` of the data are about to be changed."""
        if not self.loaded:
            self._open()
        if self._is_ended:
            self.is_expired = self._is_ended = False
            self._go_on_anew()
        self._is_changed = True

    # -- keeping -----------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time by which sessions expire; naive local time (CherryPy's rule)."""
        return datetime.now()

    def save(self) -> None:
        """Save what was loaded and unlock. Of a new session, nothing is kept before it is
        written to.
        """
        try:
            is_wanted = self._is_stored or self._is_changed or bool(self._data)
            if self.loaded and is_wanted and not self._is_ended and self._failure is None:
                self._keep()
        finally:
            if self.locked:
                self.release_lock()

    def _keep(self) -> None:
        """Store the data; under the lock again if an earlier save() gave it back."""
        if self.locking in LOCK_THEMSELVES and not self.locked:
            self.acquire_lock()
        self.life_minutes = self.timeout
        self._save(self.now() + timedelta(minutes=self.timeout))
        self._is_stored, self._is_changed = True, False
        self._tell_kept()

    def _has_changed(self) -> bool:
        """Tell whether there is anything to save, as far as can be told."""
        return self._is_changed

    def _tell_kept(self) -> None:
        if self.debug:
            self._log(f"Session {shown(self.id)} is kept for {self.timeout} minutes.")
        if self.on_kept is not None:
            self.on_kept(self)

    def delete(self) -> None:
        """Forget the data, here and in the store. What is written later begins a session."""
        self._touch()
        if self._id is None:
            self._settle_id()
        self._delete()
        self._data = {}
        self.loaded = self._is_ended = True
        self._is_stored = self._is_changed = False

    def expire(self) -> None:
        """Have the client forget the cookie, as `sessions.expire()` does."""
        if self.on_expire is not None:
            self.on_expire(self)

    # -- logging in and out ------------------------------------------------------------

    def login(self, user: str) -> None:
        """Begin the session of `user`: the same data under a new id."""
        self.regenerate()

    def logout(self) -> None:
        """End the session: its data is forgotten and the cookie expires."""
        self.delete()
        self.expire()

    # -- the hooks of a store ----------------------------------------------------------

    def _exists(self) -> bool:
        """Return whether anything is stored under `self.id`."""
        raise NotImplementedError(f"{type(self).__name__} does not define _exists().")

    def _load(self) -> Any:
        """Return (data, expiration time) as stored under `self.id`, or None."""
        raise NotImplementedError(f"{type(self).__name__} does not define _load().")

    def _save(self, expiration_time: datetime) -> Any:
        """Store the data under `self.id` until `expiration_time`."""
        raise NotImplementedError(f"{type(self).__name__} does not define _save().")

    def _delete(self) -> Any:
        """Forget what is stored under `self.id`."""
        raise NotImplementedError(f"{type(self).__name__} does not define _delete().")

    def acquire_lock(self) -> None:
        """Wait until nobody else has the lock of `self.id`, and take it."""
        raise NotImplementedError(f"{type(self).__name__} does not define acquire_lock().")

    def release_lock(self) -> None:
        """Give the lock back."""
        raise NotImplementedError(f"{type(self).__name__} does not define release_lock().")

    def clean_up(self) -> None:
        """Remove what has expired; called every `clean_freq` minutes."""

    def __len__(self) -> int:
        """Return how many sessions the store has (CherryPy's rule)."""
        raise NotImplementedError(f"{type(self).__name__} cannot count its sessions.")

    def __bool__(self) -> bool:
        """True: that there is a session says nothing of what is in it."""
        return True

    def _log(self, msg: str) -> None:
        serving = find_serving() if self.debug else None
        if serving is not None:
            serving.request.log(msg, "TOOLS.SESSIONS")

    # -- a dict ------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        if not self.loaded:
            self._open()
        return self._data[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._note_change(key)
        self._data[key] = value

    def __delitem__(self, key: Any) -> None:
        if key not in self:
            raise KeyError(key)
        self.pop(key)

    def __contains__(self, key: object) -> bool:
        if not self.loaded:
            self._open()
        return key in self._data

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, `default` without one."""
        if not self.loaded:
            self._open()
        return self._data.get(key, default)

    def pop(self, key: Any, default: Any = False) -> Any:
        """Remove `key` and return its value; `default` without one.

        That is False unless it is given: CherryPy's rule, by which programs log out.
        """
        self._open()
        if key not in self._data:
            return default
        self._note_change(key)
        return self._data.pop(key)

    def update(self, *args: Mapping[Any, Any] | Any, **kwargs: Any) -> None:
        """Set each of the items given."""
        items = dict(*args, **kwargs)
        self._open()
        if items:
            self._note_change(*items)
            self._data.update(items)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, set to `default` if there is none."""
        self._open()
        if key not in self._data:
            self[key] = default
        return self._data[key]

    def clear(self) -> None:
        """Remove all items; the session itself goes on."""
        for key in list(self.keys()):
            del self[key]

    def keys(self) -> KeysView[Any]:
        """Return the keys."""
        self._open()
        return self._data.keys()

    def items(self) -> ItemsView[Any, Any]:
        """Return the (key, value) pairs."""
        self._open()
        return self._data.items()

    def values(self) -> ValuesView[Any]:
        """Return the values."""
        self._open()
        return self._data.values()


def shown(id: str) -> str:
    """Return `id` as it may stand in a log: not enough of it to be used."""
    return repr(id[:6] + "...")


def _is_past(time: Any, now: datetime) -> bool:
    try:
        return bool(time < now)
    except TypeError:  # one of them knows its time zone and the other does not
        return bool(time.replace(tzinfo=None) < now.replace(tzinfo=None))
