"""Ways of locking a session: implicit, early, explicit; what is locked when, and let go."""

import json
import tempfile
import threading

import cherrypy

FOLDER = tempfile.TemporaryDirectory(prefix="sessions-")


def look_at_lock():
    """Note early whether the session is locked, before the body is read."""
    cherrypy.request.was_locked = cherrypy.session.locked


cherrypy.tools.look_at_lock = cherrypy.Tool("before_request_body", look_at_lock, priority=80)
AFTER = []


class Root:
    @cherrypy.expose
    def locked(self):
        """Tell whether the session is locked before and while it is used."""
        session = cherrypy.session
        session["x"] = session.get("x", 0) + 1
        return json.dumps([session["x"], bool(session.locked)])

    @cherrypy.expose
    @cherrypy.tools.look_at_lock()
    def early(self, **fields):
        cherrypy.session["early"] = sorted(fields)
        return json.dumps([bool(cherrypy.request.was_locked), bool(cherrypy.session.locked)])

    @cherrypy.expose
    def acquire(self):
        """Lock by hand, as programs with locking = 'explicit' do."""
        cherrypy.session.acquire_lock()
        held = bool(cherrypy.session.locked)
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        return json.dumps([held, cherrypy.session["count"]])

    @cherrypy.expose
    def acquire_release(self):
        session = cherrypy.session
        session.acquire_lock()
        session["count"] = session.get("count", 0) + 1
        session.save()
        return json.dumps([session["count"], bool(session.locked)])

    @cherrypy.expose
    def release(self):
        """Let others go on while this page is made."""
        session = cherrypy.session
        session["released"] = True
        session.release_lock()
        return json.dumps([session["released"], bool(session.locked)])

    @cherrypy.expose
    def unlocked(self):
        """Look without a lock."""
        return json.dumps([cherrypy.session.get("count"), bool(cherrypy.session.locked)])

    @cherrypy.expose
    def unlocked_write(self):
        cherrypy.session["count"] = 100
        return "written"

    @cherrypy.expose
    def fail(self):
        cherrypy.session["fault"] = True
        raise ValueError("fault")

    @cherrypy.expose
    def fail_locked(self):
        cherrypy.session.acquire_lock()
        raise ValueError("fault")

    @cherrypy.expose
    def exits(self):
        cherrypy.session["exit"] = True
        raise cherrypy.HTTPError(404)

    @cherrypy.expose
    def regenerate(self):
        """The lock moves to the new id."""
        session = cherrypy.session
        session["moved"] = True
        session.regenerate()
        return json.dumps([session["moved"], bool(session.locked)])

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self):
        cherrypy.session["streamed"] = True
        yield "a"
        yield "b"

    @cherrypy.expose
    def thread(self):
        """Another thread of the program works while this page waits for it."""
        worker = threading.Thread(target=AFTER.append, args=("worked",))
        worker.start()
        worker.join()
        cherrypy.session["after"] = list(AFTER)
        return json.dumps(cherrypy.session["after"])


STORES = {
    "ram": {},
    "file": {
        "tools.sessions.storage_class": cherrypy.lib.sessions.FileSession,
        "tools.sessions.storage_path": FOLDER.name,
    },
}
LOCKINGS = ("implicit", "early", "explicit")
for store, settings in STORES.items():
    for locking in LOCKINGS:
        cherrypy.tree.mount(Root(), f"/{store}/{locking}", {"/": {
            "tools.sessions.on": True, "tools.sessions.name": f"{store}_{locking}",
            "tools.sessions.locking": locking, "tools.sessions.lock_timeout": 5, **settings,
        }})  # fmt: skip

ALWAYS = (
    ("locked", "kept"), ("locked", "kept"), ("release", "kept"), ("fail", "read"),
    ("exits", "kept"), ("locked", "kept"), ("regenerate", "kept"), ("locked", "kept"),
    ("stream", "kept"), ("locked", "kept"), ("thread", "kept"), ("locked", "kept"),
)  # fmt: skip
EXPLICIT = (
    ("acquire", "kept"), ("acquire", "kept"), ("acquire_release", "kept"), ("unlocked", "read"),
    ("fail_locked", "read"), ("acquire", "kept"), ("unlocked_write", "kept"),
    ("unlocked", "read"), ("acquire", "kept"),
)  # fmt: skip
# CherryPy's files fail without a lock, at the end of the request too.
FILES = (
    ("acquire", "kept"), ("acquire", "kept"), ("fail_locked", "read"), ("acquire", "kept"),
    ("unlocked", "read"), ("acquire", "kept"), ("locked", "kept"),
)  # fmt: skip
POST = {"method": "POST", "body": "a=1&b=2",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"}}  # fmt: skip
REQUESTS = [
    {"client": f"{locking} in {store}", "path": f"/{store}/{locking}/{page}", "session": state}
    for store in STORES
    for locking in LOCKINGS
    for page, state in (FILES if (store, locking) == ("file", "explicit") else ALWAYS)
]
REQUESTS += [
    {"client": "explicit in ram", "path": f"/ram/explicit/{page}", "session": state}
    for page, state in EXPLICIT
]
REQUESTS += [
    {"client": f"{locking} in {store}", "path": f"/{store}/{locking}/early", "session": "kept",
     **POST}
    for store in STORES
    for locking in LOCKINGS
    if (store, locking) != ("file", "explicit")
]  # fmt: skip
