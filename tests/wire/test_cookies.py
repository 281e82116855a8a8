"""The Cookie header."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.cookies import (
    MAX_COOKIE_BYTES,
    CookieTooLarge,
    parse_cookies,
    valid_cookie_name,
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("a=1", [("a", "1")]),
        ("a=1; b=2;c=3", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("a=", [("a", "")]),
        ("a=b=c", [("a", "b=c")]),
        (" a = 1 ;\tb=2", [("a", "1"), ("b", "2")]),
        ("a=x y", [("a", "x y")]),
        ("a=caf\xe9", [("a", "caf\xe9")]),
        ("__Host-a=1", [("__Host-a", "1")]),
        ("a:b=1", [("a:b", "1")]),
        ("a=1; b=2; a=3", [("a", "3"), ("b", "2")]),
    ],
)
def test_cookies_are_pairs(header, expected):
    """Pairs are split at ';', trimmed, and the last of one name stays."""
    assert parse_cookies(header) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('""', ""),
        ('"', '"'),
        ('"x y"', "x y"),
        ('"open', '"open'),
        (r'"say \"hi\""', 'say "hi"'),
        (r'"a\054b\073c"', "a,b;c"),
        (r'"caf\351"', "caf\xe9"),
        (r'"\\"', "\\"),
        (r'"\400"', "400"),
        ('"\\"', "\\"),
    ],
)
def test_quoted_values_are_unquoted(value, expected):
    r"""Quotes go, \ooo and \x escapes are undone, a quote without its twin stays."""
    assert parse_cookies(f"a={value}") == [("a", expected)]


@pytest.mark.parametrize(
    "bad",
    [
        "=__Host-a=1",
        "=",
        "alone",
        "(a)=b",
        "a,b=c",
        "a b=c",
        "caf\xe9=1",
        "\xff=1",
        "a\x00b=1",
        "a=x\x00y",
        "a=x\ty",
        "a=x\r\ny",
        r'a="x\012y"',
        "$Version=1",
        "$foo=1",
        "Path=/",
        "EXPIRES=now",
        "SameSite=Lax",
        "partitioned=1",
        ";;;",
    ],
)
def test_a_broken_cookie_is_dropped_and_its_neighbours_stay(bad):
    """One bad pair costs nothing but itself (CherryPy issue 1979)."""
    assert parse_cookies(f"first=1; {bad}; last=2") == [("first", "1"), ("last", "2")]


def test_a_header_over_the_limit_is_refused():
    """The limit itself is taken; one byte more raises, and the error knows the limit."""
    header = "a=" + "x" * (MAX_COOKIE_BYTES - 2)
    assert len(parse_cookies(header)[0][1]) == MAX_COOKIE_BYTES - 2
    with pytest.raises(CookieTooLarge, match=str(MAX_COOKIE_BYTES)) as error:
        parse_cookies(header + "x")
    assert error.value.limit == MAX_COOKIE_BYTES


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a", True), ("a-b_c", True), ("", False), ("a b", False), ("path", False)],
)
def test_a_cookie_name_is_a_token_that_is_no_attribute(name, expected):
    """Names of attributes and of nothing are no names of cookies."""
    assert valid_cookie_name(name) is expected


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('ab=;,"\\ $012\x00\t\xe9PathVersion'), max_size=40))
def test_http_cookies_takes_whatever_is_left(header):
    """No header raises, and SimpleCookie accepts each pair that comes out."""
    jar = SimpleCookie()
    for name, value in parse_cookies(header):
        jar[name] = value
        assert jar[name].value == value
