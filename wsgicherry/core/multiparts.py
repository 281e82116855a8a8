"""Multipart bodies: part by part into parameters, each read while it arrives, within limits."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..wire.headers import SINGLE_VALUE, HeaderMap
from ..wire.params import TooManyParams, add_param
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
        self.max_fields = entity.max_fields
        self.max_field_bytes = entity.max_field_bytes
        self.charsets = [c for c in entity.attempt_charsets if c not in ("utf-8", "us-ascii")]
        self.depth = self.part_count = self.fold_count = 0
        self.field_count = self.field_bytes = 0

    @cached_property
    def spool(self) -> UploadSpool:
        """Where uploads are kept, made for the first of them."""
        return UploadSpool()

    def count_field(self) -> None:
        """Count a part that is no file. HTTPError 413 over `max_fields`."""
        self.field_count += 1
        if self.field_count > self.max_fields:
            raise HTTPError(413, str(TooManyParams(self.max_fields)))

    def count_bytes(self, size: int) -> None:
        """Count bytes that stay in memory. HTTPError 413 over `max_field_bytes`."""
        self.field_bytes += size
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
        data = next(self.pieces(), b"")
        self._rest = data[size:]
        return data[:size]

    def pieces(self) -> Iterator[bytes]:
        """Yield what is left, in the pieces that the parser makes. HTTPError 413 over the limit
        of fields.
        """
        if self._rest:
            rest, self._rest = self._rest, b""
            yield rest
        for data in self._chunks:
            if self.is_field:
                self.form.count_bytes(len(data))
            yield data

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
    from .partsparser import PartsParser, refusals

    with refusals():
        parser = PartsParser(boundary, form)
        # PERF: an iterator of C: each part has three events, and each would pass a generator.
        events = chain.from_iterable(map(parser.parse, entity.pieces(PIECE_BYTES)))
        for headerlist in events:
            yield read_part(entity, headerlist, PartInput(events, form), boundary)
        parser.close()
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
    if part.filename is None:
        content.form.count_field()
    else:
        content.is_field = False
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
