"""Compare wsgicherry with its peers, turn by turn in one run. From the repository root:

    python tests/benchmarks/compare.py [--rounds N] [--only FRAMEWORK ...]
                                       [--workload NAME ...] [--json FILE] [--check]

Each framework runs in a process of its own and is called in process, through plain WSGI: a
fresh environ for each request, a start_response that collects, the body joined, `close()`
called. In each round every framework takes one turn of a workload before the next workload
begins, so that a slow moment of the machine is shared. The best turn counts. A framework whose
answer is not the right one is not timed, and the command ends with 1.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
from pathlib import Path
from typing import Any

import aims
from frameworks import BY_KEY, KEYS
from worker import Worker, WorkerError
from workloads import NAMES, WORKLOADS, Workload

NOT_INSTALLED = "not installed: pip install wsgicherry[bench]"
NOTHING = "n/a"
WIDTH = 10  # of a column, at least


class Contest:
    """The frameworks and workloads of one run, and what was measured."""

    def __init__(self, keys: tuple[str, ...], workloads: tuple[Workload, ...]) -> None:
        self.keys = keys
        self.workloads = workloads
        self.workers: dict[str, Worker] = {}
        self.absent: dict[str, str] = {}
        self.faults: list[str] = []
        self.requests: dict[tuple[str, str], int] = {}
        self.turns: dict[tuple[str, str], list[float]] = {}

    def __enter__(self) -> Contest:
        return self

    def __exit__(self, *exc_info: object) -> None:
        for worker in self.workers.values():
            worker.close()

    def start(self) -> None:
        """Start a worker for each framework; note which cannot start, and why."""
        for key in self.keys:
            try:
                self.workers[key] = Worker(key)
            except WorkerError as error:
                self.note_absence(key, error)

    def note_absence(self, key: str, error: WorkerError) -> None:
        """A package that is missing is a gap in the table; anything else is a fault."""
        package = BY_KEY[key].package
        if error.missing and error.missing in (package, "webob"):
            self.absent[key] = NOT_INSTALLED
        else:
            self.absent[key] = f"failed: {error}"
            self.faults.append(f"{key}: {error}")

    def verify(self) -> None:
        """Ask for every workload once; only right answers go on to be timed."""
        for key, worker in self.workers.items():
            for workload in self.workloads:
                if workload.name in BY_KEY[key].lacks:
                    continue
                fault = worker.verify(workload)
                if fault:
                    self.faults.append(f"{key}, {workload.name}: {fault}")
                else:
                    self.requests[key, workload.name] = worker.fit(workload)
                    self.turns[key, workload.name] = []

    def run(self, rounds: int) -> None:
        """Let every framework take `rounds` turns of each workload, in changing order."""
        keys = list(self.workers)
        for _ in range(rounds):
            for workload in self.workloads:
                for key in keys:
                    requests = self.requests.get((key, workload.name))
                    if requests:
                        time = self.workers[key].time(workload, requests)
                        self.turns[key, workload.name].append(time)
            keys.append(keys.pop(0))

    def best(self) -> dict[str, dict[str, float]]:
        """Return the best turn: framework -> workload -> microseconds a request."""
        times: dict[str, dict[str, float]] = {key: {} for key in self.workers}
        for (key, name), turns in self.turns.items():
            times[key][name] = min(turns)
        return times


def table(contest: Contest, title: str, cell: Any) -> str:
    """Return one table: a row for each framework, a column for each workload."""
    names = [workload.name for workload in contest.workloads]
    widths = {name: max(WIDTH, len(name) + 2) for name in names}
    lines = [f"{title:<27}" + "".join(f"{name:>{widths[name]}}" for name in names)]
    for key in contest.keys:
        row = f"  {BY_KEY[key].title:<15} {BY_KEY[key].version():<9}"
        if key in contest.absent:
            lines.append(f"{row}  {contest.absent[key]}")
        else:
            lines.append(row + "".join(f"{cell(key, name):>{widths[name]}}" for name in names))
    return "\n".join(lines)


def report(contest: Contest) -> str:
    """Return the tables: microseconds, and the ratios to bare WebOb and to CherryPy."""
    times = contest.best()

    def microseconds(key: str, name: str) -> str:
        if name in BY_KEY[key].lacks:
            return NOTHING
        time = times[key].get(name)
        return "wrong" if time is None else f"{time:.2f}"

    def ratio(key: str, name: str, base: str, upside_down: bool = False) -> str:
        time, other = times[key].get(name), times.get(base, {}).get(name)
        if time is None or other is None:
            return NOTHING
        return f"{other / time if upside_down else time / other:.2f}"

    tables = [table(contest, "microseconds", microseconds)]
    if times.get("webob"):
        title = "time, bare WebOb = 1"
        tables.append(table(contest, title, lambda *at: ratio(*at, "webob")))
    if times.get("cherrypy"):
        title = "speed, CherryPy = 1"
        tables.append(table(contest, title, lambda *at: ratio(*at, "cherrypy", True)))
    return "\n\n".join(tables)


def as_data(contest: Contest, rounds: int, verdicts: list[aims.Verdict]) -> dict[str, Any]:
    """Return everything that was measured, for `--json`."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": rounds,
        "versions": {key: BY_KEY[key].version() for key in contest.keys},
        "absent": contest.absent,
        "faults": contest.faults,
        "microseconds": [
            {
                "framework": key,
                "workload": name,
                "best": min(turns),
                "median": statistics.median(turns),
                "requests_a_turn": contest.requests[key, name],
                "turns": turns,
            }
            for (key, name), turns in contest.turns.items()
        ],
        "verdicts": [verdict._asdict() for verdict in verdicts],
    }


def read_arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="turns of each (default 15)")
    parser.add_argument("--only", nargs="+", metavar="FRAMEWORK", choices=KEYS, default=KEYS)
    parser.add_argument("--workload", nargs="+", metavar="NAME", choices=NAMES, default=NAMES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--check", action="store_true", help="end with 1 if an aim is missed")
    options = parser.parse_args(argv)
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; at least 1 is needed.")
    return options


def main(argv: list[str]) -> int:
    """Run the comparison and print it; return the exit status."""
    options = read_arguments(argv)
    keys = tuple(key for key in KEYS if key in options.only)
    chosen = tuple(workload for workload in WORKLOADS if workload.name in options.workload)
    with Contest(keys, chosen) as contest:
        contest.start()
        contest.verify()
        contest.run(options.rounds)
    verdicts = list(aims.judge(contest.best(), tuple(workload.name for workload in chosen)))
    print(f"Python {platform.python_version()}, best of {options.rounds} turns each\n")
    print(report(contest), end="\n\n")
    for verdict in verdicts:
        print(verdict)
    for fault in contest.faults:
        print(f"WRONG        {fault}")
    if options.json:
        data = as_data(contest, options.rounds, verdicts)
        options.json.write_text(json.dumps(data, indent=1) + "\n")
    missed = any(verdict.met is False for verdict in verdicts)
    return 1 if contest.faults or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
