"""Files: as pages (`serve_file`), as one page (`staticfile`), and directories of them
(`staticdir`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .tool import StaticTool, prepare_directory, prepare_file, staticdir, staticfile

if TYPE_CHECKING:
    from .functions import serve_download, serve_file, serve_fileobj

__all__ = [
    "StaticTool",
    "prepare_directory",
    "prepare_file",
    "serve_download",
    "serve_file",
    "serve_fileobj",
    "staticdir",
    "staticfile",
]


def __getattr__(name: str) -> Any:
    """Return a function that serves a file.

    PERF: loaded when one is asked for: 8 ms that a start without files need not pay.
    """
    if name in __all__:
        # PERF: see above.
        from . import functions

        return getattr(functions, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
