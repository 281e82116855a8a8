"""Dispatch for XML-RPC: clients may write '/RPC2' before a path, and no slash behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dispatcher import Dispatcher
from .reach import Gap, Serves


def patched_path(path: str) -> str:
    """Return `path` with a slash at its end and without one '/RPC2' at its beginning."""
    if not path.endswith("/"):
        path += "/"
    return path[5:] if path.startswith("/RPC2/") else path


class XMLRPCDispatcher:
    """Have another dispatcher find the handler of `patched_path`.

    Of the dispatched path only: `request.path_info` stays, so a page without its slash is
    redirected as ever. Source: CherryPy's rule (BEHAVIOUR 3.7).
    """

    def __init__(self, next_dispatcher: Callable[[str], Any] | None = None) -> None:
        self.next_dispatcher = next_dispatcher or Dispatcher()

    def __call__(self, path_info: str) -> None:
        """Set the current request's handler and config for `path_info`."""
        self.next_dispatcher(patched_path(path_info))

    def find_gap(self, root: Any, path: str, serves: Serves) -> Gap | None:
        """Return where the section `path` of a config leads nowhere, None if it is reached."""
        find_gap = getattr(self.next_dispatcher, "find_gap", None)
        return None if find_gap is None else find_gap(root, path, serves)
