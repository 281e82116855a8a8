"""`cherrypy.url()` in all variants of BEHAVIOUR 3.10."""

import json

import cherrypy

CASES = [
    {},
    {"path": ""}, {"path": "x"}, {"path": "/x"}, {"path": "x/y"}, {"path": "x/"}, {"path": "/"},
    {"path": "./x"}, {"path": "../x"}, {"path": "../../x"}, {"path": "../../../x"},
    {"path": "."},
    {"path": ".."}, {"path": "/a/./b"}, {"path": "/a/../b"}, {"path": "/a/./b/"},
    {"path": "/p/.."},
    {"path": "/a//b"}, {"path": "/a//./b"}, {"path": "?q"}, {"path": "#f"},
    {"path": "http://other.test/y"},
    {"qs": "a=1"}, {"qs": {"a": 1, "b": "x y"}}, {"qs": [("a", 1), ("a", 2)]},
    {"qs": (("u", "\xe9"),)},
    {"path": "x", "qs": "a=1&b=2"}, {"path": "/x", "qs": ""}, {"path": "/x", "qs": "a=../b"},
    {"path": "/x", "script_name": ""}, {"path": "/x", "script_name": "/other"},
    {"path": "x", "script_name": "/other"}, {"path": "/x", "base": "https://base.test"},
    {"path": "/x", "base": ""}, {"path": "x", "base": "https://base.test", "script_name": "/s"},
    {"path": "/x", "relative": False}, {"path": "/x", "relative": True},
    {"path": "x", "relative": True},
    {"path": "", "relative": True}, {"path": "/", "relative": True},
    {"path": "../x", "relative": True},
    {"path": "/d/e", "relative": True}, {"path": "/d/f", "relative": True},
    {"path": "/d/e/f", "relative": True},
    {"path": "/x", "relative": "server"}, {"path": "x", "relative": "server"},
    {"path": "", "relative": "server"}, {"path": "/x", "qs": "a=1", "relative": "server"},
    {"path": "/x", "qs": "a=1", "relative": True},
    {"path": "/x", "base": "https://b.test/p", "relative": "server"},
    {"path": "x?y=1"}, {"path": "x#y"}, {"path": "/x?y=../z"}, {"path": "x;p"}, {"path": "/./"},
    {"path": "/caf\xe9"}, {"path": "x y"}, {"path": "/%20"}, {"path": "...."}, {"path": "/.x"},
    {"qs": {"\xe9": "\u20ac"}}, {"qs": {"a": None}}, {"qs": {"a": True}}, {"qs": "?"},
    {"qs": [("a", "&"), ("b", "=")]}, {"qs": {"a": "+ %"}}, {"path": "x", "qs": "a#b"},
    {"path": "/x", "script_name": "/s", "relative": "server"},
    {"path": "/d/e/f/g", "relative": True}, {"path": "/x/", "relative": True},
    {"path": "/", "relative": "server"}, {"path": "..", "relative": True},
    {"path": "/x", "base": "http://b.test", "relative": True},
]  # fmt: skip


class Node:
    @cherrypy.expose
    def index(self, case=None):
        return answer(case)

    @cherrypy.expose
    def e(self, *args, case=None):
        return answer(case)


class Root:
    d = Node()

    @cherrypy.expose
    def index(self, case=None):
        return answer(case)

    @cherrypy.expose
    def page(self, *args, case=None):
        return answer(case)

    @cherrypy.expose
    def full(self, **kwargs):
        return cherrypy.url(qs=cherrypy.request.query_string)


def answer(case):
    return json.dumps(cherrypy.url(**CASES[int(case)]))


cherrypy.tree.mount(Root(), "", {"/": {"tools.trailing_slash.on": False}})
cherrypy.tree.mount(Root(), "/u", {"/": {"tools.trailing_slash.on": False}})
cherrypy.tree.mount(Root(), "/r").relative_urls = True
cherrypy.tree.mount(Root(), "/s").relative_urls = "server"

REQUESTS = [
    {"name": f"{path} url({case})", "path": path, "query": f"case={number}"}
    for path in ("/", "/page", "/page/", "/d", "/d/", "/d/e", "/d/e/", "/d/e/f", "/u", "/u/",
                 "/u/page", "/u/d/", "/u/d", "/u/d/e")
    for number, case in enumerate(CASES)
]  # fmt: skip
REQUESTS += [
    {"name": f"{path} url({CASES[number]})", "path": path, "query": f"case={number}"}
    for path in ("/r/page", "/r/d/", "/s/page", "/s/d/e")
    for number in (0, 2, 3, 8, 35, 36, 44)
]
REQUESTS += [
    {"path": "/full", "query": "a=1&b=%20x&c=%C3%A9"},
    {"path": "/full", "headers": {"Host": "a.test:8080"}},
    {"name": "https", "path": "/full", "environ": {"wsgi.url_scheme": "https"}},
]
