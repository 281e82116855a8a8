"""What holds of the parsers for any input: checked against other people's parsers, and back and
forth.

The examples are the same in every run (`derandomize`).
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from webob.acceptparse import create_accept_header

from wsgicherry.wire.accept import choose_media, parse_accept
from wsgicherry.wire.cookies import CookieTooLarge, parse_cookies
from wsgicherry.wire.credentials import (
    MalformedCredentials,
    parse_basic,
    parse_parameters,
    split_scheme,
)
from wsgicherry.wire.headers import (
    CaseInsensitiveDict,
    HTTPDate,
    MalformedHeader,
    header_elements,
    parse_header,
    split_elements,
    wire_header,
)
from wsgicherry.wire.params import (
    TooManyParams,
    UndecodableParams,
    parse_query_string,
    parse_urlencoded,
)
from wsgicherry.wire.ranges import MAX_RANGES, get_ranges
from wsgicherry.wire.status import status_line, valid_status
from wsgicherry.wire.urls import join, normalize_path, quote_location, resolve, resolve_url
from wsgicherry.wire.words import decode_TEXT, encoded_word

FIXED = settings(max_examples=150, deadline=None, derandomize=True)

TOKENS = st.text(st.sampled_from("abcXYZ019!#$&'*+-.^_`|~"), min_size=1, max_size=8)
QUOTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


def quoted(text):
    """Return `text` as a quoted string (RFC 9110 section 5.6.4)."""
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


# -- ranges -----------------------------------------------------------------------------------

POSITIONS = st.one_of(st.integers(0, 30).map(str), st.sampled_from(["", "007", "9" * 30]))
SPECS = st.tuples(POSITIONS, POSITIONS).map("-".join)
RANGES = st.one_of(
    st.lists(SPECS, max_size=6).map(", ".join),
    st.text(st.sampled_from("0159-, \t=;x"), max_size=15),
)


def wanted_bytes(specs, length):
    """Return the positions asked for, by the letter of RFC 9110; None for an invalid header."""
    elements = [element.strip(" \t") for element in specs.split(",")]
    elements = [element for element in elements if element]
    if not elements:
        return None
    found = set()
    for element in elements:
        match = re.fullmatch(r"(\d+)-(\d*)|-(\d+)", element, re.ASCII)
        if not match:
            return None
        first, last, suffix = match.groups()
        if suffix is not None:
            found |= set(range(max(0, length - int(suffix)), length))
        elif last and int(last) < int(first):
            return None
        else:
            found |= {n for n in range(length) if n >= int(first) and n <= int(last or length)}
    return found


@FIXED
@given(RANGES, st.integers(0, 25))
def test_ranges_are_those_of_the_rfc(specs, length):
    """The bytes given are the bytes asked for, each once, in pieces that do not touch."""
    expected = wanted_bytes(specs, length)
    found = get_ranges(f"bytes={specs}", length, limit=100)
    assert (found is None) == (expected is None)
    if found is not None:
        assert sorted(n for start, stop in found for n in range(start, stop)) == sorted(
            expected
        )
        in_order = sorted(found)
        assert all(one[1] < two[0] for one, two in pairwise(in_order))


@FIXED
@given(st.text(max_size=40), st.one_of(st.none(), st.integers(0, 100)))
def test_no_range_raises(header, length):
    """Whatever is sent, there is an answer, of no more pieces than the limit."""
    for text in (header, f"bytes={header}"):
        found = get_ranges(text, length)
        assert found is None or len(found) <= MAX_RANGES


# -- query strings and forms ------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=6)


def as_params(pairs):
    """Return pairs as one dict, repeats as lists."""
    params = {}
    for key, value in pairs:
        params.setdefault(key, []).append(value)
    return {key: held if len(held) > 1 else held[0] for key, held in params.items()}


@FIXED
@given(PAIRS)
def test_what_urlencode_writes_is_read_back(pairs):
    """As a query string and as a form."""
    assume(all(key or value for key, value in pairs))
    text = urlencode(pairs, errors="surrogatepass")
    if any("\ud800" <= c <= "\udfff" for pair in pairs for part in pair for c in part):
        with pytest.raises(UndecodableParams):
            parse_query_string(text)
        return
    assert parse_query_string(text) == as_params(pairs)
    assert parse_urlencoded(text.encode(), ["utf-8"]) == (as_params(pairs), "utf-8")


@FIXED
@given(st.text(st.sampled_from("ab=&;+%24C3A9z,"), max_size=20))
def test_query_strings_are_read_as_pythons_own_parser_does(text):
    """urllib's answer, or the one error that is named."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, separator="&", errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(UndecodableParams):
            parse_query_string(text)
    else:
        assert parse_query_string(text) == as_params(pairs)


@FIXED
@given(st.text(st.characters(max_codepoint=255), max_size=30), st.integers(0, 4))
def test_only_the_errors_that_are_named_leave_a_query_string(text, limit):
    """TooManyParams or UndecodableParams; what passes is within the limit."""
    try:
        params = parse_query_string(text, max_fields=limit)
    except (TooManyParams, UndecodableParams):
        return
    assert sum(len(v) if isinstance(v, list) else 1 for v in params.values()) <= limit


# -- header values ----------------------------------------------------------------------------


@FIXED
@given(TOKENS, st.dictionaries(TOKENS.map(str.lower), QUOTABLE, max_size=4))
def test_what_is_quoted_is_unquoted(value, params):
    """A value and parameters in quotes come back as they were, whatever is in them."""
    line = value + "".join(f"; {key}={quoted(text)}" for key, text in params.items())
    assert parse_header(line) == (value, params)


@FIXED
@given(st.lists(st.one_of(TOKENS, QUOTABLE.map(quoted)), max_size=6))
def test_a_list_is_split_where_it_was_joined(elements):
    """Commas in quotes part nothing."""
    assert [part.strip() for part in split_elements(", ".join(elements))] == elements


@FIXED
@given(st.sampled_from(["Accept", "TE", "X-Any"]), st.text(max_size=40))
def test_only_a_malformed_header_leaves_the_elements(name, text):
    """Those there are come in descending order."""
    try:
        found = header_elements(name, text)
    except MalformedHeader:
        return
    assert not any(one < two for one, two in pairwise(found))


@FIXED
@given(st.text(max_size=30))
def test_an_encoded_word_is_read_back(text):
    """All but control characters and what is no text."""
    clean = re.sub(r"[\x00-\x1f\x7f]", "", text.encode("utf-8", "replace").decode())
    assert decode_TEXT(encoded_word(text)) == clean


@FIXED
@given(st.text(max_size=20), st.text(max_size=30))
def test_a_header_goes_out_legal_or_not_at_all(name, value):
    """A name is a token or a ValueError; no value can begin a header of its own."""
    try:
        pair = wire_header(name, value)
    except ValueError:
        return
    if pair is not None:
        assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", pair[0])
        assert not re.search(r"[\x00-\x1f\x7f]", pair[1])
        pair[1].encode("latin-1")


@FIXED
@given(st.lists(st.tuples(st.sampled_from(["a-b", "A-B", "a-B", "c"]), st.integers())))
def test_a_map_is_a_dict_of_title_cased_keys(pairs):
    """The last of each name stays, at the place of the first."""
    found, expected = CaseInsensitiveDict(), {}
    for key, value in pairs:
        found[key] = value
        expected[key.title()] = value
    assert list(found.items()) == list(expected.items())


@FIXED
@given(st.integers(0, 4_000_000_000))
def test_a_date_is_read_back(seconds):
    """To the second."""
    assert parsedate_to_datetime(HTTPDate(seconds)).timestamp() == seconds


# -- what a client accepts --------------------------------------------------------------------

MEDIA = st.sampled_from(["a/b", "a/c", "d/e", "a/*", "d/*", "*/*"])
QUALITIES = st.sampled_from(["", ";q=0", ";q=0.3", ";q=0.7", ";q=1", ";q=0.555"])
ACCEPTS = st.lists(
    st.tuples(MEDIA, QUALITIES), min_size=1, max_size=6, unique_by=lambda p: p[0]
)


@FIXED
@given(ACCEPTS)
def test_qualities_are_webobs(pairs):
    """Two parsers of RFC 9110 section 12.5.1 agree on each offer."""
    header = ", ".join(map("".join, pairs))
    offers = ["a/b", "a/c", "d/e", "x/y"]
    theirs = dict(create_accept_header(header).acceptable_offers(offers))
    for offer in offers:
        assert choose_media(header, [offer]) == (offer if offer in theirs else None)
    chosen = choose_media(header, offers)
    assert theirs.get(chosen, 0) == max(theirs.values(), default=0)
    assert (chosen is None) == (not theirs)


@FIXED
@given(st.text(max_size=40))
def test_only_a_malformed_header_leaves_accept(text):
    """Those there are come with the greatest quality first, each from 0 to 1."""
    try:
        found = parse_accept(text)
    except MalformedHeader:
        return
    qualities = [q for _, q in found]
    assert qualities == sorted(qualities, reverse=True)
    assert all(0 <= q <= 1 for q in qualities)


# -- cookies ----------------------------------------------------------------------------------

NAMES = st.text(st.sampled_from("abcXYZ019_-."), min_size=1, max_size=6)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=10)


@FIXED
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_what_simplecookie_writes_is_read_back(values):
    """Quotes, separators and what is not ASCII survive the way out and in."""
    assume(not any(0x7F <= ord(c) < 0xA0 for value in values.values() for c in value))
    jar = SimpleCookie(values)
    header = "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in jar.values())
    assert dict(parse_cookies(header)) == values


@FIXED
@given(st.text(max_size=60), st.integers(0, 80))
def test_only_its_limit_leaves_a_cookie_header(header, limit):
    """CookieTooLarge beyond it; else each name once, and no control character."""
    if len(header) > limit:
        with pytest.raises(CookieTooLarge):
            parse_cookies(header, limit)
        return
    pairs = parse_cookies(header, limit)
    assert len({name for name, _ in pairs}) == len(pairs)
    assert not any(re.search(r"[\x00-\x1f\x7f]", value) for _, value in pairs)


# -- addresses --------------------------------------------------------------------------------

SEGMENTS = st.lists(st.sampled_from(["a", "b.c", "..", ".", "d e", "\xe9"]), max_size=5)
PATHS = SEGMENTS.map("/".join)


@FIXED
@given(PATHS, st.sampled_from(["/", "/a/b", "/a/b/"]), st.booleans())
def test_links_lead_where_pythons_urljoin_leads(path, base, is_absolute):
    """For references without a host of their own, in spite of its many exceptions."""
    reference = "/" + path if is_absolute else path
    assume(not reference.startswith("//"))
    expected = urljoin(f"http://h.example{base}", reference)
    assert resolve_url(f"http://h.example{base}", reference) == expected
    assert resolve(base, reference) == urlsplit(expected).path


@FIXED
@given(st.text(max_size=30))
def test_a_location_is_ascii_and_says_the_same(text):
    """Quoting is done once, and can be undone."""
    location = quote_location(text)
    assert location.isascii()
    assert not re.search(r"[\x00-\x20\x7f\"<>\\^`{|}]", location)
    assert quote_location(location) == location
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return
    if max(text, default="") < "\ud800" or min(text, default="") > "\udfff":
        assert unquote(location) == plain


@FIXED
@given(st.lists(st.text(st.sampled_from("a/."), max_size=5), max_size=4))
def test_joined_paths(atoms):
    """No two slashes meet, and no segment is lost."""
    path = join(*atoms)
    assert "//" not in path
    assert path
    wanted = [part for atom in atoms for part in atom.split("/") if part]
    assert [part for part in path.split("/") if part] == wanted


@FIXED
@given(st.text(st.sampled_from("a/."), max_size=15))
def test_a_normal_path_is_normal(path):
    """Doing it twice changes nothing, and nothing leads above the root."""
    once = normalize_path(path)
    assert normalize_path(once) == once or once.endswith("..")
    if "./" in path:
        assert not {"..", "."} & set(once.split("/"))


# -- statuses ---------------------------------------------------------------------------------


@FIXED
@given(st.integers(-10, 700), st.text(max_size=15))
def test_a_status_is_a_line_or_a_value_error(code, reason):
    """A line of three digits, a space and printable ISO-8859-1."""
    for status in (code, f"{code} {reason}", reason):
        try:
            line = status_line(status)
        except ValueError as error:
            assert str(error).startswith("Illegal response status from server (")
            continue
        assert re.fullmatch(r"[1-5][0-9]{2} [^\x00-\x1f\x7f]*", line)
        line.encode("latin-1")
        assert valid_status(line)[0] == int(line[:3]) == valid_status(status)[0]


NAMES = st.text("abcdefghijklmnopqrstuvwxyz*-", min_size=1, max_size=8)
VALUES = st.text(st.characters(max_codepoint=255), max_size=20)


@FIXED
@given(st.dictionaries(NAMES, VALUES, max_size=12))
def test_parameters_of_credentials_come_back(parameters):
    """What is written in quotes, with escapes, is read as it was."""
    quoted = {name: re.sub(r'(["\\])', r"\\\1", value) for name, value in parameters.items()}
    text = ", ".join(f'{name}="{value}"' for name, value in quoted.items())
    assert parse_parameters(text) == parameters


@FIXED
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_names_and_passwords_come_back(text):
    """What a client sends is read as it was, in NFC."""
    name = text.replace(":", "")
    sent = b64encode(f"{name}:{text}".encode()).decode()
    expected = tuple(unicodedata.normalize("NFC", each) for each in (name, text))
    assert parse_basic(sent) == expected


@FIXED
@given(st.text(max_size=60), st.sampled_from(["", "Basic ", "Digest ", 'Digest a="b", ']))
def test_credentials_are_read_or_malformed(text, start):
    """There is no third thing that a header can be."""
    for parse in (split_scheme, parse_basic, parse_parameters):
        with suppress(MalformedCredentials):
            parse(start + text)
