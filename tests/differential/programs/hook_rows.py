"""Every row of the table in BEHAVIOUR 2.3: which hooks run, and what status comes out."""

import cherrypy

LETTERS = {
    "on_start_resource": "S",
    "before_request_body": "R",
    "before_handler": "H",
    "before_finalize": "F",
    "on_end_resource": "ER",
    "on_end_request": "EQ",
    "before_error_response": "E1",
    "after_error_response": "E2",
}
KINDS = {
    "http": (cherrypy.HTTPError, 410, "gone by hook"),
    "fault": (ZeroDivisionError, "hook"),
    "redirect": (cherrypy.HTTPRedirect, "/ok"),
    "internal": (cherrypy.InternalRedirect, "/ok"),
    "not_found": (cherrypy.NotFound,),
}
seen = []


def note(word):
    def callback():
        if not cherrypy.request.path_info.startswith("/log"):
            seen.append(word)

    return callback


def broken_error_response():
    seen.append("error_response!")
    raise RuntimeError("the error response fails too")


def own_error_response():
    seen.append("error_response")
    cherrypy.response.status = 503
    cherrypy.response.headers["Content-Type"] = "text/plain"
    cherrypy.response.body = b"our own answer to a fault"


class Root:
    @cherrypy.expose
    def log(self):
        text = " ".join(seen)
        del seen[:]
        return text

    @cherrypy.expose
    def ok(self):
        seen.append("handler")
        return "fine"

    @cherrypy.expose
    def http_error(self):
        seen.append("handler")
        raise cherrypy.HTTPError(418, "short and stout")

    @cherrypy.expose
    def redirect(self):
        seen.append("handler")
        raise cherrypy.HTTPRedirect("/ok")

    @cherrypy.expose
    def not_found(self):
        seen.append("handler")
        raise cherrypy.NotFound()

    @cherrypy.expose
    def boom(self):
        seen.append("handler")
        raise KeyError("a fault of the program")

    @cherrypy.expose
    def bad_status(self):
        seen.append("handler")
        cherrypy.response.status = "nonsense"
        return "never sent"

    @cherrypy.expose
    def internal(self):
        seen.append("handler")
        raise cherrypy.InternalRedirect("/ok")

    @cherrypy.expose
    def system_exit(self):
        seen.append("handler")
        raise SystemExit(3)

    @cherrypy.expose
    def keyboard_interrupt(self):
        seen.append("handler")
        raise KeyboardInterrupt

    @cherrypy.expose
    def stream(self):
        seen.append("handler")

        def chunks():
            seen.append("chunk 1")
            yield b"one"
            seen.append("chunk 2")
            yield b"two"

        return chunks()

    @cherrypy.expose
    def generator(self):
        seen.append("handler")

        def chunks():
            seen.append("chunk")
            yield b"one"

        return chunks()

    @cherrypy.expose
    def failing_generator(self):
        seen.append("handler")

        def chunks():
            yield b"one"
            raise ValueError("in the middle of the body")

        return chunks()


for name in LETTERS:
    page = Root.boom if name.endswith("error_response") else Root.ok
    for kind in KINDS:
        setattr(Root, f"{name}_{kind}", page)
for name in ("error_response_fails", "error_response_own"):
    setattr(Root, name, Root.boom)


def late(point, error_class, *args):
    """Redirects look at the current request when they are made, so they are made late."""

    def callback():
        seen.append(f"{LETTERS[point]}!")
        raise error_class(*args)

    return callback


sections = {"/": {f"hooks.{point}.note": note(letter) for point, letter in LETTERS.items()}}
for point in LETTERS:
    for kind, (error_class, *args) in KINDS.items():
        sections[f"/{point}_{kind}"] = {f"hooks.{point}.fail": late(point, error_class, *args)}
sections["/stream"] = {"response.stream": True}
sections["/error_response_fails"] = {"request.error_response": broken_error_response}
sections["/error_response_own"] = {"request.error_response": own_error_response}
cherrypy.tree.mount(Root(), "", sections)

PATHS = """
/ok /http_error /redirect /not_found /nowhere /boom /bad_status /internal /system_exit
/keyboard_interrupt /stream /generator /failing_generator /error_response_fails
/error_response_own
"""
FAILING = [f"/{point}_{kind}" for point in LETTERS for kind in KINDS]

REQUESTS = []
for path in [*PATHS.split(), *FAILING]:
    REQUESTS += [{"path": path}, {"name": f"hooks of {path}", "path": "/log"}]
REQUESTS += [
    {"method": "HEAD", "path": "/ok"},
    {"name": "hooks of HEAD", "path": "/log"},
    {"method": "POST", "path": "/ok", "body": "", "headers": {"Content-Type": "text/plain"}},
    {"name": "hooks of POST", "path": "/log"},
]
