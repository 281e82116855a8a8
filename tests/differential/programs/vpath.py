"""`_cp_dispatch` and `popargs` in every form of BEHAVIOUR 3.4 and 3.5."""

import json

import cherrypy


def show(name, *args, **kwargs):
    params = {key: str(value) for key, value in cherrypy.request.params.items()}
    return json.dumps([name, args, kwargs, params, cherrypy.request.is_index], sort_keys=True)


class Band:
    """The manual's example: one segment becomes a parameter, the next names a node."""

    def __init__(self):
        self.albums = Album()

    def _cp_dispatch(self, vpath):
        if len(vpath) == 1:
            cherrypy.request.params["name"] = vpath.pop()
            return self
        if len(vpath) == 3:
            cherrypy.request.params["artist"] = vpath.pop(0)
            vpath.pop(0)
            cherrypy.request.params["title"] = vpath.pop(0)
            return self.albums
        return vpath

    @cherrypy.expose
    def index(self, name):
        return show("band", name)


class Album:
    @cherrypy.expose
    def index(self, artist, title):
        return show("album", artist, title)


class Strange:
    """`_cp_dispatch` that breaks or bends the rules."""

    def __init__(self, mode):
        self.mode = mode

    def _cp_dispatch(self, vpath):
        if self.mode == "grow":
            vpath.append("more")
        elif self.mode == "untouched":
            return Target()
        elif self.mode == "none":
            return None
        elif self.mode == "clear":
            del vpath[:]
            return Target()
        elif self.mode == "replace":
            vpath[0] = "replaced"
            return Target()
        elif self.mode == "raise":
            raise ValueError("a fault of the program")
        elif self.mode == "http":
            raise cherrypy.HTTPError(402, "pay first")
        elif self.mode == "redirect":
            raise cherrypy.HTTPRedirect("/elsewhere")
        return self

    @cherrypy.expose
    def index(self, **kwargs):
        return show(self.mode)


class Target:
    @cherrypy.expose
    def index(self, *args, **kwargs):
        return show("target.index", *args)

    @cherrypy.expose
    def default(self, *args, **kwargs):
        return show("target.default", *args)

    @cherrypy.expose
    def real(self, *args, **kwargs):
        return show("target.real", *args)


class ExposedDispatch:
    """An exposed `_cp_dispatch` is a page, not a dispatcher."""

    @cherrypy.expose
    def _cp_dispatch(self, vpath=None):
        return show("a page")

    @cherrypy.expose
    def index(self):
        return show("index")


@cherrypy.popargs("year", "month")
class Diary:
    @cherrypy.expose
    def index(self, year=None, month=None):
        return show("diary", year, month)

    @cherrypy.expose
    def edit(self, **kwargs):
        return show("edit", **kwargs)

    @cherrypy.expose
    def real_page(self, **kwargs):
        return show("real_page", **kwargs)


@cherrypy.popargs("day")
class Day:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("day", **kwargs)

    @cherrypy.expose
    def note(self, **kwargs):
        return show("note", **kwargs)


class Made:
    """A node that a factory makes of the popped parameters."""

    def __init__(self, **params):
        self.params = params

    @cherrypy.expose
    def index(self, **kwargs):
        return show("made", sorted(self.params.items()), **kwargs)

    @cherrypy.expose
    def sub(self, *args, **kwargs):
        return show("made.sub", sorted(self.params.items()), *args, **kwargs)


class Assigned:
    _cp_dispatch = cherrypy.popargs("x", "y")

    @cherrypy.expose
    def index(self, **kwargs):
        return show("assigned", **kwargs)


@cherrypy.popargs("identifier", handler=Made)
class ByClass:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("by class", **kwargs)


@cherrypy.popargs("identifier", handler=lambda identifier: Made(made=identifier))
class ByFunction:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("by function", **kwargs)


@cherrypy.popargs("identifier", handler=Day())
class ByInstance:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("by instance", **kwargs)


@cherrypy.popargs()
class NoNames:
    @cherrypy.expose
    def index(self, **kwargs):
        return show("no names", **kwargs)


class Root:
    band = Band()
    diary = Diary()
    assigned = Assigned()
    by_class = ByClass()
    by_function = ByFunction()
    by_instance = ByInstance()
    no_names = NoNames()
    exposed_dispatch = ExposedDispatch()

    @cherrypy.expose
    def index(self):
        return show("root")

    @cherrypy.expose
    def bad_keyword(self):
        try:
            cherrypy.popargs("a", handle=None)
        except TypeError as error:
            return str(error)


root = Root()
root.diary.day = Day()
for mode in ("grow", "untouched", "none", "clear", "replace", "raise", "http", "redirect"):
    setattr(root, mode, Strange(mode))
cherrypy.tree.mount(root)

PATHS = """
/band /band/ /band/nirvana /band/nirvana/ /band/nirvana/albums/nevermind
/band/nirvana/albums/nevermind/ /band/a/b /band/a/b/c/d
/grow /grow/ /grow/x /untouched/x /untouched/x/y /untouched/x/real /none/x /none/x/y
/clear/x /clear/x/y/z /replace/x /replace/x/y /raise/ /raise/x /http/x /redirect/x
/exposed_dispatch /exposed_dispatch/x /exposed_dispatch/_cp_dispatch
/diary /diary/ /diary/2000 /diary/2000/ /diary/2000/12 /diary/2000/12/ /diary/2000/edit
/diary/2000/12/edit /diary/edit /diary/real_page /diary/2000/12/real_page
/diary/2000/12/real-page /diary/2000/12/nothing /diary/2000/12/13/14
/diary/day/1 /diary/day/1/ /diary/day/1/note /diary/2000/12/day /diary/2000/12/day/3/note
/assigned/1/2 /assigned/1 /assigned/1/2/3
/by_class /by_class/7 /by_class/7/ /by_class/7/sub /by_class/7/sub/x/y /by_class/7/nothing
/by_function/7/sub /by_function/7/ /by_instance/7/ /by_instance/7/3/ /by_instance/7/3/note
/no_names/ /no_names/x /bad_keyword
"""

REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/diary/2000/12/", "query": "year=1999", "note": "the query string wins (2.5)"},
    {"path": "/diary/", "query": "year=1999"},
    {"path": "/by_class/7/", "query": "identifier=8&more=9"},
    {"path": "/diary/a%2Fb/c/", "note": "an escaped slash stays in its segment"},
    {"path": "/diary/caf%C3%A9/x/"},
    {"method": "POST", "path": "/diary/2000/12/edit"},
]
