"""Bodies that no processor takes: handlers read them as a stream, by every way there is."""

import io

import cherrypy


def body():
    return cherrypy.request.body


class Root:
    @cherrypy.expose
    def read(self, **kwargs):
        return ascii(body().read())

    @cherrypy.expose
    def read_twice(self, **kwargs):
        return ascii((body().read(), body().read()))

    @cherrypy.expose
    def read_pieces(self, **kwargs):
        return ascii([body().read(3), body().read(2), body().read(), body().read(1)])

    @cherrypy.expose
    def read_zero(self, **kwargs):
        return ascii([body().read(0), body().read(1)])

    @cherrypy.expose
    def read_none(self, **kwargs):
        return ascii(body().read(None))

    @cherrypy.expose
    def read_out(self, **kwargs):
        out = io.BytesIO()
        returned = body().read(fp_out=out)
        return ascii((returned, out.getvalue()))

    @cherrypy.expose
    def readline(self, **kwargs):
        return ascii([body().readline(), body().readline(), body().readline()])

    @cherrypy.expose
    def readline_sized(self, **kwargs):
        return ascii([body().readline(2), body().readline(100), body().readline(1)])

    @cherrypy.expose
    def readlines(self, **kwargs):
        return ascii(body().readlines())

    @cherrypy.expose
    def readlines_hint(self, **kwargs):
        return ascii(body().readlines(4))

    @cherrypy.expose
    def iterate(self, **kwargs):
        return ascii(list(body()))

    @cherrypy.expose
    def mixed(self, **kwargs):
        return ascii([body().read(1), body().readline(), body().readlines()])

    @cherrypy.expose
    def next(self, **kwargs):
        return ascii([next(body()), next(body(), None)])

    @cherrypy.expose
    def fp(self, **kwargs):
        return ascii([body().fp.read(2), body().fp.readline(), body().fp.read()])

    @cherrypy.expose
    def rfile(self, **kwargs):
        return ascii(cherrypy.request.rfile.read(4))

    @cherrypy.expose
    def sizes(self, **kwargs):
        return f"{body().length} {len(body().read())}"

    @cherrypy.expose
    def nothing(self, **kwargs):
        return "left unread"

    @cherrypy.expose
    def echo(self, **kwargs):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        return body().read()

    @cherrypy.expose
    def stream(self, **kwargs):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        data = io.BytesIO(body().read())
        return iter(lambda: data.read(3), b"")

    @cherrypy.expose
    def counted(self, **kwargs):
        return str(sum(1 for _ in body()))


class Unprocessed(Root):
    """The same, of bodies that are not processed at all."""

    @cherrypy.expose
    def rfile(self, **kwargs):
        length = int(cherrypy.request.headers["Content-Length"])
        return ascii(cherrypy.request.rfile.read(length))


root = Root()
root.small = Root()
root.unprocessed = Unprocessed()
cherrypy.tree.mount(
    root,
    "",
    {
        "/small": {"request.body.maxbytes": 10},
        "/unprocessed": {"request.process_request_body": False},
        "/nothing": {"request.body.maxbytes": 10},
    },
)

WAYS = ("read", "read_twice", "read_pieces", "read_zero", "read_none", "read_out", "readline",
        "readline_sized", "readlines", "readlines_hint", "iterate", "mixed", "fp", "sizes",
        "echo", "stream", "counted")  # fmt: skip
BODIES = (b"one\ntwo\r\nthree", b"", b"no line break")
CHUNKED = {"Transfer-Encoding": "chunked"}


def post(path, body, method="POST", name=None, **others):
    headers = {"Content-Type": "application/octet-stream", **others.pop("headers", {})}
    return {
        "name": name or f"{method} {path} {body[:15]!r} of {len(body)}",
        "method": method,
        "path": path,
        "body": body,
        "headers": headers,
        **others,
    }


REQUESTS = [post(f"/{way}", body) for way in WAYS for body in BODIES]
REQUESTS += [
    post(
        f"/{way}",
        BODIES[0],
        name=f"chunked {way}",
        headers=CHUNKED,
        environ={"CONTENT_LENGTH": None, "wsgi.input_terminated": True},
    )
    for way in WAYS
]
REQUESTS += [
    post(f"/small/{way}", data)
    for way in ("read", "readlines", "iterate", "read_out", "read_pieces")
    for data in (b"123456789", b"1234567890", b"12345678901", b"\n" * 100)
]
REQUESTS += [
    post("/next", BODIES[0]),
    post("/unprocessed/rfile", BODIES[0]),
    post("/rfile", BODIES[0]),
    post("/nothing", b"1" * 100),
    post("/nothing", b"1" * 10),
    post("/read", b"x" * 200_000, method="PUT"),
    post("/sizes", b"x" * 200_000),
    post("/counted", b"line\n" * 50_000),
    post("/echo", bytes(range(256)), method="PATCH"),
    post("/read", BODIES[0], name="short read", environ={"CONTENT_LENGTH": "100"}),
    post("/read", BODIES[0], name="long read", environ={"CONTENT_LENGTH": "3"}),
    post("/iterate", BODIES[0], name="short iterate", environ={"CONTENT_LENGTH": "100"}),
    post("/nothing", b"", name="short nothing", environ={"CONTENT_LENGTH": "5"}),
    post("/read", BODIES[0], name="no length", environ={"CONTENT_LENGTH": None}),
    post("/read", BODIES[0], name="bad length", environ={"CONTENT_LENGTH": "x"},
         validate=False),
    post("/read", BODIES[0], name="negative length", environ={"CONTENT_LENGTH": "-1"},
         validate=False),
    post("/read", BODIES[0], name="query too", query="a=1"),
    post("/read", BODIES[0], name="text", headers={"Content-Type": "text/plain"}),
    post("/read", BODIES[0], name="no type", headers={"Content-Type": None}),
]  # fmt: skip
REQUESTS += [
    post(path, BODIES[0], method=method)
    for path in ("/read", "/iterate", "/nothing")
    for method in ("GET", "HEAD", "DELETE", "OPTIONS")
]
