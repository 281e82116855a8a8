"""A foreign WSGI application grafted onto the tree, beside our own pages.

Run: python examples/grafted.py, then open http://127.0.0.1:8080/legacy/any/path.
"""

import wsgicherry


def legacy(environ, start_response):
    """Stand for any WSGI application: Flask's, Django's, one of 2004."""
    text = f"SCRIPT_NAME={environ['SCRIPT_NAME']} PATH_INFO={environ['PATH_INFO']}\n"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]


class Root:
    """The pages of our own."""

    @wsgicherry.expose
    def index(self):
        """Point to the grafted application."""
        return '<p>The old site is <a href="/legacy/">here</a>.</p>\n'


wsgicherry.tree.mount(Root())
wsgicherry.tree.graft(legacy, "/legacy")
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.engine.signals.subscribe()
    wsgicherry.engine.start()
    wsgicherry.engine.block()
