"""Toolboxes and config namespaces of a program's own, per application and per request class."""

import cherrypy
from cherrypy._cprequest import Request
from cherrypy._cptools import Toolbox

seen = []

mine = Toolbox("mine")


@mine.register("before_handler")
def greet(word="hello"):
    seen.append(word)


mine.stamp = cherrypy.Tool("before_finalize", lambda value="-": header("X-Mine", value))


class Guards(Toolbox):
    """A toolbox that knows what to do as a namespace."""


guards = Guards("guards")


@guards.register("before_handler", priority=5)
def ask(password=None):
    if cherrypy.request.params.get("password") != password:
        raise cherrypy.HTTPError(403, "wrong password")


def header(name, value):
    cherrypy.response.headers[name] = value


def database_namespace(key, value):
    """A plain function: called for each key, on each request."""
    seen.append(f"{key}={value}")
    setattr(cherrypy.request, f"db_{key}", value)


class Wrapping:
    """A namespace that is a context manager, entered even without entries."""

    def __enter__(self):
        seen.append("enter")

        def collect(key, value):
            seen.append(f"collect {key}={value}")

        return collect

    def __exit__(self, kind, error, traceback):
        seen.append("exit" if kind is None else f"exit with {kind.__name__}")


def site_namespace(key, value):
    seen.append(f"site {key}={value}")


def app_namespace(key, value):
    seen.append(f"app {key}={value}")


cherrypy.config.namespaces["site"] = site_namespace
cherrypy.config.update({"site.name": "test", "site.other.key": 2})
cherrypy.config["site.late"] = "item"


class OwnRequest(Request):
    namespaces = Request.namespaces.copy()


OwnRequest.namespaces["database"] = database_namespace
OwnRequest.namespaces["wrapping"] = Wrapping()
OwnRequest.namespaces["guards"] = guards


class OwnApplication(cherrypy.Application):
    request_class = OwnRequest
    toolboxes = {"tools": cherrypy.tools, "mine": mine}


class Root:
    @cherrypy.expose
    def log(self):
        text = ", ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def default(self, *args, **kwargs):
        return f"page {getattr(cherrypy.request, 'db_host', None)}"

    @cherrypy.expose
    @mine.greet(word="from a decorator")
    @mine.stamp(value="decorated")
    def decorated(self):
        return "decorated"

    @cherrypy.expose
    def names(self):
        request = cherrypy.serving.request
        return " ".join([type(request).__name__, *sorted(request.namespaces)])

    @cherrypy.expose
    def toolmaps(self):
        maps = cherrypy.request.toolmaps
        return repr([(name, maps[name]) for name in sorted(maps) if name != "tools"])


CONFIG = {
    "/": {"database.host": "localhost", "database.port": 5432},
    "/collected": {"wrapping.a": 1, "wrapping.b.c": 2},
    "/greeted": {"mine.greet.on": True},
    "/greeted/loudly": {"mine.greet.word": "HELLO", "mine.stamp.on": True},
    "/guarded": {"guards.ask.on": True, "guards.ask.password": "sesame"},
    "/toolmaps": {"mine.greet.on": True, "mine.greet.word": "mapped"},
    "/fault": {"database.host": None},
}

app = OwnApplication(Root(), "")
app.namespaces["app"] = app_namespace
app.merge(CONFIG)
app.merge({"/": {"app.one": 1}})
app.merge({"/elsewhere": {"app.two": 2}})
cherrypy.tree.mount(app, "")

later = cherrypy.Application(Root(), "/later")
later.toolboxes = {"tools": cherrypy.tools, "mine": mine}
later.merge({"/greeted": {"mine.greet.on": True, "mine.greet.word": "late box"}})
cherrypy.tree.mount(later, "/later")

REQUESTS = [{"name": "what mounting noted", "path": "/log"}]
PATHS = """
/ /page /collected /greeted /greeted/loudly /guarded /decorated /names /toolmaps
/fault /elsewhere /later/greeted /later/page /later/decorated
"""
for path in PATHS.split():
    REQUESTS += [{"path": path}, {"name": f"noted by {path}", "path": "/log"}]
REQUESTS += [
    {"path": "/guarded", "query": "password=sesame"},
    {"path": "/guarded/x", "query": "password=wrong"},
]
