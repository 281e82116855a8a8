"""What can go wrong with a session, and what the client is told of it."""

from __future__ import annotations

from typing import Any

from ...core.current import serving_now
from ...core.errors import HTTPError
from .. import locking

RETRY_AFTER_SECONDS = 1


class RetryLater(HTTPError):
    """503 with a Retry-After header: the same request may be answered in a moment.

    `explanation` is for the log, the client is told nothing of it.
    """

    def __init__(self, message: str, explanation: str) -> None:
        super().__init__(503, message)
        self.explanation = explanation

    def set_response(self) -> None:
        """Make the current response this error's page."""
        super().set_response()
        serving_now().response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)

    def __str__(self) -> str:
        return self.explanation


class StoreUnavailable(RetryLater):
    """A session store did not answer, or could not keep what it was given."""

    def __init__(self, explanation: str) -> None:
        message = "The sessions are not available at the moment. Please try again."
        super().__init__(message, explanation)


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
