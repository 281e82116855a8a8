"""A request whose parameters do not fit the handler: every rule of BEHAVIOUR 3.3."""

import cherrypy


class CallableNode:
    exposed = True

    def __call__(self, a, b="b"):
        return f"called {a} {b}"


class Root:
    node = CallableNode()

    @cherrypy.expose
    def none(self):
        return "none"

    @cherrypy.expose
    def one(self, a):
        return f"one {a!r}"

    @cherrypy.expose
    def two(self, a, b):
        return f"two {a!r} {b!r}"

    @cherrypy.expose
    def defaults(self, a, b="B", c="C"):
        return f"defaults {a!r} {b!r} {c!r}"

    @cherrypy.expose
    def star(self, a, *args):
        return f"star {a!r} {args!r}"

    @cherrypy.expose
    def stars(self, a, **kwargs):
        return f"stars {a!r} {sorted(kwargs.items())!r}"

    @cherrypy.expose
    def both(self, a="A", *args, **kwargs):
        return f"both {a!r} {args!r} {sorted(kwargs.items())!r}"

    @cherrypy.expose
    def keyword_only(self, *, a):
        return f"keyword_only {a!r}"

    @cherrypy.expose
    def keyword_default(self, b, *, a="A"):
        return f"keyword_default {b!r} {a!r}"

    @cherrypy.expose
    def positional_only(self, a, /):
        return f"positional_only {a!r}"

    @cherrypy.expose
    def own_fault(self, a=None):
        return len(42)

    @cherrypy.expose
    def inner_fault(self, a=None):
        return self.two("only one")

    @staticmethod
    @cherrypy.expose
    def static(a, b="B"):
        return f"static {a!r} {b!r}"

    @classmethod
    @cherrypy.expose
    def of_class(cls, a):
        return f"of_class {a!r}"

    @cherrypy.expose
    def hidden(self, a):
        return f"hidden {a!r}"

    @cherrypy.expose
    def default(self, first, second="S"):
        return f"default {first!r} {second!r}"


cherrypy.tree.mount(Root(), "", {"/hidden": {"request.show_mismatched_params": False}})

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TARGETS = """
/none /none/x /none?a=1 /none?a=1&b=2 /one /one/1 /one?a=1 /one/1/2 /one/1?a=2 /one?b=1
/one?a=1&b=2 /one?a=1&a=2 /one?a= /one?a /two /two/1 /two/1/2 /two/1?b=2 /two?a=1&b=2
/two/1?a=2 /two/1/2?a=3 /two/1/2/3 /two?b=1 /two?a=1&b=2&c=3&d=4 /two/1/2?c=3 /defaults
/defaults/1 /defaults/1/2/3 /defaults/1/2/3/4 /defaults?c=3&a=1 /defaults/1?b=2
/defaults/1/2?b=3 /defaults?b=2 /star /star/1 /star/1/2/3 /star?a=1 /star/1?a=2
/star/1/2?b=3 /stars /stars/1 /stars/1/2 /stars?a=1&z=2 /stars/1?a=2 /stars/1?b=2
/stars?self=1&a=2 /both /both/1/2?x=3 /both?self=1 /both/1?a=2 /keyword_only
/keyword_only?a=1 /keyword_only/1 /keyword_only?a=1&b=2 /keyword_default
/keyword_default?b=1 /keyword_default/1?a=2 /positional_only /positional_only/1
/positional_only?a=1 /positional_only/1/2 /own_fault /own_fault?a=1 /own_fault?b=1
/inner_fault /inner_fault/1/2 /static /static/1 /static/1/2/3 /static?a=1&c=2 /of_class
/of_class/1 /of_class/1/2 /hidden /hidden?a=1&b=2 /hidden/1?a=2 / /unknown /unknown/2
/unknown/2/3 /unknown?first=1 /node /node/1 /node/1/2 /node/1/2/3 /node?z=1
"""

REQUESTS = []
for target in TARGETS.split():
    path, _, query = target.partition("?")
    REQUESTS.append({"path": path, "query": query})
for target, body in [
    ("/none", "a=1"), ("/none", ""), ("/one", "a=1"), ("/one", "b=1"), ("/one", ""),
    ("/one", "a=1&b=2"),
    ("/one/1", "a=2"), ("/one?a=1", "a=2"), ("/one?b=1", "a=1"), ("/one?b=1", "a=1&b=2"),
    ("/one?b=1", "a=1&c=2"), ("/one?c=1", "a=1&b=2"), ("/two/1/2", "a=3"),
    ("/two/1?a=2", "a=3"),
    ("/stars/1", "b=2"), ("/stars/1", "a=2"), ("/hidden", "a=1&b=2"), ("/keyword_only", ""),
    ("/unknown", "first=1"), ("/both?a=1", "a=2&b=3"),
]:  # fmt: skip
    path, _, query = target.partition("?")
    REQUESTS.append({
        "name": f"POST {target} {body!r}", "method": "POST", "path": path, "query": query,
        "body": body, "headers": FORM,
    })  # fmt: skip
