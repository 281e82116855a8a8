"""Work that repeats in the background: timers, Monitor, and the Autoreloader.

Every thread that we start is a daemon, waits on an event (so that it stops at once), and is
started by the bus or by `ensure()`, never by an import.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .channels import ERROR
from .forks import renew_after_fork
from .respawn import startup_directory
from .simpleplugin import SimplePlugin
from .wspbus import Bus

# How long stop() waits for a callback that is running; its thread ends by itself after that.
STOP_SECONDS = 1.0


class PerpetualTimer(threading.Timer):
    """A threading.Timer that calls its function every `interval` seconds until cancelled.

    An error of the function ends it: logged on the bus, if there is one, and raised.
    """

    kind = "perpetual timer"

    def __init__(self, *args: Any, bus: Bus | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bus = bus

    def run(self) -> None:
        """Call the function again and again."""
        while not self.finished.wait(self.interval):
            try:
                self.function(*self.args, **self.kwargs)
            except Exception:
                if self.bus is not None:
                    message = f"Error in {self.kind} thread function {self.function!r}."
                    self.bus.log(message, level=ERROR, traceback=True)
                raise


class BackgroundTask(PerpetualTimer):
    """A PerpetualTimer whose thread is a daemon: the process does not wait for it."""

    kind = "background task"

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        bus: Bus | None = None,
    ) -> None:
        super().__init__(interval, function, args, kwargs, bus=bus)
        self.daemon = True


class Monitor(SimplePlugin):
    """Call `callback` every `frequency` seconds while the bus runs (0 or less: never)."""

    def __init__(
        self,
        bus: Bus,
        callback: Callable[[], object],
        frequency: float = 60,
        name: str | None = None,
    ) -> None:
        super().__init__(bus)
        self.callback = callback
        self.frequency = frequency
        self.name = name
        self.thread: BackgroundTask | None = None
        self.after_fork_in_child()
        renew_after_fork(self)

    def after_fork_in_child(self) -> None:
        """Forget the parent's thread; the child's is made by start() or ensure()."""
        self.thread = None
        # Its own thread may enter again: a signal handler that stops the bus.
        self._lock = threading.RLock()

    def start(self) -> None:
        """Start the thread, if it is not there."""
        if self.frequency <= 0:
            return
        with self._lock:
            if self.thread is not None:
                self.bus.log(f"Monitor thread {self.thread.name!r} already started.")
                return
            self._launch()

    start.priority = 70  # type: ignore[attr-defined]

    def ensure(self) -> None:
        """Start the thread if this process has none alive; cheap enough for each request.

        A forked child has none (SERVERS.md, R1), nor has a process whose callback failed.
        """
        thread = self.thread
        if self.frequency <= 0 or (thread is not None and thread.is_alive()):
            return
        with self._lock:
            if self.thread is None or not self.thread.is_alive():
                self._launch()

    def _launch(self) -> None:
        thread = BackgroundTask(self.frequency, self.callback, bus=self.bus)
        thread.name = self.name or type(self).__name__
        thread.start()
        self.thread = thread
        self.bus.log(f"Started monitor thread {thread.name!r}.")

    def stop(self) -> None:
        """Stop the thread; waits a moment for a callback that is running."""
        with self._lock:
            thread, self.thread = self.thread, None
        if thread is None:
            self.bus.log(f"No thread running for {self.name or type(self).__name__}.")
            return
        thread.cancel()
        if thread is not threading.current_thread():
            thread.join(STOP_SECONDS)
            self.bus.log(f"Stopped thread {thread.name!r}.")

    def graceful(self) -> None:
        """Replace the thread by a new one (which knows a new `frequency`)."""
        self.stop()
        self.start()


class Autoreloader(Monitor):
    """Restart the process when a file of a loaded module, or one in `files`, changes.

    Only modules whose name matches the regular expression `match` are looked at. For
    development, in a process of our own; a foreign server reloads by itself.
    """

    def __init__(self, bus: Bus, frequency: float = 1, match: str = ".*") -> None:
        super().__init__(bus, self.run, frequency)
        self.files: set[str] = set()
        self.match = match
        self.mtimes: dict[str, float | None] = {}
        # Relative names of modules and files are meant from where the program began.
        self._directory = startup_directory() or ""

    def start(self) -> None:
        """Note how the files are now, and watch them from now on."""
        if self.bus.is_embedded:
            self.bus.log("Autoreloader not started: reloading is the foreign server's task.")
            return
        if self.thread is None:
            self.mtimes = {}
            if self.frequency > 0:
                self._changed_file()  # a change in the very first second counts as well
        super().start()

    start.priority = 70  # type: ignore[attr-defined]

    def sysfiles(self) -> set[str]:
        """Return the files of all loaded modules whose name matches."""
        matches = re.compile(self.match).match
        modules = [module for name, module in list(sys.modules.items()) if matches(name)]
        return {file for module in modules if (file := self._file_of(module)) is not None}

    def _file_of(self, module: object) -> str | None:
        # A module in a zip file changes when the archive does.
        archive = getattr(getattr(module, "__loader__", None), "archive", None)
        file = archive or getattr(module, "__file__", None)
        if not isinstance(file, str):  # built in, or a namespace package
            return None
        if archive is None and file.endswith(".pyc"):
            file = file[:-1]
        return os.path.join(self._directory, file)

    def run(self) -> None:
        """Restart the bus if a file has changed or gone."""
        file = self._changed_file()
        if file is not None:
            self.bus.log(f"Restarting because {file} changed.")
            self.bus.restart()

    def _changed_file(self) -> str | None:
        """Return a file that differs from the last look; note those seen for the first time.

        A file that could not be read at first is left alone until it can be.
        """
        for file in self.sysfiles() | {os.path.join(self._directory, f) for f in self.files}:
            mtime = _mtime(file)
            before = self.mtimes.setdefault(file, mtime)
            if before is None:
                self.mtimes[file] = mtime
            elif mtime != before:
                return file
        return None


def _mtime(file: str) -> float | None:
    try:
        return os.stat(file).st_mtime
    except (OSError, ValueError):  # ValueError: a NUL in an invented module's __file__
        return None
