"""What the contract does in other processes: python -m <this module> <action>.

The first line on standard input is the task, pickled, in hexadecimal; the second begins it.
"""

from __future__ import annotations

import os
import pickle
import sys

from ...lib.sessions.errors import LockTimeout
from ...lib.sessions.stores import SessionStore
from .maker import PATIENCE_SECONDS, add_by_version, add_under_lock, new_id, value_of


def use_after_fork(store: SessionStore, id: str, times: int) -> None:
    """Use the store, fork while a lock is held, and use it in both processes."""
    add_under_lock(store, id, 1)
    held = new_id()
    lock = store.lock(held, PATIENCE_SECONDS)
    child = os.fork()
    if not child:
        os._exit(_exit_code(store, id, held))
    _, status = os.waitpid(child, 0)
    lock.release()
    assert os.waitstatus_to_exitcode(status) == 0, "The forked child could not use the store."
    expected = b"2" if store.is_shared else b"1"
    assert value_of(store, id) == expected, "The parent does not see what it should."
    add_under_lock(store, held, 1)


def _exit_code(store: SessionStore, id: str, held: str) -> int:
    """Use the store in the child; print what goes wrong."""
    try:
        add_under_lock(store, id, 1)
        assert value_of(store, id) == b"2", "The child does not see the parent's session."
        _check_lock_of_parent(store, held)
    except BaseException:
        # Of use in this process alone, which ends here.
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        return 1
    return 0


def _check_lock_of_parent(store: SessionStore, held: str) -> None:
    """The parent holds it: in a shared store the child must wait, in another it must not."""
    try:
        store.lock(held, 0.2).release()
    except LockTimeout:
        assert store.is_shared, "The child found a lock held that nobody in it can release."
    else:
        assert not store.is_shared, "The child was given a lock that its parent holds."


ACTIONS = {
    "add_under_lock": add_under_lock,
    "add_by_version": add_by_version,
    "use_after_fork": use_after_fork,
}


def main() -> None:
    """Make the store, say that it is ready, and do the action when told."""
    store_class, settings, id, times = pickle.loads(bytes.fromhex(sys.stdin.readline()))
    store = store_class(**settings)
    print("ready", flush=True)
    sys.stdin.readline()
    ACTIONS[sys.argv[1]](store, id, times)


if __name__ == "__main__":
    main()
