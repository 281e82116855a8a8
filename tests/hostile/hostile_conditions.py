"""The site of the rows about conditional requests: pages with tags, dates and both."""

from __future__ import annotations

from typing import Any

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.lib.cptools import validate_etags, validate_since

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
TAG = '"a"'
PAGE = "<p>page</p>" * 50


def set_headers(**headers: str) -> None:
    """Set headers of the response."""
    serving_now().response.headers.update(headers)


class Conditional:
    """Pages whose copies clients ask about."""

    @expose
    def tagged(self) -> str:
        set_headers(ETag=TAG)
        return PAGE

    @expose
    def dated(self) -> str:
        set_headers(**{"Last-Modified": DATE})
        validate_since()
        return PAGE

    @expose
    def both(self) -> str:
        set_headers(**{"ETag": TAG, "Last-Modified": DATE})
        return PAGE

    @expose
    def weak(self) -> str:
        set_headers(ETag=f"W/{TAG}")
        return PAGE

    @expose
    def auto(self) -> str:
        return PAGE

    @expose
    def stored(self, **params: Any) -> str:
        """Be a page that looks before it changes anything."""
        set_headers(**{"ETag": TAG, "Last-Modified": DATE})
        validate_since()
        validate_etags()
        if serving_now().request.method == "PUT":
            set_headers(ETag='"b"')
        return PAGE

    @expose
    def named(self, tag: str) -> str:
        """Have the tag that the client asks for, as a program with a bug would."""
        set_headers(ETag=tag)
        return PAGE


CONDITION_SITES: dict[str, Any] = {
    "conditional": (
        lambda ledger: Conditional(),
        {
            "/": {
                "tools.etags.on": True,
                "tools.etags.autotags": True,
                "tools.gzip.on": True,
                "tools.expires.on": True,
                "tools.expires.secs": 60,
            },
            "/dated": {"tools.etags.on": False},
        },
    )
}
