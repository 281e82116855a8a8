"""Uploads: files on disk and in memory, part classes of a program's own, parts read as text."""

import io
import json

import cherrypy
from cherrypy._cpreqbody import Part


class KeptPart(Part):
    """Keeps each file in a BytesIO."""

    made = 0

    def make_file(self):
        KeptPart.made += 1
        return io.BytesIO()


class SmallPart(Part):
    maxrambytes = 10


class LatinPart(Part):
    attempt_charsets = ["iso-8859-1"]


class TypedPart(Part):
    default_content_type = "application/octet-stream"


class RefusingPart(Part):
    def default_proc(self):
        if self.filename and self.filename.endswith(".exe"):
            raise cherrypy.HTTPError(415, "No programs, please.")
        super().default_proc()


def use(part_class):
    def choose():
        cherrypy.request.body.part_class = part_class

    return choose


def look(part):
    if not isinstance(part, Part):
        return part
    facts = {
        "class": type(part).__name__,
        "name": part.name,
        "filename": part.filename,
        "type": part.content_type.value,
        "length": part.length,
        "charsets": list(part.attempt_charsets),
        "value": part.value and part.value.decode("latin-1"),
        "file": part.file is not None,
    }
    if part.file is not None:
        facts["position"] = part.file.tell()
        data = part.file.read()
        facts["size"] = len(data)
        facts["first"] = data[:50].decode("latin-1")
    return facts


class Root:
    @cherrypy.expose
    def default(self, *args, **kwargs):
        shown = {}
        for name, value in sorted(kwargs.items()):
            values = value if isinstance(value, list) else [value]
            shown[name] = [look(item) for item in values]
        return json.dumps(shown, sort_keys=True)

    @cherrypy.expose
    def read(self, f):
        return f.file.read()

    @cherrypy.expose
    def lines(self, f):
        return ascii(list(f.file))

    @cherrypy.expose
    def line(self, f):
        return ascii([f.file.readline(), f.file.readline(), f.file.read(3), f.file.tell()])

    @cherrypy.expose
    def seek(self, f):
        f.file.seek(0, 2)
        size = f.file.tell()
        f.file.seek(3)
        return ascii((size, f.file.read(2)))

    @cherrypy.expose
    def text(self, f):
        return ascii((f.fullvalue(), f.charset))

    @cherrypy.expose
    def text_twice(self, f):
        return ascii((f.fullvalue() == f.fullvalue(), len(f.fullvalue())))

    @cherrypy.expose
    def serve(self, f):
        cherrypy.response.headers["Content-Type"] = f.content_type.value
        return f.file

    @cherrypy.expose
    def save(self, f):
        out = io.BytesIO()
        while True:
            data = f.file.read(8192)
            if not data:
                break
            out.write(data)
        return str(len(out.getvalue()))

    @cherrypy.expose
    def kept(self, f):
        return repr((type(f).__name__, type(f.file).__name__, f.file.read(20)))

    @cherrypy.expose
    def headers(self, f):
        return repr((f.headers.get("content-type"), f.headers["Content-Disposition"],
                     "Content-Type" in f.headers, f.headers.get("X-Own")))  # fmt: skip

    @cherrypy.expose
    def optional(self, f=None):
        if f is None:
            return "none"
        return "chosen" if f.filename else "not chosen"


cherrypy.tree.mount(
    Root(),
    "",
    {
        "/kept": {"hooks.before_request_body": use(KeptPart)},
        "/small": {"hooks.before_request_body": use(SmallPart)},
        "/latin": {"hooks.before_request_body": use(LatinPart)},
        "/typed": {"hooks.before_request_body": use(TypedPart)},
        "/refusing": {"hooks.before_request_body": use(RefusingPart)},
        "/configured": {"request.body.part_class": SmallPart},
        "/limited": {"request.body.maxbytes": 500},
    },
)


def part(content, filename="f.txt", kind="text/plain", name="f", extra=""):
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"'
    if kind:
        head += f"\r\nContent-Type: {kind}"
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return b"--B\r\n" + (head + extra).encode("utf-8") + b"\r\n\r\n" + data + b"\r\n"


def form(*parts):
    return b"".join(parts) + b"--B--\r\n"


def post(name, path, *parts, **others):
    return {
        "name": f"{name} to {path}",
        "method": "POST",
        "path": path,
        "body": form(*parts),
        "headers": {"Content-Type": "multipart/form-data; boundary=B"},
        **others,
    }


FILES = {
    "small file": [part("content")],
    "empty file": [part("")],
    "large file": [part("x" * 200_000)],
    "lines": [part("one\ntwo\r\nthree\n")],
    "binary": [part(bytes(range(256)), kind="application/octet-stream")],
    "UTF-8": [part("caf\u00e9 \u2603")],
    "Latin-1": [part(b"caf\xe9", kind="text/plain; charset=iso-8859-1")],
    "not chosen": [part("", "", "application/octet-stream")],
    "two files": [part("1"), part("22", "g.txt")],
}
PATHS = ("/", "/read", "/lines", "/line", "/seek", "/text", "/text_twice", "/serve", "/save",
         "/kept", "/headers")  # fmt: skip
SINGLE = ("small file", "lines", "large file", "UTF-8")
REQUESTS = [post(name, path, *FILES[name]) for path in PATHS for name in SINGLE]
REQUESTS += [
    post(name, path, *FILES[name])
    for path in ("/", "/small", "/latin", "/typed", "/refusing", "/configured", "/limited")
    for name in FILES
    if name not in SINGLE or path != "/"
]
REQUESTS += [
    post(f"field of {size}", path, part("v" * size, None, None))
    for path in ("/", "/small")
    for size in (0, 1, 9, 10, 11, 999, 1000, 1001, 5000)
]
REQUESTS += [
    post("a program", "/refusing", part("MZ", "evil.exe")),
    post("a program behind a file", "/refusing", part("1"), part("MZ", "evil.exe")),
    post("own header", "/headers", part("1", extra="\r\nX-Own: yes")),
    post("no type", "/headers", part("1", kind=None)),
    post("chosen", "/optional", *FILES["small file"]),
    post("not chosen", "/optional", *FILES["not chosen"]),
    post("nothing", "/optional"),
    post("a field", "/optional", part("text", None, None)),
    post("no file", "/read"),
    post("a field", "/read", part("text", None, None)),
    post("Latin-1", "/text", *FILES["Latin-1"]),
    post("binary", "/text", *FILES["binary"]),
    post("a part's length", "/", part("1", extra="\r\nContent-Length: 1")),
]
