"""`tools.etags` and `tools.gzip` on one page: what a compressed page's tag is good for."""

import cherrypy

PAGE = "<p>paragraph</p>\n" * 200


class Root:
    @cherrypy.expose
    def tagged(self):
        cherrypy.response.headers["ETag"] = '"a"'
        return PAGE

    @cherrypy.expose
    def weak(self):
        cherrypy.response.headers["ETag"] = 'W/"a"'
        return PAGE

    @cherrypy.expose
    def untagged(self):
        return PAGE

    @cherrypy.expose
    def picture(self):
        cherrypy.response.headers["ETag"] = '"a"'
        cherrypy.response.headers["Content-Type"] = "image/png"
        return b"picture" * 100

    @cherrypy.expose
    def varies(self):
        cherrypy.response.headers["ETag"] = '"a"'
        cherrypy.response.headers["Vary"] = "Cookie"
        return PAGE


cherrypy.tree.mount(Root(), "", {"/": {"tools.etags.on": True, "tools.gzip.on": True}})

REQUESTS = [
    {"name": f"{method} /{path} {accepted} {known}", "method": method, "path": f"/{path}",
     "headers": {"Accept-Encoding": accepted, "If-None-Match": known}}
    for path in ("tagged", "weak", "untagged", "picture", "varies")
    for method in ("GET", "HEAD")
    for accepted in ("gzip", "identity", None)
    for known in (None, '"a"', 'W/"a"', '"b"', "*")
]  # fmt: skip
REQUESTS += [
    {"name": f"DELETE /{path} {known}", "method": "DELETE", "path": f"/{path}",
     "headers": {"Accept-Encoding": "gzip", "If-Match": known}}
    for path in ("tagged", "weak", "untagged")
    for known in ('"a"', 'W/"a"', '"b"', "*")
]  # fmt: skip
