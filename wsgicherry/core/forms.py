"""A form of type application/x-www-form-urlencoded, as parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wire.params import TooManyParams, UndecodableParams, parse_urlencoded
from .charsets import undecodable
from .errors import HTTPError

if TYPE_CHECKING:
    from .entity import Entity


def process_urlencoded(entity: Entity) -> None:
    """Read a form into `entity.params`.

    HTTPError 413 for more than `max_fields` fields or `max_field_bytes` bytes, 400 for text in
    none of the charsets.
    """
    limit, length = entity.max_field_bytes, entity.length
    # The length may be known, and then nothing need be read to refuse it.
    if length is not None and length > limit:
        raise fields_too_large(limit)
    data = entity.read(limit + 1)
    if length is None and len(data) > limit:
        raise fields_too_large(limit)
    try:
        params, entity.charset = parse_urlencoded(
            data,
            entity.attempt_charsets,
            separators=entity.separators,
            max_fields=entity.max_fields,
        )
    except TooManyParams as error:
        raise HTTPError(413, str(error)) from None
    except UndecodableParams:
        raise undecodable(entity.attempt_charsets) from None
    entity.add_params(params)


def fields_too_large(limit: int) -> HTTPError:
    """Return HTTPError 413 for a form with more than `limit` bytes of fields."""
    return HTTPError(
        413,
        f"The fields of the form are larger than {limit} bytes (request.body.max_field_bytes).",
    )
