"""Passwords: hashed for keeping, and compared with what somebody types.

A hash is a text in the PHC format, `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`, which says all that
is needed to check it: one made with other settings, or by another program, is read as well.
Argon2id is read and written with the package argon2-cffi.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable
from hmac import compare_digest
from importlib import import_module
from typing import Any, NamedTuple

MAX_PASSWORD_CHARS = 1024
"""A longer one is never hashed; NIST SP 800-63B section 3.1.1.2 wants at least 64 allowed."""

# OWASP's Password Storage sheet lists five settings that defend alike. This one takes 16 MiB
# for each login that is checked at a time; the first of them, ln=17, would take 128.
SCRYPT_LOG2_N, SCRYPT_R, SCRYPT_P = 14, 8, 5
SALT_BYTES = 16  # NIST SP 800-132 section 5.1
HASH_BYTES = 32

# What a text may ask for: more is no hash that a login could wait for.
MAX_MEMORY_BYTES = 256 * 1024 * 1024
MAX_PASSES = 32
"""Of scrypt's p, and of argon2's t."""
MAX_LANES = 16
"""Of argon2's p."""

# PERF: compiled at the first login, where nobody sees it: 2 ms that a start need not pay.
_SCRYPT = (
    r"\$scrypt\$ln=([1-9][0-9]?),r=([1-9][0-9]?),p=([1-9][0-9]?)"
    r"\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})"
)
_SCHEME = r"\$([a-z0-9-]{1,16})\$"
# With the package absent, too, a text that names the scheme is told from one that does not.
_ARGON2 = (
    r"\$argon2id\$v=19\$m=([0-9]{1,8}),t=([0-9]{1,3}),p=([0-9]{1,3})"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}"
)


def hash(password: str, scheme: str = "scrypt") -> str:
    """Return a text to keep in place of `password`; it takes a quarter of a second, on purpose.

    `scheme`: 'scrypt', or 'argon2id' (which needs argon2-cffi: ImportError without it).
    ValueError for another scheme and for more than MAX_PASSWORD_CHARS, TypeError for no str.
    """
    if not isinstance(password, str):
        raise TypeError(f"A password is a str, not a {type(password).__name__}.")
    if len(password) > MAX_PASSWORD_CHARS:
        raise ValueError(
            f"The password has {len(password)} characters; at most {MAX_PASSWORD_CHARS} are "
            "allowed. Say so where it is chosen."
        )
    return _find_scheme(scheme).hash(_prepare(password))


def verify(password: str, hashed: str | None, scheme: str = "scrypt") -> bool:
    """Tell whether `password` is the one that `hashed` was made from.

    False for what can be no password: one over MAX_PASSWORD_CHARS, or no str at all. With None
    for `hashed` the answer is False, after as long as a check takes (by `scheme`, that of your
    other hashes): an unknown user looks like a wrong password.

    ValueError for a `hashed` that is none of ours, ImportError for argon2 without its package:
    what is in the table of users is not what a client sends.
    """
    if not isinstance(password, str) or len(password) > MAX_PASSWORD_CHARS:
        return False
    if hashed is None:
        _find_scheme(scheme).hash(_prepare(password))
        return False
    return _scheme_of(hashed).verify(_prepare(password), hashed)


def needs_rehash(hashed: str, scheme: str = "scrypt") -> bool:
    """Tell whether `hash` makes other texts today: call it after a login, and keep a new one.

    One of the other scheme always does, and is not looked at further; ValueError as `verify`.
    """
    found = _scheme_of(hashed)
    return found is not _find_scheme(scheme) or not found.is_current(hashed)


def _prepare(password: str) -> bytes:
    """Return the bytes that stand for `password`, whichever keyboard it was typed on.

    RFC 8265 section 4.2.1 (OpaqueString): every space is the ASCII one, and the text is in NFC.
    Not NFKC, which NIST also allows: it makes different passwords the same.
    """
    if not password.isascii():
        spaced = "".join(
            " " if unicodedata.category(letter) == "Zs" else letter for letter in password
        )
        password = unicodedata.normalize("NFC", spaced)
    # surrogatepass: a half of a pair, out of JSON, must not turn a login into a 500.
    return password.encode("utf-8", "surrogatepass")


class _Scheme(NamedTuple):
    hash: Callable[[bytes], str]
    verify: Callable[[bytes, str], bool]
    is_current: Callable[[str], bool]


# -- scrypt (RFC 7914) -----------------------------------------------------------------


class _Scrypt(NamedTuple):
    """What a text says: the settings, and the bytes."""

    log2_n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    @property
    def memory_bytes(self) -> int:
        """What OpenSSL takes: the blocks of all p, and N + 2 more (RFC 7914 section 5)."""
        return 128 * self.r * ((1 << self.log2_n) + 2 + self.p)

    def compute(self, password: bytes) -> bytes:
        """Return the hash of `password` with these settings."""
        return hashlib.scrypt(
            password,
            salt=self.salt,
            n=1 << self.log2_n,
            r=self.r,
            p=self.p,
            maxmem=self.memory_bytes + 1024 * 1024,
            dklen=len(self.hash),
        )

    def __str__(self) -> str:
        settings = f"ln={self.log2_n},r={self.r},p={self.p}"
        return f"$scrypt${settings}${_encode(self.salt)}${_encode(self.hash)}"


def _new_scrypt() -> _Scrypt:
    salt = os.urandom(SALT_BYTES)
    return _Scrypt(SCRYPT_LOG2_N, SCRYPT_R, SCRYPT_P, salt, bytes(HASH_BYTES))


def _hash_scrypt(password: bytes) -> str:
    made = _new_scrypt()
    return str(made._replace(hash=made.compute(password)))


def _read_scrypt(hashed: str) -> _Scrypt:
    match = re.fullmatch(_SCRYPT, hashed)
    if match is None:
        raise ValueError(
            "The stored hash begins with '$scrypt$', but does not go on as "
            "'ln=14,r=8,p=5$<salt>$<hash>' does: was it cut off?"
        )
    log2_n, r, p, salt, hashed = match.groups()
    read = _Scrypt(int(log2_n), int(r), int(p), _decode(salt), _decode(hashed))
    if read.p > MAX_PASSES or read.memory_bytes > MAX_MEMORY_BYTES:
        raise _too_costly(f"ln={read.log2_n},r={read.r},p={read.p}")
    return read


def _verify_scrypt(password: bytes, hashed: str) -> bool:
    read = _read_scrypt(hashed)
    return compare_digest(read.compute(password), read.hash)


def _is_current_scrypt(hashed: str) -> bool:
    read, new = _read_scrypt(hashed), _new_scrypt()
    return read[:3] == new[:3] and list(map(len, read[3:])) == list(map(len, new[3:]))


def _encode(data: bytes) -> str:
    """Return `data` in the base 64 of PHC texts, which is not padded."""
    return b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise ValueError("The stored hash has a part that is no base 64.") from None


# -- argon2id (RFC 9106) ---------------------------------------------------------------


def _load_argon2() -> Any:
    try:
        return import_module("argon2")  # an optional dependency
    except ImportError as error:
        raise ImportError(
            "Hashes of argon2 need the package argon2-cffi: pip install 'wsgicherry[argon2]'"
        ) from error


def _hash_argon2(password: bytes) -> str:
    # Its defaults are a profile of RFC 9106 section 4, and follow what is advised.
    hashed: str = _load_argon2().PasswordHasher().hash(password)
    return hashed


def _read_argon2(hashed: str) -> None:
    match = re.fullmatch(_ARGON2, hashed)
    if match is None:
        raise ValueError(
            "The stored hash begins with '$argon2id$', but does not go on as "
            "'v=19$m=65536,t=3,p=4$<salt>$<hash>' does: was it cut off?"
        )
    kibibytes, passes, lanes = map(int, match.groups())
    if kibibytes * 1024 > MAX_MEMORY_BYTES or passes > MAX_PASSES or lanes > MAX_LANES:
        raise _too_costly(f"m={kibibytes},t={passes},p={lanes}")


def _verify_argon2(password: bytes, hashed: str) -> bool:
    _read_argon2(hashed)
    argon2 = _load_argon2()
    try:
        return bool(argon2.PasswordHasher().verify(hashed, password))
    except argon2.exceptions.VerifyMismatchError:
        return False
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError) as error:
        raise ValueError(f"argon2 cannot read the stored hash: {error}") from None


def _is_current_argon2(hashed: str) -> bool:
    _read_argon2(hashed)
    return not _load_argon2().PasswordHasher().check_needs_rehash(hashed)


# -- which is which --------------------------------------------------------------------

_SCHEMES = {
    "scrypt": _Scheme(_hash_scrypt, _verify_scrypt, _is_current_scrypt),
    "argon2id": _Scheme(_hash_argon2, _verify_argon2, _is_current_argon2),
}


def _find_scheme(name: str) -> _Scheme:
    if name not in _SCHEMES:
        raise ValueError(f"There is no scheme {name!r}; known are {', '.join(_SCHEMES)}.")
    return _SCHEMES[name]


def _scheme_of(hashed: str) -> _Scheme:
    """Return the scheme that `hashed` names. The error does not show it: it may be a password
    in the clear.
    """
    match = re.match(_SCHEME, hashed) if isinstance(hashed, str) else None
    if match is not None and match[1] in _SCHEMES:
        return _SCHEMES[match[1]]
    met = f"begins with '{match[0]}'" if match else "names no scheme"
    wanted = " or ".join(f"'${name}$'" for name in _SCHEMES)
    raise ValueError(
        f"The stored hash {met}; those of wsgicherry.passwords begin with {wanted}. Check "
        "others with what made them, and keep a new hash after the login."
    )


def _too_costly(settings: str) -> ValueError:
    return ValueError(
        f"The stored hash asks for {settings}: more than {MAX_MEMORY_BYTES // 1024**2} MiB, "
        f"{MAX_PASSES} passes or {MAX_LANES} lanes."
    )
