"""A page that calls a JSON service of another origin: CORS, CSRF and security headers.

Run: python examples/two_origins.py, then open http://127.0.0.1:8080. For a browser localhost is
another site: open http://localhost:8080, and its forms work, but the service is not for it.
"""

from pathlib import Path

import wsgicherry
from wsgicherry.lib.secureheaders import nonce

PAGE = """<!DOCTYPE html><title>Notes</title>
<form method="post" action="sign"><input name="name" value="Ada"><button>Sign</button></form>
<button id="add">Add a note</button> <pre id="notes"></pre>
<script nonce="{nonce}">
const show = async options => {{
    notes.textContent = (await (await fetch("{service}", options)).json()).join(", ") }}
const headers = {{"Content-Type": "application/json"}}
add.onclick = () => show({{method: "PUT", headers, body: '"cherries"'}})
show()
</script>
"""


@wsgicherry.expose
class Notes:
    """The service: scripts of the origins that are listed may read it, and add to it."""

    def __init__(self):
        self._texts = []

    def GET(self):
        return self._texts

    def PUT(self):
        self._texts.append(str(wsgicherry.request.json)[:100])
        return self._texts


class Root:
    notes = Notes()

    @wsgicherry.expose
    def index(self):
        """Show the page: its script runs by its nonce, and calls the service as localhost."""
        service = wsgicherry.url("/notes").replace("127.0.0.1", "localhost")
        return PAGE.format(nonce=nonce(), service=service)

    @wsgicherry.expose(methods="POST")
    def sign(self, name):
        """Take the form of the page above, and none of another site's."""
        return "Signed, thank you.\n"


app = wsgicherry.tree.mount(Root(), "", Path(__file__).with_name("two_origins.conf"))
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
