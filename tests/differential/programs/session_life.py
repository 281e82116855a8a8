"""The life of a session: made-up ids, regenerate, delete, expire, time-outs, clear."""

import json
import tempfile
import time

import cherrypy

FOLDER = tempfile.TemporaryDirectory(prefix="sessions-")
LIVES = 0.4
UNKNOWN = "0123456789abcdef" * 2 + "01234567"


class Root:
    @cherrypy.expose
    def keep(self, value="kept"):
        cherrypy.session["value"] = value
        return cherrypy.session.id

    @cherrypy.expose
    def look(self):
        session = cherrypy.session
        return json.dumps([session.get("value"), session.missing, session.id])

    @cherrypy.expose
    def original(self):
        """Tell what the client had sent, and what it has by now."""
        session = cherrypy.session
        session["seen"] = True
        return json.dumps([session.originalid, session.id, session.missing])

    @cherrypy.expose
    def regenerate(self):
        """Give a session that was looked into a new id."""
        value = cherrypy.session.get("value")
        cherrypy.session.regenerate()
        return json.dumps([value, cherrypy.session.regenerated, cherrypy.session.id])

    @cherrypy.expose
    def regenerate_unseen(self):
        cherrypy.session.regenerate()
        return cherrypy.session.id

    @cherrypy.expose
    def regenerate_by_tool(self):
        cherrypy.session["value"] = "by tool"
        cherrypy.tools.sessions.regenerate()
        return cherrypy.session.id

    @cherrypy.expose
    def regenerate_twice(self):
        cherrypy.session["value"] = "twice"
        cherrypy.session.regenerate()
        cherrypy.session.regenerate()
        return cherrypy.session.id

    @cherrypy.expose
    def delete(self):
        cherrypy.session.delete()
        return "deleted"

    @cherrypy.expose
    def look_and_delete(self):
        value = cherrypy.session.get("value")
        cherrypy.session.delete()
        return value

    @cherrypy.expose
    def delete_and_keep(self):
        cherrypy.session.delete()
        cherrypy.session["value"] = "after all"
        return "kept"

    @cherrypy.expose
    def clear(self):
        cherrypy.session.clear()
        return "cleared"

    @cherrypy.expose
    def expire(self):
        cherrypy.lib.sessions.expire()
        return "expired"

    @cherrypy.expose
    def keep_and_expire(self):
        cherrypy.session["value"] = "kept, but nobody will come for it"
        cherrypy.lib.sessions.expire()
        return "expired"

    @cherrypy.expose
    def load(self):
        """What was not saved is lost by load()."""
        cherrypy.session["value"] = "unsaved"
        cherrypy.session.load()
        return str(cherrypy.session.get("value"))

    @cherrypy.expose
    def save(self):
        """What is saved stays, even if the page fails."""
        cherrypy.session["value"] = "saved"
        cherrypy.session.save()
        raise ValueError("fault")

    @cherrypy.expose
    def fail(self):
        cherrypy.session["value"] = "lost"
        raise ValueError("fault")

    @cherrypy.expose
    def refuse(self):
        cherrypy.session["value"] = "kept by an error"
        raise cherrypy.HTTPError(403, "Not now.")

    @cherrypy.expose
    def redirect(self):
        cherrypy.session["value"] = "kept by a redirect"
        raise cherrypy.HTTPRedirect("look")

    @cherrypy.expose
    def inside(self):
        cherrypy.session["value"] = "kept inside"
        raise cherrypy.InternalRedirect("/look")

    @cherrypy.expose
    def short(self):
        """Set the life of this session, as programs do that say 'remember me'."""
        cherrypy.session.timeout = LIVES / 60
        cherrypy.session["value"] = "short"
        return "kept"

    @cherrypy.expose
    def long(self):
        cherrypy.session.timeout = 60 * 24 * 30
        cherrypy.session["value"] = "long"
        return "kept"

    @cherrypy.expose
    def wait(self):
        time.sleep(LIVES + 0.1)
        return "waited"


STORES = {
    "ram": {"tools.sessions.name": "ram_id"},
    "file": {
        "tools.sessions.name": "file_id",
        "tools.sessions.storage_class": cherrypy.lib.sessions.FileSession,
        "tools.sessions.storage_path": FOLDER.name,
    },
}
for store, settings in STORES.items():
    cherrypy.tree.mount(Root(), f"/{store}", {
        "/": {"tools.sessions.on": True, **settings},
        "/wait": {"tools.sessions.on": False},
    })  # fmt: skip


def steps(client, *pages):
    """Return one client's requests: 'page what-becomes-of-the-session' each; '!' has it send
    its former cookies.
    """
    return [(client, *page.split()) for page in pages]


STEPS = [
    *steps("regenerating", "keep kept", "regenerate kept", "look read", "regenerate kept",
           "look read"),
    *steps("unseen", "keep kept", "regenerate_unseen kept", "look read"),
    *steps("by tool", "regenerate_by_tool kept", "look read"),
    *steps("twice", "keep kept", "regenerate_twice kept", "look read"),
    *steps("newcomer", "regenerate kept", "look read"),
    *steps("deleting", "keep kept", "delete read", "look read"),
    *steps("looking", "keep kept", "look_and_delete read", "look read"),
    *steps("undecided", "keep kept", "delete_and_keep renewed", "look read"),
    *steps("clearing", "keep kept", "clear kept", "look read"),
    *steps("clearing nothing", "clear read", "look read"),
    *steps("expiring", "keep kept", "expire expired", "look! read", "look read"),
    *steps("keeping", "keep_and_expire expired", "look read"),
    *steps("loading", "load read", "keep renewed", "load read", "look read"),
    *steps("failing", "keep kept", "fail read", "look read", "save kept", "look read",
           "refuse kept", "look read", "redirect kept", "look read", "inside read",
           "look read"),
    *steps("short", "short kept", "look sent", "wait untouched", "look read"),
    *steps("long", "long kept", "look sent"),
    *steps("short again", "keep kept", "short sent", "wait untouched", "look read"),
]  # fmt: skip
REQUESTS = [
    {"client": f"{client} in {store}", "path": f"/{store}/{page.strip('!')}", "session": state,
     "replay": page.endswith("!")}
    for store in STORES
    for client, page, state in STEPS
]  # fmt: skip
REQUESTS += [
    {"client": f"{client} in {store}", "path": f"/{store}/look", "replay": True,
     "name": "the former id", "session": "read"}
    for store in STORES
    for client in ("regenerating", "unseen", "twice", "by tool")
]  # fmt: skip
REQUESTS += [
    {"name": f"made up for {path} in {store}", "path": f"/{store}/{path}", "session": state,
     "headers": {"Cookie": f"{store}_id={UNKNOWN}"}}
    for store in STORES
    for path, state in (("look", "read"), ("original", "kept"), ("keep", "kept"),
                        ("regenerate", "kept"), ("wait", "untouched"))
]  # fmt: skip
