"""The session's cookie: its attributes, when it is sent, and what may be kept of the page."""

from __future__ import annotations

from http.cookies import Morsel
from time import time
from typing import Any

from ...wire.cookies import valid_cookie_name
from ...wire.headers import HTTPDate
from .. import set_vary_header

YEAR_SECONDS = 365 * 24 * 3600

SAME_SITE = ("Lax", "Strict", "None")


class _Morsel(Morsel[str]):
    """A cookie that may be `Partitioned`, which http.cookies knows from Python 3.14 on."""

    _reserved = {**Morsel._reserved, "partitioned": "Partitioned"}  # type: ignore[attr-defined] # noqa: RUF012
    _flags = {*Morsel._flags, "partitioned"}  # type: ignore[attr-defined] # noqa: RUF012


class SessionCookie:
    """The cookie of one set of `tools.sessions` settings.

    A name that begins with `__Host-` or `__Secure-` is used where the cookie is Secure;
    browsers take it nowhere else, so by plain http (a developer's machine) the rest of it is
    the name.
    ValueError for settings that contradict each other. Source: RFC 6265bis section 4.1.3.
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
        self.samesite = samesite.title() if samesite else None
        self.partitioned = partitioned
        fault = self._find_fault()
        if fault:
            raise ValueError(fault)

    def _find_fault(self) -> str:
        """Return what no browser would accept, or would be unsafe, '' if nothing is."""
        name = self.secure_name
        if not valid_cookie_name(name) or not self.plain_name:
            return f"tools.sessions.name is {name!r}, which cannot be the name of a cookie."
        if self.samesite and self.samesite not in SAME_SITE:
            return (
                f"tools.sessions.samesite is {self.samesite!r}; it can be 'Lax', 'Strict', "
                "'None' or None (no such attribute)."
            )
        if self.samesite == "None" and not self.secure:
            return (
                "tools.sessions.samesite is 'None': browsers refuse such a cookie unless it is "
                "Secure. Set tools.sessions.secure to True too (and serve by https)."
            )
        if self.partitioned and not self.secure:
            return (
                "tools.sessions.partitioned is True: browsers refuse such a cookie unless it "
                "is Secure. Set tools.sessions.secure to True too (and serve by https)."
            )
        if name != self.plain_name and self.secure is False:
            return (
                f"tools.sessions.name is {name!r}: browsers refuse a cookie of that name "
                "unless it is Secure. Leave tools.sessions.secure out, or set it to True."
            )
        is_bound = self.domain is not None or self.path not in (None, "/") or self.path_header
        if name.startswith("__Host-") and is_bound:
            return (
                f"tools.sessions.name is {name!r}: browsers refuse a cookie of that name with "
                "a domain, or with a path other than '/'. Leave tools.sessions.domain, .path "
                "and .path_header out, or name it '__Secure-...'."
            )
        return ""

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
        if "HTTP_COOKIE" not in request.environ and request._cookie is None:
            return None
        morsel = request.cookie.get(self.name_for(request))
        return None if morsel is None else morsel.value

    def send(self, request: Any, response: Any, id: str, timeout: float | None) -> None:
        """Have the client keep `id`: for `timeout` minutes, or until it closes the browser."""
        morsel = self._make(request, response, id)
        if timeout and self.persistent:
            morsel["max-age"] = max(1, int(timeout * 60))
            # CherryPy's programs and their tests look for it.
            morsel["expires"] = HTTPDate(time() + timeout * 60)

    def expire(self, request: Any, response: Any) -> None:
        """Have the client forget the cookie."""
        # Not an empty value: the attributes alone end it, and some clients drop empty ones.
        morsel = self._make(request, response, "expired")
        morsel["max-age"] = 0
        morsel["expires"] = HTTPDate(time() - YEAR_SECONDS)

    def _make(self, request: Any, response: Any, value: str) -> _Morsel:
        name = self.name_for(request)
        morsel = _Morsel()
        morsel.set(name, value, value)
        header = self.path_header and request.headers.get(self.path_header)
        morsel["path"] = self.path or header or "/"
        if self.domain is not None:
            morsel["domain"] = self.domain
        if self.is_secure(request):
            morsel["secure"] = True
        if self.httponly:
            morsel["httponly"] = True
        if self.samesite:
            morsel["samesite"] = self.samesite
        if self.partitioned:
            morsel["partitioned"] = True
        dict.__setitem__(response.cookie, name, morsel)
        return morsel


def mark_private(response: Any) -> None:
    """Say that the page is one client's: who keeps it must not give it to another."""
    set_vary_header(response, "Cookie")
    headers = response.headers
    present = headers.get("Cache-Control")
    if not present:
        headers["Cache-Control"] = "private"
        return
    directives = [each.strip() for each in str(present).split(",")]
    names = {each.partition("=")[0].lower() for each in directives}
    if not names & {"private", "no-store"}:
        kept = [each for each in directives if each.lower() != "public"]
        headers["Cache-Control"] = ", ".join(["private", *kept])
