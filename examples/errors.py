"""Error pages: raised on purpose, by accident, and of your own making.

Run: python examples/errors.py, then open http://127.0.0.1:8080/nowhere.
"""

import wsgicherry


def sorry(status, message, traceback, version):
    """Make the page of a 404; the arguments are escaped already."""
    wsgicherry.response.headers["Content-Type"] = "text/html;charset=utf-8"
    return f"<h1>Sorry</h1><p>{message}</p>\n"


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Send the client elsewhere."""
        raise wsgicherry.HTTPRedirect(wsgicherry.url("/half/8"))

    @wsgicherry.expose
    def half(self, number):
        """Turn an exception that bad input causes into a 400."""
        with wsgicherry.HTTPError.handle(ValueError, 400, "That is not a number."):
            value = int(number)
        if value % 2:
            raise wsgicherry.HTTPError(409, f"{value} is odd.")
        return f"{value // 2}\n"

    @wsgicherry.expose
    def accident(self):
        """Fail: the client gets an error id, the log gets it with the traceback."""
        return 1 / 0


CONFIG = {"/": {"error_page.404": sorry, "request.show_tracebacks": False}}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
