"""`log_tracebacks`, `log_headers` and `log_hooks`: what is logged of a request."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from ..core.current import serving_now
from ..core.hooks import HOOK_POINTS, Hook
from ..core.links import url
from ..core.logs import redact_headers

SECRET_WORDS = ("key", "secret", "password", "token", "credential")
"""An argument of a hook is not logged if its name holds one of them."""


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:
    """Write the traceback of an unexpected error to the error log, with the id on its page.

    `severity`: of the log line, a number of the module logging.
    """
    serving_now().request.report_error_id("unexpected error", severity, traceback=True)


def log_request_headers(debug: bool = False) -> None:
    """Write the request's headers to the error log; what they hold of secrets is left out."""
    request = serving_now().request
    lines = [f"  {name}: {value}" for name, value in redact_headers(request.headers.items())]
    request.log("\nRequest Headers:\n" + "\n".join(lines), "HTTP")


def log_hooks(debug: bool = False) -> None:
    """Write to the error log which hooks the request has, in the order in which they run.

    Arguments whose names sound of secrets are left out. Source: BEHAVIOUR 6.3.
    """
    request = serving_now().request
    lines = describe_hooks(request.plan.hook_map())
    request.log(f"\nRequest Hooks for {url()}:\n" + "\n".join(lines), "HTTP")


def describe_hooks(hooks: Mapping[str, Iterable[Hook]]) -> Iterator[str]:
    """Yield a line for each point, the known ones first, and for each of its hooks; nothing is
    changed.
    """
    for point in dict.fromkeys((*HOOK_POINTS, *hooks)):
        yield f"    {point}:"
        for hook in sorted(hooks.get(point, ())):
            yield f"        {describe_hook(hook)}"


def describe_hook(hook: Hook) -> str:
    """Return what runs, when, and with which arguments."""
    callback: Any = hook.callback
    while isinstance(callback, partial):
        callback = callback.func
    name = getattr(callback, "__qualname__", type(callback).__qualname__)
    module = getattr(callback, "__module__", "")
    arguments = "".join(f", {key}={shown(key, value)}" for key, value in hook.kwargs.items())
    flags = f"failsafe={hook.failsafe!r}, priority={hook.priority!r}"
    return f"Hook({module}.{name}, {flags}{arguments})"


def shown(name: str, value: object) -> str:
    """Return an argument's value as it may be logged."""
    is_secret = any(word in name.lower() for word in SECRET_WORDS)
    return "(hidden)" if is_secret else repr(value)
