"""Whether a page has looked at the cookies of its client: then it is that client's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.requestheaders import RequestHeaders

WEBOB_COOKIES = "webob._parsed_cookies"
"""Where WebOb's `request.cookies` keeps what it has read; a test watches it."""


class WatchedHeaders(RequestHeaders):
    """The request's headers, which note whether the Cookie header was asked for, or all."""

    is_cookie_read = False

    def __getitem__(self, name: object) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def get(self, name: object, default: Any = None) -> Any:
        self._note(name)
        return super().get(name, default)

    def _note(self, name: object) -> None:
        if str(name).title() == "Cookie":
            self.is_cookie_read = True

    def __iter__(self) -> Iterator[str]:
        self.is_cookie_read = True
        return super().__iter__()

    def __repr__(self) -> str:
        self.is_cookie_read = True
        return super().__repr__()

    def items(self) -> Any:
        self.is_cookie_read = True
        return super().items()

    def values(self, key: str | None = None) -> Any:
        self.is_cookie_read = self.is_cookie_read or key is None
        return super().values(key)


def watch_cookies(request: Any) -> None:
    """Note from now on whether the cookies of `request` are asked for.

    Headers of another class, such as those of `tools.autovary`, stay: that names in Vary what
    was asked for.
    """
    if request._headers is None or type(request._headers) is RequestHeaders:
        request.headers = WatchedHeaders(request.environ)


def has_read_cookies(request: Any) -> bool:
    """Tell whether somebody has asked for the cookies of `request`, or for their header."""
    return (
        request._cookie is not None
        or getattr(request._headers, "is_cookie_read", False)
        or WEBOB_COOKIES in request.environ
    )
