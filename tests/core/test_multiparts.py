"""Parts of a multipart/form-data body: what each holds, and the limits."""

import gc
import io

import pytest

from wsgicherry.core import multiparts
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.multiparts import Part, read_parts

NAMED = 'Content-Disposition: form-data; name="a"'
UPLOAD = f'{NAMED}; filename="f.txt"'


def body(*parts, end=b"--B--\r\n"):
    """Return a body of (header lines, content)."""
    heads = [("\r\n".join(lines).encode("latin-1"), content) for lines, content in parts]
    return b"".join(b"--B\r\n%b\r\n\r\n%b\r\n" % part for part in heads) + end


def read(data, boundary="B", max_parts=1000):
    return list(read_parts(io.BytesIO(data).read, boundary, max_parts))


def code_of(data, **options):
    """Return the status that reading `data` is refused with, 200 if it is not."""
    try:
        read(data, **options)
    except HTTPError as error:
        return error.code
    return 200


def test_a_field():
    """A field's bytes are its value; fullvalue() is the text."""
    [part] = read(body(([NAMED, "X-Own: 1"], "é".encode())))
    assert (part.name, part.filename, part.file, part.value) == ("a", None, None, "é".encode())
    assert (part.fullvalue(), part.read_all()) == ("é", "é".encode())
    assert part.headers["x-own"] == "1"
    assert (part.content_type.value, part.charset) == ("text/plain", None)
    assert repr(part) == "Part('a', filename=None)"


@pytest.mark.parametrize("size", [0, 5, multiparts.MAX_FILE_BYTES_IN_MEMORY + 1])
def test_a_file(size):
    """A file's content is in its file, which is at its beginning, however large it is."""
    [part] = read(body(([UPLOAD, "Content-Type: text/css; charset=latin-1"], b"x" * size)))
    assert (part.filename, part.value, part.charset) == ("f.txt", None, "latin-1")
    assert part.content_type.value == "text/css"
    assert len(part.file.read()) == size
    assert len(part.fullvalue()) == len(part.read_all()) == size
    assert part.file.tell() == 0


def test_a_file_input_that_was_left_empty():
    """It has the name '' and no file (BEHAVIOUR 2.8)."""
    [part] = read(body(([f'{NAMED}; filename=""'], b"")))
    assert (part.filename, part.file, part.value) == ("", None, b"")


def test_a_large_file_goes_with_its_part():
    """Nobody need close a file: it is closed, without a warning, when nobody holds it."""
    [part] = read(body(([UPLOAD], b"x" * (multiparts.MAX_FILE_BYTES_IN_MEMORY + 1))))
    raw = part.file._file
    del part
    gc.collect()
    assert raw.closed


def test_a_part_without_a_name():
    """It has no name; the caller decides."""
    [part] = read(body((["Content-Disposition: form-data"], b"x")))
    assert (part.name, part.value) == (None, b"x")


@pytest.mark.parametrize(("charset", "tried"), [(None, "utf-8"), ("ascii", "ascii")])
def test_text_that_is_none(charset, tried):
    """Text in none of the charsets is 400, which names them."""
    part = Part("a", None, [])
    part.value, part.charset = b"\xff", charset
    with pytest.raises(HTTPError, match=tried) as caught:
        part.fullvalue()
    assert caught.value.code == 400


@pytest.mark.parametrize("boundary", ["", "a b ", "x" * 202, "é", "a\nb"])
def test_boundaries_that_are_none(boundary):
    """A boundary is up to 201 printable characters, the last of them no space."""
    assert code_of(body(([NAMED], b"x")), boundary=boundary) == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"abc",
        body(([NAMED], b"x"), end=b""),
        body(([NAMED], b"x"), end=b"--B"),
        body((["no colon"], b"x")),
        body((["X: 1"], b"x")),
        body(([NAMED, "Content-Length: 7"], b"x")),
        body(([NAMED], b"x")).replace(b"\r\n", b"\n"),
        body((['Content-Disposition: attachment; name="a"'], b"x")),
    ],
)
def test_broken_bodies(data):
    """What is not well-formed, or ends early, is 400."""
    assert code_of(data) == 400


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_number_of_parts(extra, code):
    """At the limit it passes, one more is 413."""
    assert code_of(body(*[([NAMED], b"")] * (5 + extra)), max_parts=5) == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_number_of_headers(extra, code):
    """Sixteen headers of a part pass, one more is 413 (SECURITY goal 8)."""
    count = multiparts.MAX_PART_HEADERS - 1 + extra
    assert code_of(body(([NAMED, *["X: 1"] * count], b""))) == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_size_of_headers(extra, code):
    """All headers of a part together have 8 kB (SECURITY goal 8)."""
    used = len("Content-Disposition") + len('form-data; name="a"') + len("X") + len("Y")
    left = multiparts.MAX_PART_HEADER_BYTES - used + extra
    lines = [NAMED, "X: " + "x" * (left // 2), "Y: " + "y" * (left - left // 2)]
    assert code_of(body((lines, b""))) == code


@pytest.mark.parametrize(("extra", "code"), [(-1, 200), (0, 200), (1, 413)])
def test_the_size_of_fields(extra, code):
    """All fields together have 500 kB (SECURITY goal 8); files do not count."""
    half = multiparts.MAX_FIELD_BYTES // 2
    fields = [([NAMED], b"x" * half), ([NAMED], b"x" * (half + extra))]
    assert code_of(body(*fields, ([UPLOAD], b"x" * 1000))) == code
