"""tools.proxy, each argument, where everybody is trusted as CherryPy trusts them."""

import json

import cherrypy


class Pages:
    @cherrypy.expose
    def index(self, **params):
        request = cherrypy.request
        return json.dumps([cherrypy.url("/x"), request.base, request.remote.ip])

    @cherrypy.expose
    def away(self):
        raise cherrypy.HTTPRedirect("there")

    @cherrypy.expose
    def plain(self):
        return cherrypy.url()


class Root(Pages):
    sub = Pages()


ON = {"tools.proxy.on": True}
if hasattr(cherrypy.tools.proxy, "trusted"):  # the setting that is ours alone
    ON["tools.proxy.trusted"] = ["0.0.0.0/0", "::/0"]

SITES = {
    "": {},
    "/base": {"tools.proxy.base": "https://www.example.com"},
    "/host": {"tools.proxy.base": "www.example.com:81"},
    "/fixed": {"tools.proxy.base": "http://www.example.com", "tools.proxy.local": ""},
    "/local": {"tools.proxy.local": "X-Host"},
    "/nolocal": {"tools.proxy.local": ""},
    "/remote": {"tools.proxy.remote": "X-Real-Ip"},
    "/noremote": {"tools.proxy.remote": ""},
    "/ssl": {"tools.proxy.scheme": "X-Forwarded-Ssl"},
    "/noscheme": {"tools.proxy.scheme": ""},
}
for name, settings in SITES.items():
    cherrypy.tree.mount(Root(), name, {"/": {**ON, **settings}})
cherrypy.tree.mount(Root(), "/deep", {"/sub": ON})

HEADERS = {
    "nothing": {},
    "host": {"X-Forwarded-Host": "outer.example"},
    "host with port": {"X-Forwarded-Host": "outer.example:8443"},
    "two hosts": {"X-Forwarded-Host": "outer.example, other.example"},
    "scheme": {"X-Forwarded-Proto": "https"},
    "odd scheme": {"X-Forwarded-Proto": "javascript"},
    "client": {"X-Forwarded-For": "1.2.3.4"},
    "clients": {"X-Forwarded-For": "1.2.3.4, 10.0.0.1"},
    "no client": {"X-Forwarded-For": "nobody"},
    "all": {
        "X-Forwarded-Host": "outer.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Ssl": "on",
        "X-Host": "x.example",
        "X-Real-Ip": "5.6.7.8",
    },
}
REQUESTS = [
    {"name": f"{site or '/'} {name}", "path": f"{site}/", "headers": headers}
    for site in [*SITES, "/deep/sub", "/deep"]
    for name, headers in HEADERS.items()
]
REQUESTS += [
    {"name": f"{path} {name}", "path": path, "headers": HEADERS[name]}
    for path in (
        "/away",
        "/sub",
        "/base/away",
        "/base/sub",
        "/deep/sub/away",
        "/deep/sub",
        "/plain",
    )
    for name in ("nothing", "all")
]
