"""tools.session_auth: a login by a form, remembered in the session (BEHAVIOUR 6.7)."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from urllib.parse import quote, unquote_to_bytes, urlencode

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.tools import HandlerTool, Tool
from wsgicherry.lib import cptools, sessionauth
from wsgicherry.lib.sessionauth import SessionAuth, make_local
from wsgicherry.lib.sessions import RamSession

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BASE = "http://h.example"


class Answer:
    """What came back, in few words."""

    def __init__(self, response):
        self.code, self.text, self.body = response.status_int, response.text, response.body
        self.header = response.headers.get


class Sessions:
    """The sessions of a site of one browser's, in a store of the test's own."""

    def __init__(self):
        store_class = type("OwnStore", (RamSession.store_class,), {})
        self.kind = type("OwnSession", (RamSession,), {"store_class": store_class})
        self.config = {"tools.sessions.on": True, "tools.sessions.storage_class": self.kind}
        self.browser = None

    def __len__(self):
        return len(self.kind())

    @property
    def id(self):
        """What the browser's cookie says; None without one."""
        value = self.browser.cookies.get("session_id")
        return value and value.strip('"')  # WebTest quotes what a test sets

    def data(self, id=None):
        """Return what is stored under an id, the browser's if none is given."""
        id = id or self.id
        return dict(self.kind(id).items()) if id else {}

    def begin(self, **data):
        """Give the browser a session that holds `data`."""
        session = self.kind()
        session.update(data)
        session.save()
        self.browser.set_cookie("session_id", session.id)


@pytest.fixture
def session(site):
    """The sessions of all pages of this test, in RAM."""
    sessions = Sessions()
    # The client keeps cookies and checks the rules of WSGI (as wsgiref.validate does).
    sessions.browser = TestApp(site.tree, extra_environ={"HTTP_HOST": "h.example"})
    return sessions


@pytest.fixture
def page(site, session):
    """Mount a function as the handler of every path, and call it:
    page(handler, **config)(path, method, ...) -> Answer.
    """

    class Root:
        """An object to hang the handler on."""

    def make(handler, script_name="", has_sessions=True, **config):
        def default(*args, **kwargs):
            return handler(*args, **kwargs)

        default.exposed = True
        root = Root()
        root.index = root.default = default
        settings = {key.replace("__", "."): value for key, value in config.items()}
        own = session.config if has_sessions else {}
        site.tree.mount(root, script_name, {"/": {**own, **settings}})

        def call(path="/", method="GET", qs="", body=b"", headers=None, environ=None):
            path, _, query = path.partition("?")
            request = session.browser.RequestClass.blank(
                "/", method=method, body=body, headers=headers or {}, environ=environ
            )
            request.environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
            request.environ["QUERY_STRING"] = query or qs
            request.environ["HTTP_HOST"] = "h.example"
            request.environ["SERVER_PROTOCOL"] = "HTTP/1.1"
            return Answer(session.browser.do_request(request, status="*"))

        return call

    return make


def check(username, password):
    """Let 'eva' in, with the password 'right'."""
    return None if (username, password) == ("eva", "right") else "Wrong name or password."


@pytest.fixture
def guarded(page):
    """Mount a page behind the login: guarded(**settings) -> Page, called with a form."""

    def make(**settings):
        own = {
            f"tools__session_auth__{name}": value
            for name, value in {"check_username_and_password": check, **settings}.items()
        }
        mounted = page(
            lambda *a, **k: f"Hello, {serving_now().request.login}!",
            tools__session_auth__on=True,
            **own,
        )

        def call(path="/", form=None, **options):
            if form is not None:
                options.setdefault("method", "POST")
                options["body"] = urlencode(form, doseq=True).encode()
                options["headers"] = {**FORM, **options.get("headers", {})}
            return mounted(path, **options)

        return call

    return make


def from_page_of(answer):
    return unescape(re.search(r'name="from_page" value="([^"]*)"', answer.text)[1])


EVA = {"username": "eva", "password": "right"}


# -- the way through -------------------------------------------------------------------


def test_nobody_is_logged_in(guarded, session):
    """The login page is shown in place of the page, and nothing of the visitor is kept."""
    answer = guarded()("/secret?x=1&y=2")
    assert answer.code == 200
    assert '<form method="post" action="do_login">' in answer.text
    assert "Hello" not in answer.text
    assert from_page_of(answer) == "/secret?x=1&y=2"
    assert 'role="alert"' not in answer.text
    assert answer.header("Set-Cookie") is None
    assert len(session) == 0


def test_a_login(guarded, session):
    """The right password leads back to the page, with a new session that knows the user."""
    call = guarded()
    answer = call("/do_login", {**EVA, "from_page": "/secret?x=1"})
    assert (answer.code, answer.header("Location")) == (303, f"{BASE}/secret?x=1")
    assert session.data() == {"username": "eva"}
    assert call("/secret").text == "Hello, eva!"


def test_the_id_is_new_at_login(guarded, session):
    """An id that somebody has planted opens nothing from then on (fixation, SECURITY 24)."""
    call = guarded()
    session.begin(cart=3)
    planted = session.id
    call("/do_login", EVA)
    assert session.id != planted
    assert session.data(planted) == {}
    assert session.data() == {"cart": 3, "username": "eva"}
    assert len(session) == 1


@pytest.mark.parametrize("name", ["eva", "nobody"])
def test_a_wrong_password(guarded, session, name):
    """The page is shown again with what is wrong, the same for a name that there is not."""
    answer = guarded()(
        "/do_login", {"username": name, "password": "wrong", "from_page": "/secret"}
    )
    assert answer.code == 200
    assert '<p role="alert">Wrong name or password.</p>' in answer.text
    assert f'value="{name}"' in answer.text
    assert "wrong" not in answer.text
    assert from_page_of(answer) == "/secret"
    assert len(session) == 0


def test_the_login_page_by_its_own_address(guarded):
    """/login_screen shows it; the way leads to where the page is, as in CherryPy."""
    answer = guarded()("/a/b/login_screen")
    assert answer.code == 200
    assert from_page_of(answer) == "/a/"


def test_a_logout(guarded, session):
    """The session ends with all that is in it, after on_logout has seen it (SECURITY 24)."""
    seen = []
    call = guarded(on_logout=lambda name: seen.append((name, serving_now().session["cart"])))
    session.begin(cart=3)
    call("/do_login", EVA)
    id = session.id
    answer = call("/do_logout", {"from_page": "/bye"})
    assert (answer.code, answer.header("Location")) == (303, f"{BASE}/bye")
    assert "Max-Age=0" in answer.header("Set-Cookie")
    assert seen == [("eva", 3)]
    assert (session.id, session.data(id), len(session)) == (None, {}, 0)
    assert "Hello" not in call("/secret").text


def test_a_logout_of_nobody(guarded, session):
    """Who is not logged in keeps the session, and gets away from the address."""
    call = guarded(on_logout=lambda name: 1 / 0)
    session.begin(cart=3)
    answer = call("/a/do_logout", {})
    assert (answer.code, answer.header("Location")) == (303, f"{BASE}/")
    assert session.data() == {"cart": 3}


def test_the_order_of_what_is_called(guarded, session):
    """check, login, on_login; then on_check for each page; on_logout at last."""
    calls = []

    def note(event):
        return lambda name: calls.append((event, name, describe()))

    def describe():
        now = serving_now()
        return now.session.user, now.session["username"], now.request.login

    def check_and_note(username, password):
        calls.append(("check", username, password))

    call = guarded(
        check_username_and_password=check_and_note,
        on_login=note("on_login"),
        on_check=note("on_check"),
        on_logout=note("on_logout"),
    )
    call("/do_login", {"username": "ada", "password": "x"})
    call("/")
    call("/do_logout", {})
    assert calls == [
        ("check", "ada", "x"),
        ("on_login", "ada", ("ada", "ada", "ada")),
        ("on_check", "ada", ("ada", "ada", "ada")),
        ("on_logout", "ada", ("ada", None, None)),
    ]
    assert len(session) == 0


def test_an_anonymous_user(guarded, session):
    """A name for those who have not logged in lets them pass, and stays in the session."""
    call = guarded(anonymous=lambda: "guest")
    assert call("/").text == "Hello, guest!"
    assert session.data() == {"username": "guest"}
    call("/do_login", EVA)
    assert call("/").text == "Hello, eva!"


def test_another_key_of_the_session(guarded, session):
    """session_key says where the name is."""
    guarded(session_key="who")("/do_login", EVA)
    assert session.data() == {"who": "eva"}


def test_a_page_of_ones_own(guarded):
    """login_screen as a function gets plain text, and no headers but no-store."""

    def login_screen(from_page="..", username="", error_msg="", **kwargs):
        return f"{from_page}|{username}|{error_msg}".encode()

    call = guarded(login_screen=login_screen)
    assert call("/x?y=1").text == "/x?y=1||"
    answer = call("/do_login", {"username": "<b>", "password": "x", "from_page": "/z"})
    assert answer.text == "/z|<b>|Wrong name or password."
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Content-Security-Policy") is None


def test_functions_in_place_of_methods(guarded):
    """do_login, do_logout, do_check and run are settings too, called without `self`."""
    call = guarded(
        do_login=lambda username, password, **kwargs: answer_with(f"{username} {kwargs}"),
        do_logout=lambda **kwargs: answer_with(f"out {kwargs}"),
        do_check=lambda: answer_with("checked"),
    )
    assert call("/do_login", {**EVA, "more": "1"}).text == "eva {'more': '1'}"
    assert call("/do_logout", {"more": "1"}).text == "out {'more': '1'}"
    assert call("/").text == "checked"
    assert guarded(run=lambda: answer_with("ran"))("/").text == "ran"


def answer_with(text):
    serving_now().response.body = text.encode()
    return True


def test_parameters_of_other_tools(guarded, site):
    """A parameter that another tool adds does no harm (cherrypy #780)."""
    site.tools.more = Tool(
        "before_handler", lambda: serving_now().request.params.update(test="x"), priority=30
    )
    call = guarded()
    site.config.update({"tools.more.on": True})
    assert call("/do_login", EVA).code == 303


def test_a_class_of_ones_own(page, site, session):
    """A derived class runs by a HandlerTool, as CherryPy's programs have it."""

    class Auth(SessionAuth):
        session_key = "who"

        def check_username_and_password(self, username, password):
            return check(username, password)

    site.tools.my_auth = HandlerTool(lambda: Auth().run())
    call = page(lambda *a, **k: "in", tools__my_auth__on=True)
    assert "<h1>Log in</h1>" in call("/").text
    call("/do_login", method="POST", body=urlencode(EVA).encode(), headers=FORM)
    assert session.data() == {"who": "eva"}
    assert call("/").text == "in"


@pytest.mark.parametrize(
    ("from_page", "shown"),
    [(None, "/"), ("..", "/"), ("/a", "/a"), ("//evil.example", "/")],
)
def test_the_login_page_outside_of_a_request(from_page, shown):
    """Programs' tests look at it: bytes, and as careful as within one."""
    page = SessionAuth().login_screen(from_page, username="nobody", password="x")
    assert f'name="from_page" value="{shown}"'.encode() in page


def test_the_tool_as_a_function(session, page):
    """lib.cptools.session_auth takes the settings as arguments, as in CherryPy."""
    assert cptools.SessionAuth is SessionAuth

    def handler(*args, **kwargs):
        is_answered = cptools.session_auth(check_username_and_password=check)
        return serving_now().response.body if is_answered else "in"

    call = page(handler)
    assert "<h1>Log in</h1>" in call("/").text
    session.begin(username="eva")
    assert call("/").text == "in"


def test_what_the_tool_takes(site):
    """Every public attribute of SessionAuth is a setting."""
    assert set(site.tools.session_auth.arguments()) == {
        *("session_key", "debug", "check_username_and_password", "anonymous", "on_login"),
        *("on_logout", "on_check", "login_screen", "do_login", "do_logout", "do_check", "run"),
    }
    assert site.tools.session_auth.session_key is None


def test_what_is_decided_is_in_the_log(guarded, error_lines):
    """With debug on, the log says why; never with a password."""
    call = guarded(debug=True)
    call("/")
    call("/do_login", {"username": "e\nva", "password": "hunter2"})
    call("/do_login", EVA)
    call("/")
    text = "\n".join(error_lines)
    assert "no user: the login page is shown" in text
    assert "login of 'e\\nva' refused" in text
    assert "the user is 'eva'" in text
    assert "hunter2" not in text


# -- what is refused -------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, True, "check"])
def test_no_password_check(guarded, value):
    """Without one the start is refused; the error says where, and what to set."""
    with pytest.raises(ConfigError) as caught:
        guarded(check_username_and_password=value)
    assert f"[/] {sessionauth.CHECK_KEY}: tools.session_auth has no check" in str(caught.value)
    assert "to a function that takes a name and a password" in str(caught.value)


LAYERS = {
    "nowhere": ({}, {}, {}, False),
    "for all the site": ({"x": check}, {}, {}, True),
    "for the application": ({}, {"x": check}, {}, True),
    "for the path": ({}, {}, {"x": check}, True),
    "taken away for the path": ({"x": check}, {}, {"x": None}, False),
    "off": ({}, {}, {"tools.session_auth.on": False}, True),
}


@pytest.mark.parametrize(("for_site", "above", "own", "is_there"), LAYERS.values(), ids=LAYERS)
def test_where_the_password_check_may_be(site, for_site, above, own, is_there):
    """Anywhere above the page, as every setting; it is missed where the tool is on."""

    class Root:
        @Tool(None, print, "session_auth")()
        def admin(self):
            return "in"

        admin.exposed = True

    def rename(settings):
        return {sessionauth.CHECK_KEY if k == "x" else k: v for k, v in settings.items()}

    site.config.update(rename(for_site))
    sections = {"/": rename(above), "/admin": rename(own)}
    if is_there:
        assert site.tree.mount(Root(), "", sections)
    else:
        with pytest.raises(ConfigError, match=r"\[/admin\].*has no check_username"):
            site.tree.mount(Root(), "", sections)


def test_turned_on_later_without_a_password_check(page, site, session, error_lines):
    """What no start could see is a 500 on every path, and the log says what to set."""
    call = page(lambda *a, **k: "the secret")
    site.config.update({"tools.session_auth.on": True})
    for answer in (call("/"), call("/do_login", method="POST"), call("/login_screen")):
        assert answer.code == 500
        assert "the secret" not in answer.text
    assert "Set tools.session_auth.check_username_and_password to a function" in str(
        error_lines
    )
    assert len(session) == 0


def test_no_password_check_in_a_class_of_ones_own(page, site, error_lines):
    """A derived class without one lets nobody in, and says so."""
    site.tools.my_auth = HandlerTool(lambda: SessionAuth().run())
    call = page(lambda *a, **k: "in", tools__my_auth__on=True)
    answer = call("/do_login", method="POST", body=urlencode(EVA).encode(), headers=FORM)
    assert answer.code == 500
    assert "has no check_username_and_password" in str(error_lines)


def test_no_password_check_by_hand():
    """Who calls the function must give one too."""
    with pytest.raises(ValueError, match="has no check_username_and_password"):
        cptools.session_auth(debug=True)


def test_a_setting_that_there_is_not():
    """A misspelt setting is an error that lists those there are."""
    with pytest.raises(ValueError, match="no setting 'on_logn'; known are session_key, debug"):
        sessionauth.make_auth(check_username_and_password=check, on_logn=print)


def test_a_section_that_no_path_reaches(site, page, error_lines):
    """A misspelt section is found, though the tool would answer there: no page is left open."""

    class Root:
        def admin(self):
            return "in"

        admin.exposed = True

    own = {"tools.session_auth.on": True, sessionauth.CHECK_KEY: check}
    site.tree.mount(Root(), "/app", {"/admni": own})
    call = page(lambda *a, **k: "other")
    assert call("/app/admin").code == 500
    assert "no path reaches it" in str(error_lines)


def test_no_sessions(page, error_lines):
    """Without tools.sessions the page stays shut, and the log says what to turn on."""
    call = page(
        lambda *a, **k: "in",
        has_sessions=False,
        tools__session_auth__on=True,
        tools__session_auth__check_username_and_password=check,
    )
    assert call("/").code == 500
    assert "set tools.sessions.on = True for this path" in str(error_lines)


@pytest.mark.parametrize("path", ["/do_login", "/do_logout"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_methods_but_post(guarded, session, path, method):
    """A link, or an image, logs nobody in or out: 405."""
    call = guarded()
    session.begin(username="ada")
    answer = call(f"{path}?{urlencode(EVA)}", method=method)
    assert (answer.code, answer.header("Allow")) == (405, "POST")
    assert session.data() == {"username": "ada"}


@pytest.mark.parametrize("path", ["/do_login", "/do_logout"])
def test_a_form_on_another_site(guarded, session, error_lines, path):
    """It logs nobody in or out: 403, and the page says why; the log has what was compared."""
    call = guarded()
    session.begin(username="ada")
    answer = call(path, EVA, headers={"Origin": "http://evil.example"})
    assert answer.code == 403
    assert "sent by a page of another site" in answer.text
    assert session.data() == {"username": "ada"}
    assert "Origin 'http://evil.example'" in str(error_lines)
    assert "this host is 'h.example'" in str(error_lines)


ODD_FIELDS = {
    "nothing": {},
    "no password": {"username": "eva"},
    "no name": {"password": "right"},
    "empty": {"username": "", "password": ""},
    "two names": {"username": ["eva", "eva"], "password": "right"},
    "two passwords": {"username": "eva", "password": ["right", "right"]},
    "a long name": {"username": "e" * 257, "password": "right"},
    "a long password": {"username": "eva", "password": "r" * 1025},
}


@pytest.mark.parametrize("form", ODD_FIELDS.values(), ids=ODD_FIELDS)
def test_fields_that_no_form_sends(guarded, session, form):
    """The login page again, with what to do; the check is not asked."""
    call = guarded(check_username_and_password=lambda *a: 1 / 0)
    answer = call("/do_login", {**form, "from_page": "/secret"})
    assert answer.code == 200
    assert "Please fill in your name and your password." in answer.text
    assert from_page_of(answer) == "/secret"
    assert "eeee" not in answer.text
    assert len(session) == 0


@pytest.mark.parametrize("from_page", [["/a", "/b"], "/" + "a" * 2048], ids=["two", "long"])
def test_odd_ways_back(guarded, from_page):
    """A way back that no form sends counts as none."""
    answer = guarded()("/do_login", {**EVA, "from_page": from_page})
    assert (answer.code, answer.header("Location")) == (303, f"{BASE}/")


def test_a_file_as_a_name(guarded):
    """An upload in a field's place is no name."""
    body = (
        b"--b\r\nContent-Disposition: form-data; name=username; filename=x\r\n\r\neva\r\n"
        b"--b\r\nContent-Disposition: form-data; name=password\r\n\r\nright\r\n--b--\r\n"
    )
    answer = guarded()(
        "/do_login",
        method="POST",
        body=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert (answer.code, "Please fill in" in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["/do_login", "/do_logout"])
def test_a_field_called_self(guarded, path):
    """A field that a method cannot take is the client's error."""
    assert guarded()(path, {**EVA, "self": "x"}).code == 400


def test_a_function_that_takes_less(guarded):
    """A field that the program's own function does not take is the client's error."""
    call = guarded(do_login=lambda username, password: answer_with("in"))
    assert call("/do_login", {**EVA, "more": "x"}).code == 400


def test_a_type_error_of_the_programs_own(guarded, error_lines):
    """An accident in the check is a 500, with its traceback in the log."""
    answer = guarded(check_username_and_password=lambda name, word: name + 1)("/do_login", EVA)
    assert answer.code == 500
    assert "TypeError" in str(error_lines)


# -- the page --------------------------------------------------------------------------

MARKUP = """"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;"""


def test_nothing_in_the_page_is_markup(guarded):
    """Name, way back and message are text, whatever they hold (SECURITY section 6 row 27)."""
    call = guarded(check_username_and_password=lambda name, word: f"No {name}")
    answer = call("/do_login", {"username": MARKUP, "password": "x", "from_page": "/" + MARKUP})
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert unescape(re.search(r'role="alert">([^<]*)<', answer.text)[1]) == f"No {MARKUP}"
    assert unescape(re.search(r'name="username" value="([^"]*)"', answer.text)[1]) == MARKUP
    shown = call("/" + quote(MARKUP) + '?"><script>')
    assert "<script" not in shown.text


def test_what_the_page_may_load(guarded):
    """Its own style, by its hash, and nothing else; no cache keeps it, no page frames it."""
    answer = guarded()("/")
    style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    policy = answer.header("Content-Security-Policy")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Content-Type") == "text/html;charset=utf-8"


def test_who_cannot_see_the_page(guarded):
    """Labels belong to their fields, and password managers know what they are."""
    text = guarded()("/").text
    assert 'lang="en"' in text
    for name, complete in (("username", "username"), ("password", "current-password")):
        assert f'<label for="{name}">' in text
        assert re.search(
            f'<input id="{name}" name="{name}"[^>]*autocomplete="{complete}"', text
        )


def test_where_the_cursor_is(guarded):
    """In the first field; in the password's when a name is there already."""
    call = guarded()
    focus = r'id="(\w+)"[^>]* autofocus>'
    assert re.findall(focus, call("/").text) == ["username"]
    again = call("/do_login", {"username": "eva", "password": "x"})
    assert re.findall(focus, again.text) == ["password"]


def test_the_length_of_another_page(guarded, site):
    """A Content-Length that was set for the page does not stay on the login page."""
    site.tools.length = Tool(
        "before_handler",
        lambda: serving_now().response.headers.update({"Content-Length": "3"}),
        priority=10,
    )
    call = guarded()
    site.config.update({"tools.length.on": True})
    answer = call("/")
    assert answer.header("Content-Length") == str(len(answer.body))


# -- the way back ----------------------------------------------------------------------

LOCAL = {
    "/": "/",
    "/a": "/a",
    "/a/?b=c&d=//e": "/a/?b=c&d=//e",
    "/a?b=http://other.example/": "/a?b=http://other.example/",
    "/a#b": "/a#b",
    "..": "/",
    "x": "/app/x",
    "../x?y": "/x?y",
    "?y": "/app/do_login?y",
    "/a//b": "/a//b",
    "/%2F/evil.example": "/%2F/evil.example",
    "/%09/evil.example": "/%09/evil.example",
    "/%5Cevil.example": "/%5Cevil.example",
    "%2F%2Fevil.example": "/app/%2F%2Fevil.example",
    "/@evil.example": "/@evil.example",
    "@evil.example": "/app/@evil.example",
    ".evil.example": "/app/.evil.example",
    "evil.example": "/app/evil.example",
    "/.//evil.example": "/evil.example",
    "/..//evil.example": "/evil.example",
    "/a/..//evil.example": "/evil.example",
    ".//evil.example": "/app//evil.example",
    "..//evil.example": "/evil.example",
    "/\uff0fevil.example": "/\uff0fevil.example",
    "\uff0f\uff0fevil.example": "/app/\uff0f\uff0fevil.example",
    "/\u200b/evil.example": "/\u200b/evil.example",
    "\xa0//evil.example": "/app/\xa0//evil.example",
    "/<script>": "/<script>",
    f"{BASE}/a?b": "/a?b",
    f"{BASE}/": "/",
}
FOREIGN = [
    *("", "//evil.example", "///evil.example", "////evil.example", "//evil.example:80/x"),
    *("//[::1]", "//user@evil.example", "//localhost\\@evil.example"),
    *("/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example", "/a\\b"),
    *("/\t/evil.example", "\t//evil.example", "/\t\\evil.example", "/\n/evil.example"),
    *("/\r/evil.example", "/\r\n/evil.example", "\n//evil.example", "/\x00/evil.example"),
    *("\x00//evil.example", "/\x0b/evil.example", "\x1f//evil.example", "/\x7f/evil.example"),
    *(" //evil.example", "/ /evil.example", " /a", "/x\r\nSet-Cookie: evil=1"),
    *(
        "http://evil.example",
        "https://evil.example/",
        "HTTP://evil.example",
        "http:evil.example",
    ),
    *("http:/evil.example", "http:///evil.example", "https:evil.example", "ftp://evil.example"),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
    ),
    *("vbscript:x", "x:y", ":80/x", ".evil.example:80/x", "@evil.example:80/", "mailto:a@b"),
    *(BASE, f"{BASE}.evil.example/", f"{BASE}@evil.example/", f"{BASE}//evil.example"),
    *(f"{BASE}/\\evil.example", f"{BASE}/\t/evil.example", f"{BASE}:81/", "http://H.EXAMPLE/a"),
    *(
        "/%0d\\evil.example",
        "wss://evil.example",
        "//evil\u3002example",
        "view-source:http://x",
    ),
]


@pytest.mark.parametrize(("address", "path"), LOCAL.items())
def test_addresses_of_this_host(address, path):
    """They are kept, from the server's root on, whatever they look like."""
    assert make_local(address, BASE, "/app/do_login") == path


@pytest.mark.parametrize("address", FOREIGN)
def test_addresses_of_other_hosts(guarded, address):
    """They lead to '/', by the redirect and by the page that is shown (SECURITY 17)."""
    assert make_local(address, BASE, "/app/do_login") == "/"
    call = guarded()
    form = {**EVA, "from_page": address}
    assert call("/app/do_login", form).header("Location") == f"{BASE}/"
    again = call("/app/do_login", {**form, "password": "x"})
    assert from_page_of(again) == "/"
    assert call("/app/do_logout", {"from_page": address}).header("Location") == f"{BASE}/"


@pytest.mark.parametrize("address", LOCAL)
def test_redirects_to_this_host(guarded, address):
    """Every Location is an address of this host, and without a place for another."""
    location = guarded()("/app/do_login", {**EVA, "from_page": address}).header("Location")
    assert re.fullmatch(r"http://h\.example/(?![/\\])[\x21-\x7e]*", location)


@pytest.mark.parametrize(
    ("target", "here"),
    [
        ("//evil.example/x", "/evil.example/x"),
        ("/a%20b/%3Fc?d", "/a%20b/%3Fc?d"),
        ("/%5Cevil.example", "/%5Cevil.example"),
        ("/%C3%BC", "/%C3%BC"),
        ("/a?b=\\c", "/a?b=%5Cc"),
    ],
)
def test_the_page_that_was_asked_for(guarded, target, here):
    """Its address is where the login leads to, with everything escaped as it must be."""
    path, _, query = target.partition("?")
    assert from_page_of(guarded()(path, qs=query)) == here


def test_an_application_below_the_root(page, session):
    """The way back has the mount point in front."""
    call = page(
        lambda *a, **k: "in",
        script_name="/app",
        tools__session_auth__on=True,
        tools__session_auth__check_username_and_password=check,
    )
    assert from_page_of(call("/app/x?y=1")) == "/app/x?y=1"
    assert from_page_of(call("/app/login_screen")) == "/"
