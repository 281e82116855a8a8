"""Sites that stand behind proxies: that trust their peer, or another."""

from __future__ import annotations

from typing import Any

from hostile_programs import Root

NAMES = {
    "tools.proxy.on": True,
    "tools.proxy.port": "X-Forwarded-Port",
    "tools.proxy.prefix": "X-Forwarded-Prefix",
}
TRUSTING = {**NAMES, "tools.proxy.trusted": ["127.0.0.1", "10.0.0.0/8"]}

PROXY_SITES: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "trusting": (Root, {"/": TRUSTING}),
    "standard": (Root, {"/": {**TRUSTING, "tools.proxy.forwarded": True}}),
    "trusting_others": (
        Root,
        {"/": {**NAMES, "tools.proxy.trusted": ["10.0.0.0/8"], "tools.proxy.forwarded": True}},
    ),
    "trusting_nobody": (Root, {"/": {"tools.proxy.on": True}}),
    "trusting_for_hosts": (Root, {"/": {**TRUSTING, "request.allowed_hosts": ["a.example"]}}),
}
