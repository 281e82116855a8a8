"""Which sessions a user has: a small file for each user, a line for each session."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress

from .filelocks import FileLock, FileLocks
from .privatefolder import PrivateFolder, write_all
from .stores import SAFE_ID, UNSAVED_SECONDS, digest_user

LINE = re.compile(rb"([0-9]{1,15}) (%s)" % SAFE_ID.pattern.encode())
NAME = re.compile(r"[0-9a-f]{64}")


class FileUsers:
    """The ids of the sessions of users, in `folder`; methods raise OSError or LockTimeout."""

    def __init__(self, folder: PrivateFolder, locks: FileLocks, wait_seconds: float) -> None:
        self._folder, self._locks, self._wait_seconds = folder, locks, wait_seconds

    def add(self, user: str, id: str) -> None:
        """Note that `id` is one of `user`'s."""
        name = digest_user(user)
        with self._changing(name):
            if id.encode() in self._lines(name):
                return
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            with write_all(self._folder, name, flags) as write:
                # The break before it: whatever a killed process left there ends here.
                write(b"\n%d %s\n" % (time.time(), id.encode()))

    def remove(self, user: str, id: str) -> None:
        """Note that `id` is none of `user`'s."""
        self._keep(digest_user(user), lambda each, noted_at: each != id)

    def ids_of(self, user: str) -> list[str]:
        """Return the ids of `user`, oldest first."""
        return [id.decode() for id in self._lines(digest_user(user))]

    def clean_up(self, exists: Callable[[str], bool]) -> None:
        """Forget the sessions that have ended."""
        oldest = time.time() - UNSAVED_SECONDS
        with suppress(FileNotFoundError):
            for name in os.listdir(self._folder.path):
                if NAME.fullmatch(name):
                    self._keep(name, lambda id, noted_at: noted_at > oldest or exists(id))

    def _changing(self, name: str) -> FileLock:
        return self._locks.acquire(f"user:{name}", self._wait_seconds)

    def _keep(self, name: str, is_kept: Callable[[str, int], bool]) -> None:
        with self._changing(name):
            lines = self._lines(name)
            kept = {id: at for id, at in lines.items() if is_kept(id.decode(), at)}
            if kept == lines:
                return
            path = self._folder.join(name)
            if not kept:
                os.unlink(path)
                return
            new = f"{name}.new"
            with write_all(self._folder, new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as write:
                write(b"".join(b"%d %s\n" % (at, id) for id, at in kept.items()))
            os.replace(self._folder.join(new), path)

    def _lines(self, name: str) -> dict[bytes, int]:
        """Return ids, in the order in which they were noted, and when that was."""
        try:
            with open(self._folder.open(name, os.O_RDONLY), "rb") as file:
                lines = map(LINE.fullmatch, file.read().splitlines())
        except FileNotFoundError:
            return {}
        return {line[2]: int(line[1]) for line in lines if line}
