"""The sessions of a user: where somebody is logged in, and logging out everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...core.current import serving_now
from .stored import StoredSession


class UserSession(NamedTuple):
    """One session of a user; times are in seconds since the epoch."""

    id: str
    created: float
    expires: float
    is_current: bool


class UserSessions:
    """The sessions that are logged in as `user`, in the store of `session`; oldest first."""

    def __init__(self, user: str, session: StoredSession) -> None:
        self.user = user
        self._session = session

    def __iter__(self) -> Iterator[UserSession]:
        session, store = self._session, self._session.store
        for id in list(session._guard(store.ids_of, self.user)):
            kept = session._guard(store.load, id)
            record = None if kept is None else session._read(kept, id)
            if kept is None or record is None or record.user != self.user:
                session._guard(store.remove_id, self.user, id)
                continue
            yield UserSession(id, record.created, kept.expires, id == session.id)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def end(self, keep_current: bool = False) -> int:
        """Log the user out everywhere, and return of how many sessions.

        `keep_current` leaves the session of this request alone. A request that is running in
        one of the others saves nothing of it any more.
        """
        ended = 0
        for each in list(self):
            if each.is_current and keep_current:
                continue
            if each.is_current:
                self._session.logout()
            else:
                self._session._guard(self._session.store.delete, each.id)
                self._session._guard(self._session.store.remove_id, self.user, each.id)
            ended += 1
        return ended


def of(user: str, session: Any = None) -> UserSessions:
    """Return the sessions of `user` in the store of this request's session (or of `session`).

    TypeError for a session class that knows no users: one written for CherryPy.
    """
    found = serving_now().session if session is None else session  # type: ignore[attr-defined]
    if not isinstance(found, StoredSession):
        raise TypeError(
            f"{type(found).__name__} keeps no list of a user's sessions; derive your store "
            "from SessionStore for that."
        )
    return UserSessions(user, found)
