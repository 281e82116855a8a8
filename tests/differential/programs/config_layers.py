"""Config merged in all its layers: global, `_cp_config`, decorators, sections, `default`."""

import json

import cherrypy

cherrypy.config.update({"layer": "global", "only_global": 1, "site_wide": "global"})
cherrypy.config["set_alone"] = "item"
cherrypy.config.update({"global": {"from_global_section": True}})

NAMES = """
layer only_global site_wide set_alone from_global_section root_attr class_attr decorated
sectioned index_conf default_conf deep prefixed dotted order
"""


def show():
    config = cherrypy.request.config
    values = {name: config[name] for name in NAMES.split() if name in config}
    values["response headers"] = config.get("tools.response_headers.headers")
    values["default of get"] = config.get("missing", "nothing")
    return json.dumps(values, sort_keys=True)


class Page:
    _cp_config = {"layer": "page class", "class_attr": "page", "order": "class"}

    @cherrypy.expose
    def index(self):
        return show()

    @cherrypy.expose
    @cherrypy.config(layer="decorator", decorated="method", order="decorator")
    def method(self):
        return show()

    @cherrypy.expose
    @cherrypy.config(
        **{
            "tools.response_headers.on": True,
            "tools.response_headers.headers": [("X-Layer", "decorated")],
        }
    )
    def headers(self):
        return show()

    @cherrypy.expose
    def plain(self, *args):
        return show()

    plain._cp_config = {"layer": "function attribute"}


class WithDefault:
    _cp_config = {"layer": "owner class", "default_conf": "owner"}

    @cherrypy.expose
    def index(self):
        return show()

    @cherrypy.expose
    @cherrypy.config(layer="default method", default_conf="default", order="default")
    def default(self, *args):
        return show()


@cherrypy.config(layer="decorated class", class_attr="decorated class")
class Decorated:
    @cherrypy.expose
    def index(self):
        return show()

    inner = Page()


class Base:
    _cp_config = {"layer": "base", "class_attr": "base"}

    @cherrypy.expose
    def index(self):
        return show()


class Derived(Base):
    _cp_config = {"layer": "derived"}


class Root:
    _cp_config = {"layer": "root class", "root_attr": "root class", "order": "root class"}
    page = Page()
    defaults = WithDefault()
    decorated = Decorated()
    base = Base()
    derived = Derived()

    @cherrypy.expose
    def index(self):
        return show()

    @cherrypy.expose
    def a_b(self, *args):
        return show()

    @cherrypy.expose
    def find(self, path, key):
        return str(cherrypy.request.app.find_config(path, key, "not found"))

    @cherrypy.expose
    def data(self):
        return json.dumps(cherrypy.request.app.config["Database"], sort_keys=True)

    @cherrypy.expose
    def sections(self):
        return json.dumps(sorted(cherrypy.request.app.config))

    @cherrypy.expose
    def site(self, key):
        return str(cherrypy.config.get(key, "not found"))

    @cherrypy.expose
    def touch(self):
        cherrypy.request.config["layer"] = "touched"
        return show()

    @cherrypy.expose
    def merge(self):
        cherrypy.request.app.merge({"/page/plain": {"prefixed": "merged later"}})
        return "merged"

    @cherrypy.expose
    def merge_wrong(self):
        try:
            cherrypy.request.app.merge({"tools.encode.on": True})
        except ValueError as error:
            return str(error)[:60]

    @cherrypy.expose
    def update_site(self):
        cherrypy.config.update({"site_wide": "updated"})
        return "updated"


app = cherrypy.tree.mount(Root(), "", {
    "/": {"layer": "section /", "sectioned": "/", "order": "section /"},
    "/page": {"sectioned": "/page", "order": "section /page"},
    "/page/method": {"order": "section /page/method"},
    "/page/plain": {"deep": "section /page/plain", "layer": "section of plain"},
    "/page/plain/x": {"deep": "section of a virtual path"},
    "/page/plain/x/y/z": {"deep": "deeper virtual path"},
    "/page/index": {"index_conf": "section of index"},
    "/defaults": {"default_conf": "section of the owner", "order": "section /defaults"},
    "/defaults/x": {"default_conf": "section of the virtual path"},
    "/decorated": {"class_attr": "section"},
    "/a.b": {"dotted": "section a.b"},
    "/a_b": {"dotted": "section a_b"},
    "Database": {"host": "localhost", "port": 5432},
})  # fmt: skip

PATHS = """
/ /index /page/ /page /page/index /page/method /page/method/ /page/headers /page/plain
/page/plain/ /page/plain/x /page/plain/x/ /page/plain/x/y /page/plain/x/y/z /page/nothing
/defaults/ /defaults/x /defaults/y /defaults/x/y /decorated/ /decorated/inner/
/decorated/inner/method /base/ /derived/ /a.b /a_b /a-b /data /sections /touch /
"""

REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/find", "query": f"path={path}&key={key}"}
    for path, key in [
        ("/page/plain/x", "deep"),
        ("/page/plain/q", "deep"),
        ("/page/plain/q/", "layer"),
        ("/page", "layer"),
        ("/other", "layer"),
        ("/", "only_global"),
        ("", "layer"),
        ("/page/plain/", "deep"),
        ("/nowhere/", "layer"),
    ]
]
REQUESTS += [
    {"path": "/site", "query": "key=layer"},
    {"path": "/site", "query": "key=from_global_section"},
    {"path": "/merge"},
    {"name": "after a merge", "path": "/page/plain"},
    {"path": "/merge_wrong"},
    {"path": "/update_site"},
    {"name": "after an update of the site's config", "path": "/page/plain"},
]
