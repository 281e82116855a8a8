"""What programs build on the tools of authentication: conditions beside a page, a tool in the
place of ours, a class of their own, a check within a handler, a tool turned on after the mount.
"""

from base64 import b64encode

import cherrypy
from cherrypy.lib import auth_basic, auth_digest

USERS = {"eva": "right", "adam": "right too"}
by_dict = auth_basic.checkpassword_dict(USERS)

# -- conditions in keys of the program's own --------------------------------------------

cherrypy.config.namespaces["needs"] = lambda key, value: None


def check_needs():
    request = cherrypy.request
    conditions = request.config.get("needs.all")
    if conditions is None:
        return
    request.login = request.headers.get("X-User")
    if not request.login:
        raise cherrypy.HTTPRedirect("/login")
    if not all(condition() for condition in conditions):
        raise cherrypy.HTTPError(403, "not for you")


cherrypy.tools.needs = cherrypy.Tool("before_handler", check_needs)


def needs(*conditions):
    def decorate(page):
        config = page.__dict__.setdefault("_cp_config", {})
        config["needs.all"] = [*config.get("needs.all", ()), *conditions]
        return page

    return decorate


def is_eva():
    return cherrypy.request.login == "eva"


class Staff:
    _cp_config = {"needs.all": [is_eva]}

    @cherrypy.expose
    def index(self):
        return f"staff: {cherrypy.request.login}"


class Conditions:
    _cp_config = {"tools.needs.on": True}
    staff = Staff()

    @cherrypy.expose
    def index(self):
        return f"open to {cherrypy.request.login}"

    @cherrypy.expose
    @needs()
    def members(self):
        return f"members: {cherrypy.request.login}"

    @needs(lambda: cherrypy.request.login != "adam")
    @needs(is_eva)
    @cherrypy.expose
    def both(self):
        return "both"


# -- a class of tool that sets itself up, and asks only some ----------------------------


class Inside(cherrypy.Tool):
    """Ask whoever is not of the house."""

    def __init__(self):
        self._point, self._name, self._priority = "before_handler", None, 60
        self._setargs()

    def callable(self, house="192.0.2.1"):
        if cherrypy.request.remote.ip != house:
            auth_basic.basic_auth("house", by_dict)


cherrypy.tools.inside = Inside()


class ByHand:
    @cherrypy.expose
    @cherrypy.tools.inside()
    def house(self):
        return f"house: {cherrypy.request.login}"

    @cherrypy.expose
    def quiet(self):
        try:
            auth_basic.basic_auth("Accès", by_dict)
        except cherrypy.HTTPError:
            raise cherrypy.HTTPRedirect("/") from None
        return "quiet"

    @cherrypy.expose
    def again(self):
        cherrypy.response.headers["WWW-Authenticate"] = 'Basic realm="old"'
        try:
            auth_basic.basic_auth("new", by_dict)
        except cherrypy.HTTPError as error:
            raise cherrypy.HTTPError(*error.args) from None
        return "again"

    @cherrypy.expose
    def digest(self):
        get_ha1 = auth_digest.get_ha1_dict_plain(USERS)
        try:
            auth_digest.digest_auth("d", get_ha1, "a key")
        except cherrypy.HTTPError as error:
            challenge = cherrypy.response.headers.pop("WWW-Authenticate")
            return f"{error.code} {challenge[:17]}"
        return "digest"


# -- our tool's name for another, from here on ------------------------------------------


def with_group(realm, checkpassword, group="all"):
    auth_basic.basic_auth(realm, checkpassword)
    cherrypy.request.group = group


cherrypy.tools.auth_basic = cherrypy.Tool("before_handler", with_group, priority=70)


class Grouped:
    @cherrypy.expose
    def index(self):
        return f"{cherrypy.request.login} of {cherrypy.request.group}"

    @cherrypy.expose
    @cherrypy.tools.auth_basic(realm="few", checkpassword=by_dict, group="few")
    def few(self):
        return f"{cherrypy.request.login} of {cherrypy.request.group}"

    @cherrypy.expose
    @cherrypy.tools.auth_basic(on=False)
    def free(self):
        return "free"


cherrypy.tree.mount(Conditions(), "/conditions")
cherrypy.tree.mount(ByHand(), "/hand")
late = cherrypy.tree.mount(Grouped(), "/late", {"/": {"tools.trailing_slash.on": True}})
late.config["/"].update({"tools.auth_basic.realm": "late"})
late.merge({"/": {"tools.auth_basic.on": True, "tools.auth_basic.checkpassword": by_dict}})


def ask(path, user=None, password="right", **more):
    token = b64encode(f"{user}:{password}".encode()).decode()
    sent = {"Authorization": f"Basic {token}", "X-User": user} if user else {}
    return {"path": path, "headers": sent, "name": f"{user} {password} asks {path}", **more}


PAGES = ("", "members", "both", "staff/")
REQUESTS = [
    *(ask(f"/conditions/{page}", user) for page in PAGES for user in (None, "eva", "adam")),
    *(
        ask(path, user)
        for path in ("/hand/house", "/hand/quiet", "/hand/again", "/late/", "/late/few")
        for user in (None, "eva", "adam")
    ),
    ask("/hand/house", environ={"REMOTE_ADDR": "192.0.2.1"}),
    ask("/hand/digest"),
    ask("/hand/digest", "eva"),
    ask("/late/free"),
    ask("/late/nothing"),
    ask("/late/nothing", "eva"),
]
