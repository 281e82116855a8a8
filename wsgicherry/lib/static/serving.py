"""The response to a request for one file: conditions, ranges, and the body."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from io import FileIO
from typing import Any

from ...core.bodies import CHUNK_BYTES, FileChunks, close_body
from ...core.current import Serving
from ...core.errors import HTTPError
from ...core.headers import PLAIN_HTML, Pairs
from ...wire.conditions import Conditions, find_outcome, is_range_current
from ...wire.ranges import get_ranges
from .. import set_vary_header
from .byteranges import ByteRanges
from .opening import open_file
from .representation import Representation

RANGE = "HTTP_RANGE"
SINCE = "HTTP_IF_MODIFIED_SINCE"
_NOTHING_TO_SEND = "Invalid Range (first-byte-pos greater than Content-Length)"


def serve_known(serving: Serving, known: Representation, *, through_links: bool) -> None:
    """Make the file that `known` describes, as it was a moment ago, the response.

    A 304 is answered from what is known; for anything else the file is opened, and described
    anew if it has changed. NotFound if it has gone, HTTPError 412 and 416 as RFC 9110 sections
    13.2.2 and 14.2 have it.
    """
    outcome = decide(serving, known)
    if outcome == 304:
        answer_unmodified(serving.response, known)
        return
    descriptor, status = open_file(known.path, through_links=through_links)
    if not known.is_of(status):
        known = Representation.of(known.path, known.description, status)
        outcome = decide(serving, known)
    serve_descriptor(serving, known, descriptor, outcome)


def serve_descriptor(
    serving: Serving, known: Representation, descriptor: int, outcome: int | None
) -> None:
    """Make the file of `descriptor`, which `known` describes, the response.

    `outcome` is what the conditions of the request have come to. The descriptor is closed when
    the file has been sent, and when it is not.
    """
    size = known.size
    data = file = None
    try:
        # PERF: most files are short, and have no use for a file object: 5 us less.
        if (
            outcome is None
            and size is not None
            and size <= CHUNK_BYTES
            and RANGE not in serving.request.environ
        ):
            data = os.read(descriptor, size)
        if data is None or len(data) != size:
            os.lseek(descriptor, 0, os.SEEK_SET)
            file = FileIO(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    if file is not None:
        serve_open_file(serving, known, file, outcome)
        return
    os.close(descriptor)
    set_headers(serving, known.headers)
    serving.response.body = [data] if data else []


def serve_open_file(
    serving: Serving, known: Representation, file: Any, outcome: int | None, base: int = 0
) -> None:
    """Make `file`, which `known` describes from `base` on, the response, or close it.

    `outcome` is what the conditions of the request have come to.
    """
    if outcome == 304:
        close_body(file)
        answer_unmodified(serving.response, known)
        return
    size = known.size
    try:
        if outcome == 412:
            raise HTTPError(412)
        slices = find_slices(serving, size, known.etag, known.modified)
        if slices is None or size is None:
            answer_whole(serving, known, file)
        else:
            set_headers(serving, known.headers)
            answer_parts(serving.response, file, slices, size, known.content_type, base)
    except BaseException:
        close_body(file)
        raise


def decide(serving: Serving, known: Representation) -> int | None:
    """Return what the conditions of the request come to: 304, 412 or None."""
    environ = serving.request.environ
    if (
        "HTTP_IF_NONE_MATCH" not in environ
        and SINCE not in environ
        and "HTTP_IF_MATCH" not in environ
        and "HTTP_IF_UNMODIFIED_SINCE" not in environ
    ) or not is_success(serving):
        return None
    # PERF: nearly every condition of a browser is its one tag, or its date, still current:
    # 2 us less.
    if (
        environ["REQUEST_METHOD"] == "GET"
        and "HTTP_IF_MATCH" not in environ
        and "HTTP_IF_UNMODIFIED_SINCE" not in environ
    ):
        sent, current = environ.get("HTTP_IF_NONE_MATCH"), known.etag
        if sent is None:  # only then the date counts (RFC 9110 section 13.1.3)
            sent, current = environ.get(SINCE), known.last_modified
        if sent == current:
            return 304
    return find_outcome(
        environ["REQUEST_METHOD"], Conditions.of(environ), known.etag, known.modified
    )


def is_success(serving: Serving) -> bool:
    """Tell whether the file is what was asked for, not the page of an error: of that a client
    has no copy (RFC 9110 section 13.2.1).
    """
    return serving.response.status is None or serving.response.status_code == 200


def find_slices(
    serving: Serving, size: int | None, etag: str | None, modified: float | None
) -> Sequence[tuple[int, int]] | None:
    """Return the slices that the client asks for, of `size` bytes with these validators; None
    for the whole. HTTPError 416 if there are no such bytes.
    """
    request = serving.request
    environ = request.environ
    header = environ.get(RANGE)
    if (
        header is None
        or size is None
        # Only with GET a Range means something (RFC 9110 section 14.2), and only since 1.1.
        or environ["REQUEST_METHOD"] != "GET"
        or request.protocol < (1, 1)
        or not is_success(serving)
        or not is_range_current(environ.get("HTTP_IF_RANGE"), etag, modified)
    ):
        return None
    slices = get_ranges(header, size, request.max_ranges)
    if slices == []:
        # Set now, the header stays on the page of a 416.
        serving.response.headers["Content-Range"] = f"bytes */{size}"
        raise HTTPError(416, _NOTHING_TO_SEND)
    return slices


# -- answers ---------------------------------------------------------------------------


def answer_unmodified(response: Any, known: Representation) -> None:
    """Make the response a 304."""
    response.status = 304
    headerlist = response.headerlist
    if len(headerlist) == 1 and headerlist[0] is PLAIN_HTML:
        response.show_settled(known.not_modified)
    else:
        headers = response.headers
        headers.pop("Content-Type", None)
        headers.pop("Content-Length", None)
        merge_headers(response, known.not_modified)
    response.discard_body()


def answer_whole(serving: Serving, known: Representation, file: Any) -> None:
    """Make the whole file the response."""
    set_headers(serving, known.headers)
    response = serving.response
    response.body = file
    if known.size is not None:
        response.headers["Content-Length"] = str(known.size)


def answer_parts(
    response: Any,
    file: Any,
    slices: Sequence[tuple[int, int]],
    size: int,
    content_type: str,
    base: int = 0,
) -> None:
    """Make parts of the file the response, whose headers are those of the whole: as they are
    if it is one, else each under a head.
    """
    response.status = 206
    if len(slices) == 1:
        start, stop = slices[0]
        length = stop - start
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        response.body = take_slice(file, base + start, length)
    else:
        parts = ByteRanges(file, slices, size, content_type, base)
        length = parts.length
        response.headers["Content-Type"] = f"multipart/byteranges; boundary={parts.boundary}"
        response.body = parts
    response.headers["Content-Length"] = str(length)


def take_slice(file: Any, position: int, length: int) -> list[bytes] | FileChunks:
    """Return `length` bytes of `file` from `position` on as a body; a short one is read now."""
    file.seek(position)
    if length <= CHUNK_BYTES:
        data = file.read(length)
        if len(data) == length:
            close_body(file)
            return [data]
        file.seek(position)
    chunks = FileChunks(file)
    chunks.left_bytes = length
    return chunks


# -- headers ---------------------------------------------------------------------------


def set_headers(serving: Serving, pairs: Pairs) -> None:
    """Set `pairs` on the response; what stands there under other names stays."""
    response = serving.response
    if serving.request.protocol < (1, 1):
        pairs = tuple(pair for pair in pairs if pair[0] != "Accept-Ranges")
    headerlist = response.headerlist
    if len(headerlist) == 1 and headerlist[0] is PLAIN_HTML:
        # PERF: nothing there that they could replace: 10 us less
        response.show_settled(pairs)
        return
    response.headers.pop("Content-Length", None)
    merge_headers(response, pairs)


def merge_headers(response: Any, pairs: Iterable[tuple[str, str]]) -> None:
    """Set each of `pairs`, the Vary in addition to what is there."""
    headers = response.headers
    for name, value in pairs:
        if name == "Vary":
            for chosen_by in value.split(", "):
                set_vary_header(response, chosen_by)
        else:
            headers[name] = value
