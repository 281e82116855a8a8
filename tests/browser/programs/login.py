"""A page behind a login, for what a browser does with the form."""

from html import escape

import wsgicherry
from wsgicherry import HTTPRedirect, expose, passwords

WORD = passwords.hash("right horse")
USERS = {"eva": WORD, "moved": WORD}


def check(username, password):
    """Let in who is in the table."""
    is_right = passwords.verify(password, USERS.get(username))
    return None if is_right else f"The name {username} or the password is wrong."


def go_elsewhere(username):
    """Send who has moved to another site; for a browser, another name of the host is one."""
    if username == "moved":
        raise HTTPRedirect(wsgicherry.url("/").replace("127.0.0.1", "localhost"))


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
        "tools.sessions.on": True,
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": check,
        "tools.session_auth.on_login": go_elsewhere,
    }
}

app = wsgicherry.tree.mount(Root(), "", CONFIG)
wsgi = wsgicherry.tree
