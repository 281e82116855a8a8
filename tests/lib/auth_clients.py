"""What the tests of authentication share: areas, and clients that know how to enter.

The digest client is written after RFC 7616 alone; it shares nothing with the package.
"""

from __future__ import annotations

import hashlib
import logging
import re
from base64 import b64encode

from asking import build_environ, call_app

from wsgicherry.core.current import serving_now

FUNCTIONS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


class Area:
    """A site with one page for all paths, behind a tool of authentication; `.login`, `.calls`
    and `.lines` tell what the page and the log have seen.
    """

    def __init__(self, site, logger_root, tool, settings, config=None, script_name=""):
        self.site, self.calls, self.login = site, 0, None
        self.lines = []
        keep = logging.Handler()
        keep.emit = lambda record: self.lines.append(record.getMessage())
        logging.getLogger(f"{logger_root}.error").addHandler(keep)

        def page(*args, **kwargs):
            self.calls += 1
            self.login = serving_now().request.login
            return f"Hello, {self.login}."

        page.exposed = True
        root = type("Root", (), {})()
        root.index = root.default = page
        own = {f"tools.{tool}.{name}": value for name, value in settings.items()}
        section = {f"tools.{tool}.on": True, **own}
        self.app = site.tree.mount(root, script_name, {"/": section, **(config or {})})

    def __call__(self, authorization=None, path="/", method="GET", body=None, **environ):
        """Send one request, as a server does."""
        return send(self.site.tree, authorization, path, method, body, **environ)


def send(app, authorization=None, path="/", method="GET", body=None, **environ):
    """Return what `app` answers to one request; `path` is decoded, as a server gives it."""
    path, _, query = path.partition("?")
    kind = None if body is None else "application/x-www-form-urlencoded"
    headers = {"Authorization": authorization, "Content-Type": kind}
    environ = {"PATH_INFO": path, **environ}
    return call_app(app, build_environ("/", method, query, body, headers, **environ))


def basic(username, password, charset="utf-8"):
    """Return the header that a client sends."""
    return "Basic " + b64encode(f"{username}:{password}".encode(charset)).decode()


def parse_challenge(text):
    """Return the parameters of a challenge."""
    return {
        name: quoted or token
        for name, quoted, token in re.findall(r'([\w-]+)=(?:"([^"]*)"|([^", ]+))', text)
    }


def hashed(algorithm, text):
    """Return the digest of text or bytes by an algorithm, '-sess' or not."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.new(FUNCTIONS[algorithm.removesuffix("-sess")], data).hexdigest()


def make_ha1(username, realm, password, algorithm="MD5"):
    """Return H(username:realm:password)."""
    return hashed(algorithm, f"{username}:{realm}:{password}")


class Digest:
    """A client that knows a password; it counts how often it uses a nonce."""

    def __init__(self, username="Mufasa", password="Circle of Life"):
        self.username, self.password = username, password
        self.count = 0

    def answer(self, challenge, uri="/", method="GET", body=b"", **changes):
        """Return the header that answers a challenge; `changes` are made before it is hashed,
        and those that end with '_' afterwards; None leaves a parameter out.
        """
        asked = parse_challenge(challenge)
        self.count += 1
        sent = {
            "username": self.username, "realm": asked["realm"], "uri": uri,
            "algorithm": asked.get("algorithm", "MD5"), "nonce": asked["nonce"],
            "nc": f"{self.count:08x}", "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "qop": "auth",
        }  # fmt: skip
        sent.update({name: v for name, v in changes.items() if not name.endswith("_")})
        kind = sent["algorithm"] or "MD5"
        ha1 = make_ha1(self.username, sent["realm"], self.password, kind)
        if kind.endswith("-sess"):
            ha1 = hashed(kind, f"{ha1}:{sent['nonce']}:{sent['cnonce']}")
        what = f"{method}:{sent['uri']}"
        if sent["qop"] == "auth-int":
            what += f":{hashed(kind, body)}"
        middle = f"{sent['nc']}:{sent['cnonce']}:{sent['qop']}:" if sent["qop"] else ""
        if not sent["qop"]:
            sent["nc"] = sent["cnonce"] = None
        text = f"{ha1}:{sent['nonce']}:{middle}{hashed(kind, what)}"
        sent["response"] = hashed(kind, text)
        if sent.get("userhash") == "true":
            sent["username"] = hashed(kind, f"{self.username}:{sent['realm']}")
        sent.update({name[:-1]: v for name, v in changes.items() if name.endswith("_")})
        return write_credentials(sent)


PLAIN = ("algorithm", "nc", "qop", "userhash", "username*")


def write_credentials(parameters):
    """Return a header with these parameters, native as a server gives it."""
    parts = [
        f"{name}={value}" if name in PLAIN else f'{name}="{value}"'
        for name, value in parameters.items()
        if value is not None
    ]
    return ("Digest " + ", ".join(parts)).encode().decode("latin-1")
