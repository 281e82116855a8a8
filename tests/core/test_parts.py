"""Part: where its content is kept, and what stands for it among the parameters."""

import io

import pytest

from wsgicherry.core.body import Part
from wsgicherry.core.errors import HTTPError

NAMED = {"Content-Disposition": 'form-data; name="a"'}
UPLOAD = {"Content-Disposition": 'form-data; name="a"; filename="f.txt"'}


def processed(data, headers=NAMED, **attributes):
    """Return a processed part of `data`."""
    part = Part(io.BytesIO(data), headers, "B")
    for name, value in attributes.items():
        setattr(part, name, value)
    part.process()
    return part


@pytest.mark.parametrize(("size", "in_file"), [(0, False), (1000, False), (1001, True)])
def test_fields_are_kept_in_memory(size, in_file):
    """A field's bytes are its value; with more than maxrambytes they are in `file`."""
    part = processed(b"x" * size)
    assert (part.file is not None, part.value is None) == (in_file, in_file)
    assert (part.content(), part.fullvalue(), part.as_param()) == (
        b"x" * size, "x" * size, "x" * size,
    )  # fmt: skip


def test_maxrambytes_is_an_attribute():
    """A part, or a class of one's own, may have another limit."""
    assert processed(b"xx", maxrambytes=1).file.read() == b"xx"


@pytest.mark.parametrize("size", [0, 5, 2_000_000])
def test_files(size):
    """A file's content is in its file, which is at its beginning, however large it is."""
    part = processed(b"x" * size, UPLOAD)
    assert (part.value, part.charset) == (None, None)
    assert len(part.file.read()) == size
    assert len(part.fullvalue()) == len(part.content()) == size
    assert part.file.tell() == 0
    assert part.as_param() is part


def test_a_file_input_that_was_left_empty():
    """It has the name '' and no file."""
    part = processed(b"", {"Content-Disposition": 'form-data; name="a"; filename=""'})
    assert (part.filename, part.file, part.value) == ("", None, b"")
    assert part.as_param() is part


@pytest.mark.parametrize(
    ("type", "data", "code"),
    [
        ("text/plain; charset=us-ascii", b"\xff", 400),
        ("text/plain", b"\xff", 400),
        ("text/plain; charset=zlib", b"x", 415),
    ],
)
def test_text_that_is_none(type, data, code):
    """Text in none of its charsets is 400, in an unknown one 415; the bytes can be had."""
    part = processed(data, {"Content-Type": type, **UPLOAD})
    assert part.content() == data
    with pytest.raises(HTTPError) as caught:
        part.fullvalue()
    assert caught.value.code == code


def test_the_type_of_a_part():
    """The Content-Type, text/plain where there is none."""
    assert str(processed(b"").content_type) == "text/plain"
    part = processed(b"", {"Content-Type": "image/png; x=1", **UPLOAD})
    assert (part.content_type.value, part.content_type.params) == ("image/png", {"x": "1"})


def test_how_a_part_looks():
    """Its name and its file name."""
    assert repr(processed(b"", UPLOAD)) == "Part('a', filename='f.txt')"


def test_a_part_read_into_a_file():
    """read_into() is what happens with a file that on_part supplies."""
    target = io.BytesIO()
    part = Part(io.BytesIO(b"content"), NAMED)
    part.read_into(target)
    assert (part.file is target, target.read(), part.as_param() is part) == (
        True,
        b"content",
        True,
    )


@pytest.mark.parametrize("size", [5, 1001])
def test_a_class_that_reads_its_parts_itself(size):
    """read_lines_to_boundary() gives the content as bytes, as a file, or into a file."""
    content = Part(io.BytesIO(b"x" * size), NAMED).read_lines_to_boundary()
    assert (content if size == 5 else content.read()) == b"x" * size
    target = io.BytesIO()
    assert Part(io.BytesIO(b"x" * size), NAMED).read_lines_to_boundary(target) is target
    assert target.getvalue() == b"x" * size
