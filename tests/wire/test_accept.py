"""Negotiation: what a client accepts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.accept import (
    MAX_ACCEPT_BYTES,
    MAX_CACHED_BYTES,
    MalformedHeader,
    choose_coding,
    choose_media,
    parse_accept,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ()),
        ("", ()),
        (",", ()),
        ("gzip", (("gzip", 1.0),)),
        ("a;q=0.1, b", (("b", 1.0), ("a", 0.1))),
        (
            "*/*, text/*, text/html, text/html;level=1",
            (("text/html;level=1", 1.0), ("text/html", 1.0), ("text/*", 1.0), ("*/*", 1.0)),
        ),
        ("*, B, A", (("b", 1.0), ("a", 1.0), ("*", 1.0))),
        ("gzip;q=0", (("gzip", 0.0),)),
        ('a;x="1,2";q=0.5', (("a;x=1,2", 0.5),)),
    ],
)
def test_a_header_is_read_in_order_of_preference(header, expected):
    """By quality, then by how specific a value is, then as it was sent."""
    assert parse_accept(header) == expected


@pytest.mark.parametrize(
    ("header", "offers", "chosen"),
    [
        (None, ["a/b", "c/d"], "a/b"),
        ("", ["a/b"], "a/b"),
        (None, [], None),
        ("text/html", [], None),
        (BROWSER, ["application/json", "text/html"], "text/html"),
        (BROWSER, ["application/json", "image/png"], "application/json"),
        (
            "application/json, text/plain, */*",
            ["text/html", "application/json"],
            "application/json",
        ),
        (
            "text/*;q=0.5, application/json;q=0.4",
            ["application/json", "text/plain"],
            "text/plain",
        ),
        ("*/*", ["a/b", "c/d"], "a/b"),
        ("*; q=.2", ["a/b"], "a/b"),
        ("text/html", ["application/json"], None),
        ("text/html;q=0, */*", ["text/html", "a/b"], "a/b"),
        ("text/html;q=0, */*", ["text/html"], None),
        ("TEXT/HTML", ["text/html"], "text/html"),
        ("textual/html", ["text/html"], None),
        ("text/html;level=1", ["text/html"], "text/html"),
        (
            "application/json;v=2",
            ["application/json;v=1", "application/json;v=2"],
            "application/json;v=2",
        ),
        ("text/html, application/json", ["application/json", "text/html"], "text/html"),
    ],
)
def test_the_best_offer_is_chosen(header, offers, chosen):
    """The client's wish decides; without one, the first offer."""
    assert choose_media(header, offers) == chosen


@pytest.mark.parametrize(
    ("header", "codings", "choice"),
    [
        ("gzip, br", ("br", "gzip"), "br"),
        ("gzip, identity", ("gzip",), "gzip"),
        ("identity, gzip;q=0.9", ("gzip",), "identity"),
        ("gzip;q=0.5, gzip;q=0", ("gzip",), "gzip"),
        ("gzip, x-gzip;q=0", ("gzip",), "gzip"),
        ("x-gzip", ("gzip",), "gzip"),
        ("br;q=0.0001", ("br",), "br"),
        ("br;level=5", ("br",), "identity"),
        ("br;q=x", ("br",), "identity"),
        ("br", (), "identity"),
        ("*;q=0", (), None),
        ("br, identity;q=0", ("gzip",), None),
        ("*;q=0.1, br;q=0", ("br", "gzip"), "gzip"),
        ("a" * 600 + ", br", ("br",), "br"),
        ("br".ljust(MAX_ACCEPT_BYTES), ("br",), "br"),
        ("br".ljust(MAX_ACCEPT_BYTES + 1), ("br",), "identity"),
        (None, ("br",), "identity"),
    ],
)
def test_choosing_a_coding(header, codings, choice):
    """A header and what there is: a name, 'identity', or None."""
    assert choose_coding(header, codings) == choice


def test_the_plain_body_first():
    """CherryPy's gzip gives the plain body to a client that takes both as gladly."""
    assert choose_coding("gzip, identity", ("gzip",), is_plain_first=True) == "identity"


@pytest.mark.parametrize("read", [parse_accept, lambda h: choose_media(h, ["a/b"])])
def test_a_bad_quality_is_a_malformed_header(read):
    """A quality that is no number is the client's mistake, and said so."""
    with pytest.raises(MalformedHeader, match="`b;q=x`"):
        read("a, b;q=x")


def test_a_header_over_the_limit_counts_as_absent():
    """4 kB are read, one byte more is not."""
    header = "a/b;q=0,".ljust(MAX_ACCEPT_BYTES, ",")
    assert choose_media(header, ["a/b"]) is None
    assert choose_media(header + ",", ["a/b"]) == "a/b"
    assert parse_accept(header) == (("a/b", 0.0),)
    assert parse_accept(header + ",") == ()


@pytest.mark.parametrize("length", [MAX_CACHED_BYTES, MAX_CACHED_BYTES + 1])
def test_remembered_and_other_headers_read_alike(length):
    """Whether a header is remembered cannot be told from the answer."""
    header = "gzip;q=0.5".ljust(length, ",")
    assert parse_accept(header) == parse_accept(header) == (("gzip", 0.5),)


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.sampled_from('ab,;="\\ \t*/q01.\xe9'), max_size=50),
    st.lists(st.sampled_from(["a/b", "b/a", "a/a;q=1", "*"])),
)
def test_any_header_can_be_negotiated_or_is_malformed(header, offers):
    """No header raises anything but MalformedHeader, and only offers are chosen."""
    try:
        chosen = choose_media(header, offers)
    except MalformedHeader:
        return
    assert chosen is None or chosen in offers
