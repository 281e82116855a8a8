"""Nonces: made without a memory of them, known by their signature, used once each count."""

from __future__ import annotations

import hmac
import os
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from threading import Lock

NONCE_SECONDS = 600
MAX_NONCES = 10_000
"""How many nonces a process counts the uses of; one takes up to 500 bytes."""
MAX_AREAS = 64
"""How many areas, by realm and key, a process counts the nonces of."""
WINDOW = 1024
"""How far behind the highest count a request may come in: clients send several at once, and
where fifty threads serve them, one may wait while the others go on for hundreds.
"""

Key = str | bytes | Iterable[str | bytes]

_SALT_BYTES = 8
_SALT_DIGITS = 2 * _SALT_BYTES
# seconds of the epoch, ':', salt and HMAC-SHA256
_NONCE = re.compile(rf"([0-9]{{1,12}}):([0-9a-f]{{{_SALT_DIGITS}}})([0-9a-f]{{64}})")
_FULL = (1 << WINDOW) - 1


def list_keys(key: Key) -> tuple[bytes, ...]:
    """Return the keys that `key` holds: one, or the current one and those that were before it.

    ValueError for none, and for an empty one: anybody could sign with that. TypeError for what
    is no text.
    """
    keys = (key,) if isinstance(key, (str, bytes)) else tuple(key)
    found = tuple(each.encode() if isinstance(each, str) else each for each in keys)
    if not all(isinstance(each, bytes) for each in found):
        raise TypeError("A key must be a text or bytes.")  # of 5, bytes() would make five zeros
    if not found or not all(found):
        raise ValueError("The key is empty: set it to a long random text, the same everywhere.")
    return found


def synthesize_nonce(s: str, key: Key, timestamp: float | str | None = None) -> str:
    """Return a nonce for the realm `s`, signed by the first of the keys in `key`.

    `timestamp`: seconds of the epoch, default now. Two are never the same: their uses are
    counted. Any process with the same key knows it again.
    """
    seconds = str(int(time.time() if timestamp is None else timestamp))
    salt = os.urandom(_SALT_BYTES).hex()
    return f"{seconds}:{salt}{_sign(s, list_keys(key)[0], seconds, salt)}"


def read_nonce(nonce: str, s: str, key: Key) -> int | None:
    """Return when `nonce` was made, in seconds of the epoch; None if no key of `key` signed it
    for the realm `s`.
    """
    match = _NONCE.fullmatch(nonce)
    if match is None:
        return None
    seconds, salt, signature = match.groups()
    # All keys are tried: how long that takes says nothing of which one fits.
    found = [
        hmac.compare_digest(_sign(s, each, seconds, salt), signature) for each in list_keys(key)
    ]
    return int(seconds) if any(found) else None


def _sign(realm: str, key: bytes, seconds: str, salt: str) -> str:
    return hmac.digest(key, f"digest-nonce:{seconds}:{salt}:{realm}".encode(), "sha256").hex()


class NonceMemory:
    """The counts that were used of each nonce, so that no request is accepted twice.

    It is one process's: where several serve a site, a request can be sent again once to each of
    the others, for as long as its nonce lives. `use` is safe in threads.
    """

    def __init__(self, max_nonces: int = MAX_NONCES) -> None:
        self.max_nonces = max_nonces
        self._lock = Lock()
        # nonce: when it was made, the highest count, and which of those behind it were used
        self._uses: dict[str, tuple[int, int, int]] = {}
        self._forgotten_until = -1

    def __len__(self) -> int:
        return len(self._uses)

    def use(self, nonce: str, made_at: int, count: int) -> bool:
        """Tell whether `count` of the nonce, which was `made_at`, is used for the first time.

        False too for what cannot be told: a count WINDOW or more behind the highest, and a
        nonce as old as one that was forgotten for want of room.
        """
        if count < 1:
            return False  # RFC 7616 section 3.4: they begin at 1
        with self._lock:
            made_at, highest, used = self._uses.get(nonce, (made_at, 0, 0))
            if not highest and made_at <= self._forgotten_until:
                return False
            ahead = count - highest
            if ahead > 0:
                # The count is the client's: no shift by as much as it likes.
                used = (used << ahead | 1) & _FULL if ahead < WINDOW else 1
                highest = count
            elif ahead <= -WINDOW or used >> -ahead & 1:
                return False
            else:
                used |= 1 << -ahead
            if nonce not in self._uses and len(self._uses) >= self.max_nonces:
                self._forget_oldest()
            self._uses[nonce] = made_at, highest, used
            return True

    def _forget_oldest(self) -> None:
        made_at, _, _ = self._uses.pop(next(iter(self._uses)))
        self._forgotten_until = max(self._forgotten_until, made_at)


@lru_cache(maxsize=MAX_AREAS)
def find_memory(realm: str, keys: tuple[bytes, ...], max_nonces: int) -> NonceMemory:
    """Return the counts of the nonces that `keys` have signed for `realm`: the same ones
    wherever such a nonce is used, also by who calls `digest_auth` with a new get_ha1 each time.
    """
    return NonceMemory(max_nonces)
