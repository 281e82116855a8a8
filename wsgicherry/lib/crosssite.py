"""Requests that a page of another site makes a browser send."""

from __future__ import annotations

from typing import Any, NoReturn

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..wire.hosts import DEFAULT_PORTS


def refuse_cross_site() -> None:
    """Answer 403 if the current request was sent by a page that is not of this site."""
    request = serving_now().request
    environ = request.environ
    fetch_site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if is_cross_site(fetch_site, origin, host_of(request)):
        refuse(request)


def host_of(request: Any) -> str:
    """Return host and port by which the client knows this site."""
    host: str = request.base.partition("://")[2]
    return host


def refuse(request: Any) -> NoReturn:
    """Answer 403: a page of another site has sent `request`.

    The log has what was compared: of a proxy that does not pass on the Host header, every
    form looks like another site's.
    """
    environ = request.environ
    fetch_site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    request.log(
        f"Refused as sent by another site's page: Origin {origin!r}, Sec-Fetch-Site "
        f"{fetch_site!r}, this host is {host_of(request)!r}. Have the proxy in front, if there "
        "is one, pass on the Host header.",
        "CROSSSITE",
        30,
    )
    raise HTTPError(
        403,
        "The request was sent by a page of another site, so nothing was done. Open the "
        "form on this site and send it from there.",
    )


def is_cross_site(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Tell whether a browser says that a page of another site made it send this to `host`.

    By Sec-Fetch-Site where it is there (https and localhost): another host of the same domain
    is another site, too, for its pages may be anybody's. Then by Origin, whose host and port
    must be `host`. No browser since 2020 sends a POST without both, so what does is none.
    Source: the rules of Go's CrossOriginProtection.
    """
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    if origin is None:
        return False
    # Not the scheme: a proxy that ends TLS talks http to us, of a page at https://<host>. What
    # that lets in, a page at http://<host>, is of those who can answer in our name by http: a
    # Secure cookie, and HSTS, is what keeps them off.
    scheme, _, origin_host = origin.lower().partition("://")
    # An Origin never has its scheme's port; a Host header that a proxy makes may.
    return origin_host != host.lower().removesuffix(DEFAULT_PORTS.get(scheme, ""))
