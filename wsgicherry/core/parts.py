"""Part: one part of a multipart body, a field or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .entity import Entity
from .inputs import CHUNK_BYTES
from .multiparts import PartInput, process_multipart
from .uploads import open_upload


class Part(Entity):
    """One part of a form: `value` holds the bytes of a field, `file` those of an upload.

    A file input that was left empty has `filename` '' and no `file`. Set `part_class` of a body
    to a subclass that overrides `make_file` to keep uploads elsewhere. Source: CherryPy's rule
    (BEHAVIOUR 2.8).
    """

    attempt_charsets: Any = ("us-ascii", "utf-8")
    default_content_type = "text/plain"
    processors: Any = {"multipart": process_multipart}  # noqa: RUF012 - copied by each part
    maxrambytes = 1000
    """Bytes; a field that has more of them is kept in `file`."""

    is_given_file = False
    """Whether `file` was supplied by `on_part`."""

    def __init__(
        self, fp: Any, headers: Mapping[str, Any], boundary: str | None = None
    ) -> None:
        super().__init__(fp, headers)
        self.boundary = boundary
        if isinstance(fp, PartInput):
            self.form = fp.form
            if fp.form.charsets:
                self.attempt_charsets += fp.form.charsets

    def pieces(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Yield what is left of the content, in pieces as they arrived."""
        # PERF: cutting them to `size` would copy each.
        if self._reader is None and isinstance(self._input, PartInput):
            return self._input.pieces()
        return super().pieces(size)

    def process(self) -> None:
        """Read the part: a file as it is, whatever its type; other content by its type."""
        if self.filename is None:
            super().process()
        else:
            self.default_proc()

    def default_proc(self) -> None:
        """Read a file into `file`, a field into `value`; one of more than `maxrambytes` into
        `file`, too.
        """
        if self.filename:
            self.file = self.read_into_file()
            self.file.seek(0)
            return
        content = self.read_lines_to_boundary()
        if isinstance(content, bytes):
            self.value = content
        else:
            self.file = content

    def read_lines_to_boundary(self, fp_out: Any = None) -> Any:
        """Read the rest of the part into `fp_out`, and return that; without one return it as
        bytes, or more than `maxrambytes` of them as a file at its beginning (CherryPy's name).
        """
        if fp_out is not None:
            return self.read_into_file(fp_out)
        data = b"".join(self.pieces())
        if len(data) <= self.maxrambytes:
            return data
        file = self.make_file()
        file.write(data)
        file.seek(0)
        return file

    def read_into(self, file: Any) -> None:
        """Read the part into `file`, which `on_part` supplied."""
        self.is_given_file = True
        if isinstance(self._input, PartInput):
            self._input.is_field = False  # it does not stay in memory
        self.file = self.read_into_file(file)
        if hasattr(file, "seekable") and file.seekable():
            file.seek(0)

    def make_file(self) -> Any:
        """Return a file for the content: in memory, or nameless on disk if there is much of it.

        It goes when nobody holds it.
        """
        return open_upload(self.form.spool)

    def as_param(self) -> Any:
        """Return what stands for this part among the parameters: a field's text, or itself."""
        is_text = self.filename is None and not self.parts and not self.is_given_file
        return self.fullvalue() if is_text else self

    def __repr__(self) -> str:
        return f"Part({self.name!r}, filename={self.filename!r})"


Entity.part_class = Part
