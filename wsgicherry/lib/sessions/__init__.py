"""Sessions: what a client left with us, from one request to the next."""

from ..keyvalue.errors import StoreUnavailable
from .base import Session
from .builtin import FileSession, MemcachedSession, RamSession, RedisSession
from .errors import LockTimeout, MergeConflict, SessionValueError
from .merging import MISSING
from .stored import StoredSession
from .stores import SessionStore, Stored, StoreLock
from .tool import close, expire, init, save, set_response_cookie
from .users import of

__all__ = [
    "MISSING",
    "FileSession",
    "LockTimeout",
    "MemcachedSession",
    "MergeConflict",
    "RamSession",
    "RedisSession",
    "Session",
    "SessionStore",
    "SessionValueError",
    "StoreLock",
    "StoreUnavailable",
    "Stored",
    "StoredSession",
    "close",
    "expire",
    "init",
    "of",
    "save",
    "set_response_cookie",
]
