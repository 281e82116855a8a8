"""The tool `session_auth`, as the check of a config sees it: see `lib.sessionauth`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.tools import HandlerTool
from .latetool import LateTool

if TYPE_CHECKING:
    import inspect


class SessionAuthTool(LateTool, HandlerTool):
    """`tools.session_auth`, whose settings are the attributes of SessionAuth."""

    # It answers three names below a path, not any: a section for a path that is misspelt must
    # be found, above all the one which was to be protected.
    serves_paths = False
    needs = "sessions"

    def __init__(self) -> None:
        LateTool.__init__(self, "before_handler", 50, "session_auth", "sessionauth")

    @cached_property
    def _arguments(self) -> Mapping[str, inspect.Parameter]:
        settings: Mapping[str, inspect.Parameter] = self._load("list_settings")()
        return settings

    def documentation(self) -> Mapping[str, str]:
        """Return what each attribute of SessionAuth means."""
        texts: Mapping[str, str] = self._load("explain_settings")()
        return texts
