"""`tools.gzip`: when it compresses, what it does to the headers (BEHAVIOUR 6.5)."""

from urllib.parse import quote

import cherrypy

PAGE = "<p>paragraph</p>\n" * 200


class Root:
    @cherrypy.expose
    def page(self):
        return PAGE

    @cherrypy.expose
    def small(self):
        return "x"

    @cherrypy.expose
    def empty(self):
        return ""

    @cherrypy.expose
    def typed(self, type):
        cherrypy.response.headers["Content-Type"] = type
        return PAGE.encode("ascii")

    @cherrypy.expose
    def generated(self):
        for _ in range(20):
            yield PAGE

    @cherrypy.expose
    def varies(self):
        cherrypy.response.headers["Vary"] = "X-Other"
        return PAGE

    @cherrypy.expose
    def varies_already(self):
        cherrypy.response.headers["Vary"] = "Accept-Encoding, Cookie"
        return PAGE

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(404, "not here")

    @cherrypy.expose
    def fault(self):
        raise ValueError("fault")

    @cherrypy.expose
    def redirect(self):
        raise cherrypy.HTTPRedirect("/page")

    @cherrypy.expose
    def not_modified(self):
        raise cherrypy.HTTPRedirect([], 304)

    @cherrypy.expose
    def no_content(self):
        cherrypy.response.status = 204
        return ""

    @cherrypy.expose
    @cherrypy.tools.gzip(compress_level=9)
    def decorated(self):
        return PAGE

    @cherrypy.expose
    def encoded(self):
        cherrypy.response.headers["Content-Encoding"] = "br"
        return b"already encoded, says the handler" * 50


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.gzip.on": True},
    "/off": {"tools.gzip.on": False},
    "/typed_more": {"tools.gzip.mime_types": ["text/*", "application/*+json", "image/svg+xml"]},
    "/streamed": {"response.stream": True},
})  # fmt: skip
Root.off = Root.page
Root.streamed = Root.generated
Root.typed_more = Root.typed

PATHS = """
/page /small /empty /generated /varies /varies_already /error /fault /redirect /not_modified
/no_content /decorated /off /streamed /nowhere
"""
ACCEPTED = [
    "gzip", "x-gzip", "gzip, deflate", "gzip, deflate, br", "deflate, gzip;q=0.5", "identity",
    "gzip;q=0",
    "gzip;q=0, identity", "identity, gzip", "gzip, identity", "gzip;q=0.5, identity;q=1",
    "gzip;q=1, identity;q=0.5", "*", "*;q=0", "deflate", "br", "", "GZIP", "gzip;q=0.001",
    "identity;q=0, gzip",
    "identity;q=0", "gzip;q=x",
]  # fmt: skip
TYPES = [
    "text/html", "text/plain", "text/css", "text/html;charset=utf-8",
    "text/html; charset=utf-8",
    "application/json", "application/ld+json", "image/svg+xml", "image/png", "TEXT/HTML", "",
]  # fmt: skip
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [{"name": f"{path} with gzip", "path": path, "headers": {"Accept-Encoding": "gzip"}}
             for path in PATHS.split()]  # fmt: skip
REQUESTS += [
    {"name": f"/page for {text!r}", "path": "/page", "headers": {"Accept-Encoding": text}}
    for text in ACCEPTED
]
REQUESTS += [
    {"name": f"{path} {text!r}", "path": path, "headers": {"Accept-Encoding": "gzip"},
     "query": "type=" + quote(text, safe="/")}
    for path in ("/typed", "/typed_more")
    for text in TYPES
]  # fmt: skip
REQUESTS += [
    {"method": "HEAD", "path": "/page", "headers": {"Accept-Encoding": "gzip"}},
    {"path": "/encoded", "name": "a handler that encodes by itself"},
]
