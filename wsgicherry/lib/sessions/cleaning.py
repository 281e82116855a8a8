"""Who looks for expired sessions: one monitor for each store in each process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...process.monitor import Monitor
from ...process.wspbus import states


class Cleaner(Monitor):
    """Call `clean_up` every `minutes` as long as the engine of `app` runs.

    An error of it is logged, and does not end the cleaning. It is `place[key]` until the engine
    exits: another engine of the process has it made anew.
    """

    def __init__(
        self,
        place: dict[Any, Any],
        key: Any,
        app: Any,
        clean_up: Callable[[], object],
        minutes: float,
    ) -> None:
        self._place, self._key = place, key
        self._clean_up, self._log = clean_up, app.log
        super().__init__(app.engine, self._run, minutes * 60, name="Session cleanup")

    def ensure(self) -> None:
        """Start the thread if this process has none alive, and its engine runs."""
        if self.bus.state is states.STARTED:
            super().ensure()

    def exit(self) -> None:
        """Leave the place to the next one."""
        self._place.pop(self._key, None)

    def _run(self) -> None:
        try:
            self._clean_up()
        except Exception:
            self._log.error(
                "Some expired sessions could not be removed.", "TOOLS.SESSIONS", 30, True
            )


def ensure_cleaner(
    place: dict[Any, Any], key: Any, app: Any, clean_up: Callable[[], object], minutes: float
) -> Cleaner:
    """Return the monitor that is `place[key]`, running in this process; make it if need be."""
    cleaner: Cleaner | None = place.get(key)
    if cleaner is None:
        made = Cleaner(place, key, app, clean_up, minutes)
        cleaner = place.setdefault(key, made)  # one step: of two threads one wins
        if cleaner is made:
            cleaner.subscribe()
    cleaner.ensure()
    return cleaner
