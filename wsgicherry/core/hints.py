"""Early hints: what a browser may load while the page is still being made (RFC 8297)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..wire.headers import wire_header
from .headers import NOT_WITHOUT_BODY

if TYPE_CHECKING:
    from .request import Request

Hint = str | tuple[str, Any]


def send_hints(request: Request, hints: Iterable[Hint]) -> None:
    """Have the server send `hints` at once, in a response of status 103.

    A hint is the text of a Link header or a (name, value) pair; ValueError for a name that is
    none. Nothing is sent where the server offers no `wsgi.early_hints` (SERVERS R31), and to a
    client of HTTP/1.0, which knows no such response (RFC 9110 section 15.2).
    """
    send = request.environ.get("wsgi.early_hints")
    pairs = settle_hints([hints] if isinstance(hints, str) else hints)
    if send is None or not pairs or request.protocol < (1, 1):
        return
    try:
        send(pairs)
    except OSError:
        return  # the client is gone, which is noticed when the page is sent


def settle_hints(hints: Iterable[Hint]) -> list[tuple[str, str]]:
    """Return `hints` as headers that may be sent: none of a connection, none of a body."""
    named = [("Link", hint) if isinstance(hint, str) else hint for hint in hints]
    pairs = [wire_header(name.title(), value) for name, value in named]
    return [pair for pair in pairs if pair is not None and pair[0] not in NOT_WITHOUT_BODY]
