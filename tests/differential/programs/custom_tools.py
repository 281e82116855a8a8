"""Tools that a program makes: every kind, their decorators, priorities and own `_setup`."""

import cherrypy
from cherrypy._cptools import ErrorTool, HandlerTool, HandlerWrapperTool

seen = []


def note(word="note", upper=False):
    seen.append(word.upper() if upper else word)


def stamp(value="default"):
    cherrypy.response.headers["X-Stamp"] = value


cherrypy.tools.note = cherrypy.Tool("before_handler", note)
cherrypy.tools.early = cherrypy.Tool(
    "before_handler", lambda: seen.append("early"), priority=10
)
cherrypy.tools.late = cherrypy.Tool("before_handler", lambda: seen.append("late"), priority=95)
cherrypy.tools.stamp = cherrypy.Tool("before_finalize", stamp, name="stamp", priority=70)


@cherrypy.tools.register("before_handler", priority=60)
def registered(word="registered"):
    seen.append(word)


@cherrypy.tools.register("before_finalize", name="renamed")
def some_name(value="renamed"):
    cherrypy.response.headers["X-Renamed"] = value


def maybe(answer=False, text="answered by the tool"):
    if answer:
        cherrypy.response.body = text.encode("ascii")
    return answer


cherrypy.tools.maybe = HandlerTool(maybe)


def wrapper(next_handler, *args, **kwargs):
    return "(" + next_handler(*args, **kwargs) + ")"


def bracket(next_handler, *args, **kwargs):
    return "[" + next_handler(*args, **kwargs) + "]"


cherrypy.tools.wrapper = HandlerWrapperTool(wrapper)
cherrypy.tools.bracket = HandlerWrapperTool(bracket, priority=20)


def on_fault(text="a fault"):
    cherrypy.response.status = 500
    cherrypy.response.headers["Content-Type"] = "text/plain"
    cherrypy.response.body = text.encode("ascii")


cherrypy.tools.on_fault = ErrorTool(on_fault)


class Timed(cherrypy.Tool):
    """A tool that hooks in at two points."""

    def __init__(self):
        super().__init__("before_handler", self.begin, priority=95)

    def _setup(self):
        cherrypy.Tool._setup(self)
        cherrypy.request.hooks.attach("before_finalize", self.end, priority=5)

    def begin(self, label="time"):
        cherrypy.request.label = label

    def end(self):
        cherrypy.response.headers["X-Timed"] = cherrypy.request.label


cherrypy.tools.timed = Timed()


class Conditional(cherrypy.Tool):
    """A tool whose `_setup` looks at the request and at its own settings."""

    def __init__(self):
        super().__init__("before_finalize", self.mark)

    def _setup(self):
        if cherrypy.request.method == "GET":
            settings = self._merged_args({"value": "built in"})
            cherrypy.request.hooks.attach("before_finalize", self.mark, **settings)

    def mark(self, value):
        cherrypy.response.headers["X-Conditional"] = value


cherrypy.tools.conditional = Conditional()


class Bare:
    """Anything with `_setup` will do."""

    def _setup(self):
        cherrypy.response.headers["X-Bare"] = "set up"


cherrypy.tools.bare = Bare()


def own_priority():
    seen.append("own priority")


own_priority.priority = 5
own_priority.failsafe = True
cherrypy.tools.own_priority = cherrypy.Tool("before_handler", own_priority)


def failing():
    seen.append("failing")
    raise cherrypy.HTTPError(409, "the tool says no")


cherrypy.tools.failing = cherrypy.Tool("before_handler", failing, priority=1)


@cherrypy.tools.stamp(value="from the class")
class Decorated:
    @cherrypy.expose
    def index(self):
        return "decorated class"

    @cherrypy.expose
    @cherrypy.tools.stamp(value="from the method")
    def method(self):
        return "decorated method"

    @cherrypy.expose
    @cherrypy.tools.stamp(on=False)
    def off(self):
        return "turned off"


class Root:
    decorated = Decorated()
    handled = cherrypy.tools.maybe.handler(answer=True, text="a tool as page handler")
    unhandled = cherrypy.tools.maybe.handler(answer=False)

    @cherrypy.expose
    def log(self):
        text = ", ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def default(self, *args, **kwargs):
        seen.append("handler")
        return "page"

    @cherrypy.expose
    @cherrypy.tools.note(word="first", upper=True)
    @cherrypy.tools.late()
    @cherrypy.tools.early()
    @cherrypy.tools.registered()
    def ordered(self):
        return "page"

    @cherrypy.expose
    @cherrypy.tools.stamp(value="decorator")
    def overridden(self):
        return "page"

    @cherrypy.tools.stamp()
    @cherrypy.expose
    def above(self):
        return "page"

    @cherrypy.expose
    @cherrypy.tools.on_fault(text="told by the tool")
    def fault(self):
        raise ValueError("boom")

    @cherrypy.expose
    @cherrypy.tools.on_fault()
    def error(self):
        raise cherrypy.HTTPError(404, "not for the error tool")

    @cherrypy.expose
    @cherrypy.tools.wrapper()
    @cherrypy.tools.bracket()
    def wrapped(self, *args, **kwargs):
        return "page" + "".join(args) + kwargs.get("x", "")

    @cherrypy.expose
    def facts(self):
        tools = cherrypy.tools
        try:
            tools.note.on = True
        except AttributeError as error:
            message = type(error).__name__
        try:
            tools.note("positional")
        except TypeError as error:
            message += " | " + str(error)
        return repr(
            (
                message,
                tools.note._name,
                tools.stamp._name,
                tools.note.namespace,
                tools.note.word,
                tools.note.upper,
                tools.note.callable is note,
                tools.registered.callable is registered,
                tools.renamed._name,
                tools.late._priority,
                tools.note._point,
            )
        )

    @cherrypy.expose
    def direct(self):
        cherrypy.tools.stamp.callable("called directly")
        return "page"


cherrypy.tree.mount(Root(), "", {
    "/config": {"tools.note.on": True, "tools.note.word": "from config"},
    "/config/off": {"tools.note.on": False},
    "/config/more": {"tools.note.word": "inherited on"},
    "/never_on": {"tools.note.word": "not used"},
    "/priority": {"tools.late.on": True, "tools.late.priority": 1, "tools.note.on": True,
                  "tools.early.on": True},
    "/overridden": {"tools.stamp.value": "section"},
    "/maybe": {"tools.maybe.on": True},
    "/maybe/yes": {"tools.maybe.answer": True},
    "/timed": {"tools.timed.on": True},
    "/timed/label": {"tools.timed.label": "own label"},
    "/conditional": {"tools.conditional.on": True},
    "/conditional/value": {"tools.conditional.value": "configured"},
    "/bare": {"tools.bare.on": True},
    "/own_priority": {"tools.own_priority.on": True, "tools.early.on": True,
                      "tools.failing.on": True, "tools.late.on": True},
    "/handled": {"tools.maybe.text": "text from config"},
    "/nothing": {"tools.wrapper.on": True},
    "/once": {"tools.stamp.on": True, "tools.stamp.value": "a", "tools.renamed.on": True},
})  # fmt: skip

REQUESTS = []
PATHS = """
/config /config/off /config/more /never_on /priority /overridden /maybe /maybe/yes /timed
/timed/label /conditional /conditional/value /bare /own_priority /handled /handled/x
/unhandled /once /decorated/ /decorated /decorated/method /decorated/off /decorated/nowhere
/ordered /above /fault /error /wrapped /wrapped/a/b /facts /direct /plain
"""
for path in PATHS.split():
    REQUESTS += [{"path": path}, {"name": f"seen by {path}", "path": "/log"}]
REQUESTS += [
    {"path": "/wrapped", "query": "x=1"},
    {"method": "HEAD", "path": "/conditional"},
    {"name": "the wrapper of a missing page", "path": "/decorated/index/x/y"},
]
