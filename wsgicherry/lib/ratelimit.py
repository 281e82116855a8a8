"""`ratelimit`: how often a client may ask; 429 and the RateLimit headers. Needs `limits`."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.loaded import ConfigError
from ..core.tools import Elsewhere
from .headernames import check_name
from .keyvalue.errors import StoreUnavailable

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

STORE_SECONDS = 0.25
"""To wait for a store's connection, and for each answer."""

SLEEP_SECONDS = 1.0
"""A store that has failed is not asked again for so long: nobody waits for it meanwhile."""

TELL_SECONDS = 60.0
"""Between two log lines about the same trouble."""

MAX_KEPT_LIMITERS = 64
"""A program has a handful of stores; more than these are made anew."""

_IPV6_PREFIX = 64
_TOLD = "wsgicherry.ratelimit"
# What may stand in a key of every store; anything else is hashed.
_PLAIN_KEY = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_NO_PACKAGE = "tools.ratelimit needs the package limits: pip install 'wsgicherry[ratelimit]'."

# After `caching` (100) has taken its copy: that is for all clients, and these are one's own.
HEADERS_PRIORITY = 110


class TooManyRequests(HTTPError):
    """429, with a Retry-After header."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(429, f"Too many requests. Try again in {wait_seconds} seconds.")
        self.wait_seconds = wait_seconds

    def set_response(self) -> None:
        """Make the current response this error's page."""
        super().set_response()
        serving_now().response.headers["Retry-After"] = str(self.wait_seconds)


def ratelimit(
    limit: str | Iterable[str],
    key: Callable[[], str | None] | None = None,
    storage: Any = "memory://",
    strategy: Literal["fixed-window", "moving-window", "sliding-window-counter"] = (
        "fixed-window"
    ),
    name: str = "default",
    when_down: Literal["pass", "refuse"] = "pass",
    debug: bool = False,
) -> None:
    """Answer 429 to a client that has asked more often than it may.

    `limit`: how often, such as '100/minute' or '5 per 10 seconds', or several of them. `key`:
    whom to count, a function without arguments; None is the client's address, and the function
    answers None for who is not limited. `storage`: where the counters are: 'memory://',
    'memcached://host:port', 'redis://host:port/0', or a storage object of limits. `strategy`:
    how they count. `name`: the name of the counters; pages with the same one and the same limit
    count together. `when_down`: whether requests pass or are refused (503) while the store does
    not answer.

    A request counts once in a counter. An IPv6 client is its /64 network, of which it may use
    every address. The answers tell what is left (draft-ietf-httpapi-ratelimit-headers).
    ConfigError for what cannot be.
    """
    count, *_ = prepare_ratelimit(limit, key, storage, strategy, name, when_down, debug)
    try:
        count()
    finally:
        add_headers()


def prepare_ratelimit(
    limit: str | Iterable[str],
    key: Callable[[], str | None] | None = None,
    storage: Any = "memory://",
    strategy: str = "fixed-window",
    name: str = "default",
    when_down: str = "pass",
    debug: bool = False,
) -> tuple[Any, ...]:
    """Return what counts requests, and what tells the clients; ConfigError for settings that
    cannot be.
    """
    check_name("tools.ratelimit.name", name)
    policies = read_policies(limit, name)
    find_limiter(storage, strategy, os.getpid())
    find_key = find_address if key is None else key
    limits = tuple((policy.amount, policy.window_seconds) for policy in policies)

    def count() -> None:
        client = find_key()
        if client is None:
            return
        who = make_key(client)
        told, counter = find_told(serving_now().request), (name, who, limits)
        if counter in told:
            return
        told[counter] = []
        # A child process has connections and counters of its own.
        limiter = find_limiter(storage, strategy, os.getpid())
        standings = limiter.hit(policies, name, who)
        if standings is None:
            if when_down == "refuse":
                raise StoreUnavailable("The store of the rate limits does not answer.")
            return
        if debug:
            serving_now().request.log(f"{client!r}: {standings}", "TOOLS.RATELIMIT")
        told[counter] = list(zip(policies, standings, strict=True))
        wait = max((standing.seconds for standing in standings if standing.is_over), default=0)
        if wait:
            raise TooManyRequests(wait)

    return (
        count,
        Elsewhere("before_finalize", add_headers, HEADERS_PRIORITY),
        Elsewhere("after_error_response", add_headers, HEADERS_PRIORITY),
    )


# -- settings --------------------------------------------------------------------------


class Policy(NamedTuple):
    """One limit, by the name that clients are told."""

    name: str
    item: RateLimitItem
    amount: int
    window_seconds: int


def read_policies(limit: str | Iterable[str], name: str) -> tuple[Policy, ...]:
    """Return the limits that are meant; ConfigError for what is none."""
    try:
        # An optional dependency.
        from limits import parse_many
    except ImportError as error:
        raise ConfigError(_NO_PACKAGE) from error
    texts = [limit] if isinstance(limit, str) else list(limit or ())
    try:
        items = [item for text in texts for item in parse_many(text)]
    except ValueError as error:
        raise bad_limit(limit) from error
    if not items or not all(item.amount for item in items):
        raise bad_limit(limit)
    return tuple(
        Policy(
            name if len(items) == 1 else f"{name}-{item.get_expiry()}",
            item,
            item.amount,
            item.get_expiry(),
        )
        for item in items
    )


def bad_limit(limit: object) -> ConfigError:
    """Return the error that `limit` is no limit."""
    return ConfigError(
        f"{limit!r} is no limit.",
        "Write '100/minute' or '5 per 10 seconds', or a list of them, 1 or more each.",
        key="tools.ratelimit.limit",
        value=repr(limit),
    )


@lru_cache(maxsize=MAX_KEPT_LIMITERS)
def find_limiter(storage: Any, strategy: str, process: int) -> Limiter:
    """Return the limiter of a process with this store; ConfigError if there cannot be one."""
    try:
        # An optional dependency, as above.
        from limits.errors import ConfigurationError
        from limits.strategies import STRATEGIES

        # It needs that, too.
        from .ratelimitmemory import open_storage
    except ImportError as error:
        raise ConfigError(_NO_PACKAGE) from error
    try:
        return Limiter(STRATEGIES[strategy](open_storage(storage, STORE_SECONDS)))
    except (ConfigurationError, NotImplementedError, KeyError, ValueError, TypeError) as error:
        raise ConfigError(
            f"There is no rate limit with the strategy {strategy!r} there: {error}.",
            "Write 'memory://', 'memcached://host:port' or 'redis://host:port/0', with the "
            "extra of wsgicherry for it; memory and memcached do not have every strategy.",
            key="tools.ratelimit.storage",
            value=repr(storage),
        ) from error


# -- counting --------------------------------------------------------------------------


class Standing(NamedTuple):
    """Where a client stands with one policy."""

    remaining: int
    seconds: int
    """Until there is more."""
    is_over: bool


class Limiter:
    """Counts with a store that may be down; it says so in the log, once a minute."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self._asleep_until = self._told_at = -math.inf

    def hit(self, policies: Sequence[Policy], *key: str) -> list[Standing] | None:
        """Count a request under `key`; return the standings, None if the store is down."""
        if time.monotonic() < self._asleep_until:
            return None
        try:
            return [self._hit(policy, *key) for policy in policies]
        except Exception as error:  # of whatever client library the store has
            now = time.monotonic()
            self._asleep_until = now + SLEEP_SECONDS
            if now >= self._told_at + TELL_SECONDS:
                self._told_at = now
                message = f"The store of the rate limits does not answer: {error!r}"
                serving_now().request.log(message, "TOOLS.RATELIMIT", severity=30)
            return None

    def _hit(self, policy: Policy, *key: str) -> Standing:
        is_over = not self._limiter.hit(policy.item, *key)
        stats = self._limiter.get_window_stats(policy.item, *key)
        seconds = math.ceil(stats.reset_time - time.time())
        # A store whose clock differs, or that has just forgotten, must not send nonsense.
        seconds = min(max(seconds, 1), policy.window_seconds)
        return Standing(0 if is_over else max(stats.remaining, 0), seconds, is_over)


def find_address() -> str:
    """Return the address of the client, for IPv6 its network; 'unknown' for all without one."""
    address: str = serving_now().request.remote.ip
    return network_of(address) if ":" in address else address or "unknown"


def network_of(address: str) -> str:
    """Return the /64 network of an IPv6 address; an IPv4 address that is written so, itself."""
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    rest = 128 - _IPV6_PREFIX
    return str(IPv6Address(int(parsed) >> rest << rest))


def make_key(who: object) -> str:
    """Return what the client is called in the store: a hash of what is long or has odd
    characters.
    """
    text = str(who)
    if _PLAIN_KEY.fullmatch(text):
        return text
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# -- telling ---------------------------------------------------------------------------


Told = dict[tuple[str, str, tuple[tuple[int, int], ...]], "list[tuple[Policy, Standing]]"]
"""Counters, by their name, client and limits, and where they stand."""


def find_told(request: Any) -> Told:
    """Return the counters in which `request` has been counted.

    What a client asked once counts once: they are kept with the first of the requests that
    internal redirects have made of it.
    """
    while request.prev is not None:
        request = request.prev
    told: Told = request.environ.setdefault(_TOLD, {})
    return told


def add_headers() -> None:
    """Tell in the current response where the client stands."""
    serving = serving_now()
    rows = [row for rows in find_told(serving.request).values() for row in rows]
    if rows:
        serving.response.headers.update(make_headers(rows))


def make_headers(
    rows: Sequence[tuple[Policy, Standing]],
) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the headers that tell the limits, and what is left of them."""
    limits = [f'"{limit.name}";q={limit.amount};w={limit.window_seconds}' for limit, _ in rows]
    left = [f'"{limit.name}";r={now.remaining};t={now.seconds}' for limit, now in rows]
    return ("RateLimit-Policy", ", ".join(limits)), ("RateLimit", ", ".join(left))
