"""Paths, addresses and hosts."""

from __future__ import annotations

import posixpath
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.urls import (
    decode_path,
    join,
    keep_encoded_slashes,
    normalize_path,
    quote_location,
    recode,
    relative_url,
    resolve,
    resolve_url,
    without_host,
)

FUZZ = settings(max_examples=100, deadline=None)
HOSTILE = st.text(st.sampled_from("ab/\\.:?#%2f \t\r\n\x00@\xe9\u20ac"), max_size=30)
BASE = "http://h.example:8080/u/d/e?q=1"


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        ((), "/"),
        (("", ""), "/"),
        (("/a", ""), "/a"),
        (("/a/", "/b"), "/a/b"),
        (("", "/a/b"), "/a/b"),
        (("/app", "x", "y/"), "/app/x/y/"),
        (("//a///b", "////"), "/a/b/"),
    ],
)
def test_atoms_are_joined_with_single_slashes(atoms, expected):
    """Empty atoms vanish, runs of '/' become one, nothing is '/'."""
    assert join(*atoms) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a//b", "/a//b"),
        ("/p/..", "/p/.."),
        ("/a/./b", "/a/b"),
        ("/a/./b/", "/a/b"),
        ("/a/../b//c", "/b/c"),
        ("/../../a", "/a"),
        ("a/../b", "b"),
        ("./", ""),
    ],
)
def test_a_path_is_normalized_only_when_a_dot_segment_shows(path, expected):
    """CherryPy's rule for url(): './' triggers it, the root is never left."""
    assert normalize_path(path) == expected


@pytest.mark.parametrize(
    ("base", "relative", "expected"),
    [
        ("/d/e", "x", "/d/x"),
        ("/d/e/", "x", "/d/e/x"),
        ("/d/e", "", "/d/e"),
        ("", "", "/"),
        ("", "x", "/x"),
        ("//host/e", "", "/host/e"),
        ("//host/e", "?q", "/host/e?q"),
        ("/d/e", "?q", "/d/e?q"),
        ("/d/e", "#f", "/d/e#f"),
        ("/d/e", "x?a=/../b", "/d/x?a=/../b"),
        ("/d/e", "/x", "/x"),
        ("/d/e", "..", "/"),
        ("/d/e", ".", "/d/"),
        ("/d/e", "../x", "/x"),
        ("/", "../x", "/x"),
        ("/d/e", "../../../x/", "/x/"),
        ("/d/e", "//host/x", "/host/x"),
        ("/d/e", "/\\host/x", "/host/x"),
        ("/d/e", "/.//host", "/host"),
        ("/", ".//host", "/host"),
        ("/d/e", "x//y", "/d/x//y"),
        ("/d/e", "http://z/y", "/d/http://z/y"),
        ("/d/e", "a\tb\r", "/d/a\tb\r"),
        # A browser reads these as '/.' and '/..'.
        ("", "\\.", "/"),
        ("/a", "/b/../\\..", "/"),
        ("/a", "/b/../\\../\\./\\c", "/c"),
        ("/a", "//..//\\\\c/\\d", "/c/\\d"),
    ],
)
def test_a_relative_path_is_resolved(base, relative, expected):
    """RFC 3986 for paths; never above the root, never a host."""
    assert resolve(base, relative) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("", "http://h.example:8080/u/d/e"),
        ("x", "http://h.example:8080/u/d/x"),
        ("/x", "http://h.example:8080/x"),
        ("../x/", "http://h.example:8080/u/x/"),
        ("x?a=b#c", "http://h.example:8080/u/d/x?a=b#c"),
        ("?a=b", "http://h.example:8080/u/d/e?a=b"),
        ("#c", "http://h.example:8080/u/d/e#c"),
        ("12:30", "http://h.example:8080/u/d/12:30"),
        ("http://other.example/x?y#z", "http://other.example/x?y#z"),
        ("HTTPS://other.example", "HTTPS://other.example"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("http://other.example/\r\nX: y", "http://other.example/X: y"),
        ("\x00 http://other.example/ ", "http://other.example/"),
    ],
)
def test_a_redirect_is_resolved_against_the_page(reference, expected):
    """With a scheme it is taken as it is; else it stays on the host of the page."""
    assert resolve_url(BASE, reference) == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://h", "http://h/x"),
        ("http://h?q", "http://h/x"),
        ("//h/a", "//h/x"),
        ("/a/b", "/a/x"),
        ("", "/x"),
    ],
)
def test_a_base_may_be_short_of_a_path_or_a_host(base, expected):
    """A base without a path has the path '/', one without a host gives a path."""
    assert resolve_url(base, "x") == expected


@pytest.mark.parametrize("base", [BASE, "http://h.example:8080", "/u/d/e", "/"])
@pytest.mark.parametrize(
    "reference",
    [
        "//evil.example",
        "///evil.example",
        "////evil.example/..",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "\\evil.example",
        "/\t/evil.example",
        "/\r\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "\x00//evil.example",
        "\x0b \x1f//evil.example",
        "/\x00\\evil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/./\\evil.example",
        "/a/..//evil.example",
        "..//../..//evil.example",
        "././/evil.example",
        ".\t/.//evil.example",
        "\\\t\\evil.example",
        "/ /evil.example",
        "//evil.example\\@h.example",
        "/%09/evil.example",
        "/%2fevil.example",
        "\u3000//evil.example",
        "\xa0//evil.example",
        "?//evil.example",
        "#//evil.example",
    ],
)
def test_a_redirect_without_a_scheme_stays_on_the_host(base, reference):
    """Read as a browser reads it, the address never leaves the host of the page."""
    location = quote_location(resolve_url(base, reference))
    rest = location.removeprefix("http://h.example:8080")
    assert (rest == location) is base.startswith("/")
    assert rest.startswith("/")
    assert not rest.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/a?b=c&d#e", "http://h/a?b=c&d#e"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("/caf\xe9/\u20ac", "/caf%C3%A9/%E2%82%AC"),
        ("/a b", "/a%20b"),
        ("/100%/50%zz/%41/%4", "/100%25/50%25zz/%41/%254"),
        ('/"<>\\^`{|}', "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("/a\r\nX: y\x00\x7f", "/a%0D%0AX:%20y%00%7F"),
        ("/\ud800", "/%ED%A0%80"),
        ("/~a-b_c.d!$&'()*+,;=:@", "/~a-b_c.d!$&'()*+,;=:@"),
        ("", ""),
    ],
)
def test_a_location_is_percent_encoded(url, expected):
    """What may not stand in an address is encoded as UTF-8; escapes and delimiters stay."""
    assert quote_location(url) == expected
    assert quote_location(expected) == expected


def test_path_info_is_utf_8():
    """A native string becomes text, or raises ValueError."""
    assert decode_path("/a") == "/a"
    assert decode_path("/caf\xc3\xa9") == "/caf\xe9"
    for raw in ("/a\xff", "/\u20ac"):
        with pytest.raises(ValueError):
            decode_path(raw)


def test_a_native_string_can_be_read_in_another_encoding():
    """recode() is for programs whose paths are not UTF-8."""
    assert recode("caf\xe9", "latin-1") == "caf\xe9"
    assert recode("caf\xc3\xa9", "utf-8") == "caf\xe9"
    for text in ("caf\xe9", "\u2603"):
        assert recode(text, "utf-8") == text
    with pytest.raises(LookupError):
        recode("a", "no-such-encoding")


@pytest.mark.parametrize(
    ("path", "raw_uri", "expected"),
    [
        ("/a/b", "/a/b", "/a/b"),
        ("/a/b", "", "/a/b"),
        ("/a/b", "/a%2Fb", "/a%2Fb"),
        ("/a/b/", "/a%2fb/?q=%2F", "/a%2Fb/"),
        ("/a/b", "/a/b?q=%2F", "/a/b"),
        ("/a/b", "/a/b#%2F", "/a/b"),
        ("/a/b", "http://h/a%2Fb?q", "/a%2Fb"),
        ("/a/b c", "/a%2Fb%20c", "/a%2Fb c"),
        ("/\xc3\xa9/x", "/%C3%A9%2Fx", "/\xc3\xa9%2Fx"),
        ("/a/b", "//a%2Fb", "/a%2Fb"),
        ("//a/b", "//a%2Fb", "//a%2Fb"),
        ("/a/b", "/%2Fa%2Fb", "/%2Fa%2Fb"),
        ("/rewritten", "/a%2Fb", "/rewritten"),
        ("/a/b/c", "/a%2Fb", "/a/b/c"),
        ("/a%2Fb", "/a%252Fb", "/a%2Fb"),
        ("/a%2Fb/c", "/a%252Fb%2Fc", "/a%2Fb/c"),
        ("/a%2fb/c", "/a%252fb%2Fc", "/a%2fb/c"),
        ("/a/b", "/a%2F\u20ac", "/a/b"),
        ("*", "*", "*"),
    ],
)
def test_encoded_slashes_are_kept(path, raw_uri, expected):
    """'%2F' is no separator, unless a middleware rewrote the path or it would be ambiguous."""
    assert keep_encoded_slashes(path, raw_uri) == expected


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("/u/d/e", "/u/x", "../x"),
        ("/u/d/e", "/u/d/x", "x"),
        ("/u/d/e", "/u/d/e/f", "e/f"),
        ("/u/d/e", "/x", "../../x"),
        ("/u/d/", "/u/d/", ""),
        ("/", "/a/b/", "a/b/"),
        ("/u/d/e", "/u", ".."),
        ("/u/d/e/f", "/u", "../.."),
        ("/u", "/u?x=a:b", "u?x=a:b"),
        ("/u/", "/u/javascript:x", "./javascript:x"),
        ("/u/", "/u/\t javascript:x", "./\t javascript:x"),
        ("/", "///evil", ".///evil"),
        ("/", "/\\\\evil", "./\\\\evil"),
    ],
)
def test_a_link_is_relative_to_the_page(here, there, expected):
    """'..' climbs; only what a browser would take for a scheme or host gets a './'."""
    assert relative_url(here, there) == expected


@FUZZ
@given(HOSTILE, HOSTILE)
def test_resolve_answers_a_path_on_this_host(base, relative):
    """Whatever is resolved begins with exactly one slash and has no dot segment left."""
    path = resolve(base, relative)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    if relative[:1] not in ("", "?", "#"):
        before_tail = path.split("?")[0].split("#")[0].split("/")
        assert not {".", ".."} & set(before_tail) or "?" in base or "#" in base


@FUZZ
@given(HOSTILE)
def test_a_reference_leaves_the_host_only_with_a_scheme(reference):
    """Fuzzed, then quoted: the host is ours, or the reference named a scheme."""
    location = quote_location(resolve_url("http://h.example/a/b", reference))
    assert location.isascii()
    assert quote_location(location) == location
    if not location.startswith("http://h.example/"):
        cleaned = "".join(c for c in reference if c >= " ").strip(" ")
        assert cleaned[0].isalpha()
        assert ":" in cleaned.split("/")[0]


@FUZZ
@given(st.text(max_size=30))
def test_quoting_loses_nothing(text):
    """Unquoting what was quoted gives the same bytes, as long as no '%' was there before."""
    text = text.replace("%", "")
    assert unquote_to_bytes(quote_location(text)) == text.encode()


@FUZZ
@given(st.text(max_size=30), st.text(max_size=30))
def test_encoded_slashes_never_raise(path, raw_uri):
    """Any two texts give an answer, the path itself unless the two fit together."""
    kept = keep_encoded_slashes(path, raw_uri)
    assert kept == path or "%2F" in kept


@FUZZ
@given(st.lists(st.text(st.sampled_from("ab /\xe9"), min_size=1, max_size=5), min_size=1))
def test_encoded_slashes_survive_the_server(segments):
    """What a client encoded and a server decoded is split as the client meant it."""
    raw = "/" + "/".join(quote(segment, safe="") for segment in segments)
    path = unquote_to_bytes(raw).decode("latin-1")
    kept = decode_path(keep_encoded_slashes(path, raw))
    assert [part.replace("%2F", "/") for part in kept[1:].split("/")] == segments


@FUZZ
@given(
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=4).map(lambda x: "/" + "/".join(x)),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join),
)
def test_a_relative_link_leads_where_it_should(here, there):
    """Resolving the link on its page gives the target, but for a last '/'."""
    link = relative_url(here, "/" + there)
    if link:  # CherryPy's rule has '' for a directory seen from its own page
        reached = resolve(here, link)
        assert posixpath.normpath(reached) == "/" + there


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("javascript:alert(1)", "http://h.example/a/javascript:alert(1)"),
        ("JavaScript:x", "http://h.example/a/JavaScript:x"),
        ("java\tscript\n:x", "http://h.example/a/javascript:x"),
        (" \x01vbscript:x", "http://h.example/a/vbscript:x"),
        ("data:text/html,<b>", "http://h.example/a/data:text/html,<b>"),
        ("mailto:a@b", "mailto:a@b"),
        ("my.app:x", "my.app:x"),
        ("https://else.example/", "https://else.example/"),
    ],
)
def test_a_scheme_that_runs_a_script_is_a_path(reference, expected):
    """javascript:, vbscript: and data: mean a path of this host; other schemes stay."""
    assert resolve_url("http://h.example/a/b", reference) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/x", "/x"),
        ("/", "/"),
        ("/x//y", "/x//y"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example", "/evil.example"),
        ("/\t/evil.example", "/evil.example"),
    ],
)
def test_a_path_never_begins_as_a_host(path, expected):
    """What a browser would take for '//host' is made a path."""
    assert without_host(path) == expected
