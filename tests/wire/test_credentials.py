"""The Authorization header as values: schemes, Basic's two words, Digest's parameters."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wsgicherry.wire.credentials import (
    MAX_CREDENTIALS_BYTES,
    MAX_DIGEST_PARAMETERS,
    MalformedCredentials,
    decode_extended,
    parse_basic,
    parse_parameters,
    split_scheme,
)
from wsgicherry.wire.targets import is_same_target


def encode(data):
    return b64encode(data if isinstance(data, bytes) else data.encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic abc", ("basic", "abc")),
        ("BASIC   abc\t", ("basic", "abc")),
        ("Digest a=b, c=d", ("digest", "a=b, c=d")),
        ("Bearer x y", ("bearer", "x y")),
        ("Basic ", ("basic", "")),
        ("Negotiate+x a", ("negotiate+x", "a")),
    ],
)
def test_schemes(header, expected):
    """The scheme is the first word, in whatever case."""
    assert split_scheme(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        *("", "Basic", " Basic abc", "Ba:sic abc", "B\xe4sic abc", "\x00 a", "Basic\tabc"),
        "Basic " + "a" * MAX_CREDENTIALS_BYTES,
    ],
)
def test_headers_that_are_none(header):
    """Without a space, with a scheme that is no token, or too long."""
    with pytest.raises(MalformedCredentials):
        split_scheme(header)


@pytest.mark.parametrize(
    ("text", "charset", "expected"),
    [
        ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "utf-8", ("Aladdin", "open sesame")),  # RFC 7617 2
        ("dGVzdDoxMjPCow==", "utf-8", ("test", "123\u00a3")),  # RFC 7617 section 2.1
        (encode("a:b:c"), "utf-8", ("a", "b:c")),
        (encode(":"), "utf-8", ("", "")),
        (encode("u\u0308:A\u030a"), "utf-8", ("\u00fc", "\u00c5")),
        (encode(b"\xfc:\xa3"), "iso-8859-1", ("\u00fc", "\u00a3")),
        (encode("\U0001f600: "), "utf-8", ("\U0001f600", " ")),
        (encode("a\u00a0b:\u200b\x80"), "utf-8", ("a\u00a0b", "\u200b\x80")),  # not printable
        (encode("a:\u0301b"), "utf-8", ("a", "\u0301b")),  # an accent, on no letter
    ],
)
def test_basic(text, charset, expected):
    """Name and password are what stands before and after the first colon, in NFC."""
    assert parse_basic(text, charset) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "abc", "====", "QWxh ZGRpbjpv", "QWxhZGRpbjpv!", "dGVzdDoxMjPCow", "\xe4"),
        *("YTpi, YTpi", "YTpi\n", "-_-_", "YTpi=", "YTo===", "Y=T=pi"),
        *map(
            encode, ("nocolon", b"\xff:a", b"a:\xc3", "a\x00:b", "a:b\r\n", "a:\x7f", "a\t:b")
        ),
    ],
)
def test_basic_that_is_none(text):
    """What is no base 64, no UTF-8, has no colon, or has control characters."""
    with pytest.raises(MalformedCredentials) as caught:
        parse_basic(text)
    assert len(text) < 3 or text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (" , ,", {}),
        ("a=b", {"a": "b"}),
        ('A="b", c=d', {"a": "b", "c": "d"}),
        (',a = "b" ,,c\t=\td,', {"a": "b", "c": "d"}),
        ('a="b, c=d"', {"a": "b, c=d"}),
        (r'a="\"\\x\y"', {"a": '"\\xy'}),
        ('a=""', {"a": ""}),
        ('a="\xe4"', {"a": "\xe4"}),
        ("username*=UTF-8''a%20b", {"username*": "UTF-8''a%20b"}),
    ],
)
def test_parameters(text, expected):
    """Quotes and escapes are undone, empty elements skipped, names are in lower case."""
    assert parse_parameters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("a", "=", "=b", "a=", "a=b c=d", 'a="b', 'a="b\\"', 'a="b"c', "a=b;c=d", "a=b=c"),
        *("a=b, a=b", 'a=b, A="c"', "a b=c", "a=\xe4", '"a"=b', "a=b,c", "\x00=b", "a=b\x00"),
        ",".join(f"a{number}=b" for number in range(MAX_DIGEST_PARAMETERS + 1)),
    ],
)
def test_parameters_that_are_none(text):
    """One wrong parameter makes all of them wrong; so does a name that stands there twice."""
    with pytest.raises(MalformedCredentials):
        parse_parameters(text)


def test_extended_names():
    """RFC 7616 section 3.9.2: Jäsøn Doe."""
    assert decode_extended("UTF-8''J%C3%A4s%C3%B8n%20Doe") == "J\u00e4s\u00f8n Doe"
    assert decode_extended("utf-8'en'a") == "a"


@pytest.mark.parametrize(
    "text", ["", "a", "a'b", "iso-8859-1''a", "UTF-8''%", "UTF-8''%C3", "UTF-8''a b", "UTF-8'"]
)
def test_extended_names_that_are_none(text):
    """Another charset, broken escapes, no UTF-8."""
    with pytest.raises(MalformedCredentials):
        decode_extended(text)


@pytest.mark.parametrize(
    ("uri", "raw", "path", "query"),
    [
        ("/", "/", "/", ""),
        ("/", None, "/", ""),
        ("/a?b=c", "/a?b=c", "/a", "b=c"),
        ("/a?b=c", None, "/a", "b=c"),
        ("/a?b=%2Fc", None, "/a", "b=%2Fc"),
        ("/%7Ea", "/~a", "/~a", ""),
        ("/%c3%a9", None, "/\xc3\xa9", ""),
        ("/a%2Fb", "/a%2fb", "/a/b", ""),
        ("http://h.example/a?b", "/a?b", "/a", "b"),
        ("/a?b", "http://h.example:80/a?b", "/a", "b"),
        ("http://h.example", "/", "/", ""),
        ("*", "*", "*", ""),
        ("/app/a", "/a", "/app/a", ""),  # a proxy has cut the prefix off, and said so
        ("/app/a%2fb/c", "/a%2Fb/c", "/app/a/b/c", ""),
        ("/a", "/rewritten", "/a", ""),
        ("/", None, "", ""),
    ],
)
def test_one_target(uri, raw, path, query):
    """What means the same is the same."""
    assert is_same_target(uri, raw, path, query)


@pytest.mark.parametrize(
    ("uri", "raw", "path", "query"),
    [
        ("/b", "/a", "/a", ""),
        ("/a", "/a?b", "/a", "b"),
        ("/a?c", "/a?b", "/a", "b"),
        ("/a?b", "/a", "/a", ""),
        ("/A", "/a", "/a", ""),
        ("/a/", "/a", "/a", ""),
        ("//a", "/a", "/a", ""),
        ("/a/b", "/a%2Fb", "/a%2Fb", ""),
        ("/a%2Fb", None, "/a/b", ""),
        ("/a%2Fb", "/a/b", "/a/b", ""),
        ("/app%2Fa", "/a", "/app/a", ""),
        ("/a/b", "/b", "/a", ""),  # rewritten: the target is no end of the path
        ("/app/a%2Fb", "/b", "/app/a/b", ""),
        ("a", "/a", "/a", ""),
        ("", "/a", "/a", ""),
        ("/a?b=%63", "/a?b=c", "/a", "b=c"),
        ("/a#b", "/a", "/a", ""),
        ("http://h.example/b", "/a", "/a", ""),
    ],
)
def test_two_targets(uri, raw, path, query):
    """Another path, another query string; an encoded slash is no slash."""
    assert not is_same_target(uri, raw, path, query)
