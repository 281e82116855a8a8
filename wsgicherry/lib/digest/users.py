"""Whose password it is: HA1, the hash of name, realm and password, from wherever it is kept."""

from __future__ import annotations

import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ...core.current import find_serving
from ...wire.credentials import normalize
from .algorithms import ALGORITHMS, hex_digest

# What a kept hash can be, by its length; one of SHA-512-256 would look like one of SHA-256.
_BY_DIGITS = {32: "MD5", 64: "SHA-256"}
_HEX = re.compile(r"[0-9A-Fa-f]+")

TICK_NS = 2_000_000_000
"""Of FAT; Linux' own file systems have 10 ms at most."""


def find_algorithm(ha1: Any) -> str | None:
    """Return the algorithm that made a kept hash; None for what is no hash."""
    is_hash = isinstance(ha1, str) and _HEX.fullmatch(ha1)
    return _BY_DIGITS.get(len(ha1)) if is_hash else None


class Users(ABC):
    """A table of users, called as CherryPy calls a get_ha1, with the algorithm besides."""

    def __init__(self) -> None:
        self._hashed: dict[tuple[str, str], tuple[frozenset[str], dict[str, str]]] = {}

    @abstractmethod
    def __call__(self, realm: str, username: str, algorithm: str = "MD5") -> str | None:
        """Return H(username:realm:password), None for a user who is not there."""

    @abstractmethod
    def algorithms(self, realm: str) -> Collection[str]:
        """Return the algorithms by which the users of `realm` can be checked."""

    @abstractmethod
    def names(self, realm: str) -> Collection[str]:
        """Return the users of `realm`."""

    def find_hashed(self, realm: str, hashed: str, algorithm: str) -> str | None:
        """Return the user whose name, hashed with `realm`, is `hashed`; None if there is none.

        Source: RFC 7616 section 3.4.4.
        """
        names = frozenset(self.names(realm))
        known, table = self._hashed.get((realm, algorithm), (None, {}))
        if known != names:
            table = {hex_digest(algorithm, f"{name}:{realm}"): name for name in names}
            self._hashed[realm, algorithm] = names, table
        return table.get(hashed.lower())


class PlainPasswords(Users):
    """{user: password}, from which any algorithm makes its hash."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        super().__init__()
        self._passwords = passwords

    def __call__(self, realm: str, username: str, algorithm: str = "MD5") -> str | None:
        password = self._passwords.get(username)
        # Hashed for whoever is not there, too: that takes as long.
        ha1 = hex_digest(algorithm, f"{username}:{realm}:{normalize(str(password or ''))}")
        return ha1 if password else None

    def algorithms(self, realm: str) -> Collection[str]:
        """Return all: a password in the clear can be hashed by any."""
        return tuple(ALGORITHMS)

    def names(self, realm: str) -> Collection[str]:
        """Return the users, whatever the realm."""
        return self._passwords.keys()


class KeptHashes(Users):
    """{user: HA1}; which algorithm made one is told by its length."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        super().__init__()
        self._hashes = hashes
        self._algorithms: frozenset[str] = frozenset()
        self._counted = 0

    def __call__(self, realm: str, username: str, algorithm: str = "MD5") -> str | None:
        ha1 = self._hashes.get(username)
        made_by = find_algorithm(ha1)
        if made_by and made_by not in self._algorithms:
            self._counted = 0  # it took the place of one that another algorithm had made
        return ha1 if made_by == algorithm else None

    def algorithms(self, realm: str) -> Collection[str]:
        """Return those by which the hashes were made."""
        # PERF: it is asked at each request, and the table may be large.
        if self._counted != len(self._hashes):
            found = map(find_algorithm, list(self._hashes.values()))
            self._algorithms, self._counted = frozenset(filter(None, found)), len(self._hashes)
        return self._algorithms

    def names(self, realm: str) -> Collection[str]:
        """Return the users, whatever the realm."""
        return self._hashes.keys()


class HtdigestFile(Users):
    """A file with lines `user:realm:HA1`, as Apache's htdigest writes it, read again when it
    has changed.

    A user may have a line for each algorithm. OSError when the file cannot be read.
    """

    def __init__(self, filename: str | os.PathLike[str]) -> None:
        super().__init__()
        self._filename = filename
        self._seen: tuple[int, ...] = ()
        self._hashes: dict[str, dict[str, dict[str, str]]] = {}  # realm: user: algorithm: HA1
        self._algorithms: dict[str, frozenset[str]] = {}

    def __call__(self, realm: str, username: str, algorithm: str = "MD5") -> str | None:
        return self._load(realm).get(username, {}).get(algorithm)

    def algorithms(self, realm: str) -> Collection[str]:
        """Return those by which the hashes of `realm` were made."""
        self._load(realm)
        return self._algorithms.get(realm, ())

    def names(self, realm: str) -> Collection[str]:
        """Return the users of `realm`."""
        return self._load(realm).keys()

    def _load(self, realm: str) -> Mapping[str, Mapping[str, str]]:
        found = os.stat(self._filename)
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            with open(self._filename, encoding="utf-8-sig", errors="surrogateescape") as file:
                self._hashes = self._parse(list(file))
            self._algorithms = {
                name: frozenset(algorithm for kept in users.values() for algorithm in kept)
                for name, users in self._hashes.items()
            }
            # In one tick of the file system's clock it may be written twice.
            is_settled = time.time_ns() - found.st_mtime_ns > TICK_NS
            self._seen = seen if is_settled else ()
        return self._hashes.get(realm, {})

    def _parse(self, lines: list[str]) -> dict[str, dict[str, dict[str, str]]]:
        hashes: dict[str, dict[str, dict[str, str]]] = {}
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            username, _, rest = text.partition(":")
            realm, _, ha1 = rest.rpartition(":")
            algorithm = find_algorithm(ha1)
            if not username or not realm or algorithm is None:
                self._tell(number)
                continue
            kept = hashes.setdefault(realm, {}).setdefault(normalize(username), {})
            kept[algorithm] = ha1
        return hashes

    def _tell(self, number: int) -> None:
        """Write to the error log that a line was skipped; not what is in it."""
        serving = find_serving()
        if serving is not None:
            name = os.fspath(self._filename)
            message = f"{name}:{number}: not 'user:realm:hash'; the line is skipped."
            serving.request.log(message, "TOOLS.AUTH_DIGEST", 30)


class UserFunction:
    """A program's own get_ha1(realm, username); if it takes an `algorithm`, that is passed too.

    One that does not is taken to give hashes of MD5, as CherryPy's do, unless config names
    others.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        # PERF: 5 ms that a start need not pay; it is asked once for a plan.
        from inspect import signature

        self._function = function
        try:
            self.takes_algorithm = "algorithm" in signature(function).parameters
        except (TypeError, ValueError):
            self.takes_algorithm = False

    def __call__(self, realm: str, username: str, algorithm: str) -> Any:
        if self.takes_algorithm:
            return self._function(realm, username, algorithm=algorithm)
        return self._function(realm, username)


def get_ha1_dict_plain(user_password_dict: Mapping[str, str]) -> PlainPasswords:
    """Return a get_ha1 for {user: password}, passwords in the clear; an empty one lets nobody
    in.
    """
    return PlainPasswords(user_password_dict)


def get_ha1_dict(user_ha1_dict: Mapping[str, str]) -> KeptHashes:
    """Return a get_ha1 for {user: HA1}, HA1 as 32 (MD5) or 64 (SHA-256) hexadecimal digits."""
    return KeptHashes(user_ha1_dict)


def get_ha1_file_htdigest(filename: str | os.PathLike[str]) -> HtdigestFile:
    """Return a get_ha1 for the file `filename`: see HtdigestFile."""
    return HtdigestFile(filename)
