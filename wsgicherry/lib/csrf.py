"""Requests that a page of another site has a browser send are refused (`tools.csrf`).

By what browsers say of themselves: Sec-Fetch-Site, then Origin. Forms need nothing for that. A
client that sends neither shows a signed token. Source: OWASP's Cross-Site Request Forgery
Prevention Cheat Sheet.
"""

from __future__ import annotations

import re
from html import escape
from os import urandom
from time import time
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError
from ..core.tools import Elsewhere
from .crosssite import host_of, is_cross_site, refuse
from .csrftokens import is_good_token, make_token
from .originlist import OriginList, list_of
from .privatepages import mark_private

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
"""Methods that change nothing (RFC 9110 section 9.2.1)."""

FIELD = "csrf_token"
HEADER = "HTTP_X_CSRF_TOKEN"
MIN_KEY_BYTES = 16
UNKNOWN = ("token", "allow")

# `__Host-`: no other host of the domain can have set it (RFC 6265bis section 4.1.3.2). By plain
# http, as on a developer's machine, browsers take no such name.
SECURE_COOKIE, PLAIN_COOKIE = "__Host-csrf", "csrf"
_COOKIE_VALUE = re.compile(r"[0-9a-f]{32}")

# After logins (1), whose 401 says more; before `params` (15) and all that acts.
TOKEN_PRIORITY = 5


class Policy:
    """Which requests are believed to be this site's own, by one set of `tools.csrf` settings.

    ConfigError for settings that mean nothing.
    """

    def __init__(
        self,
        *,
        trusted_origins: Any = (),
        same_site: bool = False,
        when_unknown: str = "token",
        keys: Any = (),
        life_minutes: int | float = 720,
        debug: bool = False,
    ) -> None:
        self.trusted = OriginList(trusted_origins, "trusted_origins", takes_any=False)
        self.same_site, self.debug = same_site, debug
        if when_unknown not in UNKNOWN:
            wanted = f"It must be one of {', '.join(map(repr, UNKNOWN))}."
            raise ConfigError(f"The value is {when_unknown!r}.", wanted, key="when_unknown")
        self.allows_unknown = when_unknown == "allow"
        self.keys = read_keys(keys)
        if isinstance(life_minutes, bool) or not life_minutes > 0:
            met = f"The value is {life_minutes!r}."
            raise ConfigError(met, "It must be a number of minutes.", key="life_minutes")
        self.life_seconds = life_minutes * 60

    # -- who has sent it ---------------------------------------------------------------

    def check_sender(self) -> None:
        """Refuse the current request, with 403, if a page of another site has sent it."""
        serving: Any = serving_now()
        serving.csrf = self  # for `token`
        request = serving.request
        if request.environ["REQUEST_METHOD"] in SAFE_METHODS:
            return
        is_ours = self.is_ours(request)
        if self.debug:
            request.log(f"sent by a page of ours: {is_ours}", "TOOLS.CSRF")
        if is_ours is False:
            refuse(request)

    def is_ours(self, request: Any) -> bool | None:
        """Tell whether a page of this site, or a trusted one, has sent `request`; None if that
        is unknown: it is no browser of today, or one that says nothing.
        """
        environ = request.environ
        fetch_site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
        if fetch_site is None and origin is None:
            return None
        if not is_cross_site(fetch_site, origin, host_of(request)):
            return True
        if self.same_site and fetch_site == "same-site":
            return True
        return origin is not None and self.trusted.allows(origin)

    # -- tokens ------------------------------------------------------------------------

    def check_token(self) -> None:
        """Refuse the current request, with 403, if it shows in no way that it is ours.

        The token's field is taken out of the parameters: no handler need know of it.
        """
        request = serving_now().request
        if request.environ["REQUEST_METHOD"] in SAFE_METHODS:
            return
        request.params.pop(FIELD, None)
        if self.allows_unknown or self.is_ours(request) is not None:
            return
        # Not one in the query string: addresses are logged, kept, and sent to others.
        shown = request.environ.get(HEADER) or request.body_params.get(FIELD)
        if isinstance(shown, str) and self.is_good(shown):
            return
        self._refuse_unknown(request, shown)

    def is_good(self, token: str) -> bool:
        """Tell whether `token` was made here, for the client that sends it."""
        bindings = [each for each in (session_binding(False), cookie_binding()) if each]
        return is_good_token(token, self.keys, bindings, time(), self.life_seconds)

    def _refuse_unknown(self, request: Any, shown: object) -> None:
        what = "a token that is not good (any more)" if shown else "no token"
        request.log(
            f"Refused: the client sends neither Sec-Fetch-Site nor Origin, and {what}. If such "
            "clients are programs that no other site can command, set tools.csrf.when_unknown "
            "= 'allow' for their path.",
            "TOOLS.CSRF",
            30,
        )
        raise HTTPError(
            403,
            "It is not certain that this site's own page has sent the request, so nothing was "
            "done. Open the page again and send the form from there.",
        )

    def make_token(self) -> str:
        """Return a token for the client of the current request."""
        if not self.keys:
            raise RuntimeError(
                "tools.csrf.keys is empty, so there are no tokens. Set it to a list of secret "
                "texts; python -c 'import secrets; print(secrets.token_hex())' makes one."
            )
        binding = session_binding(True) or cookie_binding() or begin_cookie()
        return make_token(self.keys[0], binding, time())


def read_keys(keys: Any) -> tuple[bytes, ...]:
    """Return the keys as bytes. The first signs; all are believed, so that one may go."""
    texts = list_of(keys, "keys")
    if not all(isinstance(key, (str, bytes)) for key in texts):
        raise ConfigError("It holds what is no text.", "A key is a secret text.", key="keys")
    found = tuple(key.encode() if isinstance(key, str) else key for key in texts)
    if any(len(key) < MIN_KEY_BYTES for key in found):
        met = f"It has a key of less than {MIN_KEY_BYTES} bytes, which can be guessed."
        wanted = "python -c 'import secrets; print(secrets.token_hex())' makes a good one."
        raise ConfigError(met, wanted, key="keys")
    return found


# -- what a token is bound to ----------------------------------------------------------


def session_binding(is_known: bool) -> str:
    """Return the client's session as a token's binding; '' without one.

    `is_known`: only one that the store knows. (A token for any other was never made.)
    """
    session = getattr(serving_now(), "session", None)
    if session is None or session.originalid is None or (is_known and session.missing):
        return ""
    return f"session {session.id if is_known else session.originalid}"


def cookie_binding() -> str:
    """Return the client's cookie as a token's binding; '' without one."""
    serving = serving_now()
    name = cookie_name(serving.request)
    for cookies in (serving.response._cookie, serving.request.cookie):
        morsel = cookies.get(name) if cookies else None
        if morsel is not None and _COOKIE_VALUE.fullmatch(morsel.value):
            return f"cookie {morsel.value}"
    return ""


def begin_cookie() -> str:
    """Give the client a cookie, until it closes the browser, and return it as a binding."""
    serving = serving_now()
    name, value = cookie_name(serving.request), urandom(16).hex()
    cookies = serving.response.cookie
    cookies[name] = value
    attributes: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax"}
    cookies[name].update({**attributes, "secure": name == SECURE_COOKIE})
    return f"cookie {value}"


def cookie_name(request: Any) -> str:
    """Return the name of the cookie on the connection of `request`."""
    return SECURE_COOKIE if request.base.startswith("https:") else PLAIN_COOKIE


# -- for programs ----------------------------------------------------------------------


class Markup(str):
    """HTML that template engines need not escape."""

    def __html__(self) -> str:
        return str(self)


def token() -> str:
    """Return a token for the current client, for the field `csrf_token` or X-CSRF-Token.

    The response becomes one that no cache shares. RuntimeError where `tools.csrf` is off or
    has no keys, and in a stream whose head has been sent.
    """
    serving = serving_now()
    if serving.response.header_list is not None:
        raise RuntimeError(
            "The head of the response is sent already, and a token may need a cookie there: "
            "make the token before the first chunk of the stream."
        )
    policy: Policy | None = getattr(serving, "csrf", None)
    if policy is None:
        raise RuntimeError(
            "A token is wanted where there is no tools.csrf: set tools.csrf.on = True for this "
            "path."
        )
    made = policy.make_token()
    mark_private(serving.response)
    return made


def csrf_field() -> Markup:
    """Return a hidden field with a token, for a form of this site."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{escape(token())}">')


def csrf(**settings: Any) -> None:
    """Refuse what a page of another site has had a browser send, with 403.

    GET, HEAD, OPTIONS and TRACE pass: they must change nothing.
    `trusted_origins`: other origins whose pages may send, written as in `tools.cors`.
    `same_site`: let pages of other hosts of this domain send, by https. `when_unknown`: what a
    client needs that sends neither Sec-Fetch-Site nor Origin, a 'token' or nothing ('allow').
    `keys`: secret texts of 16 bytes or more; the first signs tokens, all are believed.
    `life_minutes`: how long a token is good.
    """
    policy = Policy(**settings)
    policy.check_sender()
    policy.check_token()


csrf.__wrapped__ = Policy  # type: ignore[attr-defined]  # whose signature is the tool's


def prepare_csrf(**settings: Any) -> tuple[Any, ...]:
    """Return what asks who has sent a request, and what looks at its token; ConfigError for
    settings that mean nothing.
    """
    policy = Policy(**settings)
    return policy.check_sender, Elsewhere("before_handler", policy.check_token, TOKEN_PRIORITY)
