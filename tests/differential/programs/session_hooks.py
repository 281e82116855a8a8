"""Sessions beside everything else: tools, hooks, error pages, generators, streams."""

import cherrypy

LOG = []


def greet():
    """Count visits for every page, whatever the page does."""
    cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1


def note_end():
    LOG.append(f"end {cherrypy.session.get('visits')}")


def note_end_resource():
    LOG.append(f"resource {cherrypy.session.get('visits')}")


def error_page(status, message, traceback, version):
    return f"{status} for {cherrypy.session.get('user', 'nobody')}"


def handle_error():
    cherrypy.response.status = 500
    cherrypy.response.body = [f"sorry, {cherrypy.session.get('user')}".encode()]


def sign():
    """Add to every page who has asked for it."""
    user = cherrypy.session.get("user", "nobody")
    cherrypy.response.headers["X-User"] = user


cherrypy.tools.greet = cherrypy.Tool("before_handler", greet)
cherrypy.tools.greet_early = cherrypy.Tool("before_request_body", greet, priority=70)
cherrypy.tools.sign = cherrypy.Tool("before_finalize", sign)
cherrypy.tools.sign_first = cherrypy.Tool("before_finalize", sign, priority=10)
cherrypy.tools.note_end = cherrypy.Tool("on_end_request", note_end)
cherrypy.tools.note_end_resource = cherrypy.Tool("on_end_resource", note_end_resource)


class Root:
    @cherrypy.expose
    def index(self):
        return "hello"

    @cherrypy.expose
    def login(self, user):
        cherrypy.session["user"] = user
        return "in"

    @cherrypy.expose
    @cherrypy.tools.greet()
    def greeted(self):
        return str(cherrypy.session["visits"])

    @cherrypy.expose
    @cherrypy.tools.greet_early()
    def greeted_early(self):
        return str(cherrypy.session["visits"])

    @cherrypy.expose
    @cherrypy.tools.sign()
    def signed(self):
        return "signed"

    @cherrypy.expose
    @cherrypy.tools.sign_first()
    def signed_first(self):
        return "signed"

    @cherrypy.expose
    @cherrypy.tools.note_end()
    def ends(self):
        return "ends"

    @cherrypy.expose
    @cherrypy.tools.note_end_resource()
    def ends_resource(self):
        return "ends"

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": False})
    def log(self):
        said, LOG[:] = repr(LOG), []
        return said

    @cherrypy.expose
    @cherrypy.config(**{"error_page.default": error_page})
    def page_403(self):
        raise cherrypy.HTTPError(403)

    @cherrypy.expose
    @cherrypy.config(**{"error_page.default": error_page})
    def page_500(self):
        raise ValueError("fault")

    @cherrypy.expose
    @cherrypy.config(**{"request.error_response": handle_error})
    def handled(self):
        raise ValueError("fault")

    @cherrypy.expose
    def generated(self):
        """Use the session in a generator that is not streamed."""
        for number in range(3):
            cherrypy.session["number"] = number
            yield f"{cherrypy.session.get('user')} {number} "

    @cherrypy.expose
    def generated_before(self):
        """Look into the session before the first chunk, and again later."""
        cherrypy.session["number"] = 10
        return self.count_on()

    def count_on(self):
        for _ in range(3):
            cherrypy.session["number"] += 1
            yield f"{cherrypy.session['number']} "

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        for number in range(3):
            cherrypy.session["number"] = number + 100
            yield f"{cherrypy.session['number']} "

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed_text(self):
        cherrypy.session["number"] = 200
        return "text"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed_reading(self):
        yield "number "
        yield str(cherrypy.session.get("number"))

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed_fault(self):
        cherrypy.session["number"] = 300
        yield "one"
        raise ValueError("fault")

    @cherrypy.expose
    def number(self):
        return str(cherrypy.session.get("number"))

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def json(self):
        return {"user": cherrypy.session.get("user")}

    @cherrypy.expose
    @cherrypy.tools.gzip(mime_types=["text/*"])
    def zipped(self):
        return f"zipped for {cherrypy.session.get('user')}"

    @cherrypy.expose
    @cherrypy.tools.response_headers(
        headers=[("Cache-Control", "max-age=60"), ("Vary", "Accept")]
    )
    def cached(self):
        return f"for {cherrypy.session.get('user')}"

    @cherrypy.expose
    def own_control(self):
        cherrypy.response.headers["Cache-Control"] = "no-store"
        return f"for {cherrypy.session.get('user')}"

    @cherrypy.expose
    def post(self, user):
        cherrypy.session["user"] = user
        raise cherrypy.HTTPRedirect("number", 303)

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": False})
    def without(self):
        try:
            return str(cherrypy.session.get("user"))
        except AttributeError:
            return "no session"


class Plain:
    """An application that makes its session itself."""

    @cherrypy.expose
    def index(self):
        cherrypy.lib.sessions.init(name="by_init")
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        cherrypy.lib.sessions.save()
        return str(cherrypy.session["count"])


cherrypy.tree.mount(Root(), "", {"/": {"tools.sessions.on": True}})
cherrypy.tree.mount(Plain(), "/plain")

STEPS = [
    ("/", "untouched"), ("/greeted", "kept"), ("/greeted", "kept"), ("/login?user=eva", "kept"),
    ("/greeted", "kept"), ("/greeted_early", "kept"), ("/signed", "read"),
    ("/signed_first", "read"), ("/ends", "untouched"), ("/log", None),
    ("/ends_resource", "untouched"), ("/log", None), ("/page_403", "read"),
    ("/page_500", "read"), ("/handled", "read"),
    ("/generated", "kept"), ("/number", "read"), ("/generated_before", "kept"),
    ("/number", "read"), ("/streamed", "kept"), ("/number", "read"), ("/streamed_text", "kept"),
    ("/number", "read"), ("/streamed_reading", "untouched"), ("/streamed_fault", "kept"),
    ("/number", "read"), ("/json", "read"), ("/zipped", "read"), ("/cached", "read"),
    ("/own_control", "read"), ("/without", None), ("/nowhere", "untouched"),
    ("/login", "untouched"), ("/log?unexpected=1", None),
]  # fmt: skip
REQUESTS = [
    {"client": client, "path": path.partition("?")[0], "query": path.partition("?")[2],
     "session": state}
    for client, first in (("eva", 0), ("somebody", 15))
    for path, state in STEPS[first:]
]  # fmt: skip
REQUESTS += [
    {"client": "posting", "method": "POST", "path": "/post", "body": "user=max",
     "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "session": "kept"},
    {"client": "posting", "path": "/json", "session": "read"},
    {"client": "by hand", "path": "/plain/", "session": "kept"},
    {"client": "by hand", "path": "/plain/", "session": "kept"},
    {"client": "heading", "method": "HEAD", "path": "/greeted", "session": "kept"},
    {"client": "heading", "path": "/greeted", "session": "kept"},
    {"client": "asking", "method": "OPTIONS", "path": "/greeted", "session": "kept"},
]  # fmt: skip
