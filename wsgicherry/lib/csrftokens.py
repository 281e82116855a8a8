"""Signed tokens: they show that a form was made by this site, for one browser."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from os import urandom

MAX_AHEAD_SECONDS = 60
"""So much may the clocks of two machines differ."""

_SALT_BYTES = 9  # so that no two tokens are alike (BREACH)
_TOKEN = re.compile(r"([0-9a-f]{8,12})\.([0-9a-f]{18})\.([0-9a-f]{64})")
_PURPOSE = "wsgicherry.csrf"


def make_token(key: bytes, binding: str, now: float) -> str:
    """Return a token that only who is `binding` (a session, a cookie) can use."""
    head = f"{int(now):08x}.{urandom(_SALT_BYTES).hex()}"
    return f"{head}.{sign(key, head, binding)}"


def is_good_token(
    token: str, keys: Sequence[bytes], bindings: Sequence[str], now: float, life_seconds: float
) -> bool:
    """Tell whether `token` was signed with one of `keys` for one of `bindings`, and not longer
    ago than `life_seconds`.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return False
    age_seconds = now - int(found[1], 16)
    if not -MAX_AHEAD_SECONDS <= age_seconds <= life_seconds:
        return False
    head, signature = f"{found[1]}.{found[2]}", found[3]
    # All are tried, so that the time tells nothing of which one it was.
    good = [
        hmac.compare_digest(sign(key, head, binding), signature)
        for key in keys
        for binding in bindings
    ]
    return any(good)


def sign(key: bytes, head: str, binding: str) -> str:
    """Return the HMAC of a token's head for `binding`, in hexadecimal."""
    text = "\0".join((_PURPOSE, head, binding))
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
