"""Areas behind a password, and credentials for them: right ones, and nearly right ones."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from hostile_row import CREDENTIAL

from wsgicherry.lib.auth_basic import checkpassword_dict
from wsgicherry.lib.auth_digest import get_ha1_dict_plain, synthesize_nonce

USER = "eva"
USERS = {USER: CREDENTIAL, "jäö": CREDENTIAL, "empty": ""}
REALM = "wood"
KEY = "key of the nonces"
FAR = 99_999_999_999
"""When the nonces of rows were made: they are always young."""

# name: config
AREAS: dict[str, dict[str, dict[str, Any]]] = {
    "basic": {
        "/": {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": REALM,
            "tools.auth_basic.checkpassword": checkpassword_dict(USERS),
        }
    },
    "digest": {
        "/": {
            "tools.auth_digest.on": True,
            "tools.auth_digest.realm": REALM,
            "tools.auth_digest.get_ha1": get_ha1_dict_plain(USERS),
            "tools.auth_digest.key": KEY,
            "tools.auth_digest.qop": "auth, auth-int",
            "tools.auth_digest.userhash": True,
            "tools.auth_digest.max_body_bytes": 1000,
        }
    },
}


def basic(text: str | bytes) -> str:
    """Return a header of the scheme Basic that holds `text`."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return "Basic " + b64encode(raw).decode()


def sha256(text: str | bytes) -> str:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hashlib.sha256(raw).hexdigest()


TOKENS = ("algorithm", "nc", "qop", "userhash", "username*")


def digest(method: str = "GET", body: bytes = b"", **changes: str | None) -> str:
    """Return right credentials; `changes` are made before they are hashed, and those whose
    names end with '_' afterwards. None leaves a parameter out.
    """
    sent: dict[str, Any] = {
        "username": USER,
        "realm": REALM,
        "nonce": synthesize_nonce(REALM, KEY, FAR),
        "uri": "/",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0123abcd",
        "algorithm": "SHA-256",
    }
    sent.update({name: v for name, v in changes.items() if not name.endswith("_")})
    ha1 = sha256(f"{sent['username']}:{sent['realm']}:{CREDENTIAL}")
    what = f"{method}:{sent['uri']}"
    if sent["qop"] == "auth-int":
        what += f":{sha256(body)}"
    middle = f"{sent['nc']}:{sent['cnonce']}:{sent['qop']}"
    sent["response"] = sha256(f"{ha1}:{sent['nonce']}:{middle}:{sha256(what)}")
    sent.update({name[:-1]: v for name, v in changes.items() if name.endswith("_")})
    parts = [
        f"{name}={value}" if name in TOKENS else f'{name}="{value}"'
        for name, value in sent.items()
        if value is not None
    ]
    text = "Digest " + ", ".join(parts)
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
