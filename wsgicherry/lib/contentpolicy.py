"""A Content-Security-Policy as text or dict, and its place for a nonce."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.loaded import ConfigError
from ..core.settings import nearest

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
        check_words(name, text, key)
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


_FETCHED = (
    *("child", "connect", "default", "fenced-frame", "font", "frame", "img", "manifest"),
    *("media", "object", "prefetch", "script", "style", "worker"),
)
# CSP Level 3 section 6, and what other standards add (Trusted Types, Mixed Content).
_DIRECTIVES = frozenset(
    (
        *(f"{kind}-src" for kind in _FETCHED),
        *("script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr"),
        *("base-uri", "sandbox", "form-action", "frame-ancestors", "report-uri", "report-to"),
        *("require-trusted-types-for", "trusted-types", "upgrade-insecure-requests", "webrtc"),
        *("block-all-mixed-content", "navigate-to", "plugin-types", "require-sri-for"),
    )
)
# What means a host of that name without its quotation marks.
_KEYWORDS = frozenset(
    ("self", "none", "nonce", "unsafe-inline", "unsafe-eval", "strict-dynamic", "unsafe-hashes")
)
_QUOTED = _KEYWORDS.union(
    ("report-sample", "report-sha256", "report-sha384", "report-sha512", "wasm-unsafe-eval"),
    ("trusted-types-eval", "inline-speculation-rules", "script", "allow-duplicates"),
)
_SECRET = re.compile(r"(?:nonce|sha256|sha384|sha512)-.+", re.IGNORECASE)


def check_words(name: str, text: str, key: str) -> None:
    """ConfigError for a keyword that lacks a quotation mark, and for what is nearly a word that
    browsers know. Others pass: browsers learn new ones.
    """
    if name not in _DIRECTIVES and (meant := nearest(name, _DIRECTIVES)):
        raise ConfigError(f"Browsers know no {name!r}.", f"Did you mean {meant!r}?", key=key)
    for source in text.split():
        if source in _KEYWORDS and name != "sandbox":
            met = f"{name!r} says {source}, which is a host of that name."
            raise ConfigError(met, f"The keyword has quotation marks: \"'{source}'\".", key=key)
        if not (source.startswith("'") or source.endswith("'")):
            continue
        word = source.strip("'").lower()
        if source.lower() != f"'{word}'":
            met = f"{name!r} says {source}, which lacks a quotation mark."
            raise ConfigError(met, f"Write \"'{word}'\".", key=key)
        if word in _QUOTED or _SECRET.fullmatch(word):
            continue
        if meant := nearest(word, _QUOTED):
            raise ConfigError(
                f"{name!r} says {source}.", f"Did you mean \"'{meant}'\"?", key=key
            )


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
