"""Pages that are one client's own: what caches are told of them."""

from __future__ import annotations

from typing import Any

from ..core.headers import add_settled_page
from . import set_vary_header

VARY, PRIVATE = ("Vary", "Cookie"), ("Cache-Control", "private")
add_settled_page(VARY, PRIVATE)


def mark_private(response: Any) -> None:
    """Say that the page is one client's, told by its cookies: who keeps it must not give it to
    another.
    """
    pairs = response._headerlist
    if len(pairs) == 1 and pairs[0][0] == "Content-Type":
        pairs += (VARY, PRIVATE)  # PERF: what most pages have by now: 0.3 us, not 8
        return
    if VARY in pairs and PRIVATE in pairs:
        return
    set_vary_header(response, "Cookie")
    keep_private(response)


def keep_private(response: Any) -> None:
    """Say that no shared cache may keep the page."""
    headers = response.headers
    present = headers.get("Cache-Control")
    if not present:
        headers["Cache-Control"] = "private"
        return
    directives = [each.strip() for each in str(present).split(",")]
    # 'private="X-Name"' is said of that header alone (RFC 9111 section 5.2.2.7).
    if not {each.lower() for each in directives} & {"private", "no-store"}:
        kept = [each for each in directives if each.lower() != "public"]
        headers["Cache-Control"] = ", ".join(["private", *kept])
