"""Streamed bodies: laziness, lengths, statuses, closing, errors before and after a chunk."""

import io
import tempfile

import cherrypy

seen = []
FILE_BYTES = 100_000


class Closable:
    def __init__(self, parts):
        self.parts = iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.parts)

    def close(self):
        seen.append("closed")


class Root:
    @cherrypy.expose
    def log(self):
        text = ", ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def lazy(self):
        seen.append("handler")

        def chunks():
            seen.append(f"request {cherrypy.request.path_info}")
            yield "a"
            seen.append("between")
            yield "b"
            seen.append("after")

        return chunks()

    @cherrypy.expose
    def text(self):
        return "plain text"

    @cherrypy.expose
    def length(self):
        cherrypy.response.headers["Content-Length"] = "3"
        return [b"abc"]

    @cherrypy.expose
    def no_content(self):
        cherrypy.response.status = 204
        return [b""]

    @cherrypy.expose
    def closable(self):
        return Closable([b"a", b"b"])

    @cherrypy.expose
    def fails_first(self):
        raise ValueError("before the first chunk")
        yield b"never"

    @cherrypy.expose
    def http_first(self):
        raise cherrypy.HTTPError(409, "before the first chunk")
        yield b"never"

    @cherrypy.expose
    def switched_on(self):
        cherrypy.response.stream = True
        return iter([b"a", b"b"])

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(404, "not streamed")

    @cherrypy.expose
    def redirect(self):
        raise cherrypy.HTTPRedirect("/text")

    @cherrypy.expose
    def handler_as_generator(self):
        cherrypy.response.headers["X-Late"] = "a generator starts late"
        yield b"a"

    @cherrypy.expose
    def empty(self):
        return iter([])

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def decorated(self):
        yield "decorated"

    @cherrypy.expose
    def text_chunks(self):
        return ["caf\u00e9 ", "chunks"]

    @cherrypy.expose
    def mixed(self):
        yield b"bytes "
        yield "text "
        yield b""
        yield ""
        yield "end"

    @cherrypy.expose
    def redirect_first(self):
        raise cherrypy.HTTPRedirect("/text")
        yield b"never"

    @cherrypy.expose
    def fails_in_the_middle(self):
        yield b"first"
        raise ValueError("after the first chunk")

    @cherrypy.expose
    def fails_at_the_end(self):
        yield b"first"
        yield b"second"
        raise ValueError("after the last chunk")

    @cherrypy.expose
    def nothing(self):
        return None

    @cherrypy.expose
    def memory_file(self):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        return io.BytesIO(b"m" * FILE_BYTES)

    @cherrypy.expose
    def disk_file(self, skip="0"):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the framework closes it
        file.write(b"d" * FILE_BYTES)
        file.seek(int(skip))
        return file

    @cherrypy.expose
    def small_file(self):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the framework closes it
        file.write(b"small")
        file.seek(0)
        return file

    @cherrypy.expose
    def part_of_a_file(self):
        cherrypy.response.headers["Content-Type"] = "application/octet-stream"
        cherrypy.response.headers["Content-Length"] = "4"
        return io.BytesIO(b"part")

    @cherrypy.expose
    def cookie_and_header(self):
        cherrypy.response.cookie["a"] = "b"
        cherrypy.response.headers["X-Own"] = "1"
        return iter([b"a"])

    @cherrypy.expose
    def created(self):
        cherrypy.response.status = 201
        return iter([b"made"])

    @cherrypy.expose
    def not_modified(self):
        cherrypy.response.status = 304
        return iter([b"not sent"])

    @cherrypy.expose
    def stream_switched_off(self):
        cherrypy.response.stream = False
        return iter([b"a", b"b"])


MORE = """
/text_chunks /mixed /redirect_first /fails_in_the_middle /fails_at_the_end /nothing /memory_file
/disk_file /small_file /part_of_a_file /cookie_and_header /created /not_modified
/stream_switched_off
"""
PATHS = """
/lazy /text /length /no_content /closable /fails_first /http_first /error /redirect
/handler_as_generator /empty
"""
cherrypy.tree.mount(
    Root(), "", {path: {"response.stream": True} for path in (PATHS + MORE).split()}
)
cherrypy.tree.mount(Root(), "/buffered")

REQUESTS = []
for path in [
    *PATHS.split(),
    "/switched_on",
    "/decorated",
    *("/buffered" + path for path in PATHS.split()),
]:
    REQUESTS += [{"path": path}, {"name": f"log of {path}", "path": "/log"}]
for path in ("/lazy", "/closable", "/length", "/buffered/lazy", "/buffered/closable"):
    REQUESTS += [
        {"method": "HEAD", "path": path},
        {"name": f"log of HEAD {path}", "path": "/log"},
    ]
for path in MORE.split():
    for mount in ("", "/buffered"):
        REQUESTS += [{"path": mount + path}, {"method": "HEAD", "path": mount + path}]
REQUESTS += [{"path": f"{mount}/disk_file", "query": f"skip={skip}"}
             for mount in ("", "/buffered") for skip in ("10", "99999", "100000")]  # fmt: skip
