"""Sessions in a Redis or Valkey server, for any number of processes and machines.

    tools.sessions.storage_class = "redis"
    tools.sessions.url = "redis://user:password@sessions.example:6379/0"

The server should have `maxmemory-policy noeviction`, or it forgets sessions when it is full.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterable
from typing import Any, NoReturn

from ..keyvalue.errors import StoreUnavailable
from ..keyvalue.redisserver import RedisServer, Script, import_redis
from .errors import LockTimeout
from .locks import KeyedLock, KeyedLocks
from .stores import (
    ASIDE_SECONDS,
    MAX_IDS_OF_USER,
    UNSAVED_SECONDS,
    USER_SECONDS,
    SessionStore,
    Stored,
    StoreLock,
    digest_user,
)

VERSION_BYTES = 16  # random, at the head of each value; as many as a UUID has
WAIT_SECONDS = 0.1  # for a wake-up, before a waiter looks by itself whether the lock is free
WAKE_UP_SECONDS = 1  # how long a wake-up may lie there; then nobody has waited
PAUSE_SECONDS = 1.0  # after a failure, during which locks are not released but noted
MAX_LOCKS_NOTED = 1000  # which could not be released; those beyond end by `lock_seconds`


SAVE = Script(f"""
local found = redis.call('GETRANGE', KEYS[1], 0, {VERSION_BYTES - 1})
if found == string.sub(ARGV[2], 1, {VERSION_BYTES}) then return 1 end
if found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
""")
"""Key; version, value, milliseconds. Nothing there: the version is empty. Saved already (the
answer was lost on its way): done."""

ACQUIRE = Script("""
local found = redis.call('GET', KEYS[1])
if found and string.sub(found, 1, #ARGV[1]) ~= ARGV[1] then
    if string.sub(found, -1) ~= '+' then redis.call('APPEND', KEYS[1], '+') end
    return 0
end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1
""")
"""Lock; token, mark, milliseconds. The mark '+' behind the token: others wait for it."""

RELEASE = Script(f"""
for i, token in ipairs(ARGV) do
    local lock, wake_up = KEYS[2 * i - 1], KEYS[2 * i]
    local found = redis.call('GET', lock)
    if found and string.sub(found, 1, #token) == token then
        redis.call('DEL', lock)
        if string.sub(found, -1) == '+' then
            redis.call('DEL', wake_up)
            redis.call('RPUSH', wake_up, 1)
            redis.call('EXPIRE', wake_up, {WAKE_UP_SECONDS})
        end
    end
end
""")
"""Lock and wake-up list for each; a token for each. Whose token is not there has lost it."""

SET_ASIDE = Script(f"""
local found = redis.call('GET', KEYS[1])
if found and string.sub(found, {VERSION_BYTES + 1}) == ARGV[1] then
    redis.call('RENAME', KEYS[1], KEYS[2])
    redis.call('EXPIRE', KEYS[2], {ASIDE_SECONDS})
end
""")
"""Session, its place aside; content."""

ADD_ID = Script(f"""
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])) do
    if redis.call('EXISTS', ARGV[4] .. id) == 0 then redis.call('ZREM', KEYS[1], id) end
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -{MAX_IDS_OF_USER + 1})
redis.call('EXPIRE', KEYS[1], {USER_SECONDS})
""")
"""Index; id, now, since when ids may be unsaved, prefix of sessions."""


class RedisStore(SessionStore):
    """Keep sessions in a server: Redis 6 or newer, or Valkey.

    `url`: a server, redis://, rediss:// (TLS), unix://, valkey:// or valkeys://, with user,
    password and database as usual. Or `client` is a client object of redis-py or valkey-py, or
    a function without arguments that makes one, in each process after a fork. A client keeps
    its own time-outs and retries: without `socket_timeout=0.25, retry=Retry(NoBackoff(), 0)`,
    requests wait up to ten seconds for a dead server (redis-py 8). All keys begin with
    `key_prefix`. The server must answer within `store_timeout` seconds. A lock whose holder has
    died ends after `lock_seconds`, which must be longer than any request takes.
    """

    needs_cleaning = False

    @classmethod
    def check_packages(cls) -> None:
        """Raise ImportError if the package is missing."""
        import_redis()

    def __init__(
        self,
        *,
        url: str = "redis://localhost:6379/0",
        client: Any = None,
        key_prefix: str = "session:",
        store_timeout: float = 0.25,
        lock_seconds: float = 60,
    ) -> None:
        self._server = RedisServer(url, client, store_timeout, "sessions")
        self._prefix = key_prefix
        self._lock_milliseconds = math.ceil(lock_seconds * 1000)
        # The time-out of a read must be longer than the server waits before it answers.
        self._wait_seconds = min(WAIT_SECONDS, store_timeout / 2)
        self._locks = KeyedLocks()
        self._noted: dict[str, RedisLock] = {}

    # -- records -----------------------------------------------------------------------

    def load(self, id: str, lock: StoreLock | None = None) -> Stored | None:
        """Return what is stored under `id`; None if that is nothing, or has expired."""
        key = self._prefix + id

        def action(client: Any) -> Any:
            with client.pipeline(transaction=False) as both:  # one round trip
                # Not raised by `execute`, whose message would tell the key.
                value, milliseconds = both.get(key).pttl(key).execute(raise_on_error=False)
            if isinstance(value, Exception):
                raise value
            return value, milliseconds

        value, milliseconds = self._server.call(action)
        self._release_noted()
        if value is None:
            return None
        # A negative time: it has gone in between, or was made by somebody else, without end.
        expires = time.time() + max(milliseconds, 0) / 1000
        return Stored(value[VERSION_BYTES:], value[:VERSION_BYTES], expires)

    def save(self, id: str, content: Any, expires: float, version: Any) -> bool:
        """Keep `content` until `expires` if `version` is still what is stored there."""
        value = os.urandom(VERSION_BYTES) + content
        # Redis takes no time in the past: what has ended already ends now.
        milliseconds = max(_milliseconds_until(expires), 1)
        is_saved = self._server.run(
            SAVE, [self._prefix + id], version or b"", value, milliseconds
        )
        return bool(is_saved)

    def touch(self, id: str, expires: float, stored: Stored) -> None:
        """Keep what is stored under `id` until `expires`; do nothing if that is nothing."""
        milliseconds = _milliseconds_until(expires)
        self._server.call(lambda client: client.pexpire(self._prefix + id, milliseconds))

    def delete(self, id: str) -> None:
        """Forget what is stored under `id`."""
        self._server.call(lambda client: client.delete(self._prefix + id))

    def set_aside(self, id: str, content: Any) -> None:
        """Move a damaged record to the key `<key_prefix>bad:<id>`, for a day."""
        self._server.run(SET_ASIDE, [self._prefix + id, f"{self._prefix}bad:{id}"], content)

    def clean_up(self) -> None:
        """Do nothing: the server removes what has expired."""

    def __len__(self) -> NoReturn:
        """Raise NotImplementedError: the server would have to read the names of all keys."""
        raise NotImplementedError(
            "Redis cannot count sessions without reading the name of each key. To list them by "
            f"hand: redis-cli --scan --pattern '{self._prefix}*'"
        )

    # -- locks -------------------------------------------------------------------------

    def lock(self, id: str, timeout_seconds: float | None) -> RedisLock:
        """Wait for the lock of `id` and return it, held; LockTimeout after that many seconds.

        First for the threads of this process, then for other processes: one thread of each
        waits at the server, and is woken by who releases the lock.
        """
        began_at = time.monotonic()
        local = self._locks.acquire(id, timeout_seconds)
        lock = RedisLock(self, self._prefix, id, local)
        try:
            if self._server.failed_at > began_at:
                # So the threads that wait for one lock do not wait for the server in turn.
                raise StoreUnavailable("Redis gave no answer to another request meanwhile.")
            self._wait_for(lock, began_at, timeout_seconds)
        except BaseException:
            # The server may have given it, or may yet, when it goes on after a stop.
            lock.release()
            raise
        return lock

    def _wait_for(
        self, lock: RedisLock, began_at: float, timeout_seconds: float | None
    ) -> None:
        # Who has waited marks the lock at once: there may be more who wait.
        mark = ""
        while not self._server.run(
            ACQUIRE, [lock.key], lock.token, mark, self._lock_milliseconds
        ):
            self._release_noted()
            wait = self._wait_seconds
            if timeout_seconds is not None:
                left = began_at + timeout_seconds - time.monotonic()
                if left <= 0:
                    raise LockTimeout(timeout_seconds)
                wait = max(min(wait, left), 0.001)  # 0 would be for ever
            self._server.wait_for_push(lock.wake_up_key, wait)
            mark = "+"

    def _release(self, *locks: RedisLock) -> None:
        """Release locks at the server, or note those that it did not hear of."""
        keys = [key for lock in locks for key in (lock.key, lock.wake_up_key)]
        try:
            if time.monotonic() < self._server.failed_at + PAUSE_SECONDS:
                raise StoreUnavailable("Redis gave no answer just now.")
            self._server.run(RELEASE, keys, *(lock.token for lock in locks))
        except StoreUnavailable:
            if len(self._noted) < MAX_LOCKS_NOTED:
                self._noted.update((lock.token, lock) for lock in locks)

    def _release_noted(self) -> None:
        """Release what could not be released before, now that the server answers."""
        if self._noted:
            noted, self._noted = self._noted, {}
            self._release(*noted.values())

    # -- the sessions of a user --------------------------------------------------------

    def _index_key(self, user: str) -> str:
        return f"{self._prefix}user:{digest_user(user)}"

    def add_id(self, user: str, id: str) -> None:
        """Note that the session `id` is one of `user`'s, and forget those that have ended."""
        now = time.time()
        self._server.run(
            ADD_ID, [self._index_key(user)], id, now, now - UNSAVED_SECONDS, self._prefix
        )

    def remove_id(self, user: str, id: str) -> None:
        """Note that the session `id` is none of `user`'s any more."""
        key = self._index_key(user)
        self._server.call(lambda client: client.zrem(key, id))

    def ids_of(self, user: str) -> Iterable[str]:
        """Return the ids noted for `user`, oldest first; some of them may have ended since."""
        key = self._index_key(user)
        found = self._server.call(lambda client: client.zrange(key, 0, -1))
        return [id.decode() for id in found]


class RedisLock(StoreLock):
    """The lock of a session, held in this process and at the server."""

    __slots__ = ("_guard", "_local", "_store", "key", "token", "wake_up_key")

    def __init__(self, store: RedisStore, prefix: str, id: str, local: KeyedLock) -> None:
        self._store, self._local = store, local
        self.key = f"{prefix}lock:{id}"
        self.wake_up_key = f"{prefix}wake-up:{id}"
        self.token = os.urandom(VERSION_BYTES).hex()
        self._guard = threading.Lock()

    def release(self) -> None:
        """Let the next one have it; a second call does nothing. Never frees another's lock.

        Raises nothing if the server does not answer: it is told at the next opportunity.
        """
        if self._guard.acquire(blocking=False):
            try:
                self._store._release(self)
            finally:
                self._local.release()


def _milliseconds_until(expires: float) -> int:
    return math.ceil((expires - time.time()) * 1000)
