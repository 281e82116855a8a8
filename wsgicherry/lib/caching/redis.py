"""Responses in Redis or Valkey, for the processes of one machine or of several."""

from __future__ import annotations

from functools import cached_property

from ..sessions.redisserver import RedisServer
from .shared import SharedCache


class RedisCache(SharedCache):
    """A cache on a Redis or Valkey server.

    `url`: where Redis or Valkey is: redis://, rediss://, unix://, valkey:// and so on.
    `client` is one of redis-py or valkey-py, or makes one.
    """

    url: str = "redis://127.0.0.1:6379/0"

    @cached_property
    def _server(self) -> RedisServer:
        # Nothing is opened yet, so of two threads either's will do.
        return RedisServer(self.url, self.client, self.timeout)

    def fetch(self, names: list[str]) -> list[bytes | None]:
        """Return the values of `names`."""
        found: list[bytes | None] = self._server.call(lambda client: client.mget(names))
        return found

    def store(self, name: str, value: bytes, seconds: int) -> None:
        """Keep `value`."""
        self._server.call(lambda client: client.set(name, value, ex=seconds))

    def add(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` if there is none yet; return whether it is so."""
        added = self._server.call(lambda client: client.set(name, value, ex=seconds, nx=True))
        return bool(added)

    def remove(self, name: str) -> None:
        """Forget the value of `name`."""
        self._server.call(lambda client: client.delete(name))
