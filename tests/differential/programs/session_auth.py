"""The login page of tools.session_auth: who gets in, where one lands, what is remembered."""

import re

import cherrypy

LOG = []
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def check(username, password):
    if password != "right":
        return "Wrong name or password."


class Root:
    @cherrypy.expose
    def index(self):
        return f"Hello, {cherrypy.request.login}"

    @cherrypy.expose
    def page(self, a=""):
        return f"A page for {cherrypy.session['username']} {a}"

    @cherrypy.expose
    @cherrypy.config(**{"tools.session_auth.on": False})
    def open(self):
        return f"open to {cherrypy.session.get('username')}"


class Index:
    @cherrypy.expose
    def index(self):
        return "in"


def on_login(username):
    LOG.append(f"login {username}")


def on_logout(username):
    LOG.append(f"logout {username}")


def on_check(username):
    LOG.append(f"check {username}")


def own_screen(from_page="..", username="", error_msg="", **kwargs):
    path = re.sub("^https?://[^/]*", "", from_page)
    return f"own screen: {username} {error_msg} {path}".encode()


def anonymous():
    return "guest"


class Log:
    @cherrypy.expose
    def index(self):
        said, LOG[:] = repr(LOG), []
        return said


SETTINGS = {
    "": {"on_login": on_login, "on_logout": on_logout, "on_check": on_check,
         "login_screen": own_screen},
    "/own": {"session_key": "user", "login_screen": own_screen},
    "/guests": {"anonymous": anonymous, "login_screen": own_screen},
    "/default": {},
}  # fmt: skip
for place, settings in SETTINGS.items():
    root = Index() if place in ("/own", "/default") else Root()
    cherrypy.tree.mount(root, place, {"/": {
        "tools.sessions.on": True, "tools.sessions.name": f"id{place.strip('/')}",
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": check,
        **{f"tools.session_auth.{name}": value for name, value in settings.items()},
    }})  # fmt: skip
cherrypy.tree.mount(Log(), "/log")


def post(path, body, **others):
    return {"method": "POST", "path": path, "body": body, "headers": FORM, **others}


ASK = "username=eva&password=right"
REQUESTS = [
    {"path": "/", "session": "read"},
    {"path": "/page", "query": "a=1", "session": "read"},
    {"path": "/open", "session": "read"},
    {"path": "/nowhere", "session": "read"},
    {"path": "/login_screen", "session": "untouched"},
    {"path": "/login_screen", "query": "from_page=/page&username=eva", "session": "untouched"},
    {"path": "/do_login", "session": "untouched"},
    {"path": "/do_logout", "session": "untouched"},
    *(
        post("/do_login", body, name=body or "nothing", session="untouched")
        for body in ("username=eva&password=wrong", "username=eva", "password=right", "",
                     "username=eva&password=wrong&from_page=%2Fpage")
    ),
    post("/do_login", ASK, name="right", client="eva", session="kept"),
    {"client": "eva", "path": "/", "session": "read"},
    {"client": "eva", "path": "/page", "query": "a=2", "session": "read"},
    {"client": "eva", "path": "/open", "session": "read"},
    {"client": "eva", "path": "/log/"},
    post("/do_login", f"{ASK}&from_page=%2Fpage", client="eva", name="again",
         session="renewed"),
    {"client": "eva", "path": "/page", "replay": True, "name": "by the former id",
     "session": "read"},
    {"client": "eva", "path": "/page", "session": "read"},
    {"client": "eva", "path": "/do_logout", "session": "untouched"},
    post("/do_logout", "", client="eva", name="out", session="expired"),
    {"client": "eva", "path": "/page", "session": "read"},
    {"client": "eva", "path": "/log/"},
    post("/do_logout", "from_page=%2Fopen", name="out without being in", session="read"),
    *(
        post("/do_login", f"{ASK}&from_page={page}", client="max", name=f"from {page!r}",
             session="renewed")
        for page in ("page", "%2Fpage%3Fa%3D3", "..", "http%3A%2F%2Fexample.test%2Fpage",
                     "http%3A%2F%2Fother.test%2F", "%2F%2Fother.test%2F", "", "%3Fa%3D1")
    ),
    post("/do_login", f"{ASK}&extra=1", name="a field more", session="kept"),
    post("/own/do_login", ASK, name="own key", client="own", session="kept"),
    {"client": "own", "path": "/own/", "session": "read"},
    {"client": "own", "path": "/own/login_screen", "session": "untouched"},
    {"client": "guest", "path": "/guests/", "session": "kept"},
    {"client": "guest", "path": "/guests/", "session": "read"},
    post("/guests/do_login", ASK, client="guest", name="no guest any more", session="renewed"),
    {"client": "guest", "path": "/guests/", "session": "read"},
    post("/guests/do_logout", "", client="guest", name="a guest again", session="expired"),
    {"client": "guest", "path": "/guests/", "session": "renewed"},
    {"path": "/default/", "name": "the page in the box", "session": "read"},
    post("/default/do_login", "username=eva&password=wrong", name="the page with an error",
         session="untouched"),
]  # fmt: skip
