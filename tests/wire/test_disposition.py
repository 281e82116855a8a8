"""The Content-Disposition of a part: its names, and file names without directories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsgicherry.wire import disposition
from wsgicherry.wire.disposition import base_name, parse_disposition, write_disposition
from wsgicherry.wire.headers import MalformedHeader


def on_the_wire(text):
    """Return text as a native string: its UTF-8 bytes, read as ISO-8859-1."""
    return text.encode("utf-8").decode("latin-1")


@pytest.mark.parametrize(
    ("header", "name", "filename"),
    [
        ('form-data; name="a"', "a", None),
        ('form-data; name="a"; filename="b"', "a", "b"),
        ('form-data; name=""; filename=""', "", ""),
        ("form-data", None, None),
        ("", None, None),
        ("form-data; filename=b", None, "b"),
        ('FORM-DATA; NAME="a"; FILENAME="b"', "a", "b"),
        ('form-data;name="a";filename="b"', "a", "b"),
        ("form-data; name=a; filename=b; filename=c", "a", "c"),
        ('form-data; name="a;b"; filename="c;d"', "a;b", "c;d"),
        (r'form-data; name="a\"b"', 'a"b', None),
        (r'form-data; name="a\\b"', r"a\b", None),
        ('form-data; name="a%22b%0D%0Ac"', 'a"b\r\nc', None),
        ('form-data; name="a%41"', "a%41", None),
        ('form-data; name="100%"; filename="100%.txt"', "100%", "100%.txt"),
        ("form-data; filename*=UTF-8''a%20b", None, "a b"),
        ("form-data; filename*=utf-8'en'%E2%82%AC", None, "€"),
        ("form-data; filename=x; filename*=iso-8859-1''%FC", None, "ü"),
        ("form-data; filename*=utf-8''..%2F..%2Fx", None, "x"),
        ('attachment; name="a', '"a', None),
    ],
)
def test_dispositions(header, name, filename):
    """Quoted or not, in any case and order; filename* wins."""
    assert parse_disposition(header) == (name, filename)


def test_text_outside_ascii():
    """UTF-8 if it can be, else ISO-8859-1."""
    header = on_the_wire('form-data; name="größe"; filename="日本.txt"')
    assert parse_disposition(header) == ("größe", "日本.txt")
    assert parse_disposition('form-data; name="gr\xf6\xdfe"') == ("größe", None)


@pytest.mark.parametrize(
    "value",
    ["", "x", "utf-8", "utf-8'x", "utf-8''%FF", "rot13''x", "''x", "utf-8''a b", "u" * 5000],
)
def test_extended_names_that_are_none(value):
    """A `filename*` that is not what RFC 8187 says is malformed."""
    with pytest.raises(MalformedHeader):
        parse_disposition(f"form-data; filename*={value}")


@pytest.mark.parametrize(("extra", "is_read"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize(
    ("letter", "limit"),
    [(";", disposition.MAX_SEMICOLONS), ("\\", disposition.MAX_BACKSLASHES)],
)
def test_steps_are_limited(letter, limit, extra, is_read):
    """A header with more semicolons or backslashes than anybody needs is malformed."""
    letters = letter * (limit + extra)
    header = f"form-data; name=a{letters[1:]}" if letter == ";" else f'x; name="a{letters}"'
    if is_read:
        assert parse_disposition(header)[0].startswith("a")
    else:
        with pytest.raises(MalformedHeader):
            parse_disposition(header)


@pytest.mark.parametrize(
    ("filename", "base"),
    [
        ("", ""),
        ("x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("../../x", "x"),
        ("C:\\dir\\x", "x"),
        ("a/b\\c/d", "d"),
        ("x/", "_"),
        ("/", "_"),
        ("..", "_"),
        (".", "_"),
        ("../..", "_"),
        (" .. ", "_"),
        ("\x00", "_"),
        ("a\x00b\r\nc", "abc"),
        (".htaccess", ".htaccess"),
        (" x ", "x"),
    ],
)
def test_base_names(filename, base):
    """No directory and no control character is left, and always a name of a file."""
    assert base_name(filename) == base


@given(st.text(st.characters(max_codepoint=255)))
def test_any_text_is_read(text):
    """Whatever a client sends has names or is malformed; a file name leads nowhere."""
    try:
        _, filename = parse_disposition("form-data; name=a; " + text)
    except MalformedHeader:
        return
    if filename:
        assert not set(filename) & set("/\\\0\r\n")
        assert filename not in (".", "..")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters='"\\/%')))
def test_browsers_names_come_back(name):
    """What a browser puts into quotes comes out of them."""
    header = on_the_wire(f'form-data; name="{name}"; filename="x"')
    assert parse_disposition(header) == (name, "x")


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        (None, "attachment"),
        ("a.txt", 'attachment; filename="a.txt"'),
        ('a"b\\c', 'attachment; filename="a\\"b\\\\c"'),
        ("a\r\nb\0c\x7f", 'attachment; filename="abc"'),
        ("\xdc.txt", "attachment; filename=\".txt\"; filename*=UTF-8''%C3%9C.txt"),
        ("\ufb01.txt", "attachment; filename=\"fi.txt\"; filename*=UTF-8''%EF%AC%81.txt"),
        ("\udc80", "attachment; filename=\"\"; filename*=UTF-8''%3F"),
    ],
)
def test_how_a_response_says_its_name(filename, header):
    """In ASCII as near as it comes, escaped; and in UTF-8 where that differs (RFC 6266)."""
    assert write_disposition("attachment", filename) == header


@given(st.text(max_size=30))
def test_a_name_comes_back(filename):
    """Whatever name is written, a reader finds it, and no parameter but the two."""
    clean = disposition._CONTROLS.sub("", filename).encode("utf-8", "replace").decode()
    header = write_disposition("attachment", filename)
    assert header.isascii()
    assert parse_disposition(header)[1] == base_name(clean)
