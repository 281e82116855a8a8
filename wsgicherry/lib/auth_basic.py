"""Basic authentication (`tools.auth_basic`): name and password with each request (RFC 7617).

They cross the wire in the clear: let pages that ask for them be served by HTTPS alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hmac import compare_digest
from types import CoroutineType
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError
from ..wire.credentials import MalformedCredentials, normalize, parse_basic, split_scheme
from .authsettings import NOT_AUTHORIZED, check_realm, describe_charset, require
from .passwordmemory import REMEMBER_ENTRIES, REMEMBER_SECONDS, PasswordMemory

HASH_STARTS = ("$scrypt$", "$argon2id$")
"""How a hash of `wsgicherry.passwords` begins."""

Check = Callable[[str, str, str], Any]
"""checkpassword(realm, username, password): true to let the user in."""


def checkpassword_dict(
    user_password_dict: Mapping[str, str],
    *,
    remember_seconds: float = REMEMBER_SECONDS,
    remember_entries: int = REMEMBER_ENTRIES,
) -> Callable[[str, str, str], bool]:
    """Return a check of passwords in `user_password_dict`, for whatever realm.

    It holds hashes of `wsgicherry.passwords` or, as CherryPy had it, passwords in the clear; an
    empty one lets nobody in. A right password for a hash, which is slow to check, is remembered
    for `remember_seconds`; see PasswordMemory. An unknown user takes as long as a wrong
    password for as long as all passwords are kept in one way.
    """
    memory = PasswordMemory(remember_seconds, remember_entries)

    def checkpassword(realm: str, username: str, password: str) -> bool:
        stored = text_or_none(user_password_dict.get(username))
        # Who is not there is taken to be kept as the others are.
        sample = stored or next(filter(text_or_none, user_password_dict.values()), "")
        if sample.startswith(HASH_STARTS):
            return memory.verify(password, stored, sample.split("$", 2)[1])
        wanted = normalize(sample).encode("utf-8", "surrogatepass")
        is_same = compare_digest(wanted, password.encode("utf-8", "surrogatepass"))
        # CherryPy's rule (BEHAVIOUR 9.1): an empty password fails, whatever is typed.
        return is_same and stored is not None

    return checkpassword


def text_or_none(stored: Any) -> str | None:
    """Return a password as it is kept; None for what nobody can type: '', None, bytes."""
    return stored if stored and isinstance(stored, str) else None


def basic_auth(
    realm: str,
    checkpassword: Check,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> None:
    """Answer 401 unless the client sends a name and a password that fit; set `request.login`.

    `realm`: the name of the protected area, which browsers show. `checkpassword`: a function
    that takes realm, name and password, and returns what is true to let the user in.
    `accept_charset`: in which names and passwords are, 'utf-8' or 'iso-8859-1'.

    They come to the check in NFC. HTTPError 400 for a malformed header. ConfigError (a
    ValueError) for a realm with a quote in it. Source: RFC 7617, CherryPy's rule (BEHAVIOUR
    9.1).
    """
    prepare_basic_auth(realm, checkpassword, debug, accept_charset)()


def prepare_basic_auth(
    realm: str | None = None,
    checkpassword: Check | None = None,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> Callable[[], None]:
    """Return what `basic_auth` does with these settings; ConfigError for what is missing, or
    cannot be.
    """
    require(realm=realm, checkpassword=checkpassword)
    area = check_realm(realm, is_hashed=False)
    if not callable(checkpassword):
        raise ConfigError(f"{checkpassword!r} is no function.", key="checkpassword")
    challenge = f'Basic realm="{area}"{describe_charset(accept_charset)}'

    def authenticate() -> None:
        request = serving_now().request
        header = request.environ.get("HTTP_AUTHORIZATION")
        credentials = _read(header, accept_charset) if header else None
        if credentials is not None:
            username, password = credentials
            answer = checkpassword(area, username, password)
            if answer is not True:
                refuse_coroutine(answer)
            if debug:
                verb = "is" if answer else "is not"
                request.log(f"{username!r} {verb} let in.", "TOOLS.BASIC_AUTH")
            if answer:
                request.login = username
                return
        serving_now().response.headers["Www-Authenticate"] = challenge
        raise HTTPError(401, NOT_AUTHORIZED)

    return authenticate


def refuse_coroutine(answer: Any) -> None:
    """TypeError for what an `async def` gave: as any object it is true, whoever asks."""
    if isinstance(answer, CoroutineType):
        answer.close()
        raise TypeError(
            "checkpassword is 'async def': nothing here awaits it. Write 'def', or run the "
            "coroutine in it with asyncio.run(...)."
        )


def _read(header: str, charset: str) -> tuple[str, str] | None:
    """Return name and password, None for a header of another scheme; HTTPError 400 for none."""
    try:
        scheme, text = split_scheme(header)
        return parse_basic(text, charset) if scheme == "basic" else None
    except MalformedCredentials as error:
        raise HTTPError(400, f"The Authorization header could not be parsed. {error}") from None
