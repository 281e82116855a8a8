"""What the settings of `auth_basic` and `auth_digest` have in common."""

from __future__ import annotations

from typing import Any

from ..core.loaded import ConfigError

NOT_AUTHORIZED = "You are not authorized to access that resource"

# What a challenge says of each charset: RFC 7616 and 7617 know no other to name than UTF-8.
_CHARSETS = {"utf-8": ', charset="UTF-8"', "utf8": ', charset="UTF-8"', "iso-8859-1": ""}


def require(**settings: Any) -> None:
    """Raise ConfigError for the first of `settings` that is not there."""
    for name, value in settings.items():
        if value is None or value == "":
            message = f"{name} is not set: without it nobody could be let in."
            raise ConfigError(message, key=name)


def check_realm(realm: Any, is_hashed: bool = True) -> str:
    """Return `realm`; ConfigError unless it can stand in a challenge as it is.

    Clients show it, in ISO-8859-1 as any header; those that hash it do not agree on how, beyond
    ASCII (RFC 7616 section 3.3).
    """
    if not isinstance(realm, str):
        raise ConfigError(f"The realm must be a text, not {realm!r}.", key="realm")
    charset, highest = ("ASCII", "\x7f") if is_hashed else ("ISO-8859-1", "\xff")
    is_plain = realm.isprintable() and max(realm, default="") <= highest
    if '"' in realm or "\\" in realm or not is_plain:
        raise ConfigError(
            f"The realm {realm!r} must not hold quotes, backslashes, control characters or "
            f"letters beyond {charset}.",
            key="realm",
        )
    return realm


def describe_charset(accept_charset: Any) -> str:
    """Return the end of a challenge: '' for ISO-8859-1. ConfigError for what is not UTF-8
    either.
    """
    known = _CHARSETS.get(accept_charset.lower()) if isinstance(accept_charset, str) else None
    if known is None:
        wanted = "'utf-8' or 'iso-8859-1'"
        raise ConfigError(f"{accept_charset!r} is not {wanted}.", key="accept_charset")
    return known
