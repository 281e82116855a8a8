"""`autovary`: the headers that a page looked at, told to caches in `Vary`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..core.current import serving_now
from ..core.requestheaders import RequestHeaders
from ..core.tools import Elsewhere
from .headernames import list_names

VARY_PRIORITY = 95
"""After all that may still look at a header or set Vary (CherryPy's rule)."""

IGNORED = ("Content-Disposition", "Content-Length", "Content-Type")
"""They are about the request's own body, which no cache answers for."""


class MonitoredHeaderMap(RequestHeaders):
    """The request's headers; `accessed_headers` are the names that were asked for so far, in
    Title-Case.
    """

    def __init__(self, environ: dict[str, Any] | None = None) -> None:
        self.accessed_headers: set[str] = set()
        super().__init__({} if environ is None else environ)

    def __getitem__(self, name: object) -> Any:
        self.accessed_headers.add(str(name).title())
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.accessed_headers.add(str(name).title())
        return super().__contains__(name)

    def get(self, name: object, default: Any = None) -> Any:
        self.accessed_headers.add(str(name).title())
        return super().get(name, default)


def autovary(ignore: str | Iterable[str] | None = None, debug: bool = False) -> None:
    """Name in the answer's `Vary` each header that is asked for from now on.

    `ignore`: the names that do not count, one or several; None is Content-Disposition,
    Content-Length and Content-Type.

    What counts is asked of `request.headers`, by the page or a tool; not what middleware or a
    dispatcher read before, who must set Vary themselves. Source: BEHAVIOUR 6.3.
    """
    begin, end = prepare_autovary(ignore, debug)
    begin()
    serving_now().request.hooks.attach(end.point, end.function, priority=end.priority)


def prepare_autovary(
    ignore: str | Iterable[str] | None = None, debug: bool = False
) -> tuple[Callable[[], None], Elsewhere]:
    """Return what notes and what tells; ConfigError for names to ignore that are none."""
    end = partial(set_vary, list_ignored(ignore), debug)
    return watch, Elsewhere("before_finalize", end, VARY_PRIORITY)


def list_ignored(ignore: str | Iterable[str] | None) -> frozenset[str]:
    """Return the names that do not count, in lower case; ConfigError for what is none."""
    names = IGNORED if ignore is None else list_names("tools.autovary.ignore", ignore)
    return frozenset(name.lower() for name in names)


def watch() -> None:
    """Note from now on which headers of the current request are asked for."""
    request = serving_now().request
    if not isinstance(request.headers, MonitoredHeaderMap):
        request.headers = MonitoredHeaderMap(request.environ)


def set_vary(ignored: frozenset[str], debug: bool = False) -> None:
    """Add what was asked for to the answer's Vary."""
    serving = serving_now()
    accessed = getattr(serving.request.headers, "accessed_headers", ())
    present = serving.response.headers.get("Vary") or ""
    vary = join_vary(present, accessed, ignored)
    if debug:
        serving.request.log(f"Vary: {vary!r}", "TOOLS.AUTOVARY")
    if vary:
        serving.response.headers["Vary"] = vary


def join_vary(present: str, accessed: Iterable[str], ignored: Iterable[str]) -> str:
    """Return `present`, a Vary header, with the names that were asked for, sorted, each once.

    '*' says more than any name (RFC 9110 section 12.5.5).
    """
    names = {name.strip().lower(): name.strip() for name in present.split(",") if name.strip()}
    if "*" in names:
        return "*"
    for name in accessed:
        names.setdefault(name.lower(), name)
    return ", ".join(sorted(name for key, name in names.items() if key not in ignored))
