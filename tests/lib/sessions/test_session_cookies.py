"""The session's cookie: what it says, what is refused, and what clients send in its place."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from time import time

import pytest
from session_pages import ID, client, cookie_of, request, session

from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.sessions.cookies import SessionCookie

HTTPS = {"wsgi.url_scheme": "https"}
PLAIN = {"path": "/", "httponly": True, "samesite": "Lax"}


def writes():
    session["n"] = 1
    return "written"


def reads():
    return str(session.get("n"))


def ends():
    session.expire()
    return "ended"


PAGES = (writes, reads, ends)


def attributes(cookie):
    """Return what a cookie says beside its value and its end."""
    return {k: v for k, v in cookie.items() if k not in ("value", "max-age", "expires")}


# What it says ---------------------------------------------------------------------------------


def test_defaults(mount, ram):
    """HttpOnly, SameSite=Lax, Path=/ and the end of the session, both ways to say it."""
    header = mount(*PAGES, **ram.settings).get("/writes").headers["Set-Cookie"]
    assert re.fullmatch(
        r"session_id=[0-9a-f]{40}; expires=[^;]+ GMT; HttpOnly; Max-Age=3600; Path=/; "
        "SameSite=Lax",
        header,
    )


def test_the_date(mount, ram):
    """`expires` says the same as Max-Age."""
    cookie = cookie_of(mount(*PAGES, timeout=10, **ram.settings).get("/writes"))
    ends_at = parsedate_to_datetime(cookie["expires"]).timestamp()
    assert cookie["max-age"] == "600"
    assert abs(ends_at - time() - 600) < 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, PLAIN),
        ({"path": "/app"}, {**PLAIN, "path": "/app"}),
        ({"domain": "example.com"}, {**PLAIN, "domain": "example.com"}),
        ({"domain": ".example.com"}, {**PLAIN, "domain": ".example.com"}),
        ({"secure": True}, {**PLAIN, "secure": True}),
        ({"secure": False}, PLAIN),
        ({"httponly": False}, {"path": "/", "samesite": "Lax"}),
        ({"samesite": "Strict"}, {**PLAIN, "samesite": "Strict"}),
        ({"samesite": "strict"}, {**PLAIN, "samesite": "Strict"}),
        ({"samesite": None}, {"path": "/", "httponly": True}),
        (
            {"samesite": "none", "secure": True},
            {**PLAIN, "samesite": "None", "secure": True},
        ),
        (
            {"partitioned": True, "secure": True},
            {**PLAIN, "partitioned": True, "secure": True},
        ),
    ],
)
def test_attributes(mount, ram, settings, expected):
    """Each setting is an attribute of the cookie; the one that ends it has them all too."""
    browser = mount(*PAGES, **settings, **ram.settings)
    assert attributes(cookie_of(browser.get("/writes"))) == expected
    ended = cookie_of(browser.get("/ends"))
    assert attributes(ended) == expected
    assert ended["max-age"] == "0"
    assert parsedate_to_datetime(ended["expires"]).timestamp() < time() - 300 * 24 * 3600


@pytest.mark.parametrize(
    ("settings", "by_http", "by_https"),
    [
        ({}, False, True),
        ({"secure": True}, True, True),
        ({"secure": False}, False, False),
    ],
)
def test_secure(mount, ram, settings, by_http, by_https):
    """By https the cookie is Secure, unless `secure` says otherwise."""
    app = mount(*PAGES, **settings, **ram.settings).app
    http = cookie_of(client(app).get("/writes"))
    https = cookie_of(client(app).get("/writes", extra_environ=HTTPS))
    assert ("secure" in http, "secure" in https) == (by_http, by_https)


@pytest.mark.parametrize("name", ["__Host-sid", "__Secure-sid"])
def test_prefixed_names(mount, ram, name):
    """A prefixed name is used by https; by plain http, where browsers refuse it, the rest."""
    app = mount(*PAGES, name=name, **ram.settings).app
    answer = client(app).get("/writes", extra_environ=HTTPS)
    secure = cookie_of(answer, name)
    assert secure["secure"] is True
    assert secure["path"] == "/"
    assert "domain" not in secure
    cookie = {"Cookie": f"{name}={secure['value']}"}
    assert client(app).get("/reads", headers=cookie, extra_environ=HTTPS).text == "1"
    assert client(app).get("/reads", headers=cookie).text == "None"
    plain = cookie_of(client(app).get("/writes"), "sid")
    assert "secure" not in plain
    cookie = {"Cookie": f"sid={plain['value']}"}
    assert client(app).get("/reads", headers=cookie).text == "1"
    assert client(app).get("/reads", headers=cookie, extra_environ=HTTPS).text == "None"


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/app", "/app"),
        ("/a/b?c=d&e", "/a/b?c=d&e"),
        *((each, "/") for each in ("", "app", "/a; Domain=evil.example", "/a b", "/é", "//;")),
    ],
)
def test_path_header(mount, ram, sent, path):
    """`path_header` names the request header with the path; what is none does not count."""
    browser = mount(*PAGES, path_header="X-Path", **ram.settings)
    answer = browser.get("/writes", headers={"X-Path": sent.encode().decode("latin-1")})
    assert attributes(cookie_of(answer)) == {**PLAIN, "path": path}


def test_path_beats_path_header(mount, ram):
    """A `path` is what is sent, whatever the header says; without the header it is '/'."""
    browser = mount(*PAGES, path="/own", path_header="X-Path", **ram.settings)
    assert cookie_of(browser.get("/writes", headers={"X-Path": "/x"}))["path"] == "/own"


def test_another_name(mount, ram):
    """`name` is the cookie's name."""
    browser = mount(*PAGES, name="sid", **ram.settings)
    assert cookie_of(browser.get("/writes"), "sid")
    assert browser.get("/reads").text == "1"
    assert cookie_of(browser.get("/ends"), "sid")["max-age"] == "0"


# What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"samesite": "None"}, "samesite"),
        ({"samesite": "none", "secure": False}, "samesite"),
        ({"samesite": "Sometimes"}, "samesite"),
        ({"samesite": ""}, "samesite"),
        ({"samesite": True}, "samesite"),
        ({"partitioned": True}, "partitioned"),
        ({"partitioned": True, "secure": False}, "partitioned"),
        ({"name": "__Host-s", "secure": False}, "name"),
        ({"name": "__Secure-s", "secure": False}, "name"),
        ({"name": "__Host-s", "domain": "example.com"}, "name"),
        ({"name": "__Host-s", "path": "/app"}, "name"),
        ({"name": "__Host-s", "path_header": "X-Path"}, "name"),
        ({"name": "__Host-"}, "name"),
        ({"name": "__Secure-"}, "name"),
        *(({"name": name}, "name") for name in ("", "a b", "a=b", "a;b", "é", "path", "a\n")),
        *(({"path": path}, "path") for path in ("app", "", "/a;b", "/é", "/a\r\nX: y")),
        *(({"domain": name}, "domain") for name in ("", "a b", "a;b", "a..b", "é.example")),
    ],
)
def test_contradictions(settings, setting):
    """What no browser would take, or could be taken for something else, is refused."""
    with pytest.raises(ConfigError) as caught:
        SessionCookie(**settings)
    assert caught.value.key == f"tools.sessions.{setting}"


@pytest.mark.parametrize(
    "settings",
    [
        {"samesite": "None", "secure": True},
        {"partitioned": True, "secure": True},
        {"name": "__Host-s"},
        {"name": "__Host-s", "path": "/"},
        {"name": "__Host-s", "secure": True},
        {"name": "__Secure-s", "path": "/app", "domain": "example.com"},
        {"domain": "localhost"},
    ],
)
def test_what_goes_together(settings):
    """What browsers take is taken."""
    assert SessionCookie(**settings)


def test_refused_at_mount(site, mount):
    """SameSite=None without Secure stops the start; the error names section and key."""
    with pytest.raises(ConfigError) as caught:
        mount(*PAGES, samesite="None")
    assert "[/] tools.sessions.samesite: Browsers refuse such a cookie" in str(caught.value)


def test_a_cherrypy_class_is_refused_as_well(mount, ram):
    """Also with the settings of the site; and settings of two levels count together."""
    settings = {"tools.sessions.on": True, "tools.sessions.samesite": "None"}
    with pytest.raises(ConfigError, match=r"\[/\] tools\.sessions\.samesite"):
        mount(*PAGES, config={"/reads": settings, "/": {"tools.sessions.samesite": "None"}})
    mount(*PAGES, secure=True, config={"/reads": settings}, **ram.settings)


# What clients send ----------------------------------------------------------------------------

HOSTILE = [
    *("", "=", ";", ";;;=;", "session_id", "session_id=", '="', 'session_id="', "\\"),
    *("session_id=../../../etc/passwd", "session_id=%2e%2e%2f", "session_id=a/b", "$Path=/"),
    *("session_id=\x80\xff", "session_id=" + "a" * 4000, "session_id=a\x00b", "a,b=c"),
    *('session_id="\\073; Path=/"', "session_id={}", "session_id=__proto__", "(a)=b"),
    *(f"session_id={ID}.lock", f"session_id={ID.upper()}", f"session_id={ID} ", f"x={ID}"),
    *(f"SESSION_ID={ID}", f'session_id="{ID}"', f"session_id={ID}, session_id={ID}"),
    "; ".join(["session_id=x"] * 400),
]


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("locking", ["early", "merge"])
def test_hostile_cookies(mount, watched, header, locking):
    """Whatever is sent for a cookie gets a session of its own, and never an error."""
    app = mount(*PAGES, locking=locking, **watched.settings).app
    for path, text in [("/reads", "None"), ("/writes", "written"), ("/ends", "ended")]:
        answer = app_call(app, path, header)
        assert answer == text


def app_call(app, path, header):
    """Return the page, called with a Cookie header as it is."""
    made = client(app).RequestClass.blank(path)
    made.environ["HTTP_COOKIE"] = header
    return made.get_response(app).text


def test_a_cookie_header_that_is_too_long(mount, ram):
    """More than request.max_cookie_bytes is 431, and nothing is looked for."""
    app = mount(*PAGES, **ram.settings).app
    made = client(app).RequestClass.blank("/reads")
    made.environ["HTTP_COOKIE"] = "session_id=" + "a" * 20_000
    assert made.get_response(app).status_code == 431
    assert ram.calls == []


def test_a_quoted_id(mount, ram):
    """Proxies may quote a value; it is the same id."""
    app = mount(*PAGES, **ram.settings).app
    id = cookie_of(client(app).get("/writes"))["value"]
    assert app_call(app, "/reads", f'session_id="{id}"') == "1"


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ("session_id={id}; session_id=evil", "None"),
        ("session_id=evil; session_id={id}", "1"),
        ("other=1; session_id={id}; more=2", "1"),
        ("broken; (x)=1; session_id={id}", "1"),
    ],
)
def test_several_cookies(mount, ram, cookies, expected):
    """Of two cookies of the name the last one counts (http.cookies' rule); never both."""
    app = mount(*PAGES, **ram.settings).app
    id = cookie_of(client(app).get("/writes"))["value"]
    assert app_call(app, "/reads", cookies.format(id=id)) == expected


def test_no_id_is_adopted(mount, watched):
    """A well-formed id of the client's own choice gets a new one (fixation)."""
    mounted = mount(*PAGES, **watched.settings)
    answer = client(mounted.app, ID).get("/writes")
    assert cookie_of(answer)["value"] != ID
    assert client(mounted.app, ID).get("/reads").text == "None"


def test_cookies_set_by_the_program(mount, ram):
    """What a program puts into request.cookie counts as sent."""
    id = []

    def index():
        return session.id

    def before():
        if id:
            request.cookie["session_id"] = id[0]

    settings = {"hooks.on_start_resource": before}
    browser = mount(index, *PAGES, config={"/": settings}, **ram.settings)
    id.append(cookie_of(browser.get("/writes"))["value"])
    assert client(browser.app).get("/").text == id[0]
