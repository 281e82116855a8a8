"""The roots of the sites that have other dispatchers than the default one."""

from __future__ import annotations

import html
from typing import Any

from wsgicherry.core.current import serving_now
from wsgicherry.core.dispatch import (
    MethodDispatcher,
    RoutesDispatcher,
    VirtualHost,
    XMLRPCDispatcher,
)
from wsgicherry.core.expose import expose
from wsgicherry.lib.xmlrpcutil import XMLRPCController


class Items:
    """A resource."""

    exposed = True
    SECRET = "a constant"
    Model = FACTORY = dict

    def GET(self, *args: str, **kwargs: Any) -> str:
        return html.escape(f"GET {args!r} {sorted(kwargs)!r}", quote=False)

    def POST(self, name: str) -> str:
        return html.escape(f"POST {name!r}")

    def index(self) -> str:
        return "never"


class Rest:
    """Resources below a root that is none."""

    items = Items()


class Calls(XMLRPCController):
    """Methods for XML-RPC."""

    constant = 42

    @expose
    def echo(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(args)

    def hidden(self) -> str:
        return "never"


class Part:
    """A part of a tree that tells its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @expose
    def index(self) -> str:
        return f"part {self.name}"

    @expose
    def host(self) -> str:
        return f"{self.name} {serving_now().request.path_info}"


class Hosts(Part):
    """Two parts."""

    other = Part("other")


class Routed:
    """What patterns lead to."""

    value = 42

    def page(self, **kwargs: str) -> str:
        return html.escape(f"{sorted(kwargs.items())!r}")

    def _private(self) -> str:
        return "never"


class ByPattern(RoutesDispatcher):
    """Patterns of several kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.connect("action", "/do/{action}", Routed())
        self.connect("number", r"/n/{x:\d+}", Routed(), action="page")
        self.connect("rest", "/rest/{x:.*}", Routed(), action="page")
        self.connect("posted", "/posted", Routed(), action="page",
                     conditions={"method": ["POST"]})  # fmt: skip
        self.mapper.connect("odd", "/odd/{controller}/{action}", requirements={})


DISPATCHERS: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "rest": (lambda ledger: Rest(), {"/": {"request.dispatch": MethodDispatcher()}}),
    "calls": (lambda ledger: Calls(), {"/": {"request.dispatch": XMLRPCDispatcher()}}),
    "parts": (
        lambda ledger: Hosts("root"),
        {"/": {"request.dispatch": VirtualHost(**{"other.example": "/other"})}},
    ),
    "proxied": (
        lambda ledger: Hosts("root"),
        {
            "/": {
                "request.dispatch": VirtualHost(
                    use_x_forwarded_host=True, **{"other.example": "/other"}
                )
            }
        },
    ),
    "routed": (lambda ledger: object(), {"/": {"request.dispatch": ByPattern()}}),
}
"""Sites by name, as `hostile_sites.SITES` has them."""
