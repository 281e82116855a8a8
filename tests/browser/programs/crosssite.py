"""A site that other sites' pages call, and send forms to. Seen as 127.0.0.1 and as localhost it
is two sites.
"""

import re

import wsgicherry
from wsgicherry import lib

PAGE = """<!DOCTYPE html>
<title>Page</title>
<link rel="icon" href="data:,">
<p id="said">{said}</p>
<form method="post" action="{action}"><input name="name" value="eva"><button>Go</button></form>
"""

SCRIPTS = """<!DOCTYPE html>
<title>Scripts</title>
<link rel="icon" href="data:,">
<p id="ours">no</p>
<p id="theirs">no</p>
<script nonce="{nonce}">document.getElementById("ours").textContent = "ran"</script>
<script>document.getElementById("theirs").textContent = "ran"</script>
"""


class Api:
    """A resource that pages of 127.0.0.1 may use."""

    exposed = True
    acted = 0

    def GET(self):
        wsgicherry.response.headers["X-Acted"] = str(Api.acted)
        return "got"

    def PUT(self):
        Api.acted += 1
        return "put"


class Root:
    """Pages and resources."""

    open, personal, closed = Api(), Api(), Api()
    csp_reports = lib.cspreports.ReportPage()

    @wsgicherry.expose
    def index(self, action="/send", **params):
        """Show a form that goes to `action`."""
        return PAGE.format(said="form", action=action)

    @wsgicherry.expose(methods="POST")
    def send(self, name):
        """Say what was sent."""
        return PAGE.format(said=f"thanks, {name}", action="/send")

    @wsgicherry.expose
    def scripts(self):
        """Have a script that is ours, and one that somebody got in."""
        return SCRIPTS.format(nonce=lib.secureheaders.nonce())


def cors(**settings):
    """Return the config of a resource with `tools.cors`."""
    return {
        "request.dispatch": wsgicherry.dispatch.MethodDispatcher(),
        "tools.csrf.on": False,
        "tools.cors.on": True,
        **{f"tools.cors.{name}": value for name, value in settings.items()},
    }


HERE = re.compile(r"http://127\.0\.0\.1:\d+")
config = {
    "/": {"tools.csrf.on": True},
    "/open": cors(origins=[HERE], headers=["X-Why"], expose_headers=["X-Acted"]),
    "/personal": cors(origins=[HERE], headers=["X-Why"], credentials=True),
    "/closed": cors(origins=["https://app.example"], headers=["X-Why"]),
    "/scripts": {
        "tools.secure_headers.on": True,
        "tools.secure_headers.csp": "default-src 'none'; script-src 'nonce'; img-src data:",
        "tools.secure_headers.report_to": "/csp_reports",
    },
}
wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree
