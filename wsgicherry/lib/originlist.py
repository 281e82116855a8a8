"""Origins of other sites: as config lists them, and as browsers send them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..core.loaded import ConfigError
from ..wire.hosts import DEFAULT_PORTS

MAX_ORIGIN_CHARS = 512
"""A host has at most 253 (RFC 1035 section 2.3.4); a longer Origin is no browser's."""

ANY = "*"
_NOBODY = "https://nobody.invalid"  # no site's (RFC 2606 section 2): who lets it in lets in all

# As browsers write one (RFC 6454 section 6.2): lower case, no path, no user. Apps' pages have
# schemes of their own.
_SCHEME = r"[a-z][a-z0-9+.-]*"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_ORIGIN = re.compile(rf"null|{_SCHEME}://(?:{_HOST}|\[[0-9a-f:.]+\]){_PORT}")
_WILDCARD = re.compile(rf"({_SCHEME}://)\*(\.{_HOST}{_PORT})")

_WANTED = (
    "Write it as browsers send it: 'https://app.example', 'https://*.app.example' for one more "
    "label, or a compiled regular expression."
)


def is_origin(text: str) -> bool:
    """Tell whether `text` is an origin as a browser would send it; 'null' is one."""
    return len(text) <= MAX_ORIGIN_CHARS and _ORIGIN.fullmatch(text) is not None


class OriginList:
    """The origins of one setting: exact ones, those of a domain, and patterns.

    'https://*.a.example' stands for exactly one label in place of the '*'. A compiled regular
    expression must match the whole origin. '*' alone is every origin, if `takes_any`.
    ConfigError, with `key`, for what no browser would send; and unless `takes_any`, for what
    lets everybody in.
    """

    def __init__(self, origins: Any, key: str, takes_any: bool) -> None:
        self.key = key
        self.is_any = False
        self._exact: set[str] = set()
        self._domains: set[tuple[str, str]] = set()
        self._patterns: list[re.Pattern[str]] = []
        for origin in list_of(origins, key):
            is_pattern = isinstance(origin, re.Pattern) and isinstance(origin.pattern, str)
            is_open = origin.fullmatch(_NOBODY) if is_pattern else origin == ANY
            if is_open and not takes_any:
                met = f"{origin!r} is in it, which lets in every site."
                raise ConfigError(met, "List the origins that you trust.", key=key)
            if is_pattern:
                self._patterns.append(origin)
            elif is_open:
                self.is_any = True
            else:
                self._add(origin)

    def _add(self, origin: Any) -> None:
        if not isinstance(origin, str):
            raise self._error(origin, "It is no text.")
        scheme, _, rest = origin.partition("://")
        port = DEFAULT_PORTS.get(scheme)
        if port and rest.endswith(port):
            raise self._error(origin, f"Browsers leave out the port that {scheme} has anyway.")
        wildcard = _WILDCARD.fullmatch(origin)
        if wildcard is not None:
            self._domains.add((wildcard[1], wildcard[2]))
        elif is_origin(origin):
            self._exact.add(origin)
        else:
            raise self._error(origin, "No browser sends such an origin.")

    def _error(self, origin: Any, met: str) -> ConfigError:
        return ConfigError(f"{origin!r} is in it. {met}", _WANTED, key=self.key)

    def __bool__(self) -> bool:
        return bool(self.is_any or self._exact or self._domains or self._patterns)

    def allows(self, origin: str) -> bool:
        """Tell whether `origin` is one, and listed.

        'null', as which any page can be sent, must be listed as such: no pattern means it.
        """
        if origin in self._exact:
            return True
        if origin == "null" or not is_origin(origin):
            return False
        if self._domains:
            scheme, slashes, host = origin.partition("://")
            _, dot, domain = host.partition(".")
            if (scheme + slashes, dot + domain) in self._domains:
                return True
        return any(pattern.fullmatch(origin) for pattern in self._patterns)


def list_of(values: Any, key: str) -> list[Any]:
    """Return what a setting lists, a text or a pattern alone as a list of one."""
    if isinstance(values, (str, bytes, re.Pattern)):
        return [values]
    if not isinstance(values, Iterable):
        raise ConfigError(f"The value is {values!r}.", "It must be a list.", key=key)
    return list(values)
