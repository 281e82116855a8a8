"""The tool `session_auth`: loads what a login needs, when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..core.current import serving_now
from ..core.tools import HandlerTool, ToolTarget

if TYPE_CHECKING:
    import inspect

# PERF: `sessionauth` is imported where a login is asked for: 3 ms, and 3 more for inspect, that
# a program without one need not pay.


def session_auth(**settings: Any) -> bool:
    """Let the request pass if its session has a user; tell whether it is answered instead.

    `settings` are attributes of SessionAuth. ValueError without a password check, and for a
    setting that is none.
    """
    # PERF: see above.
    from .sessionauth import make_auth

    return make_auth(**settings).run()


class SessionAuthTool(HandlerTool):
    """`tools.session_auth`, whose settings are the attributes of SessionAuth; they are settled
    once for a plan.
    """

    # It answers three names below a path, not any: a section for a path that is misspelt must
    # be found, above all the one which was to be protected.
    serves_paths = False

    def __init__(self) -> None:
        super().__init__(session_auth, "session_auth")

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        # PERF: see above.
        from .sessionauth import list_settings

        return list_settings()

    def documentation(self) -> Mapping[str, str]:
        """Return what each attribute of SessionAuth means."""
        # PERF: see above.
        from .sessionauth import explain_settings

        return explain_settings()

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the key at fault and what is wrong if there is no password check; else None.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        # PERF: see above.
        from .sessionauth import CHECK_KEY, make_auth

        try:
            make_auth(**settings)
        except ValueError as error:
            return CHECK_KEY, str(error)
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach a SessionAuth with `settings`; ValueError without a password check."""
        # PERF: see above.
        from .sessionauth import make_auth

        priority = settings.pop("priority", self._priority)
        auth = make_auth(**settings)

        def authenticate() -> None:
            if auth.run():
                serving_now().request.handler = None

        target.hooks.attach("before_handler", authenticate, priority=priority)
