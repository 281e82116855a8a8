"""A slow page is made once for all who ask, and anew when what it shows has changed.

Run: python examples/cached_page.py, then open http://127.0.0.1:8080 in several windows. For
several workers set tools.caching.cache_class to "redis": docs/caching.md says how.
"""

import time

import wsgicherry
from wsgicherry.lib import caching


class News:
    """A front page, and a way to add a line to it."""

    lines = ("Nothing has happened yet.",)
    runs = 0

    @wsgicherry.expose
    @wsgicherry.tools.caching(delay=60, stale_if_error=3600)
    def index(self):
        """Take half a second, for the first one who asks."""
        News.runs += 1
        time.sleep(0.5)
        wsgicherry.response.headers["Content-Type"] = "text/plain"
        wsgicherry.response.cache_tags = ["news"]
        return "\n".join([*News.lines, f"(made {News.runs} times)\n"])

    @wsgicherry.expose(methods="POST")
    def add(self, line):
        """Add a line; the next one who asks has the front page made anew."""
        News.lines = (line, *News.lines)
        caching.purge_tag("news")
        raise wsgicherry.HTTPRedirect("/")


app = wsgicherry.tree.mount(News())
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
