"""What the tests of authentication share: areas, and clients that know how to enter.

The digest client is written after RFC 7616 alone; it shares nothing with the package.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from base64 import b64encode
from wsgiref.validate import validator

from wsgicherry.core.current import serving_now

FUNCTIONS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


class Answer:
    """What came back."""

    def __init__(self, status, headers, body):
        self.code, self.headers, self.body = int(status[:3]), headers, body

    @property
    def text(self):
        """The body as text."""
        return self.body.decode("utf-8")

    def all(self, name):
        """Return all values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def challenges(self):
        """The challenges, in their order."""
        return self.all("WWW-Authenticate")


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
    """Return what `app` answers to one request; `wsgiref.validate` looks on."""
    path, _, query = path.partition("?")
    asked = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "h.example", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "h.example", "REMOTE_ADDR": "192.0.2.7", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.errors": io.StringIO(),
        "wsgi.input": io.BytesIO(body or b""), "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    if body is not None:
        asked["CONTENT_LENGTH"] = str(len(body))
        asked["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    if authorization is not None:
        asked["HTTP_AUTHORIZATION"] = authorization
    head = []
    chunks = validator(app)(
        {**asked, **environ},
        lambda status, headers, exc_info=None: head.append((status, headers)),
    )
    try:
        data = b"".join(chunks)
    finally:
        chunks.close()
    return Answer(*head[-1], data)


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
