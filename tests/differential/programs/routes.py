"""RoutesDispatcher: patterns, their parameters, and the order of config."""

import json

import cherrypy


def show(name, *args, **kwargs):
    request = cherrypy.request
    told = [name, args, kwargs, request.config.get("note"), request.is_index]
    return json.dumps(told, sort_keys=True)


class Blog:
    _cp_config = {"note": "blog class"}

    def index(self, **params):
        return show("blog.index", **params)

    def entry(self, year, slug="none", **params):
        return show("blog.entry", year, slug, **params)

    entry._cp_config = {"note": "entry"}

    def archive(self, **params):
        return show("blog.archive", **params)

    def posted(self, **params):
        return show("blog.posted", **params)

    def _private(self):
        return "never"

    value = 42


class Callable:
    def __call__(self, **params):
        return show("callable", **params)


class Fresh:
    def index(self, **params):
        return show("fresh.index", **params)


class Root:
    _cp_config = {"note": "root class", "root": "yes"}


dispatcher = cherrypy.dispatch.RoutesDispatcher()
dispatcher.connect("blog", "/blog", Blog(), action="index")
dispatcher.connect("post", "/blog/new", dispatcher.controllers["blog"], action="posted",
                   conditions={"method": ["POST"]})  # fmt: skip
dispatcher.connect("archive", "/archive/{year}", dispatcher.controllers["blog"],
                   action="archive")  # fmt: skip
dispatcher.connect("entry", r"/blog/{year:\d+}/{slug}", dispatcher.controllers["blog"],
                   action="entry")  # fmt: skip
dispatcher.connect("call", "/call/{x}", Callable())
dispatcher.connect("fresh", "/fresh", Fresh, action="index")
dispatcher.connect("any", "/any/{action}", dispatcher.controllers["blog"])
dispatcher.connect("deep", "/deep/{a}/{b}", dispatcher.controllers["blog"], action="archive")

full = cherrypy.dispatch.RoutesDispatcher(full_result=True)
full.connect("blog", "/{action}", Blog())

cherrypy.tree.mount(Root(), "", {
    "/": {"request.dispatch": dispatcher, "note": "root section"},
    "/blog": {"note": "blog section"},
    "/blog/2024": {"note": "2024 section"},
    "/archive/1999": {"note": "1999 section"},
    "/deep": {"note": "deep section"},
})  # fmt: skip
cherrypy.tree.mount(Root(), "/full", {"/": {"request.dispatch": full}})

PATHS = """
/ /blog /blog/ /blog/2024/first /blog/2024/a%20b /blog/2024/%C3%A9 /blog/x/y /blog/new
/archive/1999 /archive/2000 /call/1 /call/ /fresh /any/index /any/archive /any/nothing
/any/__class__ /any/_private /any/value /deep/x/y /nothing /full/index /full/archive
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"method": "POST", "path": "/blog/new", "body": ""},
    {"method": "POST", "path": "/blog", "body": ""},
    {"method": "HEAD", "path": "/blog"},
    {"path": "/blog", "query": "a=1"},
    {"path": "/archive/1999", "query": "year=2001"},
]
