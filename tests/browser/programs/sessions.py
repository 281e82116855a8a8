"""Sessions with cookies of several kinds, and a shop that is logged into."""

import json
import threading

import wsgicherry
from wsgicherry import expose, passwords
from wsgicherry.lib import sessions

HASHES = {"eva": passwords.hash("right horse")}

# Chromium opens six connections to a server.
together = threading.Barrier(4)


def check(username, password):
    """Return None if name and password fit."""
    return None if passwords.verify(password, HASHES.get(username)) else "That is wrong."


def page(facts, rest=""):
    """Return a page that shows `facts` as JSON in #shown."""
    return f'<!DOCTYPE html><title>Facts</title><pre id="shown">{json.dumps(facts)}</pre>{rest}'


class Counter:
    """Pages with a session; each of them is mounted with settings of its own."""

    @expose
    def index(self, word=""):
        """Count."""
        session = wsgicherry.session
        session["count"] = session.get("count", 0) + 1
        return page(session["count"])

    @expose
    def look(self):
        """Show what was counted."""
        return page(wsgicherry.session.get("count", 0))

    @expose
    def untouched(self):
        """Do without the session."""
        return page(None)

    @expose
    def regenerate(self):
        """Give the session a new id."""
        wsgicherry.session.regenerate()
        return page(wsgicherry.session["count"])

    @expose
    def expire(self):
        """Have the browser forget the cookie, and keep the data."""
        sessions.expire()
        return page(wsgicherry.session["count"])

    @expose
    def count_together(self, word=""):
        """Count, four requests at once, each of which has seen the session before."""
        count = wsgicherry.session.counter("count")
        before = count.value
        together.wait(20)
        return page([before, count.add()])


class Root:
    """Where a logout leads."""

    @expose
    def index(self):
        """Greet."""
        return "<!DOCTYPE html><title>Outside</title><h1>Outside</h1>"


class Shop:
    """Pages for those who have logged in."""

    @expose
    def index(self):
        """Show the user, what is in the cart, and ways out."""
        session = wsgicherry.session
        session["cart"] = session.get("cart", 0) + 1
        forms = "".join(
            f'<form method="post" action="{action}"><button id="{action}">Out</button></form>'
            for action in ("do_logout", "everywhere")
        )
        return page([wsgicherry.request.login, session["cart"]], forms)

    @expose(methods="POST")
    def everywhere(self):
        """End all sessions of the user."""
        sessions.of(wsgicherry.request.login).end()
        raise wsgicherry.HTTPRedirect("/shop/")


SETTINGS = {
    "/plain": {},
    "/browser": {"persistent": False},
    "/short": {"timeout": 2 / 60},
    "/path": {"name": "own", "path": "/path", "samesite": "Strict", "httponly": False},
    "/host": {"name": "__Host-id", "secure": True},
    "/frame": {"name": "frame", "secure": True, "samesite": "None", "partitioned": True},
    "/merge": {"name": "merge", "locking": "merge"},
}

wsgicherry.tree.mount(Root())
for path, settings in SETTINGS.items():
    config = {f"tools.sessions.{name}": value for name, value in settings.items()}
    config["tools.sessions.on"] = True
    wsgicherry.tree.mount(Counter(), path, {"/": config})
auth = {
    "tools.sessions.on": True,
    "tools.sessions.name": "shop",
    "tools.session_auth.on": True,
    "tools.session_auth.check_username_and_password": check,
}
wsgicherry.tree.mount(Shop(), "/shop", {"/": auth})
wsgi = wsgicherry.tree
