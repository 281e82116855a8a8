"""A page behind a login, for what a browser does with the form."""

from html import escape

import wsgicherry
from wsgicherry import Tool, expose, passwords

USERS = {"eva": passwords.hash("right horse")}


class StandIn(dict):
    """In the place of a session, while tools.sessions is made."""

    login = logout = lambda self, *user: self.clear()


# To switch to the real sessions: drop these three lines, and turn on tools.sessions below.
session = StandIn()
wsgicherry.tools.stand_in = Tool(
    "before_request_body", lambda: setattr(wsgicherry.serving, "session", session)
)


def check(username, password):
    """Let in who is in the table."""
    is_right = passwords.verify(password, USERS.get(username))
    return None if is_right else f"The name {username} or the password is wrong."


class Root:
    """The page."""

    @expose
    def index(self, **query):
        """Show who is logged in, and a button to log out."""
        user = escape(wsgicherry.request.login)
        return (
            f'<!DOCTYPE html><title>In</title><p id="user">{user}</p>'
            '<form method="post" action="do_logout"><button>Log out</button></form>'
        )


CONFIG = {
    "/": {
        "tools.stand_in.on": True,
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": check,
    }
}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree
