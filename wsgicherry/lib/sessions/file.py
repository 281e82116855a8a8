"""Sessions in files, one each, for all processes of one machine.

storage_path/
    session-<id>         a record (filerecords.py); its mtime is when it expires
    .saving-<random>     a record on its way
    locks                the lock file (filelocks.py)
    users/<hash>         which sessions a user has (fileusers.py)
    damaged/<time>-<id>  what has been set aside
"""

from __future__ import annotations

import math
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from secrets import token_hex
from typing import Any

from ...core.loaded import ConfigError
from ..keyvalue.errors import RetryLater, StoreUnavailable
from .filelocks import FileLock, FileLocks
from .filerecords import MAX_HEAD_BYTES, damaged, pack, unpack, unpack_head
from .fileusers import FileUsers
from .privatefolder import PrivateFolder, write_all
from .stores import SAFE_ID, SessionStore, Stored, StoreLock

PREFIX = "session-"
TEMPORARY_PREFIX = ".saving-"
# How long a save or a touch may wait for another one of the same session: for a disk that
# hangs, or a process that was stopped in the middle.
WRITE_WAIT_SECONDS = 5
# A save takes no hour: what is older was left behind by a process that was killed.
LEFTOVER_SECONDS = 3600
MAX_SET_ASIDE = 100
# The year 5138; what no file system or clock minds.
MAX_EXPIRES = 1e11
# How many failures of a clean-up are told one by one.
MAX_TOLD = 3

# CherryPy's lock files too, which it leaves behind.
OURS = re.compile(
    rf"{PREFIX}{SAFE_ID.pattern}(\.lock)?|{re.escape(TEMPORARY_PREFIX)}.*|locks|users|damaged"
)


class FileStore(SessionStore):
    """A record a file, in the folder `storage_path`, which is made (0700) at the first save.

    Records are replaced whole: whatever happens, the old one or the new one is there.
    `storage_path`: the folder of the sessions in files. `SESSION_PREFIX`: CherryPy's name for
    what files begin with, without effect. ConfigError without a storage_path. `warn`, if that
    is set, is told what an administrator should know: a folder that others can read, records
    that could not be cleaned up.
    """

    def __init__(self, *, storage_path: str | os.PathLike[str] | None = None) -> None:
        path = os.fspath(storage_path or "")
        if not isinstance(path, str) or not path or "\0" in path:
            raise ConfigError(
                f"Sessions in files need a folder; tools.sessions.storage_path is {path!r}.",
                "Set it to one that this program may write to and nobody else may read.",
                key="tools.sessions.storage_path",
                value=repr(storage_path),
            )
        self.storage_path = os.path.abspath(path)
        self._folder = PrivateFolder(self.storage_path, _is_ours, self._tell)
        self._damaged_folder = self._within("damaged")
        self._locks = FileLocks(lambda: self._folder.open("locks", os.O_RDWR | os.O_CREAT))
        self._users = FileUsers(self._within("users"), self._locks, WRITE_WAIT_SECONDS)

    def _within(self, name: str) -> PrivateFolder:
        return PrivateFolder(self._folder.join(name), lambda each: True, self._tell)

    def _tell(self, message: str) -> None:
        if self.warn is not None:
            self.warn(message)

    # -- records -----------------------------------------------------------------------

    def load(self, id: str, lock: StoreLock | None = None) -> Stored | None:
        """Return what is stored under `id`; None if that is nothing, or has expired.

        A damaged file is returned whole, for the codec to refuse.
        """
        with self._at_work("read"):
            return self._read(id)

    def save(self, id: str, content: Any, expires: float, version: Any) -> bool:
        """Keep `content` until `expires` if `version` is still what is stored there.

        ValueError for an id that can be none of ours.
        """
        _check(id)
        with self._at_work("save"):
            # First without the lock: what is too late need not wait for the disk.
            if self._version(id) != version:
                return False
            with self._changing(id):
                if self._version(id) != version:
                    return False
                self._replace(id, content, expires, token_hex(16))
        return True

    def touch(self, id: str, expires: float, stored: Stored) -> None:
        """Keep what is stored under `id` until `expires`; do nothing if that is nothing."""
        if not SAFE_ID.fullmatch(id):
            return
        with self._at_work("extend"), self._changing(id):
            head = self._head(id)
            if head is None:
                return
            if expires >= head[1] or head[1] == math.inf:
                _set_mtime(self._path(id), expires)
                return
            # An end before the one in the file: that one would win.
            kept = self._read(id)
            if kept is not None and kept.version == head[0]:
                self._replace(id, kept.content, expires, head[0])

    def delete(self, id: str) -> None:
        """Forget what is stored under `id`."""
        if not SAFE_ID.fullmatch(id):
            return
        with self._at_work("delete"), self._changing(id):
            _remove(self._path(id))

    def _replace(self, id: str, content: bytes, expires: float, version: str) -> None:
        """Write a record beside the others, and put it in the place of the old one.

        Under the lock of changes: of many who save at once nobody waits for the disk in vain.
        """
        expires = min(expires, MAX_EXPIRES)
        name = TEMPORARY_PREFIX + token_hex(16)
        path = self._folder.join(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with write_all(self._folder, name, flags) as write:
                write(pack(content, expires, version))
            # The folder is not synchronised: after a power failure the old record may be
            # there, which is whole, as the new one is.
            _set_mtime(path, expires)
            os.replace(path, self._path(id))
        except BaseException:
            _remove(path)
            raise

    def _read(self, id: str) -> Stored | None:
        found = self._look(id, None)
        if found is None:
            return None
        stored = unpack(found[0])
        expires = max(stored.expires, found[1])
        return stored._replace(expires=expires) if expires > time.time() else None

    def _head(self, id: str) -> tuple[str, float, float] | None:
        """Return version, the expiry in the file and the one that counts; None if expired."""
        found = self._look(id, MAX_HEAD_BYTES)
        if found is None:
            return None
        version, expires = unpack_head(found[0])
        until = max(expires, found[1])
        return (version, expires, until) if until > time.time() else None

    def _version(self, id: str) -> str | None:
        head = self._head(id)
        return head[0] if head else None

    def _look(self, id: str, max_bytes: int | None) -> tuple[bytes, float] | None:
        """Return content and mtime of the file of `id`, None if there is none.

        Nothing is read of a folder, a link and the like: they have no content.
        """
        if not SAFE_ID.fullmatch(id):
            return None
        name = PREFIX + id
        try:
            descriptor = self._folder.open(name, os.O_RDONLY)
        except FileNotFoundError:
            return None
        except OSError:
            # A link, a socket, a file of somebody else: damaged. Or the folder is at fault.
            status = os.lstat(self._folder.join(name))
            if stat.S_ISREG(status.st_mode) and os.access(self._folder.join(name), os.R_OK):
                raise
            return damaged().content, status.st_mtime
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return damaged().content, status.st_mtime
            return _read_all(descriptor, max_bytes or status.st_size), status.st_mtime
        finally:
            os.close(descriptor)

    def _path(self, id: str) -> str:
        return self._folder.join(PREFIX + id)

    # -- locks -------------------------------------------------------------------------

    def lock(self, id: str, timeout_seconds: float | None) -> FileLock:
        """Wait for the lock of `id` and return it, held; LockTimeout after that many seconds.

        ValueError for an id that can be none of ours.
        """
        _check(id)
        with self._at_work("lock"):
            return self._locks.acquire(id, timeout_seconds)

    def _changing(self, id: str) -> FileLock:
        # Not the lock of `id`: that one is held for a whole request, by the caller or by
        # somebody else. This one is for a moment, and nothing is waited for while it is held.
        return self._locks.acquire(f"change:{id}", WRITE_WAIT_SECONDS)

    def _at_work(self, action: str) -> AbstractContextManager[None]:
        return _at_work(f"Cannot {action} a session in {self.storage_path!r}")

    # -- housekeeping ------------------------------------------------------------------

    def set_aside(self, id: str, content: Any) -> None:
        """Move a damaged record into the folder `damaged`; it keeps MAX_SET_ASIDE of them."""
        if not SAFE_ID.fullmatch(id):
            return
        with self._at_work("set aside"), self._changing(id):
            stored = self._read(id)
            if stored is not None and stored.content == content:
                self._move_aside(id)

    def _move_aside(self, id: str) -> None:
        self._damaged_folder.make()
        aside = self._damaged_folder.join(f"{time.time_ns()}-{id}")
        with suppress(FileNotFoundError):
            os.rename(self._path(id), aside)
        for name in sorted(os.listdir(self._damaged_folder.path))[:-MAX_SET_ASIDE]:
            _remove(self._damaged_folder.join(name))

    def clean_up(self) -> None:
        """Remove what has expired, and what killed processes left; set aside what is damaged.

        One process at a time does it; the others have nothing to do. `warn` is told of what
        could not be cleaned.
        """
        if not os.path.isdir(self.storage_path):
            return
        with self._at_work("clean up"):
            try:
                lock = self._locks.acquire("clean-up:", 0)
            except RetryLater:
                return
            with lock:
                self._clean_all()

    def _clean_all(self) -> None:
        troubles: list[str] = []
        set_aside = 0
        now = time.time()
        with os.scandir(self.storage_path) as entries:
            for entry in entries:
                try:
                    set_aside += self._clean(entry, now)
                except FileNotFoundError:
                    pass  # somebody else has removed it
                except (OSError, RetryLater) as error:
                    # The whole name would let readers of the log into the session.
                    troubles.append(f"{entry.name[:16]}...: {_reason(error)}")
        self._users.clean_up(lambda id: os.path.lexists(self._path(id)))
        if set_aside:
            path = self._damaged_folder.path
            self._tell(f"{set_aside} damaged sessions were set aside in {path!r}.")
        if troubles:
            told = "; ".join(troubles[:MAX_TOLD])
            self._tell(
                f"Could not clean up {len(troubles)} files in {self.storage_path!r}: {told}."
            )

    def _clean(self, entry: os.DirEntry[str], now: float) -> bool:
        """Remove the file if its time is over; tell whether it was set aside instead."""
        id = _id_of(entry.name)
        if id is not None:
            if entry.stat(follow_symlinks=False).st_mtime <= now:
                return self._clean_record(id)
        elif entry.name.startswith(TEMPORARY_PREFIX):
            # Not its mtime, which is when the record was to expire.
            changed_at = entry.stat(follow_symlinks=False).st_ctime
            if changed_at < now - LEFTOVER_SECONDS:
                _remove(entry.path)
        return False

    def _clean_record(self, id: str) -> bool:
        with self._changing(id):
            head = self._head(id)
            if head is None:
                with suppress(FileNotFoundError):
                    os.unlink(self._path(id))
            elif head[1] == math.inf:
                self._move_aside(id)
                return True
        return False

    def __len__(self) -> int:
        """Return how many sessions there are that have not expired."""
        now = time.time()
        try:
            with self._at_work("count"), os.scandir(self.storage_path) as entries:
                return sum(self._is_live(entry, now) for entry in entries)
        except StoreUnavailable:
            if not os.path.lexists(self.storage_path):  # nothing has been saved yet
                return 0
            raise

    def _is_live(self, entry: os.DirEntry[str], now: float) -> bool:
        id = _id_of(entry.name)
        if id is None:
            return False
        with suppress(FileNotFoundError):
            return (
                entry.stat(follow_symlinks=False).st_mtime > now or self._head(id) is not None
            )
        return False

    # -- the sessions of a user --------------------------------------------------------

    def add_id(self, user: str, id: str) -> None:
        """Note that the session `id` is one of `user`'s; ValueError for an impossible id."""
        _check(id)
        with self._at_work("note the user of"):
            self._users.add(user, id)

    def remove_id(self, user: str, id: str) -> None:
        """Note that the session `id` is none of `user`'s any more."""
        with self._at_work("forget the user of"):
            self._users.remove(user, id)

    def ids_of(self, user: str) -> list[str]:
        """Return the ids noted for `user`, oldest first; some of them may have ended since."""
        with self._at_work("find the user of"):
            return self._users.ids_of(user)


@contextmanager
def _at_work(failure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{failure}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    # Not str(error), which has the name of the file: session ids do not belong in a log.
    return getattr(error, "strerror", None) or str(error)


def _is_ours(name: str) -> bool:
    return OURS.fullmatch(name) is not None


def _check(id: str) -> None:
    if not SAFE_ID.fullmatch(id):
        raise ValueError(
            f"{id!r} is no session id: those are 1 to 128 letters, digits, - and _."
        )


def _id_of(name: str) -> str | None:
    id = name[len(PREFIX) :]
    return id if name.startswith(PREFIX) and SAFE_ID.fullmatch(id) else None


def _set_mtime(path: str, expires: float) -> None:
    seconds = min(expires, MAX_EXPIRES)
    os.utime(
        path, (seconds, seconds), follow_symlinks=os.utime not in os.supports_follow_symlinks
    )


def _read_all(descriptor: int, max_bytes: int) -> bytes:
    parts = []
    while max_bytes > 0 and (part := os.read(descriptor, max_bytes)):
        parts.append(part)
        max_bytes -= len(part)
    return b"".join(parts)


def _remove(path: str) -> None:
    """Remove a file of any kind, if it is there; a folder that cannot be removed stays."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(FileNotFoundError):
        os.unlink(path)
