"""Requests that a page of another site makes a browser send."""

from __future__ import annotations

from ..core.current import serving_now
from ..core.errors import HTTPError


def refuse_cross_site() -> None:
    """Answer 403 if the current request was sent by a page that is not of this site."""
    request = serving_now().request
    environ = request.environ
    fetch_site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if is_cross_site(fetch_site, origin, request.base):
        raise HTTPError(
            403,
            "The request was sent by a page of another site, so nothing was done. Open the "
            "form on this site and send it from there.",
        )


def is_cross_site(fetch_site: str | None, origin: str | None, base: str) -> bool:
    """Tell whether a browser says that a page of another site made it send this.

    By Sec-Fetch-Site where it is there (https and localhost): another host of the same domain
    is another site, too, for its pages may be anybody's. Then by Origin, whose host must be
    that of `base`; its scheme may be what a proxy in front has made of it. No browser since
    2020 sends a POST without both, so what does is none. Source: the rules of Go's
    CrossOriginProtection.
    """
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    if origin is None:
        return False
    return origin.partition("://")[2].lower() != base.partition("://")[2].lower()
