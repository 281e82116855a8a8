"""Headers that have browsers defend a page (`tools.secure_headers`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.bodies import FileChunks
from ..core.current import serving_now
from ..core.headers import add_settled_page
from ..core.loaded import ConfigError
from ..core.tools import Elsewhere
from ..wire.status import is_not_modified
from .contentpolicy import ContentPolicy
from .privatepages import keep_private

YEAR_SECONDS = 365 * 24 * 3600
MAX_SETTLED = 64
"""Sets of headers that are known as fit to be sent; more are looked at each time."""

# On error pages: after what the program's own tools (50) do there.
ERROR_PRIORITY = 90
# Before a body that is complete becomes one that is compressed while it is sent (78, 80).
FORESEEING_PRIORITY = 70

FRAMES = ("DENY", "SAMEORIGIN")
REFERRERS = (
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
)
OPENERS = (
    "unsafe-none",
    "same-origin-allow-popups",
    "same-origin",
    "noopener-allow-popups",
)
RESOURCES = ("same-site", "same-origin", "cross-origin")
EMBEDDERS = ("unsafe-none", "require-corp", "credentialless")

ENFORCED, REPORTED = "Content-Security-Policy", "Content-Security-Policy-Report-Only"
REPORT_GROUP = "csp"

Pair = tuple[str, str]


class Headers:
    """The headers by http, or those by https: `fixed` ones, and policies of content.

    `plain` are all of them for a response without a nonce.
    """

    def __init__(
        self, fixed: list[Pair], csp: Any, csp_report_only: Any, reports: Mapping[str, str]
    ) -> None:
        self.fixed = fixed
        settings = ((ENFORCED, csp, "csp"), (REPORTED, csp_report_only, "csp_report_only"))
        self._policies = [
            (name, ContentPolicy(policy, key, reports))
            for name, policy, key in settings
            if policy is not None
        ]
        self.has_nonce = any(policy.has_nonce for _, policy in self._policies)
        policies = [(name, policy.plain) for name, policy in self._policies]
        self.plain = settle((*fixed, *policies))

    def with_nonce(self, nonce: str) -> list[Pair]:
        """Return all headers for a response with `nonce`."""
        policies = [(name, policy.with_nonce(nonce)) for name, policy in self._policies]
        return [*self.fixed, *policies]


class Policy:
    """The headers of one set of `tools.secure_headers` settings, ready-made.

    ConfigError for settings that no browser would understand.
    """

    def __init__(
        self,
        *,
        hsts: int | None = YEAR_SECONDS,
        hsts_subdomains: bool = False,
        hsts_preload: bool = False,
        nosniff: bool = True,
        frame: str | None = "DENY",
        referrer: str | None = "strict-origin-when-cross-origin",
        permissions: str | Mapping[str, Any] | None = None,
        csp: str | Mapping[str, Any] | None = None,
        csp_report_only: str | Mapping[str, Any] | None = None,
        report_to: str | None = None,
        coop: str | None = None,
        corp: str | None = None,
        coep: str | None = None,
    ) -> None:
        rows = (
            ("X-Content-Type-Options", "nosniff" if nosniff else None),
            ("X-Frame-Options", one_of(frame, FRAMES, "frame")),
            ("Referrer-Policy", one_of(referrer, REFERRERS, "referrer")),
            ("Permissions-Policy", write_permissions(permissions)),
            ("Cross-Origin-Opener-Policy", one_of(coop, OPENERS, "coop")),
            ("Cross-Origin-Resource-Policy", one_of(corp, RESOURCES, "corp")),
            ("Cross-Origin-Embedder-Policy", one_of(coep, EMBEDDERS, "coep")),
        )
        fixed = [(name, value) for name, value in rows if value is not None]
        safe = [write_hsts(hsts, hsts_subdomains, hsts_preload), write_endpoint(report_to)]
        fixed_by_https = [*(pair for pair in safe if pair is not None), *fixed]
        # By http browsers send nothing to what `report-to` names, and for its sake nothing to
        # what `report-uri` does.
        uri = {"report-uri": report_to} if report_to else {}
        both = {**uri, "report-to": REPORT_GROUP} if report_to else {}
        self._by_http = Headers(fixed, csp, csp_report_only, uri)
        self._by_https = Headers(fixed_by_https, csp, csp_report_only, both)
        self._has_nonce = self._by_http.has_nonce

    def foresee(self) -> None:
        """Make the nonce now, for a page that is made while it is sent and may ask for it when
        the head is gone.
        """
        if self._has_nonce:
            serving = serving_now()
            body = serving.response._app_iter
            if type(body) is not list and not isinstance(body, FileChunks):
                serving.request.csp_nonce  # noqa: B018 - it is made when it is asked for

    def add(self) -> None:
        """Add the headers to the current response; what is there already stays."""
        serving = serving_now()
        request, response = serving.request, serving.response
        base = request._base
        is_secure = request.scheme == "https" if base is None else base.startswith("https:")
        headers = self._by_https if is_secure else self._by_http
        wanted: Iterable[Pair] = headers.plain
        if self._has_nonce:
            if is_not_modified(response.status):
                # The browser shows its own copy, by the policy, and the nonce, of then.
                wanted = headers.fixed
            elif request._csp_nonce is not None:
                wanted = headers.with_nonce(request.csp_nonce)
                keep_private(response)  # a nonce that others know defends nobody
        pairs = response._headerlist
        if len(pairs) == 1 and pairs[0][0] == "Content-Type":
            pairs += wanted  # PERF: what most pages have by now: 0.1 us, not 2
            return
        present = {str(name).title() for name, _ in pairs}
        if ENFORCED in present:
            present.add(REPORTED)  # a page with a policy of its own, as our error pages have
        pairs += [pair for pair in wanted if pair[0] not in present]


_settled: dict[tuple[Pair, ...], tuple[Pair, ...]] = {}


def settle(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """Return `pairs`, kept for ever, and known as fit to be sent after a usual Content-Type."""
    known = _settled.get(pairs)
    if known is not None:
        return known
    if len(_settled) < MAX_SETTLED:
        _settled[pairs] = pairs
        add_settled_page(*pairs)
    return pairs


# -- settings as header values ---------------------------------------------------------


def one_of(value: Any, allowed: tuple[str, ...], key: str) -> str | None:
    """Return `value`, which must be one of `allowed` or None."""
    if value is not None and value not in allowed:
        wanted = f"It must be one of {', '.join(map(repr, allowed))}, or None."
        raise ConfigError(f"The value is {value!r}.", wanted, key=key)
    result: str | None = value
    return result


def write_hsts(seconds: Any, has_subdomains: bool, is_preloaded: bool) -> Pair | None:
    """Return the Strict-Transport-Security header (RFC 6797), None for none."""
    if seconds is None or seconds is False:
        return None
    if type(seconds) is not int or seconds < 0:
        wanted = "It must be whole seconds, 0 to have browsers forget it, or None."
        raise ConfigError(f"The value is {seconds!r}.", wanted, key="hsts")
    if is_preloaded and not (has_subdomains and seconds >= YEAR_SECONDS):
        wanted = f"Set hsts_subdomains too, and hsts to at least {YEAR_SECONDS}."
        raise ConfigError("Browsers' lists refuse such a host.", wanted, key="hsts_preload")
    value = f"max-age={seconds}"
    value += "; includeSubDomains" if has_subdomains else ""
    value += "; preload" if is_preloaded else ""
    return "Strict-Transport-Security", value


_URL = re.compile(r"(?:https?://[!#-+\--:=?-~]+|/[!#-+\--:=?-~]*)")


def write_endpoint(url: Any) -> Pair | None:
    """Return the Reporting-Endpoints header (W3C Reporting API), None for none."""
    if url is None:
        return None
    if not (isinstance(url, str) and _URL.fullmatch(url)):
        wanted = "It must be a URL, such as '/csp-reports'."
        raise ConfigError(f"The value is {url!r}.", wanted, key="report_to")
    return "Reporting-Endpoints", f'{REPORT_GROUP}="{url}"'


_FEATURE = re.compile(r"[a-z][a-z0-9-]*")
_ALLOWED = re.compile(r"\*|self|src|\"?https?://[!#-'*+\--:=?-~]+?\"?")
_PERMISSIONS = re.compile(r"[ -~]+")
_WANTED = "Write {'camera': (), 'geolocation': ('self', 'https://maps.example')}, or the text."


def write_permissions(permissions: Any) -> str | None:
    """Return the Permissions-Policy header's value, None for none.

    A feature says who may use it: () nobody, '*' everybody, 'self' and origins.
    """
    if permissions is None:
        return None
    if isinstance(permissions, str) and _PERMISSIONS.fullmatch(permissions):
        return permissions
    if not isinstance(permissions, Mapping) or not permissions:
        met = f"The value is {permissions!r}, which is no policy."
        raise ConfigError(met, _WANTED, key="permissions")
    return ", ".join(f"{name}={write_allowed(name, who)}" for name, who in permissions.items())


def write_allowed(name: Any, who: Any) -> str:
    """Return who may use the feature `name`, as the header says it."""
    listed = [who] if isinstance(who, str) else list(who) if isinstance(who, Iterable) else None
    if (
        listed is None
        or not (isinstance(name, str) and _FEATURE.fullmatch(name))
        or not all(isinstance(each, str) and _ALLOWED.fullmatch(each) for each in listed)
    ):
        raise ConfigError(f"{name!r} cannot say {who!r}.", _WANTED, key="permissions")
    if "*" in listed:
        return "*"
    words = [each if each in ("self", "src") else f'"{each.strip(chr(34))}"' for each in listed]
    return f"({' '.join(words)})"


# -- the tool --------------------------------------------------------------------------


def nonce() -> str:
    """Return the nonce of the current response, for its `<script nonce="...">` elements.

    The policy lets in what carries it where it says 'nonce'. A page that asks for none has
    none, and a policy that lets in no script by it.
    """
    return serving_now().request.csp_nonce


def secure_headers(**settings: Any) -> None:
    """Add headers by which browsers defend the page; those that it has set stay as they are.

    `hsts`: seconds for which browsers come by https alone, sent by https only; None: not at
    all. `hsts_subdomains`: so for the hosts below this one, too. `hsts_preload`: so for
    browsers' own lists. `nosniff`: a type is what Content-Type says. `frame`: who may show the
    page inside another, 'DENY' (nobody), 'SAMEORIGIN' or None (anybody). `referrer`: what other
    sites learn of addresses here, by Referrer-Policy. `permissions`: who may use which feature
    of the browser, as {feature: who} or a text. `csp`: the Content-Security-Policy, as
    {directive: sources} or a text. `csp_report_only`: a policy that is only reported.
    `report_to`: the URL to which browsers report. `coop`: the Cross-Origin-Opener-Policy.
    `corp`: the Cross-Origin-Resource-Policy. `coep`: the Cross-Origin-Embedder-Policy.
    """
    Policy(**settings).add()


secure_headers.__wrapped__ = Policy  # type: ignore[attr-defined]  # whose signature is the tool's


def prepare_secure_headers(**settings: Any) -> tuple[Any, ...]:
    """Return what adds the headers, and what makes nonces in time; ConfigError for settings
    that no browser would understand.
    """
    policy = Policy(**settings)
    return (
        policy.add,
        Elsewhere("before_finalize", policy.foresee, FORESEEING_PRIORITY),
        Elsewhere("after_error_response", policy.add, ERROR_PRIORITY),
    )
