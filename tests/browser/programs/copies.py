"""Pages whose copies a browser keeps, compressed; and what it was answered."""

import json

import wsgicherry
from wsgicherry import expose

TEXT = "<p>cherries</p>\n" * 200
answers = []


def note_answer():
    """Remember how a request was answered."""
    request, response = wsgicherry.request, wsgicherry.response
    answers.append([request.path_info + request.query_string, response.output_status[:3]])


class Root:
    @expose
    def index(self):
        return "<!DOCTYPE html><title>Copies</title>"

    @expose
    @wsgicherry.tools.etags(autotags=True)
    @wsgicherry.tools.gzip()
    def tagged(self, turn):
        return TEXT

    @expose
    @wsgicherry.tools.etags()
    def dated(self, turn):
        wsgicherry.response.headers["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT"
        return TEXT

    @expose
    @wsgicherry.tools.etags(autotags=True)
    @wsgicherry.tools.gzip()
    @wsgicherry.tools.expires(secs=600)
    def fresh(self, turn):
        return TEXT

    @expose
    @wsgicherry.tools.expires(secs=0, force=True)
    def unkept(self, turn):
        return TEXT

    @expose
    def told(self):
        wsgicherry.response.headers["Cache-Control"] = "no-store"
        return json.dumps(answers)


app = wsgicherry.tree.mount(Root(), "", {"/": {"hooks.on_end_resource": note_answer}})
wsgi = wsgicherry.tree
