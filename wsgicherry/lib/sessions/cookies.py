"""The session's cookie: its attributes, and when it is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from http.cookies import Morsel
from time import time
from typing import Any

from ...core.loaded import ConfigError
from ...wire.cookies import parse_cookies, valid_cookie_name
from ...wire.headers import HTTPDate

YEAR_SECONDS = 365 * 24 * 3600

SAME_SITE = ("Lax", "Strict", "None", None)

# What may stand in the attributes of a cookie: nothing that would begin another one.
PATH = re.compile(r"/[!-:<-~]*")
DOMAIN = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

IS_SAME_SITE = "It must be 'Lax', 'Strict', 'None' or None (no such attribute)."
REFUSED = "Browsers refuse such a cookie unless it is Secure."
BE_SECURE = "Set tools.sessions.secure to True too (and serve by https)."
BOUND = "Browsers refuse a cookie of that name with a domain, or a path other than '/'."
BE_UNBOUND = (
    "Leave tools.sessions.domain, .path and .path_header out, or name it '__Secure-...'."
)


class _Morsel(Morsel[str]):
    """A cookie that may be `Partitioned`, which http.cookies knows from Python 3.14 on."""

    _reserved = {**Morsel._reserved, "partitioned": "Partitioned"}  # type: ignore[attr-defined] # noqa: RUF012
    _flags = {*Morsel._flags, "partitioned"}  # type: ignore[attr-defined] # noqa: RUF012


class SessionCookie:
    """The cookie of one set of `tools.sessions` settings.

    A name that begins with `__Host-` or `__Secure-` is used where the cookie is Secure;
    browsers take it nowhere else, so by plain http (a developer's machine) the rest of it is
    the name.
    ConfigError for settings that contradict each other. Source: RFC 6265bis section 4.1.3.
    """

    def __init__(
        self,
        name: str = "session_id",
        path: str | None = None,
        path_header: str | None = None,
        domain: str | None = None,
        secure: bool | None = None,
        httponly: bool = True,
        samesite: str | None = "Lax",
        partitioned: bool = False,
        persistent: bool = True,
    ) -> None:
        self.secure_name = name
        self.plain_name = name.removeprefix("__Host-").removeprefix("__Secure-")
        self.path, self.path_header, self.domain = path, path_header, domain
        self.secure, self.httponly, self.persistent = secure, httponly, persistent
        self.samesite = samesite.title() if isinstance(samesite, str) else samesite
        self.partitioned = partitioned
        self._check()
        names = "|".join(map(re.escape, (self.secure_name, self.plain_name)))
        self._pattern = re.compile(rf"(?:^|;)[ \t]*({names})=([\w-]+)[ \t]*(?:;|\Z)", re.ASCII)
        self._always = self._list_attributes()

    def _check(self) -> None:
        """ConfigError for what no browser would accept, or would be unsafe."""
        name, secure = self.secure_name, self.secure
        is_name = self.plain_name and valid_cookie_name(name)
        is_prefixed = name != self.plain_name
        is_bound = self.domain is not None or self.path not in (None, "/") or self.path_header
        # setting, its value, whether it is wrong, what browsers do, the remedy
        rules = (
            ("name", name, not is_name, "It is no cookie's name.", ""),
            ("path", self.path, not _fits(self.path, PATH), "It must begin with '/'.", ""),
            ("domain", self.domain, not _fits(self.domain, DOMAIN), "It is no host name.", ""),
            ("samesite", self.samesite, self.samesite not in SAME_SITE, "", IS_SAME_SITE),
            ("samesite", "None", self.samesite == "None" and not secure, REFUSED, BE_SECURE),
            ("partitioned", True, self.partitioned and not secure, REFUSED, BE_SECURE),
            ("name", name, is_prefixed and secure is False, REFUSED, BE_SECURE),
            ("name", name, name.startswith("__Host-") and is_bound, BOUND, BE_UNBOUND),
        )
        for setting, value, is_wrong, met, wanted in rules:
            if is_wrong:
                key = f"tools.sessions.{setting}"
                met = met or f"It cannot be {value!r}."
                raise ConfigError(met, wanted, key=key, value=repr(value))

    def is_secure(self, request: Any) -> bool:
        """Tell whether the cookie is sent over https alone: as `secure` says, else if this
        request came by https.
        """
        return request.scheme == "https" if self.secure is None else self.secure

    def name_for(self, request: Any) -> str:
        """Return the cookie's name on the connection of `request`."""
        if self.secure_name is self.plain_name or self.is_secure(request):
            return self.secure_name
        return self.plain_name

    def find(self, request: Any) -> str | None:
        """Return the id that the client sent."""
        if request._cookie is not None:  # somebody has looked at it, or set it
            morsel = request.cookie.get(self.name_for(request))
            return None if morsel is None else morsel.value
        header: str = request.environ.get("HTTP_COOKIE", "")
        if self.plain_name not in header:
            return None
        name = self.secure_name
        if name is not self.plain_name:
            name = self.name_for(request)
        # PERF: the only cookie there is, or the one of its name, as we send it: 0.2 and 0.5 us,
        # against 2 for all that is there, and 6 with a Morsel for each.
        before, _, value = header.partition("=")
        if before == name and value.isalnum():
            return value
        if header.count(name) == 1:
            found = self._pattern.search(header)
            if found is not None and found[1] == name:
                return found[2]
        return dict(parse_cookies(header, request.max_cookie_bytes)).get(name)

    def send(self, request: Any, response: Any, id: str, timeout: float | None) -> None:
        """Have the client keep `id`: for `timeout` minutes, or until it closes the browser."""
        attributes = self._attributes(request)
        if timeout and self.persistent:
            seconds = max(1, int(timeout * 60))
            attributes["max-age"] = seconds
            # CherryPy's programs and their tests look for it.
            attributes["expires"] = _date(int(time()) + seconds)
        self._set(request, response, id, attributes)

    def expire(self, request: Any, response: Any) -> None:
        """Have the client forget the cookie."""
        attributes = self._attributes(request)
        attributes["max-age"] = 0
        attributes["expires"] = _date(int(time()) - YEAR_SECONDS)
        # Not an empty value: the attributes alone end it, and some clients drop empty ones.
        self._set(request, response, "expired", attributes)

    def _set(self, request: Any, response: Any, value: str, attributes: dict[str, Any]) -> None:
        name = self.name_for(request)
        morsel = _Morsel()
        morsel.set(name, value, value)
        # PERF: in one step; Morsel looks at each key for 0.4 us.
        dict.update(morsel, attributes)
        dict.__setitem__(response.cookie, name, morsel)

    def _attributes(self, request: Any) -> dict[str, Any]:
        """Return the attributes of the cookie for `request`."""
        attributes = self._always.copy()
        if self.path_header and not self.path:
            path = request.headers.get(self.path_header)
            if path and PATH.fullmatch(path):
                attributes["path"] = path
        if self.is_secure(request):
            attributes["secure"] = True
        return attributes

    def _list_attributes(self) -> dict[str, Any]:
        """Return the attributes that are the same for each request."""
        attributes: dict[str, Any] = {"path": self.path or "/"}
        if self.domain is not None:
            attributes["domain"] = self.domain
        if self.httponly:
            attributes["httponly"] = True
        if self.samesite:
            attributes["samesite"] = self.samesite
        if self.partitioned:
            attributes["partitioned"] = True
        return attributes


def _fits(value: Any, pattern: re.Pattern[str]) -> bool:
    """Tell whether `value`, if there is one, is of `pattern`."""
    return value is None or (isinstance(value, str) and bool(pattern.fullmatch(value)))


@lru_cache(maxsize=16)
def _date(seconds: int) -> str:
    # PERF: 3 us, and the same for all requests of a second.
    return HTTPDate(seconds)
