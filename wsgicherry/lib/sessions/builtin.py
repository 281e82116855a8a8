"""The session classes that are in the box, by the short names that config takes."""

from __future__ import annotations

from typing import Any

from .file import FileStore
from .memcached import MemcachedStore
from .ram import RamStore
from .ramcache import RamCache
from .redis import RedisStore
from .stored import StoredSession


class _OfStore:
    """A class attribute that is made of the class's store when it is first asked for."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __get__(self, session: Any, kind: type[StoredSession]) -> Any:
        return self._make(kind.find_store({}))


class RamSession(StoredSession):
    """Sessions in the memory of this process: any Python object, gone with the process.

    `cache` shows them as CherryPy did: {id: (data, expiration time)}; `locks` are the locks
    that are held now, `clean_thread` is the monitor that removes what has expired.
    """

    store_class = RamStore
    cache = _OfStore(RamCache)
    clean_thread = _OfStore(lambda store: store.clean_thread)
    locks = _OfStore(lambda store: store.locks)


class FileSession(StoredSession):
    """Sessions in the folder `storage_path`, one file each: for all processes of a machine."""

    SESSION_PREFIX: str = "session-"
    store_class = FileStore


class MemcachedSession(StoredSession):
    """Sessions in the memcached `servers`: for all machines. Needs the extra `memcached`."""

    store_class = MemcachedStore


class RedisSession(StoredSession):
    """Sessions in the Redis or Valkey server at `url`: for all machines. Needs the extra
    `redis`.
    """

    store_class = RedisStore


BUILTIN: dict[str, type[StoredSession]] = {
    "ram": RamSession,
    "file": FileSession,
    "memcached": MemcachedSession,
    "redis": RedisSession,
}
