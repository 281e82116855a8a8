"""What can go wrong with a server that keeps things, and what the client is told of it."""

from __future__ import annotations

from ...core.current import serving_now
from ...core.errors import HTTPError

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
    """A store did not answer, or could not keep what it was given."""

    def __init__(self, explanation: str) -> None:
        message = "Stored data is not available at the moment. Please try again."
        super().__init__(message, explanation)


class ItemTooLarge(ValueError):
    """A value has more bytes than the server keeps in one item."""
