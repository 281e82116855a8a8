"""Virtual hosts: parts of the tree, and applications, by the Host header."""

import json

import cherrypy
from cherrypy._cpwsgi import VirtualHost as AppSwitch


def show(name, *args):
    request = cherrypy.request
    told = [name, args, request.path_info, cherrypy.url("/x"), request.config.get("note")]
    return json.dumps(told)


class Part:
    def __init__(self, name):
        self.name = name

    @cherrypy.expose
    def index(self):
        return show(f"{self.name}.index")

    @cherrypy.expose
    def page(self, *args):
        return show(f"{self.name}.page", *args)


class Root(Part):
    blog = Part("blog")
    shop = Part("shop")


domains = {"blog.example": "/blog", "www.blog.example": "/blog", "blog.example:8080": "/shop",
           "slash.example": "/blog/", "bare.example": "shop"}  # fmt: skip
dispatcher = cherrypy.dispatch.VirtualHost(use_x_forwarded_host=True, **domains)
cherrypy.tree.mount(Root("root"), "", {
    "/": {"request.dispatch": dispatcher, "note": "root"},
    "/blog": {"note": "blog"},
    "/blog/page": {"note": "blog page"},
    "/page": {"note": "root page"},
})  # fmt: skip

first = cherrypy.Application(Part("first"), "")
second = cherrypy.Application(Part("second"), "")
switch = AppSwitch(first, {"second.example": second, "second.example:81": first}, True)
plain = AppSwitch(first, {"second.example": second}, use_x_forwarded_host=False)

HOSTS = """
blog.example www.blog.example blog.example:8080 blog.example:9 BLOG.example other.example
slash.example bare.example second.example second.example:81 blog.example:80 [::1] [::1]:80
"""
PATHS = ["/", "/page", "/page/a", "/blog/", "/blog", "/blog/page", "/nothing"]

REQUESTS = [
    {"name": f"{host} {path}", "path": path, "headers": {"Host": host}}
    for host in HOSTS.split()
    for path in PATHS
]
REQUESTS += [
    {"name": f"forwarded {host!r}", "path": "/page", "headers": {"X-Forwarded-Host": host}}
    for host in ("blog.example", "other.example", "a, blog.example", "blog.example, a", "", ",")
]
REQUESTS += [
    {"name": f"{app} {host}", "path": "/page", "app": app, "headers": {"Host": host}}
    for app in ("switch", "plain")
    for host in ("second.example", "second.example:81", "SECOND.example", "other.example")
]
REQUESTS += [
    {"name": f"{app} forwarded", "path": "/page", "app": app,
     "headers": {"X-Forwarded-Host": "second.example"}}
    for app in ("switch", "plain")
]  # fmt: skip
