"""Several mounts, nested script names, grafted WSGI applications, applications on their own."""

import json

import cherrypy


class Root:
    def __init__(self, name):
        self.name = name

    @cherrypy.expose
    def index(self):
        return self.show()

    @cherrypy.expose
    def page(self, *args):
        return self.show(*args)

    def show(self, *args):
        request = cherrypy.request
        return json.dumps([
            self.name, args, request.script_name, request.path_info, request.app.script_name,
            cherrypy.url(), cherrypy.url("/x"), request.wsgi_environ["SCRIPT_NAME"],
            request.wsgi_environ["PATH_INFO"], request.config.get("name"),
            cherrypy.tree.script_name(),
        ])  # fmt: skip

    @cherrypy.expose
    def facts(self):
        tree = cherrypy.tree
        paths = (
            "",
            "/",
            "/a",
            "/a/",
            "/a/b",
            "/a/b/c",
            "/ab",
            "/c/d/e",
            "/graft/x",
            "/unmounted",
        )
        return json.dumps({
            "apps": sorted(tree.apps),
            "names": {path: tree.script_name(path) for path in paths if path},
            "same": tree.apps["/a"].root.name,
        })  # fmt: skip

    @cherrypy.expose
    def errors(self):
        found = []
        for arguments in ((Root("x"), None), (cherrypy.Application(Root("x"), "/one"), "/two")):
            try:
                cherrypy.tree.mount(*arguments)
            except (TypeError, ValueError) as error:
                found.append(type(error).__name__)
        return json.dumps(found)

    @cherrypy.expose
    def unmount(self):
        del cherrypy.tree.apps["/gone"]
        return "unmounted"

    @cherrypy.expose
    def mount_late(self):
        cherrypy.tree.mount(Root("late"), "/late")
        return "mounted"

    @cherrypy.expose
    def find(self):
        raise cherrypy.NotFound()


def foreign(environ, start_response):
    text = json.dumps(["foreign", environ["SCRIPT_NAME"], environ["PATH_INFO"],
                       environ["QUERY_STRING"], environ["REQUEST_METHOD"]])  # fmt: skip
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Foreign", "yes"),
                              ("Content-Length", str(len(text)))])  # fmt: skip
    return [text.encode("ascii")]


cherrypy.tree.mount(Root("root"), "", {"/": {"name": "root"}, "/page": {"name": "root page"}})
cherrypy.tree.mount(Root("a"), "/a", {"/": {"name": "a"}, "/page": {"name": "a page"}})
cherrypy.tree.mount(Root("a b"), "/a/b/", {"/": {"name": "a b"}})
cherrypy.tree.mount(Root("deep"), "/c/d/e")
cherrypy.tree.mount(cherrypy.Application(Root("made"), "/made", {"/": {"name": "made"}}))
cherrypy.tree.mount(Root("gone"), "/gone")
cherrypy.tree.mount(Root("caf\u00e9"), "/caf\u00e9")
cherrypy.tree.graft(foreign, "/graft")
cherrypy.tree.graft(foreign, "/a/graft/")
alone = cherrypy.Application(Root("alone"), "", {"/": {"name": "alone"}})
floating = cherrypy.Application(Root("floating"), None)


def elsewhere(environ, start_response):
    """An application mounted by foreign hands."""
    environ["SCRIPT_NAME"] = "/outer"
    return floating(environ, start_response)


PATHS = """
/ /page /a /a/ /a/page /a/page/1 /a/b /a/b/ /a/b/page /ab /a/bc /c /c/d /c/d/e /c/d/e/
/c/d/e/page /made/ /made/page /gone/ /caf%C3%A9/ /graft /graft/ /graft/x/y /grafted
/a/graft/z /a//page //a/page /A/ /facts /errors /unmount /gone/ /mount_late /late/
/a/nowhere /a/find /nowhere /a/../page /a%2Fpage
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"method": "POST", "path": "/graft/x", "query": "a=1", "body": "x"},
    {"name": "alone /page", "path": "/page", "app": "alone"},
    {"name": "alone /a/page", "path": "/a/page", "app": "alone"},
    {
        "name": "floating /page",
        "path": "/page",
        "app": "floating",
        "environ": {"SCRIPT_NAME": "/given"},
    },
    {
        "name": "floating /",
        "path": "/",
        "app": "floating",
        "environ": {"SCRIPT_NAME": "/given"},
    },
    {"name": "elsewhere /page", "path": "/page", "app": "elsewhere"},
    {"name": "the tree below a SCRIPT_NAME", "path": "/page", "environ": {"SCRIPT_NAME": "/a"}},
]
