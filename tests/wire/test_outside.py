"""The outer side of a request, as trusted proxies tell it."""

from __future__ import annotations

import pytest

from wsgicherry.wire.forwarded import BadForwarded
from wsgicherry.wire.outside import NOTHING, Lookout, Names
from wsgicherry.wire.trusted import Trusted

USUAL = Names("X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto")
EVERY = Names(*USUAL[:3], "X-Forwarded-Port", "X-Forwarded-Prefix")
STANDARD = EVERY._replace(is_forwarded=True)
TRUSTED = Trusted.parse(["10.0.0.0/8"], None)


def look(headers, names=EVERY, trusted=TRUSTED, peer="10.0.0.1", scheme="http"):
    """Return (client, host, scheme, prefix), the client as text."""
    environ = {"wsgi.url_scheme": scheme, "HTTP_HOST": "inner", "REMOTE_ADDR": peer}
    environ |= {"HTTP_" + key.upper().replace("-", "_"): text for key, text in headers.items()}
    lookout = Lookout(trusted, names)
    seen = lookout.look(environ)
    assert lookout.look(environ) == seen
    client = seen.client and (str(seen.client.ip) if seen.client.ip else seen.client.identifier)
    return (client, *seen[1:])


def x(**headers):
    """Return X-Forwarded-* headers by their last words."""
    return {f"X-Forwarded-{name.title()}": text for name, text in headers.items()}


TWO_HOPS = {"X-Forwarded-For": "1.2.3.4, 10.1.1.1"}
SIX = {**x(host="evil.example", proto="https", port="99", prefix="/evil"),
       "X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6;host=evil.example"}  # fmt: skip


@pytest.mark.parametrize("names", [USUAL, EVERY, STANDARD])
@pytest.mark.parametrize(
    ("trusted", "peer"),
    [
        (Trusted(), "10.0.0.1"),
        (Trusted(), ""),
        (TRUSTED, "9.9.9.9"),
        (TRUSTED, ""),
        (TRUSTED, "localhost"),
        (TRUSTED, None),
        (Trusted.parse(["unix"], None), "10.0.0.1"),
    ],
)
def test_a_stranger_is_not_believed(names, trusted, peer):
    """Of six forwarded headers none is believed or refused, unless the peer is trusted."""
    assert look(SIX, names, trusted, peer) == tuple(NOTHING)
    assert look({**SIX, "X-Forwarded-Proto": "javascript"}, names, trusted, peer) == NOTHING


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({}, (None, None, None, None)),
        ({"X-Forwarded-For": "1.2.3.4"}, ("1.2.3.4", None, None, None)),
        (x(host="a.example"), (None, "a.example", None, None)),
        (x(host="a.example:8443", proto="https"), (None, "a.example:8443", "https", None)),
        (x(host="a.example", port="8080"), (None, "a.example:8080", None, None)),
        (x(host="a.example", port="80"), (None, "a.example", None, None)),
        (x(host="a.example:", port="81"), (None, "a.example:81", None, None)),
        (x(host="a.example", port="443", proto="https"), (None, "a.example", "https", None)),
        (x(host="a.example:81", port="81"), (None, "a.example:81", None, None)),
        (x(port="8080"), (None, "inner:8080", None, None)),
        (x(prefix="/shop/"), (None, None, None, "/shop")),
        (x(prefix="/"), (None, None, None, "")),
        (x(proto="https, https"), (None, None, "https", None)),
        ({"X-Forwarded-For": "_hidden"}, ("_hidden", None, None, None)),
        ({"X-Forwarded-For": "10.0.0.1"}, ("10.0.0.1", None, None, None)),
        (
            {**x(host="a.example, b", proto="https, http"), **TWO_HOPS},
            ("1.2.3.4", "a.example", "https", None),
        ),
        (SIX, ("6.6.6.6", "evil.example:99", "https", "/evil")),
    ],
)  # fmt: skip
def test_lists(headers, seen):
    """A trusted peer's X-Forwarded-* headers; the outermost proxy's word of each is meant."""
    assert look(headers) == seen


@pytest.mark.parametrize(
    "headers",
    [
        x(host="a.example, b.example"),
        x(proto="https, http"),
        x(prefix="/a, /b"),
        x(port="80, 81"),
        x(proto="javascript"),
        x(host="a/b"),
        x(host="user@a.example"),
        x(prefix="//evil.example"),
        x(port="x", host="a"),
        x(port="443", host="a.example:81", proto="https"),
        {"X-Forwarded-For": "nobody"},
        {"X-Forwarded-For": "," * 9000},
        {**x(host="a, b, c"), "X-Forwarded-For": "1.2.3.4, 10.1.1.1"},
    ],
)
def test_contradictions_and_nonsense(headers):
    """Two words where one proxy spoke, or one that means nothing: refused."""
    with pytest.raises(BadForwarded):
        look(headers)


def test_headers_that_are_not_named_are_not_read():
    """The proxies do not set them, so they are the client's."""
    assert look(SIX, Names()) == NOTHING
    assert look(SIX, USUAL) == ("6.6.6.6", "evil.example", "https", None)
    assert look(x(host="a, b"), Names(), peer="10.0.0.1") == NOTHING


def test_hops_count_where_no_client_is_read():
    """As many values as there are proxies, though no chain of addresses says so."""
    names = Names(local="X-Forwarded-Host")
    two = Trusted.parse((), 2)
    assert look(x(host="a.example, b.example"), names, two) == (None, "a.example", None, None)
    with pytest.raises(BadForwarded):
        look(x(host="a, b, c"), names, two)


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({}, (None, None, None, None)),
        ({"Forwarded": "for=1.2.3.4"}, ("1.2.3.4", None, None, None)),
        ({"Forwarded": "proto=https"}, (None, None, "https", None)),
        (
            {"Forwarded": 'for="[2001:db8::1]:80";host="a.example:81";proto=HTTPS'},
            ("2001:db8::1", "a.example:81", "https", None),
        ),
        (
            {"Forwarded": "for=6.6.6.6;host=evil, for=1.2.3.4;host=a, for=10.1.1.1;host=b"},
            ("1.2.3.4", "a", None, None),
        ),
        (
            {"Forwarded": "for=6.6.6.6;host=evil;proto=http, for=1.2.3.4, for=10.1.1.1;host=b"},
            ("1.2.3.4", "b", None, None),
        ),
        ({"Forwarded": "for=6.6.6.6;host=evil, for=unknown"}, ("unknown", None, None, None)),
        # What Forwarded does not say, the client may have said in another header.
        (x(host="evil.example"), (None, None, None, None)),
        ({**x(host="evil"), "Forwarded": "for=1.2.3.4"}, ("1.2.3.4", None, None, None)),
        ({**x(host="A"), "Forwarded": "host=a"}, (None, "a", None, None)),
        ({**x(prefix="/shop"), "Forwarded": "host=a"}, (None, "a", None, "/shop")),
    ],
)
def test_forwarded(headers, seen):
    """RFC 7239, read from the nearest hop on, as far as they are trusted."""
    assert look(headers, STANDARD) == seen


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({**x(host="b"), "Forwarded": "host=a"}, "host"),
        ({**x(proto="http"), "Forwarded": "proto=https"}, "scheme"),
        ({"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=1.2.3.4"}, "client"),
    ],
)
def test_two_headers_that_contradict_each_other(headers, word):
    """One of the two is forged: refused, and the log is told which word it is about."""
    with pytest.raises(BadForwarded, match=word):
        look(headers, STANDARD)


@pytest.mark.parametrize("header", ["host=a b", "host=", 'host="a/b"', "proto=ftp", 'host=""'])
def test_a_malformed_forwarded_header(header):
    """A trusted proxy that says what means nothing is not believed in part."""
    with pytest.raises(BadForwarded):
        look({"Forwarded": header}, STANDARD)
