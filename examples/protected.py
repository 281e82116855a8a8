"""Two areas behind passwords: one that is sent them, one that has them proved.

Run: python examples/protected.py, then
curl -u ada:cherries http://127.0.0.1:8080/basic/
curl --digest -u ada:cherries http://127.0.0.1:8080/digest/
"""

import os

import wsgicherry
from wsgicherry import passwords
from wsgicherry.lib import auth_basic, auth_digest

REALM = "The orchard"

# A hash is all that is kept of a password; it is sent with each request, so use HTTPS.
HASHES = {"ada": passwords.hash("cherries")}

# SHA-256 of "ada:The orchard:cherries": the password is not sent, but this is as good as it.
HA1 = {"ada": "f690768ca520d3b440a8e3c8bab279ad61b10966f20f5c24ad6966626f76518e"}

# What signs the nonces: the same for all processes and machines; one alone can make its own.
KEY = os.environ.get("DIGEST_KEY") or os.urandom(32)


class Area:
    """Pages for those who are let in."""

    @wsgicherry.expose
    def index(self):
        """Greet."""
        return f"Hello, {wsgicherry.request.login}.\n"


class Root:
    """One area for each scheme."""

    basic, digest = Area(), Area()


config = {
    "/basic": {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": REALM,
        "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(HASHES),
    },
    "/digest": {
        "tools.auth_digest.on": True,
        "tools.auth_digest.realm": REALM,
        "tools.auth_digest.get_ha1": auth_digest.get_ha1_dict(HA1),
        "tools.auth_digest.key": KEY,
    },
}
app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
