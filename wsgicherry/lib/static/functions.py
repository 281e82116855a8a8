"""What handlers call to answer with a file."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

from ...core.bodies import count_bytes, find_plain
from ...core.current import Serving, serving_now
from ...core.errors import NotFound
from ...core.headers import PLAIN_HTML
from ...wire.disposition import write_disposition
from .handover import Handover
from .mediatypes import find_type
from .opening import find_file
from .representation import Description, Representation
from .serving import decide, serve_known, serve_open_file


def serve_file(
    path: str | os.PathLike[str],
    content_type: str | None = None,
    disposition: str | None = None,
    name: str | None = None,
    debug: bool = False,
    *,
    sendfile_header: str = "",
    sendfile_prefix: str = "",
) -> Any:
    """Make the regular file at the absolute `path` the response, and return its body.

    `content_type`: default by the extension of `path`. `disposition`: 'attachment' has a
    browser save it, 'inline' show it; `name` is the name it is saved under (default: the
    file's own). `sendfile_header`: have the server in front send it, see `Handover`; its place
    is `sendfile_prefix` and the path. Conditions and ranges of the request are heeded (RFC
    9110 sections 13 and 14).

    ValueError for a relative path, NotFound when there is no such file, HTTPError 412 and 416
    where the client asked for it. Source: BEHAVIOUR 8.1.
    """
    path = os.fspath(path)
    if not os.path.isabs(path):
        raise ValueError(f"{path!r} is not an absolute path.")
    serving = serving_now()
    kind = content_type or find_type(path) or find_own_type(serving)
    description = describe(kind, disposition, os.path.basename(path) if name is None else name)
    status = find_file(path)
    if status is None:
        raise NotFound()
    if debug:
        serving.request.log(f"serving {path!r}", "TOOLS.STATICFILE")
    if sendfile_header:
        Handover(sendfile_header, sendfile_prefix).answer(serving, description, path, path)
    else:
        known = Representation.of(path, description, status)
        serve_known(serving, known, through_links=True)
    return serving.response.body


def serve_download(path: str | os.PathLike[str], name: str | None = None) -> Any:
    """Make the file at `path` the response, for the browser to save as `name`; see
    `serve_file`.
    """
    return serve_file(path, "application/x-download", "attachment", name)


def serve_fileobj(
    fileobj: Any,
    content_type: str | None = None,
    disposition: str | None = None,
    name: str | None = None,
    debug: bool = False,
) -> Any:
    """Make the rest of an open file, or of anything with a `read`, the response, and return its
    body. It is closed when it has been sent.

    Conditions and ranges are heeded where length and time are known: of files on disk, and the
    length of a BytesIO. Anything else (a member of a zip archive, a pipe) is streamed.
    `disposition` has a file name only with `name`. Source: BEHAVIOUR 8.1.
    """
    serving = serving_now()
    kind = content_type or find_type(name or "") or find_own_type(serving)
    description = describe(kind, disposition, name)
    plain = find_plain(fileobj)
    size = mtime_ns = None
    base = 0
    if plain is not None:
        base = plain.tell()
        size = max(0, count_bytes(plain) - base)
        if not isinstance(plain, BytesIO):
            mtime_ns = os.fstat(plain.fileno()).st_mtime_ns
    if debug:
        serving.request.log(f"serving {fileobj!r}", "TOOLS.STATICFILE")
    file = Representation("", description, size, mtime_ns)
    if size is None:
        serving.response.stream = True
    serve_open_file(serving, file, fileobj, decide(serving, file), base)
    return serving.response.body


def describe(kind: str | None, disposition: str | None, name: str | None) -> Description:
    """Return what a handler says of a file: its type, and how a browser is to take it."""
    if disposition is None:
        return Description(kind)
    header = ("Content-Disposition", write_disposition(disposition, name))
    return Description(kind, headers=(header,))


def find_own_type(serving: Serving) -> str | None:
    """Return the Content-Type that the program has set itself, None if it has not."""
    for pair in serving.response.headerlist:
        if pair[0].title() == "Content-Type" and pair is not PLAIN_HTML:
            return str(pair[1])
    return None
