"""The headers and cookies of a request, as CherryPy's mappings."""

from __future__ import annotations

from collections.abc import MutableMapping
from http.cookies import Morsel, SimpleCookie
from typing import Any

from ..wire import headers as wire
from ..wire.cookies import MAX_COOKIE_BYTES, parse_cookies
from ..wire.headers import HeaderElement, HeaderMap, MalformedHeader
from .errors import HTTPError


class AcceptElement(wire.AcceptElement):
    """An element of an Accept* header, ordered by the quality its client gives it."""

    @property
    def qvalue(self) -> float:
        """The quality, 0 to 1, 1 if not given; HTTPError 400 if it is no number."""
        try:
            return super().qvalue
        except MalformedHeader as error:
            raise HTTPError(400, str(error)) from None


def header_elements(name: str, value: object) -> list[HeaderElement]:
    """Return the elements of a header's list, the most preferred (the greatest) first.

    Elements of TE and of Accept and its like are AcceptElements. HTTPError 400 for a bad
    quality, and for a value over `wire.headers.MAX_ELEMENTS_BYTES`.
    """
    try:
        return wire.header_elements(name, value, AcceptElement)
    except MalformedHeader as error:
        raise HTTPError(400, str(error)) from None


class RequestHeaders(HeaderMap):
    """The request's headers, names in Title-Case; changes show in the environ too."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        super().__init__()
        store = super().__setitem__
        for key, value in environ.items():
            name = _header_name(key)
            if name and isinstance(value, str):
                store(name, value.strip())
        if "HTTP_CGI_AUTHORIZATION" in environ:
            store("Authorization", environ["HTTP_CGI_AUTHORIZATION"])

    def __setitem__(self, name: object, value: Any) -> None:
        super().__setitem__(name, value)
        self._environ[environ_key(str(name))] = str(value)

    def __delitem__(self, name: object) -> None:
        super().__delitem__(name)
        self._environ.pop(environ_key(str(name)), None)

    # The methods of dict would go past the two above.

    clear = MutableMapping.clear
    setdefault = MutableMapping.setdefault  # type: ignore[assignment]

    def pop(self, name: object, *default: Any) -> Any:
        if name in self or not default:
            value = self[name]
            del self[name]
            return value
        return default[0]

    def popitem(self) -> tuple[str, Any]:
        name, value = super().popitem()
        self._environ.pop(environ_key(name), None)
        return name, value

    def elements(self, key: str) -> list[HeaderElement]:
        """Return the elements of header `key`, most preferred first.

        HTTPError 400 when it is malformed.
        """
        return header_elements(key, self.get(key))


_CGI_NAMES = {
    "CONTENT_TYPE": "Content-Type",
    "CONTENT_LENGTH": "Content-Length",
    "REMOTE_ADDR": "Remote-Addr",
    "REMOTE_HOST": "Remote-Host",
}
_CGI_KEYS = {name: key for key, name in _CGI_NAMES.items()}


def _header_name(key: str) -> str | None:
    if key.startswith("HTTP_"):
        return key[5:].replace("_", "-").title()
    return _CGI_NAMES.get(key)


def environ_key(name: str) -> str:
    """Return where the environ has the header `name`, in whatever case."""
    return _CGI_KEYS.get(name.title()) or "HTTP_" + name.upper().replace("-", "_")


def read_accept(request: Any, name: str) -> str | None:
    """Return the header `name`, one of Accept and its like, None if it was not sent.

    HTTPError 431 for more than `request.max_accept_bytes` bytes.
    """
    # Asked of the mapping if there is one: it may note that (lib/varying.py).
    headers = request._headers
    header: str | None = (
        request.environ.get(environ_key(name)) if headers is None else headers.get(name)
    )
    if header is not None and len(header) > request.max_accept_bytes:
        raise HTTPError(431, f"The {name!r} request header is too large.")
    return header


def load_cookies(header: str, limit: int = MAX_COOKIE_BYTES) -> SimpleCookie:
    """Return the cookies of a Cookie header as `http.cookies` objects.

    Of a header over `limit` bytes, which the request is refused for, there are none.

    PERF and safety: they are not parsed by `SimpleCookie`, which stops at the first odd one and
    takes quadratic time on quotes in Python before 3.11.10 (CVE-2024-7592).
    """
    cookies: SimpleCookie = SimpleCookie()
    if not header or len(header) > limit:
        return cookies
    for name, value in parse_cookies(header, limit):
        morsel: Morsel[str] = Morsel()
        morsel.set(name, value, value)
        dict.__setitem__(cookies, name, morsel)
    return cookies
