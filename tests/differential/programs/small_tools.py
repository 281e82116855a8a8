"""trailing_slash, response_headers, log_tracebacks and log_headers; HEAD and odd methods."""

import cherrypy


class Sub:
    @cherrypy.expose
    def index(self, **kwargs):
        return "sub index"

    @cherrypy.expose
    def page(self, *args, **kwargs):
        cherrypy.response.headers["X-Handler"] = "wins"
        return "sub page " + cherrypy.request.method

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(410)

    @cherrypy.expose
    def fault(self):
        raise ValueError("fault")


class Root:
    plain = Sub()
    extra = Sub()
    off = Sub()
    status = Sub()
    headers = Sub()
    quiet = Sub()

    @cherrypy.expose
    def index(self):
        return "index " + cherrypy.request.method

    @cherrypy.expose
    @cherrypy.tools.response_headers(
        headers=[("X-Decorated", "yes"), ("Content-Type", "text/plain")]
    )
    def decorated(self):
        return "decorated"

    @cherrypy.expose
    def method(self):
        request = cherrypy.request
        return f"{request.method} {request.process_request_body} {request.methods_with_bodies}"


HEADERS = [
    ("X-One", "1"),
    ("x-two", "2"),
    ("X-One", "again"),
    ("X-Handler", "loses"),
    ("X-Number", 3),
]
cherrypy.tree.mount(Root(), "", {
    "/extra": {"tools.trailing_slash.extra": True},
    "/off": {"tools.trailing_slash.on": False},
    "/status": {"tools.trailing_slash.status": 302, "tools.trailing_slash.extra": True},
    "/status/page": {"tools.trailing_slash.status": 307},
    "/headers": {"tools.response_headers.on": True, "tools.response_headers.headers": HEADERS},
    "/headers/error": {"tools.response_headers.headers": [("X-Error", "yes"), ("Vary", "X")]},
    "/quiet": {"tools.log_tracebacks.on": False, "tools.log_headers.on": False},
})  # fmt: skip
cherrypy.tree.mount(Sub(), "/mounted")

REQUESTS = []
for node in ("plain", "extra", "off", "status", "headers", "quiet", "mounted"):
    for rest in (
        "",
        "/",
        "/page",
        "/page/",
        "/page/x/",
        "/error",
        "/error/",
        "/fault",
        "/nowhere/",
    ):
        REQUESTS.append({"path": f"/{node}{rest}"})
REQUESTS += [
    {"path": "/plain", "query": "a=1&b=%C3%A9"},
    {"path": "/extra/page/", "query": "a=1"},
    {"path": "/extra/page//", "query": "a=1"},
    {"path": "/mounted", "query": "a=1"},
    {"method": "POST", "path": "/plain", "body": "a=1"},
    {"path": "/decorated"},
]
REQUESTS += [
    {
        "method": method,
        "path": path,
        "validate": False,
        "note": "wsgiref.validate warns of some",
    }
    for method in (
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PROPFIND",
        "get",
        "FOO-BAR",
        "X",
    )
    for path in ("/", "/plain", "/plain/page", "/method", "/nowhere")
]
REQUESTS += [
    {"name": f"{method} with a body", "method": method, "path": "/method", "body": "text",
     "headers": {"Content-Type": "text/plain"}, "validate": False}
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "FOO")
]  # fmt: skip
