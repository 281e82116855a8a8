"""Measure sessions. From the repository root:

    python tests/benchmarks/sessions.py [--rounds N] [--sessions N] [--expired N]

1. Eight requests of one browser at once to a page that takes 5 ms, on each shared store, under
   gunicorn gthread and waitress, with CherryPy's file store beside them in one run.
2. A counter in RAM against CherryPy's, in process and turn by turn.
3. 1,000,000 sessions in RAM: bytes of an empty one, and the slowest request among them.
4. 100,000 expired sessions are removed, from RAM and files: the slowest request meanwhile.

Needs memcached and redis-server on the PATH for their part of 1.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import driving
from aims import Verdict
from ramsessions import grow, resident_bytes
from worker import HERE, ROOT, Worker, load
from workloads import Workload

sys.path.insert(1, str(HERE.parent))
from memcached_daemon import MemcachedDaemon
from redis_daemon import RedisDaemon

PARALLEL = 8
WORK_SECONDS = 0.005
MOST_MILLISECONDS = 1.5 * PARALLEL * WORK_SECONDS * 1000
LEAST_FASTER = 8.0
MOST_BYTES = 1_000
MOST_WAIT_MILLISECONDS = 50.0
START_SECONDS = 20
COUNTER = Workload("counter", "/", "counted")
SHARED = ("file", "memcached", "redis")


# -- eight at once -------------------------------------------------------------------------


@contextmanager
def serving(server: str, package: str, settings: dict[str, Any]) -> Iterator[int]:
    """Serve the counter in a process of its own; give its port."""
    arguments = (package, json.dumps(settings), WORK_SECONDS)
    command = [sys.executable, "-m", "programs.session_counter", *map(str, arguments)]
    if server == "gthread":
        program = f"programs.session_counter:application{arguments!r}"
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8"]
        command += ["--bind", "127.0.0.1:0", "--no-control-socket", program]
    path = os.pathsep.join([str(ROOT), str(HERE)])
    process = subprocess.Popen(
        command,
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found:
                yield int(found[1])
                break
        else:
            raise RuntimeError(f"{command} did not start.")
    finally:
        process.terminate()
        process.communicate()


def ask_at_once(port: int, rounds: int) -> list[float]:
    """Send eight requests of one session at once, `rounds` times; return the milliseconds."""
    first = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    first.request("GET", "/")
    answer = first.getresponse()
    cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
    answer.read()
    first.close()
    start, end = threading.Barrier(PARALLEL + 1), threading.Barrier(PARALLEL + 1)

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(rounds + 1):
            start.wait()
            connection.request("GET", "/", headers={"Cookie": cookie})
            body = connection.getresponse().read()
            end.wait()
            assert body == b"counted", body
        connection.close()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    times = []
    for _ in range(rounds + 1):
        start.wait()
        began_at = time.perf_counter()
        end.wait(60)
        times.append((time.perf_counter() - began_at) * 1000)
    for thread in threads:
        thread.join()
    return times[1:]  # in the first one they connected


def compare_at_once(rounds: int) -> Iterator[Verdict]:
    """Measure the stores and CherryPy's files, on both servers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = {"file": {"storage_path": str(folder / "ours")}}
        if program := shutil.which("memcached"):
            memcached = MemcachedDaemon(program)
            stack.callback(memcached.close)
            stores["memcached"] = {"servers": memcached.address}
        if program := shutil.which("redis-server"):
            redis = RedisDaemon(program, folder)
            stack.callback(redis.kill)
            stores["redis"] = {"url": redis.url}
        (folder / "theirs").mkdir()
        contestants = [("wsgicherry", name, place) for name, place in stores.items()]
        contestants.append(("cherrypy", "file", {"storage_path": str(folder / "theirs")}))
        for server in ("gthread", "waitress"):
            for package, store, place in contestants:
                with serving(server, package, {"storage_class": store, **place}) as port:
                    times = ask_at_once(port, rounds)
                best, median = min(times), statistics.median(times)
                aim = (
                    f"{PARALLEL} at once, {server}, {package}, {store}: "
                    f"at most {MOST_MILLISECONDS:.0f} ms"
                )
                met = median <= MOST_MILLISECONDS if package == "wsgicherry" else None
                figures = f"best {best:.1f}, median {median:.1f}, worst {max(times):.1f} ms"
                yield Verdict(aim, met, figures)


# -- in process ----------------------------------------------------------------------------


def compare_counters(rounds: int) -> Verdict:
    """Time a request that counts in RAM against CherryPy's."""
    aim = f"RAM counter: at least {LEAST_FASTER:g} x as fast as CherryPy"
    with (
        Worker("session_counter", "known_client", "wsgicherry") as ours,
        Worker("session_counter", "known_client", "cherrypy") as theirs,
    ):
        fault = ours.verify(COUNTER) or theirs.verify(COUNTER)
        if fault:
            return Verdict(aim, False, fault)
        workers = [(worker, worker.fit(COUNTER), []) for worker in (ours, theirs)]
        for _ in range(rounds):
            for worker, requests, turns in workers:
                turns.append(worker.time(COUNTER, requests))
    own, other = (min(turns) for _, _, turns in workers)
    figures = f"{own:.1f} us to {other:.1f} us, {other / own:.1f} x as fast"
    return Verdict(aim, other >= LEAST_FASTER * own, figures)


def slowest_request(application: driving.Application, is_over: Callable[[], bool]) -> float:
    """Send requests until `is_over`; return the milliseconds of the slowest."""
    slowest = 0.0
    while not is_over():
        began_at = time.perf_counter()
        driving.ask(application, COUNTER)
        slowest = max(slowest, time.perf_counter() - began_at)
    return slowest * 1000


def measure_many(count: int) -> Iterator[Verdict]:
    """Keep many empty sessions in RAM, and send requests among them."""
    application = load("session_counter", "known_client", "wsgicherry")
    driving.ask(application, COUNTER)
    store = find_store("ram", {})
    before = resident_bytes()
    slowest_save = grow(store, {}, count) * 1000
    size = (resident_bytes() - before) / count
    aim = f"{count:,} sessions in RAM: at most {MOST_BYTES:,} bytes for an empty one"
    yield Verdict(aim, size <= MOST_BYTES, f"{size:.0f} bytes")
    until = time.monotonic() + 5
    slowest = slowest_request(application, lambda: time.monotonic() > until)
    aim = f"{count:,} sessions in RAM: no request over {MOST_WAIT_MILLISECONDS:g} ms"
    figures = f"slowest request {slowest:.1f} ms, slowest save while growing {slowest_save:.1f}"
    yield Verdict(aim, max(slowest, slowest_save) <= MOST_WAIT_MILLISECONDS, figures)
    store.clear()


def measure_clean_up(name: str, settings: dict[str, Any], count: int) -> Verdict:
    """Remove expired sessions while requests are served."""
    application = load("session_counter", "known_client", "wsgicherry", json.dumps(settings))
    driving.ask(application, COUNTER)
    store = find_store(name, settings)
    expire_many(name, settings, store, count)
    left = len(os.listdir(settings["storage_path"])) if name == "file" else len(store)
    cleaner = threading.Thread(target=store.clean_up)
    began_at = time.perf_counter()
    cleaner.start()
    slowest = slowest_request(application, lambda: not cleaner.is_alive())
    seconds = time.perf_counter() - began_at
    gone = left - (len(os.listdir(settings["storage_path"])) if name == "file" else len(store))
    aim = f"{count:,} expired, {name}: no request waits over {MOST_WAIT_MILLISECONDS:g} ms"
    figures = f"slowest request {slowest:.1f} ms, {gone:,} removed in {seconds:.2f} s"
    return Verdict(aim, slowest <= MOST_WAIT_MILLISECONDS and gone == count, figures)


def find_store(name: str, settings: dict[str, Any]) -> Any:
    """Return the store that the application uses."""
    # Not at the top: `load` puts the repository on the path.
    from wsgicherry.lib.sessions.builtin import BUILTIN

    known = {key: value for key, value in settings.items() if key != "storage_class"}
    return BUILTIN[name].find_store(known)


def expire_many(name: str, settings: dict[str, Any], store: Any, count: int) -> None:
    """Have the store hold so many sessions that have expired."""
    from wsgicherry.lib.sessions.filerecords import pack
    from wsgicherry.lib.sessions.records import Codec, Record

    record, over = Record({"count": 1}, 0.0), time.time() - 60
    for _ in range(count):
        id = secrets.token_hex(20)
        if name == "ram":
            store.save(id, record, over, None)
        else:  # PERF: not by `save`, which waits for the disk each time
            path = os.path.join(settings["storage_path"], f"session-{id}")
            with open(path, "wb") as file:
                file.write(pack(Codec().encode(record, id), over, secrets.token_hex(16)))
            os.utime(path, (over, over))


def main(argv: list[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="turns of each (default 20)")
    parser.add_argument("--sessions", type=int, default=1_000_000, help="in RAM")
    parser.add_argument("--expired", type=int, default=100_000, help="sessions to remove")
    options = parser.parse_args(argv)
    for verdict in compare_at_once(options.rounds):
        print(verdict, flush=True)
    print(compare_counters(options.rounds), flush=True)
    for verdict in measure_many(options.sessions):
        print(verdict, flush=True)
    print(measure_clean_up("ram", {"storage_class": "ram"}, options.expired), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = {"storage_class": "file", "storage_path": os.path.join(folder, "sessions")}
        print(measure_clean_up("file", settings, options.expired), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
