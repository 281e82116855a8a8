"""Files: a directory of them, and a download that a handler allows.

Run: python examples/static_site.py, then curl -i http://127.0.0.1:8080/source/hello.py
and curl -OJ "http://127.0.0.1:8080/download?ticket=friend"
"""

from pathlib import Path

import wsgicherry
from wsgicherry.lib.static import serve_download

HERE = Path(__file__).resolve().parent


class Root:
    """A list of the files, and a download."""

    @wsgicherry.expose
    def index(self):
        """Link to each of the files."""
        names = sorted(path.name for path in HERE.glob("*.py"))
        links = [f'<li><a href="source/{name}">{name}</a>' for name in names]
        return f"<!DOCTYPE html><title>Examples</title><ul>{''.join(links)}</ul>\n"

    @wsgicherry.expose
    def download(self, ticket=""):
        """Give a file to who may have it, under a name of its own."""
        if ticket != "friend":
            raise wsgicherry.HTTPError(403, "This ticket opens nothing.")
        return serve_download(HERE / "hello.py", "a first program.py")


CONFIG = {
    "/source": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(HERE),
        "tools.staticdir.match": r"\.(py|conf|toml)$",
        "tools.staticdir.content_types": {"py": "text/plain; charset=utf-8"},
        "tools.staticdir.max_age": 60,
    }
}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
