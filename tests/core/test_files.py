"""Files that handlers return: measured, not read; given to the server where it takes them."""

# ruff: noqa: SIM115 - the toolkit closes what a handler returns: that is what is tested

from __future__ import annotations

import gzip
import io
import os
import tempfile
import threading
from wsgiref.util import FileWrapper

import pytest

from wsgicherry.core.bodies import CHUNK_BYTES, FileChunks
from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import InternalRedirect
from wsgicherry.core.files import MAX_READ_BYTES, SentFile

DATA = bytes(range(256)) * 2048  # 512 KiB
WRAPPER = {"wsgi.file_wrapper": FileWrapper}
EITHER = pytest.mark.parametrize("more", [{}, WRAPPER], ids=["without wrapper", "wrapper"])


@pytest.fixture
def path(tmp_path):
    """The path of a file with DATA."""
    file = tmp_path / "data"
    file.write_bytes(DATA)
    return file


def open_at(path, position, **options):
    """Return the open file, read up to `position`."""
    file = open(path, "rb", **options)
    file.read(position)
    return file


def temporary(kind):
    """Return a temporary file with DATA."""
    file = kind()
    file.write(DATA)
    file.seek(0)
    return file


def in_memory(position=0):
    file = io.BytesIO(DATA)
    file.seek(position)
    return file


# name: (what opens it, where it stands)
PLAIN = {
    "buffered": (lambda path: open(path, "rb"), 0),
    "read a little": (lambda path: open_at(path, 10), 10),
    "read a lot": (lambda path: open_at(path, 100_000), 100_000),
    "read to the end": (lambda path: open_at(path, -1), len(DATA)),
    "unbuffered": (lambda path: open_at(path, 10, buffering=0), 10),
    "for update": (lambda path: open(path, "r+b"), 0),
    "temporary": (lambda path: temporary(tempfile.TemporaryFile), 0),
    "named temporary": (lambda path: temporary(tempfile.NamedTemporaryFile), 0),
    "in memory": (lambda path: in_memory(), 0),
    "in memory, read": (lambda path: in_memory(10), 10),
    "in memory, beyond": (lambda path: in_memory(len(DATA) + 5), len(DATA)),
}


@EITHER
@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("tools", [False, True], ids=["bare", "encode"])
def test_a_file_is_sent_from_where_it_stands(page, path, more, kind, stream, tools):
    """Every kind of file is sent with its length from where the handler left it, and closed."""
    make, position = PLAIN[kind]
    file = make(path)
    got = page(lambda: file, tools__encode__on=tools, response__stream=stream)(**more)
    assert got.body == DATA[position:]
    is_told = position < len(DATA) or not stream  # a stream of little is like other streams
    assert got.header("Content-Length") == (str(len(DATA) - position) if is_told else None)
    assert file.closed


@EITHER
@pytest.mark.parametrize("kind", PLAIN)
def test_head_reads_nothing_of_a_file(page, path, more, kind):
    """HEAD has the length, and closes the file."""
    make, position = PLAIN[kind]
    file = make(path)
    got = page(lambda: file)("/", "HEAD", **more)
    assert (got.body, got.header("Content-Length")) == (b"", str(len(DATA) - position))
    assert file.closed


def test_a_file_is_not_read_into_memory(page, path):
    """A long file reaches the end of the hooks unread."""
    seen = []

    def look():
        body = serving_now().response.body
        seen.append((type(body), body.input.tell()))

    page(lambda: open(path, "rb"), hooks__on_end_resource=look)()
    assert seen == [(FileChunks, 0)]


@EITHER
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_sizes_around_a_chunk(page, tmp_path, more, size):
    """A file of a chunk or less is sent as one block, a longer one as a file."""
    (tmp_path / "data").write_bytes(DATA[:size])
    got = page(lambda: open(tmp_path / "data", "rb"))(**more)
    assert (got.body, got.header("Content-Length")) == (DATA[:size], str(size))


@EITHER
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no /proc")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("buffering", [0, -1])
def test_a_file_that_lies_about_its_size(page, more, stream, buffering):
    """A file of /proc says that it is empty, and is sent whole."""
    served = page(
        lambda: open("/proc/self/status", "rb", buffering=buffering), response__stream=stream
    )
    got = served(**more)
    assert b"VmHWM" in got.body
    assert got.header("Content-Length") == (None if stream else str(len(got.body)))


def open_pipe():
    """Return the end of a pipe through which DATA comes."""
    reader, writer = os.pipe()

    def write():
        with open(writer, "wb") as file:
            file.write(DATA)

    threading.Thread(target=write).start()
    return open(reader, "rb")


# name: what opens it; each is read as it always was, for its size cannot be told
OTHERS = {
    "text": lambda path: open(path, encoding="latin-1", newline=""),
    "gzip": lambda path: gzip.open(path.with_suffix(".gz")),
    "pipe": lambda path: open_pipe(),
    "a class of its own": lambda path: type("Own", (io.BytesIO,), {})(DATA),
}


@EITHER
@pytest.mark.parametrize("kind", OTHERS)
def test_files_of_unknown_size(page, path, more, kind):
    """What gives other bytes than its descriptor, or has no size, is read by its read()."""
    path.with_suffix(".gz").write_bytes(gzip.compress(DATA))
    file = OTHERS[kind](path)
    got = page(lambda: file, tools__encode__encoding="latin-1")(**more)
    assert got.body == DATA
    assert got.header("Content-Length") == str(len(DATA))
    assert file.closed


def test_a_wrapper_of_a_program_is_read_by_its_own_read(page, path):
    """A class that has a file inside changes what it reads, for all we know."""

    class Capitals:
        def __init__(self):
            self.file = io.BytesIO(b"a" * 200_000)

        def read(self, size=-1):
            return self.file.read(size).upper()

    assert page(Capitals, response__stream=True)(**WRAPPER).body == b"A" * 200_000


@EITHER
@pytest.mark.parametrize("make", [lambda path: open(path, "rb"), lambda path: io.BytesIO(DATA)])
def test_a_closed_file(page, path, more, make, error_lines):
    """A file that the handler closed, as `with` does, is a 500 that the log explains."""
    file = make(path)
    file.close()
    assert page(lambda: file)("/", **more).code == 500
    assert any("closed file" in line for line in error_lines)


# -- lengths ----------------------------------------------------------------------------------


@EITHER
@pytest.mark.parametrize("length", [0, 1, 10, 100_000, len(DATA) - 5])
def test_a_part_of_a_file(page, path, more, length):
    """With a Content-Length that much of the file is sent, from where it stands."""

    def handler():
        serving_now().response.headers["Content-Length"] = length
        return open_at(path, 5)

    got = page(handler, tools__encode__on=False)(**more)
    assert got.body == DATA[5 : 5 + length]
    assert got.header("Content-Length") == str(length)


@EITHER
@pytest.mark.parametrize("length", [len(DATA) + 1, "x", -1])
def test_a_length_that_a_file_does_not_have(page, path, more, error_lines, length):
    """A length that the file cannot have is replaced by the file's, and the log tells."""

    def handler():
        serving_now().response.headers["Content-Length"] = length
        return open(path, "rb")

    got = page(handler, tools__encode__on=False)(**more)
    assert (got.body, got.header("Content-Length")) == (DATA, str(len(DATA)))
    assert any("is not that of the body" in line for line in error_lines)


def test_a_part_of_a_file_of_unknown_size(page):
    """A file that cannot be measured is cut at the length that was set."""

    def handler():
        serving_now().response.headers["Content-Length"] = "3"
        return type("Own", (io.BytesIO,), {})(b"abcdef")

    assert page(handler, tools__encode__on=False)(**WRAPPER).body == b"abc"


# -- in the server's hands --------------------------------------------------------------------


@pytest.fixture
def send(page, site, environ):
    """Return send(make, **settings) -> what the server gets, which takes files."""

    def send(make, **settings):
        page(make, **settings)
        environment = environ("/", **{"wsgi.file_wrapper": lambda *args: args})
        return site.tree(environment, lambda *args: None)

    return send


def test_the_server_gets_the_file(send, path):
    """The server gets the file itself, to send it by its descriptor, and our size of chunks."""
    ends = []
    file = open_at(path, 10)
    sent, chunk_bytes = send(lambda: file, hooks__on_end_request=lambda: ends.append(1))
    assert (type(sent), chunk_bytes) == (SentFile, CHUNK_BYTES)
    assert sent.fileno() == file.fileno()
    assert os.lseek(sent.fileno(), 0, os.SEEK_CUR) == 10
    assert sent.seekable()
    assert sent.seek(0, os.SEEK_END) == sent.tell() == len(DATA)
    assert sent.seek(10) == 10
    assert sent.read(5) == DATA[10:15]
    assert len(sent.read(10 * MAX_READ_BYTES)) == MAX_READ_BYTES
    assert sent.read() == DATA[15 + MAX_READ_BYTES :]
    assert sent.read(5) == sent.read() == sent.read(None) == b""
    assert (ends, file.closed) == ([], False)
    sent.close()
    sent.close()
    assert (ends, file.closed) == ([1], True)


def test_a_file_without_a_descriptor(send):
    """A BytesIO has no descriptor, and says so as files do."""
    sent, _ = send(in_memory)
    with pytest.raises(OSError):
        sent.fileno()
    sent.close()


def test_a_file_that_was_read_from_is_not_given_away(page, path):
    """What a hook has begun to read breaks off: its length is not what was promised."""

    def look():
        next(serving_now().response.body)

    served = page(lambda: open(path, "rb"), hooks__on_end_resource=look)
    with pytest.raises(Exception, match="before its Content-Length"):
        served(**WRAPPER)


@pytest.mark.parametrize("how", ["read", "close"])
def test_a_file_that_shrinks(send, path, error_lines, how):
    """A file that is cut while it is sent is an OSError once, by which servers disconnect."""
    sent, _ = send(lambda: open(path, "rb"))
    sent.read(100)
    os.truncate(path, 50)
    if how == "read":
        with pytest.raises(OSError, match="became shorter"):
            sent.read(100)
        sent.close()
    else:
        with pytest.raises(OSError, match="became shorter"):
            sent.close()
    sent.close()
    assert sent.plain.closed
    assert sum("became shorter" in line for line in error_lines) == 1


def test_middleware_reads_a_file(page, path):
    """Middleware that goes through a body gets the file in chunks, and closes it."""
    sizes = []

    def counting(app):
        def call(environ, start_response):
            body = app(environ, start_response)
            try:
                for chunk in body:
                    sizes.append(len(chunk))
                    yield chunk
            finally:
                body.close()

        return call

    file = open(path, "rb")
    config = {"/": {"wsgi.pipeline": [("counting", counting)]}}
    assert page(lambda: file, config)(**WRAPPER).body == DATA
    assert sizes == [CHUNK_BYTES] * 8
    assert file.closed


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_behind_an_internal_redirect(page, path, method):
    """A file that another page of the application returns is sent, and closed."""
    files = []

    def handler(*segments):
        if not segments:
            raise InternalRedirect("/other")
        files.append(open(path, "rb"))
        return files[0]

    got = page(handler)("/", method, **WRAPPER)
    assert got.body == (DATA if method == "GET" else b"")
    assert got.header("Content-Length") == str(len(DATA))
    assert [file.closed for file in files] == [True]


def test_a_server_that_refuses_the_head_of_a_file(site, page, environ, path):
    """When start_response fails, the file is closed and the bare error is sent."""
    file = open(path, "rb")
    page(lambda: file)
    calls = []

    def start_response(status, headers, exc_info=None):
        calls.append(status)
        if len(calls) == 1:
            raise ValueError("no")
        return lambda data: None

    body = b"".join(site.tree(environ("/", **WRAPPER), start_response))
    assert b"Unrecoverable error" in body
    assert file.closed


# -- FileChunks -------------------------------------------------------------------------------


def test_chunks_close_their_file_once_and_when_forgotten(path):
    """`input` is the file; it is closed at its end, by close(), or when nobody holds it."""

    class Counting(io.BytesIO):
        closings = 0

        def close(self):
            self.closings += 1
            super().close()

    for end in ("end", "close", "forget"):
        file = Counting(b"abc")
        chunks = FileChunks(file, 2)
        assert chunks.input is file
        if end == "end":
            assert list(chunks) == [b"ab", b"c"]
        elif end == "close":
            chunks.close()
            assert list(chunks) == []
        del chunks
        assert file.closings == 1


def test_a_file_is_measured_as_often_as_one_likes(path):
    """Measuring moves nothing, and what is read afterwards is right."""
    file = open_at(path, 10)
    chunks = FileChunks(file)
    assert [chunks.count_rest() for _ in range(3)] == [len(DATA) - 10] * 3
    assert file.tell() == 10
    assert next(chunks) == DATA[10 : 10 + CHUNK_BYTES]
    assert chunks.count_rest() == len(DATA) - 10 - CHUNK_BYTES
    assert b"".join(chunks) == DATA[10 + CHUNK_BYTES :]
