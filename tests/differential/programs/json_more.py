"""JSON pages that meet other things: errors without a wish, GET, own handlers, other tools."""

import json

import cherrypy


def shout(*args, **kwargs):
    value = cherrypy.serving.request._json_inner_handler(*args, **kwargs)
    return json.dumps(value).upper().encode("utf-8")


def keep_length(entity):
    cherrypy.serving.request.json = len(entity.fp.read())


class Root:
    @cherrypy.expose
    def index(self, **params):
        return {"params": params, "method": cherrypy.request.method}

    @cherrypy.expose
    def double(self):
        return [2 * number for number in cherrypy.request.json]

    @cherrypy.expose
    def typed(self, type):
        cherrypy.response.headers["Content-Type"] = type
        return {"type": type}

    @cherrypy.expose
    def raised(self, status="403"):
        raise cherrypy.HTTPError(int(status), "So <it> is")

    @cherrypy.expose
    def fails(self):
        raise ValueError("fault")

    @cherrypy.expose
    def headers(self):
        cherrypy.response.headers["X-Own"] = "1"
        cherrypy.response.cookie["a"] = "b"
        cherrypy.response.status = "202 Taken"
        return {"ok": True}

    @cherrypy.expose
    @cherrypy.config(**{"tools.json_out.handler": shout})
    def shouted(self, word="word"):
        return {"word": word}

    @cherrypy.expose
    @cherrypy.config(**{"tools.json_in.processor": keep_length})
    def measured(self):
        return cherrypy.request.json

    @cherrypy.expose
    @cherrypy.config(**{"tools.json_out.on": False})
    def plain(self):
        return "text"

    @cherrypy.expose
    @cherrypy.config(**{"tools.gzip.on": True, "tools.gzip.mime_types": ["application/json"]})
    def packed(self):
        return ["word"] * 500

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        return list(range(100))

    @cherrypy.expose
    @cherrypy.config(**{"tools.response_headers.on": True,
                        "tools.response_headers.headers": [("X-Set", "2")]})  # fmt: skip
    def set(self):
        return {}


cherrypy.tree.mount(Root(), "", {"/": {"tools.json_in.on": True, "tools.json_in.force": False,
                                       "tools.json_out.on": True}})  # fmt: skip

JSON = {"Content-Type": "application/json"}
GZIP = {"Accept-Encoding": "gzip"}
PATHS = """
/ /?a=1&b=2&a=3 /typed?type=text/plain /typed?type=application/hal%2Bjson /headers /shouted
/shouted?word=x /plain /packed /streamed /set /raised /raised?status=404 /raised?status=500
/raised?status=410 /fails /nowhere /typed /index/x /shouted?other=1
"""
REQUESTS = [
    {"name": path, "path": path.partition("?")[0], "query": path.partition("?")[2]}
    for path in PATHS.split()
]
REQUESTS += [
    {"name": f"{path} as HTML", "path": path.partition("?")[0],
     "query": path.partition("?")[2], "headers": {"Accept": "text/html,*/*;q=0.8"}}
    for path in ("/raised", "/raised?status=500", "/fails", "/nowhere", "/typed")
]  # fmt: skip
REQUESTS += [
    {"name": f"{method} /double {body!r}", "method": method, "path": "/double", "body": body,
     "headers": JSON}
    for method in ("POST", "PUT")
    for body in ("[1, 2]", "[1.5]", '["ab"]', "[]", "[1", "")
]  # fmt: skip
REQUESTS += [
    {"name": "/packed with gzip", "path": "/packed", "headers": GZIP},
    {"name": "/headers by HEAD", "method": "HEAD", "path": "/headers"},
    {"name": "measured", "method": "POST", "path": "/measured", "body": "[1]", "headers": JSON},
    {"name": "a form beside", "method": "POST", "path": "/", "body": "a=1",
     "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
]  # fmt: skip
