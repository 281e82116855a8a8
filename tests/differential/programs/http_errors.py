"""HTTPError and its family: statuses, messages, attributes, what survives of the response."""

import cherrypy


class Root:
    @cherrypy.expose
    def code(self, n, message=None):
        raise cherrypy.HTTPError(int(n), message)

    @cherrypy.expose
    def text(self, status):
        raise cherrypy.HTTPError(status)

    @cherrypy.expose
    def bare(self):
        raise cherrypy.HTTPError

    @cherrypy.expose
    def falsy(self, which):
        raise cherrypy.HTTPError({"none": None, "zero": 0, "empty": ""}[which])

    @cherrypy.expose
    def keyword(self):
        raise cherrypy.HTTPError(status=409, message="by keyword")

    @cherrypy.expose
    def escaped(self):
        raise cherrypy.HTTPError(400, "<script>alert('x')</script> & \"more\" caf\u00e9")

    @cherrypy.expose
    def attributes(self, status="404 Not here"):
        error = cherrypy.HTTPError(status, "why")
        return repr(
            (error.status, error.code, error.reason, error.args, isinstance(error, Exception))
        )

    @cherrypy.expose
    def not_found_attributes(self):
        error = cherrypy.NotFound("/some/path")
        return repr(
            (error.status, error.code, error.args, isinstance(error, cherrypy.HTTPError))
        )

    @cherrypy.expose
    def wrong(self, status):
        try:
            cherrypy.HTTPError(int(status) if status.isdigit() else status)
        except ValueError as error:
            return f"ValueError {error}"
        except cherrypy.HTTPError as error:
            return f"HTTPError {error.args}"
        return "accepted"

    @cherrypy.expose
    def not_found(self, *args):
        raise cherrypy.NotFound()

    @cherrypy.expose
    def not_found_path(self):
        raise cherrypy.NotFound("/given <path>")

    @cherrypy.expose
    def handled(self, value="x"):
        with cherrypy.HTTPError.handle(ValueError, 400, "not a number"):
            return str(int(value))

    @cherrypy.expose
    def handled_text(self, value="x"):
        with cherrypy.HTTPError.handle((ValueError, KeyError), 422 - 13):
            return str(int(value))

    @cherrypy.expose
    def handled_other(self):
        with cherrypy.HTTPError.handle(ValueError, 400):
            raise KeyError("not for handle")

    @cherrypy.expose
    def keeps(self, fault=""):
        response = cherrypy.response
        for name in (
            "X-Kept",
            "Etag",
            "Vary",
            "Location",
            "Retry-After",
            "Last-Modified",
            "Expires",
            "Content-Encoding",
            "Content-Range",
            "Cache-Control",
            "Allow",
            "WWW-Authenticate",
            "Age",
            "Accept-Ranges",
            "Content-Location",
            "Content-Language",
            "Content-Disposition",
            "Pragma",
        ):
            response.headers[name] = "kept"
        response.headers["Content-Length"] = "7"
        response.headers["Content-Type"] = "application/json"
        response.cookie["kept"] = "yes"
        if fault:
            raise ValueError("fault")
        raise cherrypy.HTTPError(404, "and the headers")

    @cherrypy.expose
    def set_response(self):
        cherrypy.HTTPError(404, "set by hand").set_response()
        return cherrypy.response.body

    @cherrypy.expose
    def as_handler(self):
        return cherrypy.HTTPError(405, "called")()

    @cherrypy.expose
    def fault(self):
        return 1 / 0

    @cherrypy.expose
    def traced(self):
        raise cherrypy.HTTPError(400, "with a traceback")

    @cherrypy.expose
    def chained(self):
        try:
            raise KeyError("first")
        except KeyError as error:
            raise cherrypy.HTTPError(400, "second") from error

    @cherrypy.expose
    def thrown(self):
        raise RuntimeError("thrown past the request")

    @cherrypy.expose
    def thrown_http(self):
        raise cherrypy.HTTPError(409, "an expected error is not thrown")

    @cherrypy.expose
    def async_handler(self):
        async def work():
            return "never awaited"

        coroutine = work()
        coroutine.close()
        return coroutine


cherrypy.tree.mount(Root(), "", {
    "/traced": {"request.show_tracebacks": True},
    "/traced_fault": {"request.show_tracebacks": True},
    "/thrown": {"request.throw_errors": True},
    "/thrown_http": {"request.throw_errors": True},
})  # fmt: skip
Root.traced_fault = Root.fault

CODES = (400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 415, 417, 418, 426,
         428,
         429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 599)  # fmt: skip
REQUESTS = [{"path": "/code", "query": f"n={code}"} for code in CODES]
REQUESTS += [{"path": "/code", "query": f"n={code}"} for code in (200, 303, 399, 600, 99, 0)]
REQUESTS += [{"path": "/code", "query": "n=404&message=own+words"},
             {"path": "/code", "query": "n=404&message="}]  # fmt: skip
REQUESTS += [
    {"path": "/text", "query": f"status={status}"}
    for status in ("404", "404+Gone+fishing", "499+Own", "nonsense", "404x", "700", "20")
]
REQUESTS += [
    {"path": "/falsy", "query": f"which={which}"} for which in ("none", "zero", "empty")
]
REQUESTS += [{"path": "/wrong", "query": f"status={status}"}
             for status in ("200", "399", "400", "599", "600", "nonsense", "99")]  # fmt: skip
PATHS = """
/bare /keyword /escaped /attributes /not_found_attributes /not_found /not_found/a/b
/not_found_path /handled /handled_text /handled_other /keeps /set_response /as_handler
/fault /traced /traced_fault /chained /thrown /thrown_http /async_handler
"""
REQUESTS += [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/attributes", "query": "status=503"},
    {"path": "/handled", "query": "value=7"},
    {"path": "/keeps", "query": "fault=1"},
    {"method": "HEAD", "path": "/not_found"},
    {"method": "HEAD", "path": "/fault"},
    {"path": "/not/there/caf%C3%A9/%3Cb%3E"},
]
