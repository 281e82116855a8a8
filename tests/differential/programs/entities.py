"""The body as an entity: its attributes, its processors, and what hooks and config change."""

import json

import cherrypy
from cherrypy._cpreqbody import Entity, Part, RequestBody, process_urlencoded

FORM = "application/x-www-form-urlencoded"


def facts(body):
    return {
        "charset": body.charset,
        "charsets": body.attempt_charsets,
        "type": str(body.content_type),
        "type params": body.content_type.params,
        "length": body.length,
        "name": body.name,
        "filename": body.filename,
        "params": sorted(body.params),
        "parts": len(body.parts),
        "processors": sorted(body.processors),
        "maxbytes": body.maxbytes,
        "part class": body.part_class.__name__,
        "classes": [type(body).__name__, isinstance(body, Entity)],
    }


def upper(entity):
    text = entity.read().decode("utf-8")
    entity.params = {"upper": text.upper()}


def keep_lines(entity):
    cherrypy.request.lines = [line.decode("utf-8") for line in entity]


def refuse(entity):
    raise cherrypy.HTTPError(422, "Not this one.")


def send_away(entity):
    raise cherrypy.HTTPRedirect("/elsewhere")


def break_down(entity):
    raise ValueError("a processor's own fault")


def add_processor():
    cherrypy.request.body.processors["application/own"] = upper


def only_own():
    cherrypy.request.body.processors = {"text": upper}


def demand_type():
    cherrypy.request.body.default_proc = cherrypy.HTTPError(415, "Send a form.")


def no_body():
    cherrypy.request.process_request_body = False


def own_charsets():
    cherrypy.request.body.attempt_charsets = ["iso-8859-1"]


class Root:
    @cherrypy.expose
    def index(self, **kwargs):
        return json.dumps(facts(cherrypy.request.body), sort_keys=True)

    @cherrypy.expose
    def default(self, *args, **kwargs):
        body = cherrypy.request.body
        shown = [kwargs, getattr(cherrypy.request, "lines", None), body.params]
        return json.dumps(shown, sort_keys=True)

    @cherrypy.expose
    def headers(self, **kwargs):
        headers = cherrypy.request.body.headers
        return repr((headers.get("Content-Type"), headers.get("content-length"),
                     headers.get("X-Own")))  # fmt: skip

    @cherrypy.expose
    def text(self, **kwargs):
        body = cherrypy.request.body
        return ascii((body.fullvalue(), body.charset))

    @cherrypy.expose
    def decode(self, **kwargs):
        body = cherrypy.request.body
        return ascii((body.decode_entity(body.read()), body.charset))

    @cherrypy.expose
    def into_file(self, **kwargs):
        file = cherrypy.request.body.read_into_file()
        file.seek(0)
        return ascii(file.read())

    @cherrypy.expose
    def make_file(self, **kwargs):
        with cherrypy.request.body.make_file() as file:
            file.write(b"abc")
            file.seek(0)
            return file.read()

    @cherrypy.expose
    def late(self, **kwargs):
        request = cherrypy.request
        found = process_urlencoded(request.body)
        return json.dumps([found, request.body.params, request.params], sort_keys=True)

    @cherrypy.expose
    def classes(self, **kwargs):
        return repr([issubclass(Part, Entity), issubclass(RequestBody, Entity),
                     Part.default_content_type, Entity.default_content_type,
                     RequestBody.default_content_type, list(Part.attempt_charsets),
                     list(Entity.attempt_charsets), Part.maxrambytes,
                     RequestBody.maxbytes])  # fmt: skip

    @cherrypy.expose
    @cherrypy.tools.json_in(force=False)
    def json(self, **kwargs):
        request = cherrypy.request
        return repr((getattr(request, "json", None), sorted(kwargs), sorted(request.params)))

    @cherrypy.expose
    @cherrypy.tools.json_in()
    def strict_json(self):
        return repr(cherrypy.request.json)


cherrypy.tree.mount(
    Root(),
    "",
    {
        "/added": {"hooks.before_request_body": add_processor},
        "/only_own": {"hooks.before_request_body": only_own},
        "/started": {"hooks.on_start_resource": add_processor},
        "/demand": {"hooks.before_request_body": demand_type},
        "/unread": {"hooks.before_request_body": no_body},
        "/late": {"request.process_request_body": False},
        "/charsets": {"hooks.before_request_body": own_charsets},
        "/configured": {"request.body.processors": {"text/plain": keep_lines}},
        "/major": {"request.body.processors": {"text": upper}},
        "/refuse": {"request.body.processors": {"text": refuse}},
        "/away": {"request.body.processors": {"text": send_away}},
        "/broken": {"request.body.processors": {"text": break_down}},
        "/none": {"request.body.processors": {}},
        "/methods": {"request.methods_with_bodies": ("POST", "DELETE", "REPORT")},
    },
)


def post(path, body=b"a=1", kind=FORM, method="POST", **others):
    return {
        "name": f"{method} {path} {body[:20]!r} as {kind}",
        "method": method,
        "path": path,
        "body": body,
        "headers": {"Content-Type": kind, "X-Own": "yes"},
        **others,
    }


TYPES = (FORM, "text/plain", "text/plain; charset=iso-8859-1", "application/own", "text",
         "application/json", None)  # fmt: skip
HOOKED = ("/added", "/only_own", "/started", "/demand", "/unread", "/configured", "/major",
          "/none", "/charsets")  # fmt: skip
REQUESTS = [post("/", kind=kind) for kind in TYPES]
REQUESTS += [post(path, kind=kind) for path in HOOKED for kind in TYPES[:4]]
REQUESTS += [
    post(path, kind=kind)
    for path in ("/refuse", "/away", "/broken")
    for kind in (FORM, "text/plain")
]
REQUESTS += [post("/configured", b"one\ntwo\r\nthree", "text/plain"), post("/headers")]
REQUESTS += [
    post(path, body, kind)
    for path in ("/text", "/decode")
    for body, kind in ((b"caf\xc3\xa9", "text/plain"), (b"caf\xe9", "text/plain"),
                       (b"caf\xe9", "text/plain; charset=iso-8859-1"), (b"", "text/plain"),
                       (b"caf\xe9", "application/own"), (b"a", "application/own"))
]  # fmt: skip
REQUESTS += [
    post("/into_file", b"data", "application/own"),
    post("/into_file", b"", "application/own"),
    post("/into_file", b"x" * 100_000, "application/own"),
    post("/make_file"),
    post("/late"),
    post("/late", b"a=%FF"),
    post("/classes"),
    post("/charsets", b"a=%E9"),
    post("/json", b"[1]", "application/json"),
    post("/json", b"[1]", "text/plain"),
    post("/json"),
    post("/json", b"{", "application/json"),
    post("/json", b"", "application/json"),
    post("/strict_json", b"[1]", "application/json"),
    post("/strict_json", b"[1]", "text/plain"),
    post("/strict_json"),
    post("/strict_json", b"{", "application/json"),
]
REQUESTS += [
    post("/methods", method=method)
    for method in ("POST", "DELETE", "REPORT", "PUT", "PATCH", "GET")
]
