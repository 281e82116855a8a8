"""What a client sends for Digest authentication, and the challenge that asks for it."""

from __future__ import annotations

import re
import time
from hmac import compare_digest

from ...wire.credentials import (
    MalformedCredentials,
    decode_extended,
    normalize,
    parse_parameters,
    split_scheme,
)
from ..authsettings import describe_charset
from .algorithms import ALGORITHMS, NAMES, SESSION, base_of, hex_digest, spell
from .nonces import NONCE_SECONDS, Key, read_nonce, synthesize_nonce

qop_auth = "auth"
qop_auth_int = "auth-int"
valid_qops = (qop_auth, qop_auth_int)
valid_algorithms = NAMES
FALLBACK_CHARSET = "ISO-8859-1"
DEFAULT_CHARSET = "UTF-8"

MAX_CNONCE_CHARS = 256
"""It is sent back; RFC 7616 wants it in ASCII."""

_REQUIRED = ("realm", "nonce", "uri", "response")
_COUNT = re.compile("[0-9A-Fa-f]{8}")
_HEX = re.compile("[0-9A-Fa-f]+")
_CNONCE = re.compile(rf"[ !#-\[\]-~]{{1,{MAX_CNONCE_CHARS}}}")


class HttpDigestAuthorization:
    """An Authorization header of the scheme Digest, for a request with `http_method`.

    ValueError for one that is malformed, lacks a parameter that RFC 7616 section 3.4 requires,
    or has one that is improper. Without qop (RFC 2069) it may be read, but digest_auth takes
    none. `accept_charset` is tried before ISO-8859-1. Source: BEHAVIOUR 9.2.
    """

    scheme = "digest"

    def __init__(
        self,
        auth_header: str,
        http_method: str,
        debug: bool = False,
        accept_charset: str = DEFAULT_CHARSET,
    ) -> None:
        self.http_method = http_method
        self.debug = debug
        if not self.matches(auth_header):
            raise ValueError('Authorization scheme is not "Digest"')
        self.auth_header = _decode(auth_header, accept_charset)
        try:
            values = parse_parameters(split_scheme(self.auth_header)[1])
            self.username = _find_username(values)
        except MalformedCredentials as error:
            raise ValueError(self.errmsg(str(error))) from None
        if not self.username or not all(values.get(name) for name in _REQUIRED):
            raise ValueError(self.errmsg("Not all required parameters are present."))
        self.realm, self.nonce = values["realm"], values["nonce"]
        self.uri, self.response = values["uri"], values["response"]
        self.method = values.get("method")
        self.opaque = values.get("opaque")
        self.userhash = values.get("userhash", "").lower() == "true"
        self.cnonce, self.nc = values.get("cnonce"), values.get("nc")
        self.qop = values.get("qop", "").lower() or None
        spelled = spell(values.get("algorithm", "MD5"))
        if spelled is None:
            raise ValueError(self.errmsg("Unsupported value for algorithm."))
        self.algorithm = spelled
        self._check(values)

    def _check(self, values: dict[str, str]) -> None:
        """Raise ValueError for values that are improper, or do not go together."""
        digits = ALGORITHMS[base_of(self.algorithm)].digits
        if len(self.response) != digits or not _HEX.fullmatch(self.response):
            raise ValueError(self.errmsg(f"response must be {digits} hexadecimal digits."))
        if self.userhash and "username*" in values:
            raise ValueError(self.errmsg("A hashed name goes with username, not username*."))
        if self.qop is None:
            if self.cnonce or self.nc:
                raise ValueError(
                    self.errmsg("If qop is not sent, neither cnonce nor nc can be present")
                )
            if self.algorithm.endswith(SESSION):
                raise ValueError(self.errmsg("Without qop there is no session."))
            return
        if self.qop not in valid_qops:
            raise ValueError(self.errmsg("Unsupported value for qop."))
        if not (self.cnonce and self.nc):
            raise ValueError(self.errmsg("If qop is sent then cnonce and nc MUST be present"))
        if not _COUNT.fullmatch(self.nc):
            raise ValueError(self.errmsg("nc must be 8 hexadecimal digits."))
        if not _CNONCE.fullmatch(self.cnonce):
            raise ValueError(self.errmsg("cnonce must be short, in ASCII, without quotes."))

    def __str__(self) -> str:
        return f"authorization : {self.auth_header}"

    @classmethod
    def matches(cls, header: str) -> bool:
        """Tell whether a header is of this scheme, be it right or wrong."""
        return header.partition(" ")[0].lower() == cls.scheme

    @staticmethod
    def errmsg(s: str) -> str:
        """Return `s` as the text of an error."""
        return f"Digest Authorization header: {s}"

    def validate_nonce(self, s: str, key: Key) -> bool:
        """Tell whether the nonce was made for the realm `s` with a key of `key`."""
        return read_nonce(self.nonce, s, key) is not None

    def is_nonce_stale(self, max_age_seconds: float = NONCE_SECONDS) -> bool:
        """Tell whether the nonce is older than `max_age_seconds`, or cannot be read."""
        seconds = self.nonce.partition(":")[0]
        if not (seconds.isdecimal() and seconds.isascii() and len(seconds) <= 12):
            return True
        return int(seconds) + max_age_seconds <= time.time()

    def HA2(self, entity_body: str | bytes = "") -> str:
        """Return the hash of what is asked for (RFC 7616 section 3.4.3)."""
        return self._hash_request(self.http_method, entity_body)

    def _hash_request(self, method: str, entity_body: str | bytes) -> str:
        text = f"{method}:{self.uri}"
        if self.qop == qop_auth_int:
            text += f":{hex_digest(self.algorithm, entity_body)}"
        return hex_digest(self.algorithm, text)

    def request_digest(self, ha1: str, entity_body: str | bytes = "") -> str:
        """Return what `response` must be for a user with `ha1`, H(username:realm:password)."""
        return self._digest(ha1, self.HA2(entity_body))

    def response_digest(self, ha1: str) -> str:
        """Return the `rspauth` that shows a client of qop=auth that the server knows `ha1`
        (RFC 7616 section 3.5).
        """
        return self._digest(ha1, self._hash_request("", b""))

    def _digest(self, ha1: str, ha2: str) -> str:
        ha1 = ha1.lower()  # a program may keep it in capitals
        if self.algorithm.endswith(SESSION):
            # The session is that of this cnonce, which the client keeps while it lasts.
            ha1 = hex_digest(self.algorithm, f"{ha1}:{self.nonce}:{self.cnonce}")
        middle = f"{self.nc}:{self.cnonce}:{self.qop}:" if self.qop else ""
        return hex_digest(self.algorithm, f"{ha1}:{self.nonce}:{middle}{ha2}")

    def is_answer_of(self, ha1: str, entity_body: str | bytes = "") -> bool:
        """Tell whether who sent this knows `ha1`."""
        wanted = self.request_digest(ha1, entity_body)
        return compare_digest(wanted, self.response.lower())


def _find_username(values: dict[str, str]) -> str:
    if "username*" not in values:
        return normalize(values.get("username", ""))
    if "username" in values:
        raise MalformedCredentials("There are both username and username*.")
    return normalize(decode_extended(values["username*"]))


def _decode(header: str, charset: str) -> str:
    """Return a native string of PEP 3333 as text; ValueError for what no server gives."""
    if header.isascii():
        return header
    raw = header.encode("latin-1")
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return raw.decode(FALLBACK_CHARSET)


def www_authenticate(
    realm: str,
    key: Key,
    algorithm: str = "MD5",
    nonce: str | None = None,
    qop: str = qop_auth,
    stale: bool = False,
    accept_charset: str = DEFAULT_CHARSET,
    userhash: bool = False,
) -> str:
    """Return a challenge, the value of a WWW-Authenticate header.

    `qop`: 'auth', 'auth-int', or both with a comma between; `nonce`: default a new one.
    ValueError for another qop and for an algorithm that is not known. Source: RFC 7616 section
    3.3, by which stale, userhash and algorithm have no quotes.
    """
    spelled = spell(algorithm)
    if spelled is None:
        raise ValueError(f"Unsupported value for algorithm: {algorithm!r}")
    qops = [each.strip() for each in qop.split(",")]
    if not all(each in valid_qops for each in qops):
        raise ValueError(f"Unsupported value for qop: {qop!r}")
    parts = [
        f'Digest realm="{realm}"',
        f'nonce="{synthesize_nonce(realm, key) if nonce is None else nonce}"',
        f"algorithm={spelled}",
        f'qop="{", ".join(qops)}"',
    ]
    parts += ["stale=true"] * stale + ["userhash=true"] * userhash
    return ", ".join(parts) + describe_charset(accept_charset)
