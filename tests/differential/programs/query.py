"""Query strings and urlencoded forms: how parameters reach the handler."""

import json

import cherrypy


class Root:
    @cherrypy.expose
    def index(self, *args, **kwargs):
        request = cherrypy.request
        return json.dumps([kwargs, request.params, request.query_string], sort_keys=True)

    @cherrypy.expose
    def form(self, *args, **kwargs):
        request = cherrypy.request
        return json.dumps(
            [kwargs, request.body.params if request.body else None], sort_keys=True
        )

    @cherrypy.expose
    def latin(self, **kwargs):
        return json.dumps(kwargs, sort_keys=True)


cherrypy.tree.mount(Root(), "", {"/latin": {"request.query_string_encoding": "latin-1"}})

QUERIES = [
    "a=1", "a=1&b=2", "a=1&a=2&a=3", "a", "a=", "=1", "=", "&", "a&b", "a=1&&b=2", "a=b=c",
    "a=1;b=2",
    "a+b=c+d", "a%20b=c%26d", "a[1]=x&a[]=y", "caf%C3%A9=%E4%B8%AD", "a=%E9", "a=%", "a=%zz",
    "a=%C3",
    "12,34", "12,34,5", "a=%00", "a=1#b", "%61=1", "a=1&A=2", "a=%2525", "?a=1", "a=\xc3\xa9",
    "a=\xe9",
    "12,34abc", "1,2&a=3", "a=%ff%fe", "a=1&a=", "utf8=%E2%9C%93",
]  # fmt: skip

FORM = "application/x-www-form-urlencoded"
REQUESTS = [{"name": f"query {query!r}", "query": query} for query in QUERIES]
REQUESTS += [
    {"path": "/latin", "query": "a=%E9"},
    {"path": "/latin", "query": "a=%C3%A9"},
    {"method": "DELETE", "path": "/", "query": "a=1"},
    {"method": "PUT", "path": "/form", "body": "a=1", "headers": {"Content-Type": FORM}},
    {"method": "PATCH", "path": "/form", "body": "a=1", "headers": {"Content-Type": FORM}},
    {"method": "DELETE", "path": "/form", "body": "a=1", "headers": {"Content-Type": FORM}},
    {"method": "POST", "path": "/form", "query": "a=1", "body": "a=2&b=3",
     "headers": {"Content-Type": FORM}},
    {
        "name": "form in latin-1", "method": "POST", "path": "/form", "body": b"a=%E9",
        "headers": {"Content-Type": FORM + "; charset=iso-8859-1"},
    },
    {
        "name": "form that is no UTF-8", "method": "POST", "path": "/form", "body": b"a=%E9",
        "headers": {"Content-Type": FORM},
    },
    {"name": "POST without length", "method": "POST", "path": "/form"},
    {"name": "POST without type", "method": "POST", "path": "/form", "body": "a=1"},
    {
        "name": "POST of text", "method": "POST", "path": "/form", "body": "a=1",
        "headers": {"Content-Type": "text/plain"},
    },
]  # fmt: skip
REQUESTS += [
    {"name": f"form {query!r}", "method": "POST", "path": "/form",
     "body": query.encode("latin-1"),
     "headers": {"Content-Type": FORM}}
    for query in QUERIES
]  # fmt: skip
