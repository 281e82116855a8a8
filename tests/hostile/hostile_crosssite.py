"""Programs that other sites' pages may call, or may not, and what their forms carry."""

from __future__ import annotations

from html import escape
from typing import Any

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.core.methoddispatch import MethodDispatcher
from wsgicherry.lib.csrftokens import sign

LISTED = "https://app.example"
KEY = "a key of 32 characters, as it is"
COOKIE = "c" * 32
MADE = 1_700_000_000  # 2023
FOR_EVER_MINUTES = 10**9


def token(made: int = MADE, key: str = KEY, binding: str = f"cookie {COOKIE}") -> str:
    """Return a token, the same one each time."""
    head = f"{made:08x}.{'5a' * 9}"
    return f"{head}.{sign(key.encode(), head, binding)}"


class Thing:
    """A resource."""

    exposed = True

    def GET(self) -> str:
        return "thing"

    def PUT(self) -> str:
        return "put"


class CrossSite:
    """Pages that change something by any method."""

    thing = Thing()

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    @expose
    def index(self, **params: Any) -> str:
        names = escape(str(sorted(params)))
        return f"acted {names}" if len(names) < 100 else "acted"

    @expose(methods=("PUT",))
    def strict(self) -> str:
        return "strict"

    @expose
    def fault(self) -> str:
        raise HTTPError(409, "refused by the page")

    @expose
    def headers(self) -> str:
        return str(serving_now().request.csp_nonce)


def cors(**settings: Any) -> Any:
    """Return root maker and config of a site with `tools.cors.*`."""
    wanted = {f"tools.cors.{name}": value for name, value in settings.items()}
    resource = {"request.dispatch": MethodDispatcher()}
    return CrossSite, {"/": {"tools.cors.on": True, **wanted}, "/thing": resource}


def csrf(**settings: Any) -> Any:
    """Return root maker and config of a site with `tools.csrf.*`."""
    wanted = {f"tools.csrf.{name}": value for name, value in settings.items()}
    return CrossSite, {"/": {"tools.csrf.on": True, "tools.csrf.keys": [KEY], **wanted}}


CROSS_SITES: dict[str, Any] = {
    "cors": cors(
        origins=[LISTED, "https://*.app.example", "http://localhost:5173"],
        headers=["Content-Type"],
        credentials=True,
    ),
    "cors_any": cors(origins="*"),
    "cors_null": cors(origins=["null"]),
    "csrf": csrf(life_minutes=FOR_EVER_MINUTES),
    "csrf_hour": csrf(life_minutes=60),
    "csrf_trusting": csrf(trusted_origins=[LISTED], same_site=True, when_unknown="allow"),
    "secure": (
        CrossSite,
        {
            "/": {
                "tools.secure_headers.on": True,
                "tools.secure_headers.csp": "default-src 'self'; script-src 'nonce'",
            }
        },
    ),
}
