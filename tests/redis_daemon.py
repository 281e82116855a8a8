"""A real redis-server on a free port of this machine, which tests may stop, hang and restart.

The fixture `redis_daemon` gives one that is empty; it runs again when the test ends, whatever
the test did to it.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from wsgicherry.lib.sessions.redis import RedisStore

INSTALL = "apt-get install redis-server"
START_SECONDS = 10.0  # generous, for a loaded machine
OPTIONS = (
    *("--bind", "127.0.0.1", "--daemonize", "no"),
    *("--save", "", "--appendonly", "no"),  # nothing on disk
)


class RedisDaemon:
    """A redis-server that keeps its port over restarts, and nothing else."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.port = _find_free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        command = [self._program, *OPTIONS, "--port", str(self.port), *options]
        self.process = subprocess.Popen(
            [*command, "--dir", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        # An optional dependency; a client of its own for each start.
        self.client: Any = import_module("redis").Redis(port=self.port, socket_timeout=10)
        give_up_at = time.monotonic() + START_SECONDS
        while not self._accepts():
            assert self.process.poll() is None, f"{command} has ended by itself"
            assert time.monotonic() < give_up_at, f"{command} does not listen"
            time.sleep(0.005)

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """End it at once, with all that it holds."""
        self.client.close()
        self.process.kill()
        self.process.wait()

    def restart(self, *options: str) -> None:
        """Kill it and start it again, empty."""
        self.kill()
        self.start(*options)

    def hang(self) -> None:
        """Let it answer nothing; connections to it are still accepted by the system."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again, what it was asked meanwhile too."""
        self.process.send_signal(signal.SIGCONT)

    def clear(self) -> None:
        """Make it run, empty, with an unlimited memory."""
        self.go_on()
        if self.process.poll() is not None:
            self.start()
        self.client.config_set("maxmemory", 0)
        self.client.flushall()

    def command_counts(self) -> dict[str, int]:
        """Return how often each command has run, since it was started."""
        stats = self.client.info("commandstats")
        return {name.removeprefix("cmdstat_"): each["calls"] for name, each in stats.items()}


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shared_redis_daemon(
    require_program: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisDaemon]:
    """Give one redis-server for all tests."""
    program = require_program("redis-server", INSTALL)
    daemon = RedisDaemon(program, tmp_path_factory.mktemp("redis"))
    yield daemon
    daemon.go_on()
    daemon.kill()


@pytest.fixture
def redis_daemon(shared_redis_daemon: RedisDaemon) -> Iterator[RedisDaemon]:
    """Give a running redis-server without keys."""
    shared_redis_daemon.clear()
    yield shared_redis_daemon
    shared_redis_daemon.clear()


@pytest.fixture
def make_redis_store(redis_daemon: RedisDaemon) -> Iterator[Callable[..., RedisStore]]:
    """Give a function that makes stores of the test's server."""
    stores: list[RedisStore] = []

    def make(**settings: Any) -> RedisStore:
        if "client" not in settings:
            settings = {"url": redis_daemon.url, **settings}
        stores.append(RedisStore(**settings))
        return stores[-1]

    yield make
    for store in stores:
        for made in store._server._client._made:
            made.client.close()
