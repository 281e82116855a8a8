"""A page that asks who you are, and two ways out: here, and everywhere.

Run: python examples/login.py, then open http://127.0.0.1:8080. It is ada, with the password
"cherries in may". A session that has ended is a login page again.
"""

from html import escape

import wsgicherry
from wsgicherry import passwords
from wsgicherry.lib import sessions

# A program has them in its database; the hash is all that it keeps of a password.
HASHES = {"ada": passwords.hash("cherries in may")}

PAGE = """<!DOCTYPE html>
<title>Private</title>
<p>Hello, {user}. You are logged in {count} times.</p>
<form method="post" action="do_logout"><button>Log out</button></form>
<form method="post" action="everywhere"><button>Log out everywhere</button></form>
"""


def check(username, password):
    """Return None if they fit; the same text for whatever is wrong tells nobody what it is."""
    if passwords.verify(password, HASHES.get(username)):
        return None
    return "That is not the name and the password of anybody here."


class Root:
    """Pages for those who are logged in."""

    @wsgicherry.expose
    def index(self):
        """Greet, and count the browsers in which the user is logged in."""
        user = wsgicherry.request.login
        return PAGE.format(user=escape(user), count=len(sessions.of(user)))

    @wsgicherry.expose(methods="POST")
    def everywhere(self):
        """End all sessions of the user, this one too."""
        sessions.of(wsgicherry.request.login).end()
        raise wsgicherry.HTTPRedirect("/")


config = {
    "tools.sessions.on": True,
    "tools.session_auth.on": True,
    "tools.session_auth.check_username_and_password": check,
}
app = wsgicherry.tree.mount(Root(), "", {"/": config})
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)
