"""Pages of other origins that may read what a path answers (`tools.cors`): the CORS protocol.

Source: the Fetch standard, section 3.3 (https://fetch.spec.whatwg.org/#http-cors-protocol).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.handler import MethodNotAllowed
from ..core.headers import add_settled_page
from ..core.loaded import ConfigError
from ..core.tools import Elsewhere
from . import set_vary_header
from .headernames import check_name
from .originlist import ANY, OriginList, is_origin, list_of

UNKNOWN_METHODS = ("GET", "HEAD", "POST")
"""What a preflight offers where neither config nor page names methods: what a form can send."""

VARY_ORIGIN = ("Vary", "Origin")
add_settled_page(VARY_ORIGIN)

# Whatever is asked of a preflight, its answer depends on these.
_ASKED = "Access-Control-Request-Method, Access-Control-Request-Headers"
_NETWORK = "Access-Control-Request-Private-Network"

# After `caching` (100) has taken its copy: that is to serve every origin.
HEADERS_PRIORITY = 110


class PreflightAnswer(HTTPError):
    """The answer to a preflight. Raised like an error, which it is not: so no handler runs, and
    no tool that would ask for a password, read a body or begin a session.
    """

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.code = self.status = 204
        self.reason, self._message = "No Content", ""
        self.pairs = pairs
        self.args = (204,)

    def set_response(self) -> None:
        """Make the current response this answer: it says nothing but what is allowed."""
        response = serving_now().response
        response.discard_body()
        response.headers = self.pairs
        response.status = 204


class Policy:
    """Which origins may do what at a path.

    ConfigError for settings that no browser would heed, or that would let everybody in.
    """

    def __init__(
        self,
        *,
        origins: Any = (),
        methods: Iterable[str] | str | None = None,
        headers: Iterable[str] | str = (),
        expose_headers: Iterable[str] | str = (),
        credentials: bool = False,
        max_age: int | None = 600,
        private_network: bool = False,
        debug: bool = False,
    ) -> None:
        # With credentials every site could read what your users may read.
        self.origins = OriginList(origins, "origins", takes_any=not credentials)
        self.credentials, self.private_network, self.debug = credentials, private_network, debug
        if not self.origins:
            raise ConfigError(
                "It names no origin, so no page could use this.",
                "List origins such as 'https://app.example', or turn the tool off.",
                key="origins",
            )
        self.methods = None if methods is None else self._tokens(methods, "methods").upper()
        exposed = self._tokens(expose_headers, "expose_headers")
        self._on_preflight = self._list_preflight(self._tokens(headers, "headers"), max_age)
        self._always = [("Access-Control-Allow-Credentials", "true")] if credentials else []
        self._on_answer = self._always + (
            [("Access-Control-Expose-Headers", exposed)] if exposed else []
        )

    def _tokens(self, names: Any, key: str) -> str:
        listed = list_of(names, key)
        for name in listed:
            check_name(key, name)
            if name == ANY and self.credentials:
                raise ConfigError(
                    "With credentials browsers take '*' for a name.", "List them.", key=key
                )
        return ", ".join(listed)

    def _list_preflight(self, headers: str, max_age: int | None) -> list[tuple[str, str]]:
        pairs = [("Access-Control-Allow-Headers", headers)] if headers else []
        if max_age is not None:
            if type(max_age) is not int or max_age < 0:
                raise ConfigError(
                    f"The value is {max_age!r}.", "It must be whole seconds.", key="max_age"
                )
            pairs.append(("Access-Control-Max-Age", str(max_age)))
        return pairs

    # -- the two kinds of request ------------------------------------------------------

    def answer_preflight(self) -> None:
        """Answer the current request, and end it, if it asks whether another may be sent.

        HTTPError 403 for an origin that is not allowed.
        """
        serving = serving_now()
        request = serving.request
        environ = request.environ
        if environ["REQUEST_METHOD"] != "OPTIONS":
            return
        origin = environ.get("HTTP_ORIGIN")
        if (
            origin is None
            or "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in environ
            or not is_origin(origin)
        ):
            return
        allow = self.allow(origin)
        self._debug(request, origin, allow)
        if allow is None:
            raise HTTPError(403, "Pages of this origin may not use this address.")
        asked = f"Origin, {_ASKED}"
        pairs = [allow, *self._always]
        pairs.append(("Access-Control-Allow-Methods", self.methods or find_methods(serving)))
        pairs += self._on_preflight
        if self.private_network:
            asked = f"{asked}, {_NETWORK}"
            if environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true":
                pairs.append(("Access-Control-Allow-Private-Network", "true"))
        pairs.append(("Vary", asked))
        raise PreflightAnswer(pairs)

    def add_headers(self) -> None:
        """Let the page that sent the current request read the response, if its origin may.

        Nothing is added to what the handler has allowed itself.
        """
        serving = serving_now()
        request, response = serving.request, serving.response
        origin = request.environ.get("HTTP_ORIGIN")
        pairs = response._headerlist
        if not self.origins.is_any:
            # Whoever asks: a cache must not give what one origin got to another.
            if len(pairs) == 1 and pairs[0][0] == "Content-Type":
                pairs.append(VARY_ORIGIN)  # PERF: what most pages have by now: 0.1 us, not 3
            else:
                set_vary_header(response, "Origin")
            if origin is None:
                return
        if any(str(name).lower() == "access-control-allow-origin" for name, _ in pairs):
            return
        allow = self.allow(origin)
        self._debug(request, origin, allow)
        if allow is not None:
            pairs += (allow, *self._on_answer)

    def allow(self, origin: str | None) -> tuple[str, str] | None:
        """Return the header that lets `origin` in, None if nothing does.

        Where every origin may, the answer is the same for all, and for those who send none, so
        that caches need not tell them apart (Fetch section 3.3.6).
        """
        if self.origins.is_any:
            return "Access-Control-Allow-Origin", ANY
        if origin is None or not self.origins.allows(origin):
            return None
        return "Access-Control-Allow-Origin", origin

    def _debug(self, request: Any, origin: str | None, allow: object) -> None:
        if self.debug:
            verdict = "allowed" if allow else "not allowed"
            request.log(f"origin {origin!r} is {verdict}", "TOOLS.CORS")


def find_methods(serving: Any) -> str:
    """Return the methods of the page or resource that was found, as far as it names them."""
    handler, plan = serving.request.handler, serving.request.plan
    if isinstance(handler, MethodNotAllowed):
        return ", ".join(handler.allowed)
    # MethodDispatcher has put there what the resource can.
    allowed: str | None = serving.response.headers.get("Allow")
    return allowed or ", ".join(plan.allowed_methods or UNKNOWN_METHODS)


def cors(**settings: Any) -> None:
    """Let pages of other origins call this path by script, and read its answers, errors too.

    `origins`: texts as browsers send them ('https://app.example'), 'https://*.app.example',
    compiled regular expressions, 'null', or '*' for all. `methods`: what pages may send; None:
    what the page itself names. `headers`: what pages may send beside what every form may.
    `expose_headers`: what they may read beside the usual ones. `credentials`: whether cookies
    and logins come along. `max_age`: seconds for which a browser remembers the answer to a
    preflight. `private_network`: whether pages of the public internet may call this address.

    Preflights are answered before any handler, login or body.
    """
    policy = Policy(**settings)
    policy.answer_preflight()
    policy.add_headers()


cors.__wrapped__ = Policy  # type: ignore[attr-defined]  # whose signature is the tool's


def prepare_cors(**settings: Any) -> tuple[Any, ...]:
    """Return what answers preflights, and what adds headers; ConfigError for what cannot be."""
    policy = Policy(**settings)
    return (
        policy.answer_preflight,
        Elsewhere("before_finalize", policy.add_headers, HEADERS_PRIORITY),
        Elsewhere("after_error_response", policy.add_headers, HEADERS_PRIORITY),
    )
