"""The tool `sessions`: settles its settings, and loads what sessions need, when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..core.current import serving_now
from .latetool import LateTool

if TYPE_CHECKING:
    import inspect


class SessionTool(LateTool):
    """`tools.sessions`; its settings are settled once for a plan.

    `locking`: 'implicit' locks a session when it is first touched and until it is saved,
    'early' before the body is read, 'explicit' when the program says `session.acquire_lock()`;
    'merge' never: what two requests changed at once is merged when it is saved.
    """

    # PERF: `lib.sessions` is imported where a session is asked for: 20 ms (it needs pickle,
    # decimal, uuid and zoneinfo) that a program without sessions need not pay.

    def __init__(self) -> None:
        super().__init__("before_request_body", 50, "sessions", "sessions.tool", "init")
        self._setting_up = Lock()

    @cached_property
    def prepare(self) -> Callable[..., Any]:  # type: ignore[override]
        """What settles the settings; of all plans one sets a session class up."""
        return partial(self._load("prepare_init"), self._setting_up)

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter] | None:
        # PERF: see above.
        from .sessions.settings import list_settings

        return list_settings()

    def documentation(self) -> Mapping[str, str]:
        """Return what the settings of the session classes in the box mean."""
        # PERF: see above.
        from .sessions.settings import explain_settings

        return explain_settings()

    @property
    def takes_others(self) -> bool:
        """Whether a program has session classes of its own: CherryPy made every setting an
        attribute of those.
        """
        # PERF: see above.
        from .sessions.settings import has_own_classes

        return has_own_classes()

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing is.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        # PERF: see above.
        from .sessions.settings import NotThere, settle

        try:
            settle(**settings)
        except NotThere:
            return None  # the module that mounts the page may be about to define it
        except (TypeError, ValueError):
            pass
        return super().find_fault(settings)

    def regenerate(self) -> None:
        """Go on under a new id (CherryPy's name for `session.regenerate()`)."""
        serving_now().session.regenerate()  # type: ignore[attr-defined]
