"""What programs do with sessions, in RAM and in files: count, shop, flash, log in, look."""

import json
import tempfile
from fractions import Fraction

import cherrypy

FOLDER = tempfile.TemporaryDirectory(prefix="sessions-")


def login_required():
    """Send whoever is not logged in to the login page, and say who it is otherwise."""
    user = cherrypy.session.get("user")
    if user is None:
        raise cherrypy.HTTPRedirect("login")
    cherrypy.request.login = user


def check_role(role):
    if role not in cherrypy.session.get("roles", ()):
        raise cherrypy.HTTPError(403, "Not for you.")


cherrypy.tools.login_required = cherrypy.Tool("before_handler", login_required)
cherrypy.tools.check_role = cherrypy.Tool("before_handler", check_role, priority=60)


class Root:
    @cherrypy.expose
    def index(self):
        return "hello"

    @cherrypy.expose
    def count(self):
        count = cherrypy.session.get("count", 0) + 1
        cherrypy.session["count"] = count
        return str(count)

    @cherrypy.expose
    def shown(self):
        return f"{cherrypy.session.get('count')}"

    @cherrypy.expose
    def add(self, item):
        """Change a list in place: nothing is ever set again."""
        cart = cherrypy.session.setdefault("cart", {"items": [], "total": 0})
        cart["items"].append(item)
        cart["total"] += 1
        return json.dumps(cart)

    @cherrypy.expose
    def cart(self):
        return json.dumps(cherrypy.session.get("cart"))

    @cherrypy.expose
    def flash(self, text):
        cherrypy.session["flash"] = text
        raise cherrypy.HTTPRedirect("flashed")

    @cherrypy.expose
    def flashed(self):
        return cherrypy.session.pop("flash", "no news")

    @cherrypy.expose
    def login(self, user=None, roles=""):
        if user is None:
            return "Who are you?"
        cherrypy.session.regenerate()
        cherrypy.session["user"] = user
        cherrypy.session["roles"] = roles.split()
        raise cherrypy.HTTPRedirect("members")

    @cherrypy.expose
    @cherrypy.tools.login_required()
    def members(self):
        return f"Welcome, {cherrypy.session['user']} ({cherrypy.request.login})"

    @cherrypy.expose
    @cherrypy.tools.login_required()
    @cherrypy.tools.check_role(role="admin")
    def admin(self):
        return "The keys of the house"

    @cherrypy.expose
    def logout(self):
        cherrypy.session.clear()
        cherrypy.lib.sessions.expire()
        return "Bye"

    @cherrypy.expose
    def words(self):
        """Go through the dict's methods, each in its turn."""
        session = cherrypy.session
        said = ["a" in session, session.get("a"), session.get("a", 1)]
        session.update({"a": 1, "b": 2})
        said += ["a" in session, sorted(session.keys()), sorted(session.values())]
        said += [sorted(session.items())]
        said += [session.setdefault("a", 9), session.setdefault("c", 3)]
        del session["b"]
        said += ["b" in session, session.pop("b", None), session.pop("a")]
        for fault in (session.__getitem__, session.__delitem__):
            try:
                fault("b")
            except KeyError as error:
                said.append(str(error))
        session.clear()
        said += [list(session.keys()), bool(session.get("c"))]
        session["left"] = "this"
        return json.dumps(said)

    @cherrypy.expose
    def pop_nothing(self):
        return str(cherrypy.session.pop("nothing"))

    @cherrypy.expose
    def facts(self):
        session = cherrypy.session
        return json.dumps([
            session.id, session.originalid, session.missing, session.regenerated,
            session.timeout, session.clean_freq, session.loaded, session.locked,
        ])  # fmt: skip

    @cherrypy.expose
    def facts_after(self):
        session = cherrypy.session
        session["x"] = session.get("x", 0)
        return json.dumps([session.id, session.originalid, session.missing,
                           session.loaded, session.locked])  # fmt: skip

    @cherrypy.expose
    def number(self):
        """CherryPy's len() of a session is how many there are."""
        cherrypy.session["here"] = True
        return str(len(cherrypy.session) > 0)

    @cherrypy.expose
    def thing(self):
        cherrypy.session["thing"] = Fraction(1, 2)
        return "kept"

    @cherrypy.expose
    def is_thing(self):
        return type(cherrypy.session.get("thing")).__name__

    @cherrypy.expose
    def by_proxy(self):
        """The proxy stands for the session in every word."""
        cherrypy.session.own = "attribute"
        return json.dumps([cherrypy.session.own, "own" in cherrypy.session,
                           hasattr(cherrypy.session, "none"), bool(cherrypy.session.id),
                           cherrypy.serving.session.own])  # fmt: skip

    @cherrypy.expose
    def in_request(self):
        return str([hasattr(cherrypy.serving, "session"), hasattr(cherrypy, "session")])

    @cherrypy.expose
    def integers(self):
        """Keys need not be text."""
        cherrypy.session["numbers"] = {"one": 1}
        cherrypy.session["tuple"] = (1, 2)
        return json.dumps([cherrypy.session["numbers"]["one"], list(cherrypy.session["tuple"])])

    @cherrypy.expose
    def integers_again(self):
        kept = cherrypy.session.get("tuple")
        return json.dumps([type(kept).__name__, list(kept)])


STORES = {
    "ram": {"tools.sessions.name": "ram_id"},
    "file": {
        "tools.sessions.name": "file_id",
        "tools.sessions.storage_class": cherrypy.lib.sessions.FileSession,
        "tools.sessions.storage_path": FOLDER.name,
    },
}
for store, settings in STORES.items():
    cherrypy.tree.mount(Root(), f"/{store}", {"/": {"tools.sessions.on": True, **settings}})

# client, path, query, what becomes of the session
STEPS = [
    ("anonymous", "/", "", "untouched"),
    ("anonymous", "/", "", "untouched"),
    ("anonymous", "/nowhere", "", "untouched"),
    ("anonymous", "/shown", "", "read"),
    ("anonymous", "/in_request", "", "untouched"),
    ("anonymous", "/facts", "", "read"),
    ("counting", "/count", "", "kept"),
    ("counting", "/count", "", "kept"),
    ("counting", "/shown", "", "read"),
    ("counting", "/", "", "untouched"),
    ("counting", "/count", "", "kept"),
    ("counting", "/facts_after", "", "kept"),
    ("counting", "/facts", "", "read"),
    ("other", "/count", "", "kept"),
    ("counting", "/count", "", "kept"),
    ("shopping", "/add", "item=apple", "kept"),
    ("shopping", "/add", "item=pear", "kept"),
    ("shopping", "/cart", "", "read"),
    ("shopping", "/add", "item=apple", "kept"),
    ("shopping", "/cart", "", "read"),
    ("flashing", "/flash", "text=Saved.", "kept"),
    ("flashing", "/flashed", "", "kept"),
    ("flashing", "/flashed", "", "read"),
    ("eva", "/members", "", "read"),
    ("eva", "/login", "", "untouched"),
    ("eva", "/login", "user=eva", "kept"),
    ("eva", "/members", "", "read"),
    ("eva", "/admin", "", "read"),
    ("eva", "/login", "user=eva&roles=admin+clerk", "kept"),
    ("eva", "/admin", "", "read"),
    ("eva", "/logout", "", "expired"),
    ("eva", "/members", "", "read"),
    ("words", "/words", "", "kept"),
    ("popping", "/pop_nothing", "", "read"),
    ("number", "/number", "", "kept"),
    ("things", "/thing", "", "kept"),
    ("things", "/is_thing", "", "read"),
    ("proxied", "/by_proxy", "", "read"),
    ("integers", "/integers", "", "kept"),
    ("integers", "/integers_again", "", "read"),
]  # fmt: skip
REQUESTS = [
    {"client": f"{client} in {store}", "path": f"/{store}{path}", "query": query,
     "session": state}
    for store in STORES
    for client, path, query, state in STEPS
]  # fmt: skip
