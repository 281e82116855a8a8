"""`tools.gzip` beside what else makes or describes a body."""

import cherrypy

PAGE = "<p>caf\u00e9 and cake</p>\n" * 100


class Root:
    @cherrypy.expose
    @cherrypy.config(**{"tools.encode.encoding": "utf-16"})
    def wide(self):
        return PAGE

    @cherrypy.expose
    def lists(self):
        return [PAGE, PAGE.encode("utf-8"), ""]

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        return (PAGE for _ in range(3))

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True, "tools.encode.on": False})
    def raw_streamed(self):
        return (PAGE.encode("utf-8") for _ in range(3))

    @cherrypy.expose
    @cherrypy.config(**{"tools.encode.on": False})
    def raw(self):
        return PAGE.encode("utf-8")

    @cherrypy.expose
    def length(self):
        cherrypy.response.headers["Content-Length"] = str(len(PAGE.encode("utf-8")))
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return PAGE

    @cherrypy.expose
    def language(self):
        cherrypy.response.headers["Content-Language"] = "fr"
        cherrypy.response.headers["Cache-Control"] = "max-age=5"
        cherrypy.response.headers["Last-Modified"] = "Mon, 05 Jan 2026 00:00:00 GMT"
        return PAGE

    @cherrypy.expose
    @cherrypy.config(**{"tools.response_headers.on": True,
                        "tools.response_headers.headers": [("Vary", "Cookie")]})  # fmt: skip
    def varies(self):
        return PAGE

    @cherrypy.expose
    @cherrypy.tools.json_out()
    @cherrypy.config(**{"tools.gzip.mime_types": ["application/*"]})
    def json(self):
        return [PAGE]

    @cherrypy.expose
    def created(self):
        cherrypy.response.status = "201 Made"
        return PAGE

    @cherrypy.expose
    def errors(self, status):
        raise cherrypy.HTTPError(int(status), "words " * 100)

    @cherrypy.expose
    def inside(self):
        raise cherrypy.InternalRedirect("/raw")

    @cherrypy.expose
    def away(self):
        raise cherrypy.HTTPRedirect(["/a", "/b"], 300)

    @cherrypy.expose
    def by_hand(self):
        cherrypy.response.headers["Content-Type"] = "text/x-own"
        return PAGE


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.gzip.on": True},
    "/by_hand": {"tools.gzip.mime_types": ["text/x-*"]},
    "/lists": {"tools.gzip.compress_level": 1},
    "/raw": {"tools.gzip.compress_level": 9},
})  # fmt: skip

PATHS = """
/wide /lists /streamed /raw_streamed /raw /length /language /varies /json /created
/errors?status=404 /errors?status=500 /inside /away /by_hand
"""
REQUESTS = [
    {"name": f"{method} {path} for {accept!r}", "method": method,
     "path": path.partition("?")[0], "query": path.partition("?")[2],
     "headers": {"Accept-Encoding": accept} if accept else {}}
    for path in PATHS.split()
    for method in (["GET"] if path == "/inside" else ["GET", "HEAD"])
    for accept in ("gzip", "", "gzip;q=0", "identity;q=0.5, gzip;q=0.4")
]  # fmt: skip
