"""`wsgicherry.wsgi`: WSGI applications that stand before those of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .application import WSGIApp
from .virtualhost import find_domain

__all__ = ["VirtualHost"]


class VirtualHost:
    """A WSGI application that hands each request to the application of its host.

    `domains`: {host: WSGI application}, hosts compared as `find_domain` says; `default` answers
    the others. `use_x_forwarded_host`: believe that header, which only a proxy that always sets
    it makes true. Source: CherryPy's rule (BEHAVIOUR 5.5).
    """

    def __init__(
        self,
        default: WSGIApp,
        domains: Mapping[str, WSGIApp] | None = None,
        use_x_forwarded_host: bool = False,
    ) -> None:
        self.default = default
        self.domains = {host.lower(): app for host, app in (domains or {}).items()}
        self.use_x_forwarded_host = use_x_forwarded_host

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        app = find_domain(environ, self.domains, self.use_x_forwarded_host)
        return (self.default if app is None else app)(environ, start_response)
