"""Passwords that were right a moment ago: Basic authentication sends them with each request."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable

from .. import passwords

REMEMBER_SECONDS = 60
REMEMBER_ENTRIES = 1000
"""How many passwords a process remembers; one takes 150 bytes."""


class PasswordMemory:
    """Check passwords as `passwords.verify` does, but each right one only once in a while.

    Kept is an HMAC of hash and password, by a key that is random and never leaves the process.
    A new hash in the table of users, or none, counts at once: it is part of what was signed.
    Wrong passwords are not remembered. `clock` gives seconds.
    """

    def __init__(
        self,
        seconds: float = REMEMBER_SECONDS,
        entries: int = REMEMBER_ENTRIES,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self.entries = entries
        self._clock = clock
        self._key = os.urandom(32)
        self._ends: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def verify(self, password: str, hashed: str | None, scheme: str = "scrypt") -> bool:
        """Tell whether `password` is the one that `hashed` was made from; None for `hashed`
        takes as long as a wrong password, by `scheme`. Raises what `passwords.verify` raises.
        """
        if hashed is None:
            return passwords.verify(password, None, scheme)
        text = f"{hashed}\n{password}".encode("utf-8", "surrogatepass")
        mark = hmac.digest(self._key, text, "sha256")
        now = self._clock()
        if self._ends.get(mark, 0.0) > now:
            return True
        if not passwords.verify(password, hashed):
            return False
        self._remember(mark, now)
        return True

    def _remember(self, mark: bytes, now: float) -> None:
        # No lock: each step is one of Python's own, and one that is lost is only checked again.
        if self.seconds <= 0 or self.entries <= 0:
            return
        ends = self._ends
        ends.pop(mark, None)  # so that it stands last
        if len(ends) >= self.entries:
            for oldest in list(ends)[: self.entries // 2 + 1]:
                ends.pop(oldest, None)
        ends[mark] = now + self.seconds
