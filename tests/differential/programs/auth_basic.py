"""tools.auth_basic: who is let in, what the challenge says, what is malformed."""

from base64 import b64encode

import cherrypy

USERS = {"eva": "right", "jäö": "pässword", "colon": "a:b", "empty": ""}


def encode(text, charset="utf-8"):
    raw = text if isinstance(text, bytes) else text.encode(charset)
    return "Basic " + b64encode(raw).decode()


def check(realm, username, password):
    if username == "fails":
        raise ValueError("a fault of the program")
    return [username, password] == [realm, "right"]


class Area:
    @cherrypy.expose
    def index(self, **params):
        return f"in: {cherrypy.request.login} {sorted(params.items())}"

    @cherrypy.expose
    def redirect(self):
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def fail(self):
        raise cherrypy.HTTPError(409, "conflict")

    @cherrypy.expose
    @cherrypy.config(**{"tools.auth_basic.on": False})
    def open(self):
        return f"open: {cherrypy.request.login}"


class Service:
    @cherrypy.expose
    def index(self):
        return {"user": cherrypy.request.login, "sent": getattr(cherrypy.request, "json", None)}


class ByHand:
    @cherrypy.expose
    def index(self):
        from_dict = cherrypy.lib.auth_basic.checkpassword_dict(USERS)
        cherrypy.tools.auth_basic.callable("hand", from_dict)
        return f"in: {cherrypy.request.login}"


def area(realm, checkpassword, **settings):
    settings = {"on": True, "realm": realm, "checkpassword": checkpassword, **settings}
    return {"/": {f"tools.auth_basic.{name}": value for name, value in settings.items()}}


by_dict = cherrypy.lib.auth_basic.checkpassword_dict(USERS)
cherrypy.tree.mount(Area(), "/a", area("wood", by_dict))
cherrypy.tree.mount(Area(), "/own", area("eva", check))
cherrypy.tree.mount(Area(), "/latin", area("wood", by_dict, accept_charset="ISO-8859-1"))
cherrypy.tree.mount(ByHand(), "/hand")
service = area("wood", by_dict)["/"]
for tool in ("json_in", "json_out", "gzip"):
    service[f"tools.{tool}.on"] = True
cherrypy.tree.mount(Service(), "/json", {"/": service})

RIGHT = encode("eva:right")
HEADERS = {
    "right": RIGHT,
    "none": None,
    "wrong": encode("eva:wrong"),
    "unknown": encode("adam:right"),
    "empty": encode("empty:"),
    "nobody": encode(":"),
    "colon": encode("colon:a:b"),
    "umlauts": encode("jäö:pässword"),
    "NFD": encode("ja\u0308o\u0308:pa\u0308ssword"),
    "latin-1": encode("jäö:pässword", "latin-1"),
    "upper scheme": RIGHT.replace("Basic", "BASIC"),
    "other scheme": "Bearer abc",
    "no space": "Basic",
    "no colon": encode("eva"),
    "no base64": "Basic !!!",
    "cut": "Basic abc",
}


def post(header, body, kind="application/json"):
    return ask("/json/", header, kind=kind, body=body, method="POST",
               name=f"{header} posts {body} as {kind}")  # fmt: skip


def ask(path, header, kind=None, **others):
    headers = {} if HEADERS[header] is None else {"Authorization": HEADERS[header]}
    if kind is not None:
        headers["Content-Type"] = kind
    return {"path": path, "name": f"{path} {header}", "headers": headers, **others}


REQUESTS = [
    *(ask("/a/", name) for name in HEADERS),
    ask("/a/", "none", method="HEAD", name="none HEAD"),
    ask("/a/", "right", method="HEAD", name="right HEAD"),
    ask("/a/", "right", query="a=b&c=d", name="right with parameters"),
    ask("/a/nowhere", "none"),
    ask("/a/nowhere", "right"),
    ask("/a/redirect", "right"),
    ask("/a/fail", "right"),
    ask("/a/open", "none"),
    ask("/a/open", "wrong"),
    *(ask("/own/", name) for name in ("right", "wrong", "none", "colon")),
    {"path": "/own/", "name": "a check that fails",
     "headers": {"Authorization": encode("fails:x")}},
    *(ask("/latin/", name) for name in ("latin-1", "right", "none")),
    *(post(name, body) for name in ("right", "wrong", "none") for body in ("[1]", "{", "")),
    post("right", "a=b", "application/x-www-form-urlencoded"),
    post("none", "a=b", "application/x-www-form-urlencoded"),
    *(ask("/hand/", name) for name in ("right", "wrong", "none", "umlauts")),
]  # fmt: skip
