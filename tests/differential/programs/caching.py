"""tools.caching: what is answered from the cache, and what becomes of the rest."""

import cherrypy

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


class Root:
    def __init__(self):
        self.runs = {}

    def _count(self):
        path = cherrypy.request.path_info
        self.runs[path] = self.runs.get(path, 0) + 1
        return f"run {self.runs[path]}"

    @cherrypy.expose
    def page(self, *segments, **params):
        return self._count()

    @cherrypy.expose
    def tagged(self):
        cherrypy.response.headers["Last-Modified"] = DATE
        cherrypy.response.headers["X-Own"] = "kept"
        return self._count()

    @cherrypy.expose
    def varied(self, *segments):
        cherrypy.response.headers["Vary"] = "X-A"
        return f"for {cherrypy.request.headers.get('X-A')}: {self._count()}"

    @cherrypy.expose
    def varied_twice(self):
        cherrypy.response.headers["Vary"] = "X-A, X-B"
        return f"for {cherrypy.request.headers.get('X-A')}: {self._count()}"

    @cherrypy.expose
    def no_store(self):
        cherrypy.response.headers["Cache-Control"] = "no-store"
        return self._count()

    @cherrypy.expose
    def no_cache(self):
        cherrypy.response.headers["Pragma"] = "no-cache"
        return self._count()

    @cherrypy.expose
    def private(self):
        cherrypy.response.headers["Cache-Control"] = "private"
        return self._count()

    @cherrypy.expose
    def must_ask(self):
        cherrypy.response.headers["Cache-Control"] = "no-cache"
        return self._count()

    @cherrypy.expose
    def expired(self):
        cherrypy.response.headers["Cache-Control"] = "max-age=0"
        return self._count()

    @cherrypy.expose
    def sets_cookie(self):
        cherrypy.response.headers["X-Page"] = "cookie"
        cherrypy.response.cookie["name"] = "value"
        return self._count()

    @cherrypy.expose
    def secret(self):
        return f"for {cherrypy.request.headers.get('Authorization')}: {self._count()}"

    @cherrypy.expose
    def cookies(self):
        morsel = cherrypy.request.cookie.get("name")
        return f"for {morsel.value if morsel else None}: {self._count()}"

    @cherrypy.expose
    def partial(self):
        if cherrypy.request.headers.get("Range"):
            cherrypy.response.status = 206
        return self._count()

    @cherrypy.expose
    def refused(self):
        self._count()
        raise cherrypy.HTTPError(403, f"run {self.runs['/refused']}")

    @cherrypy.expose
    def failing(self):
        raise ValueError(self._count())

    @cherrypy.expose
    def moved(self):
        self._count()
        raise cherrypy.HTTPRedirect(f"/page?from={self.runs['/moved']}", 301)

    @cherrypy.expose
    def empty(self):
        self._count()
        return ""

    @cherrypy.expose
    def pieces(self):
        yield "a"
        yield "b"

    @cherrypy.expose
    def streamed(self):
        yield self._count()

    @cherrypy.expose
    def large(self):
        return self._count() + " " * 1000

    @cherrypy.expose
    def flags(self):
        request = cherrypy.request
        return f"{getattr(request, 'cached', None)} {getattr(request, 'cacheable', None)}"

    @cherrypy.expose
    def off(self):
        return self._count()


def tell():
    """Say what the tool said of the request."""
    request = cherrypy.request
    told = f"{getattr(request, 'cached', None)} {getattr(request, 'cacheable', None)}"
    cherrypy.response.headers["X-Told"] = told


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.caching.on": True, "hooks.before_finalize": tell},
    "/off": {"tools.caching.on": False},
    "/streamed": {"response.stream": True},
})  # fmt: skip

TWICE = """
page tagged varied no_store no_cache private must_ask expired sets_cookie refused failing moved
empty pieces streamed large flags off nowhere
"""
REQUESTS = [{"path": "/" + path} for path in TWICE.split() for _ in range(2)]
REQUESTS += [
    {"path": "/page/query", "query": query, "name": f"query {query!r}"}
    for query in ("a=1", "a=2", "a=1", "", "a=1&", "a=1")
]
REQUESTS += [
    {"path": "/page", "method": "HEAD"},
    {"path": "/tagged", "method": "HEAD"},
    {"path": "/page/head", "method": "HEAD", "name": "HEAD first"},
    {"path": "/page/head", "name": "GET after HEAD"},
]
REQUESTS += [
    {"path": f"/page/{method}", "method": each, "name": f"{each} of {method}",
     **({"body": ""} if each in ("POST", "PUT", "PATCH") else {})}
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")
    for each in ("GET", method, "GET")
]  # fmt: skip
REQUESTS += [
    {"path": "/page/other", "query": "a=1", "name": "stored with a query"},
    {"path": "/page/other", "method": "POST", "body": "", "name": "POST without it"},
    {"path": "/page/other", "query": "a=1", "name": "with it after that"},
]
REQUESTS += [
    {"path": "/varied/x", "headers": {"X-A": value}, "name": f"varied for {value}"}
    for value in ("1", "2", "1", "2")
]
REQUESTS += [
    {"path": "/varied_twice", "headers": {"X-A": a, "X-B": b},
     "name": f"varied for {a} and {b}"}
    for a, b in (("1", "2"), ("2", "1"), ("1", "2"))
]  # fmt: skip
REQUESTS += [
    {"path": f"/page/{number}", "headers": headers, "name": f"{name} with {text!r}"}
    for number, text in enumerate((
        "max-age=10", "max-age=0", "no-cache", "max-age=x", "max-age", "max-age=-1", "no-store",
        "max-age=5, no-cache", "no-cache, max-age=x", "public", "",
    ))
    for name, headers in (
        ("first", {}), ("second", {"Cache-Control": text}), ("third", {}),
    )
]  # fmt: skip
REQUESTS += [
    {"path": f"/page/cold{number}", "headers": headers, "name": f"{name} with {text!r}"}
    for number, text in enumerate(("no-cache", "no-store", "max-age=0", "max-age=x"))
    for name, headers in (("cold", {"Cache-Control": text}), ("after one", {}))
]
REQUESTS += [
    {"path": "/page/pragma", "headers": headers, "name": f"Pragma {number}"}
    for number, headers in enumerate(({}, {"Pragma": "no-cache"}, {}))
]
REQUESTS += [
    {"path": "/tagged", "headers": {name: date}, "name": f"tagged {name} {date!r}"}
    for name in ("If-Modified-Since", "If-Unmodified-Since")
    for date in (DATE, "Sun, 06 Nov 1994 08:49:38 GMT", "Sun, 06 Nov 1994 08:49:36 GMT", "x")
]
REQUESTS += [
    {"path": "/secret", "headers": {"Authorization": name}, "name": f"secret of {name}"}
    for name in ("ann", "bob")
]
REQUESTS += [
    {"path": "/cookies", "headers": {"Cookie": f"name={name}"}, "name": f"cookies of {name}"}
    for name in ("ann", "bob")
]
REQUESTS += [
    {"path": "/partial", "headers": {"Range": "bytes=0-1"}, "name": "a part"},
    {"path": "/partial", "name": "the whole after a part"},
]
