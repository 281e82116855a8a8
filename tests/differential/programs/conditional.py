"""`tools.etags`, `tools.expires`, `validate_since`: who gets 304 and 412 (BEHAVIOUR 6.6)."""

import cherrypy
from cherrypy.lib import cptools

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"


def set_headers(**headers):
    for name, value in headers.items():
        cherrypy.response.headers[name.replace("_", "-")] = value


class Root:
    @cherrypy.expose
    def tagged(self, tag='"a"'):
        set_headers(ETag=tag)
        return "tagged"

    @cherrypy.expose
    def untagged(self):
        return "untagged"

    @cherrypy.expose
    def auto(self):
        return "auto"

    @cherrypy.expose
    def dated(self):
        set_headers(Last_Modified=DATE)
        cptools.validate_since()
        return "dated"

    @cherrypy.expose
    def undated(self):
        cptools.validate_since()
        return "undated"

    @cherrypy.expose
    def status(self, code):
        cherrypy.response.status = int(code)
        set_headers(ETag='"a"')
        return "status"

    @cherrypy.expose
    def stored(self):
        set_headers(ETag='"a"')
        cptools.validate_etags()
        if cherrypy.request.method == "PUT":
            set_headers(ETag='"b"')
        return "stored"

    @cherrypy.expose
    def described(self):
        set_headers(
            ETag='"a"', Last_Modified=DATE, Vary="Cookie", Cache_Control="max-age=9",
            Content_Language="en", X_Own="x",
        )
        cherrypy.response.cookie["seen"] = "1"
        return "described"

    @cherrypy.expose
    def stale(self):
        set_headers(ETag='"a"')
        return "stale"

    @cherrypy.expose
    def fresh(self):
        cherrypy.response.time = 1_700_000_000.5
        set_headers(ETag='"a"')
        return "fresh"

    @cherrypy.expose
    def forced(self):
        set_headers(Cache_Control="max-age=5", Pragma="own")
        return "forced"

    @cherrypy.expose
    def own(self):
        set_headers(Cache_Control="max-age=5", Pragma="own", Expires=LATER)
        return "own"

    @cherrypy.expose
    def missing(self):
        raise cherrypy.NotFound()


Root.plain = Root.untagged

cherrypy.tree.mount(Root(), "", {
    "/": {"tools.etags.on": True},
    "/auto": {"tools.etags.autotags": True},
    "/dated": {"tools.etags.on": False},
    "/undated": {"tools.etags.on": False},
    "/stale": {"tools.expires.on": True},
    "/plain": {"tools.expires.on": True},
    "/own": {"tools.expires.on": True},
    "/forced": {"tools.expires.on": True, "tools.expires.force": True},
    "/fresh": {"tools.expires.on": True, "tools.expires.secs": 600},
    "/missing": {"tools.expires.on": True},
})  # fmt: skip

TAGS = ['"a"', '"b"', '"b", "a"', '"b","a"', "*", "", 'W/"a"', '"a', "a", "*, *"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
REQUESTS = [
    {"name": f"{method} {path} {name}: {tags}", "method": method, "path": path,
     "headers": {name: tags}, "body": "" if method in ("POST", "PUT") else None}
    for path, names in (
        ("/tagged", ("If-Match", "If-None-Match")),
        ("/untagged", ("If-Match", "If-None-Match")),
        ("/stored", ("If-Match",)),
    )
    for name in names
    for tags in TAGS
    for method in METHODS
]  # fmt: skip
REQUESTS += [
    {"name": f"{method} /dated {name}: {date}", "method": method, "path": "/dated",
     "headers": {name: date}, "body": "" if method in ("POST", "PUT") else None}
    for name in ("If-Modified-Since", "If-Unmodified-Since")
    for date in (DATE, LATER, EARLIER, "nonsense", "Sunday, 06-Nov-94 08:49:37 GMT")
    for method in METHODS
]  # fmt: skip
REQUESTS += [
    {"name": f"/tagged with {tag!r}", "path": "/tagged", "query": f"tag={tag}",
     "headers": {"If-None-Match": tag}}
    for tag in ('"a"', 'W/"a"', "bare")
]  # fmt: skip
REQUESTS += [
    {"name": f"status {code} {name}", "path": "/status", "query": f"code={code}",
     "headers": {name: '"a"' if name == "If-None-Match" else '"b"'}}
    for code in (200, 201, 206, 299, 301, 404, 503)
    for name in ("If-Match", "If-None-Match")
]  # fmt: skip
REQUESTS += [{"path": f"/{path}"} for path in
             ("tagged", "untagged", "dated", "undated", "described", "stale", "plain", "own",
              "forced", "fresh", "missing", "stored", "auto")]  # fmt: skip
REQUESTS += [
    {"name": "not modified, described", "path": "/described",
     "headers": {"If-None-Match": '"a"'}},
    {"name": "not modified, fresh", "path": "/fresh", "headers": {"If-None-Match": '"a"'}},
    {"name": "not modified, stale", "path": "/stale", "headers": {"If-None-Match": '"a"'}},
    {"name": "stale for HTTP/1.0", "path": "/stale",
     "environ": {"SERVER_PROTOCOL": "HTTP/1.0"}},
    {"name": "auto, any", "path": "/auto", "headers": {"If-None-Match": "*"}},
    {"name": "auto, other", "path": "/auto", "headers": {"If-None-Match": '"other"'}},
    {"name": "tag and date", "path": "/dated",
     "headers": {"If-None-Match": '"b"', "If-Modified-Since": DATE}},
    {"name": "undated, since", "path": "/undated", "headers": {"If-Modified-Since": DATE}},
    {"name": "missing, any", "path": "/missing", "headers": {"If-None-Match": "*"}},
]  # fmt: skip
