"""The file that the frameworks serve: in a folder of its own, gone when the process ends."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from workloads import FILE_SECONDS, LONG_TEXT

_folder = tempfile.TemporaryDirectory()
FOLDER = _folder.name
FILE = Path(FOLDER, "page.txt")
FILE.write_text(LONG_TEXT)
os.utime(FILE, (FILE_SECONDS, FILE_SECONDS))
