"""What may be stored and for how long, and what a client takes: the tables of RFC 9111."""

from math import inf

import pytest

from wsgicherry.lib.caching.policy import (
    PLAIN,
    STATUSES,
    Lifetime,
    Wishes,
    find_lifetime,
    find_obstacle,
    find_vary,
    initial_age,
    is_acceptable,
    is_acceptable_meanwhile,
    is_better_than_error,
    read_wishes,
)
from wsgicherry.wire.headers import MalformedHeader

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
NOW = 784111777
LATER = "Sun, 06 Nov 1994 08:50:37 GMT"
EARLIER = "Sun, 06 Nov 1994 08:48:37 GMT"


def control(text):
    return [("Cache-Control", text)]


@pytest.mark.parametrize(
    ("status", "headers", "obstacle"),
    [
        (200, [], ""),
        (203, [], ""),
        (204, [], ""),
        (300, [], ""),
        (301, [], ""),
        (308, [], ""),
        (200, control("public"), ""),
        (200, control("max-age=5"), ""),
        (200, control("max-age=0"), ""),
        (200, [("Vary", "Accept")], ""),
        (200, [("Etag", '"a"')], ""),
        *((status, [], "status") for status in (100, 201, 202, 205, 206, 302, 303, 304, 307)),
        *((status, [], "status") for status in (400, 401, 403, 404, 405, 410, 414, 416, 451)),
        *((status, [], "status") for status in (500, 501, 502, 503, 504)),
        (206, control("public, max-age=5"), "status"),
        (200, [("Set-Cookie", "a=b")], "cookie"),
        (200, [*control("public"), ("Set-Cookie", "a=b")], "cookie"),
        (200, control("no-store"), "no-store"),
        (200, control("No-Store"), "no-store"),
        (200, control("private"), "private"),
        (200, control("private, max-age=60"), "private"),
        (200, control('private="X"'), "private"),
        (200, control("no-cache"), "no-cache"),
        (200, control('no-cache="X"'), "no-cache"),
        (200, control("public, no-store"), "no-store"),
        (200, [("Cache-Control", "public"), ("Cache-Control", "private")], "private"),
        (200, [("Pragma", "no-cache")], "pragma"),
        (200, [("Pragma", "No-Cache")], "pragma"),
        (200, [("Pragma", "no-cache"), ("Cache-Control", "max-age=5")], ""),
        (200, [("Vary", "*")], "vary"),
        (200, [("Vary", "Accept, *")], "vary"),
        (200, [("Vary", "Accept"), ("Vary", "*")], "vary"),
        (200, [("Vary", ",".join(f"X-{number}" for number in range(33)))], "vary"),
    ],
)
def test_what_may_be_stored(status, headers, obstacle):
    """A status that answers everybody, no cookie, nothing that forbids it."""
    assert find_obstacle(status, headers) == obstacle


@pytest.mark.parametrize("status", [404, 405, 410, 414, 501, 302])
def test_statuses_are_configured(status):
    """Other statuses are stored when the program says so."""
    assert find_obstacle(status, [], {*STATUSES, status}) == ""


@pytest.mark.parametrize("status", [206, 304, 401, 412, 416])
def test_some_statuses_are_never_stored(status):
    """What answers one client's range, condition or credentials is not stored, whatever the
    program says.
    """
    assert find_obstacle(status, [], {*STATUSES, status}) == "status"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], 600),
        (control("public"), 600),
        (control("max-age=5"), 5),
        (control('max-age="5"'), 5),
        (control("max-age=0"), 0),
        (control("max-age=x"), 0),
        (control("max-age=-1"), 0),
        (control("max-age"), 0),
        (control("max-age=5, max-age=9"), 5),
        (control("max-age=5, s-maxage=9"), 9),
        (control("s-maxage=x, max-age=9"), 0),
        ([("Expires", LATER)], 60),
        ([("Expires", LATER), ("Date", EARLIER)], 120),
        ([("Expires", LATER), ("Date", "x")], 60),
        ([("Expires", DATE)], 0),
        ([("Expires", EARLIER)], 0),
        ([("Expires", "0")], 0),
        ([("Expires", "soon")], 0),
        ([("Expires", "Sunday, 06-Nov-94 08:50:37 GMT")], 60),
        ([("Expires", LATER), *control("max-age=5")], 5),
        ([("Expires", LATER), *control("public")], 60),
    ],
)
def test_freshness(headers, expected):
    """s-maxage, max-age, Expires less Date, then `delay`; what is no number is stale."""
    assert find_lifetime(headers, NOW, 600).fresh == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("max-age=5", Lifetime(5, 7, 8)),
        ("max-age=5, stale-while-revalidate=9", Lifetime(5, 9, 8)),
        ("max-age=5, stale-if-error=9", Lifetime(5, 7, 9)),
        ("max-age=5, stale-if-error=x", Lifetime(5, 7, 0)),
        ("max-age=5, must-revalidate", Lifetime(5, 0, 0, False)),
        ("max-age=5, proxy-revalidate", Lifetime(5, 0, 0, False)),
        ("s-maxage=5", Lifetime(5, 0, 0, False)),
        ("max-age=5, must-revalidate, stale-if-error=9", Lifetime(5, 0, 0, False)),
    ],
)
def test_stale_use(header, expected):
    """The response's own words go before the settings; must-revalidate forbids it all."""
    lifetime = find_lifetime(control(header), NOW, 600, 7, 8)
    assert lifetime == expected
    assert lifetime.kept == expected.fresh + max(expected[1:3])


@pytest.mark.parametrize(
    ("headers", "expected"),
    [([], 0), ([("Age", "5")], 5), ([("Age", "x")], 0), ([("Age", "-5")], 0)],
)
def test_initial_age(headers, expected):
    """What comes from another server has been old already."""
    assert initial_age(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], ()),
        ([("Vary", "Accept-Encoding, accept , ")], ("accept", "accept-encoding")),
        ([("Vary", "B"), ("Vary", "a, b")], ("a", "b")),
    ],
)
def test_vary_names(headers, expected):
    """The names of all Vary headers, each once, in one order."""
    assert find_vary(headers) == expected


@pytest.mark.parametrize(
    ("cache_control", "pragma", "expected"),
    [
        (None, None, PLAIN),
        ("", None, PLAIN),
        ("x=y, public", None, PLAIN),
        (None, "no-cache", Wishes(no_cache=True)),
        (None, "x", PLAIN),
        ("max-age=5", "no-cache", Wishes(max_age=5)),
        ("no-cache", None, Wishes(no_cache=True)),
        ("no-store", None, Wishes(no_store=True)),
        ("only-if-cached", None, Wishes(only_if_cached=True)),
        ("min-fresh=5", None, Wishes(min_fresh=5)),
        ("max-stale=5", None, Wishes(max_stale=5)),
        ("max-stale", None, Wishes(max_stale=inf)),
    ],
)
def test_request_directives(cache_control, pragma, expected):
    """Pragma counts where there is no Cache-Control; what is not known is left alone."""
    assert read_wishes(cache_control, pragma) == expected


@pytest.mark.parametrize("text", ["max-age=x", "max-age", "min-fresh=-1", "max-stale=1.5"])
def test_numbers_that_are_none(text):
    """A client that asks for no number of seconds is told so."""
    with pytest.raises(MalformedHeader):
        read_wishes(text, None)


FRESH_MINUTE = Lifetime(60)
STRICT = Lifetime(60, may_be_stale=False)


@pytest.mark.parametrize(
    ("lifetime", "age", "wishes", "expected"),
    [
        (FRESH_MINUTE, 0, PLAIN, True),
        (FRESH_MINUTE, 59.9, PLAIN, True),
        (FRESH_MINUTE, 60, PLAIN, False),
        (FRESH_MINUTE, 0, Wishes(no_cache=True), False),
        (FRESH_MINUTE, 0, Wishes(max_age=0), True),
        (FRESH_MINUTE, 1, Wishes(max_age=0), False),
        (FRESH_MINUTE, 5.5, Wishes(max_age=5), True),
        (FRESH_MINUTE, 6, Wishes(max_age=5), False),
        (FRESH_MINUTE, 50, Wishes(min_fresh=10), True),
        (FRESH_MINUTE, 51, Wishes(min_fresh=10), False),
        (FRESH_MINUTE, 65, Wishes(max_stale=5), True),
        (FRESH_MINUTE, 66, Wishes(max_stale=5), False),
        (FRESH_MINUTE, 10**9, Wishes(max_stale=inf), True),
        (STRICT, 61, Wishes(max_stale=inf), False),
        (FRESH_MINUTE, 65, Wishes(max_stale=5, max_age=10), False),
        (FRESH_MINUTE, 10, Wishes(only_if_cached=True), True),
        (FRESH_MINUTE, 10, Wishes(no_store=True), True),
    ],
)
def test_what_a_client_takes(lifetime, age, wishes, expected):
    """Fresh, as the client wants it; stale only for one that asks, of what allows it."""
    assert is_acceptable(lifetime, age, wishes) is expected


@pytest.mark.parametrize(
    ("age", "wishes", "expected"),
    [
        (70, PLAIN, True),
        (70.5, PLAIN, False),
        (65, Wishes(no_cache=True), False),
        (65, Wishes(min_fresh=1), False),
        (65, Wishes(max_age=60), False),
        (65, Wishes(max_age=65), True),
    ],
)
def test_stale_while_another_makes_a_new_one(age, wishes, expected):
    """RFC 5861 section 3: within its seconds, unless the client asks for more."""
    assert is_acceptable_meanwhile(Lifetime(60, 10), age, wishes) is expected


def test_stale_in_place_of_an_error():
    """RFC 5861 section 4: within its seconds."""
    assert is_better_than_error(Lifetime(60, 0, 10), 70)
    assert not is_better_than_error(Lifetime(60, 0, 10), 71)
    assert not is_better_than_error(Lifetime(60), 61)
