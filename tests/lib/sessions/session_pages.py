"""What the tests of sessions share: pages, and stores that tell what they were asked."""

from __future__ import annotations

from webtest import TestApp

from wsgicherry.core.current import Proxy
from wsgicherry.lib.sessions import FileSession, MemcachedSession, RamSession, RedisSession

session = Proxy("session")
request = Proxy("request")
response = Proxy("response")

WATCHED = ("load", "save", "touch", "delete", "lock", "set_aside", "add_id", "remove_id")
ID = "0123456789abcdef0123456789abcdef01234567"


class Root:
    """An object to hang pages on."""


def watch(session_class):
    """Return a session class like this one, with a store of its own; `calls` has what that
    was asked for.
    """
    calls = []

    def telling(name):
        inner = getattr(session_class.store_class, name)

        def call(self, *args):
            calls.append(name)
            return inner(self, *args)

        return call

    watched = {name: telling(name) for name in WATCHED}
    store_class = type("Watched", (session_class.store_class,), watched)
    return type(
        f"Watched{session_class.__name__}",
        (session_class,),
        {"store_class": store_class, "calls": calls, "__module__": __name__},
    )


KINDS = {
    "ram": RamSession,
    "file": FileSession,
    "memcached": MemcachedSession,
    "redis": RedisSession,
}


def cookie_of(answer, name="session_id"):
    """Return the attributes of a cookie that was sent, by lower-case name; None without one."""
    for header in answer.headers.getall("Set-Cookie"):
        first, *rest = (part.partition("=") for part in header.split("; "))
        if first[0] == name:
            attributes = {each[0].lower(): each[2] or True for each in rest}
            return {"value": first[2], **attributes}
    return None


def client(app, id=None):
    """Return a client of `app`, which has the session `id`."""
    made = TestApp(app)
    if id is not None:
        made.set_cookie("session_id", id)
    return made
