"""Content codings (RFC 9110 section 8.4.1): a body made smaller, at once or chunk by chunk."""

from __future__ import annotations

import struct
import time
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

from ..core.bodies import as_bytes
from ..core.loaded import ConfigError


class Packer(NamedTuple):
    """One body on its way through a coding."""

    feed: Callable[[bytes], bytes]
    """Takes a chunk and returns what is ready; some of it may be held back."""

    flush: Callable[[], bytes]
    """Returns what is held back, so that all that was fed can be unpacked."""

    finish: Callable[[], bytes]
    """Returns the rest and the end."""


class Coding(ABC):
    """A way to make bodies smaller.

    ConfigError, with the setting `key` that gave it, for a level that it does not have;
    ImportError where its library is missing.
    """

    name: ClassVar[str]
    """As Accept-Encoding and Content-Encoding spell it."""

    levels: ClassVar[range]
    default_level: ClassVar[int]

    libraries: ClassVar[tuple[str, ...]] = ()
    """Modules that can do it, if it needs one: the first that is there is `library`."""

    def __init__(self, level: int | None = None, *, key: str = "levels") -> None:
        self.level = self.default_level if level is None else level
        if type(self.level) is not int or self.level not in self.levels:
            wanted = f"must be a whole number from {self.levels[0]} to {self.levels[-1]}."
            raise ConfigError(f"{level!r} is no level of {self.name}:", f"it {wanted}", key=key)
        self.library: Any = import_any(*self.libraries) if self.libraries else None

    @abstractmethod
    def start(self, size_bytes: int | None = None) -> Packer:
        """Return what packs one body, of `size_bytes` if that is known."""

    def pack(self, data: bytes) -> bytes:
        """Return a whole body, packed."""
        packer = self.start(len(data))
        return packer.feed(data) + packer.finish()


# -- zlib's ----------------------------------------------------------------------------


class Deflate(Coding):
    """The format of RFC 1950, which HTTP calls 'deflate' (RFC 9110 section 8.4.1.2)."""

    name = "deflate"
    levels = range(10)
    default_level = 5

    def start(self, size_bytes: int | None = None) -> Packer:
        """Return a packer."""
        packer = zlib.compressobj(self.level)
        return Packer(packer.compress, partial(packer.flush, zlib.Z_SYNC_FLUSH), packer.flush)


class Gzip(Deflate):
    """The format of RFC 1952: its head has the time, and no name of a system (CherryPy's)."""

    name = "gzip"

    def start(self, size_bytes: int | None = None) -> Packer:
        """Return a packer."""
        member = GzipMember(self.level)
        return Packer(member.feed, member.flush, member.finish)


class GzipMember:
    """One body packed by zlib, but for the head: zlib's says no time, and what system it is."""

    def __init__(self, level: int) -> None:
        self.packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS + GZIP_FORMAT)
        seconds = struct.pack("<L", int(time.time()) & 0xFFFFFFFF)
        self.head = b"\x1f\x8b\x08\0%b%b\xff" % (seconds, EXTRA_FLAGS.get(level, b"\0"))

    def feed(self, chunk: bytes) -> bytes:
        """Take a chunk and return what is ready."""
        return self.replace_head(self.packer.compress(chunk))

    def flush(self) -> bytes:
        """Return what is held back."""
        return self.packer.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """Return the rest and the end."""
        return self.replace_head(self.packer.flush())

    def replace_head(self, packed: bytes) -> bytes:
        """Return `packed` with our head, if it is the first there is."""
        if not self.head:
            return packed
        head, self.head = self.head, b""
        return head + packed[len(head) :]


GZIP_FORMAT = 16  # added to the bits of the window (zlib's manual, deflateInit2)
EXTRA_FLAGS = {9: b"\x02", 1: b"\x04"}  # slowest and fastest (RFC 1952 section 2.3.1)


# -- those that need a library ---------------------------------------------------------


class Brotli(Coding):
    """The format of RFC 7932; needs `brotli`."""

    name = "br"
    levels = range(12)
    default_level = 4
    libraries = ("brotli",)

    WINDOW_BITS = 19
    """512 KiB for each stream, as in nginx; the library's own is 4 MiB."""

    def start(self, size_bytes: int | None = None) -> Packer:
        """Return a packer."""
        packer = self.library.Compressor(quality=self.level, lgwin=self.WINDOW_BITS)
        return Packer(packer.process, packer.flush, packer.finish)


class Zstandard(Coding):
    """The format of RFC 8878; needs Python 3.14, or `backports.zstd`."""

    name = "zstd"
    # From 20 on it wants a window of over 8 MiB, which clients refuse (RFC 9659).
    levels = range(1, 20)
    default_level = 3
    libraries = ("compression.zstd", "backports.zstd")

    def start(self, size_bytes: int | None = None) -> Packer:
        """Return a packer with memory for a body of that size."""
        packer = self.library.ZstdCompressor(self.level)
        packer.set_pledged_input_size(size_bytes)
        return Packer(packer.compress, partial(packer.flush, packer.FLUSH_BLOCK), packer.flush)


def import_any(*names: str) -> Any:
    """Return the first module of `names` that is there; ModuleNotFoundError if none is."""
    for name in names[:-1]:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    return import_module(names[-1])


# -- by name ---------------------------------------------------------------------------

CODINGS: dict[str, type[Coding]] = {
    coding.name: coding for coding in (Zstandard, Brotli, Gzip, Deflate)
}
DEFAULT_NAMES = ("zstd", "br", "gzip")


def make_codings(names: Iterable[str] | None, levels: Mapping[str, int]) -> tuple[Coding, ...]:
    """Return the codings of these names; None: those of DEFAULT_NAMES that can be had.

    ConfigError for a name that is unknown, or whose library is missing.
    """
    wanted = DEFAULT_NAMES if names is None else tuple(names)
    for key, listed in (("codings", wanted), ("levels", levels)):
        for name in listed:
            if name not in CODINGS:
                known = f"known are {', '.join(CODINGS)}."
                raise ConfigError(f"There is no coding {name!r};", known, key=key)
    made = []
    for name in wanted:
        try:
            made.append(CODINGS[name](levels.get(name)))
        except ModuleNotFoundError as error:
            if names is not None:
                raise ConfigError(
                    f"The coding {name!r} needs a library that is not installed ({error}).",
                    "Install it: pip install 'wsgicherry[compress]'",
                    key="codings",
                ) from None
    return tuple(made)


# -- CherryPy's functions --------------------------------------------------------------


def compress(body: Iterable[bytes], compress_level: int) -> Iterator[bytes]:
    """Yield `body` in gzip format. ConfigError for a level that is none."""
    return pack_chunks(body, Gzip(compress_level).start())


def decompress(body: bytes) -> bytes:
    """Return what gzip has packed; OSError, EOFError or zlib.error for what is no gzip."""
    # PERF: 1 ms that a start need not pay: no tool unpacks anything.
    import gzip

    return gzip.decompress(body)


def pack_chunks(
    body: Iterable[bytes], packer: Packer, *, is_flushed: bool = False
) -> Generator[bytes, None, None]:
    """Yield `body` packed, nothing of a chunk held back if that `is_flushed`."""
    for chunk in body:
        if chunk:
            packed = packer.feed(as_bytes(chunk))
            if is_flushed:
                packed += packer.flush()
            if packed:
                yield packed
    yield packer.finish()
