"""The helpers of `lib` itself (BEHAVIOUR 12.2), and how its modules are reached."""

from __future__ import annotations

import gc
import io
import subprocess
import sys

import pytest
from webob import Response

from wsgicherry import lib
from wsgicherry.lib import (
    file_generator,
    file_generator_limited,
    is_closable_iterator,
    is_iterator,
    set_vary_header,
)

MODULES = ("cptools", "encoding", "httputil", "jsontools", "reprconf", "static")


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_attributes_after_one_import(name):
    """`import wsgicherry` is enough for `wsgicherry.lib.<module>`."""
    code = f"import wsgicherry; print(wsgicherry.lib.{name}.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == f"wsgicherry.lib.{name}"


@pytest.mark.parametrize("name", ["nothing", "_hidden", "__path_of_nothing__"])
def test_what_is_no_module_is_no_attribute(name):
    """An AttributeError that names both."""
    with pytest.raises(AttributeError, match=f"'wsgicherry.lib' has no attribute '{name}'"):
        getattr(lib, name)
    assert not hasattr(lib, name)


def test_what_a_module_needs_is_named(tmp_path, monkeypatch):
    """A module whose own import fails says so; it is not taken for absent."""
    (tmp_path / "needy.py").write_text("import nothing_of_that_name")
    monkeypatch.setattr(lib, "__path__", [*lib.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        _ = lib.needy


@pytest.mark.parametrize("name", ["compress", "decompress", "gzip"])
def test_the_module_of_charsets_has_what_compresses_too(name):
    """As CherryPy's has; it is loaded when it is asked for."""
    assert getattr(lib.encoding, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'bzip'"):
        _ = lib.encoding.bzip


class Plain:
    """An iterator without close()."""

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration


class Closable(Plain):
    def close(self):
        pass


class ClosableWithOption(Plain):
    def close(self, force=False):
        pass


class WantsArgument(Plain):
    def close(self, how):
        pass


class NotCallable(Plain):
    close = "yes"


class Unsigned(Plain):
    """Its close() has a signature that cannot be told."""

    close = dict.fromkeys


def generator():
    yield b""


@pytest.mark.parametrize(
    ("make", "iterates", "closes"),
    [
        (generator, True, True),
        (lambda: iter([]), True, False),
        (lambda: [], False, False),
        (lambda: "text", False, False),
        (lambda: 5, False, False),
        (lambda: None, False, False),
        (Plain, True, False),
        (Closable, True, True),
        (ClosableWithOption, True, True),
        (WantsArgument, True, False),
        (NotCallable, True, False),
        (Unsigned, True, False),
        (lambda: file_generator(io.BytesIO()), True, True),
        (lambda: io.BytesIO(), True, True),
    ],
)
def test_iterators(make, iterates, closes):
    """What iter() gives back itself is an iterator; what can be closed has a plain close()."""
    assert is_iterator(make()) is iterates
    assert is_closable_iterator(make()) is closes


@pytest.mark.parametrize(
    ("size", "chunk", "lengths"),
    [(0, 4, []), (1, 4, [1]), (4, 4, [4]), (9, 4, [4, 4, 1]), (5, 65536, [5])],
)
def test_file_generator(size, chunk, lengths):
    """The file in chunks; it is closed at its end."""
    file = io.BytesIO(b"x" * size)
    chunks = file_generator(file, chunk)
    assert (chunks.input, chunks.chunkSize) == (file, chunk)
    assert [len(each) for each in chunks] == lengths
    assert file.closed
    assert list(chunks) == []


def test_file_generator_reads_64_kilobytes_at_a_time():
    """CherryPy's size of a chunk, by its keyword too."""
    assert len(next(file_generator(io.BytesIO(b"x" * 70000)))) == 65536
    assert len(next(file_generator(io.BytesIO(b"xyz"), chunkSize=2))) == 2


def test_file_generator_closes_a_file_that_is_given_up():
    """Closed early by close(), and by nobody holding it any more."""
    one, two = io.BytesIO(b"x"), io.BytesIO(b"x")
    file_generator(one).close()
    chunks = file_generator(two)
    del chunks
    gc.collect()
    assert one.closed
    assert two.closed


def test_file_generator_of_what_cannot_be_closed():
    """An object with no more than read() will do."""

    class Source:
        def __init__(self):
            self.left = [b"a", b"b", b""]

        def read(self, size):
            return self.left.pop(0)

    assert list(file_generator(Source())) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("size", "count", "chunk", "lengths"),
    [
        (9, 5, 4, [4, 1]),
        (9, 4, 4, [4]),
        (9, 0, 4, []),
        (9, -1, 4, []),
        (3, 9, 4, [3]),
        (0, 9, 4, []),
        (9, 9, 65536, [9]),
    ],
)
def test_file_generator_limited(size, count, chunk, lengths):
    """No more than `count` bytes, and no more than there are; the file stays open."""
    file = io.BytesIO(b"x" * size)
    assert [len(each) for each in file_generator_limited(file, count, chunk)] == lengths
    assert not file.closed


def test_file_generator_limited_begins_where_the_file_is():
    """What has been read before is not read again."""
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    assert b"".join(file_generator_limited(file, 4)) == b"3456"


@pytest.mark.parametrize(
    ("present", "name", "vary"),
    [
        (None, "Cookie", "Cookie"),
        ("", "Cookie", "Cookie"),
        ("Accept", "Cookie", "Accept, Cookie"),
        ("Accept,,X ", "Cookie", "Accept, X, Cookie"),
        ("Cookie", "Cookie", "Cookie"),
        ("accept, COOKIE", "Cookie", "accept, COOKIE"),
        ("*", "Cookie", "*"),
        ("Accept, *", "Cookie", "Accept, *"),
    ],
)
def test_set_vary_header(present, name, vary):
    """A name is added once; '*' says it all."""
    response = Response()
    if present is not None:
        response.headers["Vary"] = present
    set_vary_header(response, name)
    assert response.headers["Vary"] == vary
