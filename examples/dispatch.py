"""How a path finds its page: attributes, the rest of the path, default, popargs.

Run: python examples/dispatch.py, then open http://127.0.0.1:8080/blog/2024/05/.
"""

import wsgicherry


@wsgicherry.popargs("year", "month")
class Blog:
    """/blog/2024/05/ binds two segments to names."""

    @wsgicherry.expose
    def index(self, year=None, month=None):
        """Answer /blog/, /blog/2024/ and /blog/2024/05/."""
        return f"index of {year} {month}\n"

    @wsgicherry.expose
    def post(self, title, year=None, month=None):
        """Answer /blog/2024/05/post/first."""
        return f"post {title} of {year} {month}\n"


class Root:
    """The pages; an attribute with pages of its own is a folder."""

    blog = Blog()

    @wsgicherry.expose
    def index(self):
        """Answer /."""
        return wsgicherry.url("/blog/2024/05/") + "\n"

    @wsgicherry.expose(["about_us", "about.html"])
    def about(self, *rest):
        """Answer /about, /about-us, /about.html and /about/any/thing."""
        return f"about {rest}\n"

    @wsgicherry.expose
    def default(self, *path, **params):
        """Answer what nothing else does."""
        return f"nothing at {path} {params}\n"


PLAIN = {"/": {"response.headers.Content-Type": "text/plain"}}
app = wsgicherry.tree.mount(Root(), "", PLAIN)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
