"""What a store promises to several processes, and after a fork."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import ExitStack

import pytest

from ...lib.sessions.stores import SessionStore
from .maker import PATIENCE_SECONDS, StoreMaker, new_id, value_of

PROCESSES, TIMES = 4, 250
CHILD_SECONDS = 4 * PATIENCE_SECONDS
# As `-m` names it; the package has no name of its own inside.
CHILD_MODULE = f"{__package__}.child"


class ProcessContract(StoreMaker):
    """Stores in other processes: they are made of `store_class` and `settings`."""

    def test_processes_count_under_the_lock(self, store: SessionStore, place: str) -> None:
        """4 processes add 1 to one session 250 times under its lock: none of 1,000 is lost."""
        if store.is_shared:
            id = self._count_in_processes(place, "add_under_lock")
            assert value_of(store, id) == b"1000", "Processes lost updates under the lock."

    def test_processes_count_by_version(self, store: SessionStore, place: str) -> None:
        """4 processes add 1, and again if save() says False: none of 1,000 is lost."""
        if store.is_shared:
            id = self._count_in_processes(place, "add_by_version")
            assert value_of(store, id) == b"1000", "Processes lost updates by compare-and-set."

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    def test_after_a_fork(self, store: SessionStore, place: str) -> None:
        """A forked child can use a store that its parent used, also while a lock was held."""
        self._run(place, ["use_after_fork"], new_id())

    def _count_in_processes(self, place: str, action: str) -> str:
        id = new_id()
        self._run(place, [action] * PROCESSES, id)
        return id

    def _run(self, place: str, actions: list[str], id: str) -> None:
        """Do each action in a process of its own; begin when all of them are ready."""
        task = pickle.dumps((self.store_class, self.settings(place), id, TIMES)).hex()
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        with ExitStack() as stack:
            children = [
                stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-m", CHILD_MODULE, action],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                        env=environment,
                    )
                )
                for action in actions
            ]
            for child in children:
                stack.callback(child.kill)
                assert child.stdin and child.stdout
                child.stdin.write(f"{task}\n")
                child.stdin.flush()
            for child in children:
                assert child.stdout
                line = child.stdout.readline()
                assert line == "ready\n", f"Another process: {line}{child.stdout.read()}"
            for child in children:
                assert child.stdin
                child.stdin.write("go\n")
                child.stdin.flush()
            outputs = [child.communicate(timeout=CHILD_SECONDS)[0] for child in children]
            for child, output in zip(children, outputs, strict=True):
                assert child.returncode == 0, f"Another process ended so:\n{output}"
