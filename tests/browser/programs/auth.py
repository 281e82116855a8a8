"""Pages behind Basic and Digest, for what a browser does with the challenges."""

from html import escape

import wsgicherry
from wsgicherry import expose
from wsgicherry.lib import auth_basic, auth_digest

USERS = {"eva": "right horse", "jäö": "pässword"}


class Area:
    """A page, and one below it."""

    @expose
    def index(self, **query):
        """Show who is there, and fetch other pages with what the browser has learned."""
        user = escape(wsgicherry.request.login)
        return (
            f'<!DOCTYPE html><title>In</title><p id="user">{user}</p><p id="found"></p>'
            "<script>const asked = [...Array(20).keys()].map(n => fetch(`inner?n=${n}`));"
            "Promise.all(asked).then(all => { found.textContent = "
            "all.map(each => each.status).join(' '); });</script>"
        )

    @expose
    def inner(self, n):
        """Answer one of many requests at once."""
        return n


class Root:
    """One area for each scheme."""

    basic, digest = Area(), Area()

    @expose
    def index(self):
        """Be a page that anybody may see."""
        return "<!DOCTYPE html><title>Out</title>"


CONFIG = {
    "/basic": {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "basic wood",
        "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(USERS),
    },
    "/digest": {
        "tools.auth_digest.on": True,
        "tools.auth_digest.realm": "digest wood",
        "tools.auth_digest.get_ha1": auth_digest.get_ha1_dict_plain(USERS),
        "tools.auth_digest.key": "the key",
        "tools.auth_digest.debug": True,
    },
}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree
