"""Cache-Control is read as RFC 9111 section 5.2 says, whatever it holds."""

import pytest

from wsgicherry.wire.cachecontrol import MAX_SECONDS, parse_directives, parse_seconds


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        (",", {}),
        ("no-cache", {"no-cache": None}),
        ("No-Cache, NO-STORE", {"no-cache": None, "no-store": None}),
        ("max-age=5", {"max-age": "5"}),
        ('max-age="5"', {"max-age": "5"}),
        ("max-age = 5", {"max-age": "5"}),
        ("max-age=", {"max-age": ""}),
        ('max-age="', {"max-age": '"'}),
        ("max-age=5, max-age=9", {"max-age": "5"}),
        ('private="a, b", max-age=1', {"private": "a, b", "max-age": "1"}),
        (", ,public ,", {"public": None}),
        ("=5", {"": "5"}),
        ("a=b=c", {"a": "b=c"}),
    ],
)
def test_directives(header, expected):
    """Names in any case, arguments with or without quotes; of two the first counts."""
    assert parse_directives(header) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("00", 0),
        ("5", 5),
        ("005", 5),
        ("2147483648", MAX_SECONDS),
        ("2147483649", MAX_SECONDS),
        ("9" * 5000, MAX_SECONDS),
        ("0" * 5000 + "7", 7),
        ("", None),
        (None, None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1 ", None),
        ("1_0", None),
        ("\u0661", None),
        ("\u00b2", None),
        ("x", None),
    ],
)
def test_seconds(text, expected):
    """ASCII digits alone are seconds; what is too large is the largest."""
    assert parse_seconds(text) == expected
