"""A Content-Security-Policy as text or dict, and its place for a nonce."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.loaded import ConfigError

NONCE = "'nonce'"
"""What stands in a policy where the nonce of a response comes."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")
# RFC 9110 section 5.5 without what separates: ',' begins another policy.
_VALUE = re.compile(r"[!-+\--:<-~]*(?: [!-+\--:<-~]+)*")
_WANTED = (
    "Write it as \"default-src 'self'; img-src *\", or as {'default-src': \"'self'\", "
    "'img-src': ['*']}."
)


class ContentPolicy:
    """One policy: `plain` is its text without a nonce, `with_nonce(nonce)` the one with it.

    ConfigError, with `key`, for what is no policy.
    """

    def __init__(self, policy: Any, key: str, extra: Mapping[str, str] | None = None) -> None:
        directives = read_policy(policy, key)
        for name, value in (extra or {}).items():
            directives.setdefault(name, value)
        self._with_nonce = write_policy(directives)
        self.has_nonce = NONCE in self._with_nonce
        self.plain = write_policy({n: without_nonce(v) for n, v in directives.items()})

    def with_nonce(self, nonce: str) -> str:
        """Return the text that lets in what carries `nonce`."""
        return self._with_nonce.replace(NONCE, f"'nonce-{nonce}'")


def read_policy(policy: Any, key: str) -> dict[str, str]:
    """Return the directives of `policy`: name -> what they say."""
    if isinstance(policy, str):
        parts = [part.split() for part in policy.split(";")]
        pairs: list[tuple[Any, Any]] = [(part[0], part[1:]) for part in parts if part]
    elif isinstance(policy, Mapping):
        pairs = list(policy.items())
    else:
        raise ConfigError(f"The value is {policy!r}, which is no policy.", _WANTED, key=key)
    directives: dict[str, str] = {}
    for name, value in pairs:
        text = value_text(value)
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            raise ConfigError(f"{name!r} is no directive's name.", _WANTED, key=key)
        if name in directives:
            met = f"{name!r} stands there twice: browsers heed the first alone."
            raise ConfigError(met, "Write it once.", key=key)
        if text is None or not _VALUE.fullmatch(text):
            raise ConfigError(f"{name!r} cannot say {value!r}.", _WANTED, key=key)
        check_keywords(name, text, key)
        directives[name] = text
    if not directives:
        raise ConfigError("The policy is empty.", _WANTED, key=key)
    return directives


def value_text(value: Any) -> str | None:
    """Return what a directive says as one text; None for what is neither text nor a list."""
    if value is None or value is True:
        return ""  # 'upgrade-insecure-requests' says all by its name
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Iterable):
        sources = list(value)
        if all(isinstance(source, str) for source in sources):
            return " ".join(sources)
    return None


# What means a host of that name without its quotation marks.
_KEYWORDS = frozenset(
    ("self", "none", "nonce", "unsafe-inline", "unsafe-eval", "strict-dynamic", "unsafe-hashes")
)


def check_keywords(name: str, text: str, key: str) -> None:
    """ConfigError for a keyword that lacks its quotation marks."""
    for source in text.split():
        if source in _KEYWORDS and name != "sandbox":
            met = f"{name!r} says {source}, which is a host of that name."
            raise ConfigError(met, f"The keyword has quotation marks: \"'{source}'\".", key=key)


def without_nonce(text: str) -> str:
    """Return what a directive says on a response that has no nonce.

    'unsafe-inline' goes with it: beside a nonce it is for old browsers alone (CSP Level 3
    section 6.7.3.2), without one it would let in every script.
    """
    sources = text.split()
    if NONCE not in sources:
        return text
    dropped = (NONCE, "'unsafe-inline'")
    return " ".join(each for each in sources if each.lower() not in dropped) or "'none'"


def write_policy(directives: Mapping[str, str]) -> str:
    """Return the directives as the value of a header."""
    return "; ".join(f"{name} {value}".rstrip() for name, value in directives.items())
