"""Conditional requests: the table of RFC 9110 section 13.2.2, and what tags and dates are."""

from __future__ import annotations

import itertools
import time

import pytest
from conditions_oracle import IF_RANGE, METHODS, MODIFIED, RANGES, SINCE, TAGS, oracle, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire import conditions
from wsgicherry.wire.conditions import (
    Conditions,
    find_outcome,
    is_match,
    is_range_current,
    parse_date,
    parse_etags,
    quote_etag,
    weaken,
)
from wsgicherry.wire.headers import HTTPDate

ETAGS = {"strong": '"a"', "weak": 'W/"a"', "none": None}


def answer(method, texts, etag, modified):
    """Return what the module makes of the same."""
    *four, range_, if_range = texts
    outcome = find_outcome(method, Conditions(*four), etag, modified)
    if outcome is not None:
        return outcome
    has_range = method == "GET" and range_ is not None
    return 206 if has_range and is_range_current(if_range, etag, modified) else 200


def differences(columns, tags, dates):
    """Return the rows of the product of `columns` where module and oracle disagree."""
    found = []
    for says, texts in rows(*columns):
        for method, tag, has_date in itertools.product(METHODS, tags, dates):
            wanted = oracle(method, says, tag, has_date)
            got = answer(method, texts, ETAGS[tag], MODIFIED if has_date else None)
            if got != wanted:
                found.append((method, says, tag, has_date, got, wanted))
    return found


def test_the_truth_table():
    """IM x IUS x INM x IMS x method, for each kind of tag, with a date and without one."""
    columns = (TAGS, SINCE, TAGS, SINCE, {"absent": None}, {"absent": None})
    assert differences(columns, ETAGS, (True, False)) == []


def test_the_truth_table_of_ranges():
    """Range x If-Range, behind each outcome of the four others."""
    few = ("absent", "match", "other")
    tags = {word: TAGS[word] for word in few}
    dates = {word: SINCE[word] for word in ("absent", "earlier", "later")}
    columns = (tags, dates, tags, dates, RANGES, IF_RANGE)
    assert differences(columns, ETAGS, (True, False)) == []


def test_the_table_is_not_empty_of_any_answer():
    """Each outcome is in the table, many times."""
    columns = (TAGS, SINCE, TAGS, SINCE, RANGES, ("absent", "match", "other"))
    seen = [oracle("GET", says, "strong", True) for says in itertools.product(*columns)]
    assert set(seen) == {200, 206, 304, 412}
    assert min(map(seen.count, set(seen))) > 100


# -- the four headers ------------------------------------------------------------------


def test_conditions_of_an_environ():
    """The four headers are read from the environ; one that was not sent is None."""
    environ = {"HTTP_IF_MATCH": "*", "HTTP_IF_MODIFIED_SINCE": "", "HTTP_HOST": "h"}
    assert Conditions.of(environ) == Conditions("*", None, None, "")
    assert Conditions.of({}) == Conditions()


def test_fractions_of_a_second_do_not_count():
    """A page is as old as its Last-Modified says, which has no fractions."""
    now = SINCE["equal"]
    for sent in (Conditions(if_modified_since=now), Conditions(if_unmodified_since=now)):
        assert find_outcome("GET", sent, None, MODIFIED + 0.9) == find_outcome(
            "GET", sent, None, MODIFIED
        )


# -- tags ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("*", []),
        ('"a"', ['"a"']),
        ('W/"a"', ['W/"a"']),
        ('""', ['""']),
        ('"a","b" , W/"c"', ['"a"', '"b"', 'W/"c"']),
        (',, "a",\t,"b",', ['"a"', '"b"']),
        ('"a,b", "c"', ['"a,b"', '"c"']),
        ('"W/"', ['"W/"']),
        ('"\\"', ['"\\"']),  # no escapes in a tag
        ('"\xe9\xff"', ['"\xe9\xff"']),
        ('"a', []),
        ('a"', []),
        ("a, b", []),
        ("'a'", []),
        ('"a b"', []),
        ('"a\x7f"', []),
        ('"a\u0161"', []),
        ('w/"a"', []),
        ('W/ "a"', []),
        ('x"a"', []),
        ('"a"x', []),
        ('"a" "b"', []),
        ('x"a", "b"', ['"b"']),
        ('"a"x, "b"', ['"b"']),
        ('*, "b"', ['"b"']),
    ],
)
def test_parse_etags(header, tags):
    """Tags are what the grammar of RFC 9110 section 8.8.3 has between commas, nothing else."""
    assert list(parse_etags(header)) == tags


@pytest.mark.parametrize(
    ("one", "other", "strong", "weak"),
    [
        ('W/"1"', 'W/"1"', False, True),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', False, True),
        ('"1"', '"1"', True, True),
    ],
)
def test_the_example_of_the_rfc(one, other, strong, weak):
    """The table of RFC 9110 section 8.8.3.2."""
    assert is_match(one, other, is_strong=True) is strong
    assert is_match(one, other, is_strong=False) is weak
    assert is_match(other, one, is_strong=True) is strong
    assert is_match(other, one, is_strong=False) is weak


@pytest.mark.parametrize("header", ["*", " *", "*\t"])
@pytest.mark.parametrize("etag", ['"a"', 'W/"a"', None])
@pytest.mark.parametrize("is_strong", [True, False])
def test_a_star_matches_any_page(header, etag, is_strong):
    """'*' has every page, with or without a tag."""
    assert is_match(header, etag, is_strong=is_strong)


@pytest.mark.parametrize("header", ["", "**", '"*"', "*, *", "\x0b*"])
def test_what_is_no_star(header):
    """Only a '*' that stands alone is one."""
    assert not is_match(header, '"a"', is_strong=False)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ('"a"', '"a"'),
        ('W/"a"', 'W/"a"'),
        ("a", '"a"'),
        (" a ", '"a"'),
        ("v1.2-3", '"v1.2-3"'),
        ('"a', '"a"'),
        ('a"', '"a"'),
        ('a"b', '"a%22b"'),
        ("a b", '"a%20b"'),
        ('"a b"', '"a%20b"'),
        ("a,b", '"a,b"'),
        ("100%", '"100%"'),
        ("a\r\nb", '"a%0D%0Ab"'),
        ("\u0161", '"%C5%A1"'),
        ("\xe9", '"%C3%A9"'),
        ("\ud800", '"%ED%A0%80"'),
        ('w/"a"', '"w/%22a"'),
        ("", '""'),
    ],
)
def test_quote_etag(text, tag):
    """What a program calls its tag becomes one: quoted, what may not stand in it escaped."""
    assert quote_etag(text) == tag
    assert list(parse_etags(tag)) == [tag]


@pytest.mark.parametrize(
    ("etag", "weak"), [('"a"', 'W/"a"'), ('W/"a"', 'W/"a"'), ('""', 'W/""')]
)
def test_weaken(etag, weak):
    """A strong tag becomes weak, a weak one stays."""
    assert weaken(etag) == weak


# -- dates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994",
        " Sun, 06 Nov 1994 08:49:37 GMT\t",
        "Mon, 06 Nov 1994 08:49:37 GMT",  # nobody needs the day of the week
    ],
)
def test_the_three_forms_of_a_date(text):
    """RFC 9110 section 5.6.7: the form in use, and the two obsolete ones."""
    assert parse_date(text) == MODIFIED


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "nonsense",
        "0",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, 06 Nov 1994 08:49:37 EST",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 Nov 1994\n08:49:37 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=123",
        "Sun, 06 Nov 1994 08:49:37 GMT" + " " * 60_000,
        "x" * 60_000,
    ],
)
def test_what_is_no_date(text):
    """Anything else is no date, however long it is."""
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Mon, 01 Jan 0001 00:00:00 GMT", -62_135_596_800),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),  # a leap second
        ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
    ],
)
def test_dates_far_away(text, seconds):
    """The calendar's ends, leap days and leap seconds."""
    assert parse_date(text) == seconds


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_dates_there_and_back(seconds):
    """What we send as a date we read as that date."""
    assert parse_date(HTTPDate(seconds)) == seconds


def test_years_of_two_digits():
    """One that would be more than 50 years ahead is the most recent with these digits."""
    this_year = time.gmtime().tm_year
    for year in range(this_year - 49, this_year + 51):
        text = f"Sunday, 06-Nov-{year % 100:02} 08:49:37 GMT"
        assert time.gmtime(parse_date(text)).tm_year == year


def test_a_date_is_read_once():
    """Dates are kept, so that the same one is not read for each request; not without bound."""
    assert conditions._parse_date.cache_info().maxsize == 512


# -- If-Range --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("if_range", "is_current"),
    [
        (None, True),
        ('"a"', True),
        (' "a" ', True),
        ('W/"a"', False),
        ('"b"', False),
        ('"a", "b"', False),
        ("a", False),
        ("", False),
        ("*", False),
        (SINCE["equal"], True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", True),
        (SINCE["earlier"], False),
        (SINCE["later"], False),
    ],
)
def test_if_range(if_range, is_current):
    """One tag, compared strongly, or the very date; anything else asks for the whole."""
    assert is_range_current(if_range, '"a"', MODIFIED + 0.5) is is_current


@pytest.mark.parametrize("if_range", ['"a"', 'W/"a"', SINCE["equal"]])
def test_if_range_without_a_strong_validator(if_range):
    """Without a tag and a date, or with a weak tag, nothing tells that the parts fit."""
    assert not is_range_current(if_range, None, None)
    assert not is_range_current(if_range, 'W/"a"', None)
