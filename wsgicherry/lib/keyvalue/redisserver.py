"""Talk to a Redis or Valkey server: answers at once, or StoreUnavailable soon."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from ...process.forks import PerProcess
from .errors import StoreUnavailable

T = TypeVar("T")

# Valkey's schemes mean what Redis' do, and redis-py knows only those.
SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "unix": "unix",
    "valkey": "redis",
    "valkeys": "rediss",
}
MAX_CONNECTIONS = 2**31
"""No limit: a pool with one fails, it does not wait (SERVERS.md, R42); redis-py 8 has 100."""

# By the name of the exception class, which redis-py and valkey-py share.
ADVICE = {
    "OutOfMemoryError": "It has no room left: raise maxmemory, or keep less, or for less long.",
    "AuthenticationError": "Give user and password in the URL: redis://user:password@host.",
    "NoPermissionError": "Its ACL must allow the user the commands and keys that are used.",
    "ReadOnlyError": "The URL must name the primary, not a replica.",
    "BusyLoadingError": "It is reading its data after a start; this ends by itself.",
}


def import_redis() -> Any:
    """Return the package redis; ImportError that says what to do without it."""
    try:
        return import_module("redis")  # an optional dependency
    except ImportError as error:
        raise ImportError(
            "What is kept in Redis needs the package redis: pip install 'wsgicherry[redis]'"
        ) from error


class Script:
    """A Lua script: it runs on the server, whole, with nothing in between."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Not for secrecy: this is how EVALSHA names a script.
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class RedisServer:
    """A server at `url`, or behind `client`: a client object, or what makes one.

    Each process has a pool of connections of its own, opened as they are needed; a thread
    never waits for another's. ValueError for a URL of another kind. `tool`: whose settings
    the messages name.
    """

    def __init__(self, url: str, client: Any, timeout_seconds: float, tool: str) -> None:
        self._timeout_seconds, self._tool = timeout_seconds, tool
        if client is None:
            self._url = _as_redis_knows_it(url, tool)
            self._where = _without_secrets(url)
            self._make: Callable[[], Any] = self._connect
        else:
            self._where = f"tools.{tool}.client"
            self._make = client if callable(client) else lambda: client
        self._client = PerProcess(self._make_client)
        self.failed_at = 0.0
        """When it last gave no answer, on the monotonic clock; 0.0: it has answered since."""

    def call(self, action: Callable[[Any], T]) -> T:
        """Return `action(client)`; StoreUnavailable if the server does not answer, or refuses.

        If the connection breaks, `action` runs once more: it must do no harm twice. It does
        not after a time-out, as the client would wait twice as long.
        """
        client, errors = self._client.get()
        try:
            try:
                answer = action(client)
            except errors.connection as error:
                if type(error) is not errors.connection:
                    raise  # refused: wrong password, still loading
                # A server that was restarted has closed the pooled connections (R43).
                answer = action(client)
        except errors.all as error:
            if not isinstance(error, errors.refusal):
                self.failed_at = time.monotonic()
            raise StoreUnavailable(self._explain(error)) from error
        self.failed_at = 0.0
        return answer

    def run(self, script: Script, keys: list[str], *arguments: Any) -> Any:
        """Return what a script returns; its text is sent only if the server has it not yet."""
        missing = self._client.get().errors.no_script

        def action(client: Any) -> Any:
            try:
                return client.evalsha(script.digest, len(keys), *keys, *arguments)
            except missing:
                return client.eval(script.text, len(keys), *keys, *arguments)

        return self.call(action)

    def wait_for_push(self, key: str, seconds: float) -> None:
        """Take one out of the list `key`, or wait until there is one, or for `seconds`."""
        self.call(lambda client: client.blpop(key, seconds))

    def _make_client(self) -> _Client:
        client = self._make()
        if client.get_encoder().decode_responses:
            raise ValueError(
                f"tools.{self._tool}.client was made with decode_responses=True, but what is "
                "kept is bytes. Give a client of its own, made without."
            )
        return _Client(client, _find_errors(client))

    def _connect(self) -> Any:
        redis = import_redis()
        return redis.Redis.from_url(
            self._url,
            socket_timeout=self._timeout_seconds,
            socket_connect_timeout=self._timeout_seconds,
            # A bare `Redis()` tries ten times, which takes up to ten seconds (redis-py 8).
            retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
            max_connections=MAX_CONNECTIONS,
            # Version 3 costs a round trip more for each new connection, and gives us nothing.
            protocol=2,
        )

    def _explain(self, error: BaseException) -> str:
        name = type(error).__name__
        return f"Redis ({self._where}): {name}: {error} {ADVICE.get(name, '')}".rstrip()


def _as_redis_knows_it(url: str, tool: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        # The rest may hold a password.
        raise ValueError(
            f"tools.{tool}.url begins with {scheme[:20]!r}; it must be one of "
            f"{', '.join(name + '://' for name in SCHEMES)}."
        )
    return f"{SCHEMES[scheme]}://{rest}"


def _without_secrets(url: str) -> str:
    """Return host and port, or the path of a socket: a URL may hold a password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path


class _Errors(NamedTuple):
    """The exception classes of a client library."""

    all: tuple[type[BaseException], ...]
    connection: type[BaseException]
    refusal: type[BaseException]
    no_script: type[BaseException]


class _Client(NamedTuple):
    client: Any
    errors: _Errors


def _find_errors(client: Any) -> _Errors:
    """Return the exceptions of the library that `client` is of; the user may have derived."""
    packages = [base.__module__.partition(".")[0] for base in type(client).__mro__]
    package = "valkey" if "valkey" in packages else "redis"
    exceptions = import_module(f"{package}.exceptions")  # an optional dependency
    family = exceptions.ValkeyError if package == "valkey" else exceptions.RedisError
    return _Errors(
        (family, OSError),
        exceptions.ConnectionError,
        exceptions.ResponseError,
        exceptions.NoScriptError,
    )
