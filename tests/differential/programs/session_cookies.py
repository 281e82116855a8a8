"""The session's cookie: its settings, applications with cookies of their own, paths without."""

import json

import cherrypy
from cherrypy.lib import sessions


class Root:
    @cherrypy.expose
    def index(self):
        return "hello"

    @cherrypy.expose
    def keep(self):
        cherrypy.session["kept"] = cherrypy.session.get("kept", 0) + 1
        return str(cherrypy.session["kept"])

    @cherrypy.expose
    def look(self):
        return str(cherrypy.session.get("kept"))

    @cherrypy.expose
    def expire(self):
        sessions.expire()
        return "expired"

    @cherrypy.expose
    def regenerate(self):
        cherrypy.session["kept"] = "regenerated"
        cherrypy.tools.sessions.regenerate()
        return "new"

    @cherrypy.expose
    def sent(self):
        return json.dumps(sorted(cherrypy.request.cookie))

    @cherrypy.expose
    def by_hand(self):
        """Change the cookie after it was made, as programs did for SameSite."""
        cherrypy.session["kept"] = "by hand"
        cherrypy.response.cookie["own"] = "1"
        return "kept"

    @cherrypy.expose
    def set_cookie(self):
        cherrypy.session["kept"] = "set"
        sessions.set_response_cookie(path="/named", name="by_call", timeout=90, httponly=True)
        return "set"

    @cherrypy.expose
    def off(self):
        return str(cherrypy.request.config.get("tools.sessions.on"))


class Style:
    @cherrypy.expose
    def css(self):
        return "body {}"


Root.style = Style()

SETTINGS = {
    "": {},
    "/named": {"name": "own_name"},
    "/path": {"path": "/path"},
    "/path_header": {"path_header": "X-Path"},
    "/domain": {"domain": "example.test"},
    "/secure": {"secure": True},
    "/httponly": {"httponly": True},
    "/browser": {"persistent": False},
    "/timeout": {"timeout": 90},
    "/fraction": {"timeout": 1.5},
    "/week": {"timeout": 7 * 24 * 60},
    "/all": {"name": "all", "path": "/all", "domain": "example.test", "secure": True,
             "httponly": True, "timeout": 5},
}  # fmt: skip
for place, settings in SETTINGS.items():
    # A name for each, as the cookies of all of them but some would have the path '/'.
    settings = {"name": f"id{place.replace('/', '_')}", **settings}
    cherrypy.tree.mount(Root(), place, {
        "/": {"tools.sessions.on": True,
              **{f"tools.sessions.{name}": value for name, value in settings.items()}},
        "/style": {"tools.sessions.on": False},
        "/off": {"tools.sessions.on": False},
    })  # fmt: skip

STEPS = (
    ("/", "untouched"), ("/style/css", None), ("/off", None), ("/keep", "kept"),
    ("/look", "read"), ("/keep", "kept"), ("/sent", "untouched"), ("/style/css", None),
    ("/regenerate", "kept"), ("/look", "read"), ("/by_hand", "kept"), ("/expire", "expired"),
    ("/sent", "untouched"),
)  # fmt: skip
REQUESTS = [
    {"client": f"of {place or 'root'}", "path": f"{place}{path}", "session": state}
    for place in SETTINGS
    for path, state in STEPS
]
REQUESTS += [
    {"client": "everywhere", "path": f"{place}{path}", "session": state}
    for path, state in (("/keep", "kept"), ("/keep", "kept"), ("/sent", "untouched"))
    for place in ("", "/named", "/path", "/all")
]
REQUESTS += [
    {"client": "headed", "path": "/path_header/keep", "session": "kept",
     "headers": {"X-Path": "/path_header"}},
    {"client": "headed", "path": "/path_header/sent", "session": "untouched"},
    {"client": "headed", "path": "/sent", "session": "untouched"},
    {"client": "calling", "path": "/set_cookie", "session": "kept"},
    {"path": "/keep", "name": "by https", "environ": {"wsgi.url_scheme": "https"},
     "session": "kept"},
    {"path": "/keep", "name": "HEAD", "method": "HEAD", "session": "kept"},
    {"path": "/keep", "name": "an empty id", "headers": {"Cookie": "id="}, "session": "kept"},
    {"path": "/keep", "name": "a quoted id", "headers": {"Cookie": 'id="a b"'},
     "session": "kept"},
    {"path": "/keep", "name": "two ids", "headers": {"Cookie": "id=a; id=b"},
     "session": "kept"},
    {"path": "/look", "name": "a path as id", "headers": {"Cookie": "id=../x"},
     "session": "read"},
]  # fmt: skip
