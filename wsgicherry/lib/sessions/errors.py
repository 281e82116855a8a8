"""What can go wrong with a session, and what the client is told of it."""

from __future__ import annotations

from typing import Any

from ...core.errors import HTTPError
from .. import locking
from ..keyvalue.errors import RetryLater


class LockTimeout(RetryLater, locking.LockTimeout):
    """Other requests of the same session held its lock for longer than `lock_timeout`."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(
            "Other requests of yours are still running. Please try again.",
            f"A session stayed locked for more than {seconds} seconds.",
        )


class SessionValueError(TypeError):
    """A session holds a value that its store cannot keep; the message names key and remedy."""


class DamagedRecord(ValueError):
    """What a store holds under an id is no record of ours: cut off, foreign, tampered with."""


class MergeConflict(HTTPError):
    """409: two requests changed `key` of a session, and its policy cannot settle that.

    `explanation` is for the log, the client is told nothing of it.
    """

    def __init__(self, key: Any, explanation: str) -> None:
        super().__init__(
            409, "Another request of yours changed the same thing. Please look, and try again."
        )
        self.key, self.explanation = key, explanation

    def __str__(self) -> str:
        return f"session[{self.key!r}]: {self.explanation}"
