"""What proxies say of a request, as text: Forwarded (RFC 7239) and X-Forwarded-*."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.forwarded import (
    MAX_FORWARDED_BYTES,
    BadForwarded,
    Hop,
    Node,
    choose,
    parse_forwarded,
    parse_node,
    read_port,
    read_prefix,
    read_scheme,
    split_list,
)

FUZZ = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize(
    ("header", "hops"),
    [
        ("", []),
        (",, ,", []),
        (";", []),
        ('for="_gazonk"', [Hop("_gazonk")]),
        ('For="[2001:db8:cafe::17]:4711"', [Hop("[2001:db8:cafe::17]:4711")]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", [Hop("192.0.2.60", None, "http")]),
        ("for=192.0.2.43, for=198.51.100.17", [Hop("192.0.2.43"), Hop("198.51.100.17")]),
        ("for=192.0.2.43,for=198.51.100.17", [Hop("192.0.2.43"), Hop("198.51.100.17")]),
        ("host=a.example ; proto=https", [Hop(None, "a.example", "https")]),
        (" \tfor=a\t;\thost=b , ", [Hop("a", "b")]),
        ('host="a.example:8080"', [Hop(None, "a.example:8080")]),
        (r'host="a\"b\\c"', [Hop(None, r'a"b\c')]),
        ('for="a, b;c"', [Hop("a, b;c")]),
        ('for=""', [Hop("")]),
        ("FOR=a;HOST=b;PROTO=c", [Hop("a", "b", "c")]),
        ("secret=x;for=a", [Hop("a")]),
        ("secret=x", [Hop()]),
        ("for=a,,host=b", [Hop("a"), Hop(None, "b")]),
        (";for=a;", [Hop("a")]),
    ],
)
def test_the_hops_of_a_forwarded_header(header, hops):
    """RFC 7239 section 4, its own examples among them; empty elements say nothing."""
    assert parse_forwarded(header) == hops


@pytest.mark.parametrize(
    "header",
    [
        "for",
        "for=",
        "=a",
        "for=a b",
        "for = a",
        "for=a;for=b",
        "for=a;FOR=b",
        'for="a',
        'for="a"b',
        'for="a\x00"',
        'for="a\\',
        "for=[::1]",
        "for=a:80",
        "for=a/b",
        "for=a, =",
        "for=a\r\nhost=b",
        "for=caf\xe9",
        "a" * (MAX_FORWARDED_BYTES + 1),
    ],
)
def test_a_malformed_forwarded_header(header):
    """It is refused as a whole: half of it would mean something else."""
    with pytest.raises(BadForwarded):
        parse_forwarded(header)


@pytest.mark.parametrize(
    ("header", "elements"),
    [
        ("", []),
        (",, ,", []),
        ("a", ["a"]),
        ("a, b ,\tc", ["a", "b", "c"]),
        ("a,,b", ["a", "b"]),
        ("a" * MAX_FORWARDED_BYTES, ["a" * MAX_FORWARDED_BYTES]),
    ],
)
def test_the_elements_of_a_list(header, elements):
    """Commas separate, and empty elements do not count (RFC 9110 section 5.6.1)."""
    assert split_list(header) == elements


def test_a_list_has_a_limit():
    """One byte more than MAX_FORWARDED_BYTES is too much, and the error says the limit."""
    with pytest.raises(BadForwarded, match=str(MAX_FORWARDED_BYTES)):
        split_list("," * (MAX_FORWARDED_BYTES + 1))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.43", "192.0.2.43"),
        ("192.0.2.43:47011", "192.0.2.43"),
        ("192.0.2.43:_port", "192.0.2.43"),
        ("[2001:db8::17]", "2001:db8::17"),
        ("[2001:db8::17]:4711", "2001:db8::17"),
        ("2001:DB8::17", "2001:db8::17"),
        ("::1", "::1"),
        ("::", "::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
    ],
)
def test_addresses_of_clients(text, address):
    """IPv4 and IPv6, with a port or without, in brackets or bare; mapped IPv4 is IPv4."""
    assert parse_node(text) == Node(ip_address(address))


@pytest.mark.parametrize("text", ["unknown", "Unknown", "_hidden", "_a.b-c_d", "_SEVKISEK"])
def test_clients_without_an_address(text):
    """RFC 7239 section 6.3: a proxy may keep the address to itself."""
    assert parse_node(text) == Node(None, text)
    assert parse_node(f"{text}:_x") == Node(None, text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x", "localhost", "a.example", "1", "127.1", "256.1.1.1", "1.2.3.4.5"),
        *("01.2.3.4", "1.2.3.4:", "1.2.3.4:123456", "1.2.3.4 ", "1.2.3.4/8", "1.2.3.4%a"),
        *("[]", "[::1", "::1]", "[::1]x", "[1.2.3.4]", ":::", "[:::]", "fe80::1%eth0", "1:2"),
        *("unknown_", "_", "_a b", "_<script>", "' or 1=1", "\u0661.2.3.4", "..", "1.2.3.4\n"),
    ],
)
def test_what_is_no_client(text):
    """Nothing but an address, 'unknown' or a '_name' is taken for one; the error shows it."""
    with pytest.raises(BadForwarded, match="is no address of a client"):
        parse_node(text)


def test_a_long_word_is_shown_in_part():
    """The log gets a hundred characters of it, all printable."""
    with pytest.raises(BadForwarded) as caught:
        parse_node("\x1b" * 5000)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("values", "proxies", "chosen"),
    [
        ([], 1, None),
        (["a"], 1, "a"),
        (["a", "a", "a"], 1, "a"),
        (["a", "b"], 2, "a"),
        (["a", "b"], 3, "a"),
    ],
)
def test_what_the_outermost_proxy_said(values, proxies, chosen):
    """Of as many values as proxies the first is meant: it is the nearest to the client."""
    assert choose(values, proxies, "X-Forwarded-Host") == chosen


@pytest.mark.parametrize(("values", "proxies"), [(["a", "b"], 1), (["a", "b", "b"], 2)])
def test_more_words_than_proxies(values, proxies):
    """One of them is the client's own, and nobody knows which: refused, with the remedy."""
    with pytest.raises(BadForwarded, match=r"X-Forwarded-Host is 'a, b.*set that header"):
        choose(values, proxies, "X-Forwarded-Host")


@pytest.mark.parametrize(
    ("name", "text", "scheme"),
    [
        ("X-Forwarded-Proto", "http", "http"),
        ("X-Forwarded-Proto", "HTTPS", "https"),
        ("X-Forwarded-Ssl", "on", "https"),
        ("X-Forwarded-Ssl", "off", "http"),
        ("Front-End-Https", "On", "https"),
        ("X-ARR-SSL", "2048|256|C=US, O=Microsoft|CN=*.azurewebsites.net", "https"),
    ],
)
def test_schemes(name, text, scheme):
    """'http' and 'https'; 'on' where the header is about SSL (cherrypy#1626: Azure's too)."""
    assert read_scheme(text, name) == scheme


@pytest.mark.parametrize("text", ["javascript", "ftp", "wss", "", "https:", "http//x", "1"])
def test_other_schemes_are_refused(text):
    """An address of ours begins with http or https, whatever a header says."""
    with pytest.raises(BadForwarded, match="'http' or 'https'"):
        read_scheme(text, "X-Forwarded-Proto")


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("/", ""),
        ("", ""),
        ("/shop", "/shop"),
        ("/shop/", "/shop"),
        ("/a/b-c_d.e~f", "/a/b-c_d.e~f"),
    ],
)
def test_prefixes(text, prefix):
    """A path, without its last slash."""
    assert read_prefix(text, "X-Forwarded-Prefix") == prefix


@pytest.mark.parametrize(
    "text",
    [
        *("shop", "//evil.example", "/a//b", "/..", "/a/../b", "/./a", "/a?b", "/a#b", "/a b"),
        *("http://evil.example", "\\evil", "/\\evil", "/a\r\nX: y", "/a\n", "/%2e", "/caf\xe9"),
        '/a"b',
    ],
)
def test_what_is_no_prefix(text):
    """Nothing that leads to another host, upward, or out of the path is one."""
    with pytest.raises(BadForwarded, match="'/shop'"):
        read_prefix(text, "X-Forwarded-Prefix")


@pytest.mark.parametrize("text", ["0", "80", "65535"])
def test_ports(text):
    """A number up to 65535."""
    assert read_port(text, "X-Forwarded-Port") == text


@pytest.mark.parametrize(
    "text", ["", "http", "-1", "+80", "65536", "9" * 5000, "\u0661", "8 0"]
)
def test_what_is_no_port(text):
    """Nothing else is a port."""
    with pytest.raises(BadForwarded, match="65535"):
        read_port(text, "X-Forwarded-Port")


@FUZZ
@given(st.text(st.sampled_from('for=;,"\\ \t[]:_1.aunknow\x00\xe9'), max_size=60))
def test_any_header_is_read_or_refused(header):
    """No text raises anything but BadForwarded."""
    for parse in (parse_forwarded, parse_node):
        with suppress(BadForwarded):
            parse(header)


@FUZZ
@given(
    st.lists(
        st.builds(
            Hop,
            *[
                st.none()
                | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=9)
            ]
            * 3,
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read(hops):
    """Any printable word comes through quoted."""
    names = ("for", "host", "proto")

    def quoted(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(
        "; ".join(
            f"{name}={quoted(text)}"
            for name, text in zip(names, hop, strict=True)
            if text is not None
        )
        for hop in hops
    )
    assert parse_forwarded(header) == [hop for hop in hops if hop != Hop()]
