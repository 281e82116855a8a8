"""Content codings as values: what each makes of bytes."""

from __future__ import annotations

import gzip
import sys
import time
import zlib

import pytest

from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.codings import (
    CODINGS,
    Brotli,
    Deflate,
    Gzip,
    Zstandard,
    make_codings,
    pack_chunks,
)


def unpacks(name):
    """Return what undoes the coding `name`, by a library that is not ours."""
    if name == "gzip":
        return gzip.decompress
    if name == "deflate":
        return zlib.decompress
    return CODINGS[name]().library.decompress


EACH = pytest.mark.parametrize("name", CODINGS)


@EACH
@pytest.mark.parametrize("size", [0, 1, 500, 70_000])
def test_there_and_back(name, size):
    """What is packed comes out as it was, at every level, whole and in pieces."""
    data = bytes(number * number % 251 for number in range(size))
    unpack = unpacks(name)
    for level in {
        CODINGS[name].levels[0],
        CODINGS[name].default_level,
        CODINGS[name].levels[-1],
    }:
        assert unpack(CODINGS[name](level).pack(data)) == data
    for is_flushed in (True, False):
        packer = CODINGS[name]().start()
        pieces = pack_chunks([data[:300], b"", data[300:]], packer, is_flushed=is_flushed)
        assert unpack(b"".join(pieces)) == data


@EACH
def test_text_becomes_smaller(name):
    """A page of words takes less than a fifth."""
    page = b"the quick brown fox jumps over the lazy dog. " * 100
    assert len(CODINGS[name]().pack(page)) < len(page) / 5


@EACH
def test_chunks_are_flushed_on_demand(name):
    """Without flushing, small chunks wait for each other; with it none does."""
    chunks = [b"a", b"b", b"c"]
    assert len(list(pack_chunks(chunks, CODINGS[name]().start()))) <= 2
    assert len(list(pack_chunks(chunks, CODINGS[name]().start(), is_flushed=True))) == 4


@EACH
@pytest.mark.parametrize("level", [-1, 100, "5", 5.0, True])
def test_levels_that_are_none(name, level):
    """A level that a coding does not have is told, with those that it has."""
    with pytest.raises(ConfigError, match=rf"is no level of {name}: it must be a whole number"):
        CODINGS[name](level)


@pytest.mark.parametrize(("level", "flags"), [(0, 0), (1, 4), (5, 0), (6, 0), (9, 2)])
def test_the_head_of_gzip(level, flags):
    """RFC 1952: the time, flags for the slowest and the fastest, and no system (CherryPy's)."""
    packed = Gzip(level).pack(b"x")
    assert packed[:4] == b"\x1f\x8b\x08\x00"
    assert abs(int.from_bytes(packed[4:8], "little") - time.time()) < 60
    assert packed[8:10] == bytes([flags, 255])
    assert int.from_bytes(packed[-4:], "little") == 1
    assert int.from_bytes(packed[-8:-4], "little") == zlib.crc32(b"x")


def test_deflate_is_zlibs_format():
    """'deflate' is RFC 1950, whatever its name says (RFC 9110 section 8.4.1.2)."""
    assert Deflate(9).pack(b"x")[0] == 0x78


def test_zstandard_says_how_much_memory_it_takes():
    """A whole body tells its size, so a client needs no window larger than it (RFC 9659)."""
    pytest.importorskip("backports.zstd")
    packed = Zstandard(19).pack(b"x" * 3000)
    descriptor = packed[4]
    assert packed[:4] == b"\x28\xb5\x2f\xfd"
    assert descriptor & 0x20  # single segment: the window is the content


def test_codings_by_name():
    """They come in the order of their names, with the levels that are given."""
    made = make_codings(["deflate", "gzip"], {"gzip": 9})
    assert [(type(coding), coding.level) for coding in made] == [(Deflate, 5), (Gzip, 9)]
    assert make_codings([], {}) == ()


@pytest.mark.parametrize(
    ("library", "coding", "names"),
    [("brotli", Brotli, ["zstd", "gzip"]), ("backports.zstd", Zstandard, ["br", "gzip"])],
)
def test_what_is_not_installed(monkeypatch, library, coding, names):
    """It is left out unless it is asked for by name, which is an error that says what to do."""
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    if coding is Brotli:
        monkeypatch.delitem(sys.modules, "compression.zstd")
    with pytest.raises(ModuleNotFoundError):
        coding()
    assert [each.name for each in make_codings(None, {})] == names
    with pytest.raises(ConfigError, match=r"pip install 'wsgicherry\[compress\]'"):
        make_codings([coding.name], {})
