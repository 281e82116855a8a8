"""A tree without an application at the root: its own 404."""

import cherrypy


class Root:
    @cherrypy.expose
    def index(self):
        return "app"


cherrypy.tree.mount(Root(), "/app")

REQUESTS = [
    {"path": "/app/"},
    {"path": "/app"},
    {"path": "/"},
    {"path": "/application"},
    {"path": "/nowhere", "note": "CherryPy answers without headers and body"},
]
