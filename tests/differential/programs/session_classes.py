"""Session classes of a program's own, and the ways to name the ones in the box."""

import copy
import io
import json
import tempfile
import threading
from datetime import datetime, timedelta

import cherrypy
from cherrypy.lib import sessions

FOLDER = tempfile.TemporaryDirectory(prefix="sessions-")
SET_UP = []


class DictSession(sessions.Session):
    """A store as CherryPy's documentation has programs write it."""

    records = {}
    locks = {}

    @classmethod
    def setup(cls, **settings):
        SET_UP.append(sorted(name for name in settings if name in ("colour", "locking")))

    def _exists(self):
        return self.id in self.records

    def _load(self):
        return copy.deepcopy(self.records.get(self.id))

    def _save(self, expiration_time):
        self.records[self.id] = copy.deepcopy((self._data, expiration_time))

    def _delete(self):
        self.records.pop(self.id, None)

    def acquire_lock(self):
        self.locked = True
        self.locks.setdefault(self.id, threading.RLock()).acquire()

    def release_lock(self):
        self.locks[self.id].release()
        self.locked = False

    def clean_up(self):
        for id, (_, expires) in list(self.records.items()):
            if expires < self.now():
                del self.records[id]

    def __len__(self):
        return len(self.records)


class Numbered(DictSession):
    """Ids of a program's own."""

    records = {}
    locks = {}
    last = 0

    def generate_id(self):
        Numbered.last += 1
        return f"{Numbered.last:040x}"


class Watched(sessions.RamSession):
    """The class in the box, with something added."""

    seen = []

    def load(self):
        super().load()
        self.seen.append("load")

    def save(self):
        self.seen.append("save")
        super().save()


class Shifted(sessions.RamSession):
    """A clock of its own."""

    hours = 0

    def now(self):
        return super().now() + timedelta(hours=Shifted.hours)


class Root:
    @cherrypy.expose
    def count(self):
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        return str(cherrypy.session["count"])

    @cherrypy.expose
    def look(self):
        return str(cherrypy.session.get("count"))

    @cherrypy.expose
    def index(self):
        return "hello"

    @cherrypy.expose
    def kind(self):
        session = cherrypy.serving.session
        return json.dumps([type(session).__name__, isinstance(session, sessions.Session),
                           getattr(session, "colour", None)])  # fmt: skip

    @cherrypy.expose
    def id(self):
        return str(cherrypy.session.id)

    @cherrypy.expose
    def regenerate(self):
        count = cherrypy.session.get("count")
        cherrypy.session.regenerate()
        return json.dumps([count, cherrypy.session.get("count")])

    @cherrypy.expose
    def delete(self):
        cherrypy.session.delete()
        return "deleted"

    @cherrypy.expose
    def number(self):
        cherrypy.session["here"] = True
        return str(len(cherrypy.session))

    @cherrypy.expose
    def fail(self):
        cherrypy.session["count"] = "lost"
        raise ValueError("fault")

    @cherrypy.expose
    def locked(self):
        cherrypy.session["x"] = 1
        return str(bool(cherrypy.session.locked))


class About:
    @cherrypy.expose
    def index(self):
        said = json.dumps([SET_UP, Watched.seen[:4]])
        Watched.seen.clear()
        return said

    @cherrypy.expose
    def shift(self, hours):
        Shifted.hours = int(hours)
        return "shifted"

    @cherrypy.expose
    def clean(self):
        """Clean up by hand, as programs' cron pages do."""
        DictSession.records["old"] = ({}, datetime.now() - timedelta(hours=1))
        DictSession(None).clean_up()
        return str("old" in DictSession.records)

    @cherrypy.expose
    def cache(self):
        """Look into the store of RamSession, as pages for administrators do."""
        found = [data for data, expires in sessions.RamSession.cache.values()
                 if data.get("marker")]  # fmt: skip
        return json.dumps([len(found), found[:1]])

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": True, "tools.sessions.name": "marked"})
    def mark(self):
        cherrypy.session["marker"] = "here"
        return "marked"


FILES = {"storage_path": FOLDER.name}
KINDS = {
    "dict": {"storage_class": DictSession, "colour": "red"},
    "numbered": {"storage_class": Numbered},
    "watched": {"storage_class": Watched},
    "shifted": {"storage_class": Shifted},
    "type_ram": {"storage_type": "ram"},
    "type_file": {"storage_type": "file", **FILES},
    "own_type": {"storage_class": sessions.FileSession, **FILES},
}
for name, settings in KINDS.items():
    cherrypy.tree.mount(Root(), f"/{name}", {"/": {
        "tools.sessions.on": True, "tools.sessions.name": name,
        **{f"tools.sessions.{key}": value for key, value in settings.items()},
    }})  # fmt: skip
FILE = f"""
[/]
tools.sessions.on = True
tools.sessions.name = "dotted"
tools.sessions.storage_class = {sessions.__name__}.RamSession
"""
cherrypy.tree.mount(Root(), "/dotted", io.StringIO(FILE))
cherrypy.tree.mount(About(), "/about")

STEPS = (
    ("/", "untouched"), ("/look", "read"), ("/count", "renewed"), ("/count", "kept"),
    ("/look", "seen"), ("/kind", "untouched"), ("/locked", "kept"), ("/regenerate", "kept"),
    ("/look", "seen"), ("/fail", "read"), ("/look", "seen"), ("/delete", "read"),
    ("/look", "read"), ("/count", "renewed"),
)  # fmt: skip
# Classes in CherryPy's manner are saved whenever they were loaded.
OLD = {"seen": "sent", "kept": "sent"}
REQUESTS = [
    {"client": name, "path": f"/{name}{path}",
     "session": OLD.get(state, state) if name in ("dict", "numbered") else
     "read" if state == "seen" else state}
    for name in (*KINDS, "dotted")
    for path, state in STEPS
]  # fmt: skip
REQUESTS += [
    {"client": name, "path": f"/{name}/number", "session": "sent"}
    for name in ("dict", "numbered")
]
REQUESTS += [
    {"client": "numbered", "path": "/numbered/id", "session": "read"},
    {"client": "shifted", "path": "/about/shift", "query": "hours=2"},
    {"client": "shifted", "path": "/shifted/look", "session": "read"},
    {"client": "shifted", "path": "/about/shift", "query": "hours=0"},
    {"path": "/about/"},
    {"path": "/about/clean"},
    {"path": "/about/mark", "session": "kept"},
    {"path": "/about/cache"},
]
