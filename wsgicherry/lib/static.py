"""Files: one file as a page (`tools.staticfile`)."""

from __future__ import annotations

import mimetypes
import os
import re
import stat
from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPRedirect, NotFound

_TYPES = mimetypes.MimeTypes()
for _extension, _type in (
    (".ico", "image/x-icon"),
    (".svg", "image/svg+xml"),
    (".dwg", "image/x-dwg"),
    (".bz2", "application/x-bzip2"),
    (".gz", "application/x-gzip"),
):
    _TYPES.add_type(_type, _extension)


def serve_file(path: str, content_type: str | None = None) -> Any:
    """Make the regular file at the absolute `path` the response, and return its body.

    ValueError for a relative path, NotFound when there is no such file, 304 when it has not
    changed since the client's copy (RFC 9110 section 13.1.3).
    """
    if not os.path.isabs(path):
        raise ValueError(f"{path!r} is not an absolute path.")
    serving = serving_now()
    response = serving.response
    try:
        # Without O_NONBLOCK a FIFO would keep the thread until somebody writes into it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        raise NotFound() from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise NotFound()
    file = os.fdopen(descriptor, "rb")
    headers = response.headers
    headers["Last-Modified"] = formatdate(status.st_mtime, usegmt=True)
    if is_unmodified(serving.request.environ.get("HTTP_IF_MODIFIED_SINCE"), status.st_mtime):
        file.close()
        raise HTTPRedirect([], 304)
    extension = os.path.splitext(path)[1].lower()
    headers["Content-Type"] = content_type or _TYPES.types_map[True].get(
        extension, "application/octet-stream"
    )
    headers["Content-Length"] = str(status.st_size)
    response.body = file
    return response.body


def is_unmodified(since: str | None, mtime: float) -> bool:
    """Tell whether a file of `mtime` (seconds) is no newer than the date `since`; a bad date
    counts for nothing.
    """
    if not since:
        return False
    try:
        return int(mtime) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False


def staticfile(
    filename: str,
    root: str | None = None,
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    debug: bool = False,
) -> bool:
    """Answer GET and HEAD with the file `filename` (absolute, or relative to `root`).

    `match`: a pattern that the path must hold. `content_types`: {extension without dot: type}.
    Returns whether it answered; ValueError for a file name that is not absolute in the end.
    Source: BEHAVIOUR 8.4.
    """
    request = serving_now().request
    if request.method not in ("GET", "HEAD"):
        return False
    if match and not re.search(match, request.path_info):
        return False
    if not os.path.isabs(filename):
        if not root:
            raise ValueError(f"Static tool requires an absolute filename (got {filename!r}).")
        filename = os.path.join(root, filename)
    extension = os.path.splitext(filename)[1].lower().lstrip(".")
    try:
        serve_file(filename, (content_types or {}).get(extension))
    except NotFound:
        return False
    if debug:
        request.log(f"serving {filename!r}", "TOOLS.STATICFILE")
    return True
