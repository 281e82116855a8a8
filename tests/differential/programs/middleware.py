"""`wsgi.pipeline`: foreign middleware inside an application, and the application inside it."""

import cherrypy


class Adds:
    def __init__(self, app, name="X-Middleware", value="default"):
        self.app, self.name, self.value = app, name, value

    def __call__(self, environ, start_response):
        environ["program.order"] = environ.get("program.order", "") + self.value + " "

        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, (self.name, self.value)], exc_info)

        return self.app(environ, start)


class Blocks:
    def __init__(self, app, path="/blocked"):
        self.app, self.path = app, path

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == self.path:
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"blocked by middleware"]
        return self.app(environ, start_response)


class Fails:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/fails":
            raise RuntimeError("the middleware fails")
        return self.app(environ, start_response)


class Root:
    @cherrypy.expose
    def index(self):
        return "index " + cherrypy.request.wsgi_environ.get("program.order", "")

    @cherrypy.expose
    def internal(self):
        raise cherrypy.InternalRedirect("/")

    @cherrypy.expose
    def fault(self):
        raise ValueError("fault")

    @cherrypy.expose
    def user(self):
        return repr(
            (cherrypy.request.login, cherrypy.request.remote.ip, cherrypy.request.remote.name)
        )

    @cherrypy.expose
    def streamed(self):
        yield "a"
        yield "b"


cherrypy.tree.mount(Root(), "", {
    "/": {
        "wsgi.pipeline": [("outer", Adds), ("inner", Adds), ("block", Blocks),
                          ("fails", Fails)],
        "wsgi.outer.name": "X-Outer",
        "wsgi.outer.value": "outer",
        "wsgi.inner.name": "X-Inner",
        "wsgi.inner.value": "inner",
        "wsgi.block.path": "/blocked",
    },
    "/streamed": {"response.stream": True},
})  # fmt: skip
cherrypy.tree.mount(Root(), "/plain")
inside = Adds(cherrypy.tree, "X-Around", "around")

PATHS = """
/ /blocked /fails /internal /fault /nowhere /streamed /plain/ /plain/blocked
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"name": "inside foreign middleware", "path": "/plain/", "app": "inside"},
    {
        "path": "/user",
        "environ": {
            "REMOTE_USER": "ann",
            "REMOTE_ADDR": "192.0.2.1",
            "REMOTE_HOST": "host.test",
        },
    },
    {"name": "nobody", "path": "/user", "environ": {"REMOTE_ADDR": None}},
    {"method": "HEAD", "path": "/"},
]
