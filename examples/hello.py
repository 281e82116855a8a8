"""Exposed methods are pages; query and form fields are their arguments.

Run: python examples/hello.py, then open http://127.0.0.1:8080/hello?name=you.
"""

from html import escape

import wsgicherry


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Answer /."""
        return '<p>It works. Say <a href="hello?name=you">hello</a>.</p>\n'

    @wsgicherry.expose
    def hello(self, name="world"):
        """Answer /hello, /hello/you and /hello?name=you."""
        return f"<p>Hello, {escape(name)}!</p>\n"


app = wsgicherry.tree.mount(Root())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
