"""`params`: a page's parameters, converted to what it annotates, or a 400 that says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from ..core.current import serving_now
from ..core.errors import HTTPError, NotFound
from ..core.handler import MethodNotAllowed
from .annotations import convert_named, convert_segments


def convert_params(
    exception: type[BaseException] | tuple[type[BaseException], ...] = ValueError,
    error: int | str = 400,
    segments: bool = False,
) -> None:
    """Convert the parameters that the page annotates; answer `error` when one does not fit.

    `error`: the status when one does not fit. `exception`: what a type of the program's own
    raises for a value that it refuses. `segments`: convert the path's segments too; one that
    does not fit is 404. The message names every bad parameter, and so do the `errors` of a
    problem document (RFC 9457 section 3). TypeError for an annotation that nothing can be
    converted to. Source: BEHAVIOUR 6.3.
    """
    request = serving_now().request
    page = find_page(request.handler)
    if page is None:
        return
    if segments:
        args = convert_segments(page, request.args, exception)
        if args is None:
            raise NotFound()
        request.args = args
    # Without parameters, too: an annotation that cannot be used shows at the first request.
    faults = convert_named(page, request.params, exception)
    if faults:
        raise describe_faults(faults, error)


def prepare_convert_params(error: int | str = 400, **settings: Any) -> Callable[[], None]:
    """Return what `convert_params` does with these settings; ValueError for a bad status."""
    HTTPError(error)
    return partial(convert_params, error=error, **settings)


def describe_faults(faults: Mapping[str, str], status: int | str) -> HTTPError:
    """Return the error that tells {name: what is wrong} as text, and as members in JSON."""
    text = " ".join(f"The parameter {name!r} {fault}." for name, fault in faults.items())
    error = HTTPError(status, text)
    error.members = {
        "errors": [
            {"detail": fault, "pointer": f"#/{quote(name)}"} for name, fault in faults.items()
        ]
    }
    return error


def find_page(handler: Any) -> Any:
    """Return what a page handler calls; None for a 404, a 405 or a request that is answered.

    TypeError for a handler that hides it: to convert nothing in silence would open a door.
    """
    if handler is None or isinstance(handler, (Exception, MethodNotAllowed)):
        return None
    try:
        return handler.callable
    except AttributeError:
        raise TypeError(
            f"tools.params finds no page in the handler {handler!r}. Let it run before the "
            "tools that wrap the page (tools.params.priority), or turn it off for this path."
        ) from None
