"""Cookies in and out: attributes, several, quoted values, deleting, errors."""

import json

import cherrypy


class Root:
    @cherrypy.expose
    def read(self):
        cookies = cherrypy.request.cookie
        return json.dumps({name: cookies[name].value for name in cookies}, sort_keys=True)

    @cherrypy.expose
    def simple(self):
        cherrypy.response.cookie["name"] = "value"
        return "set"

    @cherrypy.expose
    def several(self):
        for name in ("zebra", "apple", "mango"):
            cherrypy.response.cookie[name] = name[0]
        return "set"

    @cherrypy.expose
    def attributes(self):
        cookie = cherrypy.response.cookie
        cookie["full"] = "value"
        cookie["full"]["path"] = "/app"
        cookie["full"]["max-age"] = 3600
        cookie["full"]["domain"] = "example.test"
        cookie["full"]["secure"] = True
        cookie["full"]["httponly"] = True
        cookie["full"]["samesite"] = "Lax"
        cookie["full"]["comment"] = "a comment"
        cookie["full"]["version"] = 1
        cookie["full"]["expires"] = 7200
        return "set"

    @cherrypy.expose
    def false_attributes(self):
        cookie = cherrypy.response.cookie
        cookie["c"] = "value"
        cookie["c"]["secure"] = False
        cookie["c"]["httponly"] = 0
        cookie["c"]["path"] = ""
        return "set"

    @cherrypy.expose
    def delete(self):
        cherrypy.response.cookie["gone"] = ""
        cherrypy.response.cookie["gone"]["expires"] = 0
        return "deleted"

    @cherrypy.expose
    def quoted(self):
        cookie = cherrypy.response.cookie
        cookie["spaces"] = "two words"
        cookie["semicolon"] = "a;b"
        cookie["comma"] = "a,b"
        cookie["quotes"] = 'say "hi"'
        cookie["backslash"] = "a\\b"
        cookie["equals"] = "a=b"
        cookie["latin"] = "caf\xe9"
        cookie["empty"] = ""
        return "set"

    @cherrypy.expose
    def number(self):
        cherrypy.response.cookie["number"] = 42
        cherrypy.response.cookie["boolean"] = True
        return "set"

    @cherrypy.expose
    def again(self):
        cookie = cherrypy.response.cookie
        cookie["c"] = "first"
        cookie["c"]["path"] = "/kept"
        cookie["c"] = "second"
        return "set"

    @cherrypy.expose
    def copied(self):
        for name, morsel in cherrypy.request.cookie.items():
            cherrypy.response.cookie[name] = morsel.value
        return "copied"

    @cherrypy.expose
    def removed(self):
        cherrypy.response.cookie["a"] = "1"
        cherrypy.response.cookie["b"] = "2"
        del cherrypy.response.cookie["a"]
        return "removed"

    @cherrypy.expose
    def bad_name(self):
        try:
            cherrypy.response.cookie["a b"] = "1"
        except Exception as error:
            return type(error).__name__
        return "accepted"

    @cherrypy.expose
    def bad_attribute(self):
        cherrypy.response.cookie["a"] = "1"
        try:
            cherrypy.response.cookie["a"]["flavour"] = "oat"
        except Exception as error:
            return type(error).__name__
        return "accepted"

    @cherrypy.expose
    def error(self):
        cherrypy.response.cookie["survives"] = "error"
        raise cherrypy.HTTPError(404)

    @cherrypy.expose
    def redirect(self):
        cherrypy.response.cookie["survives"] = "redirect"
        raise cherrypy.HTTPRedirect("/read")

    @cherrypy.expose
    def fault(self):
        cherrypy.response.cookie["survives"] = "fault"
        raise ValueError("fault")

    @cherrypy.expose
    def internal(self):
        cherrypy.response.cookie["lost"] = "internal"
        raise cherrypy.InternalRedirect("/simple")

    @cherrypy.expose
    def header(self):
        cherrypy.response.headers["Set-Cookie"] = "by=hand"
        return "set"

    @cherrypy.expose
    def output(self):
        return cherrypy.request.cookie.output(header="C:")


cherrypy.tree.mount(Root())

PATHS = """
/read /simple /several /attributes /false_attributes /delete /quoted /number /again /removed
/bad_name /bad_attribute /error /redirect /fault /internal /header
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"name": f"Cookie: {text!r}", "path": "/read", "headers": {"Cookie": text}}
    for text in (
        "a=1", "a=1; b=2", "a=1;b=2", "a=1, b=2", " a=1 ; b = 2 ", "a=", "a", "a=1; a=2",
        'a="quoted value"', 'a="semi;colon"', 'a="q\\"uote"', 'a="octal\\054comma"', "a=b=c",
        "$Version=1; a=1; $Path=/x", "a=caf\xe9", "A=1; a=2", "a=1; ; b=2", "a=1; b", "a=%20x",
        "a[1]=2", "a:b=3", "(a)=b", "a,=b", "=b", "a=1; (bad)=x; c=3", "a b=c", "a={json:1}",
        "a=1; path=/x", "expires=1; a=2", "", ";", "a=\"unterminated", "a=1; HttpOnly",
        "__Host-a=1",
    )
]  # fmt: skip
REQUESTS += [
    {"path": "/copied", "headers": {"Cookie": "x=1; y=two"}},
    {"path": "/output", "headers": {"Cookie": "x=1; y=two"}},
    {"method": "HEAD", "path": "/simple"},
]
