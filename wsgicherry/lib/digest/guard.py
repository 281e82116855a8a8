"""Who may pass: one protected area, its settings settled, and the counts of its nonces."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from typing import Any, NamedTuple, NoReturn

from ...core.current import serving_now
from ...core.errors import HTTPError
from ...core.loaded import ConfigError
from ...core.tools import Elsewhere
from ...wire.targets import is_same_target
from ..authsettings import NOT_AUTHORIZED, check_realm, describe_charset, require
from .algorithms import ALGORITHMS, DEFAULT_ALGORITHMS, base_of, is_available, spell
from .credentials import (
    HttpDigestAuthorization,
    qop_auth,
    qop_auth_int,
    valid_qops,
    www_authenticate,
)
from .nonces import MAX_NONCES, NONCE_SECONDS, Key, find_memory, list_keys, read_nonce
from .users import KeptHashes, UserFunction, Users

MAX_BODY_BYTES = 1024 * 1024
"""How much of a body is kept in memory until its digest is compared (auth-int)."""

BODY_PRIORITY = 1
"""Before whatever reads it."""

CONTEXT = "TOOLS.AUTH_DIGEST"
# Keys of the environ, which outlive an internal redirect: it changes method, path and body, and
# would use the nonce a second time.
_PASSED = "wsgicherry.digest.passed"
_BODY = "wsgicherry.digest.body"


class Settings(NamedTuple):
    """What config says of an area; see `digest_auth`."""

    realm: Any = None
    get_ha1: Any = None
    key: Any = None
    debug: bool = False
    accept_charset: str = "utf-8"
    algorithms: Any = None
    qop: Any = qop_auth
    userhash: bool = False
    nonce_seconds: float = NONCE_SECONDS
    max_nonces: int = MAX_NONCES
    max_body_bytes: int = MAX_BODY_BYTES


class Guard:
    """Let a request pass that proves to know a password of the area; challenge any other.

    ConfigError for settings that cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        require(realm=settings.realm, get_ha1=settings.get_ha1, key=settings.key)
        self._realm = check_realm(settings.realm)
        describe_charset(settings.accept_charset)
        self._settings = settings
        self._keys = read_keys(settings.key)
        self._users = read_users(settings.get_ha1, settings.userhash)
        check_hashes(self._users, self._realm)
        self._algorithms = self._read_algorithms()
        self._qops = read_qops(settings.qop)
        for name in ("nonce_seconds", "max_nonces", "max_body_bytes"):
            check_number(name, getattr(settings, name))
        self._memory = find_memory(self._realm, self._keys, settings.max_nonces)

    def _read_algorithms(self) -> tuple[str, ...]:
        wanted = self._settings.algorithms
        if wanted is None:
            if isinstance(self._users, UserFunction) and not self._users.takes_algorithm:
                return ("MD5",)
            return tuple(name for name in DEFAULT_ALGORITHMS if is_available(name))
        given = split_list(wanted)
        found = tuple(filter(None, map(spell, given)))
        if not found or len(found) < len(given):
            names = ", ".join(map(repr, ALGORITHMS))
            message = f"{wanted!r} is not a list of algorithms; there are {names}, each also "
            raise ConfigError(message + "with '-sess'.", key="algorithms")
        missing = [name for name in found if not is_available(name)]
        if missing:
            raise ConfigError(f"This Python cannot compute {missing[0]}.", key="algorithms")
        if isinstance(self._users, KeptHashes):
            kept = self._users.algorithms(self._realm)
            if kept and not any(base_of(name) in kept for name in found):
                message = f"The hashes that get_ha1 has are not of {', '.join(found)}."
                raise ConfigError(message, key="algorithms")
        return found

    def hooks(self) -> tuple[Any, ...]:
        """Return what runs as the tool, and what elsewhere."""
        if qop_auth_int not in self._qops:
            return (self.authenticate,)
        # What reads a body leaves nothing of it.
        keep = Elsewhere("before_request_body", self.keep_body, BODY_PRIORITY)
        return self.authenticate, keep

    # -- the decision ------------------------------------------------------------------

    def authenticate(self) -> None:
        """Set `request.login`. HTTPError for who may not pass: 401 with the challenges, 400 for
        what is improper.
        """
        request = serving_now().request
        environ = request.environ
        header = environ.get("HTTP_AUTHORIZATION")
        if not header or not HttpDigestAuthorization.matches(header):
            self._challenge("there are no credentials")
        if environ.get(_PASSED, ())[:2] == (self, header):
            request.login = environ[_PASSED][2]
            return
        credentials = self._read(header)
        made_at = read_nonce(credentials.nonce, self._realm, self._keys)
        if made_at is None:
            self._challenge("the nonce is not ours")
        username, ha1 = self._find_user(credentials)
        body = self._body() if credentials.qop == qop_auth_int else b""
        # Hashed and compared for whoever is not there, too: that takes as long.
        nobody = "0" * ALGORITHMS[base_of(credentials.algorithm)].digits
        if not (credentials.is_answer_of(ha1 or nobody, body) and ha1):
            self._challenge("the digest does not fit")
        if made_at + self._settings.nonce_seconds <= time.time():
            self._challenge("the nonce is old", stale=True)
        if not self._memory.use(credentials.nonce, made_at, int(str(credentials.nc), 16)):
            self._challenge("the nonce was used with this count", stale=True)
        self._debug(f"{username!r} is let in")
        request.login = username
        environ[_PASSED] = (self, header, username)
        if credentials.qop == qop_auth:
            self._show_ours(credentials, ha1)

    def _read(self, header: str) -> HttpDigestAuthorization:
        """Return what a header says; HTTPError 400 for what is improper in it."""
        request = first = serving_now().request
        while first.prev is not None:
            first = first.prev  # what the client has asked for, and signed
        charset = self._settings.accept_charset
        try:
            found = HttpDigestAuthorization(header, first.method, accept_charset=charset)
        except ValueError as error:
            self._debug(str(error))
            message = "The Authorization header could not be parsed."
            raise HTTPError(400, message) from None
        if found.qop not in self._qops:
            raise HTTPError(400, f"qop must be one of {', '.join(self._qops)}.")
        environ = first.environ
        raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if not is_same_target(found.uri, raw, path, environ.get("QUERY_STRING", "")):
            # RFC 7616 section 3.4.6 wants this answer, and the log told: it may be an attack.
            message = "The uri of the credentials is not that of the request."
            request.log(message, CONTEXT, 30)
            raise HTTPError(400, message)
        return found

    def _find_user(self, credentials: HttpDigestAuthorization) -> tuple[str | None, str]:
        """Return the name and HA1 of whoever sent the credentials, '' if that is nobody."""
        algorithm = base_of(credentials.algorithm)
        offered = self._offered()
        if algorithm not in map(base_of, offered) or credentials.realm != self._realm:
            self._challenge("the algorithm or the realm was not offered")
        username: str | None = credentials.username
        if credentials.userhash:
            hashed = credentials.username
            username = None
            if self._settings.userhash and isinstance(self._users, Users):
                username = self._users.find_hashed(self._realm, hashed, algorithm)
        ha1 = self._users(self._realm, username or "", algorithm)
        if not ha1 or username is None:
            return None, ""
        if len(ha1) != ALGORITHMS[algorithm].digits:
            message = f"get_ha1 gave {len(ha1)} characters for {algorithm}; set algorithms."
            serving_now().request.log(message, CONTEXT, 40)
            return None, ""
        return username, ha1

    # -- the challenge -----------------------------------------------------------------

    def _offered(self) -> tuple[str, ...]:
        """Return the algorithms by which the users can be checked, in the order of config."""
        if not isinstance(self._users, Users):
            return self._algorithms
        kept = self._users.algorithms(self._realm)
        return tuple(n for n in self._algorithms if base_of(n) in kept) or self._algorithms

    def _challenge(self, reason: str, stale: bool = False) -> NoReturn:
        """Raise HTTPError 401 with a challenge for each algorithm, the best first."""
        self._debug(f"not let in: {reason}")
        settings = self._settings
        headers = serving_now().response.headers
        headers.pop("Www-Authenticate", None)
        for algorithm in self._offered():
            challenge = www_authenticate(
                self._realm,
                self._keys,
                algorithm,
                qop=", ".join(self._qops),
                stale=stale,
                accept_charset=settings.accept_charset,
                userhash=settings.userhash,
            )
            headers.add("Www-Authenticate", challenge)
        raise HTTPError(401, NOT_AUTHORIZED)

    def _show_ours(self, credentials: HttpDigestAuthorization, ha1: str) -> None:
        """Show the client that we know the password as well (RFC 7616 section 3.5)."""
        # With auth-int it would need the body, which is not there yet.
        serving_now().response.headers["Authentication-Info"] = (
            f'rspauth="{credentials.response_digest(ha1)}", cnonce="{credentials.cnonce}", '
            f"nc={credentials.nc}, qop={credentials.qop}"
        )

    def _debug(self, text: str) -> None:
        if self._settings.debug:
            serving_now().request.log(text, CONTEXT)

    # -- auth-int ----------------------------------------------------------------------

    def keep_body(self) -> None:
        """Keep the body, if the credentials need its digest; HTTPError 413 for a large one."""
        header = serving_now().request.environ.get("HTTP_AUTHORIZATION", "")
        if qop_auth_int in header.lower():
            self._body()

    def _body(self) -> bytes:
        """Return the body as it came. HTTPError 400 when it was read already."""
        request = serving_now().request
        kept: bytes | None = request.environ.get(_BODY)
        if kept is not None:
            return kept
        if request.body.is_begun:
            raise HTTPError(400, "The body was read before its digest could be compared.")
        limit = self._settings.max_body_bytes
        kept = request.body.read(limit + 1)
        if len(kept) > limit:
            message = f"With qop=auth-int a body may have {limit} bytes at most."
            raise HTTPError(413, message)
        request.body.replace_source(io.BytesIO(kept))
        request.environ[_BODY] = kept
        return kept


def check_number(name: str, value: Any) -> None:
    """ConfigError unless `value` is a number above 0."""
    if not isinstance(value, (int, float)) or not value > 0:
        message = f"{name} is {value!r}; it must be a number, 1 or more."
        raise ConfigError(message, key=name)


def read_keys(key: Key) -> tuple[bytes, ...]:
    """Return the keys that config gives; ConfigError for none."""
    try:
        return list_keys(key)
    except TypeError:
        message = "The key must be a text, or a list of texts."
        raise ConfigError(message, key="key") from None
    except ValueError as error:
        raise ConfigError(str(error), key="key") from None


def read_users(get_ha1: Any, userhash: bool) -> Users | UserFunction:
    """Return where the users are; ConfigError where there are none, or no names to hash."""
    if isinstance(get_ha1, Users):
        return get_ha1
    if not callable(get_ha1):
        raise ConfigError(f"{get_ha1!r} is no function.", key="get_ha1")
    if userhash:
        message = "userhash needs to know all names: use one of the get_ha1_* functions."
        raise ConfigError(message, key="userhash")
    return UserFunction(get_ha1)


def check_hashes(users: Users | UserFunction, realm: str) -> None:
    """ConfigError for a table without one hash in it: of passwords in the clear, say."""
    if isinstance(users, KeptHashes) and users.names(realm) and not users.algorithms(realm):
        met = "None of its values is a hash, of 32 (MD5) or 64 (SHA-256) hexadecimal digits."
        raise ConfigError(met, "get_ha1_dict_plain takes passwords.", key="get_ha1")


def read_qops(qop: str | Iterable[str]) -> tuple[str, ...]:
    """Return the qualities of protection to offer; ConfigError for one that is none."""
    qops = split_list(qop)
    if not qops or not all(each in valid_qops for each in qops):
        raise ConfigError(f"{qop!r} is not 'auth', 'auth-int' or a list of both.", key="qop")
    return qops


def split_list(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return the words of 'a, b', or of a list."""
    words = value.split(",") if isinstance(value, str) else value
    return tuple(str(word).strip() for word in words)
