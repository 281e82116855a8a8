"""Uploads: in memory or in one file on disk, each a file of its own to who reads it."""

import csv
import io
import shutil
import subprocess
import threading

import pytest

from wsgicherry.core.uploads import MAX_BYTES_IN_MEMORY, UploadSpool, open_upload


def kept(spool, data):
    """Return an upload that holds `data`, at its beginning."""
    file = open_upload(spool)
    file.write(data)
    file.seek(0)
    return file


@pytest.fixture
def spool():
    """The uploads of one request."""
    return UploadSpool()


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_where_uploads_are_kept(spool, extra):
    """All uploads of a request together stay in memory up to a megabyte; then on disk."""
    half = MAX_BYTES_IN_MEMORY // 2
    first, second = kept(spool, b"a" * half), kept(spool, b"b" * (half + extra))
    assert spool.is_on_disk is (extra > 0)
    assert (first.read(), second.read()) == (b"a" * half, b"b" * (half + extra))


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 100_000, MAX_BYTES_IN_MEMORY + 1])
def test_an_upload_between_others(spool, size):
    """Each upload has its own beginning and end."""
    files = [kept(spool, b"before"), kept(spool, b"x" * size), kept(spool, b"behind")]
    assert [file.read() for file in files] == [b"before", b"x" * size, b"behind"]
    assert [file.read() for file in files] == [b"", b"", b""]


@pytest.mark.parametrize("on_disk", [False, True])
def test_an_upload_is_a_file(spool, on_disk):
    """It can be read by pieces and by lines, sought in, told, copied."""
    if on_disk:
        kept(spool, b"." * MAX_BYTES_IN_MEMORY)
    data = b"one\ntwo\nthree"
    file = kept(spool, data)
    assert (file.readable(), file.writable(), file.seekable()) == (True, True, True)
    assert list(file) == [b"one\n", b"two\n", b"three"]
    assert (file.seek(-5, io.SEEK_END), file.read(2), file.tell()) == (8, b"th", 10)
    assert (file.seek(4), file.seek(1, io.SEEK_CUR), file.readline()) == (4, 5, b"wo\n")
    assert (file.seek(100), file.read()) == (100, b"")
    with pytest.raises((ValueError, OSError)):
        file.seek(-1)
    file.seek(0)
    target = io.BytesIO()
    shutil.copyfileobj(file, target)
    assert target.getvalue() == data


def test_an_upload_as_text(spool):
    """What wants a text file takes one around it."""
    file = kept(spool, "name,größe\r\nx,1\r\n".encode())
    with io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        assert list(csv.reader(text)) == [["name", "größe"], ["x", "1"]]


@pytest.mark.parametrize("size", [5, MAX_BYTES_IN_MEMORY + 5])
def test_an_upload_for_another_program(spool, size):
    """Its descriptor is that of a file with this upload alone, at the same position."""
    kept(spool, b"before")
    file = kept(spool, b"x" * size)
    kept(spool, b"behind")
    file.seek(2)
    done = subprocess.run(["wc", "-c"], stdin=file, capture_output=True, check=True, timeout=20)
    assert int(done.stdout) == size - 2
    file.seek(0)
    assert file.read() == b"x" * size
    file.close()
    assert file.closed


def test_an_upload_that_is_changed(spool):
    """Writing into one, or cutting it, leaves the others alone."""
    first, second = kept(spool, b"first"), kept(spool, b"second")
    first.seek(0)
    first.write(b"FIRST and more")
    second.truncate(3)
    first.seek(0)
    second.seek(0)
    assert (first.read(), second.read()) == (b"FIRST and more", b"sec")


def test_uploads_that_are_written_by_turns(spool):
    """Two that grow at the same time do not mix."""
    first, second = open_upload(spool), open_upload(spool)
    for _ in range(3):
        for file, letter in ((first, b"a"), (second, b"b")):
            file.write(letter * 10_000)
            file.flush()
    first.seek(0)
    second.seek(0)
    assert (first.read(), second.read()) == (b"a" * 30_000, b"b" * 30_000)


def test_an_upload_that_is_given_up(spool):
    """What was not written through when its spool goes is nobody's any more."""
    file = open_upload(spool)
    file.write(b"not flushed")
    spool.store.close()
    file.close()
    assert file.closed


def test_uploads_in_threads(spool):
    """Two threads may read two uploads of one request."""
    files = [kept(spool, bytes([65 + n]) * 400_000) for n in range(4)]
    found = {}

    def read(number):
        pieces = iter(lambda: files[number].read(1000), b"")
        found[number] = set(b"".join(pieces))

    threads = [threading.Thread(target=read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: {65 + n} for n in range(4)}
