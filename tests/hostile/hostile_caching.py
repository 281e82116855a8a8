"""A program with a cache: what one client sends must never be in the page of another."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from hostile_row import CREDENTIAL

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.core.links import url

LAST_MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT"


class CachedPages:
    """Pages that are the same for everybody, and pages that repeat what a client sends."""

    @expose
    def index(self) -> str:
        serving_now().response.headers["Cache-Control"] = "max-age=3600"
        return "hello"

    @expose
    def tagged(self) -> str:
        headers = serving_now().response.headers
        headers["Etag"] = '"tag"'
        headers["Last-Modified"] = LAST_MODIFIED
        return "tagged"

    @expose
    def here(self, **params: Any) -> str:
        return html.escape(url())

    @expose
    def item(self, *segments: str) -> str:
        return ascii(html.escape(" ".join(segments[:5])))

    @expose
    def query(self, q: str = "", **params: Any) -> str:
        return ascii(html.escape(str(q)))

    @expose
    def varied(self) -> str:
        response, request = serving_now().response, serving_now().request
        response.headers["Vary"] = "Accept-Language, X-Flavour"
        flavour = request.headers.get("X-Flavour", "")
        return ascii(html.escape(f"{request.headers.get('Accept-Language', '')} {flavour}"))

    @expose
    def cookie(self) -> str:
        morsel = serving_now().request.cookie.get("name")
        return ascii(html.escape(morsel.value)) if morsel else "nobody"

    @expose
    def login(self) -> str:
        is_known = CREDENTIAL in serving_now().request.headers.get("Authorization", "")
        return "secret page" if is_known else "public page"

    @expose
    def part(self) -> str:
        response = serving_now().response
        if serving_now().request.headers.get("Range"):
            response.status = 206
            return "a part"
        return "the whole"

    @expose
    def change(self) -> str:
        return "changed"


CACHING_SITES: dict[str, tuple[Callable[[Any], Any], dict[str, dict[str, Any]]]] = {
    "cached": (lambda ledger: CachedPages(), {"/": {"tools.caching.on": True}}),
    "cached_gzip": (
        lambda ledger: CachedPages(),
        {"/": {"tools.caching.on": True, "tools.gzip.on": True}},
    ),
    "cached_small": (
        lambda ledger: CachedPages(),
        {
            "/": {
                "tools.caching.on": True,
                "tools.caching.maxobjects": 3,
                "tools.caching.maxsize": 9000,
                "tools.caching.delay": 0,
                "tools.caching.stale_while_revalidate": 60,
            }
        },
    ),
}
