"""The tools `staticdir` and `staticfile`: what they do is in `lib.static`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.tools import HandlerTool
from .latetool import LateTool

PRIORITY = 55
"""After whatever says at 50, where tools are that name no priority, who may have the page.
CherryPy's 50 left it to the order of the settings whether `session_auth` protected a file.
"""


class StaticTool(LateTool, HandlerTool):
    """`tools.staticdir` or `tools.staticfile`; what they do not answer goes to the page."""

    def __init__(self, name: str) -> None:
        LateTool.__init__(self, "before_handler", PRIORITY, name, "static.tool")

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing is.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        fault = super().find_fault(settings)
        if fault is None:
            fault = self._load(f"find_absent_{self._name}")(**settings)
        return fault
