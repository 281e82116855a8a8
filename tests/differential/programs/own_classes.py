"""What programs derive and keep in config: a log, settings of wrappers, redirects of theirs."""

import cherrypy
from cherrypy._cplogging import LogManager
from cherrypy._cptools import HandlerWrapperTool

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
    def lines(self):
        return repr(LINES)


CONFIG = {"/": {"tools.check_user.on": True}, "/index": {"tools.render.on": True}}
Root.node = Root()
for script_name, relative_urls in (("", False), ("/server", "server"), ("/page", True)):
    app = cherrypy.tree.mount(Root(), script_name, CONFIG)
    app.log = Log(id(app), cherrypy.log.logger_root)
    app.relative_urls = relative_urls

TARGETS = ("x", "/x/y", "../x", "./x/", "x?a=1", "http://other.test/x")
BY_URL = TARGETS[:-1]
REQUESTS = [{"path": path} for path in ("/", "/table/1", "/staff", "/unwritten", "/lines")]
REQUESTS.append({"path": "/staff", "query": "staff=1"})
for prefix in ("", "/server", "/page"):
    REQUESTS += [{"path": f"{prefix}/node"}, {"path": f"{prefix}/node/", "query": "a=1"}]
    REQUESTS += [{"path": f"{prefix}/go/a/b", "query": f"to={to}"} for to in TARGETS]
    REQUESTS += [{"path": f"{prefix}/node/go_by_url", "query": f"to={to}"} for to in BY_URL]
