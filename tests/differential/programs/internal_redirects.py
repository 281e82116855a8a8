"""InternalRedirect: targets, what survives, the previous request, the loop guard."""

import json

import cherrypy

ended = []


class Sub:
    @cherrypy.expose
    def index(self):
        raise cherrypy.InternalRedirect("target")

    @cherrypy.expose
    def target(self, **kwargs):
        return "sub target " + json.dumps(kwargs)

    @cherrypy.expose
    def go(self, to, query=""):
        raise cherrypy.InternalRedirect(to, query)


class Root:
    sub = Sub()

    @cherrypy.expose
    def index(self, **kwargs):
        return "index"

    @cherrypy.expose
    def go(self, to, query=""):
        cherrypy.response.headers["X-Lost"] = "yes"
        cherrypy.response.cookie["lost"] = "yes"
        cherrypy.response.status = 201
        raise cherrypy.InternalRedirect(to, query)

    @cherrypy.expose
    def target(self, *args, **kwargs):
        request = cherrypy.request
        previous = request.prev
        return json.dumps({
            "args": args,
            "kwargs": kwargs,
            "method": request.method,
            "path": request.path_info,
            "query": request.query_string,
            "previous": [previous.path_info, previous.query_string, previous.method,
                         previous.closed]
            if previous else None,
            "header": request.headers.get("X-Survives"),
            "length": request.headers.get("Content-Length"),
            "type": request.headers.get("Content-Type"),
            "url": cherrypy.url(),
        }, sort_keys=True)  # fmt: skip

    @cherrypy.expose
    def chain(self, n="3"):
        if int(n) == 0:
            chain = []
            request = cherrypy.request
            while request is not None:
                chain.append(request.query_string)
                request = request.prev
            return json.dumps(chain)
        raise cherrypy.InternalRedirect(f"/chain?n={int(n) - 1}")

    @cherrypy.expose
    def itself(self):
        raise cherrypy.InternalRedirect("/itself")

    @cherrypy.expose
    def ping(self, **kwargs):
        raise cherrypy.InternalRedirect("/pong")

    @cherrypy.expose
    def pong(self, **kwargs):
        raise cherrypy.InternalRedirect("/ping?x=1")

    @cherrypy.expose
    def attributes(self):
        redirect = cherrypy.InternalRedirect("sub/target?a=1")
        return repr(
            (redirect.path, redirect.query_string, redirect.request is cherrypy.request)
        )

    @cherrypy.expose
    def previous_params(self, **kwargs):
        raise cherrypy.InternalRedirect("/see_previous")

    @cherrypy.expose
    def see_previous(self):
        previous = cherrypy.request.prev
        return repr((
            sorted(previous.params.items()), previous.method, previous.script_name,
            previous.closed, previous.app is cherrypy.request.app, cherrypy.request.params,
        ))  # fmt: skip

    @cherrypy.expose
    def from_error(self):
        try:
            raise KeyError("a fault")
        except KeyError:
            raise cherrypy.InternalRedirect("/target")  # noqa: B904

    @cherrypy.expose
    def to_error(self):
        raise cherrypy.InternalRedirect("/refuse")

    @cherrypy.expose
    def refuse(self):
        raise cherrypy.HTTPError(409, "refused after all")

    @cherrypy.expose
    def to_redirect(self):
        raise cherrypy.InternalRedirect("/moved")

    @cherrypy.expose
    def moved(self):
        raise cherrypy.HTTPRedirect("elsewhere")

    @cherrypy.expose
    def to_fault(self):
        raise cherrypy.InternalRedirect("/fault")

    @cherrypy.expose
    def fault(self):
        raise KeyError("a fault of the program")

    @cherrypy.expose
    def streamed(self):
        cherrypy.response.stream = True
        raise cherrypy.InternalRedirect("/target")

    @cherrypy.expose
    def from_late_hook(self):
        return "never"

    @cherrypy.expose
    def caught(self):
        try:
            raise cherrypy.InternalRedirect("/target")
        except cherrypy.CherryPyException as error:
            return type(error).__name__

    @cherrypy.expose
    def default(self, *args, **kwargs):
        if args[:1] == ("old",):
            raise cherrypy.InternalRedirect("/target/" + "/".join(args[1:]))
        raise cherrypy.NotFound()

    @cherrypy.expose
    def from_hook(self):
        return "never"

    @cherrypy.expose
    def ended(self):
        return json.dumps(ended)


def note_end():
    request = cherrypy.serving.request
    ended.append([request.path_info, request.prev.path_info if request.prev else None])


cherrypy.tree.mount(Root(), "", {
    "/from_hook": {"hooks.on_start_resource.a": lambda: go_to("/target?from=hook")},
    "/from_late_hook": {"hooks.before_finalize.a": lambda: go_to("/target?from=late")},
    "/sub": {"hooks.on_end_request.a": note_end},
})  # fmt: skip
cherrypy.tree.mount(Root(), "/app")


def go_to(path):
    raise cherrypy.InternalRedirect(path)


REQUESTS = [
    {"path": path, "query": f"to={to}"}
    for path in ("/go", "/sub/go", "/app/go", "/app/sub/go")
    for to in (
        "/target",
        "target",
        "target/a/b",
        "../target",
        "/target?x=1%26y=2",
        "/nowhere",
        "/",
        "./target",
        "../../target",
        "/sub/../target",
        "/target/",
        "/sub",
        "/sub/",
        "?to=/target",
        "/target?",
        "/target?a=1?b=2",
        "/target/x%2520y",
        "/target/a//b",
        "/target?x=%C3%A9",
        "/target?a=1%26a=2",
        "/ended",
    )
]
REQUESTS += [
    {"path": "/go", "query": "to=/target&query=a=1"},
    {"path": "/go", "query": "to=/target?b=2&query=a=1"},
    {"path": "/go", "query": "to=/target/caf%C3%A9"},
    {"path": "/sub/"},
    {"path": "/sub"},
    {"path": "/app/sub/"},
    {"path": "/chain", "query": "n=3"},
    {"path": "/itself"},
    {"path": "/ping"},
    {"path": "/attributes"},
    {"path": "/from_hook"},
    {"path": "/target", "note": "no previous request"},
    {"path": "/previous_params", "query": "a=1&b=2&b=3"},
    {
        "method": "POST",
        "path": "/previous_params",
        "body": "a=1",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
    *({"path": path} for path in (
        "/from_error", "/to_error", "/to_redirect", "/to_fault", "/streamed", "/from_late_hook",
        "/caught", "/old/a/b", "/old", "/app/old/a", "/app/to_redirect", "/app/from_error",
    )),
    {"method": "PUT", "path": "/to_error", "body": "x"},
    {"method": "DELETE", "path": "/streamed"},
    {"method": "HEAD", "path": "/to_error"},
    {"name": "HTTP/1.0", "path": "/to_redirect", "environ": {"SERVER_PROTOCOL": "HTTP/1.0"}},
    {
        "method": "POST",
        "path": "/go",
        "body": "to=/target&query=z",
        "headers": {"Content-Type": "application/x-www-form-urlencoded", "X-Survives": "yes"},
    },
    {"method": "HEAD", "path": "/go", "query": "to=/target"},
    {"path": "/go", "query": "to=/go"},
    {"path": "/ended"},
]
