"""What all tests share: servers in processes of their own, and a client that sees bytes.

Tests get at it through fixtures: `run_gunicorn`, `run_program`, `raw_client`,
`require_program`, `memcached`. Whatever they start is stopped, by its process id, when the
test ends.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from memcached_daemon import memcached, start_memcached  # noqa: F401  fixtures for all

from wsgicherry.site import Site

pytest_plugins = ["redis_daemon"]
REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAMS = REPOSITORY / "tests" / "servers" / "programs"
# Generous, for a loaded machine; nothing waits that long when all is well.
START_SECONDS = 20.0
STOP_SECONDS = 15.0
READ_SECONDS = 10.0
ADDRESS_LINE = r"https?://127\.0\.0\.1:(\d+)"


def find_program(name: str, install_command: str) -> str:
    """Return the path of the program `name`, or skip the test.

    With WSGICHERRY_REQUIRE_ALL=1 a missing program is a failure: a run that must prove
    everything must not skip silently.
    """
    beside_python = str(Path(sys.executable).parent)
    path = shutil.which(name, path=os.pathsep.join([beside_python, os.environ.get("PATH", "")]))
    if path:
        return path
    message = f"{name!r} is not installed; install it with: {install_command}"
    if os.environ.get("WSGICHERRY_REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


class ServerProcess:
    """A server in a process of its own, whose output is read line by line."""

    def __init__(
        self, command: list[str], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.command = command
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
            | dict(env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """The process id of the program (of gunicorn's master)."""
        return self.process.pid

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, seconds: float = START_SECONDS) -> re.Match[str]:
        """Return the match of the first line in which `pattern` is found; fail without one."""
        give_up_at = time.monotonic() + seconds
        seen = 0
        with self._news:
            while True:
                for line in self.lines[seen:]:
                    if found := re.search(pattern, line):
                        return found
                seen = len(self.lines)
                left = give_up_at - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    raise AssertionError(
                        f"{self.command} printed no line like {pattern!r}:\n{self.output}"
                    )
                self._news.wait(min(left, 0.5))

    @property
    def port(self) -> int:
        """The port, read from the first line that names a loopback address."""
        return int(self.wait_for(ADDRESS_LINE)[1])

    def say(self, line: str) -> None:
        """Write a line to the program's standard input."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Return the exit code (negative: the signal that killed it)."""
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def close(self) -> None:
        """Stop the program: politely, then not; and wait for it."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(STOP_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


class RawResponse(NamedTuple):
    """A response as it was on the wire; header names as they were sent."""

    version: str
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the one value of a header, None if absent; fail if it was sent twice."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times: {values}"
        return values[0] if values else None


class RawClient:
    """One connection to a server; what was received and not read yet is in `leftover`."""

    def __init__(self, address: tuple[str, int] | str, seconds: float = READ_SECONDS) -> None:
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(seconds)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, seconds)
        self.leftover = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def request(
        self,
        method: str = "GET",
        target: str = "/",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        version: str = "HTTP/1.1",
    ) -> RawResponse:
        """Send a request and return its response; the connection stays open."""
        self.send_request(method, target, headers, body, version)
        return self.read_response(method)

    def send_request(
        self,
        method: str = "GET",
        target: str = "/",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        version: str = "HTTP/1.1",
    ) -> None:
        """Send a request with Host, and with Content-Length if there is a body."""
        fields = {"Host": "localhost", **(headers or {})}
        if body and "Transfer-Encoding" not in fields:
            fields.setdefault("Content-Length", str(len(body)))
        lines = [f"{method} {target} {version}"] + [f"{k}: {v}" for k, v in fields.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def read_response(self, method: str = "GET") -> RawResponse:
        """Return the next response; an answer to HEAD, a 204 and a 304 have no body."""
        head = self._read_until(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.split("\r\n")
        version, status, reason = (first + " ").split(" ", 2)
        fields = [line.partition(":") for line in lines]
        headers = [(name, value.strip()) for name, _, value in fields]
        code = int(status)
        has_body = method != "HEAD" and code >= 200 and code not in (204, 304)
        body = self._read_body(headers) if has_body else b""
        return RawResponse(version, code, reason.strip(), headers, body)

    def read_to_end(self) -> bytes:
        """Return all bytes until the server closes; fail when it does not in time."""
        while data := self._receive():
            self.leftover += data
        rest, self.leftover = self.leftover, b""
        return rest

    def is_closed(self) -> bool:
        """Wait for the server to close the connection; tell whether it sent nothing before."""
        return self.read_to_end() == b""

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            return b""

    def _more(self) -> None:
        data = self._receive()
        if not data:
            raise EOFError(f"The server closed the connection after {self.leftover[:200]!r}.")
        self.leftover += data

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self.leftover:
            self._more()
        head, _, self.leftover = self.leftover.partition(mark)
        return head

    def _read_exactly(self, count: int) -> bytes:
        parts, missing = [self.leftover[:count]], count - len(self.leftover)
        self.leftover = self.leftover[count:]
        while missing > 0:
            data = self._receive()
            if not data:
                raise EOFError(f"The server closed with {missing} of {count} bytes unsent.")
            parts.append(data[:missing])
            self.leftover += data[missing:]
            missing -= len(data)
        return b"".join(parts)

    def _read_body(self, headers: list[tuple[str, str]]) -> bytes:
        fields = {name.lower(): value for name, value in headers}
        if fields.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._read_chunks())
        if "content-length" in fields:
            return self._read_exactly(int(fields["content-length"]))
        return self.read_to_end()

    def _read_chunks(self) -> Iterator[bytes]:
        while size := int(self._read_until(b"\r\n").split(b";")[0], 16):
            yield self._read_exactly(size)
            assert self._read_exactly(2) == b"\r\n"
        while self._read_until(b"\r\n"):
            pass  # trailers


@pytest.fixture(scope="session")
def require_program() -> Callable[[str, str], str]:
    """Give `find_program(name, install_command)`."""
    return find_program


@pytest.fixture
def programs() -> Path:
    """The folder of the small programs that tests run."""
    return PROGRAMS


@pytest.fixture
def raw_client() -> Iterator[Callable[..., RawClient]]:
    """Give a function that connects: raw_client(port), (host, port), or a socket file."""
    clients: list[RawClient] = []

    def connect(
        address: int | tuple[str, int] | str, seconds: float = READ_SECONDS
    ) -> RawClient:
        where = ("127.0.0.1", address) if isinstance(address, int) else address
        clients.append(RawClient(where, seconds))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def start_process() -> Iterator[Callable[..., ServerProcess]]:
    """Give a function that runs a command: start_process([...], cwd=..., env=...)."""
    processes: list[ServerProcess] = []

    def start(
        command: list[str], *, cwd: Path = PROGRAMS, env: Mapping[str, str] | None = None
    ) -> ServerProcess:
        processes.append(ServerProcess(command, cwd=cwd, env=env))
        return processes[-1]

    yield start
    for process in processes:
        process.close()


@pytest.fixture
def count_calls() -> Callable[[Callable[[], object]], int]:
    """Give a function that says how many calls, of Python and of C, an action makes."""

    def run(action: Callable[[], object]) -> int:
        count = 0

        def profile(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            action()
        finally:
            sys.setprofile(before)
        return count

    return run


@pytest.fixture
def make_logger_root() -> Iterator[Callable[[], str]]:
    """Give a function that names a tree of loggers which only this test knows.

    They are removed, and their handlers closed, when the test ends.
    """
    names: list[str] = []

    def make() -> str:
        names.append(f"tree{uuid4().hex}")
        return names[-1]

    yield make
    known = logging.Logger.manager.loggerDict
    for each in [each for each in known if each.split(".")[0] in names]:
        for handler in getattr(known.pop(each), "handlers", ()):
            handler.close()


@pytest.fixture
def logger_root(make_logger_root: Callable[[], str]) -> str:
    """A name for a tree of loggers that only this test knows."""
    return make_logger_root()


@pytest.fixture
def make_site(logger_root: str) -> Iterator[Callable[[], Site]]:
    """Make a site of the test's own; its engine exits at the test's end."""
    sites: list[Site] = []

    def make() -> Site:
        logging.getLogger(logger_root).propagate = False
        sites.append(Site(logger_root))
        return sites[-1]

    yield make
    for site in sites:
        site.engine.exit()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    """A site of the test's own."""
    return make_site()


class Records(logging.Handler):
    """A handler that keeps what is logged, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def keep_lines(name: str) -> list[str]:
    """Return the list that all texts go to which the logger `name` gets from now on."""
    records = Records()
    logging.getLogger(name).addHandler(records)
    logging.getLogger(name).setLevel(logging.DEBUG)
    return records.lines


@pytest.fixture
def error_lines(logger_root: str) -> list[str]:
    """The error log of all sites of this test, a list of texts."""
    return keep_lines(f"{logger_root}.error")


@pytest.fixture
def access_lines(logger_root: str) -> list[str]:
    """The access log of all sites of this test, a list of texts."""
    return keep_lines(f"{logger_root}.access")


@pytest.fixture
def run_program(
    start_process: Callable[..., ServerProcess],
) -> Callable[..., ServerProcess]:
    """Give a function that runs a Python program: run_program("name.py", *arguments)."""

    def run(
        name: str, *arguments: str, cwd: Path = PROGRAMS, env: Mapping[str, str] | None = None
    ) -> ServerProcess:
        return start_process([sys.executable, name, *arguments], cwd=cwd, env=env)

    return run


@pytest.fixture
def run_gunicorn(
    start_process: Callable[..., ServerProcess],
) -> Callable[..., ServerProcess]:
    """Give a function that serves: run_gunicorn("module:name", "-k", "gthread", ...).

    It returns when a worker has been booted. The port is in `.port`.
    """

    def run(
        target: str,
        *options: str,
        cwd: Path = PROGRAMS,
        env: Mapping[str, str] | None = None,
    ) -> ServerProcess:
        find_program("gunicorn", "pip install gunicorn")
        command = [sys.executable, "-m", "gunicorn", *options, target]
        # By environment, not by option: an option would beat a test's own configuration file.
        defaults = {"BIND": "127.0.0.1:0"}
        if "-c" not in options:
            command[3:3] = ["--bind", "127.0.0.1:0", "--no-control-socket"]
        process = start_process(command, cwd=cwd, env=defaults | dict(env or {}))
        process.wait_for(r"Booting worker with pid")
        return process

    return run
