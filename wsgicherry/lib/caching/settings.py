"""The settings of `tools.caching`: a page's own, and those of the cache that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ...core.loaded import ConfigError
from ...wire.status import REASONS
from .base import Cache
from .foreign import ForeignCache, is_foreign
from .policy import NEVER_STORED, STATUSES

# What cache_class may be beside a class: the module is loaded when it is asked for.
BUILTIN = {
    "memory": ("memory", "MemoryCache"),
    "memcached": ("memcached", "MemcachedCache"),
    "redis": ("redis", "RedisCache"),
}

INVALID_METHODS = ("POST", "PUT", "PATCH", "DELETE")


class Settings(NamedTuple):
    """The settings of a page, settled."""

    cache_class: Any
    attributes: Mapping[str, Any]
    """What is set on the cache: pages with the same have the same cache."""

    invalid_methods: frozenset[str]
    statuses: frozenset[int]
    delay: float
    stale_while_revalidate: float
    stale_if_error: float
    cache_status: str
    debug: bool

    def make_cache(self) -> Cache:
        """Return a new cache with these settings."""
        cache = self.cache_class()
        made: Cache = cache
        attributes = dict(self.attributes)
        if is_foreign(cache):
            # CherryPy's rule: every setting is an attribute.
            attributes |= {"delay": self.delay, "debug": self.debug}
            made = ForeignCache(cache)
        for name, value in attributes.items():
            setattr(cache, name, value)
        return made

    def cache_key(self) -> tuple[Any, ...]:
        """Return what is the same for all pages that have one cache together."""
        own = sorted((name, repr(value)) for name, value in self.attributes.items())
        return (self.cache_class, *own)


def settle(
    invalid_methods: str | Iterable[str] = INVALID_METHODS,
    debug: bool = False,
    cache_class: Any = "memory",
    delay: float = 600,
    statuses: int | Iterable[int] = STATUSES,
    stale_while_revalidate: float = 0,
    stale_if_error: float = 0,
    cache_status: str = "wsgicherry",
    **attributes: Any,
) -> Settings:
    """Return the settings, settled. ConfigError for what cannot be meant.

    `invalid_methods`: methods that end what is stored of a URL; unknown ones do, too.
    `cache_class`: 'memory', 'memcached', 'redis', a class, or its dotted name.
    `delay`: seconds for which a page is fresh that says nothing itself.
    `statuses`: what is stored. `stale_while_revalidate`: seconds for which an expired page is
    used while one client makes the new one. `stale_if_error`: seconds for which an expired
    page is used in place of a 5xx. `cache_status`: the name of the cache in the header
    Cache-Status, '' for no such header.
    """
    kind = find_class(cache_class)
    methods = (invalid_methods,) if isinstance(invalid_methods, str) else invalid_methods
    check_name(cache_status)
    check_attributes(kind, attributes)
    if isinstance(kind, type) and issubclass(kind, Cache):
        kind.check(attributes)
    return Settings(
        kind,
        attributes,
        frozenset(method.upper() for method in methods),
        read_statuses(statuses),
        delay,
        stale_while_revalidate,
        stale_if_error,
        cache_status,
        debug,
    )


def read_statuses(statuses: int | Iterable[int]) -> frozenset[int]:
    """Return the statuses to store; ConfigError for one that never is."""
    codes = (statuses,) if isinstance(statuses, int) else tuple(statuses)
    for code in codes:
        if code not in REASONS or code < 200 or code in NEVER_STORED:
            raise ConfigError(
                f"A response with status {code!r} is never stored.",
                "Name statuses that answer a URL, whoever asks, such as 404 or 410.",
                key="tools.caching.statuses",
                value=repr(statuses),
            )
    return frozenset(codes)


def check_name(cache_status: str) -> None:
    """ConfigError for what cannot be the name of a cache in Cache-Status."""
    if cache_status and not cache_status.replace("-", "").replace(".", "").isalnum():
        raise ConfigError(
            "It is the name of a cache in the header Cache-Status.",
            "Use letters, digits, '-' and '.', or '' for no such header.",
            key="tools.caching.cache_status",
            value=repr(cache_status),
        )


def find_class(kind: Any) -> Any:
    """Return the class that `cache_class` names: 'memory', 'memcached', 'redis', a dotted name,
    or the class itself.
    """
    if not isinstance(kind, str):
        return kind
    if kind in BUILTIN:
        module, name = BUILTIN[kind]
        return getattr(import_module(f".{module}", __package__), name)
    module, _, name = kind.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise ConfigError(
            f"There is no cache class {kind!r}.",
            f"Use {', '.join(map(repr, BUILTIN))}, or the dotted name of a class.",
            key="tools.caching.cache_class",
            value=repr(kind),
        ) from None


def check_attributes(kind: Any, attributes: Mapping[str, Any]) -> None:
    """ConfigError for a setting that a cache class of ours does not have."""
    if not (isinstance(kind, type) and kind.__module__.startswith(f"{__package__}.")):
        return
    known = list_attributes(kind)
    for name in attributes:
        if name not in known:
            raise ConfigError(
                f"{kind.__name__} has no setting {name!r}.",
                f"It has {', '.join(sorted(known))}.",
                key=f"tools.caching.{name}",
                value=repr(attributes[name]),
            )


def list_attributes(kind: type) -> dict[str, Any]:
    """Return the settings that a cache class of ours has, and their annotations."""
    return {
        name: annotation
        for base in kind.__mro__
        for name, annotation in getattr(base, "__annotations__", {}).items()
    }


def has_own_classes() -> bool:
    """Tell whether a program has cache classes of its own: CherryPy made every setting an
    attribute of those.
    """
    kinds: list[type] = [Cache]
    while kinds:
        kind = kinds.pop()
        if not kind.__module__.startswith(f"{__package__}."):
            return True
        kinds += kind.__subclasses__()
    return False
