"""What a handler may return: every kind of body of BEHAVIOUR 2.12."""

import io

import cherrypy


class Iterator:
    def __init__(self):
        self.parts = [b"own ", b"iterator"]

    def __iter__(self):
        return self

    def __next__(self):
        if not self.parts:
            raise StopIteration
        return self.parts.pop(0)


def gen(*parts):
    yield from parts


KINDS = {
    "text": lambda: "text",
    "unicode": lambda: "caf\u00e9 \u4e2d",
    "bytes": lambda: b"bytes",
    "empty_text": lambda: "",
    "empty_bytes": lambda: b"",
    "none": lambda: None,
    "list_of_text": lambda: ["a", "b"],
    "list_of_bytes": lambda: [b"a", b"b"],
    "mixed_list": lambda: [b"a", "b"],
    "empty_list": lambda: [],
    "tuple": lambda: ("a", b"b"),
    "set": lambda: {"one"},
    "dict": lambda: {"key": "value"},
    "generator": lambda: gen("a", "b"),
    "generator_of_bytes": lambda: gen(b"a", b"b"),
    "mixed_generator": lambda: gen(b"a", "b", b"", ""),
    "empty_generator": lambda: gen(),
    "iterator": lambda: Iterator(),
    "map": lambda: map(str, range(3)),
    "file": lambda: io.BytesIO(b"from a file"),
    "text_file": lambda: io.StringIO("from a text file"),
    "big_file": lambda: io.BytesIO(b"x" * 200_000),
    "integer": lambda: 42,
    "zero": lambda: 0,
    "false": lambda: False,
    "true": lambda: True,
    "float": lambda: 1.5,
    "object": lambda: object(),
    "list_of_integers": lambda: [1, 2],
    "list_with_none": lambda: ["a", None],
    "nested_list": lambda: [["a"]],
    "bytearray": lambda: bytearray(b"array"),
    "memoryview": lambda: memoryview(b"view"),
    "class": lambda: Iterator,
}


class Root:
    @cherrypy.expose
    def default(self, kind):
        return KINDS[kind]()

    @cherrypy.expose
    def raw(self, kind):
        return KINDS[kind]()

    @cherrypy.expose
    def json(self, kind):
        cherrypy.response.headers["Content-Type"] = "application/json"
        return KINDS[kind]()

    @cherrypy.expose
    def assigned(self):
        cherrypy.response.body = b"replaced by what the handler returns"
        return "returned"

    @cherrypy.expose
    def assigned_only(self):
        cherrypy.response.body = b"lost, because None is returned"

    @cherrypy.expose
    def assigned_returned(self):
        cherrypy.response.body = [b"as", b"signed"]
        return cherrypy.response.body

    @cherrypy.expose
    def assign_text(self):
        try:
            cherrypy.response.body = "text"
        except ValueError as error:
            return str(error)

    @cherrypy.expose
    def collapse(self):
        cherrypy.response.body = [b"a", b"b"]
        joined = cherrypy.response.collapse_body()
        return repr((joined, list(cherrypy.response.body)))

    @cherrypy.expose
    def own_length(self, n="4"):
        cherrypy.response.headers["Content-Length"] = n
        return b"body"

    @cherrypy.expose
    def no_type(self):
        del cherrypy.response.headers["Content-Type"]
        return b"untyped"

    @cherrypy.expose
    def late_error(self):
        yield b"a"
        raise cherrypy.HTTPError(409, "in a generator")

    @cherrypy.expose
    def late_redirect(self):
        yield "a"
        raise cherrypy.HTTPRedirect("/text")


cherrypy.tree.mount(Root(), "", {"/raw": {"tools.encode.on": False}})

REQUESTS = [{"path": f"/{kind}"} for kind in KINDS]
REQUESTS += [{"path": f"/raw/{kind}"} for kind in KINDS]
REQUESTS += [{"path": f"/json/{kind}"} for kind in ("text", "bytes", "dict", "none",
                                                    "generator",
                                                    "list_of_bytes", "file",
                                                    "empty_text")]  # fmt: skip
PATHS = """
/assigned /assigned_only /assigned_returned /assign_text /collapse /own_length /no_type
/late_error /late_redirect
"""
REQUESTS += [{"path": path, "validate": path != "/no_type"} for path in PATHS.split()]
REQUESTS += [{"method": "HEAD", "path": path} for path in ("/text", "/generator", "/file",
                                                           "/none",
                                                           "/own_length",
                                                           "/integer")]  # fmt: skip
