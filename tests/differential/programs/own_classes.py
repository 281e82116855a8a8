"""What programs derive and keep in config: a log, settings of wrappers, redirects, error pages
from files, more headers at the end.
"""

import cherrypy
from cherrypy._cplogging import LogManager
from cherrypy._cptools import HandlerWrapperTool
from cherrypy.lib.static import serve_file

LINES = []


class Log(LogManager):
    def access(self):
        LINES.append(cherrypy.request.path_info)
        if cherrypy.request.path_info == "/unwritten":
            raise OSError("no space left")


def render(inner, *args, **kwargs):
    config = cherrypy.request.config
    return f"{config.get('tools.render.template', 'plain')}: {inner(*args, **kwargs)}"


def check_user():
    for is_fine in cherrypy.request.config.get("auth.require", ()):
        if not is_fine():
            raise cherrypy.HTTPRedirect("/login")


class Numbers(cherrypy.Tool):
    def _setup(self):
        names = self._merged_args().get("names", {})
        for name, value in names.items():
            cherrypy.response.headers[name] = value


def ask_for_login():
    pairs = [(b"WWW-Authenticate", b"Negotiate"), (b"WWW-Authenticate", b'Basic realm="x"')]
    cherrypy.serving.response.header_list.extend(pairs)


def not_found(status, message, traceback, version):
    return serve_file(__file__, "text/plain")


cherrypy.tools.ask_for_login = cherrypy.Tool("on_end_resource", ask_for_login)
cherrypy.tools.numbers = Numbers("before_finalize", lambda names: None)
cherrypy.tools.render = HandlerWrapperTool(render)
cherrypy.tools.check_user = cherrypy.Tool("before_handler", check_user)
cherrypy.config.namespaces["auth"] = lambda key, value: None


class Root:
    @cherrypy.expose
    def index(self):
        return "index"

    @cherrypy.expose
    @cherrypy.tools.render(template="table", engine="none")
    def table(self, *rows):
        return f"rows {rows}"

    @cherrypy.expose
    @cherrypy.config(**{"auth.require": [lambda: "staff" in cherrypy.request.params]})
    def staff(self, **params):
        return "for staff"

    @cherrypy.expose
    def go(self, *args, to):
        raise cherrypy.HTTPRedirect(to)

    @cherrypy.expose
    def go_by_url(self, *args, to):
        raise cherrypy.HTTPRedirect(cherrypy.url(to))

    @cherrypy.expose
    @cherrypy.tools.ask_for_login()
    @cherrypy.tools.numbers(names={"X-One": 1})
    def secret(self):
        cherrypy.response.status = 401
        return "secret"

    @cherrypy.expose
    def lines(self):
        return repr(LINES)


CONFIG = {
    "/": {"tools.check_user.on": True},
    "/index": {"tools.render.on": True},
    "/files": {"error_page.404": not_found},
}
Root.node = Root()
Root.files = Root()
for script_name, relative_urls in (("", False), ("/server", "server"), ("/page", True)):
    app = cherrypy.tree.mount(Root(), script_name, CONFIG)
    app.log = Log(id(app), cherrypy.log.logger_root)
    app.relative_urls = relative_urls

TARGETS = ("x", "/x/y", "../x", "./x/", "x?a=1", "http://other.test/x")
PATHS = ("/", "/table/1", "/staff", "/unwritten", "/lines", "/secret", "/files/none")
BY_URL = TARGETS[:-1]
REQUESTS = [{"path": path} for path in PATHS]
REQUESTS.append({"path": "/staff", "query": "staff=1"})
for prefix in ("", "/server", "/page"):
    REQUESTS += [{"path": f"{prefix}/node"}, {"path": f"{prefix}/node/", "query": "a=1"}]
    REQUESTS += [{"path": f"{prefix}/go/a/b", "query": f"to={to}"} for to in TARGETS]
    REQUESTS += [{"path": f"{prefix}/node/go_by_url", "query": f"to={to}"} for to in BY_URL]
