"""Urlencoded forms: fields, charsets, lengths, and what config and methods make of them."""

import json

import cherrypy


def show(**kwargs):
    request = cherrypy.request
    facts = {
        "kwargs": kwargs,
        "params": request.params,
        "body": request.body.params,
        "charset": request.body.charset,
        "tried": request.body.attempt_charsets,
        "type": request.body.content_type.value,
        "length": request.body.length,
    }
    return json.dumps(facts, sort_keys=True)


class Root:
    @cherrypy.expose
    def index(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def latin(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def many(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def one(self, a, b="none"):
        return f"{a!r} {b!r}"

    @cherrypy.expose
    def nothing(self):
        return "nothing"

    @cherrypy.expose
    def typed(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def small(self, **kwargs):
        return show(**kwargs)


CONFIG = {
    "/latin": {"request.body.attempt_charsets": ["iso-8859-1"]},
    "/many": {"request.body.attempt_charsets": ["us-ascii", "utf-8", "iso-8859-1"]},
    "/typed": {"request.body.default_content_type": "application/x-www-form-urlencoded"},
    "/small": {"request.body.maxbytes": 10},
}
cherrypy.tree.mount(Root(), "", CONFIG)

FORM = "application/x-www-form-urlencoded"


def post(body, path="/", kind=FORM, method="POST", name=None, **others):
    name = name or f"{method} {path} {body[:40]!r}" + (f" as {kind}" if kind != FORM else "")
    headers = {"Content-Type": kind, **others.pop("headers", {})}
    return {"name": name, "method": method, "path": path, "body": body, "headers": headers,
            **others}  # fmt: skip


BODIES = [
    b"", b"a=1", b"a=1&b=2", b"a=1&a=2", b"a=1&b=2&a=3&a=4", b"a", b"a=", b"=", b"=1", b"&",
    b"&&a=1&&", b"a=b=c", b"a+b=c+d", b"a%20b=%26%3D%2B", b"%61=%62", b"a=caf%C3%A9",
    b"a=caf%c3%a9", b"a=caf\xc3\xa9", b"a=%00", b"a=%0D%0A", b"a=1\r\n", b"a=1\n&b=2",
    b" a = 1 ", b"a=%2525", b"a[]=1&a[]=2", b"a.b=1", b"__class__=1", b"kwargs=1", b"a=%E9",
    b"a=\xe9", b"a=%C3", b"a=1&b=%FF", b"A=1&a=2", b'a=<b>&b="\'', b"x=1&" * 50 + b"y=2",
    b"a=" + b"v" * 5000, b"a=%F0%9F%98%80", b"%E2%98%83=1", b"a=%7E~", b"a=*-._",
]  # fmt: skip
REQUESTS = [post(body) for body in BODIES]
REQUESTS += [
    post(body, path)
    for path in ("/latin", "/many")
    for body in (b"a=1", b"a=%E9", b"a=\xe9", b"a=%C3%A9", b"%E9=1", b"a=%FF&b=%C3%A9")
]
REQUESTS += [
    post(b"a=%E9", kind=f"{FORM}; charset={charset}")
    for charset in ("iso-8859-1", "ISO-8859-1", '"iso-8859-1"', "latin-1", "utf-8", "us-ascii",
                    "UTF8")
]  # fmt: skip
REQUESTS += [
    post(b"a=1", kind=kind)
    for kind in (FORM.upper(), f"{FORM};x=y", f" {FORM} ", f"{FORM}; charset=utf-16",
                 f"{FORM}; charset=nope", "text/plain", "application/octet-stream", "garbage")
]  # fmt: skip
REQUESTS += [
    post(b"a=1", method=method) for method in ("PUT", "PATCH", "DELETE", "GET", "OPTIONS")
]
REQUESTS += [
    post(b"a=1", query="a=2", name="query and form"),
    post(b"a=1&a=3", query="a=2&a=4", name="query and form, repeated"),
    post(b"b=1", query="a=2", name="query and form, other names"),
    post(b"a=1", "/one"),
    post(b"a=1&b=2", "/one"),
    post(b"b=2", "/one"),
    post(b"a=1&c=3", "/one"),
    post(b"a=1", "/one/2"),
    post(b"a=1", "/nothing"),
    post(b"", "/nothing"),
    post(b"a=1", "/typed", kind=None),
    post(b"a=1", "/", kind=None, name="no type"),
    post(b"a=1234567", "/small"),
    post(b"a=12345678", "/small"),
    post(b"a=123456789", "/small"),
    post(b"a=1", name="no length", environ={"CONTENT_LENGTH": None}),
    post(b"", name="length of zero", environ={"CONTENT_LENGTH": "0"}),
    post(b"a=1", name="less than the length", environ={"CONTENT_LENGTH": "10"}),
    post(b"a=1&b=2", name="more than the length", environ={"CONTENT_LENGTH": "3"}),
    post(
        b"a=1",
        name="chunked",
        environ={"CONTENT_LENGTH": None, "wsgi.input_terminated": True},
        headers={"Transfer-Encoding": "chunked"},
    ),
]
