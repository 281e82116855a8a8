"""What a session store must do. Ours obey it; so may yours."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

SAFE_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
"""What an id may be, in a session class that makes its own too."""

MAX_IDS_OF_USER = 1_000
"""The oldest are forgotten when a user has more sessions, in a store of the network."""

USER_SECONDS = 400 * 24 * 60 * 60
"""As long are the ids of a user kept after a login: no browser keeps a cookie for longer
(RFC 6265bis section 5.5)."""

UNSAVED_SECONDS = 60 * 60
"""An id that was noted so lately may be of a session which is not saved yet: it is noted at the
login, and saved when that request ends."""

ASIDE_SECONDS = 24 * 60 * 60
"""As long does an administrator find a damaged record, in a store of the network."""


def digest_user(user: str) -> str:
    """Return what stands for a user's name, which may be a text that no key or file has."""
    return sha256(user.encode("utf-8", "surrogatepass")).hexdigest()


class Stored(NamedTuple):
    """What a store holds under an id.

    `content` is what `save` was given. `version` means something to its store alone: it
    changes with every `save`, and may by `touch`. `expires` is in seconds since the epoch.
    """

    content: Any
    version: Any
    expires: float


class StoreLock(ABC):
    """The lock of one id, held. It is of no thread: anybody may release it, by leaving its
    `with` too.
    """

    def __enter__(self) -> StoreLock:
        return self

    def __exit__(self, *about_error: object) -> None:
        self.release()

    @abstractmethod
    def release(self) -> None:
        """Let the next one have it; a second call does nothing. Never frees another's lock."""


class SessionStore(ABC):
    """Where sessions are kept: one object for each process and each set of settings.

    The keyword arguments of `__init__` are the settings `tools.sessions.<name>`. Nothing is
    opened, connected or started before the first use, and everything again after a fork. All
    methods may be called from many threads at once.

    Every method raises StoreUnavailable if the store cannot answer (within a quarter of a
    second, for one in the network) or has no room left; what is stored is unharmed then.
    """

    keeps_objects = False
    """Whether `content` is a Record, whatever it holds, in place of bytes."""

    is_shared = True
    """Whether other processes that use the same settings see the same sessions."""

    needs_cleaning = True
    """Whether `clean_up` has anything to do."""

    clean_thread: Any = None
    """The monitor that calls `clean_up`."""

    warn: Callable[[str], object] | None = None
    """What to tell of oddities that an administrator should know."""

    @classmethod
    def check_packages(cls) -> None:
        """Raise ImportError, which says what to install, if a package is missing that every
        store of this class needs.
        """
        return  # most need none

    @abstractmethod
    def load(self, id: str, lock: StoreLock | None = None) -> Stored | None:
        """Return what is stored under `id`; None if that is nothing, or has expired.

        `lock` is the lock of `id`, if it is held: a store may fetch in one round trip what it
        will need to release it.
        """

    @abstractmethod
    def save(self, id: str, content: Any, expires: float, version: Any) -> bool:
        """Keep `content` until `expires` if `version` is still what is stored there.

        Version None means: nothing is stored there. Return False, and change nothing, if
        something else is there by now.
        """

    @abstractmethod
    def touch(self, id: str, expires: float, stored: Stored) -> None:
        """Keep what is stored under `id` until `expires`; do nothing if that is nothing.

        `stored` is what `load` returned: a store may write it again, with its new expiry. What
        somebody else has saved meanwhile stays what it is.
        """

    @abstractmethod
    def delete(self, id: str) -> None:
        """Forget what is stored under `id`."""

    @abstractmethod
    def lock(self, id: str, timeout_seconds: float | None) -> StoreLock:
        """Wait for the lock of `id` and return it, held; LockTimeout after that many seconds.

        None waits as long as it takes. No two holders at a time, in all processes that share
        the store. Nothing is left behind when it is released.
        """

    @abstractmethod
    def set_aside(self, id: str, content: Any) -> None:
        """Move a damaged record out of the way, to where an administrator can look at it.

        What has been set aside is bounded. Nothing happens if `content` is not there any more.
        """

    @abstractmethod
    def clean_up(self) -> None:
        """Remove what has expired, if the store does not do so by itself.

        No request waits for it longer than 50 ms, and what cannot be read does not stop it.
        """

    @abstractmethod
    def __len__(self) -> int:
        """Return how many sessions there are; NotImplementedError if that cannot be told."""

    # -- the sessions of a user --------------------------------------------------------

    @abstractmethod
    def add_id(self, user: str, id: str) -> None:
        """Note that the session `id` is one of `user`'s."""

    @abstractmethod
    def remove_id(self, user: str, id: str) -> None:
        """Note that the session `id` is none of `user`'s any more."""

    @abstractmethod
    def ids_of(self, user: str) -> Iterable[str]:
        """Return the ids noted for `user`, oldest first; some of them may have ended since."""


@cache
def store_settings(store_class: type[SessionStore]) -> Mapping[str, Any]:
    """Return the settings of a store: the keyword arguments of its `__init__`."""
    # PERF: 5 ms that a start need not pay; see core/tools.py.
    from inspect import signature

    parameters = dict(signature(store_class.__init__).parameters)
    parameters.pop("self", None)
    return parameters
