"""tools.caching with the tools that it meets: gzip, encode, json_out, etags, expires."""

import cherrypy


class Root:
    def __init__(self):
        self.runs = {}

    def _count(self):
        path = cherrypy.request.path_info
        self.runs[path] = self.runs.get(path, 0) + 1
        return f"run {self.runs[path]} {'x' * 500}"

    @cherrypy.expose
    def page(self):
        return self._count()

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def data(self):
        return {"run": self._count()}

    @cherrypy.expose
    def wide(self):
        return self._count() + "\u20ac"

    @cherrypy.expose
    def plain(self):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        return self._count().encode()

    @cherrypy.expose
    def streamed(self):
        yield self._count()
        yield "end"

    @cherrypy.expose
    def decorated(self):
        return self._count()

    @cherrypy.expose
    def tagged(self):
        cherrypy.response.headers["ETag"] = '"v1"'
        return self._count()

    @cherrypy.expose
    def forbidding(self):
        return self._count()

    decorated._cp_config = {"tools.caching.on": True, "tools.caching.delay": 3600}


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.gzip.on": True, "tools.caching.on": True},
    "/streamed": {"response.stream": True},
    "/tagged": {"tools.etags.on": True, "tools.gzip.on": False},
    "/forbidding": {"tools.expires.on": True, "tools.expires.force": True},
})  # fmt: skip

PATHS = ["/page", "/data", "/wide", "/plain", "/streamed", "/decorated"]
GZIP = {"Accept-Encoding": "gzip"}
REQUESTS = [
    {"path": path, "headers": headers, "name": f"{path} for {headers.get('Accept-Encoding')}"}
    for path in PATHS
    for headers in (GZIP, {}, GZIP, {}, {"Accept-Encoding": "identity"})
]
REQUESTS += [
    {"path": "/page", "method": "HEAD", "headers": GZIP, "name": "HEAD with gzip"},
    {"path": "/page", "method": "POST", "body": "", "headers": GZIP, "name": "POST"},
    {"path": "/page", "headers": GZIP, "name": "with gzip after POST"},
    {"path": "/page", "name": "plain after POST"},
]
REQUESTS += [
    {"path": "/tagged", "headers": headers, "name": f"tagged for {headers}"}
    for headers in (
        {"If-None-Match": '"v1"'}, {}, {"If-None-Match": '"v1"'}, {"If-None-Match": '"v2"'},
        {"If-None-Match": "*"}, {"If-Match": '"v1"'}, {"If-Match": '"v2"'},
    )
]  # fmt: skip
REQUESTS += [{"path": "/forbidding"} for _ in range(2)]
