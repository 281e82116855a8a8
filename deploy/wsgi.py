"""A small application as a server sees it: `gunicorn -c gunicorn.conf.py wsgi:wsgi`.

Copy it beside your own code and replace Root. `application` is the name that servers
look for when they are given none.
"""

import os

import wsgicherry


class Root:
    """The pages."""

    @wsgicherry.expose
    def index(self):
        """Greet."""
        return "It works.\n"

    @wsgicherry.expose
    def livez(self):
        """Tell a supervisor that the process answers, and nothing else."""
        wsgicherry.response.headers["Content-Type"] = "text/plain"
        return f"alive, process {os.getpid()}\n"


# nginx stands in front, on this machine: what it says of the client is believed.
config = {"/": {"tools.proxy.on": True, "tools.proxy.trusted": ["127.0.0.1", "::1", "unix"]}}

wsgicherry.config.update({"environment": "production"})
wsgicherry.tree.mount(Root(), "", config)

wsgi = application = wsgicherry.tree
