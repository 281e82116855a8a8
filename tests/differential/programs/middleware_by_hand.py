"""Foreign middleware put into `app.wsgiapp` by hand."""

import cherrypy


class Adds:
    def __init__(self, app, name="X-Middleware", value="default"):
        self.app, self.name, self.value = app, name, value

    def __call__(self, environ, start_response):
        environ["program.order"] = environ.get("program.order", "") + self.value + " "

        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, (self.name, self.value)], exc_info)

        return self.app(environ, start)


class Shouts:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        body = self.app(environ, start_response)
        try:
            return [b"".join(body).upper()]
        finally:
            if hasattr(body, "close"):
                body.close()


class Root:
    @cherrypy.expose
    def index(self):
        return "index " + cherrypy.request.wsgi_environ.get("program.order", "")

    @cherrypy.expose
    def error(self):
        raise cherrypy.HTTPError(409, "shouted")


late = cherrypy.tree.mount(Root(), "/late")
late.wsgiapp.pipeline.append(("shout", Shouts))
application = cherrypy.Application(Root(), "")
application.wsgiapp.pipeline.append(("adds", Adds))
application.wsgiapp.config["adds"] = {"value": "by hand"}

REQUESTS = [
    {"path": "/late/"},
    {"path": "/", "app": "application"},
    {"path": "/error", "app": "application"},
]
