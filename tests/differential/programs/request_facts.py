"""What a handler sees of its request: attributes, headers, addresses, protocol."""

import json

import cherrypy


class Root:
    @cherrypy.expose
    def facts(self, *args, **kwargs):
        request = cherrypy.request
        return json.dumps({
            "method": request.method, "line": request.request_line, "base": request.base,
            "query": request.query_string, "path": request.path_info,
            "script": request.script_name,
            "scheme": request.scheme, "protocol": request.protocol,
            "server": request.server_protocol,
            "remote": [request.remote.ip, request.remote.port],
            "local": [request.local.ip, request.local.port, request.local.name],
            "login": request.login, "args": request.args, "kwargs": request.kwargs,
            "params": request.params, "index": request.is_index, "stage": request.stage,
            "previous": request.prev, "closed": request.closed,
            "stream": cherrypy.response.stream, "bodies": request.methods_with_bodies,
            "process": request.process_request_body,
            "threads": [request.multithread, request.multiprocess],
            "app": request.app.script_name, "encoding": request.query_string_encoding,
            "length": len(str(request.unique_id)),
        }, sort_keys=True)  # fmt: skip

    @cherrypy.expose
    def remote(self):
        return json.dumps([cherrypy.request.remote.ip, cherrypy.request.remote.name])

    @cherrypy.expose
    def headers(self):
        return json.dumps(dict(cherrypy.request.headers), sort_keys=True)

    @cherrypy.expose
    def header(self, name):
        headers = cherrypy.request.headers
        return json.dumps(
            [name in headers, headers.get(name), headers.get(name.upper(), "none")]
        )

    @cherrypy.expose
    def elements(self, name="Accept"):
        elements = cherrypy.request.headers.elements(name)
        return json.dumps([
            [str(element.value), {key: str(text) for key, text in element.params.items()},
             str(element),
             getattr(element, "qvalue", None)]
            for element in elements or []
        ], sort_keys=True)  # fmt: skip

    @cherrypy.expose
    def missing(self):
        return cherrypy.request.headers["X-Missing"]

    @cherrypy.expose
    def attribute(self):
        return cherrypy.request.no_such_attribute

    @cherrypy.expose
    def own(self):
        request = cherrypy.request
        request.own = "kept"
        return repr((request.own, hasattr(request, "other"), cherrypy.serving.request.own))

    @cherrypy.expose
    def change(self, **kwargs):
        cherrypy.request.params["added"] = "1"
        cherrypy.request.method = "CHANGED"
        return json.dumps([cherrypy.request.params, cherrypy.request.method], sort_keys=True)


cherrypy.tree.mount(Root(), "", {"/configured": {"request.methods_with_bodies": ("POST",)}})
cherrypy.tree.mount(Root(), "/app")
Root.configured = Root.facts


ACCEPT = "text/html;q=0.5, */*;q=0.1, application/json;level=1, text/*"
PATHS = """
/facts /facts/a/b /facts/ /app/facts /remote /headers /missing /attribute /own /change
/configured
"""
REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/facts", "query": "a=1&a=2&b=%C3%A9"},
    {"path": "/facts/caf%C3%A9/x%20y"},
    {"name": "POST", "method": "POST", "path": "/facts", "body": "a=1",
     "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"name": "HTTP/1.0", "path": "/facts", "environ": {"SERVER_PROTOCOL": "HTTP/1.0"}},
    {"name": "HTTP/1.0 without Host", "path": "/facts", "headers": {"Host": None},
     "environ": {"SERVER_PROTOCOL": "HTTP/1.0"}},
    {"name": "HTTP/1.1 without Host", "path": "/facts", "headers": {"Host": None}},
    {"name": "HTTP/2.0", "path": "/facts", "environ": {"SERVER_PROTOCOL": "HTTP/2.0"}},
    {"name": "HTTP/2", "path": "/facts", "environ": {"SERVER_PROTOCOL": "HTTP/2"}},
    {"name": "a port", "path": "/facts", "headers": {"Host": "example.test:8080"}},
    {"name": "an IPv6 host", "path": "/facts", "headers": {"Host": "[::1]:8080"}},
    {"name": "a hostile Host", "path": "/facts", "headers": {"Host": "a.test/<script>"}},
    {"name": "an empty Host", "path": "/facts", "headers": {"Host": ""}},
    {"name": "https", "path": "/facts",
     "environ": {"wsgi.url_scheme": "https", "SERVER_PORT": "443"}},
    {"name": "remote user", "path": "/facts",
     "environ": {"REMOTE_USER": "ann", "REMOTE_HOST": "h.test"}},
    {"name": "logon user", "path": "/facts",
     "environ": {"LOGON_USER": "bob", "REMOTE_USER": "ann"}},
    {"name": "no remote", "path": "/facts",
     "environ": {"REMOTE_ADDR": None, "REMOTE_PORT": None}},
    {"path": "/headers", "headers": {"X-One": "1", "x-two-words": " padded ",
                                     "Accept": ACCEPT}},
    {"path": "/headers", "name": "encoded words",
     "headers": {"X-Word": "=?utf-8?q?caf=C3=A9?="}},
    {"path": "/headers", "name": "broken encoded words",
     "headers": {"X-Word": "a =?utf-8?q?b?= c"}},
    {"path": "/headers", "name": "unknown charset", "headers": {"X-Word": "=?nope?q?a?="}},
    {"path": "/headers", "name": "latin header", "headers": {"X-Latin": "caf\xe9"}},
    {"path": "/header", "query": "name=x-one", "headers": {"X-One": "1"}},
    {"path": "/header", "query": "name=x-none"},
    {"path": "/elements", "headers": {"Accept": ACCEPT}},
    {"path": "/elements", "query": "name=Accept-Charset",
     "headers": {"Accept-Charset": "a;q=0.2, b"}},
    {"path": "/elements", "query": "name=X-List", "headers": {"X-List": "b, a;x=1;y=\"q\", c"}},
    {"path": "/elements", "query": "name=Accept-Language",
     "headers": {"Accept-Language": "de, en;q=x"}},
    {"method": "HEAD", "path": "/facts"},
]  # fmt: skip
