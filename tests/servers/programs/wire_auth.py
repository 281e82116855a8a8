"""Areas behind passwords, for curl and Python's own clients on real servers.

`gunicorn wire_auth:wsgi`; `python wire_auth.py` serves a free port by quickstart.
"""

import wsgicherry
from wsgicherry import expose, passwords
from wsgicherry.lib import auth_basic, auth_digest

USERS = dict.fromkeys(("eva", "jäö"), "right horse")
HASHES = dict.fromkeys(USERS, passwords.hash("right horse"))


class Area:
    """A page that greets, and one that takes a form."""

    @expose
    def default(self, *path, **query):
        """Say who is there."""
        return f"Hello, {wsgicherry.request.login}: {'/'.join(path)} {sorted(query.items())}"


class Root:
    """One area for each way of asking."""

    basic, digest, md5, integrity, hashed = Area(), Area(), Area(), Area(), Area()


def digest(**settings):
    """Return the settings of an area behind tools.auth_digest."""
    users = auth_digest.get_ha1_dict_plain(USERS)
    settings = {"on": True, "realm": "wood", "get_ha1": users, "key": "the key", **settings}
    return {f"tools.auth_digest.{name}": value for name, value in settings.items()}


CONFIG = {
    "/basic": {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "wood",
        "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(HASHES),
    },
    "/digest": digest(),
    "/md5": digest(algorithms="MD5"),
    "/integrity": digest(qop="auth-int"),
    "/hashed": digest(userhash=True, algorithms=["SHA-256-sess"]),
}
wsgicherry.config.update({"server.socket_port": 0})
app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
