"""A memcached server: each call on a connection that nobody else uses meanwhile."""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from importlib import import_module
from typing import Any

from .errors import ItemTooLarge, StoreUnavailable

Address = tuple[str, int] | str
"""A host and a port, or the path of a unix socket."""

DEFAULT_PORT = 11211
LONGEST_RELATIVE_SECONDS = 30 * 24 * 60 * 60
"""Memcached takes a larger number for a date (its doc/protocol.txt, "Expiration times")."""

LATEST_DATE = 2**31 - 1
"""Of a later one memcached 1.6 keeps 32 bits, and the item is over at once."""

NEVER = 0
AT_ONCE = -1
"""The expiry that makes an item end as it is stored (the same source)."""


def import_pymemcache(module: str) -> Any:
    """Return a module of pymemcache; ImportError that says what to do without it."""
    try:
        return import_module(f"pymemcache.{module}")  # an optional dependency
    except ImportError as error:
        raise ImportError(
            "What is kept in memcached needs the package pymemcache: "
            "pip install 'wsgicherry[memcached]'"
        ) from error


def parse_address(text: str | tuple[str, int], key: str) -> Address:
    """Return the address that `text` means: 'host:port', 'host', '/path', 'unix:/path'.

    A pair of host and port is one already. ValueError, which names the config's `key`, for
    anything else.
    """
    if not isinstance(text, str):
        host, port = text
        return host, int(port)
    if text.startswith(("/", "unix:")):
        return text.removeprefix("unix:")
    host, colon, digits = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, digits = text, str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (digits.isascii() and digits.isdigit()):
        raise ValueError(
            f"{text!r} in {key} is no address of a memcached server: "
            "give 'host:port', or the path of a unix socket."
        )
    return host, int(digits)


def parse_addresses(servers: str | Sequence[Any], tool: str) -> list[Address]:
    """Return the addresses in the setting `servers` of `tool`, which may be one alone.

    ValueError, which names the setting, for what is none.
    """
    key = f"tools.{tool}.servers"
    is_one = isinstance(servers, str) or (len(servers) == 2 and isinstance(servers[1], int))
    listed: Sequence[Any] = [servers] if is_one else servers
    addresses = [parse_address(each, key) for each in listed]
    if not addresses:
        raise ValueError(f"{key} is empty: give 'host:port' of a server.")
    return addresses


def life_seconds(expires: float) -> int:
    """Return memcached's expiry for an item that must be there until `expires`.

    Its clock moves once a second, so an item may end up to a second early: one is added. The
    exact expiry is not its business, so that it may also keep an item for ever.
    """
    left = expires - time.time()
    if left <= 0:
        return AT_ONCE
    if left + 2 < LONGEST_RELATIVE_SECONDS:
        return int(left) + 2
    return int(expires) + 2 if expires + 2 < LATEST_DATE else NEVER


class Connector:
    """Makes connections to the server at `address`, which wait `timeout_seconds` at most."""

    def __init__(self, address: Address, timeout_seconds: float) -> None:
        self._address, self._timeout = address, timeout_seconds
        self._client = import_pymemcache("client.base").Client

    def __call__(self) -> Any:
        """Return a client, connected if it is over TCP."""
        limits = {"connect_timeout": self._timeout, "timeout": self._timeout}
        client = self._client(self._address, **limits)
        if not isinstance(self._address, str):
            # pymemcache tries a host's first address only: often ::1 for 'localhost', where
            # a server that listens on 127.0.0.1 is not met.
            client.sock = socket.create_connection(self._address, self._timeout)
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client


class MemcachedServer:
    """One server, as one process sees it; `connect` returns a client for one connection.

    A connection that was idle is retried once, on a fresh one, when it turns out to be closed:
    after a restart of the server each of them is (SERVERS.md, R43). Never after a time-out:
    the second wait would be too long. There is no penalty for a server that failed: the next
    call tries again.

    All methods raise StoreUnavailable if the server does not answer; those that store raise
    ItemTooLarge for more than it takes.
    """

    def __init__(self, name: str, connect: Callable[[], Any]) -> None:
        # The last one in is the first one out. As many as there were calls at a time: a bound
        # would make threads fail or wait (SERVERS.md, R42).
        self._idle: deque[Any] = deque()
        self.name = name
        self.timed_out_at = float("-inf")
        """When a call last waited in vain, on the monotonic clock."""
        self._connect = connect
        self._closed = import_pymemcache("exceptions").MemcacheUnexpectedCloseError

    def __del__(self) -> None:
        """Close the connections."""
        self._drop_idle()

    def gets_many(self, keys: Iterable[str]) -> dict[str, tuple[bytes, Any]]:
        """Return the items of `keys` that there are: value and version, by key."""
        found: dict[str, tuple[bytes, Any]] = self._call("gets_many", list(keys))
        return found

    def gets(self, key: str) -> tuple[bytes | None, Any]:
        """Return value and version of the item `key`; (None, None) if there is none."""
        return self.gets_many([key]).get(key, (None, None))

    def add(self, key: str, value: bytes, expire: int) -> bool:
        """Store an item; return False if there is one already."""
        # pymemcache does not wait for answers unless it is told to (SERVERS.md, R40).
        answer = self._call("add", key, value, expire=expire, noreply=False)
        return answer is True

    def set(self, key: str, value: bytes, expire: int) -> None:
        """Store an item, whatever is there; one that is too large deletes that."""
        if expire >= LONGEST_RELATIVE_SECONDS:
            expire = life_seconds(time.time() + expire)
        self._call("set", key, value, expire=expire, noreply=False)

    def cas(self, key: str, value: bytes, version: Any, expire: int) -> bool:
        """Replace the item `key` if it is of `version` still; return whether it was."""
        answer = self._call("cas", key, value, version, expire=expire, noreply=False)
        return answer is True

    def delete(self, key: str) -> None:
        """Delete the item `key`, if there is one."""
        self._call("delete", key, noreply=False)

    def _call(self, method: str, *arguments: Any, **options: Any) -> Any:
        try:
            if (idle := self._take_idle()) is not None:
                with suppress(ConnectionError, self._closed):
                    return self._run(idle, method, arguments, options)
                self._drop_idle()  # the others are of the same age
            return self._run(self._connect(), method, arguments, options)
        except Exception as error:  # a client may raise anything; its cause is kept
            raise self._explain(error, arguments) from error

    def _take_idle(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _drop_idle(self) -> None:
        while (client := self._take_idle()) is not None:
            self._drop(client)

    def _run(self, client: Any, method: str, arguments: Any, options: Any) -> Any:
        try:
            answer = getattr(client, method)(*arguments, **options)
        except BaseException:
            # An answer may still come, and would be taken for that of the next call.
            self._drop(client)
            raise
        self._idle.append(client)
        return answer

    def _drop(self, client: Any) -> None:
        client.close()

    def _explain(self, error: Exception, arguments: Any) -> Exception:
        if "too large" in str(error):
            # Only `add` and `cas` store: a `set` that is too large deletes what was there.
            return ItemTooLarge(
                f"{len(arguments[1])} bytes are more than the memcached server {self.name} "
                "keeps in one item: 1 MiB, unless its option -I says otherwise."
            )
        if isinstance(error, TimeoutError):
            self.timed_out_at = time.monotonic()
        return StoreUnavailable(f"The memcached server {self.name} failed: {error!r}.")


class GivenClient(MemcachedServer):
    """A server behind a client object that a program has made; threads use it all at once."""

    def __init__(self, client: Any) -> None:
        super().__init__(type(client).__name__, lambda: client)

    def _drop(self, client: Any) -> None:
        """Leave it alone: other threads may be in the middle of a call."""


def maker_of_servers(
    servers: str | Sequence[Any], client: Any, timeout_seconds: float, tool: str
) -> Callable[[], list[MemcachedServer]]:
    """Return a function that makes the servers of `tool`, for each process anew.

    `client`, in place of `servers`, is one that threads can share, or makes one for each
    connection. ValueError for an address that cannot be.
    """
    if client is None:
        addresses = parse_addresses(servers, tool)
        return lambda: [
            MemcachedServer(_name(each), Connector(each, timeout_seconds)) for each in addresses
        ]
    if callable(client):
        return lambda: [MemcachedServer(getattr(client, "__name__", repr(client)), client)]
    process_ids: list[int] = []

    def give() -> list[MemcachedServer]:
        process_ids.append(os.getpid())
        if process_ids[0] != os.getpid():
            # Both processes would read from the same connections (SERVERS.md, R3).
            raise RuntimeError(
                f"The client in tools.{tool}.client was used before a fork. Give a function "
                "that makes a client in place of the client."
            )
        return [GivenClient(client)]

    return give


def choose_server(servers: Sequence[MemcachedServer], name: str) -> MemcachedServer:
    """Return the one of `servers` where what is called `name` is kept.

    When a server is added or taken away, only what it has or had is elsewhere.
    """
    if len(servers) == 1:
        return servers[0]

    def rank(server: MemcachedServer) -> bytes:
        return blake2b(f"{server.name} {name}".encode(), digest_size=8).digest()

    return max(servers, key=rank)


def _name(address: Address) -> str:
    return address if isinstance(address, str) else f"{address[0]}:{address[1]}"
