"""What must be made anew in a child process: locks, threads, connections.

A fork copies memory but only one thread. A lock that another thread held stays locked for
ever in the child, a thread object names a thread that is gone, and a socket is shared with
the parent (SERVERS.md, R1-R3). Objects that hold such things enrol here; ONE hook for the
whole package then calls their `after_fork_in_child()`. Importing this file registers nothing.
"""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Renewable(Protocol):
    """Something that holds locks, threads or connections."""

    def after_fork_in_child(self) -> None:
        """Make locks anew, forget threads, drop connections without speaking on them.

        Runs in the child's only thread, before any other code there. Must not wait, start
        a thread, or publish.
        """


# Keyed by id, as a renewable object need not be hashable. A dict's single steps are atomic,
# so enrolment needs no lock (which a fork could catch held).
_enrolled: dict[int, weakref.ref[Any]] = {}


def renew_after_fork(renewable: Renewable) -> None:
    """Call `renewable.after_fork_in_child()` in every child forked from now on.

    The object is held weakly, and renewed in the order of enrolment.
    """
    key = id(renewable)
    _enrolled[key] = weakref.ref(renewable, functools.partial(_forget, key))
    _register_hook()


def _forget(key: int, gone: weakref.ref[Any]) -> None:
    # The id may have been given to a newer object by now: take out only our own entry.
    if _enrolled.get(key) is gone:
        _enrolled.pop(key, None)


@functools.cache
def _register_hook() -> None:
    """Register the one hook, at the first enrolment (systems without fork need none)."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew_all)


def renew_all() -> None:
    """Renew every enrolled object; one that fails does not keep the others from theirs.

    Raises RuntimeError at the end if any failed; as a fork hook that is reported on stderr
    by the interpreter and does not stop the child.
    """
    failures: list[tuple[str, Exception]] = []
    for reference in list(_enrolled.values()):
        renewable = reference()
        if renewable is None:
            continue
        try:
            renewable.after_fork_in_child()
        except Exception as error:
            failures.append((type(renewable).__name__, error))
    if failures:
        raise RuntimeError(f"Not renewed after the fork: {failures!r}.") from failures[0][1]


class PerProcess(Generic[T]):
    """A value that each process makes for itself at its first use: a pool, a client.

    A pool that parent and child share mixes up their answers (SERVERS.md, R3).
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []
        self._inherited: list[T] = []
        renew_after_fork(self)

    def get(self) -> T:
        """Return this process's value; make it if this is its first use.

        Raises what the maker raises; the next call tries again.
        """
        try:
            return self._made[0]
        except IndexError:
            pass
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def after_fork_in_child(self) -> None:
        """Put the parent's value aside.

        It is kept, unused: a destructor may say goodbye on the connection which the parent
        still uses (PostgreSQL's does).
        """
        self._lock = threading.Lock()
        self._inherited += self._made
        self._made = []
