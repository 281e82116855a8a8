"""The programs behind the multipart rows: they show each part, or refuse some."""

from __future__ import annotations

import errno
import io
import json
from typing import Any

from invariants import EXCEPTION_TEXT

from wsgicherry.core.body import Part, process_multipart
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose

MAX_SHOWN_BYTES = 200

# Each of SECURITY goal 8's limits on parts, small enough for rows of a readable size.
SMALL_LIMITS = {
    "request.body.max_parts": 4,
    "request.body.max_part_headers": 3,
    "request.body.max_part_header_bytes": 200,
    "request.body.max_field_bytes": 100,
    "request.body.maxbytes": 1000,
}


def describe(value: Any) -> Any:
    """Return what stands among the parameters as JSON can show it."""
    if isinstance(value, dict):
        return {name: describe(item) for name, item in value.items()}
    if isinstance(value, list):
        return [describe(item) for item in value]
    return describe_part(value) if isinstance(value, Part) else value


def describe_part(part: Part) -> dict[str, Any]:
    """Return all that a program may ask of a part."""
    content = part.content()
    shown = {
        "name": part.name,
        "filename": part.filename,
        "type": part.content_type.value,
        "content": content[:MAX_SHOWN_BYTES].decode("latin-1"),
        "size": len(content),
    }
    if part.parts:
        shown["parts"] = [describe(inner) for inner in part.parts]
    return shown


class Uploads:
    """A program that takes any form, and shows it."""

    def show(self, *args: Any, **params: Any) -> bytes:
        request, response = serving_now().request, serving_now().response
        response.headers["Content-Type"] = "application/json"
        unnamed = [describe(part) for part in request.body.parts]
        shown = {"params": describe(params), "unnamed": unnamed}
        return json.dumps({k: v for k, v in shown.items() if v}).encode()

    index = default = expose(show)

    @expose
    def count(self, **params: Any) -> str:
        return str(len(params) + len(serving_now().request.body.parts))

    @expose
    def texts(self, **params: Any) -> str:
        """Read every part as text, as programs do that expect no binary file."""
        parts = [value for value in params.values() if isinstance(value, Part)]
        return ascii([part.fullvalue() for part in parts])

    @expose
    def only_parts(self, **params: Any) -> bytes:
        return self.show(**params)

    only_parts._cp_config = {
        "request.body.processors": {
            "multipart": process_multipart,
            "multipart/form-data": process_multipart,
        }
    }


class FullDisk(io.RawIOBase):
    """A file on a disk without room."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, EXCEPTION_TEXT)


def refuse_files(part: Part) -> None:
    """Be an on_part that lets text files pass only."""
    if part.filename and not part.filename.endswith(".txt"):
        raise HTTPError(403, f"No such files: {part.filename}")


def refuse_with_a_bug(part: Part) -> None:
    """Be an on_part that fails."""
    raise ValueError(EXCEPTION_TEXT)


def give_memory(part: Part) -> io.BytesIO:
    """Be an on_part that supplies a file for each part."""
    return io.BytesIO()


def give_full_disk(part: Part) -> FullDisk:
    """Be an on_part whose disk is full."""
    return FullDisk()


# name: config, as in `hostile_sites`
UPLOAD_SITES: dict[str, dict[str, dict[str, Any]]] = {
    "uploads": {},
    "uploads_small": {"/": SMALL_LIMITS},
    "uploads_refusing": {"/": {"request.body.on_part": refuse_files}},
    "uploads_failing": {"/": {"request.body.on_part": refuse_with_a_bug}},
    "uploads_given": {"/": {"request.body.on_part": give_memory}},
    "uploads_full": {"/": {"request.body.on_part": give_full_disk}},
}
