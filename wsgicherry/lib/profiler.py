"""Profiles of functions and requests, kept in a folder, and pages that show them."""

from __future__ import annotations

import gc
import io
import marshal
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

# Not cProfile: since Python 3.12 that takes the calls of all threads for those of one.
from profile import Profile
from pstats import Stats
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlencode

from ..core.bodies import close_body
from ..core.current import serving_now
from ..core.errors import NotFound
from ..core.expose import expose
from .pageserver import serve_pages
from .plainpage import HEADERS, ONE_VALUE_EACH, TEXT_HEADERS, heading, link, render_page, table

Result = TypeVar("Result")

DEFAULT_PATH = "profile"
"""The folder, in the working directory, of who names none."""

MAX_FILES = 1000
"""Profiles that are kept in a folder, the newest."""

_NAME = re.compile(r"cp_([0-9]{4,12})\.prof")


class Profiler:
    """Profiles of single runs, `cp_0001.prof` and so on in the folder `path`, which is made if
    it is not there, for the user alone. As a page it shows them.

    Profiles tell how a program works: let only those see the page who may. Source: BEHAVIOUR
    12.4.
    """

    _cp_config = ONE_VALUE_EACH
    # One for all: since Python 3.12 two profiles in two threads lose each other's calls.
    _turn = Lock()

    def __init__(self, path: str | None = None) -> None:
        self.path = os.path.abspath(path or DEFAULT_PATH)
        os.makedirs(self.path, mode=0o700, exist_ok=True)

    def run(self, func: Callable[..., Result], *args: Any, **params: Any) -> Result:
        """Return what `func` returns when it is called, and write a profile of the call.

        One run of a process is profiled at a time: inside it, and beside it in other threads,
        `func` is only called.
        """
        if not self._turn.acquire(blocking=False):
            return func(*args, **params)
        profile = Profile(timer=time.perf_counter)
        try:
            with quiet_collector():
                return profile.runcall(func, *args, **params)
        finally:
            self._turn.release()
            profile.create_stats()
            self.save(profile)

    def save(self, profile: Any) -> None:
        """Write `profile` under a number of its own; remove the oldest of too many."""
        write_new(self.path, marshal.dumps(profile.stats))
        for name in self.statfiles()[:-MAX_FILES]:
            with suppress(FileNotFoundError):  # another process was faster
                os.remove(os.path.join(self.path, name))

    def statfiles(self) -> list[str]:
        """Return the names of the profiles, the oldest first."""
        return list_profiles(self.path)

    def stats(self, filename: str, sortby: str = "cumulative") -> str:
        """Return a profile as text. NotFound if `filename` is none of `statfiles()`."""
        text = io.StringIO()
        # By name, not by path: nothing else in this machine can be asked for.
        if filename not in self.statfiles():
            raise NotFound()
        try:
            stats = Stats(os.path.join(self.path, filename), stream=text)
        except (OSError, EOFError, ValueError, TypeError):  # removed, or not whole yet
            raise NotFound() from None
        stats.strip_dirs().sort_stats(sortby).print_stats()
        return text.getvalue()

    @expose
    def index(self) -> bytes:
        """Show the profiles there are, the newest first."""
        serving_now().response.headers.update(HEADERS)
        names = reversed(self.statfiles())
        rows = [[link("report?" + urlencode({"filename": name}), name)] for name in names]
        return render_page("Profiles", [heading("Profiles"), table(["Run"], rows)])

    menu = index  # as CherryPy has it

    @expose
    def report(self, filename: str) -> str:
        """Show one profile."""
        serving_now().response.headers.update(TEXT_HEADERS)
        return self.stats(filename)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Keep the garbage collector still, and have it call nobody back.

    It may come just as a function begins, before `profile` has heard of that: what weak
    references and the collector's callbacks call then comes from nowhere, which is an error.
    """
    was_enabled, callbacks = gc.isenabled(), gc.callbacks[:]
    gc.disable()
    gc.callbacks.clear()
    try:
        yield
    finally:
        gc.callbacks[:0] = callbacks
        if was_enabled:
            gc.enable()


class ProfileAggregator(Profiler):
    """One profile of all runs together; each run writes it anew."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(path)
        self._lock = Lock()
        self._sum: Any = None
        self._path = ""

    def save(self, profile: Any) -> None:
        """Add `profile` to what there is, and write that."""
        with self._lock:
            if self._sum is None:
                self._sum = Stats(profile)
            else:
                self._sum.add(profile)
            data = marshal.dumps(self._sum.stats)
            if not self._path:
                self._path = write_new(self.path, data)
                return
            # In one step: somebody may read it.
            with open(f"{self._path}.new", "wb", opener=open_privately) as file:
                file.write(data)
            os.replace(f"{self._path}.new", self._path)


class make_app:
    """WSGI middleware that profiles the requests of `nextapp`: `wsgi.pipeline = [('profiler',
    profiler.make_app)]`.

    `path`: the folder of the profiles. `aggregate`: one profile of all requests together. Each
    answer is complete before its first byte is sent, so not for streams without end.
    """

    def __init__(self, nextapp: Any, path: str | None = None, aggregate: bool = False) -> None:
        self.nextapp = nextapp
        self.aggregate = aggregate
        self.profiler = (ProfileAggregator if aggregate else Profiler)(path)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.profiler.run(self._gather, environ, start_response)

    def _gather(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = self.nextapp(environ, start_response)
        try:
            return list(body)
        finally:
            close_body(body)


def serve(path: str | None = None, port: int = 8080) -> None:
    """Show the profiles in the folder `path` to this machine, until Ctrl-C."""
    serve_pages(Profiler(path), port)


def list_profiles(path: str) -> list[str]:
    """Return the names of the profiles in a folder, in the order of their numbers."""
    numbers = {}
    with os.scandir(path) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match and entry.is_file(follow_symlinks=False):
                numbers[entry.name] = int(match[1])
    return sorted(numbers, key=numbers.__getitem__)


def write_new(path: str, data: bytes) -> str:
    """Write `data` into a folder under the next number; return its path.

    Several processes may do so: nobody writes over what is there.
    """
    newest = list_profiles(path)[-1:]
    number = int(newest[0][3:-5]) if newest else 0
    while True:
        number += 1
        name = os.path.join(path, f"cp_{number:04d}.prof")
        with suppress(FileExistsError), open(name, "xb", opener=open_privately) as file:
            file.write(data)
            return name


def open_privately(path: str, flags: int) -> int:
    """Open a file, which is the user's alone if it is made."""
    return os.open(path, flags, 0o600)
