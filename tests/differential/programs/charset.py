"""`tools.encode`: which charset is chosen, when, and what is left alone (BEHAVIOUR 6.5)."""

from urllib.parse import quote

import cherrypy

TEXT = "caf\u00e9"
WIDE = "\u4e2d\u6587 \u20ac"


class Root:
    @cherrypy.expose
    def latin(self, **kwargs):
        return TEXT

    @cherrypy.expose
    def wide(self):
        return WIDE

    @cherrypy.expose
    def raw(self):
        return TEXT.encode("utf-8")

    @cherrypy.expose
    def generated(self):
        yield TEXT
        yield " / "
        yield WIDE

    @cherrypy.expose
    def typed(self, type):
        cherrypy.response.headers["Content-Type"] = type
        return TEXT

    @cherrypy.expose
    def typed_bytes(self, type):
        cherrypy.response.headers["Content-Type"] = type
        return b"bytes"

    @cherrypy.expose
    def no_type(self):
        del cherrypy.response.headers["Content-Type"]
        return TEXT

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(404, TEXT)

    @cherrypy.expose
    def length(self):
        cherrypy.response.headers["Content-Length"] = "999"
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.encode(encoding="utf-16")
    def decorated(self):
        return TEXT

    @cherrypy.expose
    def lossy(self):
        return WIDE + TEXT

    @cherrypy.expose
    def surrogate(self):
        return "\ud800"


cherrypy.tree.mount(Root(), "", {
    "/fixed": {"tools.encode.encoding": "iso-8859-1"},
    "/fixed_wide": {"tools.encode.encoding": "iso-8859-1"},
    "/lossy": {"tools.encode.encoding": "ascii", "tools.encode.errors": "replace"},
    "/default": {"tools.encode.default_encoding": "iso-8859-1"},
    "/default_wide": {"tools.encode.default_encoding": "iso-8859-1"},
    "/off": {"tools.encode.on": False},
    "/no_charset": {"tools.encode.add_charset": False},
    "/any": {"tools.encode.text_only": False},
    "/unknown": {"tools.encode.encoding": "klingon"},
    "/streamed": {"response.stream": True},
    "/streamed_wide": {"response.stream": True, "tools.encode.encoding": "utf-16"},
})  # fmt: skip
Root.fixed = Root.default_ = Root.off = Root.no_charset = Root.unknown = Root.latin
Root.fixed_wide = Root.default_wide = Root.wide
Root.streamed = Root.streamed_wide = Root.generated
Root.any = Root.typed
setattr(Root, "default", Root.latin)  # noqa: B010

PATHS = """
/latin /wide /raw /generated /no_type /error /length /decorated /lossy /surrogate /fixed
/fixed_wide /default /default_wide /off /no_charset /unknown /streamed /streamed_wide
"""
ACCEPTED = [
    "utf-8", "iso-8859-1", "UTF-8", "utf-16", "ascii", "*", "iso-8859-1;q=0.5, utf-8",
    "utf-8;q=0",
    "utf-8;q=0, *", "klingon", "klingon, *;q=0.1", "*;q=0", "", "iso-8859-1, utf-8",
    "us-ascii, iso-8859-5",
    "iso-8859-1;q=0", "utf-8;q=x", "utf-8;q=", " utf-8 ; q=0.5 , iso-8859-1;q=0.7 ",
]  # fmt: skip
TYPES = [
    "text/plain", "text/html", "text/html; charset=utf-16", "text/css;charset=iso-8859-1",
    "text/",
    "application/json", "application/xml", "image/png", "text/plain; format=flowed",
    "TEXT/HTML", "",
]  # fmt: skip
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"name": f"{path} for {text!r}", "path": path, "headers": {"Accept-Charset": text}}
    for path in ("/latin", "/wide", "/fixed")
    for text in ACCEPTED
]
REQUESTS += [
    {"name": f"{path} as {text!r}", "path": path,
     "query": "type=" + quote(text, safe="/")}
    for path in ("/typed", "/typed_bytes", "/any")
    for text in TYPES
]  # fmt: skip
REQUESTS += [
    {"method": "HEAD", "path": "/latin"},
    {
        "name": "raw bytes, whatever is accepted",
        "path": "/raw",
        "headers": {"Accept-Charset": "klingon"},
    },
    {"name": "error page", "path": "/error", "headers": {"Accept-Charset": "iso-8859-1"}},
    {"name": "streamed", "path": "/streamed", "headers": {"Accept-Charset": "iso-8859-1"}},
]
