"""Hosts: their syntax, and the patterns of those that are served."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.hosts import (
    find_pattern_fault,
    is_allowed_host,
    is_valid_host,
    list_patterns,
    split_port,
)

FUZZ = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "a.example",
        "A.Example.",
        "my_service:80",
        "xn--caf-dma.example",
        "127.0.0.1:0",
        "a.example:",
        "a.example:65535",
        "[::1]",
        "[::1]:8080",
        "[::ffff:1.2.3.4]",
        "a" * 255 + ":65535",
    ],
)
def test_a_host_is_a_name_or_an_address_and_a_port(host):
    """RFC 9112 section 3.2."""
    assert is_valid_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":80",
        "a b",
        " a",
        "a\n",
        "a@b",
        "a/b",
        "a\\b",
        "a#b",
        "a?b",
        "a\x00b",
        "a,b",
        "a, b",
        "caf\xe9",
        "<script>",
        'a"b',
        "a;b",
        "a%41",
        "a:b",
        "a:80:80",
        "a:-1",
        "a:65536",
        "a:000080",
        "a:\u0661",
        "a..b",
        ".a",
        ".",
        "[::1",
        "::1",
        "[]",
        "[1.2.3.4]",
        "[1::2::3]",
        "[::1%25eth0]",
        "[v1.a]",
        "[::1]x",
        "a" * 262,
        "a." * 4000,
    ],
)
def test_a_host_of_another_form_is_refused(host):
    """Nothing that could end the host early, or hide another, is one."""
    assert not is_valid_host(host)


@FUZZ
@given(st.text(max_size=40))
def test_any_host_is_judged(host):
    """No text raises, and a host that passes is all there is in an address."""
    if is_valid_host(host):
        assert urlsplit(f"http://{host}/").netloc == host


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("a.example", ("a.example", "")),
        ("a.example:80", ("a.example", "80")),
        ("a.example:", ("a.example", "")),
        ("[::1]", ("[::1]", "")),
        ("[::1]:80", ("[::1]", "80")),
        ("", ("", "")),
    ],
)
def test_a_host_has_a_name_and_perhaps_a_port(host, parts):
    """The colons of an IPv6 address end no name."""
    assert split_port(host) == parts


@pytest.mark.parametrize(
    ("allowed", "hosts", "others"),
    [
        ("a.example", "a.example A.Example a.example:80 a.example. a.example.:80", "b.example"),
        ("A.EXAMPLE", "a.example", "xa.example a.example.evil.example www.a.example example"),
        (".a.example", "a.example www.a.example x.y.a.example:8", "xa.example a.example.evil"),
        ("*", "a.example [::1] 127.0.0.1:80", ""),
        ("[::1]", "[::1] [::1]:8080", "[::2] a.example"),
        ("127.0.0.1", "127.0.0.1 127.0.0.1:8080", "127.0.0.2 127.1 0127.0.0.1"),
        ("a.example:8443", "a.example:8443 a.example.:8443", "a.example a.example:8444"),
        (".a.example:80", "www.a.example:80", "www.a.example www.a.example:81"),
        ("*:80", "a.example:80", "a.example a.example:8080"),
        ("[::1]:80", "[::1]:80", "[::1] [::1]:81"),
        (["a.example", ".b.example"], "a.example www.b.example", "www.a.example"),
        ((), "", "a.example"),
    ],
)
def test_patterns_of_hosts(allowed, hosts, others):
    """Django's syntax: a name, '.name' with all below it, '*'. A port counts if it is there."""
    patterns = list_patterns(allowed)
    assert [host for host in hosts.split() if not is_allowed_host(host, patterns)] == []
    assert [host for host in others.split() if is_allowed_host(host, patterns)] == []


@pytest.mark.parametrize(("allowed", "is_allowed"), [("*", True), ("a.example", False)])
def test_no_host_at_all(allowed, is_allowed):
    """HTTP/1.0 may come without a Host: only '*' allows that."""
    assert is_allowed_host(None, [allowed]) is is_allowed


@pytest.mark.parametrize(
    "allowed",
    ["a.example", ".a.example", "*", "[::1]", "a.example:80", ["a", "b.example."], ()],
)
def test_patterns_that_hosts_can_fit(allowed):
    """Nothing is said of these."""
    assert find_pattern_fault(allowed) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "http://a.example",
        "*.a.example",
        "a.example/",
        "::1",
        "",
        ".",
        "..a",
        "a b",
        "a.example,b",
    ],
)
def test_patterns_that_no_host_can_fit(pattern):
    """They are named, and how such a pattern is written."""
    fault = find_pattern_fault(["a.example", pattern])
    assert repr(pattern) in fault
    assert "'.a.example'" in fault
