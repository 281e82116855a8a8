"""Responses in Redis or Valkey, for the processes of one machine or of several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...core.loaded import ConfigError
from ..keyvalue.redisserver import RedisServer, import_redis
from .shared import SharedCache


class RedisCache(SharedCache):
    """A cache on a Redis or Valkey server.

    `url`: where Redis or Valkey is: redis://, rediss://, unix://, valkey:// and so on.
    `client` is one of redis-py or valkey-py, or makes one.
    """

    url: str = "redis://127.0.0.1:6379/0"

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ConfigError for what is no URL of such a server, and where redis is missing."""
        if settings.get("client") is not None:
            return
        try:
            RedisServer(settings.get("url", cls.url), None, cls.timeout, "caching")
            import_redis()
        except ImportError as error:
            key = "tools.caching.cache_class"
            raise ConfigError(str(error), key=key, value="'redis'") from None
        except (ValueError, AttributeError):
            # The URL is not shown: it may hold a password.
            wanted = "It must begin with redis://, rediss://, unix://, valkey:// or valkeys://."
            raise ConfigError("This is no URL.", wanted, key="tools.caching.url") from None

    @cached_property
    def _server(self) -> RedisServer:
        # Nothing is opened yet, so of two threads either's will do.
        return RedisServer(self.url, self.client, self.timeout, "caching")

    def fetch(self, names: list[str]) -> list[bytes | None]:
        """Return the values of `names`."""
        found: list[bytes | None] = self._server.call(lambda client: client.mget(names))
        return found

    def store(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value`; it is there then."""
        return bool(self._server.call(lambda client: client.set(name, value, ex=seconds)))

    def add(self, name: str, value: bytes, seconds: int) -> bool:
        """Keep `value` if there is none yet; return whether it is so."""
        added = self._server.call(lambda client: client.set(name, value, ex=seconds, nx=True))
        return bool(added)

    def remove(self, name: str) -> None:
        """Forget the value of `name`."""
        self._server.call(lambda client: client.delete(name))
