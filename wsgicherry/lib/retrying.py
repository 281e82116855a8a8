"""Errors that pass by: the client is told when to ask again."""

from __future__ import annotations

import math

from ..core.current import serving_now
from ..core.errors import HTTPError


class RetryLater(HTTPError):
    """An error with a Retry-After header: the same request may be answered in `seconds`."""

    def __init__(self, status: int, message: str, seconds: float = 1) -> None:
        super().__init__(status, message)
        self.seconds = seconds

    def set_response(self) -> None:
        """Make the current response this error's page."""
        super().set_response()
        serving_now().response.headers["Retry-After"] = str(math.ceil(self.seconds))
