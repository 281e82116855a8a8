"""Session classes as programs have written them for CherryPy 18: each on its own storage."""

from __future__ import annotations

import pickle
import threading
import uuid
from datetime import datetime, timezone
from typing import ClassVar

from wsgicherry.lib.sessions import Session

calls: list[str] = []


class DictSession(Session):
    """Everything in a dict of the class, with a re-entrant lock for each id."""

    cache: ClassVar[dict] = {}
    locks: ClassVar[dict] = {}

    def clean_up(self):
        calls.append("clean_up")
        now = self.now()
        for _id, (_data, expiration_time) in self.cache.copy().items():
            if expiration_time <= now:
                del self.cache[_id]

    def _exists(self):
        calls.append("exists")
        return self.id in self.cache

    def _load(self):
        calls.append("load")
        return self.cache.get(self.id)

    def _save(self, expiration_time):
        calls.append("save")
        self.cache[self.id] = (self._data, expiration_time)

    def _delete(self):
        calls.append("delete")
        self.cache.pop(self.id, None)

    def acquire_lock(self):
        calls.append("lock")
        self.locks.setdefault(self.id, threading.RLock()).acquire()
        self.locked = True

    def release_lock(self):
        self.locks[self.id].release()
        self.locked = False

    def __len__(self):
        return len(self.cache)


class Server:
    """What stands in for a server with keys: values are bytes, for so many seconds."""

    def __init__(self, host, port):
        self.place = (host, port)
        self.values = {}

    def setex(self, key, seconds, value):
        assert seconds > 0
        assert isinstance(value, bytes)
        self.values[key] = value
        return True


class ServerSession(Session):
    """In a server that `setup` connects to; the settings are attributes of the class."""

    host = "localhost"
    port = 6379
    prefix = "session_"
    times_set_up = 0
    server: ClassVar[Server]
    locks: ClassVar[dict] = {}

    def __init__(self, id=None, **kwargs):
        self.made_with = dict(kwargs)
        super().__init__(id=id, **kwargs)
        if self.debug:
            self.made_with["debug"] = True

    @classmethod
    def setup(cls, **kwargs):
        for key, value in kwargs.items():
            setattr(cls, key, value)
        cls.times_set_up += 1
        cls.server = Server(cls.host, cls.port)

    @property
    def key(self):
        return self.prefix + self.id

    def generate_id(self):
        return str(uuid.uuid4())

    def now(self):
        return datetime.now(timezone.utc)

    def _exists(self):
        calls.append("exists")
        return self.key in self.server.values

    def _load(self):
        calls.append("load")
        try:
            return pickle.loads(self.server.values[self.key])
        except KeyError:
            return None

    def _save(self, expiration_time):
        calls.append("save")
        assert self.locked, "saved without the lock"
        value = pickle.dumps((self._data, expiration_time), pickle.HIGHEST_PROTOCOL)
        if not self.server.setex(self.key, int(self.timeout * 60), value):
            raise AssertionError(f"Session data for id {self.id!r} not set.")

    def _delete(self):
        calls.append("delete")
        self.server.values.pop(self.key, None)

    def acquire_lock(self):
        calls.append("lock")
        self.locked = True
        self.locks.setdefault(self.key, threading.RLock()).acquire()

    def release_lock(self):
        self.locks[self.key].release()
        self.locked = False

    def __len__(self):
        return len(self.server.values)


class RowSession(Session):
    """In rows of a table, as text; without locks, clean-up and count."""

    rows: ClassVar[dict] = {}

    def __init__(self, id=None, timeout=60, clean_freq=5, **kwargs):
        super().__init__(id, timeout=timeout, clean_freq=clean_freq, **kwargs)

    def _exists(self):
        calls.append("exists")
        return self.id in self.rows

    def _load(self):
        calls.append("load")
        row = self.rows.get(self.id)
        if row is None or row[1] < self.now():
            return None
        return pickle.loads(row[0]), row[1]

    def _save(self, expiration_time):
        calls.append("save")
        self.rows[self.id] = (pickle.dumps(self._data), expiration_time)

    def _delete(self):
        calls.append("delete")
        self.rows.pop(self.id, None)

    def acquire_lock(self):
        self.locked = True

    def release_lock(self):
        self.locked = False
