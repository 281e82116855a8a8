"""The sessions of a user: where somebody is logged in, and logging out everywhere."""

from __future__ import annotations

import threading
import time

import pytest
from session_pages import ID, client, session

from wsgicherry.lib import sessions
from wsgicherry.lib.sessions import Session

PATIENCE_SECONDS = 20


def login(user="ada"):
    session.login(user)
    session["n"] = 1
    return session.id


def reads():
    return f"{session.user} {session.get('n')}"


def logout():
    session.logout()
    return "gone"


def lists(user="ada"):
    return " ".join(each.id for each in sessions.of(user))


def current(user="ada"):
    return " ".join(each.id for each in sessions.of(user) if each.is_current)


def ends(user="ada", keep=""):
    return str(sessions.of(user).end(keep_current=bool(keep)))


PAGES = (login, reads, logout, lists, current, ends)


@pytest.fixture(params=["implicit", "merge"])
def browsers(mount, watched, request):
    """Three clients of a site with logins."""
    app = mount(*PAGES, locking=request.param, **watched.settings).app
    return [client(app) for _ in range(3)]


def test_where_somebody_is_logged_in(browsers):
    """of(user) has each session of the user, oldest first, and nobody else's."""
    ids = []
    for browser in browsers[:2]:
        ids.append(browser.get("/login").text)
        time.sleep(0.002)  # of one millisecond the order is anybody's
    other = browsers[2].get("/login?user=bob").text
    assert browsers[0].get("/lists").text.split() == ids
    assert browsers[0].get("/lists?user=bob").text == other
    assert browsers[0].get("/lists?user=eve").text == ""
    assert browsers[1].get("/current").text == ids[1]
    assert browsers[2].get("/current").text == ""


def test_what_is_told_of_a_session(mount, watched):
    """Each has its id, when it was made and when it expires."""
    seen = []

    def index():
        seen.extend(sessions.of("ada"))
        seen.append(len(sessions.of("ada")))
        return "x"

    browser = mount(index, *PAGES, timeout=10, **watched.settings)
    id = browser.get("/login").text
    browser.get("/")
    one, count = seen
    assert (one.id, one.is_current, count) == (id, True, 1)
    assert abs(one.created - time.time()) < 5
    assert abs(one.expires - time.time() - 600) < 5


def test_logging_out_everywhere(browsers):
    """end() ends every session of the user, this one too, and says how many they were."""
    for browser in browsers[:2]:
        browser.get("/login")
    browsers[2].get("/login?user=bob")
    answer = browsers[0].get("/ends")
    assert answer.text == "2"
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert [browser.get("/reads").text for browser in browsers] == [
        "None None",
        "None None",
        "bob 1",
    ]
    assert browsers[2].get("/lists").text == ""


def test_keep_current(browsers):
    """end(keep_current=True) leaves the session of this request alone, looked into or not."""
    for browser in browsers:
        browser.get("/login")
    assert browsers[1].get("/ends?keep=1").text == "2"
    assert browsers[1].get("/reads").text == "ada 1"
    assert browsers[0].get("/reads").text == "None None"
    assert browsers[2].get("/reads").text == "None None"


def test_an_administrator_ends_them(browsers):
    """Somebody else may end a user's sessions; his own goes on."""
    browsers[0].get("/login")
    browsers[2].get("/login?user=bob")
    assert browsers[2].get("/ends").text == "1"
    assert browsers[0].get("/reads").text == "None None"
    assert browsers[2].get("/reads").text == "bob 1"


def test_login_again(browsers):
    """Who logs in again, as himself or another, is listed once, under his newest id."""
    browser = browsers[0]
    browser.get("/login")
    second = browser.get("/login").text
    assert browser.get("/lists").text == second
    third = browser.get("/login?user=bob").text
    assert browser.get("/lists").text == ""
    assert browser.get("/lists?user=bob").text == third


def test_logged_out(browsers):
    """Who has logged out is listed no more."""
    browsers[0].get("/login")
    browsers[0].get("/logout")
    assert browsers[1].get("/lists").text == ""


def test_fixation(browsers):
    """The id of before the login opens nothing afterwards, and is not the new one."""
    before = client(browsers[0].app, ID)
    after = before.get("/login").text
    assert after != ID
    assert client(browsers[0].app, ID).get("/reads").text == "None None"


@pytest.mark.parametrize("locking", ["implicit", "merge"])
def test_a_running_request_brings_nothing_back(mount, watched, locking):
    """A request that runs while its user is logged out everywhere saves nothing of it."""
    is_inside, may_go = threading.Event(), threading.Event()

    def stays():
        session["n"] = 5
        is_inside.set()
        assert may_go.wait(PATIENCE_SECONDS)
        return "stayed"

    app = mount(stays, *PAGES, locking=locking, **watched.settings).app
    one, admin = client(app), client(app)
    one.get("/login")
    thread = threading.Thread(target=one.get, args=("/stays",))
    thread.start()
    try:
        assert is_inside.wait(PATIENCE_SECONDS)
        assert admin.get("/ends").text == "1"
    finally:
        may_go.set()
        thread.join(PATIENCE_SECONDS)
    assert one.get("/reads").text == "None None"
    assert admin.get("/lists").text == ""


def test_what_is_noted_and_not_there(browsers, watched):
    """An id that was noted for a user, and whose session has ended, is forgotten."""
    browsers[0].get("/login")
    store = watched(None, **watched.store_settings).store
    store.add_id("ada", "f" * 40)
    other = browsers[1].get("/login?user=bob").text
    store.add_id("ada", other)
    assert len(browsers[0].get("/lists").text.split()) == 1
    assert len(list(store.ids_of("ada"))) == 1


def test_outside_a_request(ram):
    """of(user, session) needs no request."""
    one = ram(None)
    one.login("ada")
    one.save()
    assert [each.id for each in sessions.of("ada", ram(None))] == [one.id]
    assert sessions.of("ada", ram(None)).end() == 1
    assert ram(one.id).missing


def test_looking_is_private(browsers):
    """A page that shows where somebody is logged in is the client's own."""
    browsers[0].get("/login")
    answer = browsers[0].get("/lists")
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["Vary"] == "Cookie"


def test_classes_written_for_cherrypy(mount):
    """A class in CherryPy's manner knows no users, and the error says what does."""

    class Old(Session):
        def _exists(self):
            return False

    with pytest.raises(TypeError, match="derive your store from SessionStore"):
        sessions.of("ada", Old())


def peeks():
    return f"{session.user} {sorted(session.keys())}"


def hands_over(user):
    session["cart"] = ["hat"]
    session.login(user)
    return peeks()


@pytest.mark.parametrize(
    "user, kept", [("ada", "ada ['cart', 'n']"), ("bob", "bob []")], ids=["same", "another"]
)
def test_login_over_a_login(mount, watched, user, kept):
    """Who logs in keeps what the session had, unless it is that of another user."""
    browser = mount(hands_over, peeks, *PAGES, **watched.settings)
    browser.get("/login?user=ada")
    assert browser.get(f"/hands_over?user={user}").text == kept
    assert browser.get("/peeks").text == kept
