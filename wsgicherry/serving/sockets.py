"""Listening sockets: bind them, explain why not, and clean up after them."""

from __future__ import annotations

import errno
import os
import socket
import stat
from contextlib import suppress

from ..process.servers import join_host_port

Address = tuple[str | None, int] | str

# waitress's own default; the 5 of CherryPy's server.socket_queue_size is too few for it.
BACKLOG = 1024
# Each open connection may hold up to three files; a process usually may open 1024.
MAX_CONNECTIONS = 300


class CannotListen(OSError):
    """An address cannot be served; its text is one sentence for a user to act on."""

    def __init__(self, message: str, address: Address, number: int | None) -> None:
        super().__init__(message)
        self.address = address
        self.errno = number


class AddressInUse(CannotListen):
    """Another program serves the address."""


class BoundSocket:
    """A listening socket and, if it made one, its socket file."""

    def __init__(self, sock: socket.socket, path: str | None = None) -> None:
        self.socket = sock
        self.is_unix = sock.family == socket.AF_UNIX
        self.address: Address = path or describe(sock)
        self._path = path
        self._identity = identity(path) if path else None

    def close(self) -> None:
        """Close the socket and unlink its own file, not one that took its place."""
        self.socket.close()
        if self._path and self._identity and identity(self._path) == self._identity:
            with suppress(OSError):
                os.unlink(self._path)


def listen_on(address: Address, backlog: int) -> list[BoundSocket]:
    """Return sockets that listen on `address`: one, or one per family of a host name.

    Raise AddressInUse or CannotListen.
    """
    if isinstance(address, str):
        return [listen_on_path(address, backlog)]
    host, port = address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen(
            f"The host {host!r} of server.socket_host cannot be resolved: {error}.",
            address,
            None,
        ) from error
    bound: list[BoundSocket] = []
    for family, _, _, _, target in dict.fromkeys(found):
        try:
            # One port for all families: the second takes the number that the first got.
            actual = bound[0].socket.getsockname()[1] if bound else port
            place = (target[0], actual, *target[2:])
            bound.append(listen_on_tcp(family, place, backlog, is_dual=host == "::"))
        except OSError as error:
            if bound and (port == 0 or error.errno == errno.EADDRNOTAVAIL):
                continue  # the name has an address of a family that this host does not serve
            for each in bound:
                each.close()
            raise explain(error, address) from error
    return bound


def listen_on_tcp(
    family: int, target: tuple[object, ...], backlog: int, is_dual: bool = False
) -> BoundSocket:
    """Return a listening TCP socket; a dual one takes IPv4 clients too. Raise OSError."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows the option would let two programs share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not is_dual)
        sock.bind(target)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return BoundSocket(sock)


def listen_on_path(path: str, backlog: int) -> BoundSocket:
    """Return a listening unix socket; replace the file that a dead process left behind.

    The umask decides who may connect.
    """
    remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(path)
        bound = BoundSocket(sock, path)
    except OSError as error:
        sock.close()
        raise explain(error, path) from error
    sock.listen(backlog)
    return bound


def remove_stale(path: str) -> None:
    """Unlink the socket file `path` if nobody listens on it.

    Raise AddressInUse if somebody does, CannotListen if it is not a socket at all.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return  # nothing there; bind() says what else may be wrong
    if not stat.S_ISSOCK(mode):
        raise CannotListen(
            f"{path!r} exists and is not a socket; move it away or choose another "
            "server.socket_file.",
            path,
            errno.EEXIST,
        )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a full queue answers EAGAIN: there is a listener
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(FileNotFoundError):
                os.unlink(path)
            return
        except OSError as error:
            raise explain_busy(path, error.errno) from error
    raise explain_busy(path, errno.EADDRINUSE)


def explain(error: OSError, address: Address) -> CannotListen:
    """Return the exception that says in one sentence why `address` cannot be served."""
    if error.errno == errno.EADDRINUSE:
        return explain_busy(address, error.errno)
    key = "server.socket_file" if isinstance(address, str) else "server.socket_host"
    if error.errno == errno.EACCES and not isinstance(address, str):
        key = "server.socket_port (or --port), at least 1024"
    return CannotListen(
        f"Cannot listen on {show(address)}: {error.strerror or error}; change {key}.",
        address,
        error.errno,
    )


def explain_busy(address: Address, number: int | None) -> AddressInUse:
    """Return the exception for an address that another program serves."""
    key = "server.socket_port (or --port)"
    if isinstance(address, str):
        key = "server.socket_file (or --unix)"
    return AddressInUse(
        f"{show(address)} is in use by another program; stop it, or choose another "
        f"address with {key}.",
        address,
        number,
    )


def show(address: Address) -> str:
    """Return the address as one word: 'host:port', '[host]:port' or a path."""
    if isinstance(address, str):
        return address
    host, port = address
    return join_host_port("*" if host is None else host, port)


def describe(sock: socket.socket) -> Address:
    """Return the address that `sock` is bound to."""
    name = sock.getsockname()
    return str(name) if sock.family == socket.AF_UNIX else (str(name[0]), int(name[1]))


def identity(path: str) -> tuple[int, int] | None:
    """Return device and inode of the file `path`, or None if there is none."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
