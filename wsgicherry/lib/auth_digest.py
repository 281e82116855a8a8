"""Digest authentication (`tools.auth_digest`): a password is proved, not sent (RFC 7616).

The names are CherryPy's; the rooms behind them are in `lib.digest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ..core.current import serving_now
from .digest.algorithms import hex_digest
from .digest.credentials import (
    DEFAULT_CHARSET,
    FALLBACK_CHARSET,
    HttpDigestAuthorization,
    qop_auth,
    qop_auth_int,
    valid_algorithms,
    valid_qops,
    www_authenticate,
)
from .digest.guard import CONTEXT, MAX_BODY_BYTES, Guard, Settings
from .digest.nonces import (
    MAX_AREAS,
    MAX_NONCES,
    NONCE_SECONDS,
    Key,
    NonceMemory,
    synthesize_nonce,
)
from .digest.users import get_ha1_dict, get_ha1_dict_plain, get_ha1_file_htdigest

__all__ = [
    "DEFAULT_CHARSET",
    "FALLBACK_CHARSET",
    "TRACE",
    "H",
    "HttpDigestAuthorization",
    "NonceMemory",
    "digest_auth",
    "get_ha1_dict",
    "get_ha1_dict_plain",
    "get_ha1_file_htdigest",
    "md5_hex",
    "qop_auth",
    "qop_auth_int",
    "synthesize_nonce",
    "valid_algorithms",
    "valid_qops",
    "www_authenticate",
]


def md5_hex(s: str | bytes) -> str:
    """Return the MD5 digest of `s` as hexadecimal digits: an HA1, for example."""
    return hex_digest("MD5", s)


H = md5_hex


def TRACE(msg: str) -> None:
    """Write `msg` to the error log."""
    serving_now().request.log(msg, CONTEXT)


def digest_auth(
    realm: str,
    get_ha1: Callable[..., Any],
    key: Key,
    debug: bool = False,
    accept_charset: str = "utf-8",
    algorithms: str | Iterable[str] | None = None,
    qop: str | Iterable[str] = qop_auth,
    userhash: bool = False,
    nonce_seconds: float = NONCE_SECONDS,
    max_nonces: int = MAX_NONCES,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> None:
    """Answer 401 unless the client proves to know a user's password; set `request.login`.

    `realm`: the name of the protected area, which browsers show. `get_ha1`: a function that
    takes realm and name, and an `algorithm` if it has such a parameter, and returns the hash of
    name:realm:password, or None for who is not there. `key`: what signs the nonces, the same in
    all processes and machines; of a list the first signs, and all are known. `accept_charset`:
    in which names are, 'utf-8' or 'iso-8859-1'. `algorithms`: what to offer, the best first;
    None offers SHA-256 and MD5, as far as the users' hashes are of these. `qop`: 'auth', or
    also 'auth-int', by which bodies are hashed as well. `userhash`: let clients hash the name
    of the user. `nonce_seconds`: how long a nonce may be used. `max_nonces`: of how many a
    process counts the uses. `max_body_bytes`: bytes of a body that comes with auth-int; more
    are answered 413.

    HTTPError 400 for improper credentials, such as for another address. ConfigError (a
    ValueError) for settings that cannot be. Source: RFC 7616, BEHAVIOUR 9.2.
    """
    _find_guard(Settings(**locals())).authenticate()


def prepare_digest_auth(**settings: Any) -> tuple[Any, ...]:
    """Return what `digest_auth` does with `settings`; ConfigError for what is missing, or
    cannot be. TypeError for a setting that is none.
    """
    return _find_guard(Settings(**settings)).hooks()


def _find_guard(settings: Settings) -> Guard:
    """Return the guard of these settings: one for all pages that have them."""
    lists: dict[str, Any] = {
        name: tuple(value)
        for name, value in settings._asdict().items()
        if isinstance(value, (list, set))
    }
    try:
        return _cached_guard(settings._replace(**lists))
    except TypeError:  # a get_ha1 that cannot be hashed
        return Guard(settings)


_cached_guard = lru_cache(maxsize=MAX_AREAS)(Guard)
