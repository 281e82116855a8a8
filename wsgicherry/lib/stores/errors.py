"""What can go wrong with a server that keeps things, and what the client is told of it."""

from __future__ import annotations

import math

from ...core.current import serving_now
from ...core.errors import HTTPError


class RetryLater(HTTPError):
    """503 with a Retry-After header: the same request may be answered in `seconds`."""

    def __init__(self, message: str, seconds: float = 1) -> None:
        super().__init__(503, message)
        self.seconds = seconds

    def set_response(self) -> None:
        """Make the current response this error's page."""
        super().set_response()
        serving_now().response.headers["Retry-After"] = str(math.ceil(self.seconds))


class StoreUnavailable(RetryLater):
    """A store did not answer, or could not keep what it was given.

    `explanation` is for the log, the client is told nothing of it.
    """

    def __init__(self, explanation: str) -> None:
        super().__init__("Stored data is not available at the moment. Please try again.")
        self.explanation = explanation

    def __str__(self) -> str:
        return self.explanation


class ItemTooLarge(ValueError):
    """A value has more bytes than the server keeps in one item."""
