"""staticdir, staticfile, serve_file, serve_download, serve_fileobj; ranges and dates."""

import io
import mimetypes
import os
import re
import tempfile

import cherrypy
from cherrypy.lib import static

mimetypes.add_type("text/x-style", ".css")
MTIME = 1_700_000_000
NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
EARLIER = "Tue, 14 Nov 2023 21:13:20 GMT"
LATER = "Tue, 14 Nov 2023 23:13:20 GMT"
FILES = {
    "public/data.txt": b"0123456789abcd",
    "public/page.html": b"<p>page",
    "public/style.css": b"body{}",
    "public/picture.png": b"\x89PNG",
    "public/icon.ico": b"icon",
    "public/archive.tar.gz": b"\x1f\x8b",
    "public/archive.bz2": b"BZh",
    "public/thing.unknown": b"thing",
    "public/noextension": b"thing",
    "public/empty.txt": b"",
    "public/sub/index.html": b"index of sub",
    "public/sub/a b.txt": b"space",
    "public/.hidden": b"hidden",
    "public-secret/k.txt": b"SECRET",
    "secret.txt": b"SECRET",
}
folder = tempfile.mkdtemp()
for name, data in FILES.items():
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.utime(path, (MTIME, MTIME))
public = os.path.join(folder, "public")


def public_path(name):
    return os.path.join(public, name)


class Root:
    nav = cherrypy.tools.staticdir.handler(section="/nav", dir="public", root=folder)
    bare = cherrypy.tools.staticdir.handler("bare", "public", root=folder)
    one = cherrypy.tools.staticfile.handler(filename=public_path("page.html"))

    @cherrypy.expose
    def index(self):
        return "index page"

    @cherrypy.expose
    def mixed(self, *args):
        return "mixed " + "/".join(args)

    @cherrypy.expose
    def file(self, name="data.txt", **arguments):
        return static.serve_file(public_path(name), **arguments)

    @cherrypy.expose
    def relative(self):
        return static.serve_file("data.txt")

    @cherrypy.expose
    def download(self, name="data.txt", as_name=None):
        return static.serve_download(public_path(name), as_name)

    @cherrypy.expose
    def opened(self, **arguments):
        file = open(public_path("data.txt"), "rb")  # noqa: SIM115  the framework closes it
        return static.serve_fileobj(file, "text/plain", **arguments)

    @cherrypy.expose
    def memory(self):
        return static.serve_fileobj(io.BytesIO(b"in memory"), "text/plain")


DIR = {"tools.staticdir.on": True, "tools.staticdir.dir": "public"}
FILE = {"tools.staticfile.on": True, "tools.staticfile.filename": public_path("page.html")}
cherrypy.tree.mount(Root(), "", {
    "/": {"tools.staticdir.root": folder},
    "/static": DIR,
    "/indexed": {**DIR, "tools.staticdir.index": "index.html"},
    "/indexed/sub/off": {"tools.staticdir.on": False},
    "/mixed": DIR,
    "/matching": {**DIR, "tools.staticdir.match": r"\.html$"},
    "/typed": {**DIR, "tools.staticdir.content_types": {"txt": "text/x-own"}},
    "/single": FILE,
    "/single_match": {**FILE, "tools.staticfile.match": "html"},
    "/single_gone": {**FILE, "tools.staticfile.filename": public_path("gone")},
    "/single_relative": {
        **FILE,
        "tools.staticfile.filename": "data.txt",
        "tools.staticfile.root": public,
    },
})  # fmt: skip


def shown(environ, start_response):
    """Answer as the tree, without the tag that CherryPy lacks, and with a plain boundary."""
    head = []

    def keep(status, headers, exc_info=None):
        head[:] = status, headers
        return lambda data: None

    chunks = cherrypy.tree(environ, keep)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = head
    found = re.search(r"boundary=(\S+)", dict(headers).get("Content-Type", ""))
    if found:
        body = body.replace(found[1].encode(), b"B")
        headers = [(n, v.replace(found[1], "B")) for n, v in headers]
        headers = [(n, str(len(body)) if n == "Content-Length" else v) for n, v in headers]
    start_response(status, [(n, v) for n, v in headers if n.lower() != "etag"])
    return [body]


REQUESTS = []


def ask(target, method="GET", **headers):
    path, _, query = target.partition("?")
    named = {name.title().replace("_", "-"): value for name, value in headers.items()}
    what = " ".join([f"{method} {target}", *(f"{n}: {v}" for n, v in named.items())])
    REQUESTS.append({
        "name": what, "method": method, "path": path, "query": query, "headers": named,
        "app": "shown",
    })  # fmt: skip


for name in [*FILES, "public/gone", "public/sub", "public/sub/"]:
    if name.startswith("public/"):
        ask("/static/" + name[7:].replace(" ", "%20"))
PATHS = """
    /static /static/ /static/../secret.txt /static/../public-secret/k.txt
    /static/%2e%2e/secret.txt /static/..%2fsecret.txt /static/data.txt/ /static/data.txt/x
    /indexed /indexed/ /indexed/sub /indexed/sub?a=1 /indexed/sub/ /indexed/sub/off
    /indexed/sub/index.html /indexed/gone /mixed /mixed/ /mixed/data.txt /mixed/gone
    /matching/page.html /matching/data.txt /typed/data.txt /typed/page.html
    /nav/data.txt /nav/gone /nav/sub /nav /bare/data.txt /bare/sub/index.html /one /one/x
    /single /single/extra/path /single_match /single_gone /single_relative
    /file /file?name=page.html /file?name=picture.png /file?name=gone /file?name=sub
    /file?name=noextension /file?content_type=text/x-own /file?disposition=inline
    /file?disposition=attachment&name=page.html /relative
    /download /download?as_name=report.pdf /download?as_name=%C3%9Cber.txt
    /download?as_name=a%22b.txt /opened /opened?disposition=attachment
    /opened?disposition=attachment&name=x.txt /memory
"""
for path in PATHS.split():
    ask(path)
for method in ("HEAD", "POST", "PUT", "DELETE"):
    for path in ("/static/data.txt", "/mixed/data.txt", "/single", "/file", "/nav/data.txt"):
        ask(path, method)
for path in ("/static/data.txt", "/file", "/opened"):
    for text in (
        *("bytes=0-3", "bytes=5-", "bytes=-3", "bytes=-100", "bytes=0-100", "bytes=0-3,8-9"),
        *("bytes=0-1,20-30", "bytes=14-", "bytes=20-30,40-", "bytes=5-2", "bytes=-"),
        *("bytes=0-1,5-2", "bytes", "bytes=a-b", "bytes=1", "items=0-1", "bytes=-0"),
        *("bytes=0-5,3-8", "bytes=8-9,0-3"),
    ):
        ask(path, range=text)
    for since in (NOW, EARLIER, LATER, "nonsense", "Tue Nov 14 22:13:20 2023"):
        ask(path, if_modified_since=since)
        ask(path, if_unmodified_since=since)
    ask(path, range="bytes=0-3", if_range=EARLIER)
    ask(path, range="bytes=0-3", if_range=NOW)
    ask(path, "HEAD", range="bytes=0-3")
for text in ("bytes=0-3", "bytes=-3", "bytes=a-b"):
    ask("/memory", range=text)
REQUESTS.append({"name": "the tag", "path": "/static/data.txt"})
REQUESTS.append({
    "name": "HTTP/1.0", "path": "/static/data.txt", "headers": {"Range": "bytes=0-3"},
    "environ": {"SERVER_PROTOCOL": "HTTP/1.0"}, "app": "shown",
})  # fmt: skip
