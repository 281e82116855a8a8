"""Who looks for expired sessions: one monitor for each store in each process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ...process.monitor import Monitor

_making = threading.Lock()


class Cleaner(Monitor):
    """Call `clean_up` every `minutes` as long as the engine of `app` runs.

    An error of it is logged, and does not end the cleaning.
    """

    def __init__(self, app: Any, clean_up: Callable[[], object], minutes: float) -> None:
        self._clean_up, self._log = clean_up, app.log
        super().__init__(app.engine, self._run, minutes * 60, name="Session cleanup")

    def _run(self) -> None:
        try:
            self._clean_up()
        except Exception:
            self._log.error(
                "Some expired sessions could not be removed.", "TOOLS.SESSIONS", 30, True
            )


def ensure_cleaner(
    owner: Any, app: Any, clean_up: Callable[[], object], minutes: float
) -> None:
    """Have this process clean up what `owner`, a store or a session class, keeps.

    The monitor is `owner.clean_thread`; it starts at the first use of the store, and again
    after a fork.
    """
    cleaner = vars(owner).get("clean_thread")
    if cleaner is None:
        with _making:
            cleaner = vars(owner).get("clean_thread")
            if cleaner is None:
                cleaner = Cleaner(app, clean_up, minutes)
                cleaner.subscribe()
                owner.clean_thread = cleaner
    cleaner.ensure()
