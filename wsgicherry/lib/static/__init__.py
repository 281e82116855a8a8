"""Files: as pages (`serve_file`), as one page (`staticfile`), and directories of them
(`staticdir`).
"""

from __future__ import annotations

from .functions import serve_download, serve_file, serve_fileobj
from .tool import staticdir, staticfile

__all__ = ["serve_download", "serve_file", "serve_fileobj", "staticdir", "staticfile"]
