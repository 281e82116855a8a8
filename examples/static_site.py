"""A site of files: a folder of pages and styles, and a download that a handler allows.

Run: python examples/static_site.py, then open http://127.0.0.1:8080, or
curl -OJ "http://127.0.0.1:8080/download?ticket=friend"
"""

from pathlib import Path

import wsgicherry
from wsgicherry.lib.static import serve_download

HERE = Path(__file__).resolve().parent


class Root:
    """What is no file."""

    @wsgicherry.expose
    def download(self, ticket=""):
        """Give a file to who may have it, under a name of its own."""
        if ticket != "friend":
            raise wsgicherry.HTTPError(403, "This ticket opens nothing.")
        return serve_download(HERE / "hello.py", "a first program.py")


config = {
    "/": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(HERE / "public"),
        "tools.staticdir.index": "index.html",
        "tools.staticdir.max_age": 60,
    }
}

app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
