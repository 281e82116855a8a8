"""The tool `proxy`: what trusted proxies say of a request becomes the request's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.arrival import is_one_of, refuse_host
from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError
from ..wire.forwarded import BadForwarded, read_prefix
from ..wire.hosts import is_valid_host
from ..wire.outside import NOTHING, Lookout, Names, Outside
from ..wire.trusted import Trusted
from .headernames import check_name

if TYPE_CHECKING:
    from ..core.request import Request

ARRIVED = "wsgicherry.arrived"
"""In the environ: the `Arrived`, how the request was before the tool changed it."""

OF_THE_PEER = (
    "REMOTE_ADDR",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
"""What the environ says of the connection with the peer, which may be a proxy's."""

NOBODY_TRUSTED = (
    "the tool trusts nobody, so it believes no header and does nothing. Name the addresses of "
    "your proxies, as in tools.proxy.trusted = ['10.0.0.0/8'], or 'unix' for those at a unix "
    "socket. ['0.0.0.0/0', '::/0'] believes anybody, as CherryPy did."
)


class ProxySettings(NamedTuple):
    """The tool's settings as settled: the parts of `base`, and whose words count, and which."""

    base: Outside
    lookout: Lookout
    debug: bool


class Arrived(NamedTuple):
    """How a request was when it arrived: its environ and the application's mount point; and the
    settings by which it was changed.
    """

    environ: dict[str, Any]
    script_name: str
    settings: ProxySettings


def settle(
    base: str | None = None,
    local: str | None = "X-Forwarded-Host",
    remote: str | None = "X-Forwarded-For",
    scheme: str | None = "X-Forwarded-Proto",
    debug: bool = False,
    *,
    trusted: str | Iterable[str] = (),
    hops: int | None = None,
    forwarded: bool = False,
    port: str | None = None,
    prefix: str | None = None,
) -> ProxySettings:
    """Return what the tool's settings, explained at `proxy`, mean; ConfigError for what cannot
    be.
    """
    names = Names(
        local or "", remote or "", scheme or "", port or "", prefix or "", bool(forwarded)
    )
    for key, name in zip(Names._fields[:5], names[:5], strict=True):
        if name:
            check_name(f"tools.proxy.{key}", name)
    networks = trusted if isinstance(trusted, str) else tuple(trusted or ())
    return _settle(base or "", names, networks, hops, debug)


# PERF: the same for the same settings, of which a program has few, so that one look tells
# whether a request has been changed by them; and they share what they remember.
@lru_cache(maxsize=64)
def _settle(
    base: str, names: Names, trusted: str | tuple[str, ...], hops: int | None, debug: bool
) -> ProxySettings:
    key = "hops" if hops is not None and hops < 1 else "trusted"
    lookout = Lookout(_read(key, Trusted.parse, trusted, hops), names)
    return ProxySettings(_read("base", parse_base, base), lookout, debug)


def _read(key: str, read: Callable[..., Any], *values: Any) -> Any:
    """Return what `read` makes of a setting; ConfigError with its key for what it refuses."""
    try:
        return read(*values)
    except ValueError as error:
        raise ConfigError(str(error), key=f"tools.proxy.{key}") from None


def parse_base(base: str) -> Outside:
    """Return scheme, host and prefix of `base`; ValueError if it is no address."""
    scheme, separator, rest = base.rpartition("://")
    host, slash, path = rest.partition("/")
    if (separator and scheme not in ("http", "https")) or (host and not is_valid_host(host)):
        raise ValueError(
            f"base is {base!r}; write the public address, as 'https://www.example.com', or "
            "its path alone, as '/shop'."
        )
    prefix = read_prefix(slash + path, "base") if path else None
    return Outside(None, host or None, scheme or None, prefix)


def proxy(*args: Any, **settings: Any) -> None:
    """Give the current request the host, scheme, client and prefix that trusted proxies name.

    `base`: the public address where no header says it, such as 'https://a.example/shop',
    'a.example' or '/shop'. `local`: the header with the host, '' if the proxies do not set it.
    `remote`: the header with the chain of addresses. `scheme`: the header with 'http' or
    'https', or 'on'. `debug`: log what was believed. `trusted`: networks such as '10.0.0.0/8'
    and '::1', and 'unix' for whoever is at a unix socket. `hops`: how many proxies there are at
    most, or, without `trusted`, wherever they are. `forwarded`: whether the proxies set
    Forwarded (RFC 7239), and the other headers count for nothing. `port`: the header with the
    port, for a proxy that takes it out of the host. `prefix`: the header with the path that a
    proxy cut off.

    HTTPError 400 for headers of a trusted proxy that are malformed or contradict each other; of
    anybody else's none is read.
    """
    apply(settle(*args, **settings), serving_now().request)


proxy.__wrapped__ = settle  # type: ignore[attr-defined]  # whose signature is the tool's


def prepare_arrival(**settings: Any) -> Callable[[Request], None]:
    """Return what to do with a request before a handler is looked for."""
    return partial(apply, settle(**settings))


def find_advice(**settings: Any) -> tuple[str, str, str] | None:
    """Return key, message and severity for settings that do nothing; None: they do."""
    settled = settle(**settings)
    is_idle = not settled.lookout.trusted and settled.base == NOTHING
    return ("", NOBODY_TRUSTED, "advice") if is_idle else None


def prepare_proxy(**settings: Any) -> Callable[[], None]:
    """Return `proxy` with its settings settled."""
    settled = settle(**settings)
    return lambda: apply(settled, serving_now().request)


def apply(settings: ProxySettings, request: Request) -> None:
    """Change `request` as `settings` say, from how it arrived: a second time changes nothing.

    Another dict takes its environ's place: what is around the application, and an
    InternalRedirect too, goes on from what arrived.
    """
    before: Arrived | None = request.environ.get(ARRIVED)
    if before is not None and before.settings is settings:
        return
    environ = request.environ if before is None else before.environ
    mounted = request.script_name if before is None else before.script_name
    seen = see(settings, environ, request)
    if before is None and seen == NOTHING:
        return
    check_host(seen.host, request)
    changes = {**list_changes(environ, seen), ARRIVED: Arrived(environ, mounted, settings)}
    kept = {key: value for key, value in request.environ.items() if key not in OF_THE_PEER}
    request.use_environ({**kept, **changes})
    request.script_name = (seen.prefix or "") + mounted
    if settings.debug:
        request.log(
            f"Proxies say {seen!r}; the peer is {environ.get('REMOTE_ADDR')!r}.", "PROXY"
        )


def check_host(host: str | None, request: Request) -> None:
    """HTTPError 400 for an outer host that `request.allowed_hosts` does not have: where only a
    deeper path, or a handler, uses the tool, the check of what arrived knew the inner one.
    """
    allowed = request.plan.allowed_hosts
    if host is not None and allowed and not is_one_of(host, allowed):
        raise refuse_host(request, host)


def see(settings: ProxySettings, environ: Mapping[str, Any], request: Request) -> Outside:
    """Return the outer side of the request that arrived as `environ`: what proxies say, and
    `base` where they say nothing. HTTPError 400 where they contradict each other.
    """
    try:
        said = settings.lookout.look(environ)
    except BadForwarded as error:
        request.log(f"Refused what proxies said: {error}", "PROXY", 30)
        raise HTTPError(
            400, "The headers that proxies added to the request are wrong."
        ) from None
    base = settings.base
    # CherryPy's rule: the address that gives the host gives the scheme, too (BEHAVIOUR 6.3).
    scheme = said.scheme or base.scheme if said.host else base.scheme or said.scheme
    prefix = base.prefix if said.prefix is None else said.prefix
    return Outside(said.client, said.host or base.host, scheme, prefix)


def list_changes(environ: Mapping[str, Any], seen: Outside) -> dict[str, Any]:
    """Return what stands in the environ for how a request was outside: of `OF_THE_PEER`."""
    changes = {key: environ[key] for key in OF_THE_PEER if key in environ}
    if seen.client is not None:
        for key in ("REMOTE_HOST", "REMOTE_PORT"):
            changes.pop(key, None)
        changes["REMOTE_ADDR"] = "" if seen.client.ip is None else str(seen.client.ip)
        if seen.client.identifier:
            changes["REMOTE_HOST"] = seen.client.identifier
    if seen.host is not None:
        changes["HTTP_HOST"] = seen.host
    if seen.scheme is not None:
        changes["wsgi.url_scheme"] = seen.scheme
    changes["SCRIPT_NAME"] = (seen.prefix or "") + environ.get("SCRIPT_NAME", "")
    return changes
