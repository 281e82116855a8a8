"""Locks of one file, between threads and processes."""

from __future__ import annotations

import os
import signal
import threading
import time
import types

import pytest
from file_processes import run, start

from wsgicherry.lib.sessions import filelocks
from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.sessions.filelocks import FileLocks

HOLD = """
lock = store.lock("abc", 5)
print("held", flush=True)
sys.stdin.readline()
lock.release()
print("released", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    """Where the lock file is."""
    return str(tmp_path / "locks")


@pytest.fixture
def make(path):
    """Give a function that makes locks on the same file, as another process would."""
    return lambda: FileLocks(lambda: os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock `abc` of tmp_path."""
    process = start(HOLD, tmp_path)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def waiters():
    return [each for each in threading.enumerate() if each.name == "Session lock"]


def test_nothing_is_opened_before_use(make, path):
    """Making the locks makes no file."""
    make()
    assert not os.path.exists(path)


def test_two_stores_exclude_each_other(make):
    """Two users of the file exclude each other for one name, and not for two."""
    mine, others = make(), make()
    lock = mine.acquire("a", 0)
    others.acquire("b", 0).release()
    with pytest.raises(LockTimeout):
        others.acquire("a", 0)
    with pytest.raises(LockTimeout):
        mine.acquire("a", 0)
    lock.release()
    lock.release()
    others.acquire("a", 0).release()


def test_one_may_hold_many(make, path):
    """One request may hold any number of locks; the file stays empty."""
    locks = make()
    held = [locks.acquire(f"name{number}", 0) for number in range(500)]
    for each in held:
        each.release()
    assert os.path.getsize(path) == 0
    assert not len(locks._turns)


@pytest.mark.parametrize("timeout", [None, 30])
def test_who_waits_is_woken(make, timeout):
    """Who waits for a lock of somebody else has it when that one lets go."""
    lock, got = make().acquire("a", 0), []
    other = make()
    thread = threading.Thread(target=lambda: got.append(other.acquire("a", timeout)))
    thread.start()
    lock.release()
    thread.join(30)
    got[0].release()


def test_greenlets_ask_again(make, monkeypatch):
    """Where threads are greenlets nobody waits in the system: the lock is asked for again."""
    lock, other = make().acquire("a", 0), make()
    calls = []

    def sleep(seconds):
        calls.append(seconds)
        if len(calls) == 3:
            lock.release()

    monkeypatch.setattr(
        filelocks, "time", types.SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    )
    held = other.acquire("a", 30)
    assert calls == [0.001, 0.002, 0.004]
    with pytest.raises(LockTimeout):
        make().acquire("a", 0.0005)
    held.release()
    assert not waiters()


def test_stopped_holder(make, holder):
    """A holder that hangs: all time out, one thread waits, and it lets go in the end."""
    os.kill(holder.pid, signal.SIGSTOP)
    locks = make()
    for _ in range(5):
        with pytest.raises(LockTimeout):
            locks.acquire("abc", 0.02)
    assert len(waiters()) == 1
    locks.acquire("other", 0).release()
    os.kill(holder.pid, signal.SIGCONT)
    holder.stdin.write("\n")
    holder.stdin.flush()
    for each in waiters():
        each.join(30)
    locks.acquire("abc", 0).release()
    assert not len(locks._turns)


def test_killed_holder(make, holder):
    """A holder that is killed blocks nobody."""
    holder.kill()
    make().acquire("abc", 30).release()


def test_removed_file(make, path):
    """When somebody removes the lock file, the next ones agree on a new one."""
    first, second = make(), make()
    first.acquire("a", 0).release()
    os.unlink(path)
    lock = first.acquire("a", 0)
    with pytest.raises(LockTimeout):
        second.acquire("a", 0)
    lock.release()


def test_error_of_the_system(tmp_path):
    """A lock file that cannot be opened is an error, and nothing stays locked."""
    locks = FileLocks(lambda: os.open(tmp_path / "none" / "x", os.O_RDWR))
    with pytest.raises(FileNotFoundError):
        locks.acquire("a", 1)
    assert not len(locks._turns)


def test_error_while_waiting(make, monkeypatch):
    """An error of the system while a thread waits reaches the one it waits for."""
    lock, other = make().acquire("a", 0), make()
    real = filelocks.lock_byte

    def fails(descriptor, byte, waits):
        if waits:
            raise OSError(37, "No locks available")
        return real(descriptor, byte, waits)

    monkeypatch.setattr(filelocks, "lock_byte", fails)
    with pytest.raises(OSError, match="No locks"):
        other.acquire("a", 30)
    lock.release()
    other.acquire("a", 0).release()


def test_fork(tmp_path):
    """A child has none of its parent's locks, cannot free them, and outlives none of them."""
    assert (
        run(
            """
        lock = store.lock("abc", 5)
        def child():
            lock.release()
            try:
                store.lock("abc", 0)
            except LockTimeout:
                return
            os._exit(3)
        assert ends_well(in_child(child))
        read, write = os.pipe()
        lasting = in_child(lambda: os.read(read, 1))
        lock.release()
        FileStore(storage_path=folder).lock("abc", 5).release()
        os.write(write, b"x")
        assert ends_well(lasting)
        print("done")
        """,
            tmp_path,
        )
        == "done"
    )
