"""What a process of our own does to itself: go into the background, drop root, tell its pid.

A foreign server has its own options for all this (gunicorn: --daemon, --pid, --user).
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable

from .channels import WARNING
from .simpleplugin import SimplePlugin
from .wspbus import Bus

try:
    import grp
    import pwd
except ImportError:  # pragma: no cover - Windows has no users by number
    grp = pwd = None  # type: ignore[assignment]


class DropPrivileges(SimplePlugin):
    """Change user, group and umask on start, once.

    `uid` and `gid` are names or numbers, `umask` is a number; None leaves as it is.
    """

    def __init__(
        self,
        bus: Bus,
        umask: int | None = None,
        uid: int | str | None = None,
        gid: int | str | None = None,
    ) -> None:
        super().__init__(bus)
        self.finalized = False
        self.umask = umask
        self.uid = uid
        self.gid = gid

    @property
    def uid(self) -> int | None:
        """The user's number; setting a name that does not exist raises KeyError."""
        return self._uid

    @uid.setter
    def uid(self, user: int | str | None) -> None:
        self._uid = pwd.getpwnam(user).pw_uid if isinstance(user, str) else user

    @property
    def gid(self) -> int | None:
        """The group's number; setting a name that does not exist raises KeyError."""
        return self._gid

    @gid.setter
    def gid(self, group: int | str | None) -> None:
        self._gid = grp.getgrnam(group).gr_gid if isinstance(group, str) else group

    def start(self) -> None:
        """Drop what is to be dropped; a second start changes nothing.

        Raises PermissionError if the process may not do so: the bus does not start then.
        """
        if self.finalized:
            self.bus.log(f"Privileges already dropped, running as {_whoami()}")
            return
        self._change_user()
        if self.umask is None:
            self.bus.log("umask not set", level=WARNING)
        else:
            old = os.umask(self.umask)
            self.bus.log(f"umask old: {old:03o}, new: {self.umask:03o}")
        self.finalized = True

    # After the server has bound its port (75), which may need root.
    start.priority = 77  # type: ignore[attr-defined]

    def _change_user(self) -> None:
        if self.uid is None and self.gid is None:
            self.bus.log("uid/gid not set", level=WARNING)
            return
        self.bus.log(f"Started as {_whoami()}")
        # Groups first, as they cannot be changed any more without root. Supplementary
        # groups would keep root's rights to files.
        if self.gid is not None:
            os.setgid(self.gid)
        if self.gid is not None or os.geteuid() == 0:
            os.setgroups([])
        if self.uid is not None:
            os.setuid(self.uid)
        self.bus.log(f"Running as {_whoami()}")


def _whoami() -> str:
    """Return 'uid: ... gid: ...', by name where there is one (containers often have none)."""
    user: int | str = os.getuid()
    group: int | str = os.getgid()
    with contextlib.suppress(KeyError):
        user = pwd.getpwuid(os.getuid()).pw_name
    with contextlib.suppress(KeyError):
        group = grp.getgrgid(os.getgid()).gr_name
    return f"uid: {user!r} gid: {group!r}"


class PIDFile(SimplePlugin):
    """Keep this process's number in a file while the bus runs."""

    def __init__(self, bus: Bus, pidfile: str | os.PathLike[str]) -> None:
        super().__init__(bus)
        self.pidfile = pidfile
        self.finalized = False
        self._pid: int | None = None

    def start(self) -> None:
        """Write the file, once; not under a foreign server, whose workers would share it."""
        pid = os.getpid()
        if self.bus.is_embedded:
            self.bus.log("PID file not written: this process is a foreign server's worker.")
        elif self.finalized:
            self.bus.log(f"PID {pid!r} already written to {str(self.pidfile)!r}.")
        else:
            with open(self.pidfile, "w", encoding="ascii") as file:
                file.write(f"{pid}\n")
            self._pid = pid
            self.finalized = True
            self.bus.log(f"PID {pid!r} written to {str(self.pidfile)!r}.")

    start.priority = 70  # type: ignore[attr-defined]

    def exit(self) -> None:
        """Remove the file if this very process wrote it (a forked child did not)."""
        if self._pid != os.getpid():
            return
        self._pid, self.finalized = None, False
        with contextlib.suppress(OSError):  # gone already, or no right to since the start
            os.remove(self.pidfile)
            self.bus.log(f"PID file removed: {str(self.pidfile)!r}.")


class Daemonizer(SimplePlugin):
    """Put the process into the background on start (two forks and a new session).

    Threads do not survive a fork: whatever starts one must start later than priority 65.
    """

    def __init__(
        self,
        bus: Bus,
        stdin: str = os.devnull,
        stdout: str = os.devnull,
        stderr: str = os.devnull,
    ) -> None:
        super().__init__(bus)
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.finalized = False

    def start(self) -> None:
        """Daemonize, once; never a foreign server's process."""
        if self.bus.is_embedded:
            self.bus.log("Not daemonized: this process belongs to a foreign server.")
            return
        if self.finalized:
            self.bus.log("Already daemonized.")
            return
        if threading.active_count() != 1:
            self.bus.log(
                f"There are {threading.active_count()} active threads: "
                f"{threading.enumerate()!r}. They do not survive daemonizing.",
                level=WARNING,
            )
        self.daemonize(self.stdin, self.stdout, self.stderr, self.bus.log)
        self.finalized = True

    start.priority = 65  # type: ignore[attr-defined]

    @staticmethod
    def daemonize(
        stdin: str = os.devnull,
        stdout: str = os.devnull,
        stderr: str = os.devnull,
        logger: Callable[[str], object] = lambda message: None,
    ) -> None:
        """Go on in a process without terminal, parent or session; the caller's ends with 0.

        The streams are files to read from and to append to; they are opened while errors
        can still be seen. Raises OSError if they cannot be, or if the fork fails.
        """
        with contextlib.ExitStack() as opened:
            files = [opened.enter_context(open(stdin))]
            files += [opened.enter_context(open(name, "a+")) for name in (stdout, stderr)]
            _leave_parent(logger, "Forking once.")
            os.setsid()
            # The session's leader could get a terminal again by opening one; its child cannot.
            _leave_parent(logger, "Forking twice.")
            os.umask(0)
            for descriptor, file in enumerate(files):
                os.dup2(file.fileno(), descriptor)
        logger(f"Daemonized to PID: {os.getpid()}")


def _leave_parent(logger: Callable[[str], object], message: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # what is buffered would be written by both processes
            stream.flush()
    if os.fork() > 0:
        logger(message)
        os._exit(0)
