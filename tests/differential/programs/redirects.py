"""HTTPRedirect: all statuses, kinds of URL, and what happens to headers and cookies."""

import http

import cherrypy


class Sub:
    @cherrypy.expose
    def index(self):
        raise cherrypy.HTTPRedirect("here")

    @cherrypy.expose
    def page(self, *args, **kwargs):
        raise cherrypy.HTTPRedirect(cherrypy.request.headers["X-To"])


class Root:
    sub = Sub()

    @cherrypy.expose
    def status(self, code):
        raise cherrypy.HTTPRedirect("/target", int(code))

    @cherrypy.expose
    def text_status(self, code):
        raise cherrypy.HTTPRedirect("/target", code)

    @cherrypy.expose
    def to(self, **kwargs):
        raise cherrypy.HTTPRedirect(cherrypy.request.headers["X-To"])

    @cherrypy.expose
    def several(self):
        raise cherrypy.HTTPRedirect(["/a", "b", "http://other.test/c?d=1&e=2"], 300)

    @cherrypy.expose
    def one_of_several(self):
        raise cherrypy.HTTPRedirect(("/a", "/b"))

    @cherrypy.expose
    def nothing(self, code):
        raise cherrypy.HTTPRedirect([], int(code))

    @cherrypy.expose
    def in_bytes(self):
        raise cherrypy.HTTPRedirect(b"/bytes")

    @cherrypy.expose
    def encoded(self):
        raise cherrypy.HTTPRedirect("/caf\xe9".encode("latin-1"), encoding="latin-1")

    @cherrypy.expose
    def attributes(self):
        redirect = cherrypy.HTTPRedirect("/x", 307)
        return repr((redirect.urls, redirect.status, redirect.args, str(redirect)))

    @cherrypy.expose
    def wrong(self, code):
        try:
            cherrypy.HTTPRedirect("/x", int(code))
        except ValueError as error:
            return str(error)
        return "accepted"

    @cherrypy.expose
    def as_handler(self):
        cherrypy.request.handler = cherrypy.HTTPRedirect("/called", 302)
        return cherrypy.request.handler()

    @cherrypy.expose
    def keeps(self):
        response = cherrypy.response
        response.headers["X-Kept"] = "yes"
        response.headers["ETag"] = '"kept"'
        response.headers["Vary"] = "X-Something"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Type"] = "application/json"
        response.headers["Content-Length"] = "5"
        response.cookie["a"] = "b"
        response.status = 418
        raise cherrypy.HTTPRedirect("/target")

    @cherrypy.expose
    def not_modified(self):
        headers = cherrypy.response.headers
        for name in (
            "Allow",
            "Content-Encoding",
            "Content-Language",
            "Content-Location",
            "Expires",
            "Last-Modified",
            "ETag",
            "Vary",
            "X-Kept",
            "Cache-Control",
        ):
            headers[name] = "x"
        raise cherrypy.HTTPRedirect([], 304)

    @cherrypy.expose
    def injected(self):
        raise cherrypy.HTTPRedirect("/a\r\nX-Injected: yes")

    @cherrypy.expose
    def not_ascii(self):
        raise cherrypy.HTTPRedirect("/\u4e2d?q=\u4e2d")

    @cherrypy.expose
    def markup(self):
        raise cherrypy.HTTPRedirect('/a?b=1&c="<script>"')

    @cherrypy.expose
    def from_a_list_of_bytes(self):
        raise cherrypy.HTTPRedirect([b"/a", "b"])

    @cherrypy.expose
    def http_status(self, name):
        raise cherrypy.HTTPRedirect("/x", http.HTTPStatus[name])

    @cherrypy.expose
    def by_url(self, path):
        raise cherrypy.HTTPRedirect(cherrypy.url(path))

    @cherrypy.expose
    def in_except(self):
        try:
            raise KeyError("first")
        except KeyError:
            raise cherrypy.HTTPRedirect("/second")  # noqa: B904

    @cherrypy.expose
    def after_a_body(self):
        cherrypy.response.body = b"never sent"
        raise cherrypy.HTTPRedirect("/x")

    @cherrypy.expose
    def hooked(self):
        return "never"

    @cherrypy.expose
    def twice(self):
        raise cherrypy.HTTPRedirect(cherrypy.HTTPRedirect("x").urls)

    @cherrypy.expose
    def streamed(self):
        cherrypy.response.stream = True
        raise cherrypy.HTTPRedirect("/x")

    @cherrypy.expose
    def expires(self):
        cherrypy.response.cookie["a"] = ""
        cherrypy.response.cookie["a"]["max-age"] = 0
        cherrypy.response.cookie["a"]["path"] = "/"
        raise cherrypy.HTTPRedirect("/x", 301)

    @cherrypy.expose
    def caught(self):
        try:
            raise cherrypy.HTTPRedirect("/x")
        except cherrypy.CherryPyException as error:
            return type(error).__name__


def go_away():
    raise cherrypy.HTTPRedirect("/from_a_hook", 302)


cherrypy.tree.mount(Root(), "", {"/hooked": {"hooks.before_handler.go": go_away}})
cherrypy.tree.mount(Root(), "/nested")

TARGETS = [
    "/x", "x", "x/y", "../x", "../../x", "./x", "?q=1", "#top", "", "/x/../y", "//other.test/x",
    "http://other.test/x", "https://other.test/", "mailto:a@example.test", "/x?a=1&b=2",
    ".", "..", "./", "../", "/.", "/..", "/../x", "/a//b", "x;p=1", "x?y/../z", "x#y/../z", "?",
    "/x/", "x/.", "x/..", "/a%20b", "/%C3%A9", "/a%2Fb", "a:b/c", "HTTP://OTHER.TEST/X",
    "http://other.test", "http://other.test?x", "ftp://other.test/x", "/x?to=http://other.test/",
]  # fmt: skip

REQUESTS = [{"path": "/status", "query": f"code={code}"} for code in range(300, 310)]
REQUESTS += [{"path": "/nothing", "query": f"code={code}"} for code in (304, 303, 300)]
for path in ("/to", "/sub/page", "/sub/page/a/b", "/nested/to", "/nested/sub/page"):
    REQUESTS += [
        {"name": f"{path} to {to!r}", "path": path, "query": "gone=1", "headers": {"X-To": to}}
        for to in TARGETS
    ]
PATHS = """
/several /one_of_several /in_bytes /encoded /attributes /as_handler /keeps /not_modified
/from_a_list_of_bytes /in_except /after_a_body /hooked /twice /streamed /expires
/injected /not_ascii /markup /caught /sub /sub/ /nested /nested/sub/ /nested/several
"""
REQUESTS += [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/wrong", "query": f"code={code}"} for code in (299, 300, 306, 399, 400, 200)
]
REQUESTS += [
    {"path": "/http_status", "query": f"name={name}"}
    for name in ("FOUND", "MOVED_PERMANENTLY", "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT")
]
REQUESTS += [
    {"path": f"{mount}/by_url", "query": f"path={path}"}
    for mount in ("", "/nested")
    for path in ("/x", "x", "../x", "", "?a=1", "/")
]
REQUESTS += [
    {"name": f"{path} twice", "path": path, "query": "a=1&b=%C3%A9"}
    for path in ("/sub", "/nested/sub", "/nested")
]
REQUESTS += [
    {"path": "/text_status", "query": "code=301"},
    {"path": "/text_status", "query": "code=moved"},
    {"method": "HEAD", "path": "/keeps"},
    {"method": "POST", "path": "/to", "body": "", "headers": {"X-To": "/x"}},
    {
        "name": "HTTP/1.0 gets a 302",
        "path": "/to",
        "headers": {"X-To": "/x"},
        "environ": {"SERVER_PROTOCOL": "HTTP/1.0"},
    },
    {
        "name": "https",
        "path": "/to",
        "headers": {"X-To": "x"},
        "environ": {"wsgi.url_scheme": "https"},
    },
    {"name": "a port in Host", "path": "/to", "headers": {"X-To": "x", "Host": "a.test:8080"}},
]
