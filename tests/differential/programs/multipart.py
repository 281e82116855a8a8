"""Multipart bodies: which parts become parameters, and what a part knows of itself."""

import json

import cherrypy
from cherrypy._cpreqbody import Part, process_multipart


def describe(value):
    if isinstance(value, list):
        return [describe(item) for item in value]
    if not isinstance(value, Part):
        return value
    content = value.value
    if value.file is not None:
        value.file.seek(0)
        content = value.file.read()
    return {
        "name": value.name,
        "filename": value.filename,
        "type": str(value.content_type),
        "content": None if content is None else content.decode("latin-1"),
        "in file": value.file is not None,
        "headers": sorted(value.headers.items()),
        "parts": [describe(part) for part in value.parts],
    }


def show(**kwargs):
    body = cherrypy.request.body
    facts = {
        "kwargs": {name: describe(value) for name, value in kwargs.items()},
        "body": {name: describe(value) for name, value in body.params.items()},
        "parts": [describe(part) for part in body.parts],
    }
    return json.dumps(facts, sort_keys=True)


class Root:
    @cherrypy.expose
    def index(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def parts(self, **kwargs):
        return show(**kwargs)

    @cherrypy.expose
    def texts(self, **kwargs):
        values = [value for value in kwargs.values() if isinstance(value, Part)]
        parts = values + cherrypy.request.body.parts
        return ascii([(part.fullvalue(), part.charset) for part in parts])

    @cherrypy.expose
    def one(self, a):
        return repr(a)


cherrypy.tree.mount(
    Root(),
    "",
    {
        "/parts": {
            "request.body.processors": {
                "multipart": process_multipart,
                "multipart/form-data": process_multipart,
            }
        }
    },
)

NAMED = 'Content-Disposition: form-data; name="a"'
UPLOAD = f'{NAMED}; filename="f.txt"'


def form(*parts, end="--B--\r\n"):
    """Return a body of (header lines, content)."""
    text = "".join(
        "--B\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n" + content + "\r\n"
        for lines, content in parts
    )
    return (text + end).encode("utf-8")


BODIES = {
    "one field": form(([NAMED], "1")),
    "two fields": form(([NAMED], "1"), ([NAMED.replace("a", "b")], "2")),
    "other name": form(([NAMED.replace('"a"', '"b"')], "2")),
    "repeated": form(([NAMED], "1"), ([NAMED], "2"), ([NAMED], "3")),
    "empty field": form(([NAMED], "")),
    "line breaks": form(([NAMED], "one\r\ntwo\nthree\r\n\r\n")),
    "non-ASCII": form(([NAMED], "caf\u00e9 \u2603")),
    "non-ASCII name": form((['Content-Disposition: form-data; name="caf\u00e9"'], "1")),
    "non-ASCII file name": form(([f'{NAMED}; filename="caf\u00e9.txt"'], "1")),
    "latin-1 text": form(([NAMED], "?")).replace(b"?", b"\xe9"),
    "latin-1, and says so": form(
        ([NAMED, "Content-Type: text/plain; charset=iso-8859-1"], "?")
    ).replace(b"?", b"\xe9"),
    "utf-8, and says so": form(([NAMED, "Content-Type: text/plain; charset=utf-8"], "\xe9")),
    "unknown charset": form(([NAMED, "Content-Type: text/plain; charset=nope"], "1")),
    "file": form(([UPLOAD, "Content-Type: text/plain"], "content")),
    "file without type": form(([UPLOAD], "content")),
    "file of another type": form(([UPLOAD, "Content-Type: image/png"], "content")),
    "file that is empty": form(([UPLOAD], "")),
    "file that was not chosen": form(
        ([f'{NAMED}; filename=""', "Content-Type: application/octet-stream"], "")
    ),
    "two files": form(([UPLOAD], "1"), ([UPLOAD.replace("f.txt", "g.txt")], "2")),
    "file and field": form(([UPLOAD], "1"), ([NAMED], "2")),
    "binary file": form(([UPLOAD], "?")).replace(b"?", bytes(range(256))),
    "large file": form(([UPLOAD], "x" * 100_000)),
    "large field": form(([NAMED], "x" * 5000)),
    "path in a file name": form(([f'{NAMED}; filename="/etc/passwd"'], "1")),
    "Windows path": form(([f'{NAMED}; filename="C:\\dir\\f.txt"'], "1")),
    "quoted quotes": form((['Content-Disposition: form-data; name="a\\"b"'], "1")),
    "browsers' quotes": form((['Content-Disposition: form-data; name="a%22b"'], "1")),
    "no quotes": form((["Content-Disposition: form-data; name=a; filename=f.txt"], "1")),
    "filename*": form(([f"{NAMED}; filename*=UTF-8''caf%C3%A9.txt"], "1")),
    "filename* and filename": form(
        ([f"{NAMED}; filename=\"x\"; filename*=UTF-8''y"], "1")
    ),
    "malformed filename*": form(([f"{NAMED}; filename*=nope"], "1")),
    "semicolon in a name": form((['Content-Disposition: form-data; name="a;b"'], "1")),
    "unnamed": form((["Content-Disposition: form-data"], "1")),
    "no disposition": form((["Content-Type: text/plain"], "1")),
    "no headers": form(([], "1")),
    "named and unnamed": form(([NAMED], "1"), ([], "2")),
    "lower-case headers": form(([NAMED.lower(), "content-type: text/html"], "1")),
    "more headers": form(([NAMED, "X-A: 1", "X-B: two words"], "1")),
    "header twice": form(([NAMED, "X-A: 1", "X-A: 2"], "1")),
    "disposition twice": form(([NAMED, NAMED.replace('"a"', '"b"')], "1")),
    "folded header": form(([NAMED, "X-A: 1", " 2"], "1")),
    "JSON part": form(([NAMED, "Content-Type: application/json"], '{"x": 1}')),
    "urlencoded part": form(
        ([NAMED, "Content-Type: application/x-www-form-urlencoded"], "x=1&y=2")
    ),
    "base64": form(([NAMED, "Content-Transfer-Encoding: base64"], "MQ==")),
    "nested": form(
        ([NAMED, "Content-Type: multipart/mixed; boundary=C"],
         '--C\r\nContent-Disposition: file; filename="f"\r\n\r\n1\r\n--C\r\n\r\n2\r\n--C--\r\n')
    ),
    "nested twice": form(
        ([NAMED, "Content-Type: multipart/mixed; boundary=C"],
         "--C\r\nContent-Type: multipart/mixed; boundary=D\r\n\r\n"
         "--D\r\n\r\n1\r\n--D--\r\n\r\n--C--\r\n")
    ),
    "multipart file": form(
        ([UPLOAD, "Content-Type: multipart/mixed; boundary=C"], "--C\r\n\r\n1\r\n--C--\r\n")
    ),
    "no parts": form(),
    "empty": b"",
    "preamble": b"preamble\r\n" + form(([NAMED], "1")),
    "epilogue": form(([NAMED], "1")) + b"epilogue",
    "no end": form(([NAMED], "1"), end=""),
    "cut in a part": form(([NAMED], "1"))[:-12],
    "cut in a header": form(([NAMED], "1"))[:20],
    "no boundary in it": b"something else",
    "LF": form(([NAMED], "1")).replace(b"\r\n", b"\n"),
    "look-alikes": form(([NAMED], "--B\n--Bx--B--")),
    "no colon": form(([NAMED, "nonsense"], "1")),
    "a space behind the boundary": form(([NAMED], "1")).replace(b"--B\r\n", b"--B \r\n"),
}  # fmt: skip
TYPES = {
    "form-data": ("/", "multipart/form-data; boundary=B"),
    "mixed": ("/", "multipart/mixed; boundary=B"),
    "process_multipart": ("/parts", "multipart/form-data; boundary=B"),
}


def post(name, body, path="/", kind="multipart/form-data; boundary=B", **others):
    return {"name": name, "method": "POST", "path": path, "body": body,
            "headers": {"Content-Type": kind}, **others}  # fmt: skip


REQUESTS = [
    post(f"{type}: {name}", body, path, kind)
    for type, (path, kind) in TYPES.items()
    for name, body in BODIES.items()
]
REQUESTS += [
    post(f"texts: {name}", BODIES[name], "/texts")
    for name in ("file", "file of another type", "two files", "large file", "unnamed",
                 "no headers", "binary file", "nested")
]  # fmt: skip
ONE = form(([NAMED], "1"))
REQUESTS += [
    post(f"type {kind[:60]!r}", ONE, kind=kind)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=",
                 'multipart/form-data; boundary="B"', "Multipart/Form-Data; Boundary=B",
                 "multipart/form-data; boundary=B; charset=utf-8",
                 "multipart/form-data; boundary=C", "multipart/related; boundary=B",
                 "multipart/alternative; boundary=B", "multipart/x; boundary=B",
                 f"multipart/form-data; boundary={'B' * 300}", "text/plain; boundary=B")
]  # fmt: skip
REQUESTS += [
    post("query and part", ONE, query="a=2"),
    post("query and file", BODIES["file"], query="a=2"),
    post("PUT", ONE, method="PUT"),
    post("GET", ONE, method="GET"),
    post("expected", ONE, "/one"),
    post("unexpected", BODIES["other name"], "/one"),
    post("no length", ONE, environ={"CONTENT_LENGTH": None}),
    post("less than the length", ONE, environ={"CONTENT_LENGTH": "1000"}),
    post("more than the length", ONE + b"more", environ={"CONTENT_LENGTH": str(len(ONE))}),
]
