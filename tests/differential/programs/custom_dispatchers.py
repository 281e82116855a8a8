"""Dispatchers of a program's own: functions, objects, subclasses; page handlers."""

import json

import cherrypy
from cherrypy import dispatch


def show(name, *args, **kwargs):
    told = [name, args, kwargs, cherrypy.request.config.get("note")]
    return json.dumps(told, sort_keys=True)


class Root:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("index", **kwargs)

    @cherrypy.expose
    def page(self, *args, **kwargs):
        return show("page", *args, **kwargs)

    @cherrypy.expose
    def strict(self, a, b="b"):
        return show("strict", a, b)


root = Root()


def by_function(path_info):
    cherrypy.request.config = {**cherrypy.config, "note": "function"}
    cherrypy.request.handler = dispatch.LateParamPageHandler(root.page, path_info, given="yes")


def early(path_info):
    cherrypy.request.config = dict(cherrypy.config)
    cherrypy.request.handler = dispatch.PageHandler(root.page, "early", given="yes")


def strict(path_info):
    cherrypy.request.config = dict(cherrypy.config)
    args = path_info.split("/")[2:]
    cherrypy.request.handler = dispatch.LateParamPageHandler(root.strict, *args)


def nothing(path_info):
    cherrypy.request.config = dict(cherrypy.config)
    cherrypy.request.handler = None


def refusing(path_info):
    cherrypy.request.config = dict(cherrypy.config)
    cherrypy.request.handler = cherrypy.HTTPError(403, "not here")


class ByObject:
    def __init__(self, note):
        self.note = note

    def __call__(self, path_info):
        cherrypy.request.config = {**cherrypy.config, "note": self.note}
        cherrypy.request.handler = lambda: show("object", path_info)


class Versions(dispatch.Dispatcher):
    """Cuts /v1 off."""

    def find_handler(self, path):
        handler, vpath = super().find_handler("/" + path.split("/", 2)[2])
        cherrypy.request.config["note"] = path.split("/")[1]
        return handler, vpath


class Shouting(dispatch.Dispatcher):
    def __call__(self, path_info):
        super().__call__(path_info.lower())


class Named(dispatch.MethodDispatcher):
    """A resource by another name."""

    def find_handler(self, path):
        return super().find_handler(path.replace("/alias", "/resource"))


class Resource:
    exposed = True

    def GET(self, *args):
        return show("resource.GET", *args)

    GET._cp_config = {"note": "GET"}


root.resource = Resource()


class OtherName:
    @cherrypy.expose
    def index(self):
        return show("other")

    def find_next(self, vpath):
        vpath.pop(0)
        return self


root.other = OtherName()

check = dispatch.test_callable_spec


def checked(path_info):
    cherrypy.request.config = dict(cherrypy.config)
    try:
        check(root.strict, [], {"x": "1"})
    except cherrypy.HTTPError as error:
        status = error.code
    cherrypy.request.handler = lambda: show("checked", status)


cherrypy.tree.mount(root, "", {
    "/function": {"request.dispatch": by_function},
    "/early": {"request.dispatch": early},
    "/strict": {"request.dispatch": strict},
    "/nothing": {"request.dispatch": nothing},
    "/refusing": {"request.dispatch": refusing},
    "/object": {"request.dispatch": ByObject("an object")},
    "/v1": {"request.dispatch": Versions()},
    "/PAGE": {"request.dispatch": Shouting()},
    "/alias": {"request.dispatch": Named()},
    "/other": {"request.dispatch": dispatch.Dispatcher(dispatch_method_name="find_next")},
    "/checked": {"request.dispatch": checked},
})  # fmt: skip

PATHS = """
/ /page /function /function/x /early /strict /strict/1 /strict/1/2 /strict/1/2/3 /nothing
/refusing /object /object/x /v1/page /v1/page/x /v1/ /v1/nowhere /PAGE /PAGE/X /alias /alias/x
/other/ /other/x/ /other/x/y /checked
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": path, "query": "q=1"} for path in ("/function", "/early", "/strict", "/v1/page")
]
REQUESTS += [{"path": path, "method": "HEAD"} for path in ("/function", "/alias", "/nothing")]
