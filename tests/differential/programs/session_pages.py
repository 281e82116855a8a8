"""Sessions set up on a page handler and on a class, with settings of their own for each."""

import cherrypy
from cherrypy.lib import sessions


def allow_get():
    """Refuse other methods before there is a session."""
    if cherrypy.request.method != "GET":
        cherrypy.response.headers["Allow"] = "GET"
        raise cherrypy.HTTPError(405)


cherrypy.tools.allow_get = cherrypy.Tool("on_start_resource", allow_get)


@cherrypy.tools.sessions(name="of_class", timeout=30)
class Shop:
    """Pages with sessions by the tool as a decorator of the class."""

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def data(self):
        """Look at the dict behind the session."""
        cherrypy.session["item"] = "apple"
        return cherrypy.session._data

    @cherrypy.expose
    def delete_key(self, key):
        del cherrypy.session[key]
        return "gone"

    @cherrypy.expose
    def is_there(self, key):
        return str(key in cherrypy.session)

    @cherrypy.expose
    def leave(self):
        cherrypy.session.delete()
        sessions.expire()
        return "left"

    @cherrypy.expose
    def enter(self):
        """Take a new id for a session that this page does not look into."""
        cherrypy.tools.sessions.regenerate()
        return "entered"

    @cherrypy.expose
    @cherrypy.tools.allow_get()
    def restricted(self):
        cherrypy.session["item"] = "pear"
        return "restricted"

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.path": "/own", "tools.sessions.name": "of_page",
                        "tools.sessions.persistent": False})  # fmt: skip
    def own(self):
        cherrypy.session["item"] = "own"
        return cherrypy.session.id

    @cherrypy.expose
    def inside(self):
        raise cherrypy.InternalRedirect("/is_there", "key=item")


class Root:
    """Pages without, but for one."""

    shop = Shop()

    @cherrypy.expose
    @cherrypy.tools.sessions()
    def basket(self, item=None):
        if item:
            cherrypy.session.setdefault("items", []).append(item)
        return ",".join(cherrypy.session.get("items", []))

    @cherrypy.expose
    def index(self):
        return "no session here"


cherrypy.tree.mount(Shop(), "")
cherrypy.tree.mount(Root(), "/top")

STEPS = (
    ("/data", "", "kept"), ("/data", "", "kept"), ("/is_there", "key=item", "read"),
    ("/is_there", "key=none", "read"), ("/delete_key", "key=item", "kept"),
    ("/is_there", "key=item", "read"), ("/delete_key", "key=item", "read"),
    ("/data", "", "kept"), ("/inside", "", "read"), ("/enter", "", "kept"),
    ("/is_there", "key=item", "read"), ("/restricted", "", "kept"), ("/own", "", "kept"),
    ("/leave", "", "expired"), ("/is_there", "key=item", "read"),
)  # fmt: skip
REQUESTS = [
    {"client": "shopping", "path": path, "query": query, "session": state}
    for path, query, state in STEPS
]
REQUESTS += [
    {"client": "posting", "method": "POST", "path": "/restricted", "body": "",
     "session": "untouched"},
    {"client": "basket", "path": "/top/", "session": "untouched"},
    {"client": "basket", "path": "/top/basket", "session": "read"},
    {"client": "basket", "path": "/top/basket", "query": "item=a", "session": "renewed"},
    {"client": "basket", "path": "/top/basket", "query": "item=b", "session": "kept"},
    {"client": "basket", "path": "/top/", "session": "untouched"},
    {"client": "other basket", "path": "/top/shop/data", "session": "kept"},
]  # fmt: skip
