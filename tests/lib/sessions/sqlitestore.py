"""A store as somebody else may write it: sessions in a SQLite file, shared by processes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from secrets import token_hex

from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.sessions.stores import SessionStore, Stored, StoreLock

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (id PRIMARY KEY, content, version, expires);
CREATE TABLE IF NOT EXISTS locks (id PRIMARY KEY, token);
CREATE TABLE IF NOT EXISTS users (user, id, UNIQUE (user, id));
"""


class SqliteStore(SessionStore):
    """Sessions in a file; a connection for each call, as SQLite's do not outlive a fork."""

    def __init__(self, path):
        self.path = path

    @contextmanager
    def _transaction(self):
        with closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as database:
            database.executescript(f"PRAGMA synchronous=OFF; BEGIN IMMEDIATE; {SCHEMA}")
            yield database
            database.execute("COMMIT")

    def _run(self, statement, *values):
        with self._transaction() as database:
            cursor = database.execute(statement, values)
            return cursor.fetchall(), cursor.rowcount

    def load(self, id, lock=None):
        rows, _ = self._run(
            "SELECT content, version, expires FROM sessions WHERE id=? AND expires>?",
            *(id, time.time()),
        )
        return Stored(*rows[0]) if rows else None

    def save(self, id, content, expires, version):
        with self._transaction() as database:
            database.execute("DELETE FROM sessions WHERE expires<=?", [time.time()])
            found = database.execute("SELECT version FROM sessions WHERE id=?", [id]).fetchone()
            if (found[0] if found else None) != version:
                return False
            database.execute(
                "REPLACE INTO sessions VALUES (?, ?, ?, ?)", [id, content, token_hex(), expires]
            )
        return True

    def touch(self, id, expires, stored):
        self._run(
            "UPDATE sessions SET expires=? WHERE id=? AND expires>?", expires, id, time.time()
        )

    def delete(self, id):
        self._run("DELETE FROM sessions WHERE id=?", id)

    def lock(self, id, timeout_seconds):
        token = token_hex()
        give_up_at = time.monotonic() + (1e9 if timeout_seconds is None else timeout_seconds)
        while not self._run("INSERT OR IGNORE INTO locks VALUES (?, ?)", id, token)[1]:
            if time.monotonic() >= give_up_at:
                raise LockTimeout(timeout_seconds)
            time.sleep(0.02)
        return SqliteLock(self, token)

    def set_aside(self, id, content):
        self._run("DELETE FROM sessions WHERE id=? AND content=?", id, content)

    def clean_up(self):
        self._run("DELETE FROM sessions WHERE expires<=?", time.time())

    def __len__(self):
        return self._run("SELECT COUNT(*) FROM sessions")[0][0][0]

    def count_locks(self):
        return self._run("SELECT COUNT(*) FROM locks")[0][0][0]

    def add_id(self, user, id):
        self._run("INSERT OR IGNORE INTO users VALUES (?, ?)", user, id)

    def remove_id(self, user, id):
        self._run("DELETE FROM users WHERE user=? AND id=?", user, id)

    def ids_of(self, user):
        rows, _ = self._run("SELECT id FROM users WHERE user=? ORDER BY rowid", user)
        return [id for (id,) in rows]


class SqliteLock(StoreLock):
    """A row of the table of locks."""

    def __init__(self, store, token):
        self.store, self.token = store, token

    def release(self):
        self.store._run("DELETE FROM locks WHERE token=?", self.token)
