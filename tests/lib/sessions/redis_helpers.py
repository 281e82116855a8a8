"""What the tests of RedisStore share."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STORE_TIMEOUT = 0.25  # the default
SOON_SECONDS = 0.6  # a time-out, and as much again for a loaded machine


def in_a_minute():
    return time.time() + 60


def put(store, id, content, version=None):
    assert store.save(id, content, in_a_minute(), version)


def took_less_than(seconds, action):
    """Return what `action()` returns or raises; fail if it takes longer than `seconds`."""
    began_at = time.perf_counter()
    try:
        return action()
    except Exception as error:
        return error
    finally:
        assert time.perf_counter() - began_at < seconds


def run_together(count, action):
    """Run `action(number)` in `count` threads that start at once; return what they return."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return action(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def bump_locked(store, id):
    lock = store.lock(id, 60)
    stored = store.load(id, lock)
    count, version = (int(stored.content), stored.version) if stored else (0, None)
    assert store.save(id, b"%d" % (count + 1), time.time() + 60, version)
    lock.release()


def run_python(text, *arguments):
    """Start a program of its own that has the bumps above; its output is captured."""
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(Path(__file__).parent)]!r}\n{text}"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    )
