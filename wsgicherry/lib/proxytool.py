"""The tool `proxy`: where it works, and what of its settings is no fault but no use either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .latetool import LateTool

if TYPE_CHECKING:
    from ..core.request import Request


class ProxyTool(LateTool):
    """`tools.proxy`: runs before a handler is looked for where an application's '/' has it on,
    so that virtual hosts, redirects and `request.allowed_hosts` see the outer host; and at
    `before_request_body` for the settings of deeper paths.
    """

    def __init__(self) -> None:
        # 30, CherryPy's: before whatever looks at scheme, host or client (sessions have 50).
        super().__init__("before_request_body", 30, "proxy", "proxy")

    def prepare_arrival(self, settings: Mapping[str, Any]) -> Callable[[Request], None]:
        """Return what to do with a request before a handler is looked for."""
        prepare: Callable[..., Callable[[Request], None]] = self._load("prepare_arrival")
        return prepare(**settings)

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return key, message and severity of what is wrong with `settings`; None: nothing."""
        fault = super().find_fault(settings)
        return self._load("find_advice")(**settings) if fault is None else fault
