"""tools.auth_digest with MD5: who is let in, what is refused, what is malformed.

The nonces are made by the framework itself, as programs do. In challenges they are masked, and
the quotes with them that RFC 7616 section 3.3 does not allow (algorithm, stale).
"""

import re
import time
from hashlib import md5

import cherrypy
from cherrypy.lib import auth_digest

USERS = {"eva": "right", "jäö": "pässword", "empty": ""}
REALM, KEY = "wood", "a key"


def digest(text):
    return md5(text.encode()).hexdigest()


def mask():
    """Make two challenges for one reason the same text."""
    headers = cherrypy.response.headers
    if "WWW-Authenticate" in headers:
        text = re.sub('nonce="[^"]*"', "nonce", headers["WWW-Authenticate"])
        headers["WWW-Authenticate"] = re.sub('(algorithm|stale)="([^"]*)"', r"\1=\2", text)


cherrypy.tools.mask = cherrypy.Tool("before_finalize", mask)


class Area:
    @cherrypy.expose
    def index(self, **params):
        return f"in: {cherrypy.request.login} {sorted(params.items())}"

    @cherrypy.expose
    @cherrypy.config(**{"tools.auth_digest.on": False})
    def open(self):
        return f"open: {cherrypy.request.login}"


class ByHand:
    @cherrypy.expose
    def index(self):
        cherrypy.tools.auth_digest.callable(REALM, kept, KEY)
        return f"in: {cherrypy.request.login}"


plain = auth_digest.get_ha1_dict_plain(USERS)
kept = auth_digest.get_ha1_dict({"eva": digest(f"eva:{REALM}:right")})


def own(realm, username):
    return plain(realm, username)


for place, get_ha1 in (("/kept", kept), ("/own", own)):
    settings = {"on": True, "realm": REALM, "get_ha1": get_ha1, "key": KEY}
    section = {f"tools.auth_digest.{name}": value for name, value in settings.items()}
    cherrypy.tree.mount(Area(), place, {"/": {**section, "tools.mask.on": True}})
cherrypy.tree.mount(ByHand(), "/hand", {"/": {"tools.mask.on": True}})


def answer(uri, method="GET", user="eva", password="right", **changes):
    """Return the credentials of a client; `changes` that end with '_' come after hashing."""
    made = changes.pop("made", None)
    sent = {
        "username": user,
        "realm": REALM,
        "nonce": auth_digest.synthesize_nonce(REALM, KEY, made),
        "uri": uri,
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
        "algorithm": "MD5",
    }
    sent.update({name: value for name, value in changes.items() if name[-1] != "_"})
    ha1 = digest(f"{user}:{sent['realm']}:{password}")
    middle = f"{sent['nc']}:{sent['cnonce']}:{sent['qop']}:" if sent["qop"] else ""
    ha2 = digest(f"{method}:{sent['uri']}")
    sent["response"] = digest(f"{ha1}:{sent['nonce']}:{middle}{ha2}")
    sent.update({name[:-1]: value for name, value in changes.items() if name[-1] == "_"})
    parts = [f'{name}="{value}"' for name, value in sent.items() if value is not None]
    return ("Digest " + ", ".join(parts)).encode().decode("latin-1")


def ask(name, path, header, **others):
    headers = {} if header is None else {"Authorization": header}
    return {"path": path, "name": name, "headers": headers, **others}


NOW = int(time.time())
FIRST = answer("/own/")
REQUESTS = [
    ask("none", "/own/", None),
    ask("none HEAD", "/own/", None, method="HEAD"),
    ask("right", "/own/", FIRST),
    ask("the same again", "/own/", FIRST),
    ask("right, kept", "/kept/", answer("/kept/")),
    ask("right, by hand", "/hand/", answer("/hand/")),
    ask("none, by hand", "/hand/", None),
    ask("right HEAD", "/own/", answer("/own/", "HEAD"), method="HEAD"),
    ask("parameters", "/own/", answer("/own/?a=b&c=d"), query="a=b&c=d"),
    ask("umlauts", "/own/", answer("/own/", user="jäö", password="pässword")),
    ask("open", "/own/open", None),
    ask("nowhere", "/own/nowhere", None),
    ask("nowhere, right", "/own/nowhere", answer("/own/nowhere")),
    ask("wrong password", "/own/", answer("/own/", password="wrong")),
    ask("unknown user", "/own/", answer("/own/", user="adam")),
    ask("empty password", "/own/", answer("/own/", user="empty", password="")),
    ask("another method", "/own/", answer("/own/", "POST")),
    ask("another realm", "/own/", answer("/own/", realm="other")),
    ask("another nonce", "/own/", answer("/own/", nonce="abc")),
    ask("another response", "/own/", answer("/own/", response_="0" * 32)),
    ask("old nonce", "/own/", answer("/own/", made=NOW - 700)),
    ask("old nonce, wrong password", "/own/", answer("/own/", made=NOW - 700, password="x")),
    ask("uri of another page", "/own/", answer("/kept/")),
    ask("uri without its query", "/own/", answer("/own/"), query="a=b"),
    ask("without qop", "/own/", answer("/own/", qop=None, nc_=None, cnonce_=None)),
    ask("odd nc", "/own/", answer("/own/", nc="zzzzzzzz")),
    ask("qop=auth-int", "/own/", answer("/own/", qop="auth-int")),
    ask("odd qop", "/own/", answer("/own/", qop="x")),
    ask("MD5-sess", "/own/", answer("/own/", algorithm_="MD5-sess")),
    ask("SHA-256", "/own/", answer("/own/", algorithm_="SHA-256", response_="0" * 64)),
    ask("odd algorithm", "/own/", answer("/own/", algorithm_="x")),
    *(
        ask(f"without {name}", "/own/", answer("/own/", **{f"{name}_": None}))
        for name in ("username", "realm", "nonce", "uri", "response", "nc", "cnonce")
    ),
    ask("without algorithm", "/own/", answer("/own/", algorithm_=None)),
    ask("Basic", "/own/", "Basic YTpi"),
    ask("Bearer", "/own/", "Bearer abc"),
    ask("half", "/own/", "Digest username="),
    ask("equals", "/own/", "Digest ="),
    ask("nothing", "/own/", "Digest "),
]
