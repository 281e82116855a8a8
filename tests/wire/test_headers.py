"""Header fields: elements, maps, and the way out."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.headers import (
    HOP_BY_HOP,
    MAX_ELEMENTS_BYTES,
    SINGLE_VALUE,
    AcceptElement,
    CaseInsensitiveDict,
    HeaderElement,
    HeaderMap,
    Host,
    HTTPDate,
    MalformedHeader,
    SanitizedHost,
    header_elements,
    parse_header,
    wire_header,
)
from wsgicherry.wire.words import decode_TEXT, decode_TEXT_maybe

FUZZ = settings(max_examples=60, deadline=None)
SYNTAX = st.text(st.sampled_from('ab,;="\\ \t*/q01.\xe9=?utf-8'), max_size=60)


@pytest.mark.parametrize(
    ("line", "value", "params"),
    [
        ("", "", {}),
        ("text/html", "text/html", {}),
        ("a;b;c=1", "a", {"c": "1"}),
        (' Foo ; A=B;b = "c" ', "Foo", {"a": "B", "b": "c"}),
        ('text/html; Level="1;2"; q="x\\"y"', "text/html", {"level": "1;2", "q": 'x"y'}),
        (r'form-data; filename="C:\new"', "form-data", {"filename": r"C:\new"}),
        (r'a; b="\\"', "a", {"b": "\\"}),
        ('a; b="open; c=d', "a", {"b": '"open; c=d'}),
        ('a; b="', "a", {"b": '"'}),
        ('a;;b="c"', "a", {"b": "c"}),
        (';a="1"', "", {"a": "1"}),
        ("a; =x", "a", {"": "x"}),
        ("a;b=1;b=2", "a", {"b": "2"}),
    ],
)
def test_a_header_has_a_value_and_parameters(line, value, params):
    """Quoted separators do not separate; names are lower-cased; '=' is needed."""
    assert parse_header(line) == (value, params)
    assert HeaderElement.parse(line) == (value, params)


@pytest.mark.parametrize(
    ("text", "shown"), [("a;b;c=1", "a;c=1"), ('x; a="1;2"', "x;a=1;2"), ("x", "x")]
)
def test_an_element_is_shown_unquoted(text, shown):
    """str() of an element is CherryPy's form."""
    assert str(HeaderElement.from_str(text)) == shown


def test_elements_have_an_order_and_a_repr():
    """Plain elements compare by value, Accept elements by quality, then by text."""
    assert HeaderElement("a") < HeaderElement("b")
    assert AcceptElement("z", {"q": "0.1"}) < AcceptElement("a")
    assert AcceptElement("a") < AcceptElement("b")
    assert repr(HeaderElement("a", {"b": "c"})) == "HeaderElement('a', {'b': 'c'})"
    assert AcceptElement("a").__lt__(HeaderElement("b")) is NotImplemented


@pytest.mark.parametrize(
    ("text", "quality"),
    [("a", 1.0), ("a;q=0.5", 0.5), ("a;Q=.25", 0.25), ("a;q=0", 0.0), ("a;q=5", 1.0)],
)
def test_an_accept_element_has_a_quality(text, quality):
    """Without q the quality is 1, and it is never more."""
    assert AcceptElement.from_str(text).qvalue == quality


@pytest.mark.parametrize("q", ["", "x", "-1", "nan", "inf", "1e3", "1_0", "\u0661", "0.5.5"])
def test_a_bad_quality_is_a_malformed_header(q):
    """The error shows the element, as CherryPy's 400 does."""
    with pytest.raises(MalformedHeader) as error:
        _ = AcceptElement("a", {"q": q}).qvalue
    assert str(error.value) == f"Malformed HTTP header: `a;q={q}`"
    with pytest.raises(MalformedHeader):
        header_elements("Accept", f"a;q={q}")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Accept", "b,a,c,*/*;q=0.5,d;x=1", ["d;x=1", "c", "b", "a", "*/*;q=0.5"]),
        ("TE", "trailers, deflate;q=0.5", ["trailers", "deflate;q=0.5"]),
        ("accept-charset", "a;q=0.1, b", ["b", "a;q=0.1"]),
        ("X-Any", "a;b=1, c", ["c", "a;b=1"]),
        ("X-Any", 'a, "b,c", ,', ["a", '"b,c"']),
        ("X-Any", r'a="x\",y", b', ["b", r'a="x\",y"']),
        ("X-Any", ",", []),
        ("X-Any", "", []),
        ("X-Any", None, []),
        ("X-Any", 5, ["5"]),
        ("X-Any", b"a, b", ["b", "a"]),
    ],
)
def test_the_elements_of_a_header_come_best_first(name, value, expected):
    """Accept* and TE by preference, all others in descending order of value."""
    assert [str(element) for element in header_elements(name, value)] == expected


def test_a_list_over_the_limit_is_malformed():
    """A header of 8 kB is read, a longer one is refused, and the error is short."""
    assert (
        len(header_elements("X", "a," * (MAX_ELEMENTS_BYTES // 2))) == MAX_ELEMENTS_BYTES // 2
    )
    with pytest.raises(MalformedHeader) as error:
        header_elements("X", "a" * (MAX_ELEMENTS_BYTES + 1))
    assert len(str(error.value)) < 200
    assert len(error.value.text) == MAX_ELEMENTS_BYTES + 1


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?caf=C3=A9?=", "caf\xe9"),
        ("=?UTF-8?B?Y2Fmw6k=?=", "caf\xe9"),
        ("=?iso-8859-1?Q?a_b=E9?=", "a b\xe9"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?= \t=?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
        ("=?utf-8?q?a=0D=0AX:=20y=00?=", "aX: y"),
        ("=?nope?q?a?=", "=?nope?q?a?="),
        ("=?rot13?q?a?= =?utf-8?q?b?=", "=?rot13?q?a?= b"),
        ("=?utf-8?q?a?= =?zlib?b?b?=", "a =?zlib?b?b?="),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?utf-8?b?\xe9?=", "=?utf-8?b?\xe9?="),
        ("=?utf-8?q?\xe9?=", "=?utf-8?q?\xe9?="),
        ("=?utf-8?q?=FF?=", "=?utf-8?q?=FF?="),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?a", "=?utf-8?q?a"),
    ],
)
def test_encoded_words_are_decoded_or_left_alone(value, decoded):
    """A word that cannot be decoded stays; decoding brings no control characters in."""
    assert decode_TEXT(value) == decoded
    assert decode_TEXT_maybe(value) == decoded


def test_keys_are_title_cased_everywhere():
    """No way in or out of the dict tells spellings apart."""
    headers = CaseInsensitiveDict({"content-TYPE": "a"}, x_y=1)
    assert list(headers) == ["Content-Type", "X_Y"]
    assert headers["CONTENT-type"] == "a"
    assert "content-type" in headers
    assert "other" not in headers
    assert headers.get("content-type") == "a"
    assert headers.get("other") is None
    assert headers.get("other", 5) == 5
    assert headers.setdefault("CONTENT-TYPE", "b") == "a"
    assert headers.setdefault("other") is None
    assert headers.pop("OTHER") is None
    assert headers.pop("other", 7) == 7
    with pytest.raises(KeyError):
        headers.pop("other")
    headers["content-type"] = "c"
    assert headers == {"Content-Type": "c", "X_Y": 1}
    del headers["cOntent-type"]
    assert "Content-Type" not in headers


def test_update_and_its_kin_fold_spellings():
    """A header set twice in two spellings is one header (unlike CherryPy's update)."""
    headers = CaseInsensitiveDict(a=1)
    headers.update({"A": 2}, B=3)
    headers.update([("b", 4)])
    headers |= {"c": 5}
    assert headers == {"A": 2, "B": 4, "C": 5}
    merged = headers | {"a": 9}
    assert type(merged) is CaseInsensitiveDict
    assert merged["A"] == 9
    assert headers["A"] == 2
    assert CaseInsensitiveDict.fromkeys(["x", "X"], 1) == {"X": 1}
    assert CaseInsensitiveDict() == {}


@pytest.mark.parametrize("make", [lambda d: d.copy(), copy.copy, copy.deepcopy])
def test_a_copy_is_of_the_same_kind(make):
    """A copy of a map is a map of its own."""
    original = HeaderMap({"a": "1"})
    twin = make(original)
    twin["A"] = "2"
    assert type(twin) is HeaderMap
    assert original["a"] == "1"


def test_keys_of_any_kind_are_read_as_text():
    """CherryPy turns None into 'None'; bytes are ISO-8859-1."""
    headers = HeaderMap({None: None, b"x-a": 1})
    assert list(headers) == ["None", "X-A"]
    assert headers.output() == [(b"None", b"None"), (b"X-A", b"1")]


def test_a_header_map_knows_elements_and_values():
    """values(key) gives the elements' values; values() is that of any dict."""
    headers = HeaderMap({"accept": "text/html;q=0.2, text/plain;a=b"})
    assert [str(e) for e in headers.elements("Accept")] == ["text/plain;a=b", "text/html;q=0.2"]
    assert headers.values("accept") == ["text/plain", "text/html"]
    assert headers.elements("none") == []
    assert list(headers.values()) == ["text/html;q=0.2, text/plain;a=b"]


def test_output_leaves_hop_by_hop_headers_out():
    """output() is pairs of bytes that a server may send."""
    headers = HeaderMap({"Connection": "close", "X": "a\r\nb", "Content-Length": 5})
    assert headers.output() == [(b"X", b"ab"), (b"Content-Length", b"5")]


def test_a_host_is_an_address_a_port_and_a_name():
    """The name is the address when nobody gave one."""
    assert Host("1.2.3.4", 80).name == "1.2.3.4"
    assert Host("1.2.3.4", 80, "").name == ""
    assert repr(Host("1.2.3.4", 80, "x")) == "httputil.Host('1.2.3.4', 80, 'x')"


def test_a_sanitized_host_keeps_what_it_came_from():
    """CR and LF are removed and kept in .raw; a clean host is plain text."""
    host = SanitizedHost("a\r\nb")
    assert host == "ab"
    assert host.raw == "a\r\nb"
    assert type(SanitizedHost("a.example")) is str


def test_a_date_is_in_gmt():
    """Seconds of the epoch become an RFC 9110 date."""
    assert HTTPDate(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert HTTPDate().endswith(" GMT")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Content-Type", "text/html", ("Content-Type", "text/html")),
        (b"X-A", b"caf\xe9", ("X-A", "caf\xe9")),
        ("Content-Length", 5, ("Content-Length", "5")),
        ("X", None, ("X", "None")),
        (None, "x", ("None", "x")),
        ("X", "  a b \t", ("X", "a b")),
        ("X", " caf\xe9 ", ("X", "caf\xe9")),
        ("X", "a\r\nSet-Cookie: b=c\x00\x7f", ("X", "aSet-Cookie: b=c")),
        ("X\r\n", "a", ("X", "a")),
        ("X", "\u20ac", ("X", "=?utf-8?b?4oKs?=")),
        ("X", "\u20ac\r\n", ("X", "=?utf-8?b?4oKs?=")),
        ("X", "\ud800", ("X", "=?utf-8?b?Pw==?=")),
        ("X", "", ("X", "")),
        ("connection", "close", None),
        ("Transfer-Encoding", "chunked", None),
        (b"Keep-Alive\r", "1", None),
    ],
)
def test_one_way_out_for_every_header(name, value, expected):
    """Values lose controls and white space, and become ISO-8859-1 or one RFC 2047 word."""
    assert wire_header(name, value) == expected


@pytest.mark.parametrize(
    "name", ["", "\r\n", "a b", "a:b", "caf\xe9", "\u20ac", "a\r\n b", b"\xff"]
)
def test_a_name_that_is_no_token_is_refused(name):
    """The error shows the name."""
    with pytest.raises(ValueError, match="Illegal header name"):
        wire_header(name, "x")


def test_a_long_value_stays_on_one_line():
    """RFC 9110 has no folded lines, so neither has an encoded value."""
    _, value = wire_header("X", "\u20ac" * 1000)
    assert "\n" not in value
    assert decode_TEXT(value) == "\u20ac" * 1000


def test_tables_are_in_lower_case():
    """The tables are looked up with lower-case names."""
    assert all(name == name.lower() for name in HOP_BY_HOP | SINGLE_VALUE)
    assert {"content-length", "content-type", "location"} <= SINGLE_VALUE
    assert not {"set-cookie", "vary", "allow", "www-authenticate"} & SINGLE_VALUE


@FUZZ
@given(st.sampled_from(["Accept", "X-Any"]), SYNTAX)
def test_any_header_has_elements_or_is_malformed(name, value):
    """No value raises anything but MalformedHeader."""
    try:
        elements = header_elements(name, value)
    except MalformedHeader:
        return
    assert all(isinstance(element.value, str) for element in elements)


@FUZZ
@given(st.one_of(st.text(max_size=40), SYNTAX))
def test_any_text_decodes(value):
    """decode_TEXT never raises."""
    assert isinstance(decode_TEXT(value), str)


@FUZZ
@given(st.one_of(st.text(max_size=40), st.binary(max_size=40), st.none(), st.integers()))
def test_any_value_goes_out_legal(value):
    """Whatever a program sets, the wire gets printable ISO-8859-1 without controls."""
    _, text = wire_header("X", value)
    assert not {chr(n) for n in (*range(32), 127)} & set(text)
    assert text.encode("latin-1").decode("latin-1") == text == text.strip(" ")
