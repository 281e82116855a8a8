"""Numbers in a session that are exact, whoever else counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .stored import StoredSession


class Counter:
    """A number in a session to which many requests add at once."""

    def __init__(self, session: StoredSession, key: str) -> None:
        self._session, self._key = session, key

    @property
    def value(self) -> Any:
        """The number, as far as this request knows it; 0 at first."""
        return self._session.get(self._key, 0)

    def add(self, amount: Any = 1) -> Any:
        """Add `amount`, which may be negative, and return what that makes it here."""
        session = self._session
        total = self.value + amount
        session[self._key] = total
        counts = session._counts = session._counts or {}
        counts[self._key] = counts.get(self._key, 0) + amount
        return total

    def __int__(self) -> int:
        return int(self.value)
