"""`tools.params`: what a page annotates, converted; and `tools.decode`."""

import datetime
import decimal
import enum
import functools
import uuid

import cherrypy


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Even:
    def __init__(self, text):
        if int(text) % 2:
            raise ValueError("odd")
        self.number = int(text)


def broken(text):
    raise KeyError(text)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Callable:
    exposed = True

    def __call__(self, n: int = 0):
        return repr(n)


class Root:
    @cherrypy.expose
    def none(self, n=None):
        return repr(n)

    @cherrypy.expose
    def whole(self, n: int = 0):
        return repr(n)

    @cherrypy.expose
    def real(self, n: float = 0.0):
        return repr(n)

    @cherrypy.expose
    def exact(self, n: decimal.Decimal = 0):
        return repr(n)

    @cherrypy.expose
    def truth(self, n: bool = False):
        return repr(n)

    @cherrypy.expose
    def text(self, n: str = ""):
        return repr(n)

    @cherrypy.expose
    def several(self, a: int, b: float = 0.0, *, c: int = 1):
        return repr((a, b, c))

    @cherrypy.expose
    def many(self, n: list = ()):
        return repr(n)

    @cherrypy.expose
    def level(self, n: Level = Level.LOW):
        return repr(n)

    @cherrypy.expose
    def unique(self, n: uuid.UUID = 0):
        return repr(n)

    @cherrypy.expose
    def own(self, n: Even):
        return repr(n.number)

    @cherrypy.expose
    def function(self, n: len = 0):
        return repr(n)

    @cherrypy.expose
    def broken(self, n: broken = 0):
        return repr(n)

    @cherrypy.expose
    def string(self, n: "int" = 0):
        return repr(n)

    @cherrypy.expose
    def optional(self, n: "datetime.date | None" = None):
        return repr(n)

    @cherrypy.expose
    def rest(self, n: int = 0, *args, **kwargs: int):
        return repr((n, args, sorted(kwargs.items())))

    @cherrypy.expose
    @decorated
    def wrapped(self, n: int = 0):
        return repr(n)

    @staticmethod
    @cherrypy.expose
    def static(n: int = 0):
        return repr(n)

    @cherrypy.expose
    def other_error(self, n: int = 0):
        return repr(n)

    @cherrypy.expose
    def other_exception(self, n: broken = 0):
        return repr(n)

    @cherrypy.expose
    def off(self, n: int = 0):
        return repr(n)

    @cherrypy.expose
    @cherrypy.tools.params()
    def by_decorator(self, n: int = 0):
        return repr(n)

    @cherrypy.expose
    def charset(self, **params):
        return repr(params)

    node = Callable()


class Plain:
    page = Root.by_decorator


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.params.on": True},
    "/other_error": {"tools.params.error": 404},
    "/other_exception": {"tools.params.exception": KeyError},
    "/off": {"tools.params.on": False},
    "/charset": {"tools.decode.on": True, "tools.decode.encoding": ["ascii", "latin-1"]},
})  # fmt: skip
cherrypy.tree.mount(Plain(), "/plain", {
    "/page": {"tools.decode.on": True, "tools.decode.default_encoding": "latin-1"},
})  # fmt: skip

NUMBERS = ["5", "-3", "+3".replace("+", "%2B"), "x", "", "1.5", "1e3", "%205%20", "007", "0x10"]
ODD_NUMBERS = ["1_000", "%D9%A1", "nan", "inf", "1e999"]
REQUESTS = [
    {"path": f"/{page}", "query": f"n={value}"}
    for page in ("none", "whole", "real", "text")
    for value in NUMBERS
]
REQUESTS += [
    {"path": f"/{page}", "query": f"n={value}"}
    for page in ("whole", "real")
    for value in ODD_NUMBERS
]
REQUESTS += [{"path": "/truth", "query": f"n={value}"}
             for value in ("1", "true", "yes", "on", "0", "false", "off", "", "x")]  # fmt: skip
TARGETS = """
/none /whole /exact?n=1.10 /exact?n=x /whole/x /whole?n=1&n=2 /text?n=1&n=2 /truth
/several?a=1 /several?a=1&b=2.5&c=3 /several?a=x&b=y /several?a=1&c=x /several
/several?b=x /several?a=1&d=2 /many /many?n=ab /many?n=1&n=2 /level?n=low /level?n=HIGH
/level?n=x /level /unique?n=8f14e45f-ceea-467f-a0e6-b5f3c1d2e3f4 /unique?n=x /own?n=4
/own?n=3 /own?n=x /own /function?n=abc /broken /broken?n=x /string /string?n=5
/optional /optional?n=2024-01-01 /rest?n=5&m=6 /rest/7/8?m=x /wrapped?n=5 /wrapped?n=x
/static?n=5 /static?n=x /node?n=5 /node?n=x /node /other_error?n=x /other_exception?n=x
/other_error?n=5 /off?n=x /by_decorator?n=5 /by_decorator?n=x /plain/page?n=5
/plain/page?n=x /nowhere /nowhere?n=1
"""
for target in TARGETS.split():
    path, _, query = target.partition("?")
    REQUESTS.append({"path": path, "query": query})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
for path, body in [
    ("/whole", "n=5"), ("/whole", "n=x"), ("/several?a=1", "c=2"), ("/several?a=1", "c=x"),
    ("/whole?n=1", "n=2"), ("/many?n=1", "n=2"), ("/charset", "n=%E9"),
    ("/charset", "n=abc"), ("/charset", "n=%C3%A9"), ("/plain/page", "n=5"),
]:  # fmt: skip
    path, _, query = path.partition("?")
    REQUESTS.append({
        "name": f"POST {path}?{query} {body!r}", "method": "POST", "path": path,
        "query": query, "body": body, "headers": FORM,
    })  # fmt: skip
