"""tools.session_auth on the stores: what a login and a logout do to session and cookie."""

from __future__ import annotations

import cherrypy_stores
import pytest
from cherrypy_stores import DictSession, RowSession, ServerSession
from session_pages import ID, client, cookie_of, request, session

from wsgicherry.lib import sessions

EVA = {"username": "eva", "password": "right", "from_page": "/hello"}


def check(username, password):
    return None if password == "right" else "Wrong name or password."


def hello():
    return f"Hello, {request.login}!"


def cart(items=""):
    if items:
        session["cart"] = items
    return str(session.get("cart"))


def devices():
    return " ".join(each.id for each in sessions.of(request.login))


def leave_all():
    return str(sessions.of(request.login).end())


PAGES = (hello, cart, devices, leave_all)
LOGIN = {
    "tools.session_auth.on": True,
    "tools.session_auth.check_username_and_password": check,
}
OPEN = {"tools.session_auth.on": False}


@pytest.fixture
def guard(mount):
    """Mount pages, all but /cart behind a login: guard(**settings of sessions) -> client."""

    def make(**settings):
        return mount(*PAGES, config={"/": LOGIN, "/cart": OPEN}, **settings)

    return make


@pytest.fixture(params=["implicit", "early", "explicit", "merge"])
def locked(request, guard, watched):
    """A client of such pages, on each store with each way of locking."""
    return guard(locking=request.param, **watched.settings)


def log_in(browser, **extra):
    return browser.post("/do_login", {**EVA, **extra})


def test_a_login(locked):
    """The session goes on under a new id; what a planted cookie names is gone at once."""
    planted = cookie_of(locked.get("/cart?items=3"))["value"]
    answer = log_in(locked)
    assert (answer.status_int, answer.location) == (302, "http://localhost:80/hello")
    cookie = cookie_of(answer)
    assert cookie["value"] != planted
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert locked.get("/hello").text == "Hello, eva!"
    assert locked.get("/cart").text == "3"
    thief = client(locked.app, planted)
    assert thief.get("/cart").text == "None"
    assert "<h1>Log in</h1>" in thief.get("/hello").text


def test_a_logout(locked):
    """The record is deleted and the cookie expires; a copy of it opens nothing."""
    log_in(locked)
    id = locked.cookies["session_id"]
    answer = locked.post("/do_logout", {"from_page": "/hello"})
    assert cookie_of(answer)["max-age"] == "0"
    assert "session_id" not in locked.cookies
    assert "<h1>Log in</h1>" in client(locked.app, id).get("/hello").text


def test_logged_out_everywhere(locked):
    """sessions.of(user) has each login, and end() ends them all."""
    browsers = [locked, client(locked.app)]
    for each in browsers:
        log_in(each)
    ids = {each.cookies["session_id"] for each in browsers}
    assert set(locked.get("/devices").text.split()) == ids
    stranger = client(locked.app)
    log_in(stranger, username="ada")
    assert locked.get("/leave_all").text == "2"
    for each in browsers:
        assert "<h1>Log in</h1>" in each.get("/hello").text
    assert stranger.get("/hello").text == "Hello, ada!"


@pytest.mark.parametrize("id", [None, ID, "../x"])
def test_a_visitor(guard, watched, id):
    """Who is not logged in gets the login page, which no cache keeps, and leaves nothing."""
    browser = client(guard(**watched.settings).app, id)
    answer = browser.get("/hello")
    assert "<h1>Log in</h1>" in answer.text
    assert answer.headers.getall("Cache-Control") == ["no-store"]
    assert answer.headers.getall("Vary") == ["Cookie"]
    wrong = browser.post("/do_login", {**EVA, "password": "wrong"})
    assert "Wrong name or password." in wrong.text
    assert wrong.headers.getall("Cache-Control") == ["no-store"]
    for each in (answer, wrong):
        assert cookie_of(each) is None
    assert not {"save", "touch", "add_id"} & set(watched.calls)


def test_a_page_behind_the_login(guard, ram):
    """What the user sees is his own: no shared cache may keep it."""
    browser = guard(**ram.settings)
    log_in(browser)
    answer = browser.get("/hello")
    assert answer.headers.getall("Cache-Control") == ["private"]
    assert answer.headers.getall("Vary") == ["Cookie"]


def test_the_store_is_down(guard, memcached):
    """A login and a page behind it are 503 then, and the client keeps its id."""
    settings = {"storage_class": "memcached", "servers": [memcached.address]}
    browser = guard(**settings)
    log_in(browser)
    id = browser.cookies["session_id"]
    memcached.kill()
    for answer in (
        browser.get("/hello", status=503),
        browser.post("/do_login", EVA, status=503),
        browser.post("/do_logout", status=503),
        client(browser.app).post("/do_login", EVA, status=503),
    ):
        assert int(answer.headers["Retry-After"]) > 0
        assert cookie_of(answer) is None
        assert "Hello" not in answer.text
    assert browser.cookies["session_id"] == id


@pytest.mark.parametrize("base", [DictSession, ServerSession, RowSession])
@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_a_class_of_cherrypys_kind(guard, base, locking):
    """A session class that was written for CherryPy is renewed, and ended, as ours are."""
    own = {DictSession: ("cache", "locks"), ServerSession: ("locks",), RowSession: ("rows",)}
    kind = type("Own", (base,), {**{name: {} for name in own[base]}, "__module__": "program"})
    browser = guard(storage_class=kind, locking=locking)
    planted = cookie_of(browser.get("/cart?items=3"))["value"]
    log_in(browser)
    id = browser.cookies["session_id"]
    assert browser.get("/hello").text == "Hello, eva!"
    assert client(browser.app, planted).get("/cart").text == "None"
    assert cookie_of(browser.post("/do_logout"))["max-age"] == "0"
    assert client(browser.app, id).get("/cart").text == "None"
    cherrypy_stores.calls.clear()


@pytest.mark.parametrize("is_auth_first", [True, False])
def test_the_order_of_the_tools_in_the_config(site, ram, is_auth_first):
    """The session is there before the login is looked at, wherever the keys stand."""

    class Root:
        def index(self):
            return hello()

        index.exposed = True

    own = {"tools.sessions.on": True, "tools.sessions.storage_class": ram}
    layers = [LOGIN, own] if is_auth_first else [own, LOGIN]
    site.tree.mount(Root(), "", {"/": {k: v for each in layers for k, v in each.items()}})
    browser = client(site.tree)
    assert "<h1>Log in</h1>" in browser.get("/").text
    log_in(browser)
    assert browser.get("/").text == "Hello, eva!"


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://localhost"}])
@pytest.mark.parametrize(
    ("scheme", "settings", "name"),
    [
        ("https", {}, "session_id"),
        ("https", {"name": "__Host-id"}, "__Host-id"),
        # Behind a proxy that ends TLS, and of which the server is told nothing.
        ("http", {"secure": True}, "session_id"),
        ("http", {"secure": True, "name": "__Host-id"}, "__Host-id"),
    ],
)
def test_by_https(guard, ram, origin, scheme, settings, name):
    """The cookie of a login is Secure, with the name that the browser binds to this host."""
    browser = guard(**ram.settings, **settings)
    environ = {"wsgi.url_scheme": scheme, "HTTP_HOST": "localhost"}
    answer = browser.post("/do_login", EVA, headers=origin, extra_environ=environ)
    cookie = cookie_of(answer, name)
    assert cookie["secure"] is True
    assert "domain" not in cookie
    back = {"Cookie": f"{name}={cookie['value']}"}
    page = client(browser.app).get("/hello", headers=back, extra_environ=environ)
    assert page.text == "Hello, eva!"
    out = client(browser.app).post(
        "/do_logout", headers={**back, **origin}, extra_environ=environ
    )
    assert (cookie_of(out, name)["max-age"], cookie_of(out, name)["secure"]) == ("0", True)
