"""Multipart bodies: part by part into parameters, each read while it arrives, within limits."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ..wire.headers import SINGLE_VALUE, HeaderMap
from ..wire.params import add_param
from .errors import HTTPError
from .forms import fields_too_large
from .inputs import PieceReader
from .uploads import UploadSpool

if TYPE_CHECKING:
    from .entity import Entity

# PERF: 10 MB take 0.8 times what they take in pieces of 64 kB; 1 MB is more than caches hold.
PIECE_BYTES = 256 * 1024

MAX_DEPTH = 2
"""A form may have parts that are multipart themselves; those may not (RFC 7578 section 4.3)."""

_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")  # as CherryPy; RFC 2046 section 5.1.1 allows 70


class FormState:
    """What the parts of one form share: how much of its limits is used, and its uploads."""

    def __init__(self, entity: Entity) -> None:
        self.on_part = entity.on_part
        self.max_parts = entity.max_parts
        self.max_part_headers = entity.max_part_headers
        self.max_part_header_bytes = entity.max_part_header_bytes
        self.max_field_bytes = entity.max_field_bytes
        self.charsets = entity.attempt_charsets
        self.depth = self.part_count = self.field_bytes = self.fold_count = 0
        self.spool = UploadSpool()

    def count_field(self, data: bytes) -> None:
        """Count bytes that stay in memory. HTTPError 413 over `max_field_bytes`."""
        self.field_bytes += len(data)
        if self.field_bytes > self.max_field_bytes:
            raise fields_too_large(self.max_field_bytes)


class PartInput(PieceReader):
    """The content of one part, as it comes out of the parser.

    With `is_field` it counts as content that stays in memory.
    """

    def __init__(self, events: Iterator[Any], form: FormState) -> None:
        self.form = form
        self.is_field = True
        self._rest = b""
        # None is the parser's mark of a part's end.
        self._chunks: Iterator[bytes] = iter(partial(next, events), None)

    def take(self, size: int) -> bytes:
        """Return up to `size` bytes. HTTPError 413 over the limit of fields."""
        data = self._rest or self.next_piece()
        self._rest = data[size:]
        return data[:size]

    def next_piece(self) -> bytes:
        """Return what the parser has in one piece, b'' at the end; raises as `take` does."""
        data = next(self._chunks, b"")
        if self.is_field:
            self.form.count_field(data)
        return data

    def pieces(self) -> Iterator[bytes]:
        """Yield what is left, in the pieces that the parser makes; raises as `take` does."""
        data, self._rest = self._rest, b""
        while data := data or self.next_piece():
            yield data
            data = b""

    def skip(self) -> None:
        """Leave the rest of this part out."""
        self._rest = b""
        deque(self._chunks, maxlen=0)


def process_multipart_form_data(entity: Entity) -> None:
    """Read a form into `entity.params`: fields as text, files as parts.

    Parts without a name are in `entity.parts`. Raises what `read_parts` raises.
    """
    params: dict[str, Any] = {}
    for part in read_parts(entity):
        if part.name is None:
            entity.parts.append(part)
        else:
            add_param(params, part.name, part.as_param())
    entity.add_params(params)


def process_multipart(entity: Entity) -> None:
    """Read a multipart body into `entity.parts`. Raises what `read_parts` raises."""
    entity.parts.extend(read_parts(entity))


def process_other_multipart(entity: Entity) -> None:
    """Read a multipart body into `entity.parts`, and into `entity.params` as well: those
    without a name as 'parts'.

    Raises what `read_parts` raises. Source: CherryPy's rule (BEHAVIOUR 2.8).
    """
    params: dict[str, Any] = {}
    for part in read_parts(entity):
        entity.parts.append(part)
        add_param(params, "parts" if part.name is None else part.name, part.as_param())
    entity.add_params(params)


def read_parts(entity: Entity) -> Iterator[Any]:
    """Yield the parts of `entity`, each read before the next one begins.

    HTTPError 400 for a body that is not well-formed or ends early, 413 for one over a limit;
    and what `on_part` raises to refuse a part.
    """
    boundary = entity.content_type.params.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise HTTPError(400, "The boundary of the multipart body is missing or malformed.")
    if entity.length == 0:
        return
    form = entity.form
    if form.depth >= MAX_DEPTH:
        raise HTTPError(400, f"The multipart body is nested deeper than {MAX_DEPTH} levels.")
    form.depth += 1
    # The library takes 2 ms to import, and many a program never sees a multipart body.
    from .partsparser import parse_parts

    events = parse_parts(entity.pieces(PIECE_BYTES), boundary, form)
    for headerlist in events:
        yield read_part(entity, headerlist, PartInput(events, form), boundary)
    form.depth -= 1


def read_part(
    entity: Entity, headerlist: list[tuple[str, str]], content: PartInput, boundary: str
) -> Any:
    """Return one part, read to its end into what `on_part` says, or as its own class does."""
    headers = HeaderMap()
    dict.update(headers, headerlist)  # PERF: the parser has made the names Title-Case
    if len(headers) < len(headerlist):
        headers = join_headers(headerlist)
    part = entity.part_class(content, headers, boundary)
    content.is_field = part.filename is None
    on_part = content.form.on_part
    file = None if on_part is None else on_part(part)
    if file is None:
        part.process()
    else:
        part.read_into(file)
    content.skip()
    return part


def join_headers(headerlist: list[tuple[str, str]]) -> HeaderMap:
    """Return headers of which some stand there twice, their values joined as those of a list.

    HTTPError 400 for a second Content-Disposition or another that may stand there once: what
    looked at the body before us may have believed the first.
    """
    headers = HeaderMap()
    for name, value in headerlist:
        if name not in headers:
            headers[name] = value
        elif name.lower() in SINGLE_VALUE:
            raise HTTPError(400, f"A part of the multipart body has two headers {name}.")
        else:
            headers[name] += f", {value}"
    return headers
