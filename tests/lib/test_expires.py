"""How long a page may be kept: `tools.expires` (BEHAVIOUR 6.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asking import mount

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.expires import MAX_SECONDS, NEVER_FRESH, expires, prepare_expires
from wsgicherry.wire.headers import HTTPDate

NAMES = ("Pragma", "Cache-Control", "Expires")
NEVER = ("no-cache", "no-cache, must-revalidate", NEVER_FRESH)
NOW = 1_700_000_000


def page(**headers):
    """Return a handler that sets these headers, at a time of the test's own."""

    def handler(*args):
        response = serving_now().response
        response.time = NOW
        response.headers.update({n.replace("_", "-"): value for n, value in headers.items()})
        return "page"

    return handler


def sent(answer):
    return tuple(answer.header(name) for name in NAMES)


INDICATORS = [
    {"ETag": '"a"'},
    {"Last_Modified": "Sun, 06 Nov 1994 08:49:37 GMT"},
    {"Age": "1"},
    {"etag": '"a"'},
]


@pytest.mark.parametrize("headers", INDICATORS)
def test_a_page_that_may_not_be_used_again_unasked(site, headers):
    """0, the default: three headers for three ages of caches."""
    assert sent(mount(site, page(**headers), expires__on=True)()) == NEVER


@pytest.mark.parametrize("headers", INDICATORS)
@pytest.mark.parametrize(
    ("secs", "seconds"),
    [
        (60, 60),
        (1.5, 1.5),
        (-60, -60),
        (timedelta(days=1, seconds=5), 86_405),
        (MAX_SECONDS, MAX_SECONDS),
    ],
)
def test_a_page_that_is_fresh_for_a_while(site, headers, secs, seconds):
    """`Expires` is so many seconds after the response's time; nothing else is said."""
    answer = mount(site, page(**headers), expires__on=True, expires__secs=secs)()
    assert sent(answer) == (None, None, HTTPDate(NOW + seconds))


def test_an_http_1_0_client(site):
    """It knows no Cache-Control."""
    ask = mount(site, page(ETag='"a"'), expires__on=True)
    answer = ask(SERVER_PROTOCOL="HTTP/1.0")
    assert sent(answer) == ("no-cache", None, NEVER_FRESH)


@pytest.mark.parametrize("secs", [0, 60])
def test_a_page_that_nobody_keeps(site, secs):
    """Without a header that says that the page is made to be kept nothing is set (CherryPy's
    rule).
    """
    ask = mount(site, page(), expires__on=True, expires__secs=secs)
    assert sent(ask()) == (None, None, None)


def test_force(site):
    """`force` sets it all the same."""
    ask = mount(site, page(), expires__on=True, expires__force=True)
    assert sent(ask()) == NEVER


OWN = {"Pragma": "own", "Cache_Control": "max-age=5", "Expires": "0"}


@pytest.mark.parametrize("secs", [0, 60])
def test_what_the_page_says_itself(site, secs):
    """It stays; an Expires of its own makes a page one that is kept."""
    ask = mount(site, page(**OWN), expires__on=True, expires__secs=secs)
    assert sent(ask()) == ("own", "max-age=5", "0")


def test_force_replaces_what_the_page_says(site):
    """With `force` the config has the last word."""
    ask = mount(site, page(**OWN), expires__on=True, expires__force=True)
    assert sent(ask()) == NEVER


def test_force_leaves_what_it_does_not_set(site):
    """A page that is fresh for a while may say more in Cache-Control."""
    ask = mount(site, page(**OWN), expires__on=True, expires__force=True, expires__secs=60)
    assert sent(ask()) == ("own", "max-age=5", HTTPDate(NOW + 60))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_that_gets_its_tag_later(site, method):
    """A page that `tools.etags` is about to tag is one that is kept; and so is its 304."""
    ask = mount(
        site, page(), expires__on=True, expires__secs=60, etags__on=True, etags__autotags=True
    )
    answer = ask(method)
    assert sent(answer) == (None, None, HTTPDate(NOW + 60))
    again = ask(method, headers={"If-None-Match": answer.etag})
    assert (again.code, sent(again)) == (304, sent(answer))


@pytest.mark.parametrize(
    "settings",
    [
        {"etags__on": True},
        {"etags__autotags": True},
        {"etags__on": False, "etags__autotags": True},
    ],
)
def test_a_page_that_gets_none(site, settings):
    """Without autotags a page without a tag stays without one."""
    ask = mount(site, page(), expires__on=True, expires__secs=60, **settings)
    assert sent(ask()) == (None, None, None)


def test_error_pages(site):
    """An error is not kept, unless `force` says so."""

    def handler():
        serving_now().response.headers["ETag"] = '"a"'
        raise HTTPError(404)

    ask = mount(site, handler, expires__on=True, expires__secs=60)
    assert sent(ask()) == (None, None, None)


def test_by_hand(site):
    """`tools.expires.callable` works in a handler."""

    def handler():
        page()()
        site.tools.expires.callable(60, force=True)
        return "page"

    assert sent(mount(site, handler)()) == (None, None, HTTPDate(NOW + 60))
    assert site.tools.expires.callable is expires


@pytest.mark.parametrize("secs", ["60", None, True, [60], {}])
def test_what_is_no_time(secs):
    """`secs` of a wrong type is refused when the page is planned."""
    with pytest.raises(TypeError, match=r"secs is .* number of seconds or a timedelta"):
        prepare_expires(secs)


@pytest.mark.parametrize("secs", [MAX_SECONDS + 1, float("inf"), float("nan"), 10**400])
def test_times_that_no_date_has(secs):
    """So is one beyond the calendar."""
    with pytest.raises(ValueError, match="a hundred years"):
        prepare_expires(secs)


def test_debug(site, error_lines):
    """With `debug` the log says why nothing was set."""
    mount(site, page(), expires__on=True, expires__debug=True)()
    told = "TOOLS.EXPIRES nothing says that this page is kept"
    assert any(told in line for line in error_lines)


@pytest.mark.parametrize("secs", ["60", True, None, MAX_SECONDS + 1])
def test_a_wrong_time_is_told_at_mount(site, secs):
    """Nobody waits for the first request to hear of it."""
    with pytest.raises(ConfigError, match=r"tools\.expires"):
        mount(site, page(), expires__on=True, expires__secs=secs)


def test_outside_a_request():
    """Programs for CherryPy call it as they start: that does nothing."""
    expires(0)
    with pytest.raises(TypeError, match="secs"):
        expires("x")
