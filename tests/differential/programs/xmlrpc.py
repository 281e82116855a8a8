"""XML-RPC: calls, faults, paths with /RPC2 and without."""

import xmlrpc.client

import cherrypy
from cherrypy._cptools import XMLRPCController


class Sub:
    @cherrypy.expose
    def hello(self):
        return "hello from below"

    def secret(self):
        return "never"


class Service(XMLRPCController):
    sub = Sub()
    constant = 42

    @cherrypy.expose
    def echo(self, *args, **params):
        return [*args, params]

    @cherrypy.expose
    def add(self, a, b):
        return a + b

    @cherrypy.expose
    def kinds(self):
        return [True, 1, 1.5, "\u00e9\u2603 <&>", {"a": [1], "b": {}}, b"bytes"]

    @cherrypy.expose
    def nothing(self):
        return None

    @cherrypy.expose
    def fault(self):
        return xmlrpc.client.Fault(7, "it went wrong")

    @cherrypy.expose
    def fails(self):
        raise ValueError("the <text> of it")

    @cherrypy.expose
    def raises_fault(self):
        raise xmlrpc.client.Fault(8, "raised")

    @cherrypy.expose
    def not_found(self):
        raise cherrypy.HTTPError(404, "no such thing")

    @cherrypy.expose
    def status(self):
        cherrypy.response.status = 201
        return 1

    @cherrypy.expose
    def big(self):
        return 2**40

    def hidden(self):
        return "never"


class Nones(XMLRPCController):
    _cp_config = {"tools.xmlrpc.on": True, "tools.xmlrpc.allow_none": True}

    @cherrypy.expose
    def nothing(self):
        return [None]


class Root(Service):
    rpc = Service()
    nones = Nones()

    @cherrypy.expose
    def page(self):
        return "an ordinary page"


config = {"/": {"request.dispatch": cherrypy.dispatch.XMLRPCDispatcher()}}
cherrypy.tree.mount(Root(), "", config)
cherrypy.tree.mount(Root(), "/plain", {"/": {}})


def call(path, method, *params, **request):
    body = xmlrpc.client.dumps(params, method)
    return {"name": f"{path} {method}{params}", "method": "POST", "path": path, "body": body,
            "headers": {"Content-Type": "text/xml"}, **request}  # fmt: skip


def send(name, body, path="/", **headers):
    return {"name": name, "method": "POST", "path": path, "body": body,
            "headers": {"Content-Type": "text/xml", **headers}}  # fmt: skip


METHODS = """
kinds nothing fault fails raises_fault not_found status big hidden missing sub.hello sub.secret
sub.missing sub constant default add echo page rpc.add rpc nones.nothing sub.hello.x
"""
EMPTY = b"<methodCall><methodName>echo</methodName><params/></methodCall>"
REQUESTS = [call("/", method) for method in METHODS.split()]
REQUESTS += [
    call(path, "add", 1, 2)
    for path in ("/", "/RPC2", "/RPC2/", "/RPC2/rpc/", "/rpc", "/rpc/", "/rpc/RPC2/",
                 "/RPC2/RPC2/", "/RPC2x/", "/nowhere/", "/plain/", "/plain", "/plain/RPC2/",
                 "/plain/rpc/")
]  # fmt: skip
REQUESTS += [
    call("/rpc/a/b/", "echo", 1),
    call("/rpc/a/b", "echo", 1),
    call("/rpc/", "echo", 1, query="x=1&y=2"),
    call("/nones/", "nothing"),
    call("/", "echo", "\u00e9\u2603 <&>", 1, 1.5, True, [1, [2]], {"a": {"b": 1}}),
    call("/", "add", 1),
    call("/", "add", 1, 2, 3),
    call("/", "add", 1, "x"),
    send("no params", EMPTY),
    send("latin-1", b"<?xml version='1.0' encoding='iso-8859-1'?><methodCall><methodName>echo"
         b"</methodName><params><param><value>\xe9</value></param></params></methodCall>"),
    send("empty", b""),
    send("not xml", b"hello"),
    send("cut", EMPTY[:-5]),
    send("no method", b"<methodCall><params/></methodCall>"),
    send("a fault", xmlrpc.client.dumps(xmlrpc.client.Fault(1, "x"))),
    send("odd struct", b"<methodCall><methodName>echo</methodName><params><param><value>"
         b"<struct><value>1</value></struct></value></param></params></methodCall>"),
    send("bad number", b"<methodCall><methodName>echo</methodName><params><param><value>"
         b"<i4>x</i4></value></param></params></methodCall>"),
    send("as a form", EMPTY, **{"Content-Type": "application/x-www-form-urlencoded"}),
    {"path": "/", "note": "no call at all"},
    {"path": "/page"},
    {"method": "HEAD", "path": "/"},
]  # fmt: skip
