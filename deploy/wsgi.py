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


wsgicherry.config.update({"environment": "production"})
wsgicherry.tree.mount(Root(), "", {"/": {"request.show_tracebacks": False}})

wsgi = application = wsgicherry.tree
