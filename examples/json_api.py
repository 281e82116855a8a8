"""JSON in and out, HTTP methods, and errors that are JSON for who asks for JSON.

Run: python examples/json_api.py, then:
curl -H "Content-Type: application/json" -d '{"text": "buy cherries"}' http://127.0.0.1:8080/notes
"""

import wsgicherry


class Root:
    """A list of notes. It lives in this process only: use a database when there are several."""

    def __init__(self):
        self._notes = []

    @wsgicherry.expose(methods=("GET",))
    @wsgicherry.tools.json_out()
    def index(self):
        """Answer GET /."""
        return {"count": len(self._notes), "notes": wsgicherry.url("/notes")}

    @wsgicherry.expose(methods=("GET", "POST"))
    @wsgicherry.tools.json_in()
    @wsgicherry.tools.json_out()
    def notes(self, number=None):
        """Answer GET /notes, GET /notes/0 and POST /notes."""
        if wsgicherry.request.method == "POST":
            return self._add(wsgicherry.request.json)
        if number is None:
            return self._notes
        with wsgicherry.HTTPError.handle((ValueError, IndexError), 404, "No such note."):
            return self._notes[int(number)]

    def _add(self, document):
        if not isinstance(document, dict) or not isinstance(document.get("text"), str):
            raise wsgicherry.HTTPError(422, 'A note looks like {"text": "..."}.')
        self._notes.append(document)
        address = wsgicherry.url(f"/notes/{len(self._notes) - 1}")
        wsgicherry.response.status = 201
        wsgicherry.response.headers["Location"] = address
        return document


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
