"""A tool of your own: a function at a hook point, turned on by config or decorator.

Run: python examples/tools.py, then: curl -i http://127.0.0.1:8080/private/
"""

import wsgicherry


@wsgicherry.tools.register("before_finalize")
def remember(seconds=60):
    """Say how long the answer may be kept."""
    wsgicherry.response.headers["Cache-Control"] = f"max-age={seconds}"


@wsgicherry.tools.register("before_handler", priority=20)
def bouncer(password):
    """Let in only those who know the password. (Use real authentication for real doors.)"""
    if wsgicherry.request.params.pop("password", None) != password:
        raise wsgicherry.HTTPError(403, "The password is wrong.")


@wsgicherry.tools.bouncer(password="cherry")
class Private:
    """All of it behind the bouncer: what holds for a class holds for what is below it."""

    @wsgicherry.expose
    def index(self):
        """Answer those who may come in."""
        return "Welcome.\n"


class Root:
    """The pages."""

    private = Private()

    @wsgicherry.expose
    @wsgicherry.tools.remember(seconds=3600)
    def index(self):
        """Turn the tool on with a decorator; its arguments are keywords."""
        return "Keep me for an hour.\n"

    @wsgicherry.expose
    def news(self):
        """Have the tool turned on by config."""
        return "Keep me for a minute.\n"


app = wsgicherry.tree.mount(Root(), "", {"/news": {"tools.remember.on": True}})
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
