"""What holds for any input of the parsers of conditions, caches, proxies, hosts and targets.

The examples are the same in every run (`derandomize`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from email.utils import formatdate
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import asctime, gmtime, strftime
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.wire.cachecontrol import MAX_SECONDS, parse_directives, parse_seconds
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
from wsgicherry.wire.forwarded import (
    BadForwarded,
    choose,
    parse_forwarded,
    parse_node,
    read_port,
    read_prefix,
    read_scheme,
    split_list,
)
from wsgicherry.wire.hosts import is_allowed_host, is_valid_host, split_port
from wsgicherry.wire.targets import is_same_target
from wsgicherry.wire.trusted import Trusted, find_peer
from wsgicherry.wire.urls import without_host

FIXED = settings(max_examples=100, deadline=None, derandomize=True)

# What a server hands over: bytes as ISO-8859-1 (PEP 3333).
NATIVE = st.text(st.characters(max_codepoint=255), max_size=40)
TOKENS = st.text(st.sampled_from("abcXYZ019!#$&'*+-.^_`|~"), min_size=1, max_size=8)
QUOTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
ADDRESSES = st.ip_addresses()

# -- conditions -------------------------------------------------------------------------------

TAG_TEXTS = st.text(st.characters(min_codepoint=35, max_codepoint=126), max_size=6)
TAGS = st.builds("{}{}".format, st.sampled_from(["", "W/"]), TAG_TEXTS.map('"{}"'.format))
TIMES = st.integers(0, 4_000_000_000)


@FIXED
@given(st.lists(TAGS, max_size=6), st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_tags_come_back_as_they_were_sent(tags, comma):
    """Whatever stands in them, commas too, and whatever stands between them."""
    assert list(parse_etags(comma.join(tags))) == tags


@FIXED
@given(st.lists(TAGS, max_size=6), TAGS)
def test_a_weak_comparison_finds_all_that_a_strong_one_finds(tags, tag):
    """And that one finds what is the same, but no weak tag (RFC 9110 section 8.8.3.2)."""
    header = ", ".join(tags)
    is_strong = is_match(header, tag, is_strong=True)
    assert is_strong == (tag in tags and not tag.startswith("W/"))
    assert is_match(header, tag, is_strong=False) == (weaken(tag) in map(weaken, tags))


@FIXED
@given(st.text(max_size=20))
def test_what_a_program_calls_its_tag_is_one(text):
    """It is ASCII, is read back as one tag, and stays itself when it is quoted again."""
    tag = quote_etag(text)
    assert list(parse_etags(tag)) == [tag]
    assert quote_etag(tag) == tag


@FIXED
@given(TIMES)
def test_a_date_is_read_in_each_of_its_forms(seconds):
    """RFC 9110 section 5.6.7: of today, of RFC 850, and of asctime()."""
    moment = gmtime(seconds)
    assert parse_date(formatdate(seconds, usegmt=True)) == seconds
    assert parse_date(asctime(moment)) == seconds
    if 1990 < moment.tm_year < 2070:  # two digits of a year mean one that is near
        assert parse_date(strftime("%A, %d-%b-%y %H:%M:%S GMT", moment)) == seconds


HEADERS = st.one_of(st.none(), NATIVE, TAGS, st.just("*"), TIMES.map(formatdate))


@FIXED
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "OPTIONS", "TRACE"]),
    st.builds(Conditions, HEADERS, HEADERS, HEADERS, HEADERS),
    st.one_of(st.none(), TAGS),
    st.one_of(st.none(), TIMES),
)
def test_conditions_have_one_of_three_outcomes(method, conditions, etag, modified):
    """304 is for reading alone; what changes nothing and selects nothing is always done."""
    outcome = find_outcome(method, conditions, etag, modified)
    assert outcome in (None, 304, 412)
    assert outcome != 304 or method in ("GET", "HEAD")
    assert outcome is None or method not in ("OPTIONS", "TRACE")


@FIXED
@given(NATIVE, TAGS, TIMES)
def test_only_the_very_validator_lets_a_range_be_heeded(text, etag, modified):
    """Noise never does, nor a weak tag, nor another date."""
    assert is_range_current(etag, etag, modified) == (not etag.startswith("W/"))
    assert is_range_current(formatdate(modified, usegmt=True), None, modified)
    assert not is_range_current(formatdate(modified + 1, usegmt=True), etag, modified)
    assert is_range_current(text, None, None) is False


# -- caches -----------------------------------------------------------------------------------


@FIXED
@given(st.dictionaries(TOKENS.map(str.lower), st.one_of(st.none(), TOKENS), max_size=6))
def test_directives_come_back(directives):
    """With quotes around an argument and without; names in any case."""
    for form in ("{}={}", '{}="{}"'):
        parts = [
            name.upper() if argument is None else form.format(name.upper(), argument)
            for name, argument in directives.items()
        ]
        assert parse_directives(", ".join(parts)) == directives


@FIXED
@given(NATIVE, st.integers(0, 10**15))
def test_any_text_of_directives_is_read(text, seconds):
    """There is no error to make, and no number is beyond the greatest."""
    assert all(name == name.strip().lower() for name in parse_directives(text))
    assert (parse_seconds(text) is not None) == bool(re.fullmatch("[0-9]+", text))
    assert parse_seconds(f"{seconds:020}") == min(seconds, MAX_SECONDS)


# -- proxies ----------------------------------------------------------------------------------

HOPS = st.fixed_dictionaries({}, optional={"for": QUOTABLE, "host": QUOTABLE, "proto": TOKENS})


def written(hop):
    """Return a hop as a proxy may write it (RFC 7239 section 4)."""
    quoted = {name: re.sub(r'(["\\])', r"\\\1", text) for name, text in hop.items()}
    return ";".join(f'{name.title()}="{text}"' for name, text in quoted.items())


@FIXED
@given(st.lists(HOPS, max_size=5))
def test_what_proxies_say_comes_back(hops):
    """In quotes, whatever stands in them; a hop of which nothing is said is none."""
    found = parse_forwarded(", ".join(map(written, hops)))
    assert [(hop.client, hop.host, hop.scheme) for hop in found] == [
        (hop.get("for"), hop.get("host"), hop.get("proto")) for hop in hops if hop
    ]


@FIXED
@given(ADDRESSES, st.one_of(st.just(""), st.integers(0, 65535).map(":{}".format)))
def test_an_address_is_the_address_it_names(address, port):
    """With a port and without, in the brackets of RFC 7239 and bare."""
    plain = getattr(address, "ipv4_mapped", None) or address
    bracketed = f"[{address}]" if address.version == 6 else str(address)
    assert parse_node(bracketed + port).ip == plain
    assert parse_node(str(address)).ip == plain
    assert find_peer(str(address)).ip == plain


@FIXED
@given(NATIVE)
def test_only_the_error_that_is_named_leaves_what_proxies_say(text):
    """What is let through is an address or a name, a scheme, a port, a path on this host."""
    with suppress(BadForwarded):
        parse_forwarded(text)
    with suppress(BadForwarded):
        node = parse_node(text)
        assert node.identifier == text.rpartition(":")[0] or node.identifier in ("", text)
        assert node.ip is None or isinstance(node.ip, (IPv4Address, IPv6Address))
    with suppress(BadForwarded):
        assert read_scheme(text, "X-Forwarded-Proto") in ("http", "https")
    with suppress(BadForwarded):
        assert 0 <= int(read_port(text, "X-Forwarded-Port")) <= 65535
    with suppress(BadForwarded):
        prefix = read_prefix(text, "X-Forwarded-Prefix")
        assert without_host(prefix) == prefix
        assert not prefix.endswith("/")


@FIXED
@given(st.lists(st.sampled_from(["a", "b"]), max_size=4), st.integers(1, 4))
def test_more_words_than_proxies_are_believed_if_they_agree(values, proxies):
    """Else one of them is a client's."""
    try:
        assert choose(values, proxies, "X") == (values[0] if values else None)
    except BadForwarded:
        assert len(values) > proxies
        assert len(set(values)) == 2


WORDS = st.one_of(
    ADDRESSES.map(str), st.sampled_from(["unknown", "_a", "10.1.1.1", "10.2.2.2"])
)


@FIXED
@given(st.lists(WORDS, max_size=6), st.sampled_from([None, 1, 2, 3]))
def test_nobody_is_believed_behind_the_first_who_is_not_trusted(chain, hops):
    """Read from the near end, the client is the first address outside the networks."""
    trusted = Trusted.parse("10.0.0.0/8", hops)
    proxies, client = trusted.find_client(find_peer("10.0.0.1"), split_list(",".join(chain)))
    believed = ["10.0.0.1", *reversed(chain)][: proxies + 1]
    assert all(ip_address(text) in trusted.networks[0] for text in believed[:proxies])
    assert client == parse_node(believed[-1])
    assert proxies == hops or proxies >= len(chain) or not trusted.includes(client)


# -- hosts ------------------------------------------------------------------------------------

LABELS = st.text(st.sampled_from("abcXYZ019-_"), min_size=1, max_size=8)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
HOSTS = st.one_of(NAMES, ADDRESSES.map(lambda ip: f"[{ip}]" if ip.version == 6 else str(ip)))


@FIXED
@given(HOSTS, st.one_of(st.just(""), st.integers(0, 65535).map(str)))
def test_a_host_is_parted_from_its_port(host, port):
    """And is allowed by its own name, in any case, but by no other."""
    sent = f"{host}:{port}" if port else host
    assert is_valid_host(sent)
    assert split_port(sent) == (host, port)
    assert is_allowed_host(sent.swapcase(), [host])
    assert is_allowed_host(sent, ["*"])
    assert not is_allowed_host(sent, [f"other-{host}", f".below.{host}"])


@FIXED
@given(NATIVE)
def test_a_host_that_is_valid_can_stand_in_an_address(text):
    """It has nothing by which an address goes on, or ends."""
    if is_valid_host(text):
        assert re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", text)
    assert is_allowed_host(text, ["a.example"]) == bool(
        re.fullmatch(r"a\.example\.*(:[^:\]]*)?", text, re.IGNORECASE | re.DOTALL)
    )


# -- targets ----------------------------------------------------------------------------------

PATHS = st.text(st.characters(max_codepoint=255, exclude_characters="/?#%"), max_size=12)


@FIXED
@given(PATHS, st.sampled_from(["", "a=b", "a=%2F"]))
def test_a_path_is_the_same_however_it_is_escaped(path, query):
    """All of it, or what must be; with a host before it or without."""
    sent = "/" + quote(path, encoding="latin-1")
    everything = "/" + "".join(f"%{ord(letter):02x}" for letter in path)
    target = f"{sent}?{query}" if query else sent
    for uri in (sent, everything, f"http://host.example{sent}"):
        asked = f"{uri}?{query}" if query else uri
        assert is_same_target(asked, None, f"/{path}", query)
        assert is_same_target(asked, target, "/elsewhere", "")
    assert not is_same_target(f"{sent}x?{query}", target, f"/{path}", query)


@FIXED
@given(st.text(max_size=30), NATIVE, NATIVE)
def test_any_two_texts_are_compared(uri, target, path):
    """There is no error to make; what is the same, is."""
    assert is_same_target(f"/{uri}", f"/{uri}", path, "")
    assert isinstance(is_same_target(uri, target, path, target), bool)
