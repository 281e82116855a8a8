"""`allow`: the methods that a page answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.current import serving_now
from ..core.errors import HTTPError
from .headernames import list_names

DEFAULT_METHODS = ("GET", "HEAD")


def allow(methods: str | Iterable[str] | None = None, debug: bool = False) -> None:
    """Answer 405 unless the request's method is one of `methods`; say in `Allow` which are.

    `methods`: the name of one or several, in any case; None is GET and HEAD. GET implies HEAD.
    Source: CherryPy's rule (BEHAVIOUR 6.3), RFC 9110 section 15.5.6.
    """
    prepare_allow(methods, debug)()


def prepare_allow(
    methods: str | Iterable[str] | None = None, debug: bool = False
) -> Callable[[], None]:
    """Return what `allow` does; ConfigError for what is no method."""
    allowed = list_methods(methods)
    header = ", ".join(allowed)

    def check_method() -> None:
        serving = serving_now()
        method = serving.request.method
        serving.response.headers["Allow"] = header
        if method in allowed:
            return
        if debug:
            serving.request.log(f"{method!r} is not in {header}", "TOOLS.ALLOW")
        raise HTTPError(405)

    return check_method


def list_methods(methods: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the methods that are meant, HEAD with GET; ConfigError for what is none."""
    names = [name.upper() for name in list_names("tools.allow.methods", methods)]
    if "GET" in names and "HEAD" not in names:
        names.append("HEAD")
    return tuple(names) or DEFAULT_METHODS
