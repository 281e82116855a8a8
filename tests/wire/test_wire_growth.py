"""Work grows in step with the input, whatever the input (SECURITY goal 9)."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

import pytest

from wsgicherry.wire import (
    accept,
    cachecontrol,
    conditions,
    cookies,
    credentials,
    forwarded,
    headers,
    hosts,
    params,
    ranges,
    status,
    targets,
    urls,
    words,
)

SIZE = 2000
# Of this thread's own time, so that a busy machine does not show. Ours take 0.01 to 0.5, and
# a regular expression that looks at HUGE once for each of its characters takes minutes.
MOST_SECONDS = 5.0
HUGE = 256 * 1024

# What parses it, and one period of the hostile text. The limits on length are stepped
# around: what is inside them must not be quadratic either.
HOSTILE = [
    pytest.param(cookies._unquote, '"', '\\"', '"', id="cookie-escapes"),
    pytest.param(headers.split_elements, "", ",", "", id="commas"),
    pytest.param(headers.split_elements, "", '"', "", id="quotes"),
    pytest.param(headers.split_elements, '"', "\\", "", id="backslashes"),
    pytest.param(headers.split_elements, "", '",', "", id="quoted-commas"),
    pytest.param(headers.parse_header, "a", ';b="', "", id="parameters"),
    pytest.param(words.decode_TEXT, "", "=?utf-8?q?", "", id="open-words"),
    pytest.param(words.decode_TEXT, "", "=?utf-8?q?a?= ", "", id="words"),
    pytest.param(lambda value: headers.wire_header("X", value), "", "\r\n ", "", id="controls"),
    *(
        pytest.param(
            lambda value: conditions.is_match(value, '"b"', is_strong=False),
            start,
            period,
            end,
            id=f"tags-{id}",
        )
        for id, start, period, end in (
            ("list", "", '"a",', '"a"'),
            ("commas", "", ",", '"a"'),
            ("quotes", "", '"', ""),
            ("open", '"', "a", ""),
            ("weak", "", "W/", '"a"'),
            ("spaces", '"a"', " ", "x"),
            ("spaces-between", "", '"a" ', ""),
            ("no-tags", "", ',"', " "),
        )
    ),
    pytest.param(conditions.quote_etag, "a", '" ', "", id="quote-etag"),
    pytest.param(accept._parse, "", ",", "", id="accept-commas"),
    pytest.param(cachecontrol.parse_directives, "", ",", "", id="directives-commas"),
    pytest.param(cachecontrol.parse_directives, "", "a=b,", "", id="directives"),
    pytest.param(cachecontrol.parse_directives, 'a="', '\\"', '"', id="directives-quotes"),
    pytest.param(cachecontrol.parse_seconds, "", "9", "", id="seconds"),
    pytest.param(cachecontrol.parse_seconds, "", "0", "1", id="seconds-zeros"),
    pytest.param(accept._parse, "", "a;q=0.1,", "", id="accept-qualities"),
    *(
        pytest.param(
            lambda value: ranges.get_ranges(value, 10**6), start, period, end, id=f"ranges-{id}"
        )
        for id, start, period, end in (
            ("all", "bytes=", "0-,", ""),
            ("apart", "bytes=", "0-0,2-2,", ""),
            ("last", "bytes=", "-1,", ""),
            ("commas", "bytes=", ",", "1-"),
            ("spaces", "bytes=", " ", "1-"),
            ("digits", "bytes=", "9", "-"),
            ("zeros", "bytes=0-", "0", "5"),
            ("dashes", "bytes=0", "-", ""),
            ("units", "", "bytes=", "1-"),
        )
    ),
    *(
        pytest.param(credentials.parse_parameters, start, period, end, id=f"credentials-{id}")
        for id, start, period, end in (
            ("commas", "", ",", ""),
            ("spaces", "a", " ", "=b"),
            ("inner", 'a="b" ', "\t ", "c"),
            ("quotes", "", '"', ""),
            ("open", 'a="', "b", ""),
            ("escapes", 'a="', "\\b", ""),
            ("backslashes", 'a="', "\\", '"'),
            ("equals", "a", "=", ""),
            ("names", "", "a", ""),
            ("pairs", "", "a=b,", ""),
        )
    ),
    pytest.param(credentials.parse_basic, "", "YTpi", "", id="basic"),
    pytest.param(credentials.parse_basic, "", "Ojo6", "", id="basic-colons"),
    pytest.param(credentials.parse_basic, "YTpi", "=", "", id="basic-padding"),
    pytest.param(credentials.decode_extended, "UTF-8''", "%41", "", id="extended"),
    pytest.param(credentials.decode_extended, "UTF-8''", "%", "", id="extended-broken"),
    pytest.param(
        lambda value: targets.is_same_target(value, value, value, ""),
        "/",
        "%2f",
        "",
        id="target-slashes",
    ),
    pytest.param(
        lambda value: targets.is_same_target(value, None, "/", ""), "a", ":", "", id="target"
    ),
    pytest.param(urls.join, "", "/", "", id="join-slashes"),
    pytest.param(urls.join, "", "//a", "", id="join-atoms"),
    pytest.param(urls.normalize_path, "/", "../", "", id="normalize"),
    pytest.param(lambda value: urls.resolve("/a", value), "", "a/../", "", id="resolve"),
    pytest.param(
        lambda value: urls.resolve_url("http://h/", value), "", "/\t", "", id="resolve-url"
    ),
    pytest.param(urls.quote_location, "", "% ", "", id="quote"),
    pytest.param(
        lambda value: urls.keep_encoded_slashes("/", value),
        "/",
        "%2F",
        "",
        id="encoded-slashes",
    ),
    pytest.param(lambda value: urls.relative_url(value, "/x"), "", "/a", "", id="relative"),
    pytest.param(status.status_line, "200 ", "\r", "", id="reason"),
    pytest.param(forwarded._PAIR.match, "", " ", "x", id="forwarded-spaces"),
    pytest.param(forwarded._PAIR.match, 'a="', '\\"', "", id="forwarded-quotes"),
    pytest.param(forwarded._PAIR.match, "a", "a", "", id="forwarded-name"),
    pytest.param(forwarded.parse_node, "_", "_:", "", id="node-words"),
    pytest.param(forwarded.parse_node, "", "a:", "", id="node-colons"),
    pytest.param(partial(forwarded.read_prefix, name="x"), "", "/a", "//", id="prefix"),
    pytest.param(hosts.is_valid_host, "", "a.", "", id="host-labels"),
    pytest.param(hosts.is_valid_host, "[", ":", "]", id="host-colons"),
    pytest.param(urls.without_host, "/", "\t/", "", id="without-host"),
    pytest.param(urls.is_script, "", "javascript", "", id="script"),
    pytest.param(urls.decode_path, "", "\xc3\xa9", "", id="path-bytes"),
    pytest.param(words.encoded_word, "", "\u20ac", "", id="encoded-word"),
    pytest.param(words.decode_TEXT, "", "=?", "", id="word-openings"),
    pytest.param(words.decode_TEXT, "=?utf-8?b?", "A", "?=", id="long-word"),
    pytest.param(
        lambda value: headers.HeaderMap({"X": value}).output(), "", "\u20ac\r", "", id="output"
    ),
    pytest.param(
        lambda value: params.parse_query_string(value, max_fields=HUGE),
        "",
        "a=%&",
        "",
        id="query-pairs",
    ),
    pytest.param(params.parse_query_string, "a=", "%2", "", id="query-escapes"),
    pytest.param(
        lambda value: params.parse_urlencoded(
            value.encode(), ["utf-8", "latin-1"], max_fields=HUGE
        ),
        "",
        "a&",
        "",
        id="form-pairs",
    ),
]
WITHIN_LIMITS = [
    pytest.param(forwarded.parse_forwarded, "", ";a=b,", "", id="forwarded-pairs"),
    pytest.param(forwarded.parse_forwarded, "", ", ", "", id="forwarded-commas"),
    pytest.param(forwarded.split_list, "", "a,", "", id="forwarded-list"),
    pytest.param(cookies.parse_cookies, "", ";", "", id="cookie-separators"),
    pytest.param(cookies.parse_cookies, "", "a=b;", "", id="cookies"),
    pytest.param(cookies.parse_cookies, 'a="', '\\"', '"', id="cookie-quotes"),
    pytest.param(
        lambda value: headers.header_elements("Accept", value), "", ",", "", id="elements"
    ),
    pytest.param(
        lambda value: headers.header_elements("Accept", value), "", "a,", "", id="accepted"
    ),
    pytest.param(
        lambda value: accept.choose_media(value, ["a/b", "c/d"]), "", "a,", "", id="choice"
    ),
    pytest.param(
        lambda value: accept.choose_coding(value, ("gzip",)), "", "gzip,", "", id="coding"
    ),
]


def attempt(parse, text):
    """Call `parse`, which may refuse `text`."""
    with suppress(ValueError):
        parse(text)


@pytest.mark.parametrize(("parse", "start", "period", "end"), HOSTILE + WITHIN_LIMITS)
def test_calls_at_most_double_when_the_input_doubles(count_calls, parse, start, period, end):
    """n, 2n and 4n periods: the number of calls grows no faster than the text."""
    once, twice, four_times = (
        count_calls(partial(attempt, parse, start + period * (n * SIZE // 4) + end))
        for n in (1, 2, 4)
    )
    assert twice <= 2.5 * once
    assert four_times <= 2.5 * twice


@pytest.mark.parametrize(("parse", "start", "period", "end"), HOSTILE)
def test_a_quarter_megabyte_takes_no_time_to_speak_of(parse, start, period, end):
    """What no call count shows, a regular expression that goes back and forth, shows here."""
    text = start + period * (HUGE // len(period)) + end
    started = time.thread_time()
    with suppress(ValueError):
        parse(text)
    assert time.thread_time() - started < MOST_SECONDS


@pytest.mark.parametrize(("parse", "start", "period", "end"), WITHIN_LIMITS)
def test_what_is_over_a_limit_is_refused_at_once(count_calls, parse, start, period, end):
    """64 kB of a header cost a few calls, not a parse."""
    text = start + period * (64 * 1024 // len(period)) + end
    assert count_calls(partial(attempt, parse, text)) < 60
