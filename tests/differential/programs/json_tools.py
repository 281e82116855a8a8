"""`tools.json_in` and `tools.json_out` (BEHAVIOUR 6.4)."""

import json

import cherrypy


class Root:
    @cherrypy.expose
    @cherrypy.tools.json_in()
    def read(self, **kwargs):
        return repr((cherrypy.request.json, sorted(kwargs.items())))

    @cherrypy.expose
    @cherrypy.tools.json_in(force=False)
    def gentle(self, **kwargs):
        return repr((getattr(cherrypy.request, "json", "no json"), sorted(kwargs.items())))

    @cherrypy.expose
    @cherrypy.tools.json_in(content_type="application/vnd.own+json")
    def own_type(self):
        return repr(cherrypy.request.json)

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def write(self, what="dict"):
        return {
            "dict": {"b": [1, 2.5, None, True], "a": "caf\u00e9 </script>"}, "list": [],
            "none": None,
            "text": "text", "zero": 0, "nested": [[[{}]]], "big": list(range(1000)),
            "unicode": "\u4e2d",
            "set": {1}, "keys": {1: "one", None: "none"},
        }[what]  # fmt: skip

    @cherrypy.expose
    @cherrypy.tools.json_out(content_type="application/problem+json")
    def write_typed(self):
        return {"type": "own"}

    @cherrypy.expose
    @cherrypy.tools.json_out(content_type=None)
    def write_untyped(self):
        return {"type": "none"}

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def echo(self):
        return cherrypy.request.json

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def error(self):
        raise cherrypy.HTTPError(409, "not as JSON")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def fault(self):
        raise ValueError("fault")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def redirect(self):
        raise cherrypy.HTTPRedirect("/write")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def status(self):
        cherrypy.response.status = 201
        return {"made": True}

    @cherrypy.expose
    @cherrypy.tools.json_out(handler=lambda *args, **kwargs: b'{"own": "handler"}')
    def own_handler(self):
        return "ignored"

    @cherrypy.expose
    @cherrypy.tools.json_in(processor=lambda entity: keep(entity))
    def own_processor(self):
        return repr(cherrypy.request.json)


def keep(entity):
    cherrypy.serving.request.json = json.loads(entity.fp.read().decode("utf-8")[::-1])


cherrypy.tree.mount(Root())

JSON = {"Content-Type": "application/json"}
BODIES = [
    '{"a": 1}', "[]", '"text"', "1", "null", "", "{", "nonsense", '{"a": "caf\u00e9"}',
    "  [1]  ",
    '{"a": 1, "a": 2}', "1e3", "[1,]",
]  # fmt: skip
REQUESTS = [
    {
        "name": f"{method} {path} {body!r}",
        "method": method,
        "path": path,
        "body": body,
        "headers": JSON,
    }
    for method, path in (("POST", "/read"), ("PUT", "/echo"))
    for body in BODIES
]
REQUESTS += [
    {"name": f"{path} {kind!r}", "method": "POST", "path": path, "body": "[1]",
     "headers": {"Content-Type": kind}}
    for path in ("/read", "/gentle", "/own_type")
    for kind in ("application/json; charset=utf-8", "text/javascript", "text/plain",
                 "application/xml",
                 "application/vnd.own+json", "application/x-www-form-urlencoded", None)
]  # fmt: skip
REQUESTS += [
    {
        "name": "bytes that are no UTF-8",
        "method": "POST",
        "path": "/read",
        "body": b'"\xe9"',
        "headers": JSON,
    },
    {"name": "not a number", "method": "POST", "path": "/read", "body": "NaN", "headers": JSON},
    {
        "name": "infinity",
        "method": "PUT",
        "path": "/echo",
        "body": "[Infinity]",
        "headers": JSON,
    },
    {"name": "no length", "method": "POST", "path": "/read", "headers": JSON},
    {"name": "GET", "path": "/read"},
    {"name": "GET gentle", "path": "/gentle"},
    {
        "name": "query beside JSON",
        "method": "POST",
        "path": "/read",
        "query": "q=1",
        "body": "[]",
        "headers": JSON,
    },
    {
        "name": "own processor",
        "method": "POST",
        "path": "/own_processor",
        "body": "]1[",
        "headers": JSON,
    },
    {"method": "HEAD", "path": "/write"},
]
REQUESTS += [
    {"path": "/write", "query": f"what={what}"}
    for what in (
        "dict",
        "list",
        "none",
        "text",
        "zero",
        "nested",
        "big",
        "unicode",
        "set",
        "keys",
    )
]
PATHS = """
/write_typed /write_untyped /error /fault /redirect /status /own_handler /write/x
"""
REQUESTS += [{"path": path} for path in PATHS.split()]
# Without a wish ours answers errors of such pages as JSON: see json_more.
for request in REQUESTS:
    request["headers"] = {**request.get("headers", {}), "Accept": "text/html"}
