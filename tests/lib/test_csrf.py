"""tools.csrf: what a page of another site has a browser send is refused."""

from __future__ import annotations

import re
import time

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import csrf
from wsgicherry.lib.csrftokens import is_good_token, make_token, sign
from wsgicherry.lib.sessions import RamSession

KEY, OTHER_KEY = "k" * 32, "o" * 32
HOST = "h.example"
HERE = f"http://{HOST}"
EVIL = "https://evil.example"
CROSS = {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}


class Root:
    runs = 0

    @expose
    def index(self, **params):
        Root.runs += 1
        return f"index {sorted(params)}"

    @expose
    def strict(self, name):
        return f"hello {name}"

    @expose
    def form(self):
        return csrf.csrf_field()

    @expose
    def bare(self):
        return csrf.token()

    @expose
    def start(self):
        serving_now().session["user"] = "eva"
        return "started"

    @expose
    def renew(self):
        serving_now().session.regenerate()
        return csrf.token()

    @expose
    def twice(self):
        return f"{csrf.token()} {csrf.token()}"

    @expose
    def stream(self):
        yield b"begun "
        yield csrf.token().encode()

    stream._cp_config = {"response.stream": True}


@pytest.fixture
def site(site, error_lines):
    """The site of the test; its error log is `site.log_lines`."""
    site.log_lines = error_lines
    return site


@pytest.fixture
def client(site):
    """Mount the program with `tools.csrf.*` settings: client(**settings) -> its browser."""
    Root.runs = 0

    def mount(config=None, scheme="http", **settings):
        wanted = {f"tools.csrf.{name}": value for name, value in settings.items()}
        own = {"tools.csrf.on": True, **wanted, **(config or {})}
        site.tree.mount(Root(), "", {"/": own})
        environ = {"HTTP_HOST": HOST, "wsgi.url_scheme": scheme}
        return TestApp(site.tree, extra_environ=environ)

    return mount


def post(client, headers=None, path="/", method="POST", **fields):
    """Send a form."""
    sent = {key: value for key, value in (headers or {}).items() if value is not None}
    if method == "POST":
        return client.post(path, fields, sent, expect_errors=True)
    return getattr(client, method.lower())(path, headers=sent, expect_errors=True)


# -- by what browsers say --------------------------------------------------------------

OURS = {
    "same origin": {"Sec-Fetch-Site": "same-origin"},
    "by hand": {"Sec-Fetch-Site": "none"},
    "same origin, whatever Origin": {"Sec-Fetch-Site": "same-origin", "Origin": EVIL},
    "this host": {"Origin": HERE},
    "this host by https": {"Origin": f"https://{HOST}"},
}
OTHERS = {
    "another site": CROSS,
    "another host of this domain": {"Sec-Fetch-Site": "same-site", "Origin": HERE},
    "unknown word": {"Sec-Fetch-Site": "maybe"},
    "two words": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "another origin": {"Origin": EVIL},
    "null": {"Origin": "null"},
    "empty": {"Origin": ""},
    "a longer host": {"Origin": f"{HERE}.evil.example"},
    "this host as user": {"Origin": f"http://{HOST}@evil.example"},
    "another port": {"Origin": f"{HERE}:8080"},
}


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_our_own_form(client, headers):
    """A form of this site needs nothing: the browser says where it comes from."""
    response = post(client(), headers, a="1")
    assert (response.status_int, response.text) == (200, "index ['a']")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS)
def test_a_form_of_another_site(client, headers, method):
    """It is told 403, before anything is done."""
    response = post(client(), headers, method=method)
    assert (response.status_int, Root.runs) == (403, 0)
    assert "sent by a page of another site" in response.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_changes_nothing(client, method):
    """A link of another site leads here."""
    assert post(client(), CROSS, method=method).status_int == 200


def test_a_token_does_not_help_another_site(client):
    """What the browser says counts more."""
    browser = client(keys=[KEY])
    token = browser.get("/bare").text
    assert post(browser, CROSS, csrf_token=token).status_int == 403


def test_the_log_says_what_was_compared(client, site):
    """A proxy that hides the Host is found so."""
    post(client(), CROSS)
    (line,) = [line for line in site.log_lines if "Refused" in line]
    assert EVIL in line
    assert HOST in line


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({"trusted_origins": [EVIL]}, CROSS, 200),
        ({"trusted_origins": [EVIL]}, {"Origin": EVIL}, 200),
        ({"trusted_origins": ["https://*.example"]}, CROSS, 200),
        ({"trusted_origins": [EVIL]}, {"Origin": "https://other.example"}, 403),
        ({"trusted_origins": [EVIL]}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"trusted_origins": re.compile("(https://.*[.]example|null)")}, {"Origin": EVIL}, 200),
        ({"trusted_origins": re.compile("https://.*[.]example|null")}, {"Origin": "null"}, 403),
        ({"same_site": True}, {"Sec-Fetch-Site": "same-site", "Origin": EVIL}, 200),
        ({"same_site": True}, CROSS, 403),
    ],
)
def test_whom_one_trusts(client, settings, headers, status):
    """Other origins may send if they are listed, other hosts of the domain if one says so."""
    assert post(client(**settings), headers).status_int == status


def test_behind_a_proxy(client):
    """The host is the one that the client knows: request.base."""

    def tell():
        serving_now().request.base = "https://public.example"

    tell.priority = 30
    browser = client({"hooks.before_request_body": tell})
    assert post(browser, {"Origin": "https://public.example"}).status_int == 200
    assert post(browser, {"Origin": HERE}).status_int == 403


def test_a_path_where_it_is_off(client):
    """Config takes a path out, for what others are to call."""
    browser = client({"tools.csrf.on": False})
    assert post(browser, CROSS).status_int == 200


# -- clients that say nothing ----------------------------------------------------------


def test_a_client_that_says_nothing(client, site):
    """It is refused, and the log names the setting that lets it in."""
    response = post(client(), {})
    assert (response.status_int, Root.runs) == (403, 0)
    assert "It is not certain" in response.text
    assert "tools.csrf.when_unknown" in " ".join(site.log_lines)


def test_programs_may_be_let_in(client):
    """Where only programs come, what says nothing passes; another site's page does not."""
    browser = client(when_unknown="allow")
    assert post(browser, {}).status_int == 200
    assert post(browser, CROSS).status_int == 403


def test_a_token_in_the_form(client):
    """The field lets the form in, and no handler sees it."""
    browser = client(keys=[KEY])
    field = browser.get("/form").text
    token = re.fullmatch(r'<input type="hidden" name="csrf_token" value="([\w.]+)">', field)[1]
    response = post(browser, path="/strict", name="eva", csrf_token=token)
    assert response.text == "hello eva"


def test_a_token_in_a_multipart_form(client):
    """An upload may have it too."""
    browser = client(keys=[KEY])
    token = browser.get("/bare").text
    files = [("file", "a.txt", b"text")]
    response = browser.post("/", {"csrf_token": token}, upload_files=files)
    assert response.text == "index ['file']"


def test_a_token_in_a_header(client):
    """A script sends X-CSRF-Token, with JSON or with any method."""
    browser = client(keys=[KEY])
    headers = {"X-CSRF-Token": browser.get("/bare").text}
    assert post(browser, headers, method="DELETE").status_int == 200
    assert browser.post_json("/", {"a": 1}, headers=headers).status_int == 200


def test_a_field_that_nobody_needs(client):
    """A browser's form may have the field; the handler does not see it either."""
    response = post(client(), {"Origin": HERE}, path="/strict", name="eva", csrf_token="x")
    assert response.text == "hello eva"


def test_not_in_the_query_string(client):
    """An address is logged and passed on, so a token there does not count."""
    browser = client(keys=[KEY])
    token = browser.get("/bare").text
    assert post(browser, path=f"/?csrf_token={token}").status_int == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.upper(),
        lambda token: token.replace(".", ","),
        lambda token: "0" * len(token),
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: ("0" if token[0] != "0" else "1") + token[1:],
        lambda token: token * 1000,
        lambda token: "\u0660" + token[1:],
    ],
)
def test_a_forged_token(client, change):
    """One character that is not ours, and it is not good."""
    browser = client(keys=[KEY])
    token = browser.get("/bare").text
    assert post(browser, csrf_token=change(token)).status_int == 403
    assert post(browser, csrf_token=token).status_int == 200


def test_two_tokens(client):
    """A field that is there twice is none."""
    browser = client(keys=[KEY])
    token = browser.get("/bare").text
    response = browser.post("/", [("csrf_token", token)] * 2, expect_errors=True)
    assert response.status_int == 403


def test_a_file_for_a_token(client):
    """Nor is an upload of that name."""
    browser = client(keys=[KEY])
    files = [("csrf_token", "a.txt", b"text")]
    response = browser.post("/", upload_files=files, expect_errors=True)
    assert response.status_int == 403


# -- what a token is bound to ----------------------------------------------------------


def cookies_of(response):
    return response.headers.getall("Set-Cookie")


def test_a_token_of_another_browser(client):
    """An attacker's own token does not fit the victim's cookie."""
    victim = client(keys=[KEY])
    victim.get("/bare")
    attacker = TestApp(victim.app, extra_environ=victim.extra_environ)
    assert post(victim, csrf_token=attacker.get("/bare").text).status_int == 403
    victim.reset()
    assert post(victim, csrf_token=attacker.get("/bare").text).status_int == 403


def test_the_cookie(client):
    """It is kept from scripts and from other sites, and lasts as long as the browser; the page
    is no cache's.
    """
    browser = client(keys=[KEY])
    response = browser.get("/bare")
    (cookie,) = cookies_of(response)
    assert re.fullmatch(r"csrf=[0-9a-f]{32}; HttpOnly; Path=/; SameSite=Lax", cookie)
    assert response.headers["Cache-Control"] == "private"
    assert response.headers["Vary"] == "Cookie"
    assert cookies_of(browser.get("/bare")) == []
    assert cookies_of(browser.get("/")) == []


def test_the_cookie_by_https(client):
    """No other host of the domain can plant it."""
    browser = client(keys=[KEY], scheme="https")
    (cookie,) = cookies_of(browser.get("/bare"))
    assert re.fullmatch(
        r"__Host-csrf=[0-9a-f]{32}; HttpOnly; Path=/; SameSite=Lax; Secure", cookie
    )


@pytest.mark.parametrize("value", ["", "x", "0" * 31, "0" * 33, "A" * 32, "0" * 5000])
def test_a_cookie_that_is_not_ours(client, value):
    """It is not taken up: the client gets a new one."""
    browser = client(keys=[KEY])
    response = browser.get("/bare", headers={"Cookie": f"csrf={value}"})
    assert len(cookies_of(response)) == 1


def test_two_forms_on_a_page(client):
    """Their tokens differ, so that compression tells nothing of them; one cookie serves."""
    browser = client(keys=[KEY])
    response = browser.get("/twice")
    first, second = response.text.split()
    assert first != second
    assert len(cookies_of(response)) == 1
    for token in (first, second):
        assert post(browser, csrf_token=token).status_int == 200


@pytest.fixture
def sessions():
    """The config of sessions in a store of the test's own."""
    store = type("OwnStore", (RamSession.store_class,), {})
    kind = type("OwnSession", (RamSession,), {"store_class": store})
    return {"tools.sessions.on": True, "tools.sessions.storage_class": kind}


def test_a_token_of_a_session(client, sessions):
    """Who has a session needs no other cookie; the token is good for that session alone."""
    browser = client(sessions, keys=[KEY])
    browser.get("/start")
    response = browser.get("/bare")
    token = response.text
    assert not any("csrf" in cookie for cookie in cookies_of(response))
    assert post(browser, csrf_token=token).status_int == 200
    other = TestApp(browser.app, extra_environ=browser.extra_environ)
    other.get("/start")
    assert post(other, csrf_token=token).status_int == 403


def test_a_session_that_is_renewed(client, sessions):
    """A login takes a new id: tokens of before end, the one made with it is good."""
    browser = client(sessions, keys=[KEY])
    browser.get("/start")
    old, new = browser.get("/bare").text, browser.get("/renew").text
    assert post(browser, csrf_token=old).status_int == 403
    assert post(browser, csrf_token=new).status_int == 200


def test_a_session_that_nobody_knows(client, sessions):
    """No token is made for an id that a client has thought of."""
    browser = client(sessions, keys=[KEY])
    cookie = {"Cookie": f"session_id={'a' * 40}"}
    response = browser.get("/bare", headers=cookie)
    assert any(each.startswith("csrf=") for each in cookies_of(response))
    assert post(browser, cookie, csrf_token=response.text).status_int == 403


def test_a_visitor_without_a_session(client, sessions):
    """A form starts no session."""
    browser = client(sessions, keys=[KEY])
    response = browser.get("/bare")
    assert [each.partition("=")[0] for each in cookies_of(response)] == ["csrf"]
    assert post(browser, csrf_token=response.text).status_int == 200


# -- keys and time ---------------------------------------------------------------------


def test_keys_are_changed(client):
    """A token of the key before is good while that is listed."""
    cookie = {"Cookie": f"csrf={'a' * 32}"}
    keys = (OTHER_KEY.encode(), b"g" * 32)
    old, gone = (make_token(key, "cookie " + "a" * 32, time.time()) for key in keys)
    browser = client(keys=[KEY, OTHER_KEY])
    assert post(browser, cookie, csrf_token=old).status_int == 200
    assert post(browser, cookie, csrf_token=gone).status_int == 403


@pytest.mark.parametrize(
    ("made", "is_good"), [(1000, True), (999, False), (2000, True), (2060, True), (2061, False)]
)
def test_a_token_grows_old(made, is_good):
    """It is good for its time; one from the future is another clock's, or forged."""
    keys = [KEY.encode()]
    token = make_token(keys[0], "b", made)
    assert is_good_token(token, keys, ["b"], 2000, 1000) is is_good


def test_what_a_token_is():
    """Time, salt and signature."""
    token = make_token(b"k", "b", 1_700_000_000)
    head, _, signature = token.rpartition(".")
    assert signature == sign(b"k", head, "b")
    assert is_good_token(token, [b"k"], ["a", "b"], 1_700_000_000, 1)
    assert not is_good_token(token, [b"k"], [], 1_700_000_000, 1)
    assert not is_good_token(token, [], ["b"], 1_700_000_000, 1)
    assert not is_good_token(token, [b"j"], ["b"], 1_700_000_000, 1)


@pytest.mark.parametrize(
    ("config", "text"),
    [({}, "tools.csrf.keys is empty"), ({"tools.csrf.on": False}, "there is no tools.csrf")],
)
def test_no_token_can_be_made(client, site, config, text):
    """Without keys, or without the tool, the page fails and the log says what to do."""
    browser = client(config)
    assert browser.get("/bare", expect_errors=True).status_int == 500
    assert text in " ".join(site.log_lines)


def test_a_token_in_a_stream(client):
    """When the head is on its way a cookie comes too late."""
    browser = client(keys=[KEY])
    with pytest.raises(RuntimeError, match="before the first chunk"):
        browser.get("/stream")


def test_by_hand(client):
    """`callable` checks the request in a handler."""

    class Pages:
        @expose
        def index(self):
            csrf.csrf(trusted_origins=[EVIL])
            return "done"

    browser = client({"tools.csrf.on": False})
    Root.hand = Pages()
    assert post(browser, CROSS, "/hand/").status_int == 200
    assert post(browser, {"Origin": "null"}, "/hand/").status_int == 403
    assert post(browser, {}, "/hand/").status_int == 403
    del Root.hand


@pytest.mark.parametrize(("headers", "verdict"), [(CROSS, False), ({"Origin": HERE}, True)])
def test_debug(client, site, headers, verdict):
    """The log says what was thought of the sender."""
    post(client(debug=True), headers)
    assert f"sent by a page of ours: {verdict}" in " ".join(site.log_lines)


def test_markup():
    """Template engines take the field as HTML."""
    assert csrf.Markup("<b>").__html__() == "<b>"


FAULTS = {
    "a short key": ({"keys": ["short"]}, "less than 16 bytes"),
    "a key that is none": ({"keys": [1]}, "no text"),
    "no list": ({"keys": 1}, "must be a list"),
    "another word": ({"when_unknown": "refuse"}, "'token', 'allow'"),
    "no time": ({"life_minutes": 0}, "number of minutes"),
    "an origin with a path": ({"trusted_origins": ["https://a.example/"]}, "No browser"),
    "every origin": ({"trusted_origins": "*"}, "every site"),
    "a pattern for all": ({"trusted_origins": re.compile("https://.*")}, "every site"),
}


@pytest.mark.parametrize(("settings", "text"), FAULTS.values(), ids=FAULTS)
def test_told_at_the_mount(client, settings, text):
    """Settings that mean nothing stop the start."""
    with pytest.raises(ConfigError, match=re.escape(text)):
        client(**settings)
