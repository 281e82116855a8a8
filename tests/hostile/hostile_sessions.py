"""Programs with sessions and a login page, and who watches what requests leave behind."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from hostile_row import CREDENTIAL

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.lib.sessions import FileSession, LockTimeout, RamSession
from wsgicherry.lib.sessions.records import Codec, Record

KNOWN = "5e551041d0" * 4
"""The id of the one session that there is before each row; its user is eva."""

PASSWORD = CREDENTIAL

_ID = re.compile(r"[0-9a-f]{40}")
_LIFE_SECONDS = 3600


class Sessions:
    """Pages that look into the session, and pages that change it."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def _session(self, keeps: bool = False) -> Any:
        if keeps:
            self._ledger.note_kept()
        return serving_now().session  # type: ignore[attr-defined]

    @expose
    def index(self) -> str:
        return "hello"

    @expose
    def look(self) -> str:
        return f"user: {self._session().get('user')}"

    @expose
    def has(self) -> str:
        return f"user: {'user' in self._session()}"

    @expose
    def write(self, key: str = "key", value: str = "value") -> str:
        session = self._session(keeps=True)
        session[str(key)] = str(value)
        session.save()
        session.load()
        return f"the same: {session[str(key)] == str(value)}"

    @expose
    def append(self, value: str = "value") -> str:
        """Change a list in place."""
        values = self._session(keeps=True).setdefault("values", [])
        values.append(str(value))
        return "appended"

    @expose
    def regenerate(self) -> str:
        self._session(keeps=True).regenerate()
        return "regenerated"

    @expose
    def login(self, user: str = "max") -> str:
        self._session(keeps=True).login(str(user))
        return "in"

    @expose
    def logout(self) -> str:
        self._session().logout()
        return "out"

    @expose
    def delete(self) -> str:
        self._session().delete()
        return "deleted"

    @expose
    def clear(self) -> str:
        self._session().clear()
        return "cleared"

    @expose
    def lock(self) -> str:
        self._session().acquire_lock()
        return "locked"

    @expose
    def refuse(self) -> None:
        self._session(keeps=True)["key"] = "kept by an error"
        raise HTTPError(403)

    @expose
    def fail(self) -> None:
        self._session()["key"] = "lost"
        raise ValueError("fault")

    @expose
    def stream(self) -> Iterator[str]:
        serving_now().response.stream = True
        self._session(keeps=True)["key"] = "streamed"
        return self._chunks()

    def _chunks(self) -> Iterator[str]:
        for number in range(3):
            yield f"{number} {self._session().get('key')}"


class Members:
    """Pages for those who have logged in."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    @expose
    def index(self) -> str:
        return "members"

    @expose
    def page(self, *segments: str, **params: Any) -> str:
        return "a page"


def check_password(username: str, password: str) -> str | None:
    """Let everybody in who knows the password; say who does not."""
    return None if password == PASSWORD else f"{username} is not {password}"


SESSIONS = {"tools.sessions.on": True}
HOST_NAME = {**SESSIONS, "tools.sessions.name": "__Host-id"}
FILES = {**SESSIONS, "tools.sessions.storage_class": "file"}
LOGIN = {
    **SESSIONS,
    "tools.session_auth.on": True,
    "tools.session_auth.check_username_and_password": check_password,
    "tools.session_auth.session_key": "user",
}

# name: root maker, config, as in `hostile_sites`
SESSION_SITES: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "sessions": (Sessions, {"/": SESSIONS}),
    "sessions_host": (Sessions, {"/": HOST_NAME}),
    "sessions_merge": (Sessions, {"/": {**SESSIONS, "tools.sessions.locking": "merge"}}),
    "sessions_early": (Sessions, {"/": {**SESSIONS, "tools.sessions.locking": "early"}}),
    "session_files": (Sessions, {"/": FILES}),
    "login": (Members, {"/": LOGIN}),
    "login_files": (Members, {"/": {**FILES, **LOGIN}}),
}


class SessionWatch:
    """The store of one site: one session at first, and what a row has left when it is over."""

    def __init__(self, config: dict[str, Any], directory: Path) -> None:
        self.folder: Path | None = None
        self.settings: dict[str, Any] = {}
        self.directory = directory
        name = config.get("tools.sessions.name", "session_id")
        self.cookie_names = {name, name.removeprefix("__Host-")}
        record = Record({"user": "eva"}, time.time(), None)
        if config.get("tools.sessions.storage_class") == "file":
            self.folder = directory / "sessions"
            self.settings = {"tools.sessions.storage_path": str(self.folder)}
            self.store: Any = FileSession.find_store({"storage_path": str(self.folder)})
            self.content: Any = Codec("json", ()).encode(record, KNOWN)
        else:
            self.store = RamSession.find_store({})
            self.content = record
        self.logins = "tools.session_auth.on" in config
        self.before: set[str] = set()

    def prepare(self) -> None:
        """Leave nothing in the store but the one session."""
        if self._ids() != {KNOWN} or not self._is_whole():
            self.clear()
            self.store.save(KNOWN, self.content, time.time() + _LIFE_SECONDS, None)
        self.before = self._outside()

    def clear(self) -> None:
        """Leave nothing in the store."""
        for id in self._ids():
            self.store.delete(id)

    def _is_whole(self) -> bool:
        """Tell whether the one session is what it was."""
        stored = self.store.load(KNOWN)
        return stored is not None and stored.content == self.content

    def _ids(self) -> set[str]:
        if self.folder is None:
            return set(self.store)
        return {path.name.partition("-")[2] for path in self.folder.glob("session-*")}

    def _outside(self) -> set[str]:
        return {path.name for path in self.directory.iterdir()}

    def find_traces(
        self,
        environ: dict[str, Any],
        headers: list[tuple[str, str]],
        logged: Iterable[str],
        kept: int,
    ) -> Iterator[str]:
        """Yield what a row left behind that it must not: `kept` sessions are the program's."""
        cookies = [SimpleCookie(text) for name, text in headers if name == "Set-Cookie"]
        ours = [m for c in cookies for m in c.values() if m.key in self.cookie_names]
        left = self._ids()
        made = left - {KNOWN}
        if self.logins and any(_ID.fullmatch(morsel.value) for morsel in ours):
            kept += 1  # somebody has logged in
        if len(made) > kept:
            yield f"{len(made)} sessions were kept, {kept} by the program"
        sent = str(environ.get("HTTP_COOKIE", ""))
        for id in made:
            if not _ID.fullmatch(id):
                yield f"a session has the id {id!r}"
            if id in sent:
                yield f"an id of the client's was adopted: {id!r}"
        if KNOWN not in sent and not self._is_whole():
            yield "the session of somebody else was changed"
        is_ended = any(morsel.value != KNOWN for morsel in ours)
        if sent == f"session_id={KNOWN}" and is_ended and KNOWN in left:
            yield "the id that was given up still opens the session"
        for morsel in ours:
            yield from cookie_faults(morsel, environ["wsgi.url_scheme"] == "https", sent)
        yield from (
            f"a session id is in a log: {text!r}"
            for text in logged
            if any(id in text for id in (KNOWN, *made))
        )
        yield from self._find_locks()
        yield from self._find_files()

    def _find_locks(self) -> Iterator[str]:
        try:
            self.store.lock(KNOWN, 0).release()
        except LockTimeout:
            yield "the session is still locked"
        if self.folder is None and len(self.store.locks):
            yield f"{len(self.store.locks)} locks are left"
        waiting = [each for each in threading.enumerate() if each.name == "Session lock"]
        if waiting:
            yield f"threads are left: {waiting}"

    def _find_files(self) -> Iterator[str]:
        if strange := self._outside() - self.before - {"sessions"}:
            yield f"files beside the sessions' folder: {strange}"
        if self.folder is None or not self.folder.exists():
            return
        for path in self.folder.iterdir():
            if path.name in ("locks", "users"):
                continue
            if not _ID.fullmatch(path.name.removeprefix("session-")):
                yield f"a file {path.name!r} is left"
            elif path.stat().st_mode & 0o077:
                yield f"others can read {path.name!r}"


def cookie_faults(morsel: Any, is_https: bool, sent: str) -> Iterator[str]:
    """Yield what is wrong with a session's cookie: its attributes, or an id that was sent."""
    if not _ID.fullmatch(morsel.value) and morsel.value != "expired":
        yield f"a cookie has the value {morsel.value!r}"
    if morsel.value != KNOWN and morsel.value in sent and morsel.value != "expired":
        yield f"an id of the client's was sent back: {morsel.value!r}"
    names = ("httponly", "samesite", "path", "secure", "domain")
    attributes = tuple(morsel[name] for name in names)
    if attributes != (True, "Lax", "/", is_https or "", ""):
        yield f"a cookie has the attributes {attributes}"
    if morsel.key.startswith("__Host-") and not is_https:
        yield f"a cookie has the name {morsel.key!r}, which browsers refuse here"
