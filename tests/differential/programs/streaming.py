"""Streamed bodies: laziness, lengths, statuses, closing, errors before and after a chunk."""

import cherrypy

seen = []


class Closable:
    def __init__(self, parts):
        self.parts = iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.parts)

    def close(self):
        seen.append("closed")


class Root:
    @cherrypy.expose
    def log(self):
        text = ", ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def lazy(self):
        seen.append("handler")

        def chunks():
            seen.append(f"request {cherrypy.request.path_info}")
            yield "a"
            seen.append("between")
            yield "b"
            seen.append("after")

        return chunks()

    @cherrypy.expose
    def text(self):
        return "plain text"

    @cherrypy.expose
    def length(self):
        cherrypy.response.headers["Content-Length"] = "3"
        return [b"abc"]

    @cherrypy.expose
    def no_content(self):
        cherrypy.response.status = 204
        return [b""]

    @cherrypy.expose
    def closable(self):
        return Closable([b"a", b"b"])

    @cherrypy.expose
    def fails_first(self):
        raise ValueError("before the first chunk")
        yield b"never"

    @cherrypy.expose
    def http_first(self):
        raise cherrypy.HTTPError(409, "before the first chunk")
        yield b"never"

    @cherrypy.expose
    def switched_on(self):
        cherrypy.response.stream = True
        return iter([b"a", b"b"])

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(404, "not streamed")

    @cherrypy.expose
    def redirect(self):
        raise cherrypy.HTTPRedirect("/text")

    @cherrypy.expose
    def handler_as_generator(self):
        cherrypy.response.headers["X-Late"] = "a generator starts late"
        yield b"a"

    @cherrypy.expose
    def empty(self):
        return iter([])

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def decorated(self):
        yield "decorated"


PATHS = """
/lazy /text /length /no_content /closable /fails_first /http_first /error /redirect
/handler_as_generator /empty
"""
cherrypy.tree.mount(Root(), "", {path: {"response.stream": True} for path in PATHS.split()})
cherrypy.tree.mount(Root(), "/buffered")

REQUESTS = []
for path in [
    *PATHS.split(),
    "/switched_on",
    "/decorated",
    *("/buffered" + path for path in PATHS.split()),
]:
    REQUESTS += [{"path": path}, {"name": f"log of {path}", "path": "/log"}]
for path in ("/lazy", "/closable", "/length", "/buffered/lazy", "/buffered/closable"):
    REQUESTS += [
        {"method": "HEAD", "path": path},
        {"name": f"log of HEAD {path}", "path": "/log"},
    ]
