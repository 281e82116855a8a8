"""The site of the small tools: one page, with a tool of each kind on a path of its own."""

from __future__ import annotations

from typing import Any

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose

OURS = r"https://ours\.example/"


class Pages:
    """One page, on all paths."""

    @expose
    def default(self, *args: str, **params: str) -> str:
        """Ask for some headers, and fail where the path says so."""
        headers = serving_now().request.headers
        for name in ("X-Odd", "Referer", "Accept-Language"):
            headers.get(name)
        if args[:1] == ("errredirect",):
            raise ZeroDivisionError
        return "a small page"

    @expose
    def slash(self, *args: str) -> str:
        """Be a page whose address has no slash at its end."""
        return "a small page"


def on(tool: str, **settings: Any) -> dict[str, Any]:
    """Return the config that turns a tool on."""
    keys = {f"tools.{tool}.{name}": value for name, value in settings.items()}
    return {f"tools.{tool}.on": True, **keys}


SMALL_SITES: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "smalltools": (
        lambda ledger: Pages(),
        {
            "/accept": on("accept", media=["text/html", "text/plain"], set_content_type=True),
            "/allow": on("allow", methods=["GET", "POST"]),
            "/referer": on("referer", pattern=OURS),
            "/stranger": on("referer", pattern=OURS, accept=False, accept_missing=True),
            "/vary": on("autovary"),
            "/ignore": on("ignore_headers", headers=["Range", "X-Odd", "Cookie"]),
            "/log": {**on("log_hooks"), "tools.log_headers.on": True},
            "/errredirect": on("err_redirect", url="/plain"),
            "/errredirect/away": {"tools.err_redirect.internal": False},
            "/redirect": on("redirect", url="/plain", internal=False),
            "/slash": {"tools.trailing_slash.extra": True},
            "/limited": on("ratelimit", limit="1000000/minute"),
            "/keyed": on(
                "ratelimit",
                limit="1000000/minute",
                key=lambda: serving_now().request.headers.get("X-Odd", ""),
            ),
            "/flat": on("flatten"),
        },
    ),
}
