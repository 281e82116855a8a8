"""What 1,000,000 sessions in RAM cost: memory, the slowest save, collections, the sweep.

python tests/benchmarks/ramsessions.py [sessions]
"""

from __future__ import annotations

import gc
import secrets
import sys
import threading
import time
import timeit
from pathlib import Path

from wsgicherry.lib.sessions.plaincopy import copy_plain, is_same
from wsgicherry.lib.sessions.ram import RamStore
from wsgicherry.lib.sessions.records import Record

EMPTY: dict[str, object] = {}
SMALL = {"user": "ann", "count": 3, "theme": "dark"}
EXPIRED = 100_000


def resident_bytes() -> int:
    """Return how much memory this process has in use."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise OSError("This system does not tell a process's memory.")


def grow(store: RamStore, data: dict[str, object], count: int) -> float:
    """Save new sessions; return the seconds of the slowest save."""
    expires, slowest = time.time() + 3600, 0.0
    for _ in range(count):
        id, record = secrets.token_hex(20), Record(dict(data), time.time(), None)
        start = time.perf_counter()
        store.save(id, record, expires, None)
        slowest = max(slowest, time.perf_counter() - start)
    return slowest


def collect() -> float:
    """Return the seconds of a full collection."""
    start = time.perf_counter()
    gc.collect()
    return time.perf_counter() - start


def measure_growth(name: str, data: dict[str, object], count: int) -> None:
    """Print what so many sessions of `data` take."""
    gc.collect()
    idle, before = collect(), resident_bytes()
    store = RamStore()
    slowest = grow(store, data, count)
    first = collect()
    size = (resident_bytes() - before) / count
    print(
        f"{name}: {size:.0f} bytes each, slowest save {slowest * 1e3:.2f} ms, "
        f"full collection {first * 1e3:.0f} ms, then {collect() * 1e3:.0f} ms "
        f"(without sessions {idle * 1e3:.0f})"
    )


def measure_sweep(count: int) -> None:
    """Print how long a reader waits at most while many expired sessions are removed."""
    store = RamStore()
    grow(store, SMALL, count)
    live = next(iter(store))
    for _ in range(EXPIRED):
        store.save(secrets.token_hex(20), Record(dict(SMALL), 0.0, None), time.time(), None)
    waits, is_done = [0.0], threading.Event()

    def read() -> None:
        while not is_done.is_set():
            start = time.perf_counter()
            time.sleep(0.0005)
            store.load(live)
            waits.append(time.perf_counter() - start - 0.0005)

    reader = threading.Thread(target=read)
    reader.start()
    start = time.perf_counter()
    store.clean_up()
    seconds = time.perf_counter() - start
    is_done.set()
    reader.join()
    print(
        f"sweep of {EXPIRED:,} among {count:,}: {seconds * 1e3:.0f} ms; "
        f"a reader's slowest of {len(waits):,} loads {max(waits) * 1e3:.2f} ms"
    )


def measure_one() -> None:
    """Print the times of single operations on a session of three values."""
    store, id, expires = RamStore(), secrets.token_hex(20), time.time() + 3600
    record = Record(SMALL, time.time(), None)
    store.save(id, record, expires, None)

    def save_and_load() -> None:
        stored = store.load(id)
        assert stored
        store.save(id, record, expires, stored.version)

    nested, copy = {"cart": [{"id": 1, "n": 2}] * 3, **SMALL}, dict(SMALL)
    for name, action in (
        ("load + save", save_and_load),
        ("load", lambda: store.load(id)),
        ("copy of three values", lambda: copy_plain(SMALL)),
        ("copy of a cart", lambda: copy_plain(nested)),
        ("comparison of three values", lambda: is_same(SMALL, copy)),
        ("lock + release", lambda: store.lock(id, 1).release()),
    ):
        seconds = min(timeit.repeat(action, number=20_000, repeat=5)) / 20_000
        print(f"{name}: {seconds * 1e6:.2f} us")


if __name__ == "__main__":
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    measure_one()
    measure_growth("empty", EMPTY, sessions)
    measure_growth("three values", SMALL, sessions)
    measure_growth("a list", {"cart": []}, sessions // 10)
    measure_sweep(sessions)
