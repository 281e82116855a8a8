"""`response.status` and `response.headers` in every form, and what finalizing makes of them."""

import cherrypy

FORMS = {
    "int": 201, "text": "202", "reason": "201 Made it", "long reason": "200 All is well here",
    "none": None, "empty": "", "zero": 0, "unknown": 299, "unknown reason": "299 Own",
    "teapot": 418, "client": 404, "server": 503, "low": 99, "high": 600, "negative": -1,
    "nonsense": "nonsense", "float": 200.0, "letters": "20x", "list": [200],
    "no content": 204, "reset": 205, "partial": 206, "not modified": 304, "redirect": 302,
    "reason with spaces": "200   Many   spaces", "bytes": b"200 OK", "control": "200 a\x01b",
    "processing": 102, "edge": 599,
}  # fmt: skip


class Root:
    @cherrypy.expose
    def form(self, name):
        cherrypy.response.status = FORMS[name]
        return "body"

    @cherrypy.expose
    def generated(self, name):
        cherrypy.response.status = FORMS[name]
        yield "body"

    @cherrypy.expose
    def header(self, name, value="value"):
        cherrypy.response.headers[name] = value
        return "header"

    @cherrypy.expose
    def kinds(self):
        headers = cherrypy.response.headers
        headers["X-Int"] = 42
        headers["X-None"] = None
        headers["X-Bytes"] = b"bytes"
        headers["X-Float"] = 1.5
        headers["X-Latin"] = "caf\xe9"
        headers["X-Space"] = "  padded  "
        headers["X-Empty"] = ""
        headers["X-List"] = ["a", "b"]
        return "kinds"

    @cherrypy.expose
    def unicode(self):
        cherrypy.response.headers["X-Unicode"] = "\u4e2d"
        return "unicode"

    @cherrypy.expose
    def injected(self):
        cherrypy.response.headers["X-Injected"] = "a\r\nX-Other: yes\x00\x7f"
        return "injected"

    @cherrypy.expose
    def mapping(self):
        headers = cherrypy.response.headers
        headers["x-mixed-CASE"] = "1"
        found = [
            "X-Mixed-Case" in headers,
            headers.get("X-MIXED-case"),
            headers.get("none", "d"),
        ]
        headers["Content-type"] = "text/plain"
        found.append(headers.setdefault("x-default", "4"))
        found.append(headers.pop("X-Default"))
        del headers["X-MIXED-CASE"]
        found.append(sorted(name for name in headers if name not in ("Date", "Server")))
        found.append("x-gone" in headers)
        return repr(found)

    @cherrypy.expose
    def update(self):
        headers = cherrypy.response.headers
        headers["X-A"] = "1"
        headers.update({"x-updated": "2", "x-a": "3"})
        return repr(sorted(name for name in headers if name.lower().startswith("x-")))

    @cherrypy.expose
    def several(self):
        cherrypy.response.headers["X-A"] = "first"
        cherrypy.response.headers["x-a"] = "second"
        return "one"

    @cherrypy.expose
    def elements(self):
        cherrypy.response.headers["Vary"] = "b, a"
        return repr([str(element) for element in cherrypy.response.headers.elements("Vary")])

    @cherrypy.expose
    def attributes(self):
        response = cherrypy.response
        return repr(
            (
                response.status,
                response.stream,
                response.header_list in (None, []),
                isinstance(response.time, float),
                type(response.cookie).__name__,
            )
        )


cherrypy.tree.mount(Root(), "", {
    "/configured": {"response.headers.X-Configured": "yes", "response.headers.x-other": "two",
                    "response.status": 202},
    "/form": {"response.headers.X-Configured": "yes"},
})  # fmt: skip
Root.configured = Root.attributes

REQUESTS = [{"name": f"status {name}", "path": "/form",
             "query": f"name={name.replace(' ', '+')}"}
            for name in FORMS]  # fmt: skip
REQUESTS += [{"name": f"generated {name}", "path": "/generated", "query": f"name={name}"}
             for name in ("int", "reset", "nonsense", "teapot", "high")]  # fmt: skip
REQUESTS += [{"name": f"HEAD {name}", "method": "HEAD", "path": "/form",
              "query": f"name={name}"}
             for name in ("int", "reset", "nonsense")]  # fmt: skip
REQUESTS += [
    {"path": "/header", "query": f"name={name}&value={value}"}
    for name, value in [
        ("Content-Type", "text/plain"), ("Content-Type", "text/html%3Bcharset=iso-8859-1"),
        ("Content-Type", "application/json"), ("x-lower-case", "v"), ("Content-Length", "6"),
        ("Location", "/elsewhere"), ("Cache-Control", "no-store"), ("Allow", "GET"),
        ("Vary", "Accept"), ("Content-Language", "en"),
    ]
]  # fmt: skip
PATHS = """
/kinds /unicode /injected /mapping /update /several /elements /attributes /configured
"""
REQUESTS += [{"path": path} for path in PATHS.split()]
