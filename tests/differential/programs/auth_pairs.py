"""Basic authentication beside other tools: over a folder of files, and before JSON is read."""

import base64
import os
import tempfile

import cherrypy

_folder = tempfile.TemporaryDirectory()
with open(os.path.join(_folder.name, "page.txt"), "w") as _file:
    _file.write("for members alone\n")
with open(os.path.join(_folder.name, "index.html"), "w") as _file:
    _file.write("<p>members</p>\n")
os.mkdir(os.path.join(_folder.name, "sub"))
for _name in ("page.txt", "index.html"):
    os.utime(os.path.join(_folder.name, _name), (1_700_000_000, 1_700_000_000))

USERS = {"ada": "countess", "zo\u00eb": "p\u00e4ss:word"}


def is_known(realm, user, password):
    return bool(password) and USERS.get(user) == password


class Root:
    @cherrypy.expose
    def index(self):
        return "open to all"

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    @cherrypy.tools.auth_basic(realm="members", checkpassword=is_known)
    def order(self):
        return {"who": cherrypy.request.login, "what": cherrypy.request.json}

    @cherrypy.expose
    @cherrypy.tools.auth_basic(realm="members", checkpassword=is_known)
    def whoami(self):
        return cherrypy.request.login


CONFIG = {
    "/files": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": _folder.name,
        "tools.staticdir.index": "index.html",
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "files",
        "tools.auth_basic.checkpassword": is_known,
    }
}
cherrypy.tree.mount(Root(), "", CONFIG)


def basic(credentials):
    return "Basic " + base64.b64encode(credentials.encode()).decode()


WHO = {
    "nobody": None,
    "ada": basic("ada:countess"),
    "zo\u00eb": basic("zo\u00eb:p\u00e4ss:word"),
    "a wrong password": basic("ada:nonsense"),
    "no password": basic("ada:"),
    "bearer": "Bearer countess",
}
PATHS = ("/files/page.txt", "/files/", "/files/absent.txt", "/whoami", "/", "/absent")
REQUESTS = [
    {"name": f"{method} {path} as {who}", "method": method, "path": path,
     "headers": {"Authorization": credentials}}
    for method in ("GET", "HEAD")
    for path in PATHS
    for who, credentials in WHO.items()
]  # fmt: skip
REQUESTS += [
    {"name": f"{what} of a file as {who}", "path": "/files/page.txt",
     "headers": {"Authorization": WHO[who], **headers}}
    for who in ("ada", "nobody")
    for what, headers in (
        ("304", {"If-Modified-Since": "Tue, 14 Nov 2023 22:13:20 GMT"}),
        ("a range", {"Range": "bytes=4-6"}),
    )
]  # fmt: skip
REQUESTS += [
    {"name": f"{kind} {body!r} as {who}", "method": "POST", "path": "/order", "body": body,
     "headers": {"Authorization": WHO[who], "Content-Type": kind}}
    for who in ("ada", "nobody", "a wrong password")
    for kind, body in (
        ("application/json", '{"cherries": 3}'),
        ("application/json", "nonsense"),
        ("text/plain", "cherries"),
    )
]  # fmt: skip
