"""lib.httputil: every name of BEHAVIOUR 12.1, as programs for CherryPy call it."""

from __future__ import annotations

import copy
import http
import http.server
from email.utils import parsedate_to_datetime

import pytest
from webtest import TestApp

import wsgicherry
from wsgicherry.core.config import Section
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.lib import httputil

NAMES = """
AcceptElement CaseInsensitiveDict HTTPDate HeaderElement HeaderMap Host SanitizedHost _parse_qs
decode_TEXT decode_TEXT_maybe get_ranges header_elements parse_header parse_query_string
protocol_from_http response_codes urljoin urljoin_bytes valid_status
"""


@pytest.fixture
def ask(site):
    """Return what `function` returns within a request, by repr: ask(function, **config)."""

    def ask(function, headers=None, status=200, **settings):
        class Root:
            @expose
            def index(self, **params):
                return repr(function())

        config = {"/": Section({f"request.{key}": value for key, value in settings.items()})}
        site.tree.mount(Root(), "", config)
        return TestApp(site.tree).get("/", headers=headers, status=status).text

    return ask


@pytest.mark.parametrize("name", NAMES.split())
def test_the_names_are_there(name):
    """Each name of CherryPy's module, by way of `import wsgicherry` alone."""
    assert callable(getattr(wsgicherry.lib.httputil, name)) or name == "response_codes"


# -- statuses ---------------------------------------------------------------------------------


def test_response_codes():
    """Reasons and messages of http.server, with CherryPy's own for 500 and 503."""
    assert httputil.response_codes[404] == ("Not Found", "Nothing matches the given URI")
    assert httputil.response_codes[500][1].startswith("The server encountered an unexpected")
    assert httputil.response_codes[503][1].startswith("The server is currently unable")
    for status, (reason, _) in http.server.BaseHTTPRequestHandler.responses.items():
        if status not in (413, 414, 416, 422):  # renamed by Python 3.13
            assert httputil.response_codes[int(status)][0].lower() == reason.lower()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, (200, "OK")),
        ("", (200, "OK")),
        (0, (200, "OK")),
        (404, (404, "Not Found")),
        ("404", (404, "Not Found")),
        ("404 Gone fishing", (404, "Gone fishing")),
        ("404  ", (404, "Not Found")),
        (http.HTTPStatus.ACCEPTED, (202, "Accepted")),
        (299, (299, "")),
        ("599 x", (599, "x")),
    ],
)
def test_valid_status(status, expected):
    """Code, reason and message for all that may be a status."""
    code, reason, message = httputil.valid_status(status)
    assert (code, reason) == expected
    assert message == httputil.response_codes.get(code, ("", ""))[1]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("abc", "('abc' is non-numeric)."),
        ("4x4", "('4x4' is non-numeric)."),
        (99, "(99 is out of range)."),
        ("600", "(600 is out of range)."),
        ([1], "([1] is non-numeric)."),
    ],
)
def test_what_is_no_status(status, words):
    """A ValueError in CherryPy's words."""
    with pytest.raises(ValueError, match=r"^Illegal response status from server ") as error:
        httputil.valid_status(status)
    assert str(error.value).endswith(words)


# -- dates, paths, protocols ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784111777.9, "Sun, 06 Nov 1994 08:49:37 GMT"),
    ],
)
def test_dates(time, text):
    """RFC 9110 section 5.6.7, always in GMT."""
    assert httputil.HTTPDate(time) == text


def test_the_date_of_now():
    """Without a time it is now, and can be read back."""
    assert parsedate_to_datetime(httputil.HTTPDate()).tzinfo is not None
    assert httputil.HTTPDate(None).endswith(" GMT")


@pytest.mark.parametrize(
    ("atoms", "path"),
    [
        ((), "/"),
        (("",), "/"),
        (("", ""), "/"),
        (("/", ""), "/"),
        (("/a", "b"), "/a/b"),
        (("/a/", "/b"), "/a/b"),
        (("a", "", "b"), "a/b"),
        (("//a", "b//c///"), "/a/b/c/"),
        (("/caf\xe9", "x"), "/caf\xe9/x"),
    ],
)
def test_urljoin(atoms, path):
    """Atoms that are not empty, joined by one slash each, as text and as bytes."""
    assert httputil.urljoin(*atoms) == path
    joined = httputil.urljoin_bytes(*(atom.encode("latin-1") for atom in atoms))
    assert joined == path.encode("latin-1")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("HTTP/1.0", (1, 0)),
        ("HTTP/1.1", (1, 1)),
        ("HTTP/0.9", (0, 9)),
        ("HTTP/2", (2, 0)),
        ("HTTP/2.0", (2, 0)),
        ("HTTP/3", (3, 0)),
    ],
)
def test_protocols(text, version):
    """Two numbers; a version without a point has a zero there (CherryPy: IndexError)."""
    assert httputil.protocol_from_http(text) == version


@pytest.mark.parametrize(
    "text", ["", "HTTP", "HTTP/", "HTTP/x.y", "http/1.1", "HTTP/1.1 ", "1.1"]
)
def test_what_is_no_protocol(text):
    """A ValueError that shows what was met."""
    with pytest.raises(ValueError, match=r"write 'HTTP/1\.1'"):
        httputil.protocol_from_http(text)


# -- ranges -----------------------------------------------------------------------------------

SEVENTEEN = "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(17))


@pytest.mark.parametrize(
    ("header", "length", "expected"),
    [
        ("bytes=3-6", 8, [(3, 7)]),
        ("bytes=2-4,-1", 8, [(2, 5), (7, 8)]),
        ("bytes=-100", 8, [(0, 8)]),
        ("bytes=3-100", 8, [(3, 8)]),
        ("bytes=8-", 8, []),
        ("bytes=5-3", 8, None),
        (None, 8, None),
        (SEVENTEEN, 100, None),
    ],
)
def test_ranges(header, length, expected):
    """CherryPy's own examples, with a stop that is clamped; see wire/test_ranges.py."""
    assert httputil.get_ranges(header, length) == expected


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, None),
        ({"max_ranges": 17}, 17),
        ({"max_ranges": 16}, None),
        ({"max_ranges": None}, None),
    ],
)
def test_the_limit_on_ranges_is_a_key(ask, settings, count):
    """`request.max_ranges` says how many pieces a client may ask for, 16 by default."""
    found = ask(lambda: httputil.get_ranges(SEVENTEEN, 100), **settings)
    assert found == repr(None if count is None else [(2 * n, 2 * n + 1) for n in range(17)])


# -- header elements --------------------------------------------------------------------------


def test_an_element_as_text():
    """Value and parameters, unquoted; ordered by value; as bytes too."""
    element = httputil.HeaderElement("a", {"b": "c d", "e": "f"})
    assert (str(element), bytes(element)) == ("a;b=c d;e=f", b"a;b=c d;e=f")
    assert httputil.HeaderElement("a") < httputil.HeaderElement("b")
    assert httputil.HeaderElement("a").params == {}


@pytest.mark.parametrize(
    ("text", "value", "params"),
    [
        ("text/html", "text/html", {}),
        ('form-data; NAME="a;b"', "form-data", {"name": "a;b"}),
        (r'x; y="a\"b\\c"', "x", {"y": 'a"b\\c'}),
        ("x; y", "x", {}),
    ],
)
def test_parsing_an_element(text, value, params):
    """Names in lower case, quotes and escapes undone."""
    assert httputil.HeaderElement.parse(text) == (value, params)
    assert httputil.parse_header(text) == (value, params)
    element = httputil.HeaderElement.from_str(text)
    assert (element.value, element.params) == (value, params)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "Accept",
            "text/*, text/html, text/html;level=1, */*",
            ["text/html;level=1", "text/html", "text/*", "*/*"],
        ),
        ("Accept", "a;q=0.2, b;q=0.8, c", ["c", "b;q=0.8", "a;q=0.2"]),
        ("TE", "gzip;q=0.1, trailers", ["trailers", "gzip;q=0.1"]),
        ("X-Any", "a, c, b", ["c", "b", "a"]),
        ("X-Any", "a;x=1, a;x=2", ["a;x=2", "a;x=1"]),
        ("X-Any", 'a="b,c", d,', ["d", 'a="b,c"']),
        ("X-Any", "", []),
        ("X-Any", None, []),
    ],
)
def test_the_elements_of_a_header(name, value, expected):
    """The most preferred first; the greatest first for headers that prefer nothing."""
    assert [str(element) for element in httputil.header_elements(name, value)] == expected


def test_a_quality():
    """1 without q; elements are ordered by it."""
    better, worse = httputil.AcceptElement("a"), httputil.AcceptElement.from_str("b;q=0.5")
    assert (better.qvalue, worse.qvalue) == (1.0, 0.5)
    assert worse < better


@pytest.mark.parametrize(
    "use",
    [
        lambda: httputil.AcceptElement("a", {"q": "x"}).qvalue,
        lambda: httputil.header_elements("Accept", "a;q=x"),
        lambda: sorted([httputil.AcceptElement("b"), httputil.AcceptElement("a", {"q": "x"})]),
    ],
)
def test_a_malformed_quality_is_a_bad_request(use, ask):
    """HTTPError 400, as in CherryPy, inside a request and outside."""
    with pytest.raises(HTTPError, match="Malformed HTTP header: `a;q=x`") as error:
        use()
    assert error.value.code == 400
    assert "Malformed HTTP header: `a;q=x`" in ask(use, status=400)


def test_elements_of_a_request_are_of_these_classes(ask):
    """What request.headers.elements gives is what isinstance() asks for."""

    def kinds():
        headers = wsgicherry.request.headers
        accept, other = headers.elements("Accept")[0], headers.elements("X-Any")[0]
        return (
            isinstance(headers, httputil.HeaderMap),
            isinstance(accept, httputil.AcceptElement),
            type(other) is httputil.HeaderElement,
        )

    assert ask(kinds, {"Accept": "a/b", "X-Any": "c"}) == "(True, True, True)"


# -- encoded words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?f=C3=BCr?=", "f\xfcr"),
        ("=?utf-8?b?4oKs?=", "\u20ac"),
        ("=?iso-8859-1?q?caf=E9?=", "caf\xe9"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?nope?q?a?=", "=?nope?q?a?="),
        ("a=?b", "a=?b"),
    ],
)
def test_encoded_words(text, decoded):
    """Decoded where they can be, left alone where not; mixed text too (CherryPy: TypeError)."""
    assert httputil.decode_TEXT(text) == decoded
    assert httputil.decode_TEXT_maybe(text) == decoded


# -- query strings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        ("a&b=", {"a": "", "b": ""}),
        ("=x", {"": "x"}),
        ("a[1]=x", {"a[1]": "x"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=%C3%A9+x", {"a": "\xe9 x"}),
        ("caf\xe9=\u20ac", {"caf\xe9": "\u20ac"}),
        ("a=1;b=2", {"a": "1;b=2"}),  # SECURITY section 2
        ("12,34", {"12,34": ""}),
        ("12,34abc", {"12,34abc": ""}),
    ],
)
def test_query_strings(text, expected):
    """One plain dict: text for a key met once, a list for repeats."""
    assert httputil.parse_query_string(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=&b=1", {"b": "1"}),
        ("a&b", {}),
        ("a=&a=1", {"a": "1"}),
        ("a=&a=1&a=2", {"a": ["1", "2"]}),
    ],
)
def test_without_blank_values(text, expected):
    """An empty value counts for nothing."""
    assert httputil.parse_query_string(text, keep_blank_values=False) == expected
    assert httputil._parse_qs(text) == expected


def test_the_encoding_of_a_query_string():
    """Escapes and plain text alike are of that encoding; what is not is a ValueError."""
    assert httputil.parse_query_string("a=%E9&\xe9=1", encoding="latin-1") == {
        "a": "\xe9",
        "\xe9": "1",
    }
    with pytest.raises(ValueError, match="cannot be decoded; tried utf-8"):
        httputil.parse_query_string("a=%E9")


def test_strict_parsing():
    """A pair without '=' is a ValueError when it is asked for."""
    assert httputil._parse_qs("a=1&b=2", strict_parsing=True) == {"a": "1", "b": "2"}
    for text in ("a", "a=1&b", "a=1&", "a=1;b"):
        with pytest.raises(ValueError, match="bad query field"):
            httputil._parse_qs(text, strict_parsing=True)


def test_the_requests_rules_hold_in_a_request(ask):
    """Separators, image maps and the limit on parameters are those of the config."""
    assert ask(
        lambda: (httputil.parse_query_string("a=1;b=2"), httputil.parse_query_string("1,2")),
        query_string_separator="&;",
        image_map=True,
    ) == repr(({"a": "1", "b": "2"}, {"x": 1, "y": 2}))


def test_the_requests_limit_on_params_holds(ask):
    """One more than `request.max_params` is refused."""

    def count():
        assert len(httputil.parse_query_string("a&b")) == 2
        with pytest.raises(ValueError, match="more than 2 parameters"):
            httputil.parse_query_string("a&b&c")
        return "refused"

    assert ask(count, max_params=2) == "'refused'"


# -- maps -------------------------------------------------------------------------------------


def test_a_case_insensitive_dict():
    """Keys are Title-Cased on every way in and out."""
    found = httputil.CaseInsensitiveDict({"content-type": 1})
    found["X-ANY"] = 2
    assert list(found) == ["Content-Type", "X-Any"]
    assert (found["CONTENT-TYPE"], found.get("x-any"), "x-Any" in found) == (1, 2, True)
    assert found.setdefault("x-any", 3) == 2
    assert found.pop("x-any") == 2
    del found["Content-type"]
    assert not found


@pytest.mark.parametrize(
    "fill",
    [
        lambda found: found.update({"content-type": "a"}),
        lambda found: found.update([("content-type", "a")]),
        lambda found: found.update({"CONTENT-TYPE": "b", "content-type": "a"}),
        lambda found: found.__ior__({"content-TYPE": "a"}),
        lambda found: found.setdefault("content-type", "a"),
    ],
)
def test_no_way_in_makes_a_second_header(fill):
    """`update` normalises too: in CherryPy it made headers that nobody could reach."""
    found = httputil.HeaderMap()
    fill(found)
    assert dict(found) == {"Content-Type": "a"}
    assert found.output() == [(b"Content-Type", b"a")]


def test_a_header_map():
    """Elements, their values, and all of it as bytes; values keep their type until then."""
    headers = httputil.HeaderMap({"Accept": "a;q=0.5, b", "X": 5, "Y": b"\xe9", "Z": None})
    assert [str(each) for each in headers.elements("accept")] == ["b", "a;q=0.5"]
    assert headers.values("accept") == ["b", "a"]
    assert headers.values("nothing") == []
    assert headers["x"] == 5
    assert headers.output() == [
        (b"Accept", b"a;q=0.5, b"), (b"X", b"5"), (b"Y", b"\xe9"), (b"Z", b"None"),
    ]  # fmt: skip
    assert type(headers.copy()) is httputil.HeaderMap
    assert copy.copy(headers) == headers


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("plain", b"plain"),
        ("caf\xe9", b"caf\xe9"),
        ("\u8200", b"=?utf-8?b?6IiA?="),
        ("a\r\nX-Evil: 1", b"aX-Evil: 1"),
        ("\u8200\r\n", b"=?utf-8?b?6IiA?="),
        (b"a\r\n\x00\x7fb", b"ab"),
    ],
)
def test_values_on_their_way_out(value, sent):
    """ISO-8859-1, else one RFC 2047 word; no control character passes."""
    assert httputil.HeaderMap.encode_header_item(value) == sent
    assert httputil.HeaderMap({"X-Y": value}).output() == [(b"X-Y", sent)]


@pytest.mark.parametrize(
    ("attributes", "sent"),
    [
        ({}, b"=?utf-8?b?6IiA?="),
        ({"encodings": ["utf-8"]}, "\u8200".encode()),
        ({"encodings": ["ascii", "utf-16-le"]}, b"\x00\x82"),
        ({"protocol": (1, 0)}, None),
        ({"use_rfc_2047": False}, None),
    ],
)
def test_the_encodings_of_a_header_map_of_ones_own(attributes, sent):
    """`encodings`, `protocol` and `use_rfc_2047` are CherryPy's."""
    mine = type("Mine", (httputil.HeaderMap,), attributes)
    if sent is None:
        with pytest.raises(ValueError, match="in none of the encodings"):
            mine.encode("\u8200")
    else:
        assert mine.encode("\u8200") == sent


# -- hosts ------------------------------------------------------------------------------------


def test_a_host():
    """The address stands in for a name that is not known."""
    host = httputil.Host("192.0.2.1", 80)
    assert (host.ip, host.port, host.name) == ("192.0.2.1", 80, "192.0.2.1")
    assert repr(httputil.Host("::1", 1, "me")) == "httputil.Host('::1', 1, 'me')"


def test_a_sanitized_host():
    """Without CR and LF; a clean one is plain text."""
    host = httputil.SanitizedHost("foo\r\nbar")
    assert (host, host.raw) == ("foobar", "foo\r\nbar")
    assert type(httputil.SanitizedHost("foobar")) is str
