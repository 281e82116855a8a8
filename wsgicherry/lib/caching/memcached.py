"""Responses in memcached, for the processes of one machine or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from ...core.loaded import ConfigError
from ...process.forks import PerProcess
from ..sessions.errors import SessionValueError
from ..sessions.memcachedserver import (
    Connector,
    GivenClient,
    MemcachedServer,
    import_pymemcache,
    parse_address,
)
from .shared import SharedCache


class MemcachedCache(SharedCache):
    """A cache on memcached; each name is always on the same one of its servers.

    `servers`: addresses of memcached servers: 'host:port', or the path of a unix socket.
    `client` has pymemcache's methods.
    """

    servers: str | Sequence[Any] = ("127.0.0.1:11211",)

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ConfigError for what is no address, and where pymemcache is missing."""
        if settings.get("client") is not None:
            return
        servers = settings.get("servers", cls.servers)
        key, shown = "tools.caching.servers", repr(servers)
        try:
            import_pymemcache("client.base")
            addresses = [parse_address(each) for each in as_list(servers)]
        except ImportError as error:
            raise ConfigError(str(error), key="tools.caching.cache_class") from None
        except (ValueError, TypeError):
            addresses = []
        if not addresses:
            wanted = "Give a list of 'host:port', or of the paths of unix sockets."
            raise ConfigError("These are no memcached servers.", wanted, key=key, value=shown)

    def __init__(self) -> None:
        super().__init__()
        self._pools = PerProcess(self._connect)

    def _connect(self) -> list[MemcachedServer]:
        if self.client is not None:
            return [GivenClient(self.client)]
        return [
            MemcachedServer(str(each), Connector(parse_address(each), self.timeout))
            for each in as_list(self.servers)
        ]

    def _server_of(self, name: str) -> MemcachedServer:
        pools = self._pools.get()
        digest = sha256(name.encode("utf-8")).digest()
        return pools[int.from_bytes(digest[:4], "big") % len(pools)]

    def fetch(self, names: list[str]) -> list[bytes | None]:
        """Return the values of `names`."""
        by_server: dict[int, list[str]] = {}
        pools = {id(server): server for server in self._pools.get()}
        for name in names:
            by_server.setdefault(id(self._server_of(name)), []).append(name)
        found: dict[str, tuple[bytes, Any]] = {}
        for server, wanted in by_server.items():
            found.update(pools[server].gets_many(wanted))
        return [found[name][0] if name in found else None for name in names]

    def store(self, name: str, value: bytes, seconds: int) -> None:
        """Keep `value`; what is too large for the server is gone, not an error."""
        try:
            self._server_of(name).set(name, value, seconds)
        except SessionValueError:
            self.remove(name)

    def add(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` if there is none yet; return whether it is so."""
        return self._server_of(name).add(name, value, seconds)

    def remove(self, name: str) -> None:
        """Forget the value of `name`."""
        self._server_of(name).delete(name)


def as_list(servers: str | Sequence[Any]) -> Sequence[Any]:
    """Return the addresses; one may stand alone."""
    return [servers] if isinstance(servers, str) else servers
