"""Sessions in memcached, for any number of processes and machines."""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...process.forks import PerProcess
from ..keyvalue.errors import ItemTooLarge, StoreUnavailable
from ..keyvalue.memcachedserver import (
    AT_ONCE,
    MemcachedServer,
    choose_server,
    import_pymemcache,
    life_seconds,
    maker_of_servers,
)
from .errors import LockTimeout, SessionValueError
from .leftlocks import LeftLocks
from .locks import KeyedLock, KeyedLocks
from .stores import (
    ASIDE_SECONDS,
    MAX_IDS_OF_USER,
    USER_SECONDS,
    SessionStore,
    Stored,
    StoreLock,
    digest_user,
)

FIRST_PAUSE_SECONDS = 0.001
LONGEST_PAUSE_SECONDS = 0.008
"""Between two attempts to take a lock that another process holds."""

MAX_ATTEMPTS = 100
"""To change the ids of a user, while others change them too."""

MAX_PREFIX_CHARS = 100
"""A key of memcached has at most 250, and names have something of their own."""


class MemcachedStore(SessionStore):
    """Sessions in one or several memcached servers, through the package pymemcache.

    `servers`: each 'host:port', (host, port), or the path of a unix socket. Each session is on
    one of them, chosen by its id; it is unavailable as long as that one is.
    `client`: in place of `servers`, a pymemcache client that threads can share (PooledClient,
    not Client), or a function that makes one: called for each connection, used by one thread
    at a time. Its time-outs are its own.
    `key_prefix`: what the keys of all items begin with.
    `store_timeout`: seconds to wait for a connection, and for each answer.
    `lock_seconds`: after these a lock ends by itself, so that a holder that died does not lock
    the others out for ever. Longer than any request takes: what is saved after it is refused if
    somebody else has saved meanwhile.

    Memcached forgets: everything when it stops, and what was not used for longest when it is
    full. Its clock has whole seconds; the exact expiry is at the head of each value.

    ValueError for an address or a prefix that cannot be; ImportError without pymemcache, at
    the first use.
    """

    needs_cleaning = False

    @classmethod
    def check_packages(cls) -> None:
        """Raise ImportError if the package is missing."""
        import_pymemcache("client.base")

    def __init__(
        self,
        *,
        servers: str | Sequence[str | tuple[str, int]] = ("localhost:11211",),
        client: Any = None,
        key_prefix: str = "session:",
        store_timeout: float = 0.25,
        lock_seconds: float = 60,
    ) -> None:
        if len(key_prefix) > MAX_PREFIX_CHARS or not is_key(key_prefix or "-"):
            raise ValueError(
                f"tools.sessions.key_prefix is {key_prefix!r}; memcached takes at most "
                f"{MAX_PREFIX_CHARS} visible ASCII characters."
            )
        self.key_prefix, self.lock_seconds = key_prefix, lock_seconds
        self._servers = PerProcess(maker_of_servers(servers, client, store_timeout, "sessions"))
        self._thread_locks = KeyedLocks()
        self._left = LeftLocks(lock_seconds)

    # -- records -----------------------------------------------------------------------

    def load(self, id: str, lock: StoreLock | None = None) -> Stored | None:
        """Return what is stored under `id`, in one round trip; None if that is nothing."""
        key, lock_key = self._key(id), self._lock_key(id)
        keys = [key, lock_key] if isinstance(lock, MemcachedLock) else [key]
        found = self._server_of(id).gets_many(keys)
        if isinstance(lock, MemcachedLock):
            lock.learn(*found.get(lock_key, (None, None)))
        if key not in found:
            return None
        value, version = found[key]
        expires, content = split_value(value)
        return Stored(content, version, expires) if expires > time.time() else None

    def save(self, id: str, content: bytes, expires: float, version: Any) -> bool:
        """Keep `content` until `expires` if `version` is still what is stored there.

        SessionValueError if it is too large for an item; what is stored is unharmed then.
        """
        try:
            return self._save(id, content, expires, version)
        except ItemTooLarge as error:
            raise SessionValueError(
                f"A session is too large: {error} Keep less in it, or start memcached with a "
                "larger -I."
            ) from error

    def _save(self, id: str, content: bytes, expires: float, version: Any) -> bool:
        server, key = self._server_of(id), self._key(id)
        value, seconds = join_value(expires, content), life_seconds(expires)
        if version is not None:
            return server.cas(key, value, version, seconds)
        if server.add(key, value, seconds):
            return True
        # What has expired may be there for two more seconds: that is nothing.
        found, version = server.gets(key)
        if found is None:
            return server.add(key, value, seconds)
        is_over = split_value(found)[0] <= time.time()
        return is_over and server.cas(key, value, version, seconds)

    def touch(self, id: str, expires: float, stored: Stored) -> None:
        """Keep what was loaded until `expires`, in one round trip.

        Not by memcached's `touch`, which leaves the expiry in the value as it was.
        """
        self.save(id, stored.content, expires, stored.version)

    def delete(self, id: str) -> None:
        """Forget what is stored under `id`."""
        self._server_of(id).delete(self._key(id))

    def set_aside(self, id: str, content: bytes) -> None:
        """Move a damaged record to `<key_prefix>bad:<id>`, for a day."""
        server, key = self._server_of(id), self._key(id)
        value, version = server.gets(key)
        if value is not None and split_value(value)[1] == content:
            server.add(self._key("bad:" + id), content, ASIDE_SECONDS)
            server.cas(key, b"", version, AT_ONCE)

    def clean_up(self) -> None:
        """Do nothing: memcached removes what has expired."""

    def __len__(self) -> int:
        """Raise NotImplementedError."""
        raise NotImplementedError("memcached does not tell how many sessions it holds.")

    # -- locks -------------------------------------------------------------------------

    def lock(self, id: str, timeout_seconds: float | None) -> StoreLock:
        """Wait for the lock of `id` and return it, held; LockTimeout after that many seconds.

        Threads of this process wake each other. For other processes there is nothing in
        memcached to wait on: the lock is tried again after 1 to 8 ms.
        """
        started = time.monotonic()
        thread_lock = self._thread_locks.acquire(id, timeout_seconds)
        try:
            server = self._server_of(id)
            if server.timed_out_at > started:
                raise StoreUnavailable(
                    f"The memcached server {server.name} did not answer another thread that "
                    "wanted the lock of the same session."
                )
            token = secrets.token_hex(8).encode()
            if not self._take(id, token, started, timeout_seconds):
                raise LockTimeout(timeout_seconds)
        except BaseException:
            thread_lock.release()
            raise
        return MemcachedLock(self, id, token, thread_lock)

    def _take(self, id: str, token: bytes, started: float, timeout: float | None) -> bool:
        server, key, pause = self._server_of(id), self._lock_key(id), FIRST_PAUSE_SECONDS
        seconds = life_seconds(time.time() + self.lock_seconds)
        while not self._try(server, id, key, token, seconds):
            if timeout is not None:
                left = started + timeout - time.monotonic()
                if left <= 0:
                    return False
                pause = min(pause, left)
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        return True

    def _try(
        self, server: MemcachedServer, id: str, key: str, token: bytes, seconds: int
    ) -> bool:
        try:
            return server.add(key, token, seconds)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                self._leave(id, token)  # it may yet be carried out
            raise

    def _free(self, id: str, token: bytes) -> bool:
        """Free the lock of `id` if `token` holds it; tell whether it did."""
        value, version = self._server_of(id).gets(self._lock_key(id))
        return value == token and self._free_version(id, version)

    def _leave(self, id: str, token: bytes) -> None:
        """Free the lock of `id` when its server answers again."""
        self._left.add(token, functools.partial(self._free, id, token))

    def _free_version(self, id: str, version: Any) -> bool:
        # To replace it by what has expired already is to delete it if it is still ours, in one
        # step: memcached's `delete` does not ask whose it is.
        return self._server_of(id).cas(self._lock_key(id), b"", version, AT_ONCE)

    # -- the sessions of a user --------------------------------------------------------

    def add_id(self, user: str, id: str) -> None:
        """Note that the session `id` is one of `user`'s; the oldest are forgotten."""

        def append(ids: list[str]) -> list[str]:
            return [*(each for each in ids if each != id), id][-MAX_IDS_OF_USER:]

        self._change_ids(user, append)

    def remove_id(self, user: str, id: str) -> None:
        """Note that the session `id` is none of `user`'s any more."""
        self._change_ids(user, lambda ids: [each for each in ids if each != id])

    def ids_of(self, user: str) -> Iterable[str]:
        """Return the ids noted for `user`, oldest first; some of them may have ended since."""
        name = user_name(user)
        value, _ = self._server_of(name).gets(self._key(name))
        return (value or b"").decode().split()

    def _change_ids(self, user: str, change: Callable[[list[str]], list[str]]) -> None:
        name = user_name(user)
        server, key = self._server_of(name), self._key(name)
        for _ in range(MAX_ATTEMPTS):
            value, version = server.gets(key)
            before = (value or b"").decode().split()
            after = change(before)
            if after == before:
                return
            seconds = life_seconds(time.time() + USER_SECONDS) if after else AT_ONCE
            content = " ".join(after).encode()
            if value is None:
                is_done = server.add(key, content, seconds)
            else:
                is_done = server.cas(key, content, version, seconds)
            if is_done:
                return
        raise StoreUnavailable(f"Others changed {key!r} at each of {MAX_ATTEMPTS} attempts.")

    # -- keys and servers --------------------------------------------------------------

    def _key(self, name: str) -> str:
        return self.key_prefix + name

    def _lock_key(self, id: str) -> str:
        return f"{self.key_prefix}lock:{id}"

    def _server_of(self, name: str) -> MemcachedServer:
        return choose_server(self._servers.get(), name)


class MemcachedLock(StoreLock):
    """The lock of the session `id`, held by `token` in the store and by a thread's lock."""

    def __init__(
        self, store: MemcachedStore, id: str, token: bytes, thread_lock: KeyedLock
    ) -> None:
        self._store, self._id, self._token = store, id, token
        self._thread_lock = thread_lock
        self._taken_at = time.monotonic()
        self._version: Any = None
        self._is_held = True

    def learn(self, value: bytes | None, version: Any) -> None:
        """Note what is in the store: the version of this lock, or that it is lost."""
        if value == self._token:
            self._version = version
        else:
            self._is_held = False

    def release(self) -> None:
        """Let the next one have it; a second call does nothing. Never raises.

        When the server has not answered since the lock was taken, it is not asked again: the
        lock is freed when it answers.
        """
        is_held, self._is_held = self._is_held, False
        try:
            if is_held:
                self._free()
        finally:
            self._thread_lock.release()

    def _free(self) -> None:
        store, id = self._store, self._id
        if store._server_of(id).timed_out_at > self._taken_at:
            store._leave(id, self._token)
            return
        try:
            if self._version is None:
                store._free(id, self._token)
            else:
                store._free_version(id, self._version)
        except StoreUnavailable:
            store._leave(id, self._token)


def join_value(expires: float, content: bytes) -> bytes:
    """Return the value of a record: its exact expiry, a blank, its content."""
    return f"{expires!r} ".encode() + content


def split_value(value: bytes) -> tuple[float, bytes]:
    """Return expiry and content of a value; of one that is not ours, infinity and all of it."""
    head, blank, content = value.partition(b" ")
    try:
        if blank:
            return float(head), content
    except ValueError:
        pass
    return float("inf"), value


def user_name(user: str) -> str:
    """Return the name of a user's item."""
    return "user:" + digest_user(user)


def is_key(text: str) -> bool:
    """Tell whether `text` may be part of a key: visible ASCII, no blank."""
    return text.isascii() and text.isprintable() and " " not in text
