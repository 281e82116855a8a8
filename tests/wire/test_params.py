"""Query strings and urlencoded bodies."""

from __future__ import annotations

import random
import sys
from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.params import (
    TooManyParams,
    UndecodableParams,
    add_param,
    parse_query_string,
    parse_urlencoded,
)

NATIVE = st.text(st.characters(max_codepoint=255), max_size=60)
FUZZ = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("qs", "expected"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("=c&=", {"": ["c", ""]}),
        ("a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        ("a[1]=x", {"a[1]": "x"}),
        ("a=b=c", {"a": "b=c"}),
        ("&&a=1&&", {"a": "1"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("a+b=c+d", {"a b": "c d"}),
        ("a%20b=%2B%26", {"a b": "+&"}),
        ("a%=%zz", {"a%": "%zz"}),
        ("x=%C3%A9", {"x": "\xe9"}),
        ("x=\xc3\xa9", {"x": "\xe9"}),
        ("12,34", {"12,34": ""}),
        ("self=1", {"self": "1"}),
    ],
)
def test_a_query_string_becomes_a_dict(qs, expected):
    """Keys keep their order, repeats become lists, a key alone is ''."""
    parsed = parse_query_string(qs)
    assert parsed == expected
    assert list(parsed) == list(expected)


def test_a_semicolon_separates_only_when_asked():
    """CherryPy's second separator is an option."""
    assert parse_query_string("a=1;b=2&c", separators="&;") == {"a": "1", "b": "2", "c": ""}


@pytest.mark.parametrize(
    ("qs", "expected"),
    [
        ("12,34", {"x": 12, "y": 34}),
        ("12,34abc", {"12,34abc": ""}),
        ("1" * 5000 + ",2", {"1" * 5000 + ",2": ""}),
    ],
)
def test_an_image_map_click_is_two_numbers_when_asked(qs, expected):
    """A click counts as one only if the whole query string is two numbers of sane length."""
    assert parse_query_string(qs, image_map=True) == expected


def plainly(text, encoding):
    """Return the parameters of ASCII `text`, one piece at a time."""
    params = {}
    for pair in filter(None, text.split("&")):
        pieces = [piece.replace("+", " ") for piece in pair.partition("=")[::2]]
        add_param(params, *[unquote(p, encoding=encoding, errors="strict") for p in pieces])
    return params


PIECES = ["%41", "%3D", "%26", "%00", "%0D%0A", "%C3%A9", "%c3%a9", "%", "%4", "%z", "%2B"]
PIECES += ["%25", "=", "&", "+", "a", "b", "\n", "\r", "_", "\0", ";", " ", "\t"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_decoding_at_once_is_decoding_each(encoding, text):
    """The quick way through a whole text gives what decoding each key and value gives."""
    try:
        expected = plainly(text, encoding)
    except UnicodeDecodeError:
        with pytest.raises(UndecodableParams):
            parse_query_string(text, encoding=encoding)
    else:
        assert parse_query_string(text, encoding=encoding) == expected
        assert parse_urlencoded(text.encode(), [encoding]) == (expected, encoding)


def test_another_encoding_can_be_named():
    """The encoding is the caller's choice; the error names it."""
    assert parse_query_string("x=%E9", encoding="latin-1") == {"x": "\xe9"}
    with pytest.raises(UndecodableParams, match="utf-8") as error:
        parse_query_string("x=%E9")
    assert error.value.encodings == ("utf-8",)


def test_text_that_is_no_native_string_is_undecodable():
    """PEP 3333 has no characters above U+00FF; such text is refused, not guessed at."""
    with pytest.raises(UndecodableParams):
        parse_query_string("x=\u20ac")


@pytest.mark.parametrize("count", [999, 1000])
def test_as_many_fields_as_the_limit_are_taken(count):
    """The limit itself is allowed, and empty pairs do not count."""
    assert len(parse_query_string("&&".join(f"k{i}=" for i in range(count)))) == count


def test_one_field_more_than_the_limit_is_refused():
    """The error knows the limit."""
    with pytest.raises(TooManyParams, match="1000") as error:
        parse_query_string("a&" * 1001)
    assert error.value.limit == 1000
    with pytest.raises(TooManyParams):
        parse_urlencoded(b"a&b", ["utf-8"], max_fields=1)


def test_empty_pairs_do_not_count_however_many():
    """A megabyte of separators holds no more than what stands between them."""
    assert parse_query_string("&" * 5000 + "a=1" + "&" * 5000) == {"a": "1"}


@pytest.mark.parametrize("seed", range(20))
def test_escapes_are_undone_as_urllib_does(seed):
    """Whole escapes are bytes, broken ones stay: in any mixture, one by one as urllib does."""
    choose = random.Random(seed)
    for _ in range(500):
        length = choose.randrange(12)
        text = "".join(choose.choice("%%%%=2aAfFgG0\0\n\r\xe9_;9") for _ in range(length))
        expected = unquote_to_bytes(text.encode("latin-1")).decode("latin-1")
        assert parse_query_string("a=" + text, encoding="latin-1") == {"a": expected}, text


def test_a_plain_query_string_is_not_unquoted():
    """Without an escape, the number of Python calls does not grow with the pairs."""

    def calls(qs: str) -> int:
        count = 0

        def profile(frame, event, argument):
            nonlocal count
            count += event == "call"

        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            parse_query_string(qs)
        finally:
            sys.setprofile(before)
        return count

    assert calls("&".join(f"k{i}=1" for i in range(100))) == calls("k0=1")


@pytest.mark.parametrize(
    ("data", "encodings", "expected"),
    [
        (b"a=1&a=2", ["utf-8"], ({"a": ["1", "2"]}, "utf-8")),
        (b"", ["utf-8"], ({}, "utf-8")),
        (b"a=%E9&b=x", ["utf-8", "iso-8859-1"], ({"a": "\xe9", "b": "x"}, "iso-8859-1")),
        (b"a=%C3%A9&b=%E9", ["utf-8", "latin-1"], ({"a": "\xc3\xa9", "b": "\xe9"}, "latin-1")),
        (b"a=%C3%A9", ["nope", "hex", "utf-8"], ({"a": "\xe9"}, "utf-8")),
    ],
)
def test_one_encoding_decodes_a_whole_form(data, encodings, expected):
    """The first encoding that fits every pair is used for all of them."""
    assert parse_urlencoded(data, encodings) == expected


def test_a_form_can_use_both_separators():
    """'&;' splits a body as CherryPy does."""
    assert parse_urlencoded(b"a=1;b=2", ["utf-8"], separators="&;")[0] == {"a": "1", "b": "2"}


def test_a_form_that_no_encoding_fits_is_undecodable():
    """The error names all that was tried."""
    with pytest.raises(UndecodableParams, match="utf-8, us-ascii") as error:
        parse_urlencoded(b"a=%FF", ["utf-8", "us-ascii"])
    assert error.value.encodings == ("utf-8", "us-ascii")


def test_add_param_makes_lists_of_repeats():
    """One value is itself, more are a list."""
    params: dict[str, object] = {}
    for value in ("1", "2", "3"):
        add_param(params, "a", value)
    add_param(params, "b", "x")
    assert params == {"a": ["1", "2", "3"], "b": "x"}


@FUZZ
@given(NATIVE, st.booleans(), st.sampled_from(["&", "&;"]))
def test_any_query_string_parses_or_is_undecodable(qs, image_map, separators):
    """No query string raises anything but the declared error."""
    try:
        params = parse_query_string(qs, image_map=image_map, separators=separators)
    except UndecodableParams:
        return
    assert all(isinstance(key, str) for key in params)


@FUZZ
@given(st.binary(max_size=60))
def test_any_body_parses_as_latin_1(data):
    """ISO-8859-1 fits every byte, so it is a last resort that always works."""
    assert parse_urlencoded(data, ["utf-8", "latin-1"])[1] in ("utf-8", "latin-1")
