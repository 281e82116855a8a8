"""WSGI middleware around one application (`wsgi.pipeline`), and around the whole tree.

Run: python examples/inside_middleware.py, then open http://127.0.0.1:8080/ and /nowhere.
"""

import wsgicherry


class AddHeader:
    """Foreign middleware: it knows WSGI, and nothing of this toolkit."""

    def __init__(self, app, name="X-Outside", value="the whole tree"):
        self.app, self.pair = app, (name, value)

    def __call__(self, environ, start_response):
        """Add the header to whatever comes back."""

        def start(status, headers, *exc_info):
            return start_response(status, [*headers, self.pair], *exc_info)

        return self.app(environ, start)


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Answer with two more headers."""
        return "Look at my headers: curl -i http://127.0.0.1:8080/\n"


CONFIG = {
    "/": {
        "wsgi.pipeline": [("marker", AddHeader)],
        "wsgi.marker.name": "X-Inside",
        "wsgi.marker.value": "this application",
    }
}

wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = AddHeader(wsgicherry.tree)

if __name__ == "__main__":
    wsgicherry.server.application = wsgi
    wsgicherry.engine.signals.subscribe()
    wsgicherry.engine.start()
    wsgicherry.engine.block()
