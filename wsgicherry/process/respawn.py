"""Replace this process by a new one with the same command line, in the same place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, MutableMapping

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

FD_FOLDER = "/dev/fd"  # Linux, macOS and the BSDs list a process's own descriptors there


def startup_directory() -> str | None:
    """Return the current directory, or None if it has been removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


def respawn(
    directory: str | None, max_cloexec_files: int, log: Callable[[str], object]
) -> None:
    """Execute this program anew, from `directory`; does not return.

    The command line is the interpreter's own (`sys.orig_argv`), so `-m`, `-c` and the
    interpreter's options come through.
    """
    command = [sys.executable, *sys.orig_argv[1:]]
    log(f"Re-spawning {' '.join(command)}")
    keep_import_path(os.environ, sys.path, directory)
    if directory is not None:
        os.chdir(directory)
    close_on_exec(open_descriptors(max_cloexec_files))
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os.execv(sys.executable, command)


def keep_import_path(
    environ: MutableMapping[str, str], path: list[str], directory: str | None
) -> None:
    """Put `directory` on PYTHONPATH if imports come from the current directory.

    An empty first entry of `path` means "wherever we are": the new process must find the
    same modules before the program itself has set its path up (CherryPy's rule).
    """
    if directory is None or path[:1] != [""]:
        return
    parts = environ.get("PYTHONPATH", "").split(os.pathsep)
    if parts[0] != directory:
        environ["PYTHONPATH"] = os.pathsep.join([directory, *filter(None, parts)])


def open_descriptors(limit: int) -> list[int]:
    """Return the open descriptors above stderr and below `limit`.

    Asks the system for the list, as SC_OPEN_MAX can be a thousand million in containers.
    """
    try:
        found: Iterable[int] = map(int, os.listdir(FD_FOLDER))
    except OSError:
        found = range(3, limit)
    return [fd for fd in found if 2 < fd < limit]


def close_on_exec(descriptors: Iterable[int]) -> None:
    """Let none of `descriptors` be inherited by the new program."""
    for fd in descriptors if fcntl is not None else ():
        try:
            flags = fcntl.fcntl(fd, fcntl.F_GETFD)
        except OSError:  # not open: the one by which the list was read
            continue
        fcntl.fcntl(fd, fcntl.F_SETFD, flags | fcntl.FD_CLOEXEC)
