"""Count the calls that one request costs: a number that does not shake. From the root:

    python tests/benchmarks/calls.py [--framework NAME] [--workload NAME ...] [--json]
                                     [--list WORKLOAD]

"Own" calls are calls of Python functions whose code lives in the framework's package (a
generator counts once for each time it is resumed). A "move" is an own call made directly by
own code in another file. The command ends with 1 when a ceiling is passed.
"""

from __future__ import annotations

import argparse
import collections
import gc
import importlib.util
import json
import os
import platform
import sys
from types import CodeType, FrameType
from typing import Any, NamedTuple

import driving
from frameworks import BY_KEY, KEYS
from worker import load
from workloads import NAMES, WORKLOADS, Workload


class Count(NamedTuple):
    """What one request cost."""

    own: int
    moves: int
    total: int  # Python calls of everybody: own, WebOb, the standard library, the program


# The most that wsgicherry may use: own calls, moves between files. Issue 2 section 4 sets
# hello's; the others are what was reached, rounded up: lower them when the code gets better.
CEILINGS = {
    "hello": (40, 20),
    "item": (70, 35),
    "json": (120, 60),
    "form": (140, 70),
    "fields": (140, 70),
    "multipart_fields": (320, 170),
    "upload": (450, 260),
    "deep": (60, 30),
    "missing": (140, 70),
    "gzip": (100, 50),
    "static": (60, 40),
    "static_304": (60, 40),
    "cached": (60, 40),
    "basic": (60, 40),
    "session": (75, 50),
}


def home_of(package: str) -> str:
    """Return the path that every file of `package` starts with."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No package {package!r} to count calls in.", name=package)
    if spec.submodule_search_locations is None:
        return spec.origin
    return os.path.join(os.path.dirname(spec.origin), "")


class Counter:
    """A profile function that counts, and remembers which functions were called."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.own: collections.Counter[CodeType] = collections.Counter()
        self.moves = 0
        self.total = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "call":
            return
        self.total += 1
        file = frame.f_code.co_filename
        if not file.startswith(self.home):
            return
        self.own[frame.f_code] += 1
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if caller != file and caller.startswith(self.home):
            self.moves += 1

    def result(self) -> Count:
        return Count(sum(self.own.values()), self.moves, self.total)


def watch(application: driving.Application, workload: Workload, home: str) -> Counter:
    """Serve one warmed-up request of `workload` and return what was counted.

    Raises ValueError if the program answers wrongly: a wrong answer is easily cheap.
    """
    fault = driving.verify(application, workload)
    if fault:
        raise ValueError(f"{workload.name}: {fault}")
    counter = Counter(home)
    environ = driving.environ_of(workload)
    environ["wsgi.input"] = driving.input_of(workload)
    gc.collect()
    gc.disable()  # a finalizer that runs by chance would be counted
    sys.setprofile(counter)
    try:
        driving.call(application, environ)
    finally:
        sys.setprofile(None)
        gc.enable()
    counter.total -= 1  # `driving.call` itself
    return counter


def faults(counts: dict[str, Count]) -> list[str]:
    """Return a sentence for each ceiling that was passed."""
    found = []
    for name, count in counts.items():
        own, moves = CEILINGS[name]
        if count.own > own:
            found.append(f"{name}: {count.own} own calls, the ceiling is {own}")
        if count.moves > moves:
            found.append(f"{name}: {count.moves} moves, the ceiling is {moves}")
    return found


def show(framework: str, counters: dict[str, Counter]) -> None:
    ours = framework == "wsgicherry"
    print(f"{BY_KEY[framework].title}, Python {platform.python_version()}\n")
    print(f"{'workload':<18}{'own calls':>12}{'moves':>12}{'all calls':>12}")
    for name, counter in counters.items():
        count, (own, moves) = counter.result(), CEILINGS[name]
        cells = (f"{count.own} of {own}", f"{count.moves} of {moves}")
        own_cell, moves_cell = cells if ours else (count.own, count.moves)
        print(f"{name:<18}{own_cell:>12}{moves_cell:>12}{count.total:>12}")


def list_calls(counter: Counter) -> None:
    """Print which own functions were called, most often first."""
    for code, times in counter.own.most_common():
        file = code.co_filename.removeprefix(counter.home) or os.path.basename(counter.home)
        name = getattr(code, "co_qualname", code.co_name)
        print(f"{times:>5}  {file}:{code.co_firstlineno}  {name}")


def main(argv: list[str]) -> int:
    """Count and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    countable = [key for key in KEYS if BY_KEY[key].package]
    parser.add_argument("--framework", choices=countable, default="wsgicherry")
    parser.add_argument("--workload", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument("--list", choices=NAMES, help="print every own call of one workload")
    options = parser.parse_args(argv)
    framework = BY_KEY[options.framework]
    wanted = {options.list} if options.list else set(options.workload) - framework.lacks
    application, home = load(framework.key), home_of(framework.package)
    counters = {
        workload.name: watch(application, workload, home)
        for workload in WORKLOADS
        if workload.name in wanted
    }
    counts = {name: counter.result() for name, counter in counters.items()}
    if options.list:
        list_calls(counters[options.list])
    elif options.json:
        print(json.dumps({name: count._asdict() for name, count in counts.items()}))
    else:
        show(framework.key, counters)
    passed = faults(counts) if framework.key == "wsgicherry" else []
    for fault in passed:
        print(f"TOO MANY     {fault}", file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
