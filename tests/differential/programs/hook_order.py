"""Hook priorities, failsafe hooks, hooks that fail, hooks that change the request."""

import cherrypy
from cherrypy._cprequest import Hook

seen = []


def recorder(word, error=None, priority=None, failsafe=None):
    def callback(**kwargs):
        seen.append(word + (str(sorted(kwargs.items())) if kwargs else ""))
        if error is not None:
            raise error

    if priority is not None:
        callback.priority = priority
    if failsafe is not None:
        callback.failsafe = failsafe
    return callback


class Root:
    @cherrypy.expose
    def log(self):
        text = " ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def default(self, *args, **kwargs):
        seen.append("handler")
        return "fine"

    @cherrypy.expose
    def boom(self, **kwargs):
        seen.append("handler")
        raise ValueError("boom")

    @cherrypy.expose
    def attach(self):
        """Hooks that a handler adds for the points still to come."""
        hooks = cherrypy.request.hooks
        hooks.attach("before_finalize", recorder("attached last"), priority=90)
        hooks.attach("before_finalize", recorder("attached first"), priority=10)
        hooks.attach("before_finalize", recorder("with arguments"), a=1, b=2)
        hooks.attach("on_end_request", recorder("attached to the end"))
        return "attached"

    @cherrypy.expose
    def unknown_point(self):
        cherrypy.request.hooks.attach("before_lunch", recorder("never"))
        return "attached"


def no_handler():
    cherrypy.request.handler = None
    cherrypy.response.body = b"answered by a hook"


def other_handler():
    cherrypy.request.handler = lambda: "another handler"


def wrap_handler():
    inner = cherrypy.request.handler

    def wrapped(*args, **kwargs):
        return "<" + inner(*args, **kwargs) + ">"

    cherrypy.request.handler = wrapped


def change_params():
    cherrypy.request.params["added"] = "by a hook"


def change_body():
    cherrypy.response.body = [part.upper() for part in cherrypy.response.body]
    cherrypy.response.headers["X-Late"] = "yes"


def stop_here():
    cherrypy.response.headers["X-Stopped"] = "yes"
    raise cherrypy.HTTPError(403, "stopped by a hook")


def late_attach():
    cherrypy.request.hooks.attach("before_handler", recorder("attached early"), priority=1)


quiet = cherrypy.HTTPError(409, "a hook says no")
loud = ZeroDivisionError("a hook fails")
cherrypy.tree.mount(Root(), "", {
    "/sorted": {
        "hooks.before_handler.a": recorder("p80", priority=80),
        "hooks.before_handler.b": recorder("p50 first"),
        "hooks.before_handler.c": recorder("p20", priority=20),
        "hooks.before_handler.d": recorder("p50 second"),
        "hooks.before_handler": recorder("unnamed"),
        "hooks.before_handler.e.f": recorder("two dots"),
    },
    "/hook_object": {
        "hooks.before_handler.a": Hook(recorder("object p10"), priority=10, x=1),
        "hooks.before_handler.b": recorder("p5", priority=5),
        "hooks.before_handler.c": Hook(recorder("own priority", priority=7)),
    },
    "/quiet": {
        "hooks.before_handler.a": recorder("fails", quiet, priority=10),
        "hooks.before_handler.b": recorder("skipped", priority=20),
        "hooks.before_handler.c": recorder("failsafe", priority=30, failsafe=True),
        "hooks.before_finalize.a": recorder("finalize"),
    },
    "/loud": {
        "hooks.before_handler.a": recorder("fails", loud, priority=10),
        "hooks.before_handler.b": recorder("skipped", priority=20),
        "hooks.before_handler.c": recorder("failsafe", priority=30, failsafe=True),
        "hooks.before_finalize.a": recorder("finalize"),
        "hooks.before_error_response.a": recorder("error"),
    },
    "/newest_wins": {
        "hooks.before_handler.a": recorder("fails", loud, priority=10),
        "hooks.before_handler.b": recorder("failsafe fails", quiet, priority=20, failsafe=True),
        "hooks.before_handler.c": recorder("failsafe", priority=30, failsafe=True),
        "hooks.before_handler.d": recorder("skipped", priority=40),
    },
    "/loudest_wins": {
        "hooks.before_handler.a": recorder("fails", quiet, priority=10),
        "hooks.before_handler.b": recorder("failsafe fails", loud, priority=20, failsafe=True),
        "hooks.before_handler.c": recorder("failsafe", priority=30, failsafe=True),
    },
    "/no_handler": {"hooks.before_handler.a": no_handler},
    "/other_handler": {"hooks.before_handler.a": other_handler},
    "/wrap_handler": {"hooks.before_handler.a": wrap_handler},
    "/change_params": {"hooks.before_handler.a": change_params,
                       "hooks.before_handler.b": recorder("after")},
    "/change_body": {"hooks.before_finalize.a": change_body},
    "/stop_at_start": {"hooks.on_start_resource.a": stop_here},
    "/stop_before_finalize_once": {"hooks.before_finalize.a": recorder("finalize")},
    "/late_attach": {"hooks.on_start_resource.a": late_attach,
                     "hooks.before_handler.a": recorder("from config")},
    "/boom": {
        "hooks.on_end_resource.a": recorder("end fails", KeyError("end")),
        "hooks.on_end_resource.b": recorder("end failsafe", failsafe=True),
        "hooks.on_end_request.a": recorder("close fails", KeyError("close")),
        "hooks.on_end_request.b": recorder("close skipped"),
        "hooks.on_end_request.c": recorder("close failsafe", failsafe=True),
    },
    "/twice": {"hooks.before_handler.a": recorder("outer")},
    "/twice/inner": {"hooks.before_handler.a": recorder("inner"),
                     "hooks.before_handler.b": recorder("more")},
})  # fmt: skip

REQUESTS = []
PATHS = """
/sorted /hook_object /quiet /loud /newest_wins /loudest_wins /no_handler
/other_handler /wrap_handler /change_params /change_body /stop_at_start
/stop_before_finalize_once /late_attach /boom /attach /unknown_point /twice /twice/inner
"""
for path in PATHS.split():
    REQUESTS += [{"path": path}, {"name": f"hooks of {path}", "path": "/log"}]
REQUESTS += [
    {"name": "attached hooks are gone", "path": "/sorted"},
    {"name": "hooks of the second visit", "path": "/log"},
]
