"""Locks in a network that nobody holds any more, and that could not be freed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from ...process.forks import renew_after_fork
from ..keyvalue.errors import StoreUnavailable

PAUSE_SECONDS = 0.2
"""Between two rounds of attempts."""

MAX_LOOKS = 5
"""As often is a lock looked for, by a server that answers, before it is taken for gone."""

MAX_LEFT = 1_000
"""The oldest are left to their expiry when there are more."""


class _Left(NamedTuple):
    free: Callable[[], bool]
    give_up_at: float
    looks: int = MAX_LOOKS


class LeftLocks:
    """Frees locks as soon as their server answers again.

    A server that hangs has the commands of those who gave up still before it, and may carry
    them out when it comes to: a lock that nobody knows to be his. It would keep everybody out
    until it expires.

    A lock that is not there is looked for a few times: the command that takes it may come
    later. After `lock_seconds` it has expired. The thread that does so ends when there is
    nothing to do.
    """

    def __init__(self, lock_seconds: float) -> None:
        self._lock_seconds = lock_seconds
        self.after_fork_in_child()
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Forget the locks: the parent cares for them."""
        self._guard = threading.Lock()
        self._left: dict[bytes, _Left] = {}
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._left)

    def add(self, token: bytes, free: Callable[[], bool]) -> None:
        """Call `free` when that can be: it frees the lock that is held by `token`, if any is.

        It tells whether there was one, or raises StoreUnavailable.
        """
        with self._guard:
            self._left[token] = _Left(free, time.monotonic() + self._lock_seconds)
            if len(self._left) > MAX_LEFT:
                del self._left[next(iter(self._left))]
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="Sessions left locked", daemon=True
                )
                self._thread.start()

    def _work(self) -> None:
        while True:
            time.sleep(PAUSE_SECONDS)
            for token, left in list(self._left.items()):
                if not self._look(token, left):
                    break
            with self._guard:
                if not self._left:
                    self._thread = None
                    return

    def _look(self, token: bytes, left: _Left) -> bool:
        """Try to free one of the locks; tell whether the others are worth a try."""
        is_gone, looks, is_up = time.monotonic() > left.give_up_at, left.looks, True
        if not is_gone:
            try:
                is_gone = left.free()
                looks -= 1
            except StoreUnavailable:
                is_up = False
        with self._guard:
            self._left.pop(token, None)
            if not is_gone and looks:
                self._left[token] = left._replace(looks=looks)  # the last in the next round
        return is_up
