"""Responses in memcached, for the processes of one machine or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from ...core.loaded import ConfigError
from ...process.forks import PerProcess
from ..keyvalue.errors import ItemTooLarge
from ..keyvalue.memcachedserver import (
    MemcachedServer,
    choose_server,
    import_pymemcache,
    maker_of_servers,
    parse_addresses,
)
from .shared import SharedCache


class MemcachedCache(SharedCache):
    """A cache on memcached; each name is always on the same one of its servers.

    `servers`: addresses of memcached servers: 'host:port', or the path of a unix socket.
    `client` is a client of pymemcache that threads can share, or makes one.
    """

    servers: str | Sequence[Any] = ("127.0.0.1:11211",)

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ConfigError for what is no address, and where pymemcache is missing."""
        if settings.get("client") is not None:
            return
        servers = settings.get("servers", cls.servers)
        try:
            import_pymemcache("client.base")
            parse_addresses(servers, "caching")
        except ImportError as error:
            raise ConfigError(str(error), key="tools.caching.cache_class") from None
        except (ValueError, TypeError):
            raise ConfigError(
                "These are no memcached servers.",
                "Give a list of 'host:port', or of the paths of unix sockets.",
                key="tools.caching.servers",
                value=repr(servers),
            ) from None

    @cached_property
    def _servers(self) -> PerProcess[list[MemcachedServer]]:
        # Nothing is opened yet, so of two threads either's will do.
        return PerProcess(maker_of_servers(self.servers, self.client, self.timeout, "caching"))

    def _server_of(self, name: str) -> MemcachedServer:
        return choose_server(self._servers.get(), name)

    def fetch(self, names: list[str]) -> list[bytes | None]:
        """Return the values of `names`."""
        asked: dict[MemcachedServer, list[str]] = {}
        for name in names:
            asked.setdefault(self._server_of(name), []).append(name)
        found: dict[str, tuple[bytes, Any]] = {}
        for server, its_names in asked.items():
            found.update(server.gets_many(its_names))
        return [found[name][0] if name in found else None for name in names]

    def store(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value`; return False for what is too large for the server, where nothing is
        there then.
        """
        try:
            self._server_of(name).set(name, value, seconds)
        except ItemTooLarge:
            self.remove(name)
            return False
        return True

    def add(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` if there is none yet; return whether it is so."""
        return self._server_of(name).add(name, value, seconds)

    def remove(self, name: str) -> None:
        """Forget the value of `name`."""
        self._server_of(name).delete(name)
