"""Error pages of a program's own: files, callables, failing ones, `default`."""

import os
import tempfile

import cherrypy

folder = tempfile.TemporaryDirectory()


def write(name, text):
    path = os.path.join(folder.name, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


page_file = write("page.html", "<b>%(status)s</b> <i>%(message)s</i> [%(traceback)s] 100%%")
broken_file = write("broken.html", "<b>%(nonsense)s</b>")


def as_text(status, message, traceback, version):
    return f"text: {status} / {message} / {traceback!r} / caf\u00e9"


def as_bytes(**kwargs):
    return b"bytes: " + " ".join(sorted(kwargs)).encode("ascii")


def as_iterator(status, **kwargs):
    yield "iterator: "
    yield status


def as_list(status, **kwargs):
    return ["a", "list"]


def as_none(status, **kwargs):
    return None


def with_headers(status, message, **kwargs):
    response = cherrypy.response
    response.headers["Content-Type"] = "application/json"
    response.headers["X-Page"] = status
    response.cookie["page"] = "shown"
    return f'{{"message": "{message}"}}'


def other_status(status, **kwargs):
    cherrypy.response.status = 418
    return "another status"


def failing(**kwargs):
    raise ValueError("the page fails")


def raising_http(**kwargs):
    raise cherrypy.HTTPError(402, "from the page")


def own_error_response():
    cherrypy.response.status = 500
    cherrypy.response.body = [b"<html>our own fault page</html>"]


PAGES = {
    "text": as_text, "bytes": as_bytes, "iterator": as_iterator, "list": as_list,
    "none": as_none,
    "headers": with_headers, "status": other_status, "failing": failing, "http": raising_http,
    "file": page_file, "missing": "/no/such/page.html", "broken": broken_file,
}  # fmt: skip


class Root:
    @cherrypy.expose
    def default(self, *args, code="404", message=None, kind=None):
        if kind == "type":
            cherrypy.response.headers["Content-Type"] = "text/plain"
        if kind == "fault":
            raise KeyError("a fault")
        raise cherrypy.HTTPError(int(code), message)


class Node:
    @cherrypy.expose
    def index(self):
        return "index"


root = Root()
root.node = Node()
config = {f"/{name}": {"error_page.default": page} for name, page in PAGES.items()}
config["/by_code"] = {"error_page.404": as_text, "error_page.500": as_bytes,
                      "error_page.410": page_file}  # fmt: skip
config["/both"] = {"error_page.404": as_text, "error_page.default": as_bytes}
config["/both/inner"] = {"error_page.404": as_iterator}
config["/own"] = {"request.error_response": own_error_response, "error_page.default": as_text}
config["/node"] = {"error_page.default": as_text}
config["/streamed"] = {"error_page.default": as_iterator, "response.stream": True}
cherrypy.tree.mount(root, "", config)

REQUESTS = []
for name in PAGES:
    REQUESTS += [
        {"path": f"/{name}"},
        {"path": f"/{name}", "query": "code=403&message=no+%3Cb%3E+%26+%22entry%22"},
        {"path": f"/{name}", "query": "kind=fault"},
        {"path": f"/{name}", "query": "kind=type"},
    ]
REQUESTS += [
    {"path": path, "query": query}
    for path in ("/by_code", "/both", "/both/inner", "/own", "/plain", "/streamed")
    for query in ("code=404", "code=410", "code=503", "kind=fault")
]
REQUESTS += [
    {"path": "/node/nowhere"},
    {"path": "/node/index/x"},
    {"method": "HEAD", "path": "/text"},
    {"name": "a browser", "path": "/plain", "headers": {"Accept": "text/html,*/*;q=0.8"}},
    {
        "name": "a program that wants JSON",
        "path": "/plain",
        "headers": {"Accept": "application/json"},
    },
    {
        "name": "a program that wants text",
        "path": "/plain",
        "headers": {"Accept": "text/plain"},
    },
]
