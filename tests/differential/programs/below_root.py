"""Dispatchers for a part of the tree: each path section has its own."""

import json

import cherrypy
from cherrypy._cpdispatch import Dispatcher, MethodDispatcher


def show(name, *args):
    told = [name, args, cherrypy.request.config.get("note"), cherrypy.request.path_info]
    return json.dumps(told)


class Resource:
    exposed = True

    def GET(self, *args):
        return show("GET", *args)

    @cherrypy.expose
    def page(self, *args):
        return show("page", *args)

    page.exposed = True


class Api:
    exposed = True
    items = Resource()

    def GET(self, *args):
        return show("api GET", *args)


class Root:
    api = Api()
    apis = Api()

    @cherrypy.expose
    def index(self):
        return show("index")

    @cherrypy.expose
    def page(self, *args):
        return show("page", *args)

    @cherrypy.expose
    def under_score(self):
        return show("under_score")


cherrypy.tree.mount(Root(), "", {
    "/": {"note": "root"},
    "/api": {"request.dispatch": MethodDispatcher(), "note": "api"},
    "/api/items": {"note": "items"},
    "/api/items/page": {"request.dispatch": Dispatcher(), "note": "page"},
    "/api/items/7": {"note": "seven"},
    "/under-score": {"request.dispatch": Dispatcher(translate={ord("-"): "_"}), "note": "own"},
})  # fmt: skip

PATHS = """
/ /page /page/x /api /api/ /api/x /api/items /api/items/ /api/items/7 /api/items/7/8
/api/items/page /api/items/page/x /apis /apis/items /apix /under-score /under.score /under_score
/api//items //api/items/page
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [{"path": path, "method": "DELETE"} for path in ("/", "/api", "/api/items/page")]
