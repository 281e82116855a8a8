"""A memcached of the test's own, that can be killed, hung and started again."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

INSTALL = "apt-get install memcached"
START_SECONDS = 10.0
ANSWER_SECONDS = 10.0


class MemcachedDaemon:
    """A memcached on a port of the loopback interface, which stays its own over restarts."""

    def __init__(self, program: str, *options: str) -> None:
        self._command = [program, "-u", getpass.getuser(), "-l", "127.0.0.1", "-U", "0"]
        self._command += ["-t", "2", *options]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        """Host and port, as clients are told."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; return when it answers."""
        # It reports each value that is too large, and that it was told to stop.
        self._process = subprocess.Popen(
            [*self._command, "-p", str(self.port)], stderr=subprocess.DEVNULL
        )
        give_up_at = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._ask_version()
            except OSError:
                assert self._process.poll() is None, f"{self._command} ended"
                assert time.monotonic() < give_up_at, f"{self._command} does not answer"
                time.sleep(0.005)

    def _ask_version(self) -> None:
        assert self.ask("version", "\r\n").startswith("VERSION")

    def kill(self) -> None:
        """End it at once; all that it held is lost."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """Let it answer nothing, until `resume`; return when it has come to a stop."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def resume(self) -> None:
        """Let it go on, with what it has not answered."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def ask(self, command: str, end: str) -> str:
        """Return the answer to a command, which ends in `end`."""
        with socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS) as connection:
            connection.sendall(command.encode() + b"\r\n")
            answer = ""
            while not answer.endswith(end):
                data = connection.recv(65536)
                assert data, f"closed after {answer!r}"
                answer += data.decode("latin-1")
            return answer

    def stats(self) -> dict[str, int]:
        """Return its counters: `curr_items`, `cmd_get`, `cas_hits` ..."""
        lines = self.ask("stats", "END\r\n").splitlines()
        words = [line.split() for line in lines]
        return {each[1]: int(each[2]) for each in words if len(each) == 3 and each[2].isdigit()}

    def close(self) -> None:
        """End it, hung or not."""
        assert self._process
        if self._process.poll() is None:
            self.kill()


@pytest.fixture
def start_memcached(
    require_program: Callable[[str, str], str],
) -> Iterator[Callable[..., MemcachedDaemon]]:
    """Give a function that starts a memcached, with options of its command line."""
    daemons: list[MemcachedDaemon] = []

    def start(*options: str) -> MemcachedDaemon:
        daemons.append(MemcachedDaemon(require_program("memcached", INSTALL), *options))
        return daemons[-1]

    yield start
    for each in daemons:
        each.close()


@pytest.fixture
def memcached(start_memcached: Callable[..., MemcachedDaemon]) -> MemcachedDaemon:
    """Give a running memcached of the test's own."""
    return start_memcached()
