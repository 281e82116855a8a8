"""MethodDispatcher: resources, their methods, Allow, HEAD, OPTIONS, config of a method."""

import json

import cherrypy


def show(name, *args, **kwargs):
    request = cherrypy.request
    told = [name, args, kwargs, request.is_index, request.config.get("note"), request.method]
    return json.dumps(told, sort_keys=True)


class Items:
    exposed = True
    _cp_config = {"note": "class"}

    def GET(self, *args, **kwargs):
        return show("items.GET", *args, **kwargs)

    def POST(self, name="none"):
        return show("items.POST", name)

    POST._cp_config = {"note": "POST's own"}

    def DELETE(self, number):
        return show("items.DELETE", number)


class ReadOnly:
    exposed = True
    VERSION = "1.0"

    def GET(self):
        return show("readonly.GET")


class OwnHead:
    exposed = True

    def HEAD(self):
        cherrypy.response.headers["X-Head"] = "own"

    def GET(self):
        return show("ownhead.GET")

    def OPTIONS(self):
        cherrypy.response.headers["X-Options"] = "own"
        return ""


class WriteOnly:
    exposed = True

    def PUT(self, *args):
        return show("writeonly.PUT", *args)

    def PATCH(self):
        return show("writeonly.PATCH")


class Hidden:
    def GET(self):
        return "never"


class Parent:
    """Not exposed itself, but a way to a resource."""

    child = ReadOnly()


@cherrypy.popargs("id")
class Popped:
    exposed = True

    def GET(self, id=None, **params):
        return show("popped.GET", id, **params)


class Made:
    exposed = True

    def __init__(self, name):
        self.name = name

    def GET(self, *args):
        return show(f"made {self.name}.GET", *args)


class Maker:
    exposed = True

    def GET(self):
        return show("maker.GET")

    def _cp_dispatch(self, vpath):
        return Made(vpath.pop(0))


class Tooled:
    exposed = True

    @cherrypy.tools.response_headers(headers=[("X-Tool", "on POST only")])
    def POST(self):
        return show("tooled.POST")

    def GET(self):
        return show("tooled.GET")


class Root:
    exposed = True
    items = Items()
    readonly = ReadOnly()
    ownhead = OwnHead()
    writeonly = WriteOnly()
    hidden = Hidden()
    parent = Parent()
    popped = Popped()
    maker = Maker()
    tooled = Tooled()
    klass = ReadOnly

    def GET(self, *args):
        return show("root.GET", *args)


instance = ReadOnly()
instance.PUT = lambda *args: show("instance.PUT", *args)
Root.instance = instance

cherrypy.tree.mount(Root(), "", {
    "/": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
    "/items": {"note": "section"},
    "/readonly": {"tools.response_headers.on": True,
                  "tools.response_headers.headers": [("X-Section", "readonly")]},
})  # fmt: skip

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATHS = """
/ /items /items/ /items/1 /items/1/2 /items/a%2Fb /items/index /readonly /readonly/ /readonly/x
/ownhead /writeonly /hidden /hidden/ /parent /parent/child /parent/child/ /popped /popped/7
/popped/7/8 /maker /maker/x /maker/x/y /tooled /instance /nothing /items/GET /items/POST/x
"""

REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"method": method, "path": path, "body": ""}
    for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW")
    for path in ("/items", "/items/1", "/readonly", "/ownhead", "/writeonly", "/writeonly/x",
                 "/hidden", "/tooled", "/instance", "/nothing", "/maker/x")
]  # fmt: skip
REQUESTS += [
    {"path": "/items", "query": "a=1&b=2"},
    {"method": "POST", "path": "/items", "body": "name=x", "headers": FORM},
    {"method": "POST", "path": "/items", "body": "odd=x", "headers": FORM},
    {"method": "POST", "path": "/items/extra/segments", "body": ""},
    {"method": "get", "path": "/items", "validate": False},
    {"method": "Head", "path": "/readonly", "validate": False},
    {"method": "index", "path": "/items", "validate": False},
    {"method": "__class__", "path": "/items", "validate": False},
    {"method": "VERSION", "path": "/readonly", "validate": False},
]
