"""Answer with files: from a handler, or by `tools.staticdir` and `tools.staticfile`."""

from __future__ import annotations

from .functions import serve_download, serve_file, serve_fileobj
from .tool import staticdir, staticfile

__all__ = ["serve_download", "serve_file", "serve_fileobj", "staticdir", "staticfile"]
