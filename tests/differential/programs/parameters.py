"""How parameters reach a page: sources and their order, kinds of arguments, settings."""

import json

import cherrypy


@cherrypy.popargs("year", "month")
class Archive:
    @cherrypy.expose
    def index(self, **params):
        return json.dumps(params, sort_keys=True)

    @cherrypy.expose
    def page(self, year=None, **params):
        return json.dumps([year, params], sort_keys=True)


class Node:
    def _cp_dispatch(self, vpath):
        cherrypy.request.params["first"] = vpath.pop(0)
        return self

    @cherrypy.expose
    def index(self, **params):
        return json.dumps(params, sort_keys=True)


class Root:
    archive = Archive()
    node = Node()

    @cherrypy.expose
    def any(self, *args, **kwargs):
        return json.dumps([args, kwargs, cherrypy.request.params], sort_keys=True)

    semicolons = click = any

    @cherrypy.expose
    def body(self, **kwargs):
        body = cherrypy.request.body
        return json.dumps([kwargs, body.params], sort_keys=True)

    @cherrypy.expose
    def defaults(self, a, b="B", *args, c="C", **kwargs):
        return json.dumps([a, b, args, c, kwargs], sort_keys=True)

    @cherrypy.expose
    def hidden(self, a):
        return a

    @cherrypy.expose
    def changed(self, *args, **kwargs):
        return json.dumps([args, kwargs], sort_keys=True)

    @cherrypy.expose
    def types(self, **kwargs):
        return json.dumps({name: type(value).__name__ for name, value in kwargs.items()})


def change():
    request = cherrypy.request
    request.params["added"] = "1"
    request.params.pop("gone", None)
    request.handler.args = ["more", *request.handler.args]


cherrypy.tree.mount(Root(), "", {
    "/hidden": {"request.show_mismatched_params": False},
    "/changed": {"hooks.before_handler.change": change},
    "/semicolons": {"request.query_string_separator": "&;"},
    "/click": {"request.image_map": True},
})  # fmt: skip

TARGETS = """
/any /any?a=1&a=2&b=3 /any?a&b= /any?=1&=2 /any/x/y?z=1 /any/a%20b/c%2Bd /any?a[0]=1&a[0]=2
/any?a.b=1 /any?%61%3D=1 /any?a=%26&b=%3D /any?self=1 /any/self?cls=1 /any?args=1&kwargs=2
/semicolons?a=1;b=2&c=3 /semicolons?a;b /semicolons?;&; /semicolons?a=%3B
/click?12,34 /click?0,0 /click?12,34&a=1 /click?a=1 /click/x?1,2
/defaults?a=1 /defaults/1?c=2 /defaults/1/2/3?c=4&d=5 /defaults/1?a=2 /defaults
/defaults?b=1 /defaults?a=1&a=2 /defaults/1/2?b=3 /hidden /hidden?a=1&b=2 /hidden/1/2
/changed?gone=1&kept=2 /changed/x /types?a=1&b=1&b=2&c /archive/ /archive/2024/
/archive/2024/05/ /archive/2024/05/?year=1 /archive/2024/05/?day=1 /archive/2024/page
/archive/2024/page?year=1 /archive/page /archive/2024/05/06/ /node/x/ /node/x/?first=y
/node/x/?second=y
"""
REQUESTS = []
for target in TARGETS.split():
    path, _, query = target.partition("?")
    REQUESTS.append({"path": path, "query": query})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
for target, body in [
    ("/body?a=2", "a=1"), ("/body?a=1&b=2", "b=3&c=4"), ("/body", "a=1&a=2"),
    ("/body?a=1", ""), ("/body?a=", "a="), ("/body?a", "b"), ("/body", "&&"),
    ("/body", "a=1&=2&=3"), ("/semicolons", "a=1;b=2&c=3"), ("/body", "a+b=c%2Bd"),
    ("/body", "caf%C3%A9=%E4%B8%AD"), ("/click", "12,34"), ("/archive/2024/", "year=1"),
    ("/node/x/", "first=y"), ("/defaults", "a=1&c=2&d=3"), ("/defaults/1", "a=2"),
    ("/hidden", "b=1"), ("/changed", "gone=1"), ("/types", "a=1&b=1&b=2"),
]:  # fmt: skip
    path, _, query = target.partition("?")
    REQUESTS.append({
        "name": f"POST {target} {body!r}", "method": "POST", "path": path, "query": query,
        "body": body, "headers": FORM,
    })  # fmt: skip
