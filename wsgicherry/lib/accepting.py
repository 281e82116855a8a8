"""`accept`: the media type that a client wants, of those a page has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError
from ..core.requestheaders import read_accept
from ..wire.accept import MalformedHeader, choose_media
from . import set_vary_header

# 'text/html', with parameters or without; a range such as 'text/*' cannot be sent.
_MEDIA = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+\s*(;.*)?")


class NotAcceptable(HTTPError):
    """406: the client wants none of the media types that there are. Caches are told why."""

    def set_response(self) -> None:
        """Make the current response this error's page."""
        super().set_response()
        set_vary_header(serving_now().response, "Accept")


def accept(
    media: str | Iterable[str] | None = None,
    debug: bool = False,
    set_content_type: bool = False,
) -> str | None:
    """Return the one of `media` that the client likes best; answer 406 if it accepts none.

    `media`: the type that the page has, or several, the best first; None is a page that has
    any. `set_content_type`: make the choice the answer's Content-Type.

    A header that is malformed counts as absent, for which the first of `media` is right; one
    that is too long is 431. The answer's `Vary` names Accept. Source: BEHAVIOUR 6.3, RFC 9110
    section 12.5.1.
    """
    return prepare_accept(media, debug, set_content_type)()


def prepare_accept(
    media: str | Iterable[str] | None = None,
    debug: bool = False,
    set_content_type: bool = False,
) -> Callable[[], str | None]:
    """Return what `accept` does; ConfigError for what is no media type."""
    offers = list_media(media)

    def choose_offer() -> str | None:
        if not offers:
            return None
        serving = serving_now()
        request, response = serving.request, serving.response
        header = read_accept(request, "Accept")
        choice = choose(header, offers)
        if debug:
            request.log(f"Accept: {header!r}: {choice!r} of {offers!r}", "TOOLS.ACCEPT")
        if choice is None:
            raise NotAcceptable(406, describe(str(header), offers))
        set_vary_header(response, "Accept")
        if set_content_type:
            response.headers["Content-Type"] = choice
        return choice

    return choose_offer


def choose(header: str | None, offers: Sequence[str]) -> str | None:
    """Return the best of `offers` for an Accept header; None if all of them are refused."""
    try:
        # The request's own limit has been asked already.
        return choose_media(header, offers, len(header or ""))
    except MalformedHeader:
        return offers[0]


def list_media(media: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the media types that are meant; ConfigError for what is none."""
    offers = (media,) if isinstance(media, str) else tuple(media or ())
    for offer in offers:
        if not _MEDIA.fullmatch(offer):
            message = f"It holds {offer!r}, not a media type as 'text/html'."
            raise ConfigError(message, key="tools.accept.media")
    return offers


def describe(header: str, offers: Sequence[str]) -> str:
    """Return what a 406 says."""
    return (
        f"Your client sent this Accept header: {header}. But this resource only emits these "
        f"media types: {', '.join(offers)}."
    )
