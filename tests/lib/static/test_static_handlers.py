"""Files that a handler serves: `serve_file`, `serve_download` and `serve_fileobj`."""

from __future__ import annotations

import errno
import gzip
import io
import os
import tempfile
import zipfile

import pytest
from static_pages import CONTENT, MTIME, Root, put

from wsgicherry.core.current import serving_now
from wsgicherry.lib.static import serve_download, serve_file, serve_fileobj


@pytest.fixture
def serve(site, ask, folder):
    """The function that has a handler serve something: serve(function, **headers) -> Answer."""

    def serve(function, method="GET", **details):
        root = Root()
        root.folder = folder
        root.it = function
        function.exposed = True
        site.tree.mount(root, "", {})
        return ask("/it", method, **details)

    return serve


# -- names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (None, 'attachment; filename="data.bin"'),
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ('a"; filename="evil.exe', r'attachment; filename="a\"; filename=\"evil.exe"'),
        ("a\\b", r'attachment; filename="a\\b"'),
        ("a\r\nX: 1\0", 'attachment; filename="aX: 1"'),
        (
            "\xdcber 100%.txt",
            "attachment; filename=\"ber 100%.txt\"; filename*=UTF-8''%C3%9Cber%20100%25.txt",
        ),
        ("\u2460.txt", "attachment; filename=\"1.txt\"; filename*=UTF-8''%E2%91%A0.txt"),
        ("\udc80", "attachment; filename=\"\"; filename*=UTF-8''%3F"),
    ],
)
def test_names_of_downloads(serve, folder, name, header):
    """A name cannot end its quotes: it is escaped, and told in UTF-8 where ASCII cannot."""
    answer = serve(lambda: serve_download(str(folder / "data.bin"), name))
    assert answer["Content-Disposition"] == header
    assert (answer["Content-Type"], answer.body) == ("application/x-download", CONTENT)


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        ({}, None),
        ({"disposition": "inline"}, 'inline; filename="data.bin"'),
        ({"disposition": "inline", "name": "x"}, 'inline; filename="x"'),
        ({"name": "x"}, None),
    ],
)
def test_dispositions(serve, folder, arguments, header):
    """A name is told with a disposition only."""
    answer = serve(lambda: serve_file(str(folder / "data.bin"), **arguments))
    assert answer["Content-Disposition"] == header


def test_the_type_that_the_program_has_set(serve, folder):
    """What the handler said of the type holds, where the name does not tell it."""

    def handler():
        serving_now().response.headers["Content-Type"] = "x/y"
        serving_now().response.headers["Vary"] = "Cookie"
        return serve_file(str(put(folder / "plain")))

    answer = serve(handler)
    assert (answer["Content-Type"], answer["Vary"]) == ("x/y", "Cookie")
    assert answer["X-Content-Type-Options"] is None


def test_other_headers_stay(serve, folder):
    """Headers that the handler sets are on the file, and on its 304."""

    def handler():
        response = serving_now().response
        response.headers["X-Mine"] = "yes"
        response.headers["Content-Length"] = "5"
        return serve_file(str(folder / "page.html"))

    first = serve(handler)
    assert (first["X-Mine"], first["Content-Length"]) == ("yes", "7")
    again = serve(handler, if_none_match=first["ETag"])
    assert (again.status, again["X-Mine"], again["Content-Length"]) == (304, "yes", None)


def test_a_text_gets_its_charset(serve, folder):
    """Under tools.encode the type of a text names UTF-8 (BEHAVIOUR 8.1)."""
    answer = serve(lambda: serve_file(str(folder / "page.html")))
    assert answer["Content-Type"] == "text/html;charset=utf-8"


def test_vary_is_added_to(site, ask, folder):
    """What the program varies by, and what the file varies by, are both told."""
    put(folder / "page.html.gz", b"gz")
    settings = {
        "tools.staticfile.on": True,
        "tools.staticfile.filename": str(folder / "page.html"),
        "tools.staticfile.precompressed": True,
        "response.headers.Vary": "Cookie",
    }
    site.tree.mount(Root(), "", {"/one": settings})
    answer = ask("/one", accept_encoding="gzip")
    assert (answer.body, answer["Vary"]) == (b"gz", "Cookie, Accept-Encoding")
    again = ask("/one", if_none_match=answer["ETag"], accept_encoding="gzip")
    assert (again.status, again["Vary"]) == (304, "Cookie, Accept-Encoding")
    (folder / "page.html").unlink()
    (folder / "page.html.gz").unlink()
    assert ask("/one").status == 404


def test_what_is_no_absolute_path(serve, ask):
    """A relative path is the program's mistake; what is not there is a 404."""
    assert serve(lambda: serve_file("data.bin")).status == 500
    assert serve(lambda: serve_file("/nothing/there")).status == 404
    assert serve(lambda: serve_file("/nothing\0there")).status == 404


def test_the_page_of_an_error(serve, folder):
    """A file that is the page of an error is sent whole, whatever the client has a copy of."""

    def handler():
        serving_now().response.status = "404 Not Found"
        return serve_file(str(folder / "data.bin"))

    for headers in ({"range": "bytes=0-9"}, {"if_none_match": "*"}, {"if_match": '"x"'}):
        answer = serve(handler, **headers)
        assert (answer.status, answer.body) == (404, CONTENT)


def test_a_large_text(serve, folder):
    """A text that is sent by the server itself gets its charset as well."""
    put(folder / "large.html", b"x" * 100_000)
    answer = serve(lambda: serve_file(str(folder / "large.html")))
    assert answer["Content-Type"] == "text/html;charset=utf-8"
    assert answer["Content-Length"] == str(len(answer.body)) == "100000"


def test_a_path_object(serve, folder):
    """A Path is a path."""
    assert serve(lambda: serve_file(folder / "data.bin")).body == CONTENT


def test_the_server_in_front(serve, folder):
    """A handler may check who asks, and leave the sending to nginx or Apache."""
    path = str(folder / "a b.txt")
    put(folder / "a b.txt", b"x")

    def accel():
        return serve_file(
            path, sendfile_header="X-Accel-Redirect", sendfile_prefix="/protected"
        )

    quoted = path.replace(" ", "%20")
    answer = serve(accel, range="bytes=0-0")
    assert (answer.status, answer.body) == (200, b"")
    assert answer["X-Accel-Redirect"] == "/protected" + quoted
    sent = serve(lambda: serve_file(path, sendfile_header="X-Sendfile"))
    assert sent["X-Sendfile"] == quoted
    missing = serve(lambda: serve_file("/nothing/there", sendfile_header="X-Sendfile"))
    assert missing.status == 404


def test_debug(serve, folder, error_lines):
    """With `debug` the log says what is served."""
    serve(lambda: serve_file(str(folder / "data.bin"), debug=True))
    serve(lambda: serve_fileobj((folder / "data.bin").open("rb"), debug=True))
    told = [line for line in error_lines if "TOOLS.STATICFILE" in line]
    assert ["data.bin" in line for line in told] == [True, True]


# -- open files --------------------------------------------------------------------------


def test_an_open_file(serve, folder):
    """Length, time and tag of a file on disk are known; the type is that of its name."""
    answer = serve(
        lambda: serve_fileobj((folder / "data.bin").open("rb"), None, "attachment", "a.css")
    )
    assert (answer.body, answer["Content-Length"]) == (CONTENT, "1000")
    assert answer["ETag"] == serve(lambda: serve_file(str(folder / "data.bin")))["ETag"]
    assert answer["Content-Type"] == "text/css;charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="a.css"'


def test_a_file_from_where_it_stands(serve, folder):
    """What has been read is not sent; ranges count from there."""

    def handler():
        file = (folder / "data.bin").open("rb")
        file.read(100)
        return serve_fileobj(file, "x/y")

    assert serve(handler).body == CONTENT[100:]
    assert serve(handler, range="bytes=0-9").body == CONTENT[100:110]
    assert serve(handler, range="bytes=900-").status == 416
    several = serve(handler, range="bytes=0-0,2-2").body
    assert CONTENT[100:101] + b"\r\n--" in several
    assert b"bytes 2-2/900" in several


@pytest.mark.parametrize(
    ("header", "status", "body"),
    [
        (None, 200, b"in memory"),
        ("bytes=0-1", 206, b"in"),
        ("bytes=-3", 206, b"ory"),
        ("bytes=9-", 416, None),
        ("bytes=a-b", 200, b"in memory"),
    ],
)
def test_a_file_in_memory(serve, header, status, body):
    """The length of a BytesIO is known, but neither time nor tag."""
    headers = {} if header is None else {"range": header}
    answer = serve(lambda: serve_fileobj(io.BytesIO(b"in memory"), "text/plain"), **headers)
    assert answer.status == status
    if body is not None:
        assert answer.body == body
        assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] is answer["Last-Modified"] is None


class Reader:
    """Anything that can be read."""

    is_closed = False

    def __init__(self, data):
        self.read = io.BytesIO(data).read

    def close(self):
        self.is_closed = True


def make_zip_member(folder):
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("member", CONTENT)
    return zipfile.ZipFile(folder / "a.zip").open("member")


def make_gzip_file(folder):
    with gzip.open(folder / "a.gz", "wb") as packed:
        packed.write(CONTENT)
    return gzip.open(folder / "a.gz")


def make_pipe(folder):
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(CONTENT)
    return os.fdopen(reading, "rb")


@pytest.mark.parametrize(
    "make",
    [make_zip_member, make_gzip_file, make_pipe, lambda folder: Reader(CONTENT)],
    ids=["zip", "gzip", "pipe", "reader"],
)
@pytest.mark.parametrize("header", [None, "bytes=0-9", "bytes=5000-", "bytes=0-0,2-2"])
def test_files_of_unknown_length(serve, folder, make, header):
    """A member of an archive, a pipe or anything else is streamed whole; a Range is ignored."""
    headers = {} if header is None else {"range": header}
    answer = serve(lambda: serve_fileobj(make(folder), "x/y"), **headers)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer["Accept-Ranges"] is answer["Content-Length"] is answer["ETag"] is None


@pytest.mark.parametrize("kind", [tempfile.TemporaryFile, tempfile.NamedTemporaryFile])
def test_temporary_files(serve, kind):
    """A temporary file is one on disk."""

    def handler():
        file = kind()
        file.write(CONTENT)
        file.seek(0)
        return serve_fileobj(file, "x/y")

    assert serve(handler, range="bytes=10-19").body == CONTENT[10:20]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"range": "bytes=0-9"},
        {"range": "bytes=0-0,2-2"},
        {"range": "bytes=200000-"},
        {"if_none_match": "*"},
        {"if_match": '"x"'},
    ],
    ids=["whole", "part", "parts", "416", "304", "412"],
)
@pytest.mark.parametrize("size", [1000, 100_000])
def test_open_files_are_closed(serve, folder, method, headers, size):
    """Whatever is answered, the file is closed in the end."""
    put(folder / "sized", os.urandom(size), MTIME)
    opened = []

    def handler():
        opened.append((folder / "sized").open("rb"))
        return serve_fileobj(opened[-1], "x/y")

    serve(handler, method, **headers)
    assert [file.closed for file in opened] == [True]


def test_a_program_that_is_wrong_leaves_no_file_open(serve, folder):
    """A status that is none is a 500, and costs no descriptor each time that a client asks."""

    def handler():
        serving_now().response.status = "none"
        return serve_file(str(folder / "data.bin"))

    lowest = []
    for _ in range(2):
        assert serve(handler, if_none_match='"x"').status == 500
        lowest.append(os.open(os.devnull, os.O_RDONLY))
        os.close(lowest[-1])
    assert lowest[0] == lowest[1]


def test_a_reader_is_closed(serve):
    """So is anything that can be closed."""
    reader = Reader(b"x")
    serve(lambda: serve_fileobj(reader, "x/y"))
    assert reader.is_closed


def test_a_file_that_becomes_shorter(serve, folder):
    """A part that is not there any more breaks the body off: no client takes it for whole."""

    def handler():
        body = serve_fileobj((folder / "sized").open("rb"), "x/y")
        os.truncate(folder / "sized", 5)
        return body

    put(folder / "sized", os.urandom(100_000))
    with pytest.raises(Exception, match="before its Content-Length"):
        serve(handler, validate=False, range="bytes=0-0,10-99999")


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}])
def test_a_disk_that_fails(serve, folder, monkeypatch, headers):
    """A file that cannot be read is a 500 for the log, and is closed."""
    descriptors = []

    def fail(descriptor, *args):
        descriptors.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    def handler():
        with monkeypatch.context() as patch:
            patch.setattr(os, "read", fail)
            patch.setattr(os, "lseek", fail)
            return serve_file(str(folder / "data.bin"))

    assert serve(handler, **headers).status == 500
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptors[0])


def test_a_large_part(serve, folder):
    """A part that is not short is read while it is sent."""
    data = os.urandom(300_000)
    put(folder / "large", data)
    answer = serve(lambda: serve_file(str(folder / "large")), range="bytes=1000-200000")
    assert (answer.status, answer.body) == (206, data[1000:200_001])
    assert answer["Content-Length"] == "199001"
    several = serve(lambda: serve_file(str(folder / "large")), range="bytes=0-99999,200000-")
    assert data[:100_000] in several.body
    assert data[200_000:] in several.body
