"""allow, accept, autovary, err_redirect, flatten, ignore_headers, redirect, referer: each with
each argument, by config and by hand.
"""

import cherrypy


class Page:
    @cherrypy.expose
    def default(self, *args, **params):
        request = cherrypy.request
        seen = [
            name for name in ("Range", "X-A", "X-B", "Referer") if request.headers.get(name)
        ]
        return " ".join([request.path_info, request.method, *seen])


class ByHand:
    @cherrypy.expose
    def accept(self):
        return cherrypy.tools.accept.callable(["text/html", "application/json"])

    @cherrypy.expose
    def allow(self):
        cherrypy.tools.allow.callable(methods=["POST", "PUT"])
        return "allowed"

    @cherrypy.expose
    def referer(self):
        cherrypy.tools.referer.callable("http://ours/", accept_missing=True)
        return "right"

    @cherrypy.expose
    def redirect(self):
        cherrypy.tools.redirect.callable("/plain/by-hand")

    @cherrypy.expose
    def away(self):
        cherrypy.tools.redirect.callable(url="/plain/by-hand", internal=False)

    @cherrypy.expose
    def ignore(self):
        cherrypy.tools.ignore_headers.callable(headers=["X-A"])
        return "left" if "X-A" in cherrypy.request.headers else "gone"

    @cherrypy.expose
    def set(self):
        cherrypy.tools.response_headers.callable(headers=[("X-Set", "yes")])
        return "set"


class Flat:
    @cherrypy.expose
    def nested(self):
        def inner():
            yield b"b"
            yield iter([b"c", iter([])])

        yield b"a"
        yield inner()
        yield b"d"

    @cherrypy.expose
    def flat(self):
        return [b"a", b"b"]

    @cherrypy.expose
    def text(self):
        return "text"


class Failing:
    @cherrypy.expose
    def fault(self):
        raise ValueError("fault")

    @cherrypy.expose
    def refused(self):
        raise cherrypy.HTTPError(403, "refused")

    @cherrypy.expose
    def moved(self):
        raise cherrypy.HTTPRedirect("/plain/moved")


class Varying:
    @cherrypy.expose
    def asks(self):
        headers = cherrypy.request.headers
        languages = [element.value for element in headers.elements("Accept-Language")]
        return f"{headers.get('X-A')} {'X-B' in headers} {languages}"

    @cherrypy.expose
    def adds(self):
        cherrypy.response.headers["Vary"] = "Cookie"
        return str(cherrypy.request.headers.get("X-A"))

    @cherrypy.expose
    def body(self):
        headers = cherrypy.request.headers
        return f"{headers.get('Content-Type')} {headers.get('X-A')}"


class Root:
    plain = Page()
    hand = ByHand()
    flat = Flat()
    failing = Failing()
    away = Failing()
    varying = Varying()
    ignoring = Varying()
    allow_default = allow_post = allow_list = allow_lower = Page()
    accept_none = accept_one = accept_list = Page()
    redirect = redirect_query = redirect_away = redirect_relative = Page()
    drop_default = drop_list = Page()
    from_ours = from_others = from_any = from_none = Page()


def on(tool, **settings):
    keys = {f"tools.{tool}.{name}": value for name, value in settings.items()}
    return {f"tools.{tool}.on": True, **keys}


OURS = r"http://ours\.example/"
cherrypy.tree.mount(Root(), "", {
    "/allow_default": on("allow"),
    "/allow_post": on("allow", methods="POST"),
    "/allow_list": on("allow", methods=["GET", "PUT"], debug=True),
    "/allow_lower": on("allow", methods=["get", "post"]),
    "/accept_none": on("accept"),
    "/accept_one": on("accept", media="text/plain"),
    "/accept_list": on("accept", media=["text/html", "application/json"], debug=True),
    "/redirect": on("redirect", url="/plain/new"),
    "/redirect_query": on("redirect", url="/plain/new?a=1", debug=True),
    "/redirect_away": on("redirect", url="/plain/new?a=1", internal=False, debug=True),
    "/redirect_relative": on("redirect", url="other", internal=False),
    "/redirect_relative/other": {"tools.redirect.on": False},
    "/drop_default": on("ignore_headers"),
    "/drop_list": on("ignore_headers", headers=["X-A", "Referer", "X-Missing"], debug=True),
    "/from_ours": on("referer", pattern=OURS),
    "/from_others": on("referer", pattern=OURS, accept=False, debug=True),
    "/from_any": on("referer", pattern=OURS, accept_missing=True),
    "/from_none": on("referer", pattern=OURS, error=404, message="Come <in> by the door."),
    "/flat": on("flatten"),
    "/flat/text": {"tools.flatten.debug": True},
    "/failing": on("err_redirect", url="/plain/sorry"),
    "/away": on("err_redirect", url="/plain/sorry", internal=False, debug=True),
    "/varying": on("autovary"),
    "/varying/adds": {"tools.autovary.debug": True},
    "/ignoring": on("autovary", ignore={"X-A", "Accept-Charset"}),
})  # fmt: skip

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
ACCEPTED = (
    None,
    "*/*",
    "text/*",
    "text/html",
    "text/plain",
    "application/json",
    "application/*",
    "image/png",
    "image/png, */*;q=0.1",
    "text/html;q=0.5, application/json",
    "text/html;q=0, application/json;q=0.1",
    "text/html;q=0",
    "text/html, application/json",
    "application/json, text/html",
    "application/json, */*",
    "*/*, application/json;q=0.1",
    "text/html;q=x",
    "",
)
REFERERS = (
    None,
    "http://ours.example/",
    "http://ours.example/a?b",
    "http://other.example/",
    "x",
)

REQUESTS = [
    {"method": method, "path": f"/{node}", "body": "a=1" if method in ("POST", "PUT") else None}
    for node in ("allow_default", "allow_post", "allow_list", "allow_lower", "hand/allow")
    for method in METHODS
]
REQUESTS += [
    {
        "name": f"/{node} for {accepted!r}",
        "path": f"/{node}",
        "headers": {} if accepted is None else {"Accept": accepted},
    }
    for node in ("accept_none", "accept_one", "accept_list", "hand/accept")
    for accepted in ACCEPTED
]
REQUESTS += [
    {
        "name": f"/{node} from {referer!r}",
        "path": f"/{node}",
        "headers": {} if referer is None else {"Referer": referer},
    }
    for node in ("from_ours", "from_others", "from_any", "from_none", "hand/referer")
    for referer in REFERERS
]
SEEN = {"Range": "bytes=0-1", "X-A": "1", "x-b": "2", "Referer": "http://ours.example/"}
REQUESTS += [
    {"path": path, "headers": SEEN}
    for path in ("/drop_default", "/drop_list", "/plain", "/hand/ignore", "/hand/set")
]
REQUESTS += [
    {"method": method, "path": path}
    for path in (
        "/redirect",
        "/redirect?b=2",
        "/redirect_query",
        "/redirect_away",
        "/redirect_away/deep/er",
        "/redirect_relative",
        "/redirect_relative/",
        "/redirect_relative/other",
        "/hand/redirect",
        "/hand/away",
        "/failing/fault",
        "/failing/refused",
        "/failing/moved",
        "/failing/nowhere",
        "/away/fault",
        "/away/refused",
    )
    for method in ("GET", "HEAD")
]
REQUESTS += [{"path": f"/flat/{page}"} for page in ("nested", "flat", "text", "nowhere")]
REQUESTS += [
    {"path": f"/{node}/{page}", "headers": {"X-A": "1", "Accept-Language": "de"}}
    for node in ("varying", "ignoring")
    for page in ("asks", "adds", "body", "nowhere")
]
