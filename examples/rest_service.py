"""A REST service: each resource is a class, each HTTP method a method of it.

Run: python examples/rest_service.py, then: curl -X PUT -d text=cherries http://127.0.0.1:8080/notes/1
"""

import wsgicherry


@wsgicherry.popargs("number")
@wsgicherry.expose
class Notes:
    """The resources /notes and /notes/1. Kept in this process only: a database has several."""

    def __init__(self):
        self._texts = {}

    @wsgicherry.tools.json_out()
    def GET(self, number=None):
        """Answer with all notes or one; HEAD comes along."""
        return self._texts if number is None else self._find(number)

    def PUT(self, number, text):
        """Keep a note: 201 for a new one."""
        wsgicherry.response.status = 204 if number in self._texts else 201
        self._texts[number] = text

    def DELETE(self, number):
        """Drop a note."""
        self._find(number)
        del self._texts[number]
        wsgicherry.response.status = 204

    def _find(self, number):
        with wsgicherry.HTTPError.handle(KeyError, 404, "No such note."):
            return self._texts[number]


class Root:
    """The way to the resources."""

    notes = Notes()

    @wsgicherry.expose
    def index(self):
        """Answer GET /, an ordinary page: the service begins at /notes."""
        return f"Notes are at {wsgicherry.url('/notes')}.\n"


config = {"/notes": {"request.dispatch": wsgicherry.dispatch.MethodDispatcher()}}
app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
