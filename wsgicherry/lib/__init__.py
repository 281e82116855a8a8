"""What the tools do, and CherryPy's public helpers; its modules are loaded when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import GeneratorType
from typing import Any

from ..core.bodies import CHUNK_BYTES, FileChunks

__all__ = [
    "file_generator",
    "file_generator_limited",
    "is_closable_iterator",
    "is_iterator",
    "set_vary_header",
]


def __getattr__(name: str) -> Any:
    """Return the module `name` of this package, so that `wsgicherry.lib.httputil` needs no
    import of its own.

    PERF: `reprconf` brings ast, inspect and configparser; core/sources.py has their price.
    """
    path = f"{__name__}.{name}"
    if not name.startswith("_"):
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise  # what the module itself needs is not installed
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def is_iterator(obj: object) -> bool:
    """Tell whether `obj` is a generator or another iterator: `iter(obj)` is `obj` itself."""
    if isinstance(obj, GeneratorType):
        return True
    return hasattr(obj, "__iter__") and iter(obj) is obj


def is_closable_iterator(obj: object) -> bool:
    """Tell whether `obj` is an iterator with a `close()` that takes no argument."""
    if isinstance(obj, GeneratorType):
        return True
    close = getattr(obj, "close", None)
    if not is_iterator(obj) or not callable(close):
        return False
    # PERF: inspect is slow to import, and few programs ask this.
    from inspect import signature

    try:
        signature(close).bind()
    except (TypeError, ValueError):
        return False
    return True


class file_generator(FileChunks):
    """The content of the file `input` in chunks of `chunkSize` bytes (CherryPy's spelling).

    The file is closed at its end, by `close()`, and when nobody holds this any more.
    """

    def __init__(self, input: Any, chunkSize: int = CHUNK_BYTES) -> None:
        super().__init__(input, chunkSize)
        self.chunkSize = chunkSize


def file_generator_limited(
    fileobj: Any, count: int, chunk_size: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """Yield the next `count` bytes of an open file, or what is left of it, in chunks.

    The file stays open: it is the caller's.
    """
    while count > 0:
        chunk: bytes = fileobj.read(min(chunk_size, count))
        if not chunk:
            return
        count -= len(chunk)
        yield chunk


def set_vary_header(response: Any, header_name: str) -> None:
    """Add `header_name` to the Vary header of `response`, once in whatever case.

    A Vary of '*' says more than any name and stays as it is (RFC 9110 section 12.5.5).
    """
    present = response.headers.get("Vary") or ""
    names = [name for part in present.split(",") if (name := part.strip())]
    if header_name.lower() not in (name.lower() for name in names) and "*" not in names:
        response.headers["Vary"] = ", ".join([*names, header_name])
