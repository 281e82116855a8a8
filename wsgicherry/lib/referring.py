"""`referer`: which pages may lead to this one."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError

MAX_REFERER_CHARS = 4096
"""A browser sends the bare origin instead of a longer address (Referrer Policy section 8.3)."""


def referer(
    pattern: str | re.Pattern[str],
    accept: bool = True,
    accept_missing: bool = False,
    error: int | str = 403,
    message: str = "Forbidden Referer header.",
    debug: bool = False,
) -> None:
    """Answer an error unless the page that led here, as the client says, is a right one.

    `pattern`: a regular expression for the beginning of the address. `accept`: whether an
    address that matches is right, or is wrong. `accept_missing`: whether none is right.
    `error`: the status of the answer, 400 to 599. `message`: what it says.

    No browser sends more than MAX_REFERER_CHARS, so that more is never right. This keeps links
    out, not attackers: a client can say what it likes. Source: BEHAVIOUR 6.3.
    """
    prepare_referer(pattern, accept, accept_missing, error, message, debug)()


def prepare_referer(
    pattern: str | re.Pattern[str],
    accept: bool = True,
    accept_missing: bool = False,
    error: int | str = 403,
    message: str = "Forbidden Referer header.",
    debug: bool = False,
) -> Callable[[], None]:
    """Return what `referer` does; ConfigError or ValueError for a bad pattern or status."""
    matches = compile_pattern(pattern).match
    check_status(error)

    def check_referer() -> None:
        request = serving_now().request
        header = request.headers.get("Referer")
        if header is None:
            is_right = accept_missing
        else:
            is_short = len(header) <= MAX_REFERER_CHARS
            is_right = is_short and (matches(header) is not None) == accept
        if debug:
            is_what = "accepted" if is_right else "refused"
            request.log(f"Referer: {header!r} is {is_what}", "TOOLS.REFERER")
        if not is_right:
            raise HTTPError(error, message)

    return check_referer


def check_status(error: int | str) -> None:
    """ConfigError unless `error` is the status of an error."""
    try:
        HTTPError(error)
    except (HTTPError, TypeError, ValueError):
        raise ConfigError(
            f"It is {error!r};", "an error has 400 to 599.", key="tools.referer.error"
        ) from None


def compile_pattern(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    """Return `pattern` compiled; ConfigError if it is no regular expression for text."""
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        message = f"It is {pattern!r}, which is no regular expression: {error}."
        raise ConfigError(message, key="tools.referer.pattern") from None
    if not isinstance(compiled.pattern, str):
        message = f"It is {pattern!r}, which matches bytes, not text."
        raise ConfigError(message, key="tools.referer.pattern")
    return compiled
